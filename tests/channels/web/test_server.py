"""Raw bytes against the server as it is served: whatever is sent, and however slowly, people get through and get the numbers."""

import asyncio
import contextlib
import gzip
import ipaddress
import json
import logging
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from typing import Any

import pytest
from aiohttp import ClientSession, web
from fakes.web_kit import BrokenEngine, WebKit

from bot.channels.web import rate_limit
from bot.channels.web.app import create_runner
from bot.channels.web.guard import MAX_BODY_BYTES
from bot.channels.web.keys import LIMITER, PAGES
from bot.channels.web.server import MAX_HEAD_BYTES, Limits
from bot.engine import Engine

CANARY = "zxcanary5523"
GET = b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"
QUICK = Limits(head_seconds=0.3, idle_seconds=0.6, linger_seconds=0.2)

Serve = Callable[..., Awaitable[tuple[str, int]]]


@pytest.fixture
async def serve(kit: WebKit) -> AsyncIterator[Serve]:
    runners: list[web.BaseRunner] = []

    async def started(
        limits: Limits = QUICK, kind: type[Engine] = Engine, body_seconds: float = 0.3, **settings: Any
    ) -> tuple[str, int]:
        runner = create_runner(kit.app(kind, body_seconds, **settings), limits)
        runners.append(runner)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        host, port = runner.addresses[0][:2]
        return host, port

    yield started
    for runner in runners:
        await runner.cleanup()


async def say(where: tuple[str, int], *parts: bytes, pause: float = 0.0) -> bytes:
    """Everything the server says to these bytes until it hangs up."""
    reader, writer = await asyncio.open_connection(*where)
    try:
        for part in parts:
            writer.write(part)
            await writer.drain()
            await asyncio.sleep(pause)
        async with asyncio.timeout(5):
            return await reader.read()
    except ConnectionError:
        return b""
    finally:
        await hang_up(writer)


async def hang_up(*writers: asyncio.StreamWriter) -> None:
    for writer in writers:
        writer.close()
    for writer in writers:
        with contextlib.suppress(ConnectionError):
            await writer.wait_closed()


def fine(answer: bytes, status: int) -> None:
    """A whole HTTP answer of this status: numbers in both languages, headers, no name or version of any software."""
    head, _, body = answer.partition(b"\r\n\r\n")
    assert head.split(b" ", 2)[1] == str(status).encode(), answer[:200]
    assert b"911" in body and b"988" in body
    assert b"peligro" in body  # Spanish is there too
    for name in (b"Content-Security-Policy: default-src 'none'", b"X-Content-Type-Options: nosniff", b"no-store"):
        assert name in head
    for banner in (b"aiohttp", b"Python", b"python", b"Traceback", CANARY.encode()):
        assert banner not in answer
    assert b"Server: web" in head


# --- no HTTP, or too much of it ----------------------------------------------------------------


@pytest.mark.parametrize(
    "sent",
    [
        b"%s hello\r\n\r\n" % CANARY.encode(),
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\x00" * 40,
        b"GET / HTTP/9.9\r\nHost: x\r\n\r\n",
        b"GET /%s HTTP/1.1\r\nHost x\r\n\r\n" % CANARY.encode(),
        b"GET / HTTP/1.1\r\nHost: x\r\nA\x00B: c\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: -5\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello",
        b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\nhello",
        b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: %s\r\n\r\n" % CANARY.encode(),
        b"GET http://[::1 HTTP/1.1\r\nHost: x\r\n\r\n",
    ],
)
async def test_what_is_no_http_gets_the_numbers_and_no_banner(serve: Serve, sent: bytes) -> None:
    fine(await say(await serve(), sent), 400)


@pytest.mark.parametrize(
    "sent",
    [
        b"GET /" + b"a" * 10_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\nA: " + b"a" * 10_000 + b"\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\n" + b"A: b\r\n" * 500 + b"\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\n" + b"".join(b"A%d: %s\r\n" % (n, b"a" * 8000) for n in range(10)),
    ],
)
async def test_too_large_a_head_gets_the_numbers(serve: Serve, sent: bytes) -> None:
    answer = await say(await serve(), sent)
    fine(answer, 400 if b" 400 " in answer[:20] else 431)


async def test_an_odd_expectation_gets_the_numbers(serve: Serve) -> None:
    answer = await say(await serve(), b"POST / HTTP/1.1\r\nHost: x\r\nExpect: %s\r\n\r\n" % CANARY.encode())
    fine(answer, 417)


