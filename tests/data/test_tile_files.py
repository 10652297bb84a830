"""Tiles out of files: MBTiles and PMTiles, whole, damaged and hostile."""

import re
import sqlite3
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pmtiles.tile import TileType

from data.basemap_source import BasemapKind, kind_of, tiles_of
from data.mbtiles_file import MbtilesFile
from data.pmtiles_file import PmtilesFile
from data.tile_source import LARGEST_TILE_BYTES, TileFailedError, TileSource, TileSourceError, picture_type
from geo.tiles import Tile
from models.basemap_parameters import BasemapParameters
from models.parameter_limits import ParameterError
from tests.basemaps import png, png_of, tiles_over, write_mbtiles, write_pmtiles, write_streets

BOUNDS = (12.52, 55.67, 12.58, 55.71)
TILES = {tile: png(10 + i % 240, size=8) for i, tile in enumerate(tiles_over(BOUNDS, range(11, 17)))}
NOWHERE = Tile(14, 0, 0)


def mbtiles(folder: Path) -> TileSource:
    return MbtilesFile(write_mbtiles(folder / "kort.mbtiles", TILES, format="png", bounds="12.52,55.67,12.58,55.71"))


def pmtiles(folder: Path) -> TileSource:
    return PmtilesFile(write_pmtiles(folder / "kort.pmtiles", TILES, bounds=BOUNDS))


@pytest.fixture(params=[mbtiles, pmtiles])
def source(request: pytest.FixtureRequest, tmp_path: Path) -> TileSource:
    opened: Callable[[Path], TileSource] = request.param
    return opened(tmp_path)


def test_every_tile_comes_back_and_no_other(source: TileSource) -> None:
    assert len(TILES) > 100
    assert {tile: source.picture(tile) for tile in TILES} == TILES
    assert source.picture(NOWHERE) is None
    assert source.picture(Tile(22, 2**21, 2**21)) is None


def test_what_is_covered_is_known(source: TileSource) -> None:
    assert (source.coverage.min_zoom, source.coverage.max_zoom) == (11, 16)
    assert source.coverage.bounds == pytest.approx(BOUNDS)


