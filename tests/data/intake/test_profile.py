"""Profiles: what is understood, and the sentence for each mistake."""

from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from data.intake.profile import ENCODINGS, ProfileError, load_profile, packaged_profiles, parse_profile

TOML = """
name = "memphis"
version = 2
synthetic = true
[file]
delimiter = ";"
encoding = "Latin-1"
decimal = ","
[columns]
occurred_from = "date"
x = "east"
y = "north"
[values]
crs = "EPSG:25832"
time_format = "%Y-%m-%d %H:%M:%S"
timezone = "America/Chicago"
accuracy_m = 25
category = "roeveri"
basis = "observed"
[basis]
"set" = "observed"
"""
GOOD: dict[str, Any] = {
    "name": "test",
    "version": 1,
    "columns": {"occurred_from": "fra", "category": "kategori", "lon": "x", "lat": "y"},
}


def test_a_profile_file_is_read(tmp_path: Path) -> None:
    path = tmp_path / "memphis.toml"
    path.write_text("\ufeff" + TOML, encoding="utf-8")
    profile = load_profile(str(path))
    assert (profile.name, profile.version, profile.synthetic) == ("memphis", 2, True)
    assert (profile.delimiter, profile.encoding, profile.decimal) == (";", "iso8859-1", ",")
    assert profile.place_fields == ("x", "y")
    assert (profile.crs, profile.timezone, profile.accuracy_m) == ("EPSG:25832", ZoneInfo("America/Chicago"), 25.0)
    assert (profile.category, profile.basis, profile.bases) == ("roeveri", "observed", {"set": "observed"})


def test_what_a_profile_leaves_out_is_found_out_or_taken_as_usual() -> None:
    profile = parse_profile(GOOD)
    assert (profile.delimiter, profile.encoding, profile.timezone, profile.synthetic) == (None, None, None, False)
    assert (profile.decimal, profile.crs, profile.accuracy_m) == (".", "EPSG:4326", 10.0)
    assert profile.time_formats[0].pattern == "%d-%m-%Y %H:%M"


def test_every_packaged_profile_is_good() -> None:
    names = packaged_profiles()
    assert "adresse" in names
    assert [load_profile(name).name for name in names] == names


def changed(**tables: Any) -> dict[str, Any]:
    return {**GOOD, **tables}


def with_columns(**columns: Any) -> dict[str, Any]:
    merged = {**GOOD["columns"], **columns}
    return changed(columns={name: value for name, value in merged.items() if value is not None})


X_AND_Y = {"lon": None, "lat": None, "x": "x", "y": "y"}

