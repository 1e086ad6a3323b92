"""What the browser tests, the screenshots and the figures share: the live site, a school's page beside it, Chromium."""

import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace

from aiohttp import web
from playwright.async_api import Browser, async_playwright

from bot.channels.web.app import create_app, create_runner
from bot.channels.web.pages import Pages
from bot.engine import Engine
from bot.settings import Settings

HOST_PAGE = """<!doctype html><html lang="en"><head><title>Lincoln School</title>
<link rel="stylesheet" href="/school.css"></head><body><main><h1>Lincoln School</h1>
<p id="here">Lunch is at noon.</p>{}</main></body></html>"""
SCRIPT = '<script src="{home}/embed.js" data-school="example" defer></script>'
LINK = '<p><a id="ours" href="{home}/s/example">Need to talk?</a></p>'


def chromium() -> str | None:
    """The Chromium of this machine: one is never downloaded."""
    named = os.environ.get("TEST_CHROMIUM")
    return named or next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)


@dataclass(frozen=True)
class Site:
    """Where everything is."""

    home: str
    neutral: str
    start: str
    school: str
    school_with_link: str
    school_not_allowed: str


@asynccontextmanager
async def live_site(engine: Engine, rate_limit: int = Settings().rate_limit) -> AsyncIterator[Site]:
    """The real application and, at another origin, a neutral page and a school's page with a strict policy.

    The exit leads to that neutral page: tests reach no other network.
    """
    home: list[str] = []
    outside = await _serve(home)
    port = _port(outside)
    away = f"http://localhost:{port}/weather"
    school = engine.content.schools["example"].model_copy(update={"name": "Lincoln School"})
    engine.content = replace(engine.content, schools={**engine.content.schools, "example": school})
    settings = Settings(allowed_origins=(f"http://localhost:{port}",), rate_limit=rate_limit)
    inside = create_runner(create_app(engine, settings, Pages(engine, exit_url=away)))
    await inside.setup()
    await web.TCPSite(inside, "127.0.0.1", 0).start()
    home.append(f"http://127.0.0.1:{_port(inside)}")
    try:
        yield Site(
            home=home[0],
            neutral=away,
            start=f"http://localhost:{port}/start",
            school=f"http://localhost:{port}/school",
            school_with_link=f"http://localhost:{port}/linked",
            school_not_allowed=f"http://127.0.0.1:{port}/school",
        )
    finally:
        await inside.cleanup()
        await outside.cleanup()


@asynccontextmanager
async def live_browser() -> AsyncIterator[Browser]:
    """Debian's Chromium, without a window."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium())
        try:
            yield browser
        finally:
            await browser.close()


async def _serve(home: list[str]) -> web.AppRunner:
    async def plain(request: web.Request) -> web.Response:
        return web.Response(
            text=f"<!doctype html><title>Other</title><h1>{request.path}</h1>", content_type="text/html"
        )

    async def school(request: web.Request) -> web.Response:
        linked = LINK.format(home=home[0]) if request.path == "/linked" else ""
        policy = f"default-src 'none'; style-src 'self'; script-src {home[0]}; frame-src {home[0]}"
        page = HOST_PAGE.format(linked + SCRIPT.format(home=home[0]))
        return web.Response(text=page, content_type="text/html", headers={"Content-Security-Policy": policy})

    async def style(request: web.Request) -> web.Response:
        return web.Response(text="body { margin: 2rem; }", content_type="text/css")

    app = web.Application()
    for path, handler in (
        ("/weather", plain),
        ("/start", plain),
        ("/school", school),
        ("/linked", school),
        ("/school.css", style),
    ):
        app.router.add_get(path, handler)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    return runner


def _port(runner: web.AppRunner) -> int:
    return int(runner.addresses[0][1])
