"""How far the training is, in a terminal and in a log."""

import io
import sys

import pytest

from bot.training_progress import TrainingProgress


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


def test_without_a_terminal_a_line_is_said_each_quarter() -> None:
    now, stream = [100.0], io.StringIO()
    with TrainingProgress(stream, lambda: now[0]) as progress:
        for done in range(9):
            progress(done, 8)
            now[0] += 5
    assert stream.getvalue().splitlines() == [
        "Training: 25 % done, about 30 seconds left.",
        "Training: 50 % done, about 20 seconds left.",
        "Training: 75 % done, about 10 seconds left.",
    ]


def test_a_terminal_shows_a_bar() -> None:
    stream = Terminal()
    with TrainingProgress(stream) as progress:
        progress(0, 8)
        progress(4, 8)
    assert "Training" in stream.getvalue()
    assert "50%" in stream.getvalue()


def test_a_terminal_without_rich_shows_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "rich", None)
    stream = Terminal()
    with TrainingProgress(stream, lambda: 0.0) as progress:
        progress(0, 8)
        progress(4, 8)
    assert stream.getvalue() == "Training: 50 % done, about 0 seconds left.\n"


def test_nothing_is_shown_where_nothing_is_trained() -> None:
    stream = Terminal()
    with TrainingProgress(stream):
        pass
    assert stream.getvalue() == ""
