"""Which links don't open: asked of a small server in the same process, never of the internet."""

import asyncio
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.content.checks import links_online as online
from bot.content.checks.links_online import check_links, fault


async def answer(request: web.Request) -> web.Response:
    if request.path == "/get-only" and request.method == "HEAD":
        raise web.HTTPMethodNotAllowed("HEAD", ["GET"])
    if request.path == "/moved":
        raise web.HTTPFound("/fine")
    if request.path == "/slow":
        await asyncio.sleep(5)
    return web.Response(status={"/gone": 404, "/broken": 500, "/members": 403}.get(request.path, 200))


@pytest.mark.parametrize(
    ("path", "why"),
    [
        ("/fine", None),
        ("/moved", None),
        ("/get-only", None),
        ("/members", None),  # a site that refuses machines still answers people
        ("/gone", "it answers 404"),
        ("/broken", "it answers 500"),
        ("/slow", "it took longer than 5 seconds"),
    ],
)
async def test_why_a_page_does_not_open(path: str, why: str | None) -> None:
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", answer)
    async with (
        TestServer(app) as server,
        aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=0.2)) as session,
    ):
        assert await fault(session, str(server.make_url(path))) == why


async def test_nobody_there() -> None:
    async with aiohttp.ClientSession() as session:
        assert await fault(session, "http://127.0.0.1:1/") == "it could not be reached (ClientConnectorError)"


async def test_each_address_is_told_once_where_it_is_written(monkeypatch: pytest.MonkeyPatch) -> None:
    async def gone(session: aiohttp.ClientSession, address: str) -> str | None:
        return "it answers 404" if "takeitdown" in address else None

    monkeypatch.setattr(online, "fault", gone)
    assert [str(problem) for problem in await check_links(Path(__file__).parents[2] / "broken" / "_base")] == [
        "content/resources.yaml:25: https://takeitdown.ncmec.org/ doesn't open: it answers 404; "
        "try it in a browser and look for the new address"
    ]
