"""What the tables of typed files share: Excel, Parquet, layers."""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from data.intake.source_file import SourceFile
from data.intake.table import RawBlock, sampled


@dataclass(frozen=True)
class TypedTable(ABC):
    """A `data.intake.table.Table` whose file itself knows what is a number or a time; numbers show ``decimal``."""

    source: SourceFile
    header: tuple[str, ...]
    decimal: str

    @property
    def name(self) -> str:
        return self.source.name

    @property
    def settings(self) -> Mapping[str, str]:
        return {}

    @property
    def typed(self) -> bool:
        return True

    def sample(self, rows: int) -> Mapping[str, Sequence[str]]:
        return sampled(self, rows)

    @abstractmethod
    def blocks(self, columns: Sequence[str], block_rows: int) -> Iterator[RawBlock]:
        """The rows in blocks of at most ``block_rows``; each call starts at the first row."""
