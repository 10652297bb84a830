"""A line of progress on standard error."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn


@contextmanager
def told(doing: str, unit: str) -> Iterator[Callable[[int], None]]:
    """A progress line on standard error while something is counted; silent where nobody watches."""
    console = Console(stderr=True)
    progress = Progress(
        SpinnerColumn(),
        TextColumn(f"{doing} {{task.fields[count]:,}} {unit}"),
        console=console,
        transient=True,
        disable=not console.is_terminal,
    )
    with progress:
        task = progress.add_task("", total=None, count=0)
        yield lambda count: progress.update(task, count=count)
