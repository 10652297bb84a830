"""The parole sheet: one A4 whatever the plan, the same bytes again, and formats that others can read."""

import io
import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import gpxpy
import icalendar
import pypdfium2
import pytest

from data.partnerships import load_partnership, load_sketch
from maps.language import speaking
from maps.parole import MAP_HEIGHTS, Changes, Freshness, Sheet, changes_text, sheet_html, sheet_text, sheet_title
from maps.parole_pdf import SheetError, sheet_pdf
from maps.plan_gpx import plan_gpx
from maps.plan_ical import plan_ical
from models.patrol_rule import KeptZone, LegalZone
from models.viewer import Role
from tests.patrol_example import some_plan

PARTNERSHIP = load_partnership(None)
SKETCH = load_sketch(None)
DAY = date(2026, 11, 2)
A4_PT = (595.3, 841.9)
LONG = "Ravnsborggade ved Sankt Hans Gade og Blegdamsvej, sydøst 240 m"


def sheet(shift: str = "nat", day: date = DAY) -> Sheet:
    plan = some_plan(PARTNERSHIP, day, shift)
    return Sheet(
        plan=plan,
        number=7,
        version=2,
        approved=Role.PLANNER,
        beat=PARTNERSHIP.beats[0],
        zones=(),
        changes=Changes(
            frozenset({plan.stops[1].cell}), ("Korsgade",), plan.as_of - timedelta(days=1), {"Vold og trusler": 2}
        ),
        fresh=Freshness(plan.as_of, plan.as_of - timedelta(hours=5), day - timedelta(days=3)),
        synthetic=True,
    )


def fullest() -> Sheet:
    """Five stops with the longest names, all that can be new, and two zones."""
    found = sheet()
    stop = replace(found.plan.stops[0], place=LONG, visits=found.plan.stops[0].visits + found.plan.stops[1].visits[:1])
    stops = tuple(replace(stop, cell=other.cell) for other in (*found.plan.stops, *found.plan.stops[:2]))
    zone = LegalZone(
        "stricter-penalty-zone",
        ("indre-noerrebro", "sankt-hans-torv"),
        datetime(2026, 11, 1, tzinfo=UTC),
        datetime(2026, 11, 9, tzinfo=UTC),
        DAY - timedelta(days=2),
    )
    reports = {category.label: 3 for category in PARTNERSHIP.categories}
    return replace(
        found,
        plan=replace(found.plan, stops=stops),
        zones=(KeptZone(1, zone), KeptZone(2, zone)),
        changes=Changes(frozenset({stop.cell for stop in stops}), (LONG,), found.changes.since, reports),
        approved=None,
    )


def pdf_of(one: Sheet) -> bytes:
    versions = (sheet_html(one, PARTNERSHIP, SKETCH, height=height) for height in MAP_HEIGHTS)
    return sheet_pdf(versions, title=sheet_title(one, PARTNERSHIP))


@pytest.mark.parametrize("one", [sheet(), fullest()], ids=["usual", "fullest"])
def test_a_sheet_is_one_a4_and_holds_everything(one: Sheet) -> None:
    body = pdf_of(one)
    found = pypdfium2.PdfDocument(body)
    assert len(found) == 1
    page = found[0]
    assert page.get_size() == pytest.approx(A4_PT, abs=1)
    text = re.sub(r"\s+", " ", page.get_textpage().get_text_bounded())
    for stop in one.plan.stops:
        assert stop.place.split()[0] in text
        for at in stop.visits:
            assert f"{at:%H.%M}" in text
    assert "Må ikke bruges til vurdering af enkeltpersoner" in text
    assert "Gælder til tirsdag den 3. november 2026 kl. 07.00" in text
    assert "SYNTETISKE DATA" in text
    # Nothing stands outside the page.
    left, bottom, right, top = page.get_bbox() if hasattr(page, "get_bbox") else (0, 0, *page.get_size())
    assert left >= 0
    assert bottom >= 0
    assert (right, top) <= (page.get_width() + 1, page.get_height() + 1)


