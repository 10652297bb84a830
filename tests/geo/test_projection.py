import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.projection import ProjectionError, project, require_metric, to_degrees


def test_the_central_meridian_of_utm_32() -> None:
    # On it the easting is 500 km by definition, and the northing is 0.9996 of the meridian arc on GRS80,
    # which is 6,097,230.313 m from the equator to 55 degrees.
    x, y = project(np.array([9.0]), np.array([55.0]), "EPSG:25832")
    assert (x[0], y[0]) == (pytest.approx(500_000, abs=1e-6), pytest.approx(0.9996 * 6_097_230.313, abs=1e-2))


@given(st.floats(8, 15), st.floats(54, 58))
def test_there_and_back_is_the_same_place(lon: float, lat: float) -> None:
    back = to_degrees(*project(np.array([lon]), np.array([lat]), "EPSG:25832"), "EPSG:25832")
    assert (back[0][0], back[1][0]) == (pytest.approx(lon, abs=1e-8), pytest.approx(lat, abs=1e-8))


def test_degrees_stay_degrees() -> None:
    assert to_degrees(np.array([12.5]), np.array([55.7]), "EPSG:4326")[0][0] == 12.5


@pytest.mark.parametrize("crs", ["EPSG:4326", "EPSG:2263", "EPSG:1", "nonsense"])
def test_only_projected_metres_are_taken(crs: str) -> None:
    with pytest.raises(ProjectionError, match=crs):
        require_metric(crs)


def test_an_unknown_crs_is_named() -> None:
    with pytest.raises(ProjectionError, match="EPSG:0"):
        to_degrees(np.array([1.0]), np.array([1.0]), "EPSG:0")