MISTAKES: dict[str, tuple[dict[str, Any], str]] = {
    "unknown table": (changed(colums={}), "the profile has an unknown setting 'colums'; did you mean 'columns'?"),
    "withdrawn without a key": (
        with_columns(withdrawn="a"),
        "[columns] maps 'withdrawn' but not 'key': a row is withdrawn by its case number",
    ),
    "withdrawn values without a column": (
        changed(withdrawn={"ja": True}),
        "[withdrawn] says what values mean, but [columns] maps no 'withdrawn'",
    ),
    "withdrawn values that are no flags": (
        {**with_columns(key="k", withdrawn="a"), "withdrawn": {"ja": "ja"}},
        "'ja' in [withdrawn] must be true or false, found 'ja'",
    ),
    "unknown setting": (
        changed(file={"quote": "'"}),
        "[file] has an unknown setting 'quote'; it knows delimiter, encoding, decimal, table",
    ),
    "unknown field": (
        with_columns(category_id="x"),
        "[columns] has an unknown setting 'category_id'; did you mean 'category'?",
    ),
    "no name": (changed(name=None), "'name' in the profile must be a text, found nothing"),
    "empty name": (changed(name=""), "'name' in the profile must be a text, found ''"),
    "version as text": (changed(version="1"), "'version' in the profile must be a whole number from 1, found '1'"),
    "version as flag": (changed(version=True), "'version' in the profile must be a whole number from 1, found True"),
    "strict as text": (changed(strict="ja"), "'strict' in the profile must be true or false, found 'ja'"),
    "synthetic as text": (changed(synthetic="ja"), "'synthetic' in the profile must be true or false, found 'ja'"),
    "columns as list": (changed(columns=["fra"]), "[columns] must be a table, found ['fra']"),
    "column as number": (with_columns(key=3), "'key' in [columns] must be a text, found 3"),
    "no start": (with_columns(occurred_from=None), "[columns] must map 'occurred_from'"),
    "no category": (
        with_columns(category=None),
        "[columns] must map 'category', or [values] give one category for every row",
    ),
    "no place": (
        with_columns(lon=None, lat=None),
        "[columns] must map lon and lat, x and y, address, or street and house_number",
    ),
    "both degrees and metres": (
        with_columns(x="x"),
        "[columns] maps both 'lon' and 'x'; choose one way to place incidents",
    ),
    "both coordinates and address": (
        with_columns(address="adresse"),
        "[columns] maps both 'lon' and 'address'; choose one way to place incidents",
    ),
    "half a coordinate": (with_columns(lat=None), "[columns] maps 'lon' but not 'lat'"),
    "half an address": (
        with_columns(lon=None, lat=None, house_number="nr"),
        "[columns] maps 'house_number' but not 'street'",
    ),
    "metres without a system": (
        with_columns(**X_AND_Y),
        "[columns] maps x and y; [values] must say their 'crs', such as EPSG:25832",
    ),
    "degrees in a metric system": (
        changed(values={"crs": "EPSG:25832"}),
        "'crs' in [values] is EPSG:25832, but lon and lat are EPSG:4326; map x and y instead",
    ),
    "metres in a system of degrees": (
        with_columns(**X_AND_Y) | {"values": {"crs": "EPSG:4258"}},
        "'crs' in [values]: 'EPSG:4258' is not a projected coordinate reference system in metres",
    ),
    "a system that does not exist": (
        with_columns(**X_AND_Y) | {"values": {"crs": "EPSG:1"}},
        "'crs' in [values]: unknown coordinate reference system 'EPSG:1'",
    ),
    "delimiter": (
        changed(file={"delimiter": ":"}),
        "'delimiter' in [file] must be a comma, semicolon, tab or bar, found ':'",
    ),
    "encoding": (
        changed(file={"encoding": "ansi8"}),
        f"'encoding' in [file] must be one of {', '.join(ENCODINGS)}, found 'ansi8'",
    ),
    "encoding that is no text": (
        changed(file={"encoding": "rot13"}),
        f"'encoding' in [file] must be one of {', '.join(ENCODINGS)}, found 'rot13'",
    ),
    "decimal": (changed(file={"decimal": "·"}), "'decimal' in [file] must be '.' or ',', found '·'"),
    "time format": (
        changed(values={"time_format": "%d %b %Y"}),
        "'time_format' in [values]: '%d %b %Y' has %b; known are %Y %y %m %d %H %M %S",
    ),
    "time format as number": (
        changed(values={"time_format": 1}),
        "'time_format' in [values] must be a text or a list of texts, found 1",
    ),
    "no time format": (
        changed(values={"time_format": []}),
        "'time_format' in [values] must be a text or a list of texts, found []",
    ),
    "time zone": (changed(values={"timezone": "Europe/Kbh"}), "'timezone' in [values] is unknown: 'Europe/Kbh'"),
    "accuracy": (
        changed(values={"accuracy_m": -5}),
        "'accuracy_m' in [values] must be 0 to 10000 metres, found -5",
    ),
    "accuracy as text": (
        changed(values={"accuracy_m": "10 m"}),
        "'accuracy_m' in [values] must be 0 to 10000 metres, found '10 m'",
    ),
    "basis": (
        changed(values={"basis": "anmeldt"}),
        "basis in [values] must be one of reported, observed, found 'anmeldt'",
    ),
    "basis of a value": (
        changed(basis={"set": "seen"}),
        "[basis] maps 'set' to 'seen'; it must be one of reported, observed",
    ),
    "category of a value": (changed(categories={"Hash": 1}), "'Hash' in [categories] must be a text, found 1"),
}


@pytest.mark.parametrize(("settings", "sentence"), MISTAKES.values(), ids=MISTAKES.keys())
def test_a_mistake_is_named(settings: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ProfileError) as refused:
        parse_profile(settings)
    assert str(refused.value) == sentence


def test_a_profile_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    broken, latin = tmp_path / "broken.toml", tmp_path / "latin.toml"
    broken.write_text("name = ", encoding="utf-8")
    latin.write_bytes('name = "Nørrebro"'.encode("cp1252"))
    for name, sentence in {
        "nowhere": r"^there is no profile 'nowhere'; the packaged ones are adresse",
        str(tmp_path): r"^the profile '.*' is a folder, not a file$",
        str(broken): r"^the profile 'broken.toml' is not valid TOML: ",
        str(latin): r"^the profile 'latin.toml' is not UTF-8$",
    }.items():
        with pytest.raises(ProfileError, match=sentence):
            load_profile(name)
