"""The token of a session in every form that changes something, put in as the page leaves.

Templates carry a mark in each form, so a page can be made without knowing who will see it.
"""

from markupsafe import Markup, escape

FIELD = "csrf"
MARK = Markup("<!--form-token-->")


def with_form_token(page: bytes, token: str) -> bytes:
    """``page`` with the hidden field of ``token`` in place of each mark.

    >>> with_form_token(b"<form><!--form-token--></form>", "ab")
    b'<form><input type="hidden" name="csrf" value="ab"></form>'
    """
    field = f'<input type="hidden" name="{FIELD}" value="{escape(token)}">'
    return page.replace(MARK.encode(), field.encode())
