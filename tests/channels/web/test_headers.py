"""The security headers: on everything, whatever breaks; frames for a school's own pages only."""

import logging

import pytest

from bot.channels.web import headers as web_headers
from bot.channels.web.cors import Cors
from bot.channels.web.forwarded import TrustedProxies


async def test_every_answer_wears_the_security_headers(client) -> None:
    for path in (
        "/",
        "/es",
        "/s/example",
        "/emergency",
        "/exit",
        "/healthz",
        "/api/openapi.json",
        "/nothing",
        "/static/chat.js",
    ):
        headers = (await client.get(path, allow_redirects=False)).headers
        policy = headers["Content-Security-Policy"]
        for part in ("default-src 'none'", "script-src 'self'", "form-action 'self'", "base-uri 'none'"):
            assert part in policy
        assert "unsafe" not in policy
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "no-referrer"
        assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
        assert "Cross-Origin-Resource-Policy" in headers and "Permissions-Policy" in headers
        assert headers["Server"] == "web"
        assert path == "/emergency" or headers["Cache-Control"] == "no-store"


async def test_only_a_schools_own_page_may_be_framed_and_only_by_its_origin(client) -> None:
    framed = await client.get("/s/framed")
    assert framed.headers["Content-Security-Policy"].endswith("frame-ancestors https://school.example")
    assert "X-Frame-Options" not in framed.headers
    for path in ("/", "/s/example", "/s/nowhere"):
        assert (await client.get(path)).headers["Content-Security-Policy"].endswith("frame-ancestors 'none'")


async def test_the_pages_that_a_schools_page_links_to_stay_in_its_frame(client) -> None:
    for path in ("/who-can-see", "/emergency"):
        response = await client.get(f"{path}?school=framed&lang=es")
        assert response.headers["Content-Security-Policy"].endswith("frame-ancestors https://school.example")
        assert 'href="/s/framed?lang=es"' in await response.text()
        for other in (f"{path}?school=nowhere", f"/?school={path}", "/?school=framed"):
            assert (await client.get(other)).headers["X-Frame-Options"] == "DENY"


@pytest.mark.parametrize(
    ("owner", "name"),
    [(web_headers, "_framing_origins"), (TrustedProxies, "is_https"), (Cors, "add_headers")],
)
async def test_a_fault_in_the_headers_leaves_the_strictest_ones_and_the_answer_is_sent(
    client, monkeypatch, caplog, owner: object, name: str
) -> None:
    def breaks(*_: object) -> None:
        raise RuntimeError("zxcanary4410")

    monkeypatch.setattr(owner, name, breaks)
    response = await client.post("/", data={"text": "i want to die"})
    page = await response.text()
    assert response.status == 200 and page.index('href="tel:911"') < page.index('href="tel:988"')
    for path in ("/", "/nothing", "/emergency", "/api/reply"):
        headers = (await client.get(path)).headers
        assert headers["Content-Security-Policy"].endswith("frame-ancestors 'none'")
        assert headers["X-Frame-Options"] == "DENY" and headers["Referrer-Policy"] == "no-referrer"
        assert "no-store" in headers["Cache-Control"] or path == "/emergency"
    faults = [record.getMessage() for record in caplog.records if record.levelno >= logging.ERROR]
    assert "failed channel=web error=RuntimeError route=page" in faults
    assert "zxcanary4410" not in caplog.text
