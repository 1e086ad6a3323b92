"""Logs that cannot carry what people write, who they are, or a secret.

Only the logger `porchlight` and its children print anything. Libraries that see messages or the token hand nothing on:
what they warn of is said by `porchlight.library` instead, as the words that their programmers wrote and the class and
place of an exception. All other loggers are silent.
"""

import logging
import sys
import threading
import traceback
import warnings
from pathlib import Path
from types import TracebackType
from typing import TextIO

#: Libraries that put people's messages, addresses or the bot's token into their lines.
LIBRARIES = ("aiohttp", "asyncio", "httpcore", "httpx", "telegram")
_OURS = logging.getLogger("porchlight")
_LIBRARY_LINES = logging.getLogger("porchlight.library")
_SECRETS: set[str] = set()
_HIDDEN = "[secret]"
_ExcInfo = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]


def setup(level: int | str = logging.WARNING, stream: TextIO | None = None) -> None:
    """Print our own lines to `stream` (stderr), and nothing of anybody else's; for the whole process."""
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(SafeFormatter())
    _OURS.handlers[:] = [handler]
    _OURS.setLevel(level)
    logging.getLogger().handlers[:] = [logging.NullHandler()]  # without any, Python would print warnings by itself
    logging.raiseExceptions = False  # else a line that can't be built is printed with its values
    logging.captureWarnings(False)
    warnings.showwarning = _show_warning
    sys.excepthook = excepthook
    sys.unraisablehook = _unraisablehook
    threading.excepthook = _thread_excepthook
    _drop_values()


def silence_telegram(token: str) -> None:
    """From now on no line of a library carries a value, and no line at all the token."""
    if token:
        _SECRETS.update((token, token.rpartition(":")[2] or token))
    _drop_values()


def _drop_values() -> None:
    for name in LIBRARIES:
        logger = logging.getLogger(name)
        logger.setLevel(logging.WARNING)
        logger.propagate = False  # its children's lines end here too
        logger.handlers[:] = [DropValues()]


class DropValues(logging.Handler):
    """Says a library's line on our own logger, without its values."""

    def emit(self, record: logging.LogRecord) -> None:
        """The line as `safe_text` has it, at the same level."""
        _LIBRARY_LINES.log(record.levelno, "%s: %s", record.name, safe_text(record))


class SafeFormatter(logging.Formatter):
    """Time, level, logger, our line with its values, and of an exception its class and place; one line, no secret."""

    def format(self, record: logging.LogRecord) -> str:
        """One line, whatever the record holds."""
        when = self.formatTime(record, "%Y-%m-%dT%H:%M:%S")
        try:
            said = record.getMessage() + raised_at(record.exc_info)
        except (TypeError, ValueError, KeyError):  # values that don't fit the template
            said = safe_text(record)
        return redacted(f"{when} {record.levelname} {record.name}: {said}")


def safe_text(record: logging.LogRecord) -> str:
    """The first line of a record's template, and the class and place of its exception; none of its values.

    Of a template that is no plain string only the class: it could be anything."""
    template = record.msg.split("\n", 1)[0] if isinstance(record.msg, str) else type(record.msg).__name__
    return redacted(template + raised_at(record.exc_info))


def raised_at(exc_info: _ExcInfo | None) -> str:
    """An exception as its class and where it was raised; never its text, which may quote a message."""
    if not exc_info or exc_info[0] is None:
        return ""
    trace = exc_info[2]
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    where = f" at {Path(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno}" if trace else ""
    return f" [{exc_info[0].__name__}{where}]"


def redacted(text: str) -> str:
    """The text with every known secret replaced by `[secret]`."""
    for secret in _SECRETS:
        text = text.replace(secret, _HIDDEN)
    return text


def excepthook(kind: type[BaseException], error: BaseException | None, trace: TracebackType | None) -> None:
    """Prints an error that nobody caught: where it was raised and its class, never its text, which may quote anything."""
    if not issubclass(kind, KeyboardInterrupt):
        print(redacted("".join(traceback.format_tb(trace)) + kind.__name__), file=sys.stderr)  # noqa: T201


def _unraisablehook(lost: "sys.UnraisableHookArgs") -> None:
    """An error in a clean-up that nobody can catch: Python would print its text and the object's."""
    excepthook(lost.exc_type, lost.exc_value, lost.exc_traceback)


def _thread_excepthook(lost: threading.ExceptHookArgs) -> None:
    excepthook(lost.exc_type, lost.exc_value, lost.exc_traceback)


def _show_warning(
    message: Warning | str,
    category: type[Warning],
    filename: str,
    lineno: int,
    file: TextIO | None = None,
    line: str | None = None,
) -> None:
    """A Python warning without its text, which may quote what it warns about."""
    _LIBRARY_LINES.warning("%s at %s:%d", category.__name__, Path(filename).name, lineno)
