import numpy as np
import pytest
import shapely

from geo.grid import adjacency, cells_at
from models.cell_emerging import TooShortError, cell_emerging
from models.cell_hotspots import TooFewCellsError
from models.emerging_hot_spots import EmergingParameters, Pattern, emerging_hot_spots

HOT = 12.55, 55.69


def strewn(days=84, per_day=10):
    """Points over about one and a half kilometres, and a place with fifteen more a day in the last week."""
    rng = np.random.default_rng(8)
    day = np.append(np.repeat(np.arange(days), per_day), np.repeat(np.arange(days - 7, days), 15))
    lon, lat = HOT[0] + rng.uniform(-0.012, 0.012, len(day)), HOT[1] + rng.uniform(-0.007, 0.007, len(day))
    lon[days * per_day :], lat[days * per_day :] = HOT
    order = rng.permutation(len(day))
    return lon[order], lat[order], 20_000 + day[order]


def classes(points, **options):
    asked = {"resolution": 9, "area": None, "bin_days": 7, "parameters": EmergingParameters()} | options
    return cell_emerging(*points, **asked)


def test_a_place_that_became_busy_in_the_last_week_is_new():
    found = classes(strewn())
    assert found.count.shape == (len(found.cell), 12)
    assert found.count.sum() == 84 * 10 + 7 * 15
    here = int(np.searchsorted(found.cell, cells_at(np.array([HOT[0]]), np.array([HOT[1]]), 9)[0]))
    assert (Pattern(found.found.pattern[here]), found.found.side[here]) == (Pattern.NEW, 1)
    expected = emerging_hot_spots(found.count.astype(float), adjacency(found.cell, include_self=True))
    np.testing.assert_array_equal(found.found.pattern, expected.pattern)


def test_the_last_bin_ends_with_the_last_day_and_the_first_is_whole():
    lon, lat, day = strewn(days=80)
    found = classes((lon, lat, day))
    assert (found.first_day, found.count.shape[1]) == (20_003, 11)
    assert found.left_out == 30
    np.testing.assert_array_equal(found.count.sum(axis=0), [70] * 10 + [70 + 105])


def test_points_outside_the_area_are_left_out():
    lon, lat, day = strewn()
    found = classes((lon, lat, day), area=shapely.box(HOT[0] - 0.012, HOT[1] - 0.007, HOT[0], HOT[1] + 0.007))
    assert 300 < found.left_out < 600
    assert found.count.sum() == len(day) - found.left_out


def test_too_short_and_too_small_are_refused():
    with pytest.raises(TooShortError, match="span 69 days, which is 9 whole bins of 7 days; at least 10"):
        classes(strewn(days=69))
    with pytest.raises(TooFewCellsError, match="finer resolution"):
        classes(strewn(), resolution=6)
