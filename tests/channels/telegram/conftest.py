"""A running channel, the stand-in it talks to, time that stands still, and an engine with a classifier that never changes."""

import os
from collections.abc import AsyncIterator

import pytest
from fakes.classifier import FakeClassifier
from fakes.clock import FakeClock
from fakes.telegram_kit import running
from fakes.telegram_server import TelegramServer

from bot.channels.telegram.channel import TelegramChannel
from bot.engine import Engine
from bot.schema import Content

os.environ["PTB_TIMEDELTA"] = "true"  # else the library warns of its own next version, and a warning fails a test


@pytest.fixture
def engine(content: Content) -> Engine:
    return Engine(content, FakeClassifier())


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
async def server(clock: FakeClock) -> AsyncIterator[TelegramServer]:
    server = await TelegramServer(clock=clock).start()
    clock.activity = lambda: len(server.calls)
    yield server
    await server.stop()


@pytest.fixture
async def bot(engine: Engine, server: TelegramServer) -> AsyncIterator[TelegramChannel]:
    async with running(engine, server) as channel:
        yield channel