async def test_an_engine_that_breaks_below_the_application_gets_the_numbers(serve: Serve, monkeypatch) -> None:
    async def broken(*_: object) -> None:
        raise RuntimeError(CANARY)

    monkeypatch.setattr(web.Response, "prepare", broken)
    answer = await say(await serve(), GET)
    assert CANARY.encode() not in answer and b"Traceback" not in answer


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (b"GET http://evil.example/ HTTP/1.1\r\nHost: chat.example.org\r\n", b"421"),
        (b"GET http://chat.example.org/ HTTP/1.1\r\nHost: chat.example.org\r\n", b"200"),
        (b"GET / HTTP/1.1\r\nHost: chat.example.org\r\nHost: evil.example\r\n", b"400"),
        (b"GET / HTTP/1.0\r\n", b"421"),
    ],
)
async def test_a_name_is_checked_wherever_it_stands(serve: Serve, sent: bytes, status: bytes) -> None:
    where = await serve(public_url="https://chat.example.org")
    answer = await say(where, sent + b"Connection: close\r\n\r\n")
    assert answer.split(b" ", 2)[1] == status
    assert b"911" in answer and b"988" in answer


# --- slow --------------------------------------------------------------------------------------


async def test_a_connection_that_says_nothing_is_closed(serve: Serve) -> None:
    assert await say(await serve()) == b""


async def test_a_head_that_comes_byte_by_byte_is_cut_off_with_the_numbers(serve: Serve) -> None:
    head = b"GET / HTTP/1.1\r\nHost: x\r\nA: " + b"a" * 60
    fine(
        await say(await serve(replace(QUICK, linger_seconds=2)), *(head[n : n + 1] for n in range(40)), pause=0.02), 408
    )


async def test_a_second_head_on_the_same_connection_has_its_time_too(serve: Serve) -> None:
    answer = await say(await serve(Limits(head_seconds=0.2, idle_seconds=5)), GET, b"GET / HT", pause=0.05)
    first, second = answer.split(b"ok", 1)
    assert b" 200 " in first
    fine(second, 408)


async def test_a_body_that_comes_byte_by_byte_is_cut_off_with_the_numbers(serve: Serve) -> None:
    head = (
        b"POST / HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 5000\r\n\r\n"
    )
    answer = await say(await serve(), head, *[b"a"] * 10, pause=0.02)
    assert answer.startswith(b"HTTP/1.1 408 ")
    assert b"tel:911" in answer and b"tel:988" in answer


async def test_an_idle_connection_is_closed_and_a_busy_one_kept(serve: Serve) -> None:
    where = await serve()
    answer = await say(where, GET, GET, GET, pause=0.35)
    assert answer.count(b" 200 ") == 3


# --- large -------------------------------------------------------------------------------------


async def test_a_body_said_to_be_large_is_refused_before_it_is_read(serve: Serve) -> None:
    head = b"POST /api/reply HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 100000000\r\n\r\n"
    answer = await say(await serve(body_seconds=30), head)
    assert answer.startswith(b"HTTP/1.1 413 ")
    assert b"911" in answer and b"988" in answer


async def test_a_body_that_comes_with_its_head_is_not_counted_as_head(serve: Serve) -> None:
    body = b'{"text": "' + b"i want to die " * 3_000 + b'"}'
    assert MAX_HEAD_BYTES < len(body) < MAX_BODY_BYTES
    head = b"POST /api/reply HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nConnection: close\r\n"
    answer = await say(await serve(), head + b"Content-Length: %d\r\n\r\n" % len(body) + body)
    assert answer.startswith(b"HTTP/1.1 200 ") and b'"alert"' in answer


async def test_a_broken_chunk_is_waited_out_and_gets_the_numbers(serve: Serve) -> None:
    head = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\nTransfer-Encoding: chunked\r\n\r\n"
    answer = await say(await serve(), head, b"zz\r\nhello\r\n", pause=0.05)
    assert answer.startswith(b"HTTP/1.1 408 ")
    assert b"911" in answer and b"988" in answer


async def test_a_compressed_body_is_not_unpacked(serve: Serve) -> None:
    host, port = await serve()
    bomb = gzip.compress(b"a" * 10_000_000)
    assert len(bomb) < 20_000
    async with ClientSession(f"http://{host}:{port}") as client:
        for path, kind in (("/api/reply", "application/json"), ("/", "application/x-www-form-urlencoded")):
            headers = {"Content-Type": kind, "Content-Encoding": "gzip"}
            async with client.post(path, data=bomb, headers=headers) as response:
                assert response.status == 415
        async with client.post("/api/reply", json={"text": "i want to die"}) as response:
            assert (await response.json())["tier"] == "alert"


# --- many --------------------------------------------------------------------------------------


async def test_a_crowd_of_silent_connections_keeps_nobody_out(serve: Serve) -> None:
    """The longest silent one gives its place to whoever comes next."""
    where = await serve(Limits(connections=10, head_seconds=5))
    silent = [await asyncio.open_connection(*where) for _ in range(30)]
    await asyncio.sleep(0.1)
    body = json.dumps({"text": "i want to die"}).encode()
    head = b"POST /api/reply HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: application/json\r\n"
    answer = await say(where, head + b"Content-Length: %d\r\n\r\n" % len(body) + body)
    assert answer.startswith(b"HTTP/1.1 200 ") and b'"alert"' in answer
    closed = [reader.at_eof() or reader.exception() is not None for reader, _ in silent]
    assert sum(closed) >= 20 and closed[0] and not closed[-1]
    await hang_up(*(writer for _, writer in silent))


