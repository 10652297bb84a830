"""Which columns are taken for person data, and what becomes of a file that has them."""

from datetime import date
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from data.intake.block import IntakeError
from data.intake.personal_columns import DroppedColumn, counted, dropped_columns, personal_columns
from data.intake.profile import load_profile, parse_profile
from data.intake.reading import open_incidents
from data.intake.table import TableOptions
from data.intake.table_file import open_table
from data.synthetic_file import write_demo_file
from models.partnership import Partnership
from tests.data.intake.conftest import ROW, settings

EXAMPLE = Path(__file__).parents[3] / "examples" / "memphis"
POINTS = EXAMPLE.parents[2] / "shared" / "data" / "reference" / "memphis-robberies" / "memphis_points.csv"
# Invented: every first name with every surname.
DANISH = [f"{a} {b}" for a, b in product(("Ida", "Bo", "Karla", "Viggo"), ("Prøvesen", "Testrup", "Opdigt"))]
UNCOMMON = [f"{a} {b}" for a, b in product(("Zif", "Quilla", "Ravna", "Tjo"), ("Brask", "Dunkel", "Ovnrør"))]

CAUGHT: dict[str, tuple[str, list[str], str]] = {
    "CPR by name": ("CPR-nr.", [], "a CPR number"),
    "CPR by check digit": ("felt", ["070761-4285", "0707614285"], "a CPR number"),
    "CPR by date alone": ("felt", ["310299-1234", "300170 1234", "010170-1235"], "a CPR number"),
    "phone by name": ("Tlf.", [], "a phone number"),
    "phone": ("Kontakt", ["12 34 56 78", "", "+45 12345678"], "a phone number"),
    "phone numbers without gaps": ("ref", [str(20_000_100 + 61_417 * i) for i in range(20)], "a phone number"),
    "phone within text": ("Ref", ["ring 12345678", "ok"], "a phone number"),
    "e-mail by name": ("E-mail", [], "an e-mail address"),
    "e-mail": ("Contact", ["x@example.dk", "y@example.com"], "an e-mail address"),
    "few and late": ("Felt", [*[""] * 5_000, "x@example.dk"], "an e-mail address"),
    "plate by name": ("License plate", [], "a number plate"),
    "plate": ("Køretøj", ["AB 12 345", "CD12345"], "a number plate"),
    "person": ("Anmelder", ["ja"], "a person"),
    "person, English": ("Victim age", ["34"], "a person"),
    "birth date": ("Fødselsdato", ["01-01-1970"], "a person"),
    "name": ("Navn", [], "a name"),
    "name, compound": ("Kontaktnavn", [], "a name"),
    "name, English": ("Contact name", [], "a name"),
    "names": ("Felt 7", DANISH, "a name"),
    "names that come again": ("Behandler", ["Ida Prøvesen", "Bo Testrup", "Ida Prøvesen"] * 50, "a name"),
    "names of nobody's": ("Felt 7", UNCOMMON, "a name"),
    "names with initials and particles": ("by", ["Ida K. Prøve", "Bo von Test", "Anne-Marie Prøve-Test"], "a name"),
    "surnames first": ("ref", ["Opdigt, Ida", "Testrup, Bo", "Prøve, Karla"], "a name"),
    "capitals": ("OFFICER", [name.upper() for name in DANISH], "a name"),
    "names and gaps": ("Felt", [*DANISH, *["ukendt"] * 5, *[""] * 40], "a name"),
    "free text by name": ("Bemærkninger", [], "free text"),
    "free text": ("Felt", ["så en mand løbe fra stedet mod søerne", "nej"], "free text"),
    "free text with commas": ("Felt", ["Manden på 30, der så det, ringede til sin bror, og så kom han"], "free text"),
    "free text, English": ("Field", ["the caller saw a man running away from the shop"], "free text"),
}

LET_BY: dict[str, tuple[str, list[str]]] = {
    "addresses": ("Sted", ["Nørrebrogade 12", "Blågårds Plads 2", "Jagtvej 101, 2. th"]),
    "streets": ("Sted", ["Hans Tavsens Gade", "Jens Juels Gade", "Sankt Hans Torv", "Nørre Allé", "Peter Bangs Vej"]),
    "streets, English": (
        "Location",
        [f"{n} {k}" for n, k in product(("Elm", "Oak", "Poplar"), ("Avenue", "St", "Rd"))],
    ),
    "many streets": (
        "Sted",
        [f"{n} {k}" for n, k in product(("Store", "Øvre", "Ny"), ("Testgade", "Prøvestræde"))] * 2,
    ),
    "whole addresses": (
        "Adresse",
        ["Nørrebrogade 12, 2. th, 2200 København N, Danmark", "Jagtvej 1, 2200 København N"],
    ),
    "serial numbers": ("OBJECTID_1", [str(number) for number in range(20_000_100, 20_000_900, 40)]),
    "street by name": ("Gadenavn", ["Jagtvej"]),
    "categories": ("Gruppe", ["Hash og narkotika", "Vold og trusler", "Indbrud"]),
    "capitalised categories": ("Group", ["Aggravated Assault", "Simple Assault", "Motor Vehicle Theft"] * 20),
    "categories in capitals": ("UCR", ["THEFT FROM VEHICLE", "AGGRAVATED ASSAULT", "ROBBERY"] * 20),
    "districts": ("Bydel", ["Indre Nørrebro", "Ydre Nørrebro", "Vesterbro"] * 9),
    "district, once each": ("Bydel", ["Indre Nørrebro", "Ydre Nørrebro", "Indre Østerbro", "Ydre Østerbro"]),
    "municipality": ("Kommunenavn", ["København", "Høje Taastrup"]),
    "place by name": ("Områdenavn", ["Stengade"]),
    "area by name": ("Area name", ["Medical District"]),
    "file by name": ("filename", ["udtræk.csv"]),
    "weekdays": ("Ugedag", ["Mandag", "Tirsdag"]),
    "case numbers": ("Sagsnr.", ["0100-70123-00001-26", "0100-70123-00002-26"]),
    "a key of digits": ("id", ["12345678", "12345679"]),
    "times": ("Oprettet", ["2026-03-02 10:00", "2026-03-03"]),
    "days without signs": ("Dag", ["20260302", "20260303"]),
    "coordinates": ("X", ["723590.2", "723591.25"]),
    "coordinates with eight decimals": ("geom", ["POINT (12.55787123 55.68650123)"]),
    "small numbers": ("Antal", ["1", "2"]),
    "postcodes": ("Postnr", ["2200", "2100"]),
    "flags": ("Afsluttet", ["ja", "nej"]),
    "empty": ("Felt", ["", ""]),
}


