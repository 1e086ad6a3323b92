"""The content and the pages of the web tests, made once; clients of applications that use them."""

from typing import Any

import pytest
from fakes.web_kit import Client, Start, WebKit

from bot.engine import Engine
from bot.schema import Content


@pytest.fixture(scope="session")
def kit(content: Content) -> WebKit:
    """Makes applications."""
    return WebKit(content)


@pytest.fixture
def start(aiohttp_client: Any, kit: WebKit) -> Start:
    """Starts an application and gives its client: start(kind of engine, **settings)."""

    async def started(kind: type[Engine] = Engine, *, auto_decompress: bool = True, **settings: Any) -> Client:
        client: Client = await aiohttp_client(kit.app(kind, **settings), auto_decompress=auto_decompress)
        return client

    return started


@pytest.fixture
async def client(start: Start) -> Client:
    """The client of an application with default settings."""
    return await start()
