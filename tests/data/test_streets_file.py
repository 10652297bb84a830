"""A GeoPackage of streets as a sketch: real files in the reference systems that municipalities use."""

import gzip
import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pyogrio
import pytest
import shapely

from data.streets_file import LARGEST_SKETCH_BYTES, streets_sketch
from data.tile_source import TileSourceError
from maps.basemap import basemap
from models.basemap_parameters import BasemapParameters
from models.partnership import Partnership
from tests.basemaps import UTM, write_mbtiles, write_streets

NEAR = [(12.552, 55.688), (12.554, 55.689), (12.556, 55.690)]
ON = [(12.556, 55.690), (12.558, 55.691)]
FAR = [(9.5, 55.0), (9.51, 55.01)]
STREETS = [("Elmegade", "lokalvej", NEAR), ("Elmegade", "lokalvej", ON), ("Fjernvej", "motorvej", FAR)]


def sketch_of(path: Path, partnership: Partnership, **settings: str) -> dict[str, Any]:
    parameters = BasemapParameters(str(path), "© Kommunen", **settings)  # type: ignore[arg-type]
    areas = partnership.areas
    return dict(streets_sketch(path, parameters, areas.bounds, areas.metric_crs))


def named(sketch: dict[str, Any]) -> list[str]:
    return [feature["properties"]["name"] for feature in sketch["features"]]


@pytest.mark.parametrize("crs", [UTM, "EPSG:4326", "EPSG:3857", "EPSG:25833"])
def test_streets_near_the_areas_become_a_sketch(tmp_path: Path, partnership: Partnership, crs: str) -> None:
    sketch = sketch_of(write_streets(tmp_path / "veje.gpkg", STREETS, crs=crs), partnership)
    assert named(sketch) == ["Elmegade"]
    assert sketch["attribution"] == "© Kommunen"
    line = shapely.geometry.shape(sketch["features"][0]["geometry"])
    # Two pieces that meet became one line, of as few corners as 1.5 m allow.
    assert line.geom_type == "LineString"
    assert shapely.hausdorff_distance(line, shapely.LineString([*NEAR, *ON[1:]])) < 4e-5


def test_the_page_draws_it(tmp_path: Path, partnership: Partnership) -> None:
    sketch = sketch_of(write_streets(tmp_path / "veje.gpkg", STREETS), partnership)
    drawn = basemap(partnership.areas, sketch)
    assert [(f["kind"], f["name"]) for f in drawn["features"]] == [("street", "Elmegade")]
    assert "© Kommunen" in drawn["attribution"]


def test_columns_are_found_by_their_usual_names_or_named(tmp_path: Path, partnership: Partnership) -> None:
    odd = write_streets(tmp_path / "odd.gpkg", STREETS[:1], columns=("vejbetegnelse", "art"))
    assert named(sketch_of(odd, partnership)) == [""]
    assert named(sketch_of(odd, partnership, name_column="Vejbetegnelse")) == ["Elmegade"]
    with pytest.raises(TileSourceError, match="has no column 'navn'; it has art, vejbetegnelse"):
        sketch_of(odd, partnership, name_column="navn")


def test_of_too_many_streets_the_important_ones_stay(tmp_path: Path, partnership: Partnership) -> None:
    west, south, east, north = partnership.areas.bounds
    dice = np.random.default_rng(4)
    many = []
    for i in range(2000):
        start = np.array([dice.uniform(west, east), dice.uniform(south, north)])
        way = start + np.cumsum(dice.normal(0, 6e-5, (12, 2)), axis=0)
        kind = ("motorvej", "hovedvej", "lokalvej", "sti")[i % 4]
        many.append((f"{kind} {i}", kind, [tuple(point) for point in way.tolist()]))
    sketch = sketch_of(write_streets(tmp_path / "veje.gpkg", many), partnership)
    kept = {kind: sum(name.startswith(kind) for name in named(sketch)) for kind in ("motorvej", "hovedvej", "sti")}
    assert kept["motorvej"] == 500
    assert 0 < kept["hovedvej"] < 500
    assert kept["sti"] == 0
    drawn = basemap(partnership.areas, sketch)["features"]
    packed = len(gzip.compress(json.dumps(drawn, separators=(",", ":")).encode()))
    assert 0.8 * LARGEST_SKETCH_BYTES < packed < 1.15 * LARGEST_SKETCH_BYTES


def geopackage(path: Path, shapes: list[shapely.Geometry], kind: str, *, layer: str = "lag") -> Path:
    pyogrio.raw.write(
        path,
        geometry=np.array([shapely.to_wkb(shape) for shape in shapes], dtype=object),
        field_data=[np.array(["a"] * len(shapes), dtype=object)],
        fields=["navn"],
        layer=layer,
        driver="GPKG",
        geometry_type=kind,
        crs=UTM,
        append=path.exists(),
    )
    return path


def test_what_holds_no_streets_is_refused(tmp_path: Path, partnership: Partnership) -> None:
    (tmp_path / "d.gpkg").write_bytes(write_streets(tmp_path / "whole.gpkg", STREETS).read_bytes()[:3000])
    point, line = shapely.Point(724_000, 6_176_000), shapely.LineString([(724_000, 6_176_000), (724_100, 6_176_000)])
    several = geopackage(geopackage(tmp_path / "e.gpkg", [line], "LineString"), [line], "LineString", layer="mere")
    wrong = {
        "has no layer with lines": geopackage(tmp_path / "a.gpkg", [point], "Point"),
        "has no street within the areas": write_streets(tmp_path / "b.gpkg", STREETS[2:]),
        "cannot be read as a GeoPackage": tmp_path / "d.gpkg",
        "has several layers with lines; set layer to one of lag, mere": several,
    }
    for sentence, path in wrong.items():
        with pytest.raises(TileSourceError, match=re.escape(sentence)):
            sketch_of(path, partnership)
    with pytest.raises(TileSourceError, match="has no layer 'veje'; it has lag, mere"):
        sketch_of(several, partnership, layer="veje")
    assert write_mbtiles(tmp_path / "f", {}).exists()


def test_a_file_that_changes_is_read_again(tmp_path: Path, partnership: Partnership) -> None:
    path = write_streets(tmp_path / "veje.gpkg", STREETS)
    assert named(sketch_of(path, partnership)) == ["Elmegade"]
    path.unlink()
    write_streets(path, [("Nygade", "lokalvej", NEAR)])
    assert named(sketch_of(path, partnership)) == ["Nygade"]
