"""The menu of a page for who looks: only what they may open, who they are, and a way out.

Pages are prepared bytes, the same for everybody. In the service they carry a mark where the menu goes, and the menu
is put there as the page leaves.
"""

from collections.abc import Callable, Mapping, Sequence

from markupsafe import Markup

from maps.page import PageLinks, rendered_part
from models.viewer import Role

MARK = b"<!--menu "
MARK_END = b"-->"
ROLE_TEXT: Mapping[Role, str] = {
    Role.PLANNER: "vagtplanlægger",
    Role.ANALYST: "analytiker",
    Role.STEERING: "styregruppe",
    Role.GUEST: "gæst",
    Role.INGEST: "indlæsning",
    Role.AUDITOR: "revisor",
    Role.ADMIN: "administrator",
}


def roles_text(roles: Sequence[Role] | frozenset[Role]) -> str:
    """The roles in words, in their usual order.

    >>> roles_text([Role.ANALYST, Role.PLANNER])
    'vagtplanlægger, analytiker'
    """
    return ", ".join(text for role, text in ROLE_TEXT.items() if role in roles) or "ingen rolle her"


def viewer_menu(
    links: PageLinks, here: str, actor: str, roles: frozenset[Role], *, may_open: Callable[[str], bool], logout: str
) -> Markup:
    """The menu on the page ``here`` for ``actor`` in ``roles``; ``logout`` is where the way out is, empty for none."""
    entries = [(key, label, href) for key, label, href in links.entries() if may_open(href)]
    return rendered_part(
        "menu",
        entries=entries,
        here=here,
        actor=actor,
        account=links.account,
        roles=roles_text(roles),
        logout=logout,
    )


def split_at_mark(page: bytes) -> tuple[bytes, str, bytes] | None:
    """What stands before the mark, the page's own name, and what stands after; None of a page without a mark."""
    head, mark, rest = page.partition(MARK)
    if not mark:
        return None
    here, _, tail = rest.partition(MARK_END)
    return head, here.decode(), tail
