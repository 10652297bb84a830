import tomllib
from datetime import date
from pathlib import Path

import pytest

from data.intake.block import IntakeBlock, IntakeError
from data.intake.profile import Profile, load_profile
from data.intake.reading import open_incidents, read_incidents
from data.intake.suggestion import Suggestion, suggest_profile
from data.partnerships import load_partnership
from data.synthetic_file import write_demo_file
from geo.gazetteer import Gazetteer
from models.partnership import Partnership
from tests.data.intake.conftest import SECRET

NOW_S = 1_800_000_000
MEMPHIS = Path(__file__).parents[3] / "examples" / "memphis"


def round_trip(
    file: Path, partnership: Partnership, gazetteer: Gazetteer
) -> tuple[Suggestion, Profile, list[IntakeBlock]]:
    """What is suggested, what is loaded from it, and what is read with that."""
    found = suggest_profile(file, partnership)
    assert found.open_questions == (), found.toml
    place = file.with_suffix(".toml")
    place.write_text(found.toml, encoding="utf-8")
    profile = load_profile(str(place))
    blocks = list(
        read_incidents(
            open_incidents(file, profile), profile, partnership, secret=SECRET, now_s=NOW_S, gazetteer=gazetteer
        )
    )
    return found, profile, blocks


def written(folder: Path, text: str, encoding: str = "utf-8") -> Path:
    file = folder / "Udtræk 2026.csv"
    file.write_bytes(text.encode(encoding))
    return file


def test_the_demonstration_file(tmp_path: Path, partnership: Partnership, gazetteer: Gazetteer) -> None:
    file = tmp_path / "demo.csv"
    rows = write_demo_file(file, partnership, as_of=date(2026, 11, 2), years=1, seed=1, displacement=True)
    _, profile, blocks = round_trip(file, partnership, gazetteer)
    stated = load_profile("demo")
    assert profile.columns == stated.columns
    assert profile.bases == stated.bases
    assert profile.categories == stated.categories
    assert sum(len(block.incidents) for block in blocks) == rows
    assert not [reject for block in blocks for reject in block.rejects]


def test_the_shape_of_memphis(tmp_path: Path, gazetteer: Gazetteer) -> None:
    partnership = load_partnership(MEMPHIS)
    west, south, east, north = partnership.areas.bounds
    middle = f"{(west + east) / 2:.3f},{(south + north) / 2:.3f}"
    rows = "".join(f"{i},2019-01-{i:02d} 13:05:00,{middle}\n" for i in range(1, 20))
    _, profile, blocks = round_trip(written(tmp_path, f"uid,date,lon,lat\n{rows}"), partnership, gazetteer)
    assert profile.columns == {"key": "uid", "occurred_from": "date", "lon": "lon", "lat": "lat"}
    assert (profile.category, profile.accuracy_m) == ("roeveri", 80.0)
    assert [len(block.incidents) for block in blocks] == [19]


EXCEL = "Sagsnr.;Gerningsdato;Anmeldt dato;Gerningstype;X-koordinat;Y-koordinat;Navn;Tlf.;Bemærkninger\r\n" + "".join(
    f"0100-{i};{i:02d}-03-2026 13:05;{i:02d}-03-2026;{kind};723590,{i};6176925,2;Ida Hansen;12345678;så han løb\r\n"
    for i, kind in enumerate(["Hærværk", "Indbrudstyveri", "Grov vold", "Sort magi"] * 5, 1)
)


def test_the_shape_of_a_danish_excel_file(tmp_path: Path, partnership: Partnership, gazetteer: Gazetteer) -> None:
    found, profile, blocks = round_trip(written(tmp_path, EXCEL, "cp1252"), partnership, gazetteer)
    assert (profile.name, profile.encoding, profile.delimiter, profile.decimal) == ("udtraek", "cp1252", ";", ",")
    assert profile.columns == {
        "key": "Sagsnr.",
        "occurred_from": "Gerningsdato",
        "reported_at": "Anmeldt dato",
        "category": "Gerningstype",
        "x": "X-koordinat",
        "y": "Y-koordinat",
    }
    assert profile.crs == "EPSG:25832"
    assert [form.pattern for form in profile.time_formats] == ["%d-%m-%Y %H:%M", "%d-%m-%Y"]
    assert profile.categories == {"Hærværk": "haervaerk", "Indbrudstyveri": "indbrud", "Grov vold": "vold"}
    assert '# "Sort magi" = ""' in found.toml
    assert sum(len(block.incidents) for block in blocks) == 15
    assert {reject.reason for block in blocks for reject in block.rejects} == {"category-unknown"}


def test_person_data_are_named_by_column_and_never_repeated(tmp_path: Path, partnership: Partnership) -> None:
    found = suggest_profile(written(tmp_path, EXCEL), partnership).toml
    assert '# "Navn": not mapped: looks like a name' in found
    assert '# "Tlf.": not mapped: looks like a phone number' in found
    assert '# "Bemærkninger": not mapped: looks like free text' in found
    for value in ("Ida", "12345678", "løb", "0100-1", "723590"):
        assert value not in found


