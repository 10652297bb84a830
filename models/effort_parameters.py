"""Settings of the evaluation of efforts."""

from dataclasses import dataclass

from models.parameter_limits import ParameterError, require_number, require_share, require_whole


@dataclass(frozen=True)
class EffortParameters:
    """Days of the baseline (at most, and at least where the history is short), of the run-up that it leaves out, and of
    the effort at least; the count below which nothing is said; how the dispersion is measured: in at least ``blocks``
    blocks of at least ``block_days``.
    """

    baseline_days: int = 728  # whole weeks of two years
    least_baseline_days: int = 182
    run_up_days: int = 84
    least_days: int = 14
    min_count: float = 5.0
    block_days: int = 28
    blocks: int = 12
    confidence: float = 0.95

    def __post_init__(self) -> None:
        for name in ("least_baseline_days", "run_up_days", "least_days", "block_days", "blocks"):
            require_whole(name, getattr(self, name), at_least=1)
        require_whole("baseline_days", self.baseline_days, at_least=self.least_baseline_days)
        require_number("min_count", self.min_count, above=0)
        require_share("confidence", self.confidence)
        if self.least_baseline_days < 4 * self.block_days:
            raise ParameterError(
                f"least_baseline_days must be at least four blocks of {self.block_days} days, found "
                f"{self.least_baseline_days}"
            )

    @property
    def level(self) -> float:
        """Of the tests: what the confidence leaves."""
        return 1 - self.confidence
