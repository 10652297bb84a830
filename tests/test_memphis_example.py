"""The example partnership: its files can be used, and its areas lie where the incidents are."""

import csv
import json
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from data.gazetteers import load_gazetteer
from data.intake.profile import load_profile
from data.intake.reading import open_incidents, read_incidents
from data.partnerships import load_partnership
from geo.areas import AreaSet, parse_areas
from geo.grid import cells_with_centre_inside

ROOT = Path(__file__).parents[1]
EXAMPLE = ROOT / "examples" / "memphis"
POINTS = ROOT.parent / "shared" / "data" / "reference" / "memphis-robberies" / "memphis_points.csv"


@pytest.fixture(scope="module")
def areas() -> AreaSet:
    return parse_areas(json.loads((EXAMPLE / "areas.geojson").read_text(encoding="utf-8")), metric_crs="EPSG:32616")


@pytest.fixture(scope="module")
def rows() -> list[dict[str, str]]:
    if not POINTS.exists():
        pytest.skip("../shared/data with the Memphis robberies is not on this machine")
    with POINTS.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_the_partnership_can_be_loaded() -> None:
    partnership = load_partnership(EXAMPLE)
    assert partnership.areas.treated.id == "medical-district"
    assert len(partnership.areas.neighbours) == 6
    assert len(partnership.areas.controls) == 2
    assert [category.id for category in partnership.categories] == ["roeveri"]
    assert str(partnership.calendar.timezone) == "America/Chicago"
    assert (
        partnership.resolutions.stored,
        partnership.resolutions.map,
        partnership.resolutions.overview,
    ) == (9, 8, 7)


def test_every_neighbour_but_binghampton_touches_the_treated_area(areas: AreaSet) -> None:
    touching = {area.id for area in areas.neighbours if area.polygon.intersects(areas.treated.polygon)}
    assert {area.id for area in areas.neighbours} - touching == {"binghampton"}
    assert not any(area.polygon.intersects(areas.treated.polygon) for area in areas.controls)


def test_the_treated_area_is_made_of_several_map_cells(areas: AreaSet) -> None:
    assert len(cells_with_centre_inside(areas.treated.polygon, 8)) >= 5


def test_the_profile_reads_the_file_and_refuses_only_what_lies_far_outside(
    rows: list[dict[str, str]],
) -> None:
    profile = load_profile(str(EXAMPLE / "profile.toml"))
    blocks = list(
        read_incidents(
            open_incidents(POINTS, profile),
            profile,
            load_partnership(EXAMPLE),
            secret=bytes(32),
            now_s=int(datetime(2020, 1, 1, tzinfo=UTC).timestamp()) + 86_400,
            gazetteer=load_gazetteer(None, None),
        )
    )
    rejects = [reject for block in blocks for reject in block.rejects]
    accepted = sum(len(block.incidents) for block in blocks)
    assert accepted + len(rejects) == len(rows)
    assert accepted > 0.95 * len(rows)
    assert {reject.reason for reject in rejects} == {"outside"}
    assert all(np.all(block.incidents.accuracy_m == 80.0) for block in blocks)


def test_a_good_share_of_the_robberies_lies_in_the_areas(rows: list[dict[str, str]], areas: AreaSet) -> None:
    lon, lat = (np.array([float(row[name]) for row in rows]) for name in ("lon", "lat"))
    located = areas.locate(lon, lat)
    counts = np.bincount(located.area[located.area >= 0], minlength=len(areas.areas))
    assert len(rows) == 2245
    assert counts.sum() == 849
    assert counts[areas.index["medical-district"]] == 112
    assert counts.min() >= 40
    # Coordinates have 3 decimals, boundaries a 5 in the fourth: no point lies on a line.
    assert located.boundary_distance_m.min() > 10
