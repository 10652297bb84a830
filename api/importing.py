"""Use case: a file of incidents into the store, or what would happen if it were."""

import secrets
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from api.gate import LOCAL_ACTOR
from api.settings import Settings
from data.gazetteers import load_gazetteer
from data.geocode_decisions import ReviewedGazetteer, keep_questions, reviewed
from data.geocode_report import GeocodeReport
from data.intake.block import IntakeBlock
from data.intake.personal_columns import SAMPLE_ROWS, DroppedColumn, dropped_columns
from data.intake.profile import Profile
from data.intake.reading import open_incidents, read_incidents
from data.intake.table import Table
from data.intake.time_rules import TimeRule, TimeRuleCounts
from data.partnerships import load_sketch
from data.rejects import RejectExamples, RejectsFile
from data.secret import KEY_BYTES, case_number_key, known_case_number_key
from data.store import ImportCounts, Store
from models.partnership import Partnership


@dataclass(frozen=True)
class ImportReport:
    """What an import did, and why rows were rejected; ``rejects_file`` is None where none were.

    ``time_rules`` counts accepted rows by the rule of time they rest on. ``dropped`` are the columns that look like
    person data and were left out.
    """

    counts: ImportCounts
    rejected_by_reason: Counter[str]
    rejects_file: Path | None
    time_rules: Counter[TimeRule]
    geocoding: GeocodeReport
    dropped: tuple[DroppedColumn, ...]


@dataclass(frozen=True)
class DryRun:
    """What an import would do; ``counts`` is None where no database could be asked."""

    read: int
    rejects: RejectExamples
    time_rules: Counter[TimeRule]
    counts: ImportCounts | None
    geocoding: GeocodeReport
    dropped: tuple[DroppedColumn, ...]


def import_file(
    store: Store,
    settings: Settings,
    partnership: Partnership,
    *,
    path: Path,
    profile: Profile,
    rejects_path: Path,
    now: datetime,
    progress: Callable[[int], None],
    strict: bool = False,
) -> ImportReport:
    """Read ``path`` by ``profile`` and keep what can be used; ``progress`` is told the rows read so far.

    Columns that look like person data are left out, or with ``strict`` the file is refused: `IntakeError`.
    """
    gazetteer, geocoding = _gazetteer(settings), GeocodeReport()
    table = open_incidents(path, profile)
    blocks = _blocks(gazetteer, partnership, table, profile, now, secret=case_number_key(settings.home))
    dropped = dropped_columns(table.sample(SAMPLE_ROWS), profile, strict=strict)
    rules = _time_rules(profile, partnership)
    with RejectsFile(rejects_path) as rejects:
        counts = store.import_blocks(
            partnership,
            _told(geocoding.counting(rules.passing(rejects.passing(blocks))), progress),
            source=profile.name,
            profile_version=profile.version,
            synthetic=profile.synthetic,
            actor=LOCAL_ACTOR,
            dropped_columns=len(dropped),
        )
    keep_questions(settings.home, gazetteer.questions.values())
    listed = rejects_path if rejects.counts else None
    return ImportReport(counts, rejects.counts, listed, rules.counts, geocoding, dropped)


def dry_run(
    store: Store | None,
    settings: Settings,
    partnership: Partnership,
    *,
    path: Path,
    profile: Profile,
    now: datetime,
    progress: Callable[[int], None],
    strict: bool = False,
) -> DryRun:
    """Read ``path`` as an import would and write nothing: no row, no rejects file, no key, no line of the log.

    Without a ``store`` rows are counted, but not which of them are known. Raises what an import would.
    """
    # Without a key nothing was imported from this home yet, and any other key tells rows apart as well.
    secret = known_case_number_key(settings.home) or secrets.token_bytes(KEY_BYTES)
    rejects, rules, geocoding = RejectExamples(), _time_rules(profile, partnership), GeocodeReport()
    table = open_incidents(path, profile)
    read = _blocks(_gazetteer(settings), partnership, table, profile, now, secret=secret)
    dropped = dropped_columns(table.sample(SAMPLE_ROWS), profile, strict=strict)
    blocks = _told(geocoding.counting(rules.passing(rejects.passing(read))), progress)
    if store is None:
        return DryRun(sum(block.read for block in blocks), rejects, rules.counts, None, geocoding, dropped)
    counts = store.preview_blocks(partnership, blocks, source=profile.name, synthetic=profile.synthetic)
    return DryRun(counts.read, rejects, rules.counts, counts, geocoding, dropped)


def _gazetteer(settings: Settings) -> ReviewedGazetteer:
    return reviewed(load_gazetteer(load_sketch(settings.partnership), settings.gazetteer), settings.home)


def _blocks(
    gazetteer: ReviewedGazetteer,
    partnership: Partnership,
    table: Table,
    profile: Profile,
    now: datetime,
    *,
    secret: bytes,
) -> Iterator[IntakeBlock]:
    return read_incidents(
        table,
        profile,
        partnership,
        secret=secret,
        now_s=int(now.timestamp()),
        gazetteer=gazetteer,
    )


def _time_rules(profile: Profile, partnership: Partnership) -> TimeRuleCounts:
    return TimeRuleCounts(profile.timezone or partnership.calendar.timezone)


def _told(blocks: Iterable[IntakeBlock], progress: Callable[[int], None]) -> Iterator[IntakeBlock]:
    read = 0
    for block in blocks:
        yield block
        read += block.read
        progress(read)
