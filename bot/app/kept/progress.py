"""How far a command has come: a bar where somebody looks on, else nothing."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn


class Step(Protocol):
    def __call__(self, size_bytes: int = 0) -> None:
        """One more is done, which has so many bytes."""


@contextmanager
def progress(doing: str, count: int, *, is_shown: bool = True) -> Iterator[Step]:
    """Drawn on the standard error, so that what the command says can be read by programs."""
    console = Console(stderr=True)
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[megabytes]:.1f} MB"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console, disable=not (is_shown and console.is_terminal)) as bar:
        task = bar.add_task(doing, total=count, megabytes=0.0)
        done_bytes = 0

        def step(size_bytes: int = 0) -> None:
            nonlocal done_bytes
            done_bytes += size_bytes
            bar.update(task, advance=1, megabytes=done_bytes / 1e6)

        yield step
