"""What holds for every page, whatever it shows."""

import json
import re
from collections.abc import Mapping
from html.parser import HTMLParser

import pytest

from maps.assets import inlined
from maps.page import PURPOSE, SYNTHETIC

PAGES = ("start.html", "daily.html", "displacement.html", "trend.html", "quality.html", "hotspots.html")
NAVIGATED = PAGES[:5]
VOID = {"br", "hr", "img", "input", "link", "meta", "path", "rect", "circle"}


class Reader(HTMLParser):
    """Collects what the tests ask about, and complains about elements that do not nest."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.attributes: list[tuple[str, str, str]] = []
        self.faults: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.attributes += [(tag, name, value or "") for name, value in attrs]
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.attributes += [(tag, name, value or "") for name, value in attrs]

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.faults.append(f"</{tag}> at {self.getpos()}")

    def values(self, name: str) -> list[str]:
        return [value for _, found, value in self.attributes if found == name]


def without_assets(page: str) -> str:
    """The page's own markup, without the vendored script and style sheet."""
    return page.replace(str(inlined().scripts), "").replace(str(inlined().styles), "")


@pytest.fixture(params=PAGES)
def page(request: pytest.FixtureRequest, pages: Mapping[str, str]) -> str:
    return pages[request.param]


@pytest.fixture
def reader(page: str) -> Reader:
    found = Reader()
    found.feed(without_assets(page))
    found.close()
    return found


def test_elements_nest(reader: Reader) -> None:
    assert reader.faults == []
    assert reader.open == []


def test_the_frame(page: str, reader: Reader) -> None:
    assert page.startswith("<!doctype html>")
    assert ("html", "lang", "da") in reader.attributes
    assert f'<p class="purpose">{PURPOSE}</p>' in page
    assert page.count("<h1") == page.count("<title>") == page.count('<main id="indhold"') == 1
    assert ("a", "href", "#indhold") in reader.attributes


def test_nothing_points_outside(page: str, reader: Reader) -> None:
    for _, name, value in reader.attributes:
        if name in {"href", "src", "action", "srcset", "poster"}:
            assert re.match(r"#|data:|[a-z0-9-]+\.(html|json|geojson)", value), value
    own = without_assets(page).replace("http://www.w3.org/2000/svg", "")
    assert not re.search(r"https?:|@import|url\((?!#)", own)


def test_nothing_runs_inline(reader: Reader) -> None:
    assert not [name for _, name, _ in reader.attributes if name.startswith("on") or name == "style"]


def test_embedded_data_are_json_without_nan(page: str) -> None:
    for text in re.findall(r'<script type="application/json"[^>]*>(.*?)</script>', page):
        json.loads(text, parse_constant=lambda name: pytest.fail(f"{name} in embedded data"))


def test_ids_are_unique_and_labels_have_their_control(reader: Reader) -> None:
    ids = reader.values("id")
    assert len(ids) == len(set(ids))
    for name in ("for", "aria-labelledby", "aria-describedby"):
        assert set(reader.values(name)) <= set(ids)


@pytest.mark.parametrize("name", NAVIGATED)
def test_navigation_marks_the_page_it_is_on(name: str, pages: Mapping[str, str]) -> None:
    links = re.findall(r'<a href="([^"]+)"( aria-current="page")?>', pages[name])
    assert [href for href, _ in links[:7]] == [*NAVIGATED[:3], "alerts.html", "efforts.html", *NAVIGATED[3:]]
    assert [href for href, current in links if current] == [name]


@pytest.mark.parametrize("name", NAVIGATED)
def test_data_age_and_synthetic_banner(name: str, pages: Mapping[str, str]) -> None:
    assert SYNTHETIC in pages[name]
    assert "Data til og med" in pages[name]
    assert "ufuldstændig" in pages[name]


def test_rendering_twice_gives_the_same_bytes(pages: Mapping[str, str]) -> None:
    from tests.maps.conftest import file_mode_page

    assert file_mode_page() == pages["hotspots.html"]
