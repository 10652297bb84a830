"""The menu of a page for who looks: only what they may open, who they are, and a way out.

Pages are prepared bytes, the same for everybody. In the service they carry a mark where the menu goes, and the menu
is put there as the page leaves.
"""

from collections.abc import Callable, Mapping, Sequence

from markupsafe import Markup

from maps.language import N_, _
from maps.page import PageLinks, rendered_part
from models.viewer import Role

MARK = b"<!--menu "
MARK_END = b"-->"
ROLE_TEXT: Mapping[Role, str] = {
    Role.PLANNER: N_("vagtplanlægger"),
    Role.ANALYST: N_("analytiker"),
    Role.STEERING: N_("styregruppe"),
    Role.GUEST: N_("gæst"),
    Role.INGEST: N_("indlæsning"),
    Role.AUDITOR: N_("revisor"),
    Role.ADMIN: N_("administrator"),
}


def roles_text(roles: Sequence[Role] | frozenset[Role]) -> str:
    """The roles in words, in their usual order.

    >>> roles_text([Role.ANALYST, Role.PLANNER])
    'vagtplanlægger, analytiker'
    """
    return ", ".join(_(text) for role, text in ROLE_TEXT.items() if role in roles) or _("ingen rolle her")


def viewer_menu(
    links: PageLinks,
    here: str,
    actor: str,
    roles: frozenset[Role],
    *,
    may_open: Callable[[str], bool],
    logout: str,
    other_language: str = "",
) -> Markup:
    """The menu on the page ``here`` for ``actor`` in ``roles``; ``logout`` is where the way out is, ``other_language``
    where the other language is chosen, each empty for none."""
    entries = [(key, label, href) for key, label, href in links.entries() if may_open(href)]
    return rendered_part(
        "menu",
        entries=entries,
        here=here,
        actor=actor,
        account=links.account,
        roles=roles_text(roles),
        logout=logout,
        other_language=other_language,
    )


def split_at_mark(page: bytes) -> tuple[bytes, str, bytes] | None:
    """What stands before the mark, the page's own name, and what stands after; None of a page without a mark."""
    head, mark, rest = page.partition(MARK)
    if not mark:
        return None
    here, _, tail = rest.partition(MARK_END)
    return head, here.decode(), tail
