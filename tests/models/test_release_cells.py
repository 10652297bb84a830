import numpy as np
import shapely
from hypothesis import given
from hypothesis import strategies as st

from geo.grid import FINEST, cells_with_centre_inside, outline, parents
from models.partnership import Partnership
from models.release_cells import MINIMUM_ADDRESSES, merged_cells, release_cells

SQUARE = shapely.box(12.54, 55.68, 12.57, 55.70)
CELLS = cells_with_centre_inside(SQUARE, 9)


@given(sizes=st.lists(st.integers(0, 60), min_size=len(CELLS), max_size=len(CELLS)))
def test_every_cell_is_in_one_group_that_is_large_enough(sizes: list[int]) -> None:
    size = dict(zip(CELLS.tolist(), sizes, strict=True))
    groups = merged_cells(CELLS, np.array(sizes, dtype=float), MINIMUM_ADDRESSES)
    assert sorted(cell for _, group in groups for cell in group) == sorted(size)
    for resolution, group in groups:
        assert sum(size[cell] for cell in group) >= min(MINIMUM_ADDRESSES, sum(sizes))
        if resolution == 9:
            assert len(group) == 1
        if resolution == 8:
            assert len(np.unique(parents(np.array(group), 8))) == 1


def test_without_a_register_no_cell_is_finer_than_resolution_8(partnership: Partnership) -> None:
    cells = release_cells(partnership.areas, None)
    assert {cell.area for cell in cells} == {area.id for area in partnership.areas.areas}
    assert {cell.resolution for cell in cells} <= {8, 0}


def test_a_cell_with_addresses_stands_alone_and_the_area_is_covered(partnership: Partnership) -> None:
    treated = partnership.areas.treated
    inside = cells_with_centre_inside(treated.polygon, 9)
    from geo.grid import centres

    lon, lat = centres(inside[:2])
    cells = [
        cell
        for cell in release_cells(partnership.areas, (np.repeat(lon, 40), np.repeat(lat, 40)))
        if cell.area == treated.id
    ]
    assert [cell.resolution for cell in cells].count(9) >= 1
    whole = shapely.union_all([shapely.Polygon(outline(int(one, 16))) for cell in cells for one in cell.cells])
    assert whole.intersection(treated.polygon).area / treated.polygon.area > 0.99
    assert FINEST > 9
