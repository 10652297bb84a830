"""Use case: a file of incidents into the store."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from api.gate import LOCAL_ACTOR
from api.settings import Settings
from data.gazetteers import load_gazetteer
from data.geocode_decisions import keep_questions, reviewed
from data.geocode_report import GeocodeReport
from data.intake.block import IntakeBlock
from data.intake.profile import Profile
from data.intake.reading import read_incidents
from data.partnerships import load_sketch
from data.rejects import RejectsFile
from data.secret import case_number_key
from data.store import ImportCounts, Store
from models.partnership import Partnership


@dataclass(frozen=True)
class ImportReport:
    """What an import did, and why rows were rejected; ``rejects_file`` is None where none were."""

    counts: ImportCounts
    rejected_by_reason: Counter[str]
    rejects_file: Path | None
    geocoding: GeocodeReport


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
) -> ImportReport:
    """Read ``path`` by ``profile`` and keep what can be used; ``progress`` is told the rows read so far."""
    gazetteer = reviewed(load_gazetteer(load_sketch(settings.partnership), settings.gazetteer), settings.home)
    geocoding = GeocodeReport()
    blocks = read_incidents(
        path,
        profile,
        partnership,
        secret=case_number_key(settings.home),
        now_s=int(now.timestamp()),
        gazetteer=gazetteer,
    )
    with RejectsFile(rejects_path) as rejects:
        counts = store.import_blocks(
            partnership,
            _told(geocoding.counting(rejects.passing(blocks)), progress),
            source=profile.name,
            profile_version=profile.version,
            synthetic=profile.synthetic,
            actor=LOCAL_ACTOR,
        )
    keep_questions(settings.home, gazetteer.questions.values())
    return ImportReport(counts, rejects.counts, rejects_path if rejects.counts else None, geocoding)


def _told(blocks: Iterable[IntakeBlock], progress: Callable[[int], None]) -> Iterator[IntakeBlock]:
    read = 0
    for block in blocks:
        yield block
        read += block.read
        progress(read)