def test_no_letter_is_too_small_to_read() -> None:
    with io.BytesIO(pdf_of(fullest())) as body:
        page = pypdfium2.PdfDocument(body)[0]
        textpage = page.get_textpage()
        sizes = {
            round(pypdfium2.raw.FPDFText_GetFontSize(textpage, i), 1)
            for i in range(textpage.count_chars())
            if textpage.get_text_range(i, 1).strip()
        }
    on_the_map = 20 * 112 / 25.4 * 72 / 1000  # names of streets, where there is room
    assert min(size for size in sizes if size > on_the_map + 0.5) >= 8.9


def test_the_same_sheet_gives_the_same_bytes() -> None:
    assert pdf_of(sheet()) == pdf_of(sheet())


def test_what_does_not_fit_is_refused() -> None:
    one = fullest()
    many = replace(one, plan=replace(one.plan, stops=one.plan.stops * 4))
    with pytest.raises(SheetError, match="does not fit one page; it has"):
        pdf_of(many)


def test_grey_is_enough() -> None:
    """In grey the cells are told from the ground."""
    page = pypdfium2.PdfDocument(pdf_of(sheet()))[0]
    grey = page.render(scale=1.5, grayscale=True).to_numpy().squeeze()
    assert grey.min() < 40
    assert (grey > 230).mean() > 0.5


def test_gpx_reads_in_gpxpy() -> None:
    one = sheet()
    body = plan_gpx(one, PARTNERSHIP)
    assert body == plan_gpx(one, PARTNERSHIP)
    found = gpxpy.parse(body.decode())
    assert [(point.latitude, point.longitude) for point in found.waypoints] == [
        (stop.lat, stop.lon) for stop in one.plan.stops
    ]
    assert [point.name for point in found.routes[0].points] == [
        f"{at} {stop.place}" for at, stop in enumerate(one.plan.stops, 1)
    ]


def test_gpx_reads_in_gdal(tmp_path: object) -> None:
    from pathlib import Path

    import pyogrio

    file = Path(str(tmp_path)) / "plan.gpx"
    file.write_bytes(plan_gpx(sheet(), PARTNERSHIP))
    read = pyogrio.read_dataframe(file, layer="waypoints")
    assert len(read) == 3
    assert read.geometry.x.round(4).tolist() == [round(stop.lon, 4) for stop in sheet().plan.stops]
    assert len(pyogrio.read_dataframe(file, layer="routes")) == 1


@pytest.mark.parametrize("day", [DAY, date(2026, 10, 24), date(2026, 3, 28)])
def test_the_calendar_has_every_visit_at_its_moment(day: date) -> None:
    one = sheet(day=day)
    found = icalendar.Calendar.from_ical(plan_ical(one, PARTNERSHIP))
    events = list(found.walk("VEVENT"))
    wanted = [at for stop in one.plan.stops for at in stop.visits]
    assert [event["dtstart"].dt for event in events] == wanted
    assert all(event["dtend"].dt - event["dtstart"].dt == timedelta(minutes=12) for event in events)
    assert len({str(event["uid"]) for event in events}) == len(wanted)


def test_the_text_fits_a_narrow_screen() -> None:
    text = sheet_text(fullest(), PARTNERSHIP)
    assert max(map(len, text.splitlines())) <= 72
    assert "udkast, ikke godkendt" in text
    assert "Visitationszone" not in text
    assert "Skærpet strafzone" in text


def test_what_is_new_is_said_in_whole_sentences() -> None:
    since = datetime(2026, 11, 1, 7, tzinfo=PARTNERSHIP.calendar.timezone)
    assert changes_text(Changes(frozenset(), (), None, {})) == ["Første plan: intet at sammenligne med."]
    assert changes_text(Changes(frozenset(), (), since, {})) == [
        "Siden 1. nov. kl. 07.00: ingen nye anmeldelser på runden."
    ]
    assert changes_text(
        Changes(frozenset({"a"}), ("B", "C"), since, {"Vold": 4, "Tyveri": 3, "Røveri": 2, "Uro": 1, "Hash": 1})
    ) == [
        "Siden 1. nov. kl. 07.00: 11 nye anmeldelser på runden (vold 4, tyveri 3, røveri 2, andet 2).",
        "Ikke længere på planen: B; C.",
    ]


def test_the_sheet_speaks_english_too() -> None:
    with speaking("en"):
        html = sheet_html(sheet(), PARTNERSHIP, SKETCH)
    assert '<html lang="en">' in html
