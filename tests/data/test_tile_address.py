import re
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.tile_address import TileAddressError, address_of, holds_secret, require_template
from geo.tiles import Tile

XYZ = "https://kort.example.dk/{z}/{x}/{y}.png"
KVP = (
    "https://kort.example.dk/wmts?SERVICE=WMTS&REQUEST=GetTile&VERSION=1.0.0&LAYER=kort&STYLE=default&FORMAT=image/png"
    "&TILEMATRIXSET=GoogleMapsCompatible&TILEMATRIX={TileMatrix}&TILEROW={TileRow}&TILECOL={TileCol}"
)
REST = "https://kort.example.dk/wmts/kort/default/GoogleMapsCompatible/{TileMatrix}/{TileRow}/{TileCol}.png"
TILE = Tile(14, 8763, 5124)


@pytest.mark.parametrize(
    ("template", "address"),
    [
        (XYZ, "https://kort.example.dk/14/8763/5124.png"),
        ("https://kort.example.dk/{z}/{x}/{-y}.png", "https://kort.example.dk/14/8763/11259.png"),
        (REST, "https://kort.example.dk/wmts/kort/default/GoogleMapsCompatible/14/5124/8763.png"),
        ("http://127.0.0.1:8080/{z}/{x}/{y}", "http://127.0.0.1:8080/14/8763/5124"),
        ("https://kort.example.dk/{z}/{x}/{y}?token={token}", "https://kort.example.dk/14/8763/5124?token=a%2Fb%26c"),
    ],
)
def test_a_tile_gets_its_address(template: str, address: str) -> None:
    assert address_of(require_template(template), TILE, "a/b&c") == address


def test_wmts_with_keys_and_values() -> None:
    asked = parse_qs(urlsplit(address_of(require_template(KVP), TILE)).query)
    assert (asked["TILEMATRIX"], asked["TILEROW"], asked["TILECOL"]) == (["14"], ["5124"], ["8763"])


@pytest.mark.parametrize(
    ("template", "sentence"),
    [
        ("ftp://kort.example.dk/{z}/{x}/{y}.png", "must begin with https://"),
        ("http://kort.example.dk/{z}/{x}/{y}.png", "must begin with https://"),
        ("file:///etc/{z}/{x}/{y}", "must begin with https://"),
        ("https:///{z}/{x}/{y}", "must name one host"),
        ("https://{x}.example.dk/{z}/{x}/{y}", "must name one host"),
        ("https://{s}.example.dk/{z}/{x}/{y}", "must name one host"),
        ("https://u:p@kort.example.dk/{z}/{x}/{y}", "neither a user nor"),
        ("https://kort.example.dk/{z}/{x}/{y}#a", "neither a user nor"),
        ("https://kort.example.dk:port/{z}/{x}/{y}", "is not an address"),
        ("https://kort.example.dk/{z}/{x}/{y}\r\nHost: a", "characters"),
        ("https://kort.example.dk/ø/{z}/{x}/{y}", "characters"),
        ("https://kort.example.dk/{z}/{x}.png", "must hold {y} or {TileRow} or {-y} once"),
        ("https://kort.example.dk/{z}/{x}/{y}/{-y}.png", "must hold {y} or {TileRow} or {-y} once"),
        ("https://kort.example.dk/{z}/{x}/{y}{r}.png", "unknown place {r}"),
        ("https://kort.example.dk/{z}/{x}/{y}.pbf", "vector tiles"),
        ("https://kort.example.dk/{z}/{x}/{y}.mvt?a=b", "vector tiles"),
        (KVP.replace("image/png", "application/vnd.mapbox-vector-tile"), "vector tiles"),
        (KVP.replace("GoogleMapsCompatible", "View1"), "matrix set 'View1' is not known to be in EPSG:3857"),
        (KVP.replace("GoogleMapsCompatible", "EPSG:25832"), "matrix set 'EPSG:25832' is not known"),
    ],
)
def test_what_cannot_be_drawn_is_refused_in_one_sentence(template: str, sentence: str) -> None:
    with pytest.raises(TileAddressError, match=re.escape(sentence)) as refused:
        require_template(template)
    assert "\n" not in str(refused.value)


def test_the_operator_may_vouch_for_a_matrix_set() -> None:
    template = KVP.replace("GoogleMapsCompatible", "Kommune3")
    assert require_template(template, vouched=True) == template


@pytest.mark.parametrize(
    ("template", "secret"),
    [
        (XYZ, False),
        (f"{XYZ}?token=abc", True),
        (f"{XYZ}?Token={{token}}", False),
        (f"{XYZ}?username=a&password=b", True),
        (f"{XYZ}?style=dark", False),
    ],
)
def test_a_secret_in_an_address_is_noticed(template: str, secret: bool) -> None:
    assert holds_secret(template) is secret


@given(
    st.integers(0, 22).flatmap(
        lambda z: st.builds(Tile, st.just(z), st.integers(0, 2**z - 1), st.integers(0, 2**z - 1))
    ),
    st.text(max_size=30),
)
def test_whatever_is_put_in_the_host_and_path_stay(tile: Tile, token: str) -> None:
    at = urlsplit(address_of(f"{XYZ}?token={{token}}", tile, token))
    assert (at.hostname, at.path) == ("kort.example.dk", f"/{tile.z}/{tile.x}/{tile.y}.png")
    assert parse_qs(at.query, keep_blank_values=True) == {"token": [token]}
