"""Logs that cannot carry what people write, who they are, or a secret.

Two nets. The formatter prints an allow-list: time, level, logger, the words of the line as the programmer wrote them, and
of an exception only its class and place. The record factory empties the lines of libraries that see messages or the
token before any handler, ours or another's, can hold them.
"""

import logging
import sys
import threading
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from types import TracebackType
from typing import TextIO

#: Libraries that put people's messages, ids or the bot's token into their lines: asyncio quotes errors that nobody caught.
TALKATIVE = ("telegram", "httpx", "httpcore", "asyncio")
_OURS = ("bot", "porchlight")
_SECRETS: set[str] = set()
_HIDDEN = "[secret]"
_ExcInfo = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]


def setup(level: int | str = logging.WARNING, stream: TextIO | None = None) -> None:
    """One handler on the root logger, which prints nothing but what is allowed."""
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(AllowList())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    logging.captureWarnings(False)  # a warning's text may quote what it warns about
    logging.raiseExceptions = False  # else a line that can't be built is printed with its values
    sys.excepthook = fallen
    sys.unraisablehook = _unraisable
    threading.excepthook = _fallen_thread
    for name in TALKATIVE:
        logging.getLogger(name).setLevel(logging.WARNING)


def silence_telegram(token: str) -> None:
    """From now on no line of the Telegram library or its HTTP client carries a value, and no line at all the token."""
    if token:
        _SECRETS.add(token)
        _SECRETS.add(token.rpartition(":")[2] or token)
    for name in TALKATIVE:
        logger = logging.getLogger(name)
        logger.setLevel(logging.WARNING)
        if not any(isinstance(had, Emptied) for had in logger.filters):
            logger.addFilter(Emptied())
    factory = logging.getLogRecordFactory()
    if not isinstance(factory, _EmptyingFactory):
        logging.setLogRecordFactory(_EmptyingFactory(factory))


class AllowList(logging.Formatter):
    """Time, level, logger, the line's own words; our own lines with their values, others' without."""

    def format(self, record: logging.LogRecord) -> str:
        """One line, whatever the record holds."""
        when = self.formatTime(record, "%Y-%m-%dT%H:%M:%S")
        return redacted(f"{when} {record.levelname} {record.name}: {words(record)}{place(record.exc_info)}")


class Emptied(logging.Filter):
    """Drops what a record carries besides its template, and lets it pass."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Always yes: the line is told, its values aren't."""
        empty(record)
        return True


class _EmptyingFactory:
    """Empties the records of talkative loggers, children included: a logger's filter doesn't see its children's."""

    def __init__(self, factory: Callable[..., logging.LogRecord]) -> None:
        self._factory = factory

    def __call__(self, *args: object, **kwargs: object) -> logging.LogRecord:
        record = self._factory(*args, **kwargs)
        if _of(record.name, TALKATIVE):
            empty(record)
        elif _SECRETS:
            _hide_secrets(record)
        return record


def empty(record: logging.LogRecord) -> None:
    """The record without values: its template's first line, the exception as class and place."""
    record.msg = redacted(_first_line(record.msg) + place(record.exc_info))
    record.args = ()
    record.exc_info = None
    record.exc_text = None
    record.stack_info = None


def words(record: logging.LogRecord) -> str:
    """What a line says: with values only if it is ours."""
    if _of(record.name, _OURS):
        try:
            return record.getMessage()
        except (TypeError, ValueError, KeyError):
            return _first_line(record.msg)
    return _first_line(record.msg)


def place(exc_info: _ExcInfo | None) -> str:
    """An exception as its class and where it was raised; never its text, which may quote a message."""
    if not exc_info or exc_info[0] is None:
        return ""
    trace = exc_info[2]
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    where = f" at {Path(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno}" if trace else ""
    return f" [{exc_info[0].__name__}{where}]"


def fallen(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """What is printed when the process falls: where and of what kind; never the error's text, which may quote anything."""
    if issubclass(kind, KeyboardInterrupt):
        return
    print(redacted("".join(traceback.format_tb(trace)) + kind.__name__), file=sys.stderr)  # noqa: T201


def _unraisable(lost: "sys.UnraisableHookArgs") -> None:
    """An error in a clean-up that nobody can catch: Python would print its text and the object's."""
    fallen(lost.exc_type, lost.exc_value or lost.exc_type(), lost.exc_traceback)


def _fallen_thread(lost: threading.ExceptHookArgs) -> None:
    fallen(lost.exc_type, lost.exc_value or lost.exc_type(), lost.exc_traceback)


def redacted(text: str) -> str:
    """The text without any secret we were told of."""
    for secret in _SECRETS:
        text = text.replace(secret, _HIDDEN)
    return text


def _hide_secrets(record: logging.LogRecord) -> None:
    try:
        said = record.getMessage()
    except (TypeError, ValueError, KeyError):
        return
    if any(secret in said for secret in _SECRETS):
        record.msg, record.args = redacted(said), ()
    if record.exc_info and any(secret in told for secret in _SECRETS for told in _chain(record.exc_info[1])):
        record.msg, record.args = redacted(f"{record.getMessage()}{place(record.exc_info)}").replace("%", "%%"), ()
        record.exc_info = None


def _chain(error: BaseException | None) -> Iterator[str]:
    """The texts of an error and of those it came from: a handler that isn't ours prints them all."""
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield str(error)
        error = error.__cause__ or error.__context__


def _first_line(message: object) -> str:
    """A template's first line; what isn't a plain string could be anything, so only its class is told."""
    if not isinstance(message, str):
        return type(message).__name__
    return message.split("\n", 1)[0]


def _of(name: str, roots: tuple[str, ...]) -> bool:
    return any(name == root or name.startswith(root + ".") for root in roots)
