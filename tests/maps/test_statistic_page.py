import base64
import re

from matplotlib.axes import Axes

from maps.assets import inlined
from maps.chart import chart
from maps.statistic_page import PageSection, PageTable, statistic_page


def draw(axes: Axes) -> None:
    axes.plot([0, 1, 2], [3, 1, 2], label="Indbrud")
    axes.legend()


def test_a_chart_is_the_same_bytes_every_time_and_keeps_its_text() -> None:
    first = chart(draw, alt="Indbrud falder & stiger")
    assert first == chart(draw, alt="Indbrud falder & stiger")
    assert 'alt="Indbrud falder &amp; stiger"' in first
    (data,) = re.findall(r"base64,([^\"]+)", first)
    svg = base64.b64decode(data).decode()
    assert ">Indbrud</text>" in svg
    assert "<dc:date>" not in svg


def test_the_page_escapes_what_it_is_given_and_marks_rows() -> None:
    table = PageTable(("Sted", "Antal"), [("<b>", "3"), ("Plads", "12")], marked=frozenset({1}))
    sections = [PageSection("Fund", "Tekst", chart(draw, alt="a"), table)]
    page = statistic_page(title="fil", lead="To fund.", sections=sections, method=[("q", "andel")], assets=inlined())
    assert '<td>&lt;b&gt;</td><td class="num">3</td>' in page
    assert page.count('class="marked"') == 1
    assert '<th scope="col" class="num">Antal</th>' in page
    assert 'class="chart"' in page
    assert "<dt>q</dt><dd>andel</dd>" in page
