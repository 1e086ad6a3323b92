"""Standard input and output as commands use them: a letter or a line that can't be written never ends the program."""

import contextlib
import io
import os
import sys
from pathlib import Path
from typing import TextIO


def prepare() -> None:
    """What a terminal can't show becomes a question mark, and so does what can't be read; closed streams become empty."""
    for number in (0, 1, 2):  # else the next file or connection opened would take the closed stream's place
        try:
            os.fstat(number)
        except OSError:
            with contextlib.suppress(OSError):
                os.open(os.devnull, os.O_RDWR)
    for stream in (sys.stdin, sys.stdout):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")


def say(sentence: object, stream: TextIO | None = None) -> None:
    """Print a line at once; where the stream is closed or full, this line and all later ones go nowhere."""
    stream = stream or sys.stdout
    try:
        print(sentence, file=stream, flush=True)
    except (OSError, ValueError):
        silence(stream)


def silence(stream: TextIO | None = None) -> None:
    """From now on everything written to it is dropped; without this, Python would complain once more at its exit."""
    with contextlib.suppress(OSError, ValueError), Path(os.devnull).open("w", encoding="utf-8") as nowhere:
        os.dup2(nowhere.fileno(), (stream or sys.stdout).fileno())
