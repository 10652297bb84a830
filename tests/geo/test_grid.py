import h3
import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from data.partnerships import load_partnership
from geo.grid import (
    FINEST,
    ResolutionError,
    adjacency,
    area_m2,
    cells_at,
    cells_with_centre_inside,
    centres,
    fill_between,
    from_text,
    outline,
    parents,
    require_resolution,
    to_text,
)


@pytest.mark.parametrize(("resolution", "cells"), [(9, 11), (10, 63), (11, 449)])
def test_the_treated_area_holds_the_known_number_of_cell_centres(resolution: int, cells: int) -> None:
    polygon = load_partnership(None).areas.treated.polygon
    inside = cells_with_centre_inside(polygon, resolution)
    assert len(inside) == cells
    lon, lat = centres(inside)
    assert shapely.contains_xy(polygon, lon, lat).all()


@pytest.mark.parametrize(("resolution", "size_m2"), [(9, 86_200), (10, 12_300), (11, 1_760)])
def test_cells_have_the_size_stated_in_the_settings(resolution: int, size_m2: float) -> None:
    cells = cells_with_centre_inside(load_partnership(None).areas.treated.polygon, resolution)
    assert area_m2(cells).mean() == pytest.approx(size_m2, rel=0.01)


@given(st.lists(st.tuples(st.floats(-179, 179), st.floats(-85, 85)), max_size=20), st.integers(0, 15))
def test_cells_agree_with_the_string_interface(points: list[tuple[float, float]], resolution: int) -> None:
    lon, lat = np.array(points, dtype=float).reshape(-1, 2).T
    assert to_text(cells_at(lon, lat, resolution)) == [h3.latlng_to_cell(y, x, resolution) for x, y in points]


def test_text_and_integers_are_the_same_cells() -> None:
    cells = cells_at(np.array([12.55, 12.56]), np.array([55.68, 55.69]), 11)
    assert (from_text(to_text(cells)) == cells).all()
    with pytest.raises(ValueError, match="not an H3 cell"):
        from_text(["0"])


def test_adjacency_is_symmetric_and_counts_six_neighbours_inside() -> None:
    cells = fill_between(cells_at(np.array([12.55]), np.array([55.68]), 10), k=3)
    matrix = adjacency(cells).toarray()
    assert (matrix == matrix.T).all()
    assert matrix.diagonal().sum() == 0
    assert matrix.sum(axis=1).max() == 6
    with_self = adjacency(cells, include_self=True).toarray()
    assert (with_self - matrix == np.eye(len(cells))).all()
    with pytest.raises(ValueError, match="unique"):
        adjacency(np.array([cells[0], cells[0]]))


def test_parents_contain_their_cells() -> None:
    cells = cells_at(np.array([12.55, 12.56, 12.55]), np.array([55.68, 55.69, 55.68]), 11)
    above = parents(cells, 9)
    assert [h3.cell_to_parent(cell, 9) for cell in to_text(cells)] == to_text(above)


def test_outlines_are_closed_and_counter_clockwise() -> None:
    ring = outline(int(cells_at(np.array([12.55]), np.array([55.68]), 10)[0]))
    assert ring[0] == ring[-1]
    assert shapely.LinearRing(ring).is_ccw


def test_the_cells_of_many_points_are_those_of_each() -> None:
    rng = np.random.default_rng(5)
    lon, lat = rng.uniform(-180, 180, 20_000), np.degrees(np.arcsin(rng.uniform(-1, 1, 20_000)))
    lon[:10_000], lat[:10_000] = rng.uniform(12.5, 12.6, 10_000), rng.uniform(55.6, 55.7, 10_000)
    for resolution in (0, 9, 11, 15):
        each = zip(lat.tolist(), lon.tolist(), strict=True)
        expected = [h3.str_to_int(h3.latlng_to_cell(y, x, resolution)) for y, x in each]
        assert cells_at(lon, lat, resolution).tolist() == expected
    assert cells_at(np.empty(0), np.empty(0), 9).dtype == np.int64


def test_the_finest_resolution_is_the_last_that_the_grid_has() -> None:
    here = np.array([12.55]), np.array([55.68])
    assert h3.get_resolution(to_text(cells_at(*here, FINEST))[0]) == FINEST
    with pytest.raises(ValueError, match="resolution"):
        cells_at(*here, FINEST + 1)
    for resolution in (0, FINEST):
        require_resolution("r", resolution)
    for resolution in (-1, FINEST + 1):
        with pytest.raises(ResolutionError, match=f"^r is {resolution}; H3 has 0 to 15$"):
            require_resolution("r", resolution)
