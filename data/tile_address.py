"""The address of a tile at the operator's own server: a template with places for zoom, column and row.

XYZ: ``{z}``, ``{x}``, ``{y}``, or ``{-y}`` for rows counted from the south (TMS). WMTS 1.0.0, as KVP or REST:
``{TileMatrix}``, ``{TileCol}``, ``{TileRow}``. ``{token}`` stands for a secret that is given elsewhere.
"""

import re
from collections.abc import Mapping
from typing import Final
from urllib.parse import parse_qsl, quote, urlsplit

from geo.errors import PlainError
from geo.tiles import Tile

PLACE: Final = re.compile(r"\{([^{}]*)\}")
ZOOM, COLUMN, ROW, ROW_FROM_SOUTH, TOKEN = ("z", "TileMatrix"), ("x", "TileCol"), ("y", "TileRow"), ("-y",), "token"
KNOWN = (*ZOOM, *COLUMN, *ROW, *ROW_FROM_SOUTH, TOKEN)
# What map servers call the tiles of Web Mercator.
MERCATOR = ("googlemapscompatible", "webmercator", "web_mercator", "pseudo-mercator", "3857", "900913")
VECTOR = (".pbf", ".mvt")
VECTOR_FORMATS = ("mapbox-vector-tile", "x-protobuf", "geojson", "vector")
SECRET_NAMES = ("token", "apikey", "api_key", "key", "access_token", "password", "passwd", "pwd", "secret", "username")
LOOPBACK = ("127.0.0.1", "localhost", "::1")


class TileAddressError(PlainError, ValueError):
    """An address of tiles that cannot be used; the sentence holds no secret."""


def require_template(template: str, *, vouched: bool = False) -> str:
    """``template`` itself; raises `TileAddressError` unless tiles of Web Mercator can be asked for with it.

    ``vouched``: the operator says that they are in EPSG:3857, whatever their tile matrix set is called.

    >>> require_template("https://kort.example.dk/{z}/{x}/{y}.png")
    'https://kort.example.dk/{z}/{x}/{y}.png'
    >>> require_template("ftp://kort.example.dk/{z}/{x}/{y}.png")
    Traceback (most recent call last):
    data.tile_address.TileAddressError: the address of map tiles must begin with https://; only this machine may be \
asked without
    """
    plain = PLACE.sub("0", template)
    if not plain.isascii() or not plain.isprintable() or set(plain) & set(' "<>\\^`{|}'):
        raise TileAddressError("the address of map tiles holds characters that an address cannot have")
    try:
        at = urlsplit(plain)
        host, _ = at.hostname or "", at.port
    except ValueError as error:
        raise TileAddressError("the address of map tiles is not an address") from error
    if at.scheme not in {"http", "https"} or (at.scheme == "http" and host not in LOOPBACK):
        raise TileAddressError(
            "the address of map tiles must begin with https://; only this machine may be asked without"
        )
    if not host or "{" in urlsplit(template).netloc:
        raise TileAddressError("the address of map tiles must name one host, without places in braces")
    if at.username is not None or at.password is not None or "#" in template:
        raise TileAddressError("the address of map tiles must have neither a user nor a part after #")
    _require_places(template)
    _require_raster(at.path, template)
    if not vouched:
        _require_mercator(template)
    return template


def holds_secret(template: str) -> bool:
    """Whether what looks like a secret stands in ``template`` itself.

    >>> holds_secret("https://a.dk/{z}/{x}/{y}?token=abc"), holds_secret("https://a.dk/{z}/{x}/{y}?token={token}")
    (True, False)
    """
    return any(
        name.lower() in SECRET_NAMES and value != f"{{{TOKEN}}}" for name, value in parse_qsl(urlsplit(template).query)
    )


def needs_token(template: str) -> bool:
    """Whether a secret has its place in ``template``."""
    return f"{{{TOKEN}}}" in template


def address_of(template: str, tile: Tile, token: str = "") -> str:
    """Where ``tile`` is.

    >>> address_of("https://a.dk/{z}/{x}/{-y}.png?k={token}", Tile(3, 1, 0), "æ&b")
    'https://a.dk/3/1/7.png?k=%C3%A6%26b'
    """
    values: dict[str, str] = dict.fromkeys(ZOOM, str(tile.z))
    values |= dict.fromkeys(COLUMN, str(tile.x)) | dict.fromkeys(ROW, str(tile.y))
    values |= {ROW_FROM_SOUTH[0]: str(tile.row_from_south), TOKEN: quote(token, safe="")}
    return PLACE.sub(lambda place: values[place[1]], template)


def _require_places(template: str) -> None:
    places = PLACE.findall(template)
    unknown = sorted(set(places) - set(KNOWN))
    if unknown:
        raise TileAddressError(f"the address of map tiles has an unknown place {{{unknown[0]}}}; it knows {_known()}")
    for wanted in (ZOOM, COLUMN, (*ROW, *ROW_FROM_SOUTH)):
        if sum(places.count(name) for name in wanted) != 1:
            said = " or ".join(f"{{{name}}}" for name in wanted)
            raise TileAddressError(f"the address of map tiles must hold {said} once")


def _require_raster(path: str, template: str) -> None:
    form = _query(template).get("format", "").lower()
    if path.lower().endswith(VECTOR) or any(word in form for word in VECTOR_FORMATS):
        raise TileAddressError("the map tiles are vector tiles; only pictures (PNG, JPEG, WebP) can be drawn")


def _require_mercator(template: str) -> None:
    query = _query(template)
    if query.get("service", "").lower() != "wmts":
        return
    matrix_set = query.get("tilematrixset", "")
    if not any(name in matrix_set.lower() for name in MERCATOR):
        raise TileAddressError(
            f"the tile matrix set '{matrix_set}' is not known to be in EPSG:3857 (such as GoogleMapsCompatible); "
            'if it is, say crs = "EPSG:3857"'
        )


def _query(template: str) -> Mapping[str, str]:
    return {name.lower(): value for name, value in parse_qsl(urlsplit(template).query, keep_blank_values=True)}


def _known() -> str:
    return ", ".join(f"{{{name}}}" for name in KNOWN)
