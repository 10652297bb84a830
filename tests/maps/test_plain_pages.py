import pytest

from api.page_links import ROUTES
from maps.plain_pages import SEEN, plain_start_page, refused_page
from models.viewer import Role

ENTRIES = [("start", "Start", "/"), ("audit", "Log", "/audit")]


@pytest.mark.parametrize("role", SEEN)
def test_roles_without_figures_are_told_what_they_see(role: Role) -> None:
    page = plain_start_page(frozenset({role}), "Nord", ENTRIES, ROUTES, synthetic=True)
    assert SEEN[role] in page
    assert "SYNTETISKE DATA" in page
    assert '<a class="button" href="/audit">Log</a>' in page
    assert 'href="/"' not in page
    assert "<script" not in page


def test_a_refusal_names_the_roles_and_what_was_done() -> None:
    page = refused_page(frozenset({Role.AUDITOR}), "Nord", ROUTES)
    assert "Rollen revisor i Nord giver ikke adgang til denne side." in page
    assert "skrevet i loggen" in page
    assert "Du har ingen rolle i Nord" in refused_page(frozenset(), "Nord", ROUTES)
