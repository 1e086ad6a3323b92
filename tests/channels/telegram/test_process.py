"""The whole process against the stand-in: it starts without Telegram, ends when told to, and never shows the token.

How long it may take to end is tested in test_channel.py, on a clock of the test's own: here a busy machine may be slow.
"""

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from aiohttp import ClientSession
from fakes.telegram_kit import has_numbers
from fakes.telegram_server import TOKEN, Fault, TelegramServer

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

ROOT = Path(__file__).resolve().parents[3]
WAIT = 250.0  # seconds for anything: no more than a guard against waiting for ever

#: As `porchlight serve`, with a classifier that needs no training.
PROGRAM = """
import asyncio, os, sys
from pathlib import Path
sys.path.insert(0, "tests")
from fakes.classifier import FakeClassifier
from bot import serve
from bot import settings
from bot.content import load
from bot.engine import Engine
engine = Engine(load.read_raw(Path(load.__file__).resolve().parents[2]).content(), FakeClassifier())
sys.exit(asyncio.run(serve.run(engine, settings.read(os.environ))))
"""


@pytest.fixture
async def server() -> AsyncIterator[TelegramServer]:
    """The stand-in on the system's time, as the process is."""
    server = await TelegramServer().start()
    yield server
    await server.stop()


@asynccontextmanager
async def process(
    server: TelegramServer, fault: str = "", **more: str
) -> AsyncIterator[tuple[asyncio.subprocess.Process, str]]:
    """The running process and its address."""
    known = {key: value for key, value in os.environ.items() if not key.startswith("PORCHLIGHT_")}
    env = {
        **known,
        "PORCHLIGHT_TELEGRAM_TOKEN": TOKEN,
        "PORCHLIGHT_TELEGRAM_API": server.root,
        "PORCHLIGHT_PORT": "0",
        **more,
    }
    running = await asyncio.create_subprocess_exec(
        sys.executable, "-c", PROGRAM.replace("engine = ", f"{fault}engine = "), cwd=ROOT, env=env,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    assert running.stdout is not None
    try:
        line = (await running.stdout.readline()).decode()
        yield running, line.split()[3] if line.startswith("Porchlight listens") else line
    finally:
        if running.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                running.kill()
        await running.communicate()


async def ended(running: asyncio.subprocess.Process) -> str:
    """Tell it to stop, wait until it has; what it had said."""
    running.send_signal(signal.SIGTERM)
    out, err = await running.communicate()
    return (out + err).decode()


async def test_sigterm_answers_what_was_received(server: TelegramServer) -> None:
    async with process(server) as (running, _):
        await server.until(lambda: server.polling, WAIT)
        server.faults.append(Fault("slow", method="sendMessage", seconds=1))
        for chat in range(1, 21):
            server.say("i want to die", chat=chat)
        await server.until(lambda: server.made("sendMessage"), WAIT)
        said = await ended(running)
    assert running.returncode == 0
    assert [len(server.sent(chat)) for chat in range(1, 21)] == [2] * 20
    assert TOKEN not in said


async def test_sigterm_ends_it_though_nothing_can_be_delivered(server: TelegramServer) -> None:
    async with process(server) as (running, _):
        await server.until(lambda: server.polling, WAIT)
        server.faults += [Fault("500", times=100_000), Fault("slow", times=1000, method="deleteMessages", seconds=30)]
        server.press("w:60", chat=3)
        for chat in range(1, 6):
            server.say("i want to die", chat=chat)
        await server.until(lambda: server.made("sendMessage", status=500), WAIT)
        said = await ended(running)
    assert running.returncode == 0
    assert TOKEN not in said
    assert "Traceback" not in said


async def test_webhook_is_served_by_the_same_process_as_the_page(server: TelegramServer) -> None:
    hook = {
        "PORCHLIGHT_TELEGRAM_MODE": "webhook",
        "PORCHLIGHT_TELEGRAM_SECRET": "s3cret",
        "PORCHLIGHT_PUBLIC_URL": "https://porch.example",
    }
    async with process(server, **hook) as (running, address), ClientSession() as session:
        await server.until(lambda: server.webhook == "https://porch.example/telegram", WAIT)
        raw = {"update_id": 9, "message": server.message(42, text="i want to die")}
        header = "X-Telegram-Bot-Api-Secret-Token"
        for secret, status in (("wrong", 403), ("s3cret", 200), ("s3cret", 200)):
            async with session.post(f"{address}/telegram", json=raw, headers={header: secret}) as answer:
                assert (answer.status, await answer.read()) == (status, b"")
        await server.until(lambda: len(server.sent()) == 2, WAIT)
        assert has_numbers(server.sent()[0].text)
        async with session.get(address, headers={"Host": "porch.example"}) as page:
            assert page.status == 200
        said = await ended(running)
    assert (running.returncode, len(server.sent())) == (0, 2)
    assert "s3cret" not in said


@pytest.mark.parametrize("away", ["gone", "silent"])
async def test_other_channels_start_without_telegram(server: TelegramServer, away: str) -> None:
    if away == "gone":
        await server.stop()
    else:
        server.faults.append(Fault("held", times=1000, method="getMe", seconds=600))
    async with process(server) as (running, address):
        async with ClientSession() as session, session.get(address) as page:
            assert page.status == 200
            assert has_numbers(await page.text())
        said = await ended(running)
    assert running.returncode == 0
    assert "Telegram can't be reached; trying again" in said
    assert TOKEN not in said
    assert TOKEN.split(":")[1] not in said


async def test_refused_token_ends_the_start_with_one_sentence(server: TelegramServer) -> None:
    server.token = "1:other"
    async with process(server) as (running, first):
        assert first == ""
        out, err = await running.communicate()
    assert running.returncode == 2
    assert "PORCHLIGHT_TELEGRAM_TOKEN" in err.decode()
    assert TOKEN not in (out + err).decode()
    assert "Traceback" not in err.decode()


@pytest.mark.parametrize("where", ["TelegramChannel.start", "TelegramChannel.stop", "serve._announce"])
async def test_token_is_in_no_traceback_either(server: TelegramServer, where: str) -> None:
    """A fault of ours that quotes the token; Telegram's start may fail without the web chat failing."""
    kind = "def" if where == "serve._announce" else "async def"
    fault = (
        "from bot.channels.telegram.channel import TelegramChannel\n"
        f"{kind} fall(*_): raise RuntimeError('canaryword https://api/bot' + os.environ['PORCHLIGHT_TELEGRAM_TOKEN'])\n"
        f"{where} = fall\n"
    )
    async with process(server, fault) as (running, address):
        if where == "TelegramChannel.start":
            async with ClientSession() as session, session.get(address) as page:
                assert page.status == 200
        if where == "serve._announce":
            out, err = await running.communicate()
            said = (out + err).decode()
        else:
            said = await ended(running)
    assert "RuntimeError" in said
    assert TOKEN.split(":")[1] not in said
    assert "canaryword" not in said
