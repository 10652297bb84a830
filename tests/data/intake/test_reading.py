"""Rows to incidents or rejects: the rules row by row, and what must hold for any file."""

from dataclasses import fields
from datetime import datetime
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.intake.block import IntakeError
from geo.grid import cells_at
from geo.projection import project
from models.panel import BASES
from models.partnership import Partnership

NAMES = ("sagsnr", "fra", "til", "anmeldt", "kategori", "laengde", "bredde")
MAP_IT = "map it under [categories] in the profile"
DETAIL = {
    "format": "occurred_from is not a time in the format '%d-%m-%Y %H:%M'",
    "no-such-date": "occurred_from is a date or time that does not exist",
    "skipped": "occurred_from is in the hour that the change to summer time skips",
}


def seconds(text: str) -> int:
    return int(datetime.fromisoformat(text).timestamp())


def test_a_good_row_is_an_incident(intake: Any, partnership: Partnership) -> None:
    found = intake.read(intake.table(intake.row()))
    incidents = found.incidents
    assert (found.read, found.rejects, found.methods) == (1, (), ("coordinate",))
    assert (incidents.lon[0], incidents.lat[0], incidents.accuracy_m[0]) == (12.55787, 55.68650, 10.0)
    assert incidents.cell.tolist() == cells_at(np.array([12.55787]), np.array([55.6865]), 11).tolist()
    assert partnership.areas.areas[incidents.area[0]].id == "indre-noerrebro"
    assert partnership.categories[incidents.category[0]].id == "vold"
    assert BASES[incidents.basis[0]] == "reported"
    assert not incidents.edge[0]
    assert incidents.from_s[0] == seconds("2024-06-01T10:00+02:00")
    assert incidents.to_s[0] == seconds("2024-06-01T12:00+02:00")
    assert incidents.known_s[0] == seconds("2024-06-02T09:00+02:00")


REJECTED: dict[str, tuple[dict[str, str], str, str]] = {
    "no key": ({"sagsnr": ""}, "key-missing", "the key is empty"),
    "CPR number in the key": (
        {"sagsnr": "sag 010170-1234"},
        "person-data",
        "the key holds what looks like a CPR number",
    ),
    "e-mail in the key": (
        {"sagsnr": "jens@example.dk"},
        "person-data",
        "the key holds what looks like an e-mail address",
    ),
    "no time": ({"fra": "", "til": ""}, "time-missing", "occurred_from is empty"),
    "no start": ({"fra": ""}, "time-start-missing", "occurred_from is empty, and an end alone says nothing"),
    "start in words": ({"fra": "i går aftes"}, "time-format", DETAIL["format"]),
    "American date": ({"fra": "06/01/2024 10:00"}, "time-format", DETAIL["format"]),
    "31 February": ({"fra": "31-02-2024 10:00"}, "time-no-such-date", DETAIL["no-such-date"]),
    "25 o'clock": ({"fra": "01-06-2024 25:00"}, "time-no-such-date", DETAIL["no-such-date"]),
    "skipped hour": ({"fra": "31-03-2024 02:30", "til": ""}, "time-skipped-hour", DETAIL["skipped"]),
    "before the epoch": (
        {"fra": "01-01-1900 00:00"},
        "time-out-of-range",
        "occurred_from is before 1970 or after 2199",
    ),
    "in the future": ({"fra": "01-01-2025 12:01", "til": ""}, "time-future", "occurred_from is in the future"),
    "reported in the future": ({"anmeldt": "02-01-2025 00:00"}, "time-future", "reported_at is in the future"),
    "ends before it starts": ({"til": "01-06-2024 09:59"}, "time-end-before-start", "the end is before the start"),
    "lasts two years": ({"fra": "01-06-2022 10:00"}, "time-too-long", "the incident lasts more than a year"),
    "no category": ({"kategori": ""}, "category-missing", "the category is empty"),
    "unknown category": (
        {"kategori": "Cykeltyveri"},
        "category-unknown",
        f"the category 'Cykeltyveri' is not known (did you mean 'tyveri'?); {MAP_IT}",
    ),
    "unknown category that may be a name": (
        {"kategori": "Jens Hansen"},
        "category-unknown",
        f"the category is not known and is not repeated here, as it may be personal; {MAP_IT}",
    ),
    "phone number as category": (
        {"kategori": "ring 12 34 56 78"},
        "person-data",
        "the category holds what looks like a phone number",
    ),
    "no longitude": ({"laengde": ""}, "coordinates-missing", "a coordinate is empty"),
    "words as longitude": ({"laengde": "ukendt"}, "coordinates-not-numbers", "lon and lat are not both numbers"),
    "nan as longitude": ({"laengde": "nan"}, "coordinates-not-numbers", "lon and lat are not both numbers"),
    "decimal comma in one row": (
        {"laengde": "12,55787", "bredde": "55,68650"},
        "coordinates-not-numbers",
        "lon and lat are not both numbers",
    ),
    "swapped in one row": (
        {"laengde": "55.68650", "bredde": "12.55787"},
        "coordinates-swapped",
        "lon and lat look swapped: the other way round the point is in the area",
    ),
    "metres in one row": (
        {"laengde": "723642", "bredde": "6176547"},
        "coordinates-not-degrees",
        "lon and lat are not a place in EPSG:4326",
    ),
    "null island": (
        {"laengde": "0", "bredde": "0"},
        "outside",
        "the point is more than 2 km outside the partnership's areas",
    ),
    "a NUL byte": ({"kategori": "Vo\0ld"}, "row-unreadable", "the row holds NUL bytes"),
}


