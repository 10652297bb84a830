"""The demonstration file: form, clock changes, and one row per incident known at the as-of."""

import csv
import tomllib
from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from importlib.resources import files
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from data.folder import FolderError
from data.gazetteers import load_gazetteer
from data.intake.profile import load_profile
from data.intake.reading import open_incidents, read_incidents
from data.partnerships import load_partnership
from data.synthetic_file import HEADER, local_minute, write_demo_file
from models.synthetic import SyntheticError

COPENHAGEN = ZoneInfo("Europe/Copenhagen")
PARTNERSHIP = load_partnership(None)
AS_OF = date(2026, 11, 2)
SEED = 11
Rows = list[dict[str, str]]


def read(path: Path) -> Rows:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter=";"))


def write(path: Path, *, displacement: bool) -> Rows:
    n = write_demo_file(path, PARTNERSHIP, as_of=AS_OF, years=2, seed=SEED, displacement=displacement)
    rows = read(path)
    assert len(rows) == n
    return rows


@pytest.fixture(scope="module")
def rows(tmp_path_factory: pytest.TempPathFactory) -> Rows:
    return write(tmp_path_factory.mktemp("demo") / "demo.csv", displacement=True)


@pytest.fixture(scope="module")
def rows_without(tmp_path_factory: pytest.TempPathFactory) -> Rows:
    return write(tmp_path_factory.mktemp("demo") / "demo.csv", displacement=False)


def areas_of(rows: Rows) -> np.ndarray:
    lon, lat = (np.array([float(row[name]) for row in rows]) for name in ("laengde", "bredde"))
    return PARTNERSHIP.areas.locate(lon, lat).area


def test_every_row_is_complete_and_numbered_once(rows: Rows) -> None:
    assert tuple(rows[0]) == HEADER
    assert all(all(row.values()) for row in rows)
    assert len({row["sagsnr"] for row in rows}) == len(rows)


def test_the_file_holds_what_was_reported_before_the_as_of(rows: Rows) -> None:
    reported = [row["anmeldt"] for row in rows]
    assert max(reported) < "2026-11-02 07:00"
    assert max(reported) > "2026-11-01 07:00"
    assert min(row["fra"] for row in rows) >= "2024-11-01 07:00"
    assert reported == sorted(reported)
    assert all(row["fra"] <= row["til"] <= row["anmeldt"] for row in rows)


def test_the_packaged_profile_maps_the_file(rows: Rows) -> None:
    profile = tomllib.loads(files("data").joinpath("profiles", "demo.toml").read_text(encoding="utf-8"))
    assert profile["synthetic"] is True
    assert set(profile["columns"].values()) == set(HEADER)
    assert profile["categories"] == {category.label: category.id for category in PARTNERSHIP.categories}
    assert {row["kategori"] for row in rows} == set(profile["categories"])
    assert {row["grundlag"] for row in rows} == set(profile["basis"])
    for name in ("fra", "til", "anmeldt"):
        assert datetime.strptime(rows[0][name], profile["values"]["time_format"])  # noqa: DTZ007


def test_the_intake_accepts_every_row(tmp_path: Path) -> None:
    path = tmp_path / "demo.csv"
    n = write_demo_file(path, PARTNERSHIP, as_of=AS_OF, years=1, seed=SEED, displacement=True)
    profile = load_profile("demo")
    blocks = list(
        read_incidents(
            open_incidents(path, profile),
            profile,
            PARTNERSHIP,
            secret=bytes(32),
            now_s=int(PARTNERSHIP.calendar.start_of(AS_OF).timestamp()),
            gazetteer=load_gazetteer(None, None),
        )
    )
    assert [reject for block in blocks for reject in block.rejects] == []
    assert sum(len(block.incidents) for block in blocks) == n
    assert all(np.all(block.incidents.known_s >= block.incidents.to_s) for block in blocks)


def test_nearly_every_row_lies_in_an_area(rows: Rows) -> None:
    assert np.mean(areas_of(rows) >= 0) > 0.98


