"""Shows how far the training is and how long it will take: a bar in a terminal, else a line now and then."""

import contextlib
import sys
import time
from collections.abc import Callable
from types import TracebackType
from typing import TYPE_CHECKING, Self, TextIO

from bot.console import say

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

#: Lines where there is no terminal: one after each so many percent.
_PERCENT = 25


class TrainingProgress:
    """To be called with steps done and steps in all; a context manager, so that the terminal is left tidy."""

    def __init__(self, stream: TextIO | None = None, clock: Callable[[], float] = time.monotonic) -> None:
        self._stream = stream or sys.stderr
        self._clock = clock
        self._began: float | None = None
        self._told = 0
        self._bar: Progress | None = None
        self._task: TaskID | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._bar:
            with contextlib.suppress(OSError):
                self._bar.stop()

    def __call__(self, done: int, total: int) -> None:
        """Show that `done` of `total` steps are done."""
        if self._began is None:
            self._began = self._clock()
            self._bar = _bar(self._stream)
            if self._bar:
                self._task = self._bar.add_task("Training", total=total)
        if self._bar and self._task is not None:
            with contextlib.suppress(OSError):
                self._bar.update(self._task, completed=done)
        elif 0 < done < total and 100 * done // total >= self._told + _PERCENT:
            self._told = 100 * done // total // _PERCENT * _PERCENT
            left = (self._clock() - self._began) / done * (total - done)
            say(f"Training: {self._told} % done, about {left:.0f} seconds left.", self._stream)


def _bar(stream: TextIO) -> "Progress | None":
    """A running bar; None where there is no terminal, or where rich is not installed."""
    if not stream.isatty():
        return None
    try:
        from rich import progress
        from rich.console import Console
    except ImportError:
        return None
    columns = (
        progress.TextColumn("{task.description}"),
        progress.BarColumn(),
        progress.TaskProgressColumn(),
        progress.TimeRemainingColumn(),
        progress.TextColumn("left"),
    )
    bar = progress.Progress(*columns, console=Console(file=stream), transient=True)
    bar.start()
    return bar