@pytest.mark.parametrize(("values", "reason", "detail"), REJECTED.values(), ids=REJECTED.keys())
def test_a_row_that_cannot_be_used_is_rejected_with_its_reason(
    intake: Any, values: dict[str, str], reason: str, detail: str
) -> None:
    good = [intake.row(sagsnr=f"0100-{i}") for i in range(30)]
    found = intake.read(intake.table(*good, intake.row(**values), intake.row()))
    assert found.told == [(32, reason, detail)]
    assert len(found.incidents) == 31


def test_the_first_fault_of_a_row_is_told(intake: Any) -> None:
    found = intake.read(intake.table(intake.row(), intake.row(fra="", kategori="", laengde="")))
    assert found.reasons == [(3, "time-start-missing")]


def test_rejects_never_repeat_person_data(intake: Any) -> None:
    personal = ["010170-1234", "Jens Hansen", "jens@example.dk", "12 34 56 78", "AB 12 345", "Tlf. +4512345678"]
    rows = [intake.row(**{column: value}) for column in NAMES for value in personal]
    found = intake.read(intake.table(*[intake.row()] * 200, *rows))
    told = " ".join(reject.detail for reject in found.rejects)
    # Only as a case number is a name anything else than a fault.
    assert len(found.rejects) == len(rows) - 1
    assert not any(value in told for value in personal)


def test_without_an_end_it_happened_at_its_start_and_is_known_then(intake: Any) -> None:
    incidents = intake.read(intake.table(intake.row(til="", anmeldt=""))).incidents
    assert incidents.from_s[0] == incidents.to_s[0] == incidents.known_s[0]


def test_a_bare_date_lasts_the_whole_day(intake: Any) -> None:
    incidents = intake.read(
        intake.table(intake.row(fra="31-03-2024", til="", anmeldt="31-03-2024")), values={"time_format": "%d-%m-%Y"}
    ).incidents
    assert incidents.to_s[0] - incidents.from_s[0] == 23 * 3600
    assert incidents.known_s[0] == incidents.to_s[0]


def test_nothing_is_known_before_it_started(intake: Any) -> None:
    incidents = intake.read(intake.table(intake.row(anmeldt="01-06-2024 08:00"))).incidents
    assert incidents.known_s[0] == incidents.from_s[0]


def test_the_profiles_time_zone_decides(intake: Any) -> None:
    incidents = intake.read(intake.table(intake.row()), values={"timezone": "UTC"}).incidents
    assert incidents.from_s[0] == seconds("2024-06-01T10:00+00:00")


def test_values_fill_empty_cells(intake: Any) -> None:
    found = intake.read(
        intake.table(
            intake.row(kategori="") + ";;",
            intake.row() + ";observeret;25",
            more=";grundlag;noejagtighed",
        ),
        columns={"basis": "grundlag", "accuracy_m": "noejagtighed"},
        values={"category": "uro", "basis": "reported", "accuracy_m": 50},
        basis={"observeret": "observed"},
    )
    assert found.told == []
    assert [BASES[i] for i in found.incidents.basis] == ["reported", "observed"]
    assert found.incidents.accuracy_m.tolist() == [50, 25]
    assert found.incidents.category.tolist() == [6, 1]


@pytest.mark.parametrize("accuracy", ["-1", "20000", "god"])
def test_an_accuracy_that_is_none_is_rejected(intake: Any, accuracy: str) -> None:
    found = intake.read(intake.table(f"{intake.row()};{accuracy}", more=";m"), columns={"accuracy_m": "m"})
    assert found.told == [(2, "accuracy-invalid", "the accuracy is not a number from 0 to 10000 metres")]


