import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.tiles import HIGHEST_ZOOM, NORTHERNMOST, Tile, TileError, grown, tile_at

longitudes = st.floats(-180, 180, exclude_max=True)
latitudes = st.floats(-NORTHERNMOST, NORTHERNMOST)
zooms = st.integers(0, HIGHEST_ZOOM)
tiles = zooms.flatmap(lambda z: st.builds(Tile, st.just(z), st.integers(0, 2**z - 1), st.integers(0, 2**z - 1)))


@given(longitudes, latitudes, zooms)
def test_a_place_lies_in_its_tile(lon: float, lat: float, z: int) -> None:
    west, south, east, north = tile_at(lon, lat, z).bounds
    assert west - 1e-9 <= lon <= east + 1e-9
    assert south - 1e-9 <= lat <= north + 1e-9


@given(tiles)
def test_the_middle_of_a_tile_leads_back_to_it(tile: Tile) -> None:
    west, south, east, north = tile.bounds
    assert tile_at((west + east) / 2, (south + north) / 2, tile.z) == tile


@given(tiles)
def test_turning_the_rows_twice_changes_nothing(tile: Tile) -> None:
    turned = Tile(tile.z, tile.x, tile.row_from_south)
    assert turned.row_from_south == tile.y
    assert turned.bounds[1] == pytest.approx(-tile.bounds[3])


@given(tiles)
def test_neighbours_share_a_side_and_touch_not(tile: Tile) -> None:
    if tile.x + 1 < 2**tile.z:
        beside = Tile(tile.z, tile.x + 1, tile.y)
        assert tile.bounds[2] == beside.bounds[0]
        assert not tile.touches(beside.bounds)
    assert tile.touches(tile.bounds)


@pytest.mark.parametrize(
    ("z", "x", "y"), [(-1, 0, 0), (23, 0, 0), (0, 1, 0), (0, 0, 1), (3, 8, 0), (3, 0, -1), (3, -1, 0), (10**9, 0, 0)]
)
def test_a_tile_that_no_map_has_is_refused(z: int, x: int, y: int) -> None:
    with pytest.raises(TileError, match=r"found -?\d"):
        Tile(z, x, y)


def test_published_tiles() -> None:
    """OpenStreetMap's wiki, 'Slippy map tilenames': zoom 18 of Tokyo and zoom 10 of the formula's example."""
    assert tile_at(139.7006793, 35.6590699, 18) == Tile(18, 232798, 103246)


def test_bounds_do_not_grow_beyond_the_world() -> None:
    assert grown((-170.0, -80.0, 170.0, 80.0), 1.0) == (-180.0, -NORTHERNMOST, 180.0, NORTHERNMOST)
