"""What every request passes: methods, sizes, pace; whatever is refused carries 911, 988 and the security headers."""

import asyncio
from typing import Any

import pytest


@pytest.mark.parametrize(
    ("path", "allow"),
    [("/", "GET,HEAD,POST"), ("/api/reply", "POST"), ("/emergency", "GET,HEAD"), ("/static/chat.js", "GET,HEAD")],
)
async def test_each_address_says_which_methods_it_takes(start, path: str, allow: str) -> None:
    client = await start()
    options = await client.options(path)
    assert (options.status, options.headers["Allow"], await options.read()) == (204, f"{allow},OPTIONS", b"")
    for method in ("PUT", "PATCH", "DELETE", "TRACE", "PROPFIND"):
        response = await client.request(method, path)
        assert (response.status, response.headers["Allow"]) == (405, allow)
        assert "error" in await response.json() if "api" in path else "tel:988" in await response.text()
    assert (await client.options("/nothing")).status == 404


async def test_head_is_get_without_a_body(start) -> None:
    client = await start()
    for path in ("/", "/emergency", "/healthz", "/static/chat.js", "/api/openapi.json"):
        head, get = await client.head(path), await client.get(path)
        assert (head.status, await head.read()) == (200, b"")
        for name in ("Content-Length", "Content-Type", "Cache-Control", "Content-Security-Policy"):
            assert head.headers[name] == get.headers[name]


async def test_every_refusal_wears_the_security_headers(start) -> None:
    client = await start(rate_limit=1, public_url="http://127.0.0.1")
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    seen = set()
    for method, path, rest in (
        ("POST", "/api/reply", {"json": {"text": "hi"}}),
        ("POST", "/api/reply", {"json": {"text": "hi"}}),
        ("POST", "/api/reply", {"json": {}}),
        ("POST", "/", {"data": b"text=" + b"x" * 70_000, "headers": form}),
        ("POST", "/", {"data": b"x", "headers": {"Content-Type": "text/plain"}}),
        ("POST", "/", {"data": b"text=hi", "headers": form}),
        ("GET", "/nothing", {}),
        ("PUT", "/", {}),
        ("OPTIONS", "/", {}),
        ("GET", "/", {"headers": {"Host": "evil.example"}}),
        ("GET", "/emergency", {"headers": {"If-None-Match": "*"}}),
        ("GET", "/exit", {}),
    ):
        response = await client.request(method, path, allow_redirects=False, **rest)
        seen.add(response.status)
        assert response.headers["Content-Security-Policy"].startswith("default-src 'none'"), path
        for name in ("X-Content-Type-Options", "Referrer-Policy", "Permissions-Policy", "Cache-Control"):
            assert name in response.headers, (path, name)
        assert response.headers["Cross-Origin-Opener-Policy"] == "same-origin"
        assert response.headers["Cross-Origin-Resource-Policy"] == "same-origin"
        assert response.headers["Server"] == "web"
    assert seen == {200, 204, 303, 304, 400, 404, 405, 413, 415, 421, 429}


@pytest.mark.parametrize(("lang", "words"), [("en", "too long"), ("es", "demasiado largo")])
async def test_too_large_is_told_in_the_persons_language_with_the_numbers(start, lang: str, words: str) -> None:
    client = await start()
    large = {"text": "x" * 70_000}
    response = await client.post("/api/reply", json=large, headers={"Accept-Language": lang})
    error = (await response.json())["error"]
    assert response.status == 413
    assert words in error and "911" in error and "988" in error
    page = await client.post("/", data=large, headers={"Accept-Language": lang, "X-Fragment": "1"})
    shown = await page.text()
    assert page.status == 413 and words in shown and 'class="exchange"' in shown and "tel:988" in shown


async def test_a_large_body_of_unknown_length_stops_at_the_limit(start) -> None:
    client = await start()

    async def endless() -> Any:
        for _ in range(100):
            yield b"x" * 1024

    response = await client.post("/api/reply", data=endless(), headers={"Content-Type": "application/json"})
    assert response.status == 413


async def test_a_body_that_does_not_come_is_not_waited_for(start) -> None:
    client = await start(body_seconds=0.1)

    async def slow() -> Any:
        yield b'{"text": '
        await asyncio.sleep(1)
        yield b'"hi"}'

    response = await client.post(
        "/api/reply", data=slow(), headers={"Content-Type": "application/json", "Accept-Language": "es"}
    )
    assert response.status == 408
    error = (await response.json())["error"]
    assert "Tardó demasiado" in error and "911" in error and "988" in error