@pytest.mark.parametrize(
    ("values", "what"),
    [
        (["070761-4285"] * 3, "a CPR number"),
        (["ida@eksempel.dk"] * 3, "an e-mail address"),
        (["AB 12 345"] * 3, "a number plate"),
        (["der stod en mand ved porten og råbte efter alle dem der gik forbi"] * 3, "free text"),
    ],
)
def test_person_data_are_found_by_content(
    tmp_path: Path, partnership: Partnership, values: list[str], what: str
) -> None:
    rows = "".join(f"2026-03-0{i} 10:00;12.55787;55.68650;Vold;{value}\n" for i, value in enumerate(values, 1))
    found = suggest_profile(written(tmp_path, f"tid;lon;lat;kategori;felt7\n{rows}"), partnership)
    assert f'# "felt7": not mapped: looks like {what}' in found.toml
    assert values[0] not in found.toml


@pytest.mark.parametrize(
    ("header", "coordinates", "columns", "crs"),
    [
        ("lon;lat", "55.68650;12.55787", {"lon": "lat", "lat": "lon"}, "EPSG:4326"),
        ("a;b", "55.68650;12.55787", {"lon": "b", "lat": "a"}, "EPSG:4326"),
        ("x;y", "12.55787;55.68650", {"lon": "x", "lat": "y"}, "EPSG:4326"),
        ("y;x", "6176925.2;723590.1", {"x": "x", "y": "y"}, "EPSG:25832"),
        ("x;y", "6176925.2;723590.1", {"x": "y", "y": "x"}, "EPSG:25832"),
        ("x;y", "346557.1;6174123.5", {"x": "x", "y": "y"}, "EPSG:25833"),
    ],
)
def test_coordinates_by_where_they_lie(
    tmp_path: Path, partnership: Partnership, *, header: str, coordinates: str, columns: dict[str, str], crs: str
) -> None:
    rows = "".join(f"2026-03-0{i} 10:00;{coordinates};Vold\n" for i in range(1, 5))
    found = tomllib.loads(suggest_profile(written(tmp_path, f"tid;{header};type\n{rows}"), partnership).toml)
    assert columns.items() <= found["columns"].items()
    assert found["values"]["crs"] == crs


@pytest.mark.parametrize(
    ("values", "formats"),
    [
        (["03/02/2026 10:00", "04/02/2026 23:59"], "%d/%m/%Y %H:%M"),
        (["03/02/2026 10:00", "03/31/2026 23:59"], "%m/%d/%Y %H:%M"),
        (["2026-03-02T10:00:00+01:00", "2026-03-03T10:00:00.123Z"], "%Y-%m-%dT%H:%M:%S"),
        (["1.2.2026", "14.3.2026"], "%d.%m.%Y"),
        (["2026-03-02", "2026-03-02 10:00"], ["%Y-%m-%d %H:%M", "%Y-%m-%d"]),
    ],
)
def test_formats_of_times(
    tmp_path: Path, partnership: Partnership, values: list[str], formats: str | list[str]
) -> None:
    rows = "".join(f"{value};12.55787;55.68650;Vold\n" for value in values)
    found = tomllib.loads(suggest_profile(written(tmp_path, f"tid;lon;lat;type\n{rows}"), partnership).toml)
    stated = found["values"]["time_format"]
    assert sorted(stated) == sorted(formats) if isinstance(formats, list) else stated == formats


def test_addresses_where_there_are_no_coordinates(tmp_path: Path, partnership: Partnership) -> None:
    rows = "2026-03-02 10:00;Blågårdsgade;4;Vold\n"
    found = tomllib.loads(suggest_profile(written(tmp_path, f"dato;Vejnavn;Husnr.;type\n{rows}"), partnership).toml)
    assert found["columns"] == {
        "occurred_from": "dato",
        "category": "type",
        "street": "Vejnavn",
        "house_number": "Husnr.",
    }


def test_what_is_not_found_is_asked_for(tmp_path: Path, partnership: Partnership) -> None:
    found = suggest_profile(written(tmp_path, "a;b\nx;y\nz;w\n"), partnership)
    assert [question.partition(":")[0] for question in found.open_questions] == [
        "no column of times was found",
        "no coordinates and no address were found",
        "no column of categories was found",
    ]
    tomllib.loads(found.toml)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "is empty"),
        ("a;b\n", "has a header but no rows"),
        ("070761-4285;Ida Hansen\n080862-1234;Per Jensen\n", "looks like data, not like column names"),
    ],
)
def test_what_is_no_table_is_refused(tmp_path: Path, partnership: Partnership, text: str, sentence: str) -> None:
    with pytest.raises(IntakeError, match=sentence):
        suggest_profile(written(tmp_path, text), partnership)
