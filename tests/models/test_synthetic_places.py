"""Where synthetic incidents may happen."""

import numpy as np
import pytest
import shapely

from models.synthetic_places import ACCURACIES_M, Places, draw_places, measured

SQUARE = shapely.box(1_000, 2_000, 1_900, 2_800)
NOWHERE = shapely.Polygon()
NO_HOT_POINTS = np.empty((0, 2))


def draw(polygon: shapely.Polygon, empty: shapely.Polygon = NOWHERE, hot_xy: np.ndarray = NO_HOT_POINTS) -> Places:
    return draw_places(polygon, empty=empty, hot_xy=hot_xy, n_categories=3, rng=np.random.default_rng(1))


def test_addresses_lie_inside_and_off_empty_ground() -> None:
    park = shapely.box(1_000, 2_000, 1_500, 2_800)
    places = draw(SQUARE, park)
    assert shapely.contains_xy(SQUARE, places.x, places.y).all()
    assert not shapely.contains_xy(park, places.x, places.y).any()
    assert 400 < len(places.x) < len(draw(SQUARE).x)


def test_empty_ground_everywhere_leaves_the_area_as_it_is() -> None:
    assert np.array_equal(draw(SQUARE, SQUARE.buffer(10)).x, draw(SQUARE).x)


def test_an_area_smaller_than_a_house_still_has_a_place() -> None:
    tiny = shapely.box(0, 0, 1, 1)
    places = draw(tiny)
    assert shapely.contains_xy(tiny, places.x, places.y).all()
    assert places.share.shape == (3, len(places.x))


def test_shares_add_up_and_a_given_point_is_hot() -> None:
    hot = np.array([[1_300.0, 2_300.0]])
    places = draw(SQUARE, hot_xy=hot)
    assert places.share.sum(axis=1) == pytest.approx(1)
    near = np.hypot(places.x - 1_300, places.y - 2_300) < 80
    assert places.share[:, near].sum() / 3 > 3 * near.mean()


def test_half_of_all_points_are_exact_and_the_others_stray_by_their_accuracy() -> None:
    x = np.zeros(20_000)
    measured_x, measured_y, accuracy_m = measured(np.random.default_rng(1), x, x)
    exact = accuracy_m == ACCURACIES_M[0]
    assert exact.mean() == pytest.approx(0.5, abs=0.02)
    assert not measured_x[exact].any()
    for accuracy in ACCURACIES_M[1:]:
        here = accuracy_m == accuracy
        assert np.mean(np.hypot(measured_x[here], measured_y[here]) < accuracy) == pytest.approx(0.86, abs=0.03)
