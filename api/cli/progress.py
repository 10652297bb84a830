"""Progress on standard error; silent where nobody watches."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, Progress, ProgressColumn, SpinnerColumn, TextColumn, TimeRemainingColumn


@contextmanager
def told(doing: str, unit: str) -> Iterator[Callable[[int], None]]:
    """A line that says how many there are so far, of something whose end is not known."""
    with _shown(SpinnerColumn(), TextColumn(f"{doing} {{task.fields[count]:,}} {unit}")) as progress:
        task = progress.add_task("", total=None, count=0)
        yield lambda count: progress.update(task, count=count)


@contextmanager
def filled(doing: str, total: int) -> Iterator[Callable[[int], None]]:
    """A bar of ``total`` steps; what is given takes how many steps more are done."""
    columns = TextColumn(doing), BarColumn(), TextColumn("{task.percentage:.0f} %"), TimeRemainingColumn()
    with _shown(*columns) as progress:
        task = progress.add_task("", total=total)
        yield lambda done: progress.advance(task, done)


def _shown(*columns: ProgressColumn) -> Progress:
    console = Console(stderr=True)
    return Progress(*columns, console=console, transient=True, disable=not console.is_terminal)
