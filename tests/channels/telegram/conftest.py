"""A running bot, the stand-in it talks to, and an engine with an ear that is always the same."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from fakes.telegram_kit import FakeClassifier, settings
from fakes.telegram_server import TelegramServer

from bot.channels.telegram.channel import TelegramChannel
from bot.content import load
from bot.engine import Engine
from bot.schema import Content


@pytest.fixture(scope="module")
def content() -> Content:
    root = Path(load.__file__).resolve().parents[2]
    return load.read_raw(root).content()


@pytest.fixture
def engine(content: Content) -> Engine:
    return Engine(content, FakeClassifier())


@pytest.fixture
async def server() -> AsyncIterator[TelegramServer]:
    server = await TelegramServer().start()
    yield server
    await server.stop()


@pytest.fixture
async def bot(engine: Engine, server: TelegramServer) -> AsyncIterator[TelegramChannel]:
    running = TelegramChannel(engine, settings(server), first_wait=0.05, grace=2)
    await running.start()
    yield running
    await running.stop()
