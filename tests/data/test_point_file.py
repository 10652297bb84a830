from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import shapely

from data.intake.block import IntakeError
from data.point_file import PointFileError, read_points, read_polygon

POINTS = np.array([[12.55, 55.68], [12.56, 55.69]])


@pytest.mark.parametrize(
    "content",
    [
        "lon,lat\n12.55,55.68\n12.56,55.69\n",
        "id;Breddegrad;Længdegrad\n1;55,68;12,55\n2;55,69;12,56\n",
        "\ufefflongitude\tlatitude\r\n12.55\t55.68\r\n12.56\t55.69\r\n",
    ],
)
def test_tables_of_coordinates(tmp_path: Path, content: str) -> None:
    path = tmp_path / "points.csv"
    path.write_text(content, encoding="utf-8", newline="")
    lon, lat = read_points(path)
    assert np.allclose(np.column_stack([lon, lat]), POINTS)


@pytest.mark.parametrize("suffix", ["geojson", "gpkg"])
def test_layers_in_any_projection(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"points.{suffix}"
    layer = gpd.GeoDataFrame(geometry=gpd.points_from_xy(*POINTS.T), crs=4326)
    (layer if suffix == "geojson" else layer.to_crs(25832)).to_file(path)
    assert np.allclose(np.column_stack(read_points(path)), POINTS)


def test_polygons_of_a_layer_are_taken_together(tmp_path: Path) -> None:
    path = tmp_path / "area.geojson"
    boxes = [shapely.box(12, 55, 13, 56), shapely.box(13, 55, 14, 56)]
    gpd.GeoDataFrame(geometry=boxes, crs=4326).to_file(path)
    assert read_polygon(path).bounds == (12, 55, 14, 56)
    points = tmp_path / "points.geojson"
    gpd.GeoDataFrame(geometry=gpd.points_from_xy(*POINTS.T), crs=4326).to_file(points)
    with pytest.raises(PointFileError, match="has no polygon"):
        read_polygon(points)
    with pytest.raises(PointFileError, match="line 1: the geometry is not a point"):
        read_points(path)


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("a.csv", b"", "'a.csv' is empty"),
        ("a.csv", "lon,lat\nsyd,æ\n".encode("cp1252"), "line 2: column lon is not a number"),
        ("a.csv", b"lon,lat,lng\n1,2,3\n", "needs one column named lon; it has lon, lat, lng"),
        ("a.csv", b"lon,lat\n1,\n", "line 2: column lat is not a number"),
        ("a.csv", b"lon,lat\n1,2,3\n", "line 2: the row has 3 fields, the header 2"),
        ("a.csv", b"lon,lat\n1,91\n", "line 2: 1.0, 91.0 is not longitude, latitude in degrees"),
        ("a.csv", b"lon,lat\n", "has no rows"),
        ("a.geojson", b"{}", "cannot be read as GeoJSON or GeoPackage"),
    ],
)
def test_files_without_usable_points(tmp_path: Path, name: str, content: bytes, sentence: str) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises((PointFileError, IntakeError), match=sentence):
        read_points(path)


def test_a_folder_and_nothing_at_all(tmp_path: Path) -> None:
    with pytest.raises(IntakeError, match="is a folder"):
        read_points(tmp_path)
    with pytest.raises(IntakeError, match="there is no file"):
        read_points(tmp_path / "none.csv")
    with pytest.raises(PointFileError, match="is a directory"):
        read_polygon(tmp_path)
