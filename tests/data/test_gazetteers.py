"""Gazetteers from the packaged sketch and from a register of addresses."""

from pathlib import Path

import pytest

from data.gazetteers import GazetteerError, load_gazetteer
from data.partnerships import load_sketch

REGISTER = "vejnavn,husnr,lon,lat\nBlågårds Plads,2,12.55787,55.6865\nNørrebrogade,63,12.5533,55.6915\n"


def test_the_packaged_sketch_knows_the_streets_of_indre_noerrebro() -> None:
    gazetteer = load_gazetteer(load_sketch(None), None)
    torv, street = gazetteer.find_address("Sct. Hans Torv"), gazetteer.find_address("Aaboulevard 12")
    assert torv is not None
    assert street is not None
    assert (torv.lon, torv.lat, torv.method) == (12.56072, 55.69068, "place")
    assert street.method == "street"
    assert street.accuracy_m > 300
    assert gazetteer.find_address("Vesterbrogade 3") is None


@pytest.mark.parametrize(
    "text", [REGISTER, "\ufeff" + REGISTER, REGISTER.replace(",", ";"), REGISTER.replace("\n", "\r\n")]
)
def test_a_register_of_addresses_is_read(tmp_path: Path, text: str) -> None:
    path = tmp_path / "adresser.csv"
    path.write_bytes(text.encode())
    found = load_gazetteer(None, path).find("BLAAGAARDS PLADS", "2")
    assert found is not None
    assert (found.lon, found.lat, found.method) == (12.55787, 55.6865, "address")


def test_a_register_adds_numbers_to_the_sketchs_streets(tmp_path: Path) -> None:
    path = tmp_path / "adresser.csv"
    path.write_text(REGISTER, encoding="utf-8")
    gazetteer = load_gazetteer(load_sketch(None), path)
    known, unknown = gazetteer.find("Nørrebrogade", "63"), gazetteer.find("Nørrebrogade", "64")
    assert known is not None
    assert unknown is not None
    assert (known.method, unknown.method) == ("address", "street")


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"vejnavn,nr,lon,lat\n", "the gazetteer 'adresser.csv' has no column 'husnr'"),
        (
            b"vejnavn,husnr,lon,lat\nStengade,1,x,55.69\n",
            "line 2 of the gazetteer 'adresser.csv' has no longitude and latitude in degrees",
        ),
        (
            b"vejnavn,husnr,lon,lat\nStengade,1,723000,6175000\n",
            "line 2 of the gazetteer 'adresser.csv' has no longitude and latitude in degrees",
        ),
        (b"vejnavn,husnr,lon,lat\nStengade,,12.55,55.69\n", "'' is not a house number of 'Stengade'"),
        (
            "vejnavn,husnr,lon,lat\nÅgade,1,12.55,55.69\n".encode("cp1252"),
            "the gazetteer 'adresser.csv' is not UTF-8",
        ),
    ],
)
def test_a_register_that_cannot_be_used_is_refused(tmp_path: Path, content: bytes, sentence: str) -> None:
    path = tmp_path / "adresser.csv"
    path.write_bytes(content)
    with pytest.raises(GazetteerError) as refused:
        load_gazetteer(None, path)
    assert str(refused.value) == sentence


def test_a_register_that_is_missing_is_refused(tmp_path: Path) -> None:
    with pytest.raises(GazetteerError, match=r"the gazetteer 'adresser.csv' cannot be read: .*No such file"):
        load_gazetteer(None, tmp_path / "adresser.csv")


@pytest.mark.parametrize(
    ("geometry", "sentence"),
    [
        ({"type": "Point", "coordinates": [12.5, 55.6]}, "street 'Stengade' in the sketch is not a line"),
        ({"type": "LineString", "coordinates": [[12.5, 55.6]]}, "street 'Stengade' has a line of 1 points"),
        (
            {"type": "LineString", "coordinates": [[723000, 6175000], [1, 2]]},
            "not longitude, latitude in degrees",
        ),
    ],
)
def test_a_sketch_that_cannot_be_used_is_refused(geometry: dict[str, object], sentence: str) -> None:
    feature = {"type": "Feature", "properties": {"kind": "street", "name": "Stengade"}, "geometry": geometry}
    with pytest.raises(GazetteerError, match=sentence):
        load_gazetteer({"type": "FeatureCollection", "features": [feature]}, None)
