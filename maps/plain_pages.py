"""Pages without a figure: the start page of roles that see none, and what is said where a page is refused."""

from collections.abc import Mapping, Sequence

from maps.assets import linked
from maps.language import N_, _
from maps.page import Frame, PageLinks, render
from maps.viewer_menu import roles_text
from models.viewer import Role

SEEN: Mapping[Role, str] = {
    Role.STEERING: N_("Styregruppen ser tal, når de er frigivet. Kort og tal til den daglige drift ser den ikke."),
    Role.GUEST: N_("Gæster ser tal, når de er frigivet. Kort og tal til den daglige drift ser de ikke."),
    Role.INGEST: N_("Indlæsning giver ikke adgang til kort eller tal."),
    Role.AUDITOR: N_("Revisor ser loggen, ikke kort eller tal."),
    Role.ADMIN: N_("Administrator ser konti og indstillinger, ikke kort eller tal."),
}


def plain_start_page(
    roles: frozenset[Role],
    partnership_name: str,
    entries: Sequence[tuple[str, str, str]],
    links: PageLinks,
    *,
    synthetic: bool,
) -> str:
    """The start page of ``roles`` that see no figure; ``entries`` are the pages they may open."""
    frame = Frame(_("Start"), partnership_name, "start", linked(), synthetic, links)
    others = [entry for entry in entries if entry[0] != "start"]
    return render("start_plain", frame, texts=[_(SEEN[role]) for role in SEEN if role in roles], entries=others)


def refused_page(roles: frozenset[Role], partnership_name: str, links: PageLinks) -> str:
    """Says that a page is not for who has ``roles`` here."""
    frame = Frame(_("Ingen adgang"), partnership_name, "refused", linked(), synthetic=False, links=links)
    return render("refused", frame, roles=bool(roles), roles_text=roles_text(roles))
