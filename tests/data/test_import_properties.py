"""What holds for any file: nothing gets lost, and how a source is cut into files changes nothing."""

import csv
import io
import itertools
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from data.intake.profile import WITHDRAWN, load_profile
from data.intake.reading import open_incidents, read_incidents
from data.store import ImportCounts, Store
from geo.gazetteer import build_gazetteer
from models.partnership import Partnership

DEMO = load_profile("demo")
PROFILE = replace(DEMO, columns={**DEMO.columns, "withdrawn": "annulleret"}, withdrawn=WITHDRAWN)
HEADER = (
    "sagsnr",
    "fra",
    "til",
    "anmeldt",
    "kategori",
    "grundlag",
    "laengde",
    "bredde",
    "noejagtighed_m",
    "annulleret",
)
WITHDRAWAL = ("",) * 8 + ("ja",)
FIRST = datetime(2025, 3, 1, tzinfo=UTC)
NOW_S = int(datetime(2026, 1, 1, tzinfo=UTC).timestamp())
CATEGORIES = ("Tyveri", "Vold og trusler", "Hash og narkotika")
MANY = settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
Row = tuple[str, ...]
numbers = itertools.count()


def on_the_clock(moment: datetime) -> bool:
    """Not in the hour that summer time leaves out, whose times are refused."""
    return not datetime(2025, 3, 30, 2, tzinfo=UTC) <= moment < datetime(2025, 3, 30, 3, tzinfo=UTC)


@st.composite
def contents(draw: st.DrawFn) -> Row:
    """A good row but for its key."""
    minutes = st.integers(0, 60 * 24 * 60)
    begin = draw(minutes.map(lambda m: FIRST + timedelta(minutes=m)).filter(on_the_clock))
    end = draw(st.none() | st.integers(0, 3_000).map(lambda m: begin + timedelta(minutes=m)).filter(on_the_clock))
    return (
        f"{begin:%Y-%m-%d %H:%M}",
        f"{end:%Y-%m-%d %H:%M}" if end else "",
        "",
        draw(st.sampled_from(CATEGORIES)),
        draw(st.sampled_from(("anmeldt", "observeret"))),
        f"{draw(st.integers(12_540, 12_570)) / 1000:.3f}",
        f"{draw(st.integers(55_680, 55_700)) / 1000:.3f}",
        "10",
        "",
    )


def keyed(rows: Sequence[Row]) -> list[Row]:
    return [(f"0100-{i}", *row) for i, row in enumerate(rows)]


class Source:
    """One source of one partnership, empty at first, in a database that others use too."""

    def __init__(self, store: Store, database: str, partnership: Partnership, folder: Path) -> None:
        self._store, self._database, self._folder = store, database, folder
        self.partnership = replace(partnership, id=f"p{next(numbers)}")

    def take_in(self, rows: Sequence[Row]) -> ImportCounts:
        path = self._folder / "rows.csv"
        path.write_text("\n".join(map(";".join, (HEADER, *rows))) + "\n", encoding="utf-8")
        table = open_incidents(path, PROFILE)
        blocks = read_incidents(
            table, PROFILE, self.partnership, secret=bytes(32), now_s=NOW_S, gazetteer=build_gazetteer(), block_rows=3
        )
        return self._store.import_blocks(
            self.partnership, blocks, source="s", profile_version=1, synthetic=False, actor="test"
        )

    def kept(self) -> tuple[list[Any], list[list[Any]]]:
        """The incidents in force and the panel, which is their recount."""
        assert self._store.check_panel(self.partnership).different == 0
        with psycopg.connect(self._database) as connection:
            incidents = connection.execute(
                "SELECT source_key, category, basis, occurred_from, occurred_to, known_at, st_astext(point),"
                " accuracy_m, geocode_method, cell, area, edge"
                " FROM incident WHERE partnership = %s AND in_force ORDER BY source_key",
                [self.partnership.id],
            ).fetchall()
        panel = self._store.panel_known_before(self.partnership, 2**40)
        return incidents, [column.tolist() for column in vars(panel).values()]


@pytest.fixture
def source(store: Store, database: str, partnership: Partnership, tmp_path: Path) -> Any:
    """Makes sources."""
    return lambda: Source(store, database, partnership, tmp_path)


