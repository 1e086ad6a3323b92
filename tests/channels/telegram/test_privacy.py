"""Nothing that people write, nor who they are, nor the token, is logged, printed or shown."""

import asyncio
import io
import logging
import re
import sys
import threading
import warnings

import pytest
from fakes.telegram_kit import MEDIA, idle, running
from fakes.telegram_server import TOKEN, Fault, TelegramServer

from bot import private_logging
from bot.channels.telegram.channel import TelegramChannel
from bot.dialogue import Incoming
from bot.engine import Engine


async def test_no_canary_reaches_a_log(
    engine: Engine, server: TelegramServer, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    for name in (None, "porchlight", "bot", "telegram", "telegram.ext", "telegram.ext.Application",
                 "telegram.ext.ExtBot", "httpx", "httpcore"):  # fmt: skip
        caplog.set_level(logging.DEBUG, logger=name)
    chat = 918273645
    async with running(engine, server) as bot:
        caplog.set_level(logging.DEBUG, logger="telegram")
        caplog.set_level(logging.DEBUG, logger="httpx")
        server.faults += [Fault("nonsense", times=1, text="911"), Fault("nonsense", times=1, method="getUpdates"),
                          Fault("reset", times=1, method="getUpdates"), Fault("500", times=1, method="getUpdates")]  # fmt: skip
        server.say("canaryword i want to die", chat)
        server.say("canaryword crash", chat)
        server.say("canaryword he has my pics", chat, edited=True)
        server.press("canaryword", chat)
        server.send(chat, **MEDIA["photo"], caption="canaryword")
        server.put(message={"message_id": "x", "chat": {"id": chat}, "text": "canaryword"})
        odd = {"message_id": 1, "date": "canaryword", "chat": {"id": chat, "type": "private"}, "text": "canaryword"}
        server.put(message=odd)
        server.put(message="canaryword")
        server.ask("canaryword he has my pics", chat)
        server.put(business_message={**server.message(chat, text="canaryword"), "business_connection_id": "canaryword"})
        server.send(-chat, kind="group", text="canaryword i want to die")
        server.faults += [Fault("500", times=7, method="deleteMessages"), Fault("500", method="answerInlineQuery")]
        server.press("w:5", chat)
        server.say("/delete canaryword", chat)
        await idle(bot, server)
        await server.answers(12, chat)
    out = "".join(capfd.readouterr())
    records = "\n".join(
        f"{vars(record)} {record.getMessage()} {record.exc_info} {record.exc_text}" for record in caplog.records
    )
    for canary in ("canaryword", str(chat), "Zebulon", "zebcanary", TOKEN, TOKEN.split(":")[1]):
        assert canary not in caplog.text
        assert canary not in records
        assert canary not in out
    assert "Telegram is connected." in caplog.text


async def test_nothing_shows_itself_with_the_token_or_words(bot: TelegramChannel) -> None:
    for shown in (repr(bot.bot), repr(bot.app), repr(bot), repr(bot._settings), str(bot.bot)):
        assert TOKEN.split(":")[1] not in shown
    assert "canaryword" not in repr(Incoming(text="canaryword"))


def test_error_that_came_from_one_with_the_token_hides_it(caplog: pytest.LogCaptureFixture) -> None:
    private_logging.silence_telegram(TOKEN)
    try:
        try:
            raise OSError(f"https://api.telegram.org/bot{TOKEN}/getMe")
        except OSError as error:
            raise RuntimeError("It broke.") from error
    except RuntimeError:
        logging.getLogger("asyncio").exception("Task exception was never retrieved")
    assert TOKEN.split(":")[1] not in caplog.text
    assert "RuntimeError" in caplog.text


def test_log_lines_are_an_allow_list(monkeypatch: pytest.MonkeyPatch) -> None:
    root = logging.getLogger()
    monkeypatch.setattr(root, "handlers", [])
    monkeypatch.setattr(logging, "raiseExceptions", True)
    level, stream = root.level, io.StringIO()
    try:
        private_logging.setup(logging.INFO, stream)
        logging.getLogger("aiohttp.server").error("Error handling %s", "canaryword")
        logging.getLogger("asyncio").error("Task exception\nfuture: canaryword")
        logging.getLogger("porchlight.telegram").info("Counted %s.", "TimedOut")
        try:
            raise ValueError("canaryword")
        except ValueError:
            logging.getLogger("porchlight").exception("It broke.")
    finally:
        root.setLevel(level)
    out = stream.getvalue()
    assert "canaryword" not in out
    assert "Error handling %s" in out
    assert "Counted TimedOut." in out
    assert re.search(r"It broke. \[ValueError at test_privacy.py:\d+\]", out)


async def test_errors_that_nobody_caught_are_told_without_their_words(
    capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for owner, name in ((sys, "excepthook"), (sys, "unraisablehook"), (threading, "excepthook")):
        monkeypatch.setattr(owner, name, getattr(owner, name))
    monkeypatch.setattr(logging, "raiseExceptions", True)
    handlers, level = logging.getLogger().handlers[:], logging.getLogger().level
    stream = io.StringIO()
    words = "".join(("canary", "word ", TOKEN))  # a traceback quotes our source, which nobody wrote to us
    private_logging.setup(logging.DEBUG, stream)
    private_logging.silence_telegram(TOKEN)

    async def falls() -> None:
        raise ValueError(words)

    class Dies:
        def __del__(self) -> None:
            raise ValueError(words)

        def __repr__(self) -> str:
            return "canaryword"

    def thread() -> None:
        raise ValueError(words)

    try:
        loop = asyncio.get_running_loop()
        loop.set_debug(True)
        loop.slow_callback_duration = 0.0
        task = loop.create_task(falls(), name="canaryword")
        await asyncio.wait({task})
        del task
        loop.call_soon(lambda words: words, "canaryword")
        loop.call_exception_handler(
            {"message": "It broke.", "exception": ValueError("canaryword"), "said": "canaryword"}
        )
        await asyncio.sleep(0)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            dies = Dies()
            del dies
        started = threading.Thread(target=thread, name="canaryword")
        started.start()
        started.join()
    finally:
        loop.set_debug(False)
        logging.getLogger().handlers[:] = handlers
        logging.getLogger().setLevel(level)
    told = stream.getvalue() + "".join(capfd.readouterr())
    assert told.count("ValueError") >= 3
    assert "canaryword" not in told
    assert TOKEN.split(":")[1] not in told