@pytest.mark.parametrize(("basis", "reason"), [("", "basis-missing"), ("set af vagten", "basis-unknown")])
def test_a_mapped_basis_is_not_guessed(intake: Any, basis: str, reason: str) -> None:
    found = intake.read(
        intake.table(f"{intake.row()};{basis}", more=";grundlag"),
        columns={"basis": "grundlag"},
    )
    assert found.reasons == [(2, reason)]


@pytest.mark.parametrize(("decimal", "crs"), [(",", "EPSG:25832"), (".", "EPSG:25833"), (",", "EPSG:3857")])
def test_metres_and_degrees_are_the_same_place(intake: Any, decimal: str, crs: str) -> None:
    x, y = project(np.array([12.55787]), np.array([55.68650]), crs)
    metres = [f"{number[0]:.3f}".replace(".", decimal) for number in (x, y)]
    found = intake.read(
        intake.table(intake.row(laengde=metres[0], bredde=metres[1])),
        file={"decimal": decimal},
        columns={"lon": None, "lat": None, "x": "laengde", "y": "bredde"},
        values={"crs": crs},
    ).incidents
    assert (found.lon[0], found.lat[0]) == pytest.approx((12.55787, 55.68650), abs=1e-7)


def test_a_point_nearer_to_the_boundary_than_its_accuracy_is_an_edge_case(intake: Any) -> None:
    # A corner of the treated area, and Blågårds Plads with an accuracy of 400 m.
    more = ";m"
    found = intake.read(
        intake.table(
            intake.row(laengde="12.54884", bredde="55.69434") + ";5",
            intake.row() + ";5",
            intake.row() + ";400",
            more=more,
        ),
        columns={"accuracy_m": "m"},
    )
    assert found.incidents.edge.tolist() == [True, False, True]


def test_points_outside_are_kept_up_to_two_kilometres(intake: Any, partnership: Partnership) -> None:
    north = partnership.areas.bounds[3]
    rows = [intake.row(bredde=f"{north + metres / 111_195:.6f}") for metres in (-10, 1_990, 2_010)]
    found = intake.read(intake.table(*rows))
    assert found.reasons == [(4, "outside")]
    assert found.incidents.area[1] == -1


def test_addresses_are_placed_and_say_how(intake: Any) -> None:
    places = ["Blaagaards Plads 2, 2200 København N", "Blågårdsgade 77", "Ukendt Vej 3", "", "Vesterbrogade 1"]
    rows = [intake.row(laengde=place) for place in [*places, "Blågårdsgade 4 tlf. 12345678"]]
    found = intake.read(intake.table(*rows), columns={"lon": None, "lat": None, "address": "laengde"})
    assert found.methods == ("address", "street")
    assert found.incidents.accuracy_m.tolist() == [10.0, pytest.approx(175.6, abs=2)]
    assert found.told == [
        (4, "address-unknown", "the street is not in the gazetteer"),
        (5, "address-missing", "the address is empty"),
        (6, "outside", "the point is more than 2 km outside the partnership's areas"),
        (7, "person-data", "the address holds what looks like a phone number"),
    ]


def test_street_and_house_number_in_two_columns(intake: Any) -> None:
    found = intake.read(
        intake.table(intake.row(laengde="Blågårds Plads", bredde="2"), intake.row(laengde="Blågårdsgade", bredde="")),
        columns={"lon": None, "lat": None, "street": "laengde", "house_number": "bredde"},
    )
    assert found.methods == ("address", "street")


def test_without_a_key_alike_rows_are_two_incidents_and_the_file_read_again_gives_the_same(intake: Any) -> None:
    text = intake.table(intake.row(), intake.row(kategori="hash"), intake.row(), intake.row())
    first, again = (intake.read(text, columns={"key": None}, block_rows=n) for n in (50_000, 1))
    assert len(set(first.keys)) == 4
    assert first.keys == again.keys
    assert all(len(key) == 32 for key in first.keys)


def test_unmapped_columns_do_not_reach_the_key(intake: Any) -> None:
    more = ";note"
    one, other = (
        intake.read(intake.table(intake.row() + note, more=more), columns={"key": None}) for note in (";a", ";b")
    )
    assert one.keys == other.keys


def test_the_key_depends_on_the_secret(intake: Any) -> None:
    text = intake.table(intake.row())
    assert intake.read(text, secret=b"a" * 16).keys != intake.read(text, secret=b"b" * 16).keys


