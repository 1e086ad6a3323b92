"""The rate limit: what is held back past it, in which words; never an alert, and never without 911 and 988."""

import asyncio
import ipaddress

import pytest
from fakes.web_kit import BrokenEngine, ask

from bot.channels.web import rate_limit
from bot.channels.web.keys import LIMITER
from bot.channels.web.rate_limit import REFILL_SECONDS, TokenBuckets

LOCAL = (ipaddress.ip_network("127.0.0.0/8"),)


async def test_past_the_limit_the_api_says_when_to_come_back_with_the_numbers_in_the_writers_language(start) -> None:
    client = await start(rate_limit=2)
    assert [(await ask(client))[0] for _ in range(3)] == [200, 200, 429]
    for text, words in (("hi", "Wait a minute"), ("hola", "Espera un minuto")):
        status, answer, headers = await ask(client, text)
        assert (status, list(answer)) == (429, ["error"])
        assert words in answer["error"] and "911" in answer["error"] and "988" in answer["error"]
        assert 1 <= int(headers["Retry-After"]) <= 30


@pytest.mark.parametrize(("text", "lang"), [("i want to die", "en"), ("me quiero morir", "es")])
async def test_an_alert_is_answered_past_any_limit(start, text: str, lang: str) -> None:
    client = await start(rate_limit=1)
    await ask(client)
    assert (await ask(client))[0] == 429
    for _ in range(5):
        status, answer, _ = await ask(client, text)
        assert (status, answer["tier"], answer["lang"]) == (200, "alert", lang)
        assert answer["messages"][0]["links"][0]["url"] == "tel:911"
        page = await client.post("/", data={"text": text})
        assert page.status == 200 and 'role="alert"' in await page.text()


async def test_the_numbers_are_given_past_any_limit(start) -> None:
    client = await start(rate_limit=1)
    await ask(client)
    for body in ({"action": "numbers"}, {"topic": "numbers"}):
        response = await client.post("/api/reply", json=body)
        assert (response.status, (await response.json())["messages"][0]["kind"]) == (200, "urgent")


@pytest.mark.parametrize("fragment", [True, False])
@pytest.mark.parametrize(("text", "words"), [("hi", "Wait a minute"), ("hola", "Espera un minuto")])
async def test_past_the_limit_a_person_sees_the_numbers_first(start, fragment: bool, text: str, words: str) -> None:
    client = await start(rate_limit=1)
    await ask(client)
    response = await client.post("/", data={"text": text}, headers={"X-Fragment": "1"} if fragment else {})
    page = await response.text()
    assert response.status == 429 and int(response.headers["Retry-After"]) >= 1
    assert words in page and page.index('href="tel:911"') < page.index('href="tel:988"')
    assert ('class="exchange"' in page, "<html" in page) == (fragment, not fragment)
    if fragment:
        assert page.index('href="tel:988"') < page.index(words)


async def test_pages_numbers_exit_and_probes_are_never_limited(start) -> None:
    client = await start(rate_limit=1)
    await ask(client)
    assert (await ask(client))[0] == 429
    for path in ("/", "/es", "/emergency", "/who-can-see", "/static/chat.js", "/healthz", "/api/openapi.json"):
        assert (await client.get(path)).status == 200


async def test_no_limit_if_none_is_wanted(start) -> None:
    client = await start(rate_limit=0)
    assert {(await ask(client))[0] for _ in range(50)} == {200}


async def test_what_breaks_past_the_limit_is_still_answered_with_the_numbers(start) -> None:
    client = await start(BrokenEngine, rate_limit=1)
    for _ in range(3):
        status, answer, _ = await ask(client, "i want to die")
        assert (status, answer["messages"][0]["links"][0]["url"]) == (200, "tel:911")


async def test_a_flood_past_the_limit_takes_no_ones_turn(start) -> None:
    """While one address waits in the slow lane, another is answered at once."""
    entered, opened = asyncio.Event(), asyncio.Event()

    async def gate(seconds: float) -> None:
        entered.set()
        await opened.wait()

    client = await start(rate_limit=1, trusted_proxies=LOCAL)
    client.app[LIMITER].pause = gate
    await ask(client, **{"X-Forwarded-For": "192.0.2.1"})
    flood = [asyncio.create_task(ask(client, **{"X-Forwarded-For": "192.0.2.1"})) for _ in range(5)]
    await entered.wait()
    assert (await ask(client, **{"X-Forwarded-For": "192.0.2.2"}))[0] == 200
    assert not any(task.done() for task in flood)
    opened.set()
    assert [status for status, _, _ in await asyncio.gather(*flood)] == [429] * 5


# --- the buckets -------------------------------------------------------------------------------


class Clock:
    """A time that stands still until it is set."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_a_bucket_fills_again() -> None:
    clock = Clock()
    buckets = TokenBuckets(60, clock=clock)
    assert [buckets.take("192.0.2.1") for _ in range(60)] == [0.0] * 60
    assert buckets.take("192.0.2.1") == pytest.approx(1.0)
    assert buckets.take("192.0.2.2") == 0.0
    clock.now = 0.5
    assert buckets.take("192.0.2.1") == pytest.approx(0.5)
    clock.now = 1.0
    assert buckets.take("192.0.2.1") == 0.0
    assert buckets.take("192.0.2.1") > 0


def test_one_line_of_ipv6_is_one_address_and_mapped_ipv4_is_itself() -> None:
    buckets = TokenBuckets(1)
    assert buckets.take("2001:db8:1:2::5") == 0
    assert buckets.take("2001:db8:1:2:ffff::9") > 0
    assert buckets.take("2001:db8:1:3::5") == 0
    assert buckets.take("192.0.2.1") == 0
    assert buckets.take("::ffff:192.0.2.1") > 0
    assert buckets.take("fe80::1%eth0") == 0
    assert buckets.take("") == 0


def test_buckets_are_bounded_and_dropped_on_time() -> None:
    clock = Clock()
    buckets = TokenBuckets(5, max_buckets=100, clock=clock)
    for number in range(1000):
        clock.now = number / 100
        buckets.take(f"192.0.{number // 250}.{number % 250}")
    assert len(buckets) == 100
    clock.now = 9.9 + REFILL_SECONDS
    buckets.expire()
    assert 0 < len(buckets) < 100
    clock.now = 10.0 + REFILL_SECONDS
    buckets.expire()
    assert len(buckets) == 0


def test_no_address_is_held() -> None:
    buckets = TokenBuckets(5)
    buckets.take("192.0.2.77")
    held = repr(vars(vars(buckets)["_buckets"]))
    assert "_Bucket(tokens=4.0" in held
    assert "192.0.2.77" not in held and repr(bytes([192, 0, 2, 77]))[2:-1] not in held


async def test_buckets_expire_though_nobody_writes(start, monkeypatch) -> None:
    monkeypatch.setattr(rate_limit, "REFILL_SECONDS", 0.02)
    monkeypatch.setattr(rate_limit, "EXPIRE_SECONDS", 0.01)
    client = await start()
    await ask(client)
    async with asyncio.timeout(5):
        while client.app[LIMITER].buckets:
            await asyncio.sleep(0.01)
    assert len(client.app[LIMITER].buckets) == 0