@given(st.data())
def test_any_address_has_a_picture_or_none(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    z = data.draw(st.integers(0, 22))
    place = st.integers(0, 2**z - 1)
    tile = Tile(z, data.draw(place), data.draw(place))
    folder = tmp_path_factory.getbasetemp() / "any"
    folder.mkdir(exist_ok=True)
    path = folder / "kort.pmtiles"
    if not path.exists():
        write_pmtiles(path, TILES)
    assert PmtilesFile(path).picture(tile) == TILES.get(tile)


def test_leaf_directories_are_followed(tmp_path: Path) -> None:
    """More tiles than the root directory holds: the archive gets leaves."""
    places = tiles_over((12, 55, 13, 56), [16])
    many = {tile: png_of(np.full((1, 1, 3), i % 251, np.uint8)) for i, tile in enumerate(places)}
    opened = PmtilesFile(write_pmtiles(tmp_path / "stor.pmtiles", many))
    assert opened._header["leaf_directory_length"] > 0
    some = list(many)[:: len(many) // 200]
    assert {tile: opened.picture(tile) for tile in some} == {tile: many[tile] for tile in some}


@pytest.mark.parametrize("cut", [0.0, 0.001, 0.2, 0.5, 0.999])
def test_a_pmtiles_archive_that_is_cut_off_is_refused(tmp_path: Path, cut: float) -> None:
    whole = write_pmtiles(tmp_path / "kort.pmtiles", TILES).read_bytes()
    path = tmp_path / "kort.pmtiles"
    path.write_bytes(whole[: 8 + int((len(whole) - 8) * cut)])
    with pytest.raises(TileSourceError, match=r"'kort\.pmtiles' is cut off"):
        PmtilesFile(path)


@given(st.integers(8, 600), st.integers(0, 255))
def test_a_damaged_archive_never_fails_otherwise(
    tmp_path_factory: pytest.TempPathFactory, position: int, value: int
) -> None:
    folder = tmp_path_factory.mktemp("damaged", numbered=True)
    path = write_pmtiles(folder / "kort.pmtiles", dict(list(TILES.items())[:40]))
    damaged = bytearray(path.read_bytes())
    damaged[position] = value
    path.write_bytes(damaged)
    with suppress(TileSourceError, TileFailedError):
        opened = PmtilesFile(path)
        for tile in list(TILES)[:5]:
            opened.picture(tile)


def database(path: Path, *statements: str) -> Path:
    with sqlite3.connect(path) as made:
        for statement in statements:
            made.execute(statement)
    made.close()
    return path


def test_mbtiles_that_cannot_be_drawn_are_refused(tmp_path: Path) -> None:
    picture = {Tile(0, 0, 0): png(size=1)}
    wrong = {
        "has no table 'tiles'": database(tmp_path / "a", "CREATE TABLE images (x)"),
        "holds no tile": write_mbtiles(tmp_path / "b", {}),
        "holds vector tiles": write_mbtiles(tmp_path / "c", picture, format="pbf"),
        "holds tiles in EPSG:25832": write_mbtiles(tmp_path / "d", picture, crs="EPSG:25832"),
        "is no picture": write_mbtiles(tmp_path / "e", {Tile(0, 0, 0): b"\x1f\x8b gzip"}),
        "cannot be read as MBTiles": tmp_path / "f",
        "no such column": database(tmp_path / "g", "CREATE TABLE tiles (z)", "INSERT INTO tiles VALUES (1)"),
    }
    whole = write_mbtiles(tmp_path / "f", TILES).read_bytes()
    (tmp_path / "f").write_bytes(whole[:5000])
    for sentence, path in wrong.items():
        with pytest.raises(TileSourceError, match=re.escape(sentence)):
            MbtilesFile(path)


def test_reading_leaves_nothing_beside_the_file(tmp_path: Path) -> None:
    tmp_path.joinpath("kort.mbtiles")
    source = mbtiles(tmp_path)
    (tmp_path / "kort.mbtiles").chmod(0o444)
    source.picture(NOWHERE)
    assert [path.name for path in tmp_path.iterdir()] == ["kort.mbtiles"]


@pytest.mark.parametrize("kind", [TileType.MVT, TileType.MLT, TileType.AVIF, TileType.UNKNOWN])
def test_pmtiles_of_anything_but_pictures_are_refused(tmp_path: Path, kind: TileType) -> None:
    with pytest.raises(TileSourceError, match="vector tiles" if kind in {TileType.MVT, TileType.MLT} else "not PNG"):
        PmtilesFile(write_pmtiles(tmp_path / "kort.pmtiles", {Tile(0, 0, 0): b"tile"}, kind))


def test_a_tile_that_is_no_picture_or_too_large_is_not_given(tmp_path: Path) -> None:
    tiles = {Tile(1, 0, 0): png(), Tile(1, 0, 1): b"<html>", Tile(1, 1, 0): png()[:8] + bytes(LARGEST_TILE_BYTES)}
    for source in (
        MbtilesFile(write_mbtiles(tmp_path / "a", tiles)),
        PmtilesFile(write_pmtiles(tmp_path / "b", tiles)),
    ):
        for tile in list(tiles)[1:]:
            with pytest.raises(TileFailedError):
                source.picture(tile)


@pytest.mark.parametrize(
    ("head", "kind"),
    [(b"\x89PNG\r\n\x1a\n", "image/png"), (b"\xff\xd8\xff\xe0", "image/jpeg"), (b"RIFF\0\0\0\0WEBP", "image/webp")],
)
def test_pictures_are_known_by_their_first_bytes(head: bytes, kind: str) -> None:
    assert picture_type(head + b"...") == kind
    assert picture_type(head[1:] + b"...") is None


def test_what_a_file_is_its_first_bytes_say(tmp_path: Path) -> None:
    street = [("Gade", "lokalvej", [(12.55, 55.69), (12.56, 55.69)])]
    found = {
        BasemapKind.MBTILES: write_mbtiles(tmp_path / "a.gpkg", TILES),
        BasemapKind.PMTILES: write_pmtiles(tmp_path / "b.mbtiles", TILES),
        BasemapKind.STREETS: write_streets(tmp_path / "c.gpkg", street).rename(tmp_path / "c.pmtiles"),
    }
    for kind, path in found.items():
        assert kind_of(BasemapParameters(str(path))) is kind
    (tmp_path / "tekst").write_text("kort")
    with pytest.raises(TileSourceError, match="is neither PMTiles, MBTiles nor a GeoPackage"):
        kind_of(BasemapParameters(str(tmp_path / "tekst")))
    with pytest.raises(TileSourceError, match="cannot be read: No such file"):
        kind_of(BasemapParameters(str(tmp_path / "væk")))
    assert kind_of(BasemapParameters()) is None


def test_tiles_say_whose_they_are_and_a_token_has_its_place(tmp_path: Path) -> None:
    path = str(write_mbtiles(tmp_path / "a", TILES))
    assert tiles_of(BasemapParameters(path, "© Kommunen")) is not None
    assert tiles_of(BasemapParameters()) is None
    with pytest.raises(ParameterError, match="attribution must say whose the map tiles are"):
        tiles_of(BasemapParameters(path))
    address = "https://kort.example.dk/{z}/{x}/{y}.png"
    with pytest.raises(TileSourceError, match="TRYGKORT_BASEMAP_TOKEN is not set"):
        tiles_of(BasemapParameters(f"{address}?token={{token}}", "© Kommunen"))
    with pytest.raises(TileSourceError, match=r"no place \{token\} for it"):
        tiles_of(BasemapParameters(address, "© Kommunen"), "hemmelig")
