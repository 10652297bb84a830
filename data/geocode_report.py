"""How well the addresses of an import were found: hit rate, methods and accuracy classes."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from data.intake.block import IntakeBlock
from geo.gazetteer import accuracy_class

WARN_BELOW = 0.85
NOT_FOUND = ("address-unknown", "address-ambiguous", "address-missing")
COORDINATE = "coordinate"


@dataclass
class GeocodeReport:
    """Counts of the addresses of all blocks that passed; coordinates do not count.

    A hit is an address that has a point, at street level too; rows rejected for other reasons count neither
    way.
    """

    methods: Counter[str] = field(default_factory=Counter)
    classes: Counter[str] = field(default_factory=Counter)
    not_found: Counter[str] = field(default_factory=Counter)

    def counting(self, blocks: Iterable[IntakeBlock]) -> Iterator[IntakeBlock]:
        """The same blocks, their addresses counted on the way."""
        for block in blocks:
            self.not_found.update(reject.reason for reject in block.rejects if reject.reason in NOT_FOUND)
            methods = Counter(block.geocode_method)
            if methods.keys() - {COORDINATE}:
                self.methods.update(methods)
                self.classes.update(accuracy_class(m) for m in block.incidents.accuracy_m.tolist())
            yield block

    @property
    def hit_rate(self) -> float | None:
        """Addresses with a point over all addresses; None where there were none."""
        asked = self.methods.total() + self.not_found.total()
        return self.methods.total() / asked if asked else None

    def lines(self) -> list[str]:
        """The outcome in a few plain lines; none for a file without addresses."""
        if self.hit_rate is None:
            return []
        said = [f"addresses found: {self.hit_rate:.1%} ({_told(self.methods)}); accuracy: {_told(self.classes)}"]
        if self.not_found["address-ambiguous"]:
            number = self.not_found["address-ambiguous"]
            said.append(f"{number} rows fit several places: 'trygkort geocode review' lists what to decide")
        if self.hit_rate < WARN_BELOW:
            said.append(
                f"warning: only {self.hit_rate:.1%} of the addresses were found, less than {WARN_BELOW:.0%}; "
                "maps would show the rows that were found, not the place: check the register and the column"
            )
        return said


def _told(counts: Counter[str]) -> str:
    return ", ".join(f"{number} {name}" for name, number in counts.most_common()) or "none"
