"""Whatever breaks or is refused carries 911 and 988, and nothing of it reaches the log."""

import asyncio
import logging
from typing import Any

import pytest
from aiohttp import ClientSession, web
from fakes.web_kit import FORM, BrokenEngine, WebKit, post_form

from bot.channels.web.app import create_runner
from bot.engine import Engine

CANARY = "zxcanary7731"


@pytest.mark.parametrize(
    ("method", "path", "status"), [("GET", "/nothing", 404), ("DELETE", "/", 405), ("POST", "/", 413)]
)
async def test_error_pages_carry_the_numbers(client, method: str, path: str, status: int) -> None:
    body = b"text=" + b"x" * 70000 if status == 413 else None
    response = await client.request(method, path, data=body, headers={**FORM, "Accept-Language": "es"})
    page = await response.text()
    assert response.status == status
    assert '<html lang="es">' in page and 'href="tel:911"' in page and 'href="tel:988"' in page


async def test_an_upload_is_not_opened(client) -> None:
    response = await client.post("/", data=b"--x", headers={"Content-Type": "multipart/form-data; boundary=x"})
    assert response.status == 415
    assert "tel:911" in await response.text()


async def test_a_crash_is_answered_with_the_numbers(start) -> None:
    broken = await start(BrokenEngine)
    for fragment in (True, False):
        page = await post_form(broken, "/es", fragment=fragment, text="anything")
        assert page.index('href="tel:911"') < page.index('href="tel:988"')
        assert "AYUDA" in page
    answer = await (await broken.post("/api/reply", json={"text": "anything"})).json()
    assert answer["messages"][0]["links"][0]["url"] == "tel:911"
    response = await broken.get("/who-can-see")
    assert response.status == 500
    assert "tel:988" in await response.text()


@pytest.mark.parametrize("kind", [Engine, BrokenEngine])
async def test_nothing_typed_and_no_address_reaches_the_log(kit: WebKit, caplog, kind: type[Engine]) -> None:
    """Served as it is for real, because the server under the application has a log of its own."""
    caplog.set_level(logging.DEBUG)
    runner = create_runner(kit.app(kind))
    await runner.setup()
    try:
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        host, port = runner.addresses[0][:2]
        async with ClientSession(f"http://{host}:{port}", headers={"User-Agent": CANARY}) as client:
            await send_canaries(client)
        reader, writer = await asyncio.open_connection(host, port)
        writer.write(f"{CANARY} \x00 no HTTP at all\r\n\r\n".encode())
        await reader.read()
        writer.close()
        await writer.wait_closed()
    finally:
        await runner.cleanup()
    written = "\n".join(f"{record.name} {record.getMessage()} {record.exc_info}" for record in caplog.records)
    assert CANARY not in written
    assert "127.0.0.1" not in written
    if kind is BrokenEngine:
        assert "failed channel=web error=RuntimeError route=page" in written


async def send_canaries(client: ClientSession) -> None:
    requests: list[tuple[str, str, dict[str, Any]]] = [
        ("POST", "/", {"data": {"text": CANARY, "lang": CANARY, "topic": CANARY}}),
        ("POST", "/s/example", {"data": {"text": f"{CANARY} die"}, "headers": {"X-Fragment": "1"}}),
        ("POST", "/api/reply", {"json": {"text": CANARY}}),
        ("POST", "/api/reply", {"json": {CANARY: CANARY}}),
        ("POST", "/api/reply", {"data": CANARY}),
        ("GET", f"/{CANARY}?lang={CANARY}", {}),
        ("GET", f"/s/{CANARY}", {}),
        ("GET", f"/who-can-see?school={CANARY}&lang={CANARY}", {}),
        ("GET", f"/emergency?school={CANARY}", {}),
        ("GET", f"/embed.js?{CANARY}", {}),
        ("GET", f"/exit?{CANARY}", {"allow_redirects": False}),
    ]
    for method, path, rest in requests:
        async with client.request(method, path, **rest) as response:
            await response.read()
