import json
import re
from dataclasses import replace
from math import inf, nan
from typing import Any

import numpy as np
import pytest
import shapely

from maps.geojson import cells_geojson, displacement_json, hotspots_geojson, trends_json
from models.cell_hotspots import cell_hotspots
from models.daily import DailyResult
from models.disclosure import ReleasedTrend
from models.partnership import Partnership
from models.rate_ratio import RateRatio


def strict(data: Any) -> Any:
    """Through JSON and back; raises ValueError for NaN and the like."""
    return json.loads(json.dumps(data, allow_nan=False))


def test_cells_are_valid_counter_clockwise_and_near_copenhagen(result: DailyResult, partnership: Partnership) -> None:
    collection = strict(cells_geojson(result, partnership))
    assert len(collection["features"]) == len(result.cells.cell)
    west, south, east, north = partnership.areas.bounds
    for feature in collection["features"]:
        polygon = shapely.geometry.shape(feature["geometry"])
        assert polygon.is_valid
        assert polygon.exterior.is_ccw
        assert west - 0.01 < polygon.centroid.x < east + 0.01
        assert south - 0.01 < polygon.centroid.y < north + 0.01
        assert all(round(x, 5) == x for corner in feature["geometry"]["coordinates"][0] for x in corner)


def test_cells_carry_all_incidents(result: DailyResult, partnership: Partnership) -> None:
    collection = strict(cells_geojson(result, partnership))
    for name in ("expected", "recent", "observed"):
        shown = sum(
            count
            for feature in collection["features"]
            for shift in feature["properties"][name].values()
            for count in shift.values()
        )
        assert shown == pytest.approx(getattr(result.cells, name).sum(), rel=1e-3)


def test_not_a_number_is_null(result: DailyResult, partnership: Partnership) -> None:
    z = result.cells.gi_z.copy()
    z[0, 0] = np.nan
    broken = replace(result, cells=replace(result.cells, gi_z=z))
    first = strict(cells_geojson(broken, partnership))["features"][0]["properties"]["gi"]
    assert first[partnership.categories[0].id]["z"] is None


def test_data_hold_the_clusters_that_are_large_enough(result: DailyResult, partnership: Partnership) -> None:
    small, *others = result.clusters
    found = strict(displacement_json(replace(result, clusters=(replace(small, incidents=4), *others)), partnership))
    standing = found["clusters"]["standing"]
    assert [c["cluster"] for c in standing] == [c.id for c in others]
    assert [c["since"] for c in standing] == [c.since and c.since.isoformat() for c in others]
    assert all(c["incidents"] >= 5 and c["area"] in {None, *partnership.areas.index} for c in standing)


def test_data_hold_every_comparison_and_one_claim(result: DailyResult, partnership: Partnership) -> None:
    found = strict(displacement_json(result, partnership))
    assert len(found["comparisons"]) == len(result.displacement.estimates)
    claims = [row for row in found["comparisons"] if row["claim"]]
    assert {row["neighbour"] for row in claims} == {"sankt-hans-torv"}
    assert re.fullmatch(r"Indre Nørrebro −\d+, Skt. Hans Torv \+\d+, .*, 28 dage", claims[0]["text"])
    assert {row["text"] for row in found["comparisons"] if not row["claim"]} <= {
        "Ingen påvist forskydning",
        "For få hændelser til at sige noget",
    }


def test_a_hidden_trend_has_no_figure(partnership: Partnership) -> None:
    rows = [
        ReleasedTrend(0, -1, 91, None, None, None, None),
        ReleasedTrend(1, 0, 91, 6, 0, RateRatio(0.0, 0.0, inf, nan), "fald"),
    ]
    hidden, shown = strict(trends_json(rows, [((0, 91), (364, 455))], partnership))["trends"]
    assert [hidden[name] for name in ("before", "after", "ratio", "trend")] == [None] * 4
    assert shown["ratio"] == {"ratio": 0.0, "lower": 0.0, "upper": None, "p": None}
    assert shown["category"] == "hash"


def test_file_mode_keeps_the_empty_cells() -> None:
    rng = np.random.default_rng(3)
    found = cell_hotspots(
        12.55 + rng.normal(0, 0.01, 200),
        55.69 + rng.normal(0, 0.005, 200),
        resolution=9,
        area=None,
        level=0.05,
        rng=np.random.default_rng(1),
    )
    collection = strict(hotspots_geojson(found))
    assert collection["p_method"] == "larger of Gi* (normal tail) and an exact test against an even spread"
    assert collection["permutation_method"] == "exact permutation"
    features = collection["features"]
    assert [f["properties"]["permutation_p"] for f in features] == found.permutation_p.tolist()
    assert len(features) == len(found.cell)
    assert sum(feature["properties"]["count"] for feature in features) == 200
    assert any(feature["properties"]["count"] == 0 for feature in features)
