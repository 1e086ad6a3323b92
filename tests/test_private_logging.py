"""No log line, traceback or warning carries what people write, who they are, or a secret."""

import io
import logging
import sys
import threading
import warnings
from collections.abc import Iterator

import pytest

from bot import private_logging

TOKEN = "110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw"
CANARY = "canaryword"


@pytest.fixture
def log(monkeypatch: pytest.MonkeyPatch) -> Iterator[io.StringIO]:
    """What a set-up process prints; everything is as it was afterwards."""
    loggers = [logging.getLogger(name) for name in ("porchlight", *private_logging.LIBRARIES)]
    before = [(logger, logger.handlers[:], logger.level, logger.propagate) for logger in (logging.root, *loggers)]
    for owner, name in (
        (sys, "excepthook"),
        (sys, "unraisablehook"),
        (threading, "excepthook"),
        (warnings, "showwarning"),
        (logging, "raiseExceptions"),
    ):
        monkeypatch.setattr(owner, name, getattr(owner, name))
    secrets = set(private_logging._SECRETS)
    stream = io.StringIO()
    private_logging.setup(logging.INFO, stream)
    yield stream
    for logger, handlers, level, propagate in before:
        logger.handlers[:], logger.propagate = handlers, propagate
        logger.setLevel(level)
    private_logging._SECRETS.clear()
    private_logging._SECRETS.update(secrets)


def test_our_own_lines_are_printed_with_their_values(log: io.StringIO) -> None:
    logging.getLogger("porchlight.web").info("failed channel=%s", "web")
    assert log.getvalue().endswith(" INFO porchlight.web: failed channel=web\n")


@pytest.mark.parametrize("name", ["bot", "urllib3.connection", "somebody", "", "porchlights"])
def test_nobody_elses_lines_are_printed(log: io.StringIO, name: str, capfd: pytest.CaptureFixture[str]) -> None:
    logging.getLogger(name).critical(CANARY)
    assert log.getvalue() + "".join(capfd.readouterr()) == ""


@pytest.mark.parametrize(
    "name", [*private_logging.LIBRARIES, "telegram.ext.Application", "aiohttp.server", "httpcore.connection"]
)
def test_a_librarys_line_is_said_without_its_values(log: io.StringIO, name: str) -> None:
    try:
        raise OSError(CANARY)
    except OSError:
        logging.getLogger(name).exception("Error handling %s from %s", CANARY, TOKEN)
    line = log.getvalue()
    assert f" ERROR porchlight.library: {name}: Error handling %s from %s [OSError at test_private_logging.py:" in line
    assert CANARY not in line
    assert TOKEN not in line


def test_a_librarys_line_reaches_no_handler_of_somebody_else(log: io.StringIO) -> None:
    private_logging.silence_telegram(TOKEN)
    told: list[logging.LogRecord] = []
    handler = logging.Handler()
    handler.emit = told.append  # type: ignore[method-assign]
    logging.root.addHandler(handler)
    logging.getLogger("telegram.ext.Application").error("No error handlers: %s", CANARY, extra={"update": CANARY})
    logging.getLogger("asyncio").error(f"Task exception was never retrieved\nfuture: {CANARY} {TOKEN}")
    assert len(told) == 2
    assert CANARY not in "".join(f"{vars(record)} {record.getMessage()}" for record in told)


def test_a_librarys_chatter_is_not_said(log: io.StringIO) -> None:
    logging.getLogger("httpx").info("HTTP Request: %s", CANARY)
    assert log.getvalue() == ""


def test_a_template_that_is_no_text_is_named_by_its_class(log: io.StringIO) -> None:
    logging.getLogger("asyncio").error(ValueError(CANARY))
    assert log.getvalue().endswith(" ERROR porchlight.library: asyncio: ValueError\n")


def test_values_that_do_not_fit_are_left_out(log: io.StringIO, capfd: pytest.CaptureFixture[str]) -> None:
    logging.getLogger("porchlight").error("%d of %s", CANARY)
    assert log.getvalue().endswith(" ERROR porchlight: %d of %s\n")
    assert "".join(capfd.readouterr()) == ""


def test_an_exception_of_ours_is_its_class_and_place_alone(log: io.StringIO) -> None:
    try:
        raise ValueError(CANARY)
    except ValueError:
        logging.getLogger("porchlight").exception("It broke.")
    assert log.getvalue().count("\n") == 1
    assert "It broke. [ValueError at test_private_logging.py:" in log.getvalue()
    assert CANARY not in log.getvalue()


def test_a_secret_is_hidden_in_every_line(log: io.StringIO) -> None:
    private_logging.silence_telegram(TOKEN)
    logging.getLogger("porchlight").error("bot%s and %s", TOKEN, TOKEN.split(":")[1])
    logging.getLogger("telegram").error(f"bot{TOKEN}")
    assert log.getvalue().count("[secret]") == 3
    assert TOKEN.split(":")[1] not in log.getvalue()


def test_an_error_that_nobody_caught_is_shown_without_its_text(
    log: io.StringIO, capsys: pytest.CaptureFixture[str]
) -> None:
    words = "".join(("canary", "word"))  # a traceback quotes this source, which nobody wrote to us

    def falls() -> None:
        raise ValueError(words)

    try:
        falls()
    except ValueError as error:
        sys.excepthook(type(error), error, error.__traceback__)
    thread = threading.Thread(target=falls)
    thread.start()
    thread.join()
    shown = capsys.readouterr().err
    assert shown.splitlines().count("ValueError") == 2
    assert shown.count(", in falls") == 2
    assert CANARY not in shown


def test_stopping_by_hand_shows_nothing(log: io.StringIO, capsys: pytest.CaptureFixture[str]) -> None:
    sys.excepthook(KeyboardInterrupt, KeyboardInterrupt(), None)
    assert capsys.readouterr() == ("", "")


def test_a_warning_is_shown_without_its_text(log: io.StringIO, capsys: pytest.CaptureFixture[str]) -> None:
    warnings.showwarning(UserWarning(CANARY), UserWarning, "/somewhere/module.py", 7)
    assert log.getvalue().endswith(" WARNING porchlight.library: UserWarning at module.py:7\n")
    assert capsys.readouterr() == ("", "")