@MANY
@given(st.data(), st.lists(contents(), min_size=1, max_size=12).map(keyed))
def test_any_split_order_and_repetition_gives_the_same(source: Any, data: st.DataObject, rows: list[Row]) -> None:
    whole = source()
    assert whole.take_in(rows).created == len(rows)
    shuffled = data.draw(st.permutations(rows))
    cuts = sorted(data.draw(st.sets(st.integers(1, max(len(rows) - 1, 1)), max_size=3)))
    files = [part for a, b in itertools.pairwise([0, *cuts, len(rows)]) if (part := shuffled[a:b])]
    order = data.draw(st.permutations(files + data.draw(st.lists(st.sampled_from(files), max_size=2))))
    pieces = source()
    assert sum(pieces.take_in(part).created for part in order) == len(rows)
    assert pieces.kept() == whole.kept()
    again = pieces.take_in(rows)
    assert (again.created, again.changed, again.unchanged) == (0, 0, len(rows))
    assert pieces.kept() == whole.kept()


@MANY
@given(
    st.lists(st.tuples(contents(), st.none() | st.just(WITHDRAWAL) | contents()), min_size=1, max_size=10), st.randoms()
)
def test_corrections_are_as_if_the_corrected_file_had_been_the_first(source: Any, rows: Any, random: Any) -> None:
    first = keyed([row for row, _ in rows])
    second = keyed([correction or row for row, correction in rows])
    fresh, corrected, within = source(), source(), source()
    fresh.take_in(second)
    corrected.take_in(first)
    withdrawn = sum(row[1:] == WITHDRAWAL for row in second)
    changed = sum(a != b for a, b in zip(first, second, strict=True)) - withdrawn
    counts = corrected.take_in(random.sample(second, len(second)))
    assert (counts.created, counts.changed, counts.withdrawn) == (0, changed, withdrawn)
    assert corrected.kept() == fresh.kept()
    counts = corrected.take_in(second)
    assert (counts.created, counts.changed, counts.withdrawn) == (0, 0, 0)
    assert corrected.kept() == fresh.kept()
    # Both versions in one file: the later row is the correction.
    counts = within.take_in([*first, *second])
    assert (counts.created, counts.changed, counts.withdrawn) == (len(rows) - withdrawn, 0, 0)
    assert within.kept() == fresh.kept()
    # An older export brings back what it still has.
    corrected.take_in(first)
    within.take_in([*second, *first])
    fresh.take_in(first)
    assert corrected.kept() == within.kept() == fresh.kept()


@MANY
@given(
    st.lists(
        st.lists(
            st.sampled_from(
                ["", "x", "1", "31-02-2025", "2025-03-01 10:00", "Tyveri", "12.55", "55.69", "anmeldt", "ja"]
            )
            | st.text(max_size=8),
            max_size=len(HEADER) + 1,
        )
        | st.tuples(st.just("k"), contents()).map(lambda row: [row[0], *row[1]]),
        max_size=25,
    ),
    st.tuples(st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]), st.sampled_from(["\n", "\r\n"])),
    st.integers(1, 9),
)
def test_accepted_and_rejected_are_what_was_read(
    partnership: Partnership,
    tmp_path: Path,
    rows: list[list[str]],
    written: tuple[Any, str],
    block_rows: int,
) -> None:
    good = [("0100", "2025-03-01 10:00", "", "", "Tyveri", "anmeldt", "12.55", "55.69", "10", "")] * 5
    text = io.StringIO(newline="")
    quoting, line_end = written
    csv.writer(text, delimiter=";", lineterminator=line_end, quoting=quoting).writerows([HEADER, *good, *rows])
    path = tmp_path / "rows.csv"
    path.write_bytes(text.getvalue().encode())
    blocks = list(
        read_incidents(
            open_incidents(path, PROFILE),
            PROFILE,
            partnership,
            secret=bytes(32),
            now_s=NOW_S,
            gazetteer=build_gazetteer(),
            block_rows=block_rows,
        )
    )
    there = sum(any(row) for row in rows) + len(good)
    read = sum(block.read for block in blocks)
    accepted = sum(len(block.incidents) + len(block.withdrawn.key) for block in blocks)
    rejects = [reject for block in blocks for reject in block.rejects]
    assert read == there == accepted + len(rejects)
    lines = np.array([reject.line for reject in rejects], dtype=np.int64)
    assert len(set(lines.tolist())) == len(lines)
    assert ((lines >= 2) & (lines <= len(text.getvalue().splitlines()))).all()