async def test_those_who_ask_and_never_read_keep_nobody_out(serve: Serve) -> None:
    """Each asks for more than any buffer holds; what they don't take in time they don't get."""
    where = await serve(Limits(connections=16, unread_seconds=0.3))
    deaf = [socket.socket() for _ in range(20)]
    loop = asyncio.get_running_loop()
    for each in deaf:
        each.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        each.setblocking(False)
        await loop.sock_connect(each, where)
        await loop.sock_sendall(each, b"GET /emergency HTTP/1.1\r\nHost: x\r\n\r\n" * 500)
    try:
        async with asyncio.timeout(5):
            while b"200 OK" not in await say(where, GET.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n")):
                await asyncio.sleep(0.1)
    finally:
        for each in deaf:
            each.close()


async def test_where_everybody_is_being_answered_the_next_one_gets_the_numbers(serve: Serve) -> None:
    where = await serve(Limits(connections=2), body_seconds=5)
    head = (
        b"POST / HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 50\r\n\r\n"
    )
    busy = [await asyncio.open_connection(*where) for _ in range(2)]
    for _, writer in busy:
        writer.write(head)
    await asyncio.sleep(0.1)
    fine(await say(where), 503)
    await hang_up(*(writer for _, writer in busy))


async def test_those_who_left_the_slow_lane_hold_nobody_up(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    """A flood that hangs up at once leaves no queue behind in front of an alert from the same address."""
    monkeypatch.setattr(rate_limit, "SLOW_LANE_SECONDS", 0.1)  # 60 of them would outlast the patience of say()
    where = await serve(rate_limit=1)
    head = b"POST /api/reply HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nConnection: close\r\n"
    for _ in range(60):
        _, writer = await asyncio.open_connection(*where)
        writer.write(head + b'Content-Length: 14\r\n\r\n{"text": "hi"}')
        await hang_up(writer)
    body = b'{"text": "i want to die"}'
    answer = await say(where, head + b"Content-Length: %d\r\n\r\n" % len(body) + body)
    assert answer.startswith(b"HTTP/1.1 200 ") and b'"alert"' in answer


# --- nothing is kept ---------------------------------------------------------------------------


@pytest.mark.parametrize("kind", [Engine, BrokenEngine])
async def test_no_refusal_is_logged_or_repeats_anything(
    serve: Serve, caplog: pytest.LogCaptureFixture, kind: type[Engine]
) -> None:
    local = (ipaddress.ip_network("127.0.0.0/8"),)
    forwarded = {"X-Forwarded-For": "192.0.2.99", "Origin": f"https://{CANARY}.example", "User-Agent": CANARY}
    json_type = {"Content-Type": "application/json"}
    with caplog.at_level(logging.DEBUG):
        host, port = await serve(kind=kind, rate_limit=1, trusted_proxies=local, public_url="http://127.0.0.1")
        statuses = set()
        async with ClientSession(f"http://{host}:{port}", headers=forwarded) as client:
            for body in (json.dumps({"text": CANARY}), CANARY, json.dumps({"text": CANARY * 7000})) * 2:
                async with client.post("/api/reply", data=body, headers=json_type) as response:
                    assert CANARY not in await response.text()
                    statuses.add(response.status)
            for headers in ({"Host": f"{CANARY}.example"}, {"Content-Encoding": CANARY}, {"Expect": CANARY}):
                async with client.post("/", data={"text": CANARY}, headers=headers) as response:
                    assert CANARY not in await response.text()
                    statuses.add(response.status)
        assert statuses >= {200, 400, 413, 415, 417, 421} | ({429} if kind is Engine else set())
        await say((host, port), f"{CANARY} \x00 no HTTP\r\n\r\n".encode())
        await say((host, port), f"GET /{CANARY} HTTP/1.1\r\nHo".encode())
        await say((host, port), f"POST /{CANARY} HTTP/1.1\r\nHost: {CANARY}\r\nContent-Length: 9\r\n\r\n".encode())
    written = "\n".join(f"{record.name} {record.getMessage()} {record.exc_info}" for record in caplog.records)
    assert CANARY not in written and "192.0.2.99" not in written and "127.0.0.1" not in written


async def test_the_app_can_be_served_twice_from_one_engine(kit: WebKit) -> None:
    """Two replicas in one process share no counter."""
    one, other = kit.app(), kit.app()
    assert one[PAGES] is other[PAGES] and one[LIMITER].buckets is not other[LIMITER].buckets
