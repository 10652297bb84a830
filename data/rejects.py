"""The rejects of a file: line number and reason of every row that could not be used, nothing of its content."""

import csv
import os
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import TracebackType
from typing import Self

from data.intake.block import IntakeBlock, Reject
from geo.errors import PlainError

EXAMPLES = 3


class RejectsError(PlainError, RuntimeError):
    """The rejects file cannot be written."""


class RejectsFile:
    """Collects the rejects of blocks that pass by; appears under its name only when the import is done."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.counts: Counter[str] = Counter()
        self._fresh = path.with_name(f".{path.name}.{os.getpid()}")

    def __enter__(self) -> Self:
        try:
            self._file = self._fresh.open("w", encoding="utf-8", newline="")
        except OSError as error:
            raise RejectsError(
                f"the rejects file {self.path} cannot be written: {error.strerror}; choose another with --rejects"
            ) from error
        self._writer = csv.writer(self._file)
        self._writer.writerow(["line", "reason", "detail"])
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()
        if error is None and self.counts:
            self._fresh.replace(self.path)
        else:
            self._fresh.unlink(missing_ok=True)

    def passing(self, blocks: Iterable[IntakeBlock]) -> Iterator[IntakeBlock]:
        """The same blocks, their rejects written down on the way."""
        for block in blocks:
            for reject in block.rejects:
                self._writer.writerow([reject.line, reject.reason, reject.detail])
                self.counts[reject.reason] += 1
            yield block


class RejectExamples:
    """Counts the rejects of blocks that pass by and keeps the first few of each reason; writes nothing."""

    def __init__(self, examples: int = EXAMPLES) -> None:
        self._examples = examples
        self.counts: Counter[str] = Counter()
        self.examples: defaultdict[str, list[Reject]] = defaultdict(list)

    def passing(self, blocks: Iterable[IntakeBlock]) -> Iterator[IntakeBlock]:
        """The same blocks, their rejects counted on the way."""
        for block in blocks:
            for reject in block.rejects:
                self.counts[reject.reason] += 1
                if len(self.examples[reject.reason]) < self._examples:
                    self.examples[reject.reason].append(reject)
            yield block