def test_the_displacement_started_34_days_before_and_moved_nine_in_ten(rows: Rows, rows_without: Rows) -> None:
    moved = [(a, b) for a, b in zip(rows, rows_without, strict=True) if a != b]
    same = [name for name in HEADER if name not in {"laengde", "bredde"}]
    assert all(a[name] == b[name] for a, b in moved for name in same)
    assert set(areas_of([a for a, _ in moved])) == {PARTNERSHIP.areas.index["sankt-hans-torv"]}
    assert set(areas_of([b for _, b in moved])) == {PARTNERSHIP.areas.index["indre-noerrebro"]}
    assert {a["kategori"] for a, _ in moved} == {"Hash og narkotika"}
    assert "2026-09-29 07:00" <= min(a["fra"] for a, _ in moved) < "2026-10-03"
    reported = sum(a["grundlag"] == "anmeldt" for a, _ in moved)
    assert 12 <= reported <= 36  # 0.9 x 20 per 28 days, for 34 days


def test_the_level_of_hash_is_one_that_a_displacement_can_be_seen_at(rows_without: Rows) -> None:
    treated = areas_of(rows_without) == PARTNERSHIP.areas.index["indre-noerrebro"]
    kinds = Counter(
        row["kategori"]
        for row, here in zip(rows_without, treated, strict=True)
        if here and row["grundlag"] == "anmeldt"
    )
    assert 18 < kinds["Hash og narkotika"] / 730 * 28 < 28
    assert kinds.total() / 2 / 13.7 == pytest.approx(46, rel=0.1)


def test_the_same_seed_writes_the_same_bytes(tmp_path: Path) -> None:
    for name in ("a.csv", "b.csv"):
        write_demo_file(tmp_path / name, PARTNERSHIP, as_of=AS_OF, years=1, seed=3, displacement=True)
    assert (tmp_path / "a.csv").read_bytes() == (tmp_path / "b.csv").read_bytes()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.csv", "b.csv"]


def test_a_target_that_cannot_be_written_leaves_nothing_behind(tmp_path: Path) -> None:
    (tmp_path / "demo.csv").mkdir()
    with pytest.raises(FolderError, match="cannot be written"):
        write_demo_file(tmp_path / "demo.csv", PARTNERSHIP, as_of=AS_OF, years=1, seed=3, displacement=True)
    assert [path.name for path in tmp_path.iterdir()] == ["demo.csv"]


def test_another_partnership_has_no_demonstration(tmp_path: Path) -> None:
    other = replace(PARTNERSHIP, id="memphis")
    with pytest.raises(SyntheticError, match="not for 'memphis'"):
        write_demo_file(tmp_path / "demo.csv", other, as_of=AS_OF, seed=3, displacement=True)


def as_instant(local: str) -> datetime:
    return datetime.strptime(local, "%Y-%m-%d %H:%M").replace(tzinfo=COPENHAGEN).astimezone(UTC)


MINUTES = st.datetimes(datetime(1990, 1, 1), datetime(2037, 1, 1)).map(  # noqa: DTZ001
    lambda t: int(t.replace(second=0, microsecond=0, tzinfo=UTC).timestamp())
)
SPRING_S = int(datetime(2026, 3, 29, 0, 59, tzinfo=UTC).timestamp())  # the last minute before the skipped hour
AUTUMN_S = int(datetime(2026, 10, 25, 1, 10, tzinfo=UTC).timestamp())  # 02:10 for the second time


@given(MINUTES)
@example(SPRING_S)
@example(SPRING_S + 60)
@example(AUTUMN_S)
@example(AUTUMN_S - 3_600)
def test_a_written_time_exists_and_reads_back_as_the_same_instant(instant_s: int) -> None:
    instant = datetime.fromtimestamp(instant_s, UTC)
    read_back = as_instant(local_minute(instant_s, COPENHAGEN))
    second_pass = instant.astimezone(COPENHAGEN).fold == 1
    assert timedelta(0) <= read_back - instant <= timedelta(minutes=60 if second_pass else 0)
    assert local_minute(int(read_back.timestamp()), COPENHAGEN) == local_minute(instant_s, COPENHAGEN)


def test_times_keep_their_order_through_the_repeated_hour() -> None:
    written = [local_minute(AUTUMN_S + 60 * minute, COPENHAGEN) for minute in range(-180, 180)]
    assert written == sorted(written)
    assert written[180] == "2026-10-25 03:00"
