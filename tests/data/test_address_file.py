"""The flat register of addresses: degrees or metres, comma or semicolon, with or without postcodes."""

from pathlib import Path

import pytest

from data.gazetteers import GazetteerError, load_gazetteer
from geo.gazetteer import Found

# 12.55787, 55.68650 in EPSG:25832, to the centimetre.
X, Y = 723_637.07, 6_176_926.93


@pytest.mark.parametrize(
    "text",
    [
        f"vejnavn,husnr,postnr,x,y\nBlågårds Plads,2,2200,{X},{Y}\n",
        f"vejnavn;husnr;postnr;x;y\nBlågårds Plads;2;2200;{X};{Y}\n",
        f"vejnavn;husnr;x;y\nBlågårds Plads;2;{X};{Y}\n".replace(".", ","),
        f"Husnr;Vejnavn;Y;X\n2;Blågårds Plads;{Y};{X}\n",
        "vejnavn;husnr;lon;lat\nBlågårds Plads;2;12,55787;55,6865\n",
        'vejnavn,husnr,lon,lat\n"Blågårds Plads","2",12.55787,55.6865\n',
    ],
)
def test_metres_and_degrees_are_the_same_point(tmp_path: Path, text: str) -> None:
    path = tmp_path / "adresser.csv"
    path.write_text(text, encoding="utf-8")
    found = load_gazetteer(None, path).find_address("Blågårds Plads 2, 2200 Kbh N")
    assert isinstance(found, Found)
    assert (found.lon, found.lat) == (pytest.approx(12.55787, abs=2e-6), pytest.approx(55.6865, abs=2e-6))
    assert found.method == "address"


def test_a_point_outside_the_reference_system_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "adresser.csv"
    path.write_text(f"vejnavn,husnr,x,y\nStengade,1,{X},{Y}\nStengade,3,,{Y}\n", encoding="utf-8")
    with pytest.raises(GazetteerError, match=r"^line 3 of the gazetteer 'adresser.csv' has no x and y in EPSG:25832$"):
        load_gazetteer(None, path)
