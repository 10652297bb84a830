import re

from api.page_links import ROUTES
from maps.viewer_menu import ROLE_TEXT, roles_text, split_at_mark, viewer_menu
from models.viewer import Role


def menu(*, open_to: tuple[str, ...] = ("/", "/maps/daily"), actor: str = "vagtplan-1", logout: str = "/logout") -> str:
    return viewer_menu(
        ROUTES, "daily", actor, frozenset({Role.PLANNER}), may_open=lambda href: href in open_to, logout=logout
    )


def test_the_menu_leads_only_to_what_may_be_opened() -> None:
    assert re.findall(r'href="([^"]+)"', menu()) == ["/", "/maps/daily", "/account"]
    assert '<a href="/maps/daily" aria-current="page">Dagens kort</a>' in menu()
    assert "<nav" not in menu(open_to=())


def test_it_says_who_looks_and_offers_the_way_out() -> None:
    assert '<strong><a href="/account">vagtplan-1</a></strong>' in menu()
    assert "vagtplanlægger" in menu()
    assert (
        '<form method="post" action="/logout"><!--form-token--><button type="submit">Log ud</button></form>' in menu()
    )
    assert "<form" not in menu(logout="")


def test_what_a_handle_is_made_of_is_escaped() -> None:
    assert "<b>" not in menu(actor="<b>x")


def test_every_role_has_a_word() -> None:
    assert set(ROLE_TEXT) == set(Role)
    assert roles_text(frozenset()) == "ingen rolle her"


def test_a_page_is_cut_at_its_mark() -> None:
    assert split_at_mark(b"a<!--menu daily-->b") == (b"a", "daily", b"b")
    assert split_at_mark(b"ab") is None
