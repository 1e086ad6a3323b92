"""The browser, the site, and a page of it for each test: started once, all in one event loop."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from browser_site import Site, live_browser, live_site
from playwright.async_api import Browser, BrowserContext, Page, expect

from bot.engine import Engine

HERE = Path(__file__).parent

expect.set_options(timeout=15_000)  # a slow machine is no fault of the page


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)
            item.add_marker(pytest.mark.slow)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def site(engine: Engine) -> AsyncIterator[Site]:
    """The live site, with the real engine."""
    async with live_site(Engine(engine.content, engine.classifier)) as running:
        yield running


@pytest_asyncio.fixture(loop_scope="session")
async def limited(engine: Engine) -> AsyncIterator[Site]:
    """A site that answers one message a minute."""
    async with live_site(Engine(engine.content, engine.classifier), rate_limit=1) as running:
        yield running


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    """One Chromium for all tests."""
    async with live_browser() as running:
        yield running


@pytest_asyncio.fixture(loop_scope="session")
async def context(browser: Browser, request: pytest.FixtureRequest) -> AsyncIterator[BrowserContext]:
    """A clean phone; a test says what else it is with @pytest.mark.parametrize("context", [{...}], indirect=True)."""
    options: dict[str, Any] = {"viewport": {"width": 390, "height": 844}, "reduced_motion": "reduce"}
    made = await browser.new_context(**{**options, **getattr(request, "param", {})})
    made.set_default_timeout(20_000)
    yield made
    await made.close()


@pytest_asyncio.fixture(loop_scope="session")
async def page(context: BrowserContext, site: Site) -> AsyncIterator[Page]:
    """A tab; what the page itself complains of fails the test."""
    opened = await context.new_page()
    complaints: list[str] = []
    opened.on("pageerror", lambda error: complaints.append(str(error)))
    opened.on("console", lambda said: complaints.append(said.text) if "Content Security Policy" in said.text else None)
    yield opened
    await opened.unroute_all(behavior="ignoreErrors")
    assert complaints == []