def test_ragged_rows_and_quotes_keep_their_physical_lines(intake: Any) -> None:
    found = intake.read(
        intake.table(
            intake.row(sagsnr='"to\nlinjer"'),
            intake.row() + ";for meget",
            "kun;tre;felter",
            "",
            intake.row(kategori='"Vold"x'),
            intake.row() + ";",
            intake.row(fra=""),
        )
    )
    assert found.told == [
        (4, "row-ragged", "the row has 8 fields, the header 7"),
        (5, "row-ragged", "the row has 3 fields, the header 7"),
        (7, "row-unreadable", "the quotes in the row do not match"),
        (9, "time-start-missing", "occurred_from is empty, and an end alone says nothing"),
    ]
    assert found.read == 6


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
@pytest.mark.parametrize("delimiter", [";", ",", "\t", "|"])
def test_encoding_delimiter_and_line_ends_are_found(intake: Any, line_end: str, encoding: str, delimiter: str) -> None:
    text = (
        intake.table(intake.row(), intake.row(kategori="Hærværk"), intake.row(fra=""))
        .replace(";", delimiter)
        .replace("\n", line_end)
    )
    found = intake.read(text.encode(encoding), categories={"Hærværk": "haervaerk"})
    assert found.incidents.category.tolist() == [1, 5]
    assert found.reasons == [(4, "time-start-missing")]


def test_a_mac_spelling_of_a_danish_letter_is_the_same_category(intake: Any) -> None:
    found = intake.read(
        intake.table(intake.row(kategori="Ha\u030arværk  "), intake.row(kategori="HÅRVÆRK")),
        categories={"Hårværk": "haervaerk"},
    )
    assert found.incidents.category.tolist() == [5, 5]


CELL = st.one_of(
    st.sampled_from(
        ["", "Vold", "hash", "01-06-2024 10:00", "27-10-2024 02:30", "12.55", "55.69", "0", '"', "\n", "é"]
    ),
    st.text(alphabet=st.characters(codec="utf-8", exclude_characters="\r"), max_size=6),
)
GOOD = st.just(None)
CHANGED = st.dictionaries(st.sampled_from(NAMES), CELL, max_size=3)
RAGGED = st.lists(CELL, max_size=9)


def quoted(values: list[str]) -> str:
    return ";".join('"' + value.replace('"', '""') + '"' if set(value) & set(' ;"\n') else value for value in values)


@settings(max_examples=60)
@given(st.lists(st.one_of(GOOD, CHANGED, RAGGED), max_size=12), st.integers(1, 5), st.booleans())
def test_any_file_is_accepted_or_rejected_row_by_row_in_any_blocks(
    intake: Any,
    rows: list[dict[str, str] | list[str] | None],
    block_rows: int,
    with_key: bool,
) -> None:
    good = dict(zip(NAMES, intake.row().split(";"), strict=True))
    cells = [r if isinstance(r, list) else list({**good, **(r or {})}.values()) for r in rows]
    text = intake.table(*[intake.row()] * 20, *map(quoted, cells))
    changes = {} if with_key else {"columns": {"key": None}}
    try:
        whole = intake.read(text, **changes)
    except IntakeError:
        with pytest.raises(IntakeError):
            intake.read(text, block_rows=block_rows, **changes)
        return
    parts = intake.read(text, block_rows=block_rows, **changes)
    assert whole.read == len(whole.incidents) + len(whole.rejects) >= 20
    assert (parts.read, parts.keys, parts.methods, parts.rejects) == (
        whole.read,
        whole.keys,
        whole.methods,
        whole.rejects,
    )
    for field in fields(whole.incidents):
        np.testing.assert_array_equal(getattr(parts.incidents, field.name), getattr(whole.incidents, field.name))


def test_a_withdrawn_row_needs_its_key_alone(intake: Any) -> None:
    rows = [intake.row() + ";", intake.row(sagsnr="0100-2", fra="i går", laengde="") + ";Annulleret"]
    unclear = [intake.row(sagsnr=key) + said for key, said in (("0100-3", ";måske"), ("", ";ja"), ("0100-4", ";nej"))]
    found = intake.read(intake.table(*rows, *unclear, more=";status"), columns={"withdrawn": "status"})
    assert found.read == 5
    assert len(found.incidents) == 2
    assert found.told == [
        (4, "withdrawn-unknown", "[withdrawn] of the profile does not say what the value means"),
        (5, "key-missing", "the key is empty"),
    ]
    assert found.withdrawn == 1
    own = intake.read(
        intake.table(*rows, more=";status"), columns={"withdrawn": "status"}, withdrawn={"annulleret": False}
    )
    assert (own.withdrawn, own.reasons) == (0, [(3, "time-format")])