@pytest.mark.parametrize(("name", "values", "what"), CAUGHT.values(), ids=CAUGHT.keys())
def test_columns_of_person_data_are_recognised(name: str, values: list[str], what: str) -> None:
    assert personal_columns({name: values}) == {name: what}


@pytest.mark.parametrize(("name", "values"), LET_BY.values(), ids=LET_BY.keys())
def test_other_columns_are_let_by(name: str, values: list[str]) -> None:
    assert personal_columns({name: values}) == {}


def judged(intake: Any, content: str, *, strict: bool = False, **top: Any) -> tuple[DroppedColumn, ...]:
    path = intake.folder / "personer.csv"
    path.write_text(content, encoding="utf-8")
    profile = parse_profile({**settings(), **top})
    return dropped_columns(open_incidents(path, profile).sample(100), profile, strict=strict)


def test_unmapped_columns_are_dropped_and_their_values_counted(intake: Any) -> None:
    file = intake.table(
        f"{ROW};Ida Prøvesen;ja;", f"{ROW};;nej;så en mand, vred", more=";Anmelder;Afsluttet;Beskrivelse"
    )
    found = judged(intake, file)
    assert found == (DroppedColumn("'Anmelder'", "a person", 1), DroppedColumn("'Beskrivelse'", "free text", 1))
    assert counted(found) == ("2 columns that look like person data: 'Anmelder' (a person), 'Beskrivelse' (free text)")
    assert counted(found[:1]) == "1 column that looks like person data: 'Anmelder' (a person)"


@pytest.mark.parametrize("how", [{"strict": True}, {"profile": True}], ids=["asked for", "by the profile"])
def test_strict_mode_refuses_and_repeats_no_value(intake: Any, how: dict[str, bool]) -> None:
    file = intake.table(f"{ROW};x@example.dk", more=";Kontakt")
    top = {"strict": True} if "profile" in how else {}
    path = intake.folder / "personer.csv"
    path.write_text(file, encoding="utf-8")
    profile = parse_profile({**settings(), **top})
    with pytest.raises(IntakeError) as refused:
        dropped_columns(open_incidents(path, profile).sample(100), profile, strict="strict" in how)
    assert str(refused.value) == (
        "in strict mode a file may not hold 1 column that looks like person data: 'Kontakt' (an e-mail address)"
    )


@pytest.mark.parametrize("cell", ["x@example.dk", "0101701234", "Ida Prøvesen", "12 34 56 78"])
def test_a_header_cell_that_may_be_data_is_not_repeated(intake: Any, cell: str) -> None:
    found = judged(intake, intake.table(f"{ROW};y@example.dk", more=f";{cell}"))
    assert [column.column for column in found] == ["a column whose name may be data"]


def test_columns_without_a_name_and_of_one_name_are_looked_at(intake: Any) -> None:
    found = judged(intake, intake.table(f"{ROW};;y@example.dk;1;z@example.dk", more=";;;a;a"))
    assert [(column.column, column.values) for column in found] == [("a column without a name", 1), ("'a'", 2)]


def test_mapped_columns_are_left_to_the_reading(intake: Any) -> None:
    assert judged(intake, intake.table(ROW.replace("0100-1", "x@example.dk")), strict=True) == ()


def test_the_sample_keeps_to_the_profile(tmp_path: Path) -> None:
    path = tmp_path / "fil.csv"
    path.write_bytes("a,b|Bemærkning\n1,2|så|løs\n\n3,4\n".encode("cp1252"))
    profile = parse_profile({**settings(), "file": {"delimiter": "|", "encoding": "cp1252"}})
    stated = TableOptions(delimiter=profile.delimiter, encoding=profile.encoding)
    assert open_table(path, stated).sample(100) == {"a,b": ["1,2", "3,4"], "Bemærkning": ["så"]}
    assert open_table(path, TableOptions()).sample(1) == {"a": ["1"], "b|Bemærkning": ["2|så|løs"]}


def test_the_demonstration_drops_nothing(tmp_path: Path, partnership: Partnership) -> None:
    path = tmp_path / "demo.csv"
    write_demo_file(path, partnership, as_of=date(2026, 11, 2), years=1, seed=1, displacement=True)
    profile = load_profile("demo")
    columns = open_incidents(path, profile).sample(100)
    assert set(profile.columns.values()) <= set(columns)
    assert dropped_columns(columns, profile, strict=True) == ()
    assert personal_columns(columns) == {}


def test_memphis_drops_nothing() -> None:
    if not POINTS.exists():
        pytest.skip("../shared/data with the Memphis robberies is not on this machine")
    profile = load_profile(str(EXAMPLE / "profile.toml"))
    columns = open_incidents(POINTS, profile).sample(1000)
    assert dropped_columns(columns, profile, strict=True) == ()
    assert personal_columns(columns) == {}
