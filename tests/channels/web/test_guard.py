"""What is refused, to whom, and in which words: never an alert, and never without 911 and 988."""

import asyncio
import ipaddress
import time
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from aiohttp.test_utils import TestClient
from fakes.web_kit import BrokenEngine

from bot.channels.web import guard as web_guard
from bot.channels.web.app import create_app
from bot.channels.web.guard import GUARD
from bot.channels.web.rate_limit import WINDOW, Buckets
from bot.content import load
from bot.dialogue import Action, Classification, Incoming
from bot.engine import Engine
from bot.schema import Content
from bot.settings import Settings

LOCAL = (ipaddress.ip_network("127.0.0.0/8"),)

Client = TestClient[Any, Any]
Start = Callable[..., Awaitable[Client]]


class FakeClassifier:
    """Hears death in two languages, and nothing else."""

    def classify(self, text: str, hint: str | None = None) -> Classification:
        said = text.casefold()
        if "morir" in said:
            return Classification("es", "alert", safety=("suicide",))
        if "die" in said:
            return Classification("en", "alert", safety=("suicide",))
        return Classification("es" if "hola" in said else hint or "en", "answer", topic="sextortion", score=0.9)


@pytest.fixture(scope="module")
def content() -> Content:
    return load.read(load.default_root()).content()


@pytest.fixture
def start(aiohttp_client: Any, content: Content) -> Start:
    async def started(kind: type[Engine] = Engine, **settings: Any) -> Client:
        client: Client = await aiohttp_client(create_app(kind(content, FakeClassifier()), Settings(**settings)))
        return client

    return started


async def ask(client: Client, text: str = "hi", **headers: str) -> tuple[int, dict[str, Any], Any]:
    response = await client.post("/api/reply", json={"text": text}, headers=headers)
    return response.status, await response.json(), response.headers


# --- the limit ---------------------------------------------------------------------------------


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
    for _ in range(20):
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


async def test_a_flood_past_the_limit_takes_no_ones_turn(start, monkeypatch) -> None:
    """While one address waits in the slow lane, another is answered at once."""
    monkeypatch.setattr(web_guard, "PACE", 0.2)
    client = await start(rate_limit=1, trusted_proxies=LOCAL)
    await ask(client, **{"X-Forwarded-For": "192.0.2.1"})
    flood = [asyncio.create_task(ask(client, **{"X-Forwarded-For": "192.0.2.1"})) for _ in range(5)]
    await asyncio.sleep(0.05)
    assert (await ask(client, **{"X-Forwarded-For": "192.0.2.2"}))[0] == 200
    assert not any(task.done() for task in flood)
    assert [status for status, _, _ in await asyncio.gather(*flood)] == [429] * 5


async def test_words_sent_with_a_button_are_listened_to(start) -> None:
    """A press must not hide an alert."""
    client = await start()
    for extra in ({"topic": "report"}, {"action": "menu"}, {"topic": "sextortion", "action": "more"}):
        response = await client.post("/api/reply", json={"text": "i want to die", **extra})
        assert (await response.json())["tier"] == "alert"
        page = await client.post("/", data={"text": "i want to die", **extra})
        assert 'role="alert"' in await page.text()
    answer = await (await client.post("/api/reply", json={"text": "hm", "topic": "report"})).json()
    assert answer["topic"] == "report"


# --- the counters ------------------------------------------------------------------------------


def test_a_bucket_fills_again() -> None:
    buckets = Buckets(60)
    assert [buckets.wait("192.0.2.1", 0.0) for _ in range(60)] == [0.0] * 60
    assert buckets.wait("192.0.2.1", 0.0) == pytest.approx(1.0)
    assert buckets.wait("192.0.2.2", 0.0) == 0.0
    assert buckets.wait("192.0.2.1", 0.5) == pytest.approx(0.5)
    assert buckets.wait("192.0.2.1", 1.0) == 0.0
    assert buckets.wait("192.0.2.1", 1.0) > 0


def test_one_line_of_ipv6_is_one_address_and_mapped_ipv4_is_itself() -> None:
    buckets = Buckets(1)
    assert buckets.wait("2001:db8:1:2::5", 0.0) == 0
    assert buckets.wait("2001:db8:1:2:ffff::9", 0.0) > 0
    assert buckets.wait("2001:db8:1:3::5", 0.0) == 0
    assert buckets.wait("192.0.2.1", 0.0) == 0
    assert buckets.wait("::ffff:192.0.2.1", 0.0) > 0
    assert buckets.wait("fe80::1%eth0", 0.0) == 0
    assert buckets.wait("", 0.0) == 0


def test_counters_are_bounded_and_dropped_on_time() -> None:
    buckets = Buckets(5, most=100)
    for number in range(1000):
        buckets.wait(f"192.0.{number // 250}.{number % 250}", float(number) / 100)
    assert len(buckets) == 100
    buckets.forget(9.9 + WINDOW)
    assert 0 < len(buckets) < 100
    buckets.forget(10.0 + WINDOW)
    assert len(buckets) == 0


def test_no_address_is_held_and_two_processes_share_no_key() -> None:
    one, other = Buckets(5), Buckets(5)
    for buckets in (one, other):
        buckets.wait("192.0.2.77", 0.0)
    assert "192.0.2.77" not in repr(vars(one)) and bytes([192, 0, 2, 77]) not in b"".join(one._held)
    assert set(one._held).isdisjoint(other._held)


async def test_counters_are_dropped_though_nobody_writes(start, monkeypatch) -> None:
    monkeypatch.setattr(web_guard, "WINDOW", 0.02)
    client = await start()
    await ask(client)
    guard = client.app[GUARD]
    guard.buckets._held.update({key: (1.0, time.monotonic() - 2 * WINDOW) for key in list(guard.buckets._held)})
    assert len(guard.buckets) == 1
    await asyncio.sleep(0.1)
    assert len(guard.buckets) == 0


# --- proxies, names, TLS -----------------------------------------------------------------------


async def test_forwarded_addresses_count_only_from_a_trusted_proxy(start) -> None:
    client = await start(rate_limit=1)
    assert [(await ask(client, **{"X-Forwarded-For": f"192.0.2.{n}"}))[0] for n in (1, 2)] == [200, 429]
    client = await start(rate_limit=1, trusted_proxies=LOCAL)
    assert [(await ask(client, **{"X-Forwarded-For": f"192.0.2.{n}"}))[0] for n in (1, 2, 1)] == [200, 200, 429]


async def test_the_chain_is_read_from_the_right_so_that_nobody_chooses_an_address(start) -> None:
    client = await start(rate_limit=1, trusted_proxies=(*LOCAL, ipaddress.ip_network("10.0.0.0/8")))
    chains = ("192.0.2.9, 192.0.2.1", "192.0.2.8, 192.0.2.1, 10.1.1.1", "not an address, 192.0.2.1")
    assert [(await ask(client, **{"X-Forwarded-For": chain}))[0] for chain in chains] == [200, 429, 429]
    assert [(await ask(client, **{"X-Forwarded-For": "not an address"}))[0] for _ in range(2)] == [200, 429]


async def test_a_port_behind_an_address_makes_no_other_address(start) -> None:
    client = await start(rate_limit=1, trusted_proxies=LOCAL)
    chains = ("192.0.2.1:5000", "192.0.2.1:5001", "[2001:db8::1]:5000", "[2001:db8::1]:5001", "2001:db8::1")
    assert [(await ask(client, **{"X-Forwarded-For": chain}))[0] for chain in chains] == [200, 429, 200, 429, 429]


async def test_half_a_character_is_answered(start) -> None:
    """JSON can carry what is no text in any encoding."""
    client = await start()
    response = await client.post(
        "/api/reply", data=b'{"text": "\\ud800 die"}', headers={"Content-Type": "application/json"}
    )
    assert (response.status, (await response.json())["tier"]) == (200, "alert")


async def test_only_our_names_are_answered_to_once_they_are_known(start) -> None:
    client = await start(public_url="https://chat.example.org", allowed_hosts=("www.example.org",))
    for host, status in (
        ("chat.example.org", 200),
        ("CHAT.example.org:443", 200),
        ("www.example.org", 200),
        ("evil.example", 421),
        ("chat.example.org.evil.example", 421),
        ("chat.example.org@evil.example", 421),
        ("chat.example.org.", 200),
        ("", 421),
        ("[::1", 421),
    ):
        response = await client.get("/", headers={"Host": host})
        page = await response.text()
        assert response.status == status, host
        assert "tel:911" in page and "tel:988" in page
    response = await client.post("/api/reply", json={"text": "hi"}, headers={"Host": "evil.example"})
    assert (response.status, list(await response.json())) == (421, ["error"])
    assert (await client.get("/healthz", headers={"Host": "10.0.0.7:8080"})).status == 200


async def test_a_proxy_may_say_which_name_was_asked_for(start) -> None:
    told = {"Host": "10.0.0.7", "X-Forwarded-Host": "evil.example, chat.example.org"}
    for proxies, status in ((LOCAL, 200), ((), 421)):
        client = await start(public_url="https://chat.example.org", trusted_proxies=proxies)
        assert (await client.get("/", headers=told)).status == status
        lied = {"Host": "chat.example.org", "X-Forwarded-Host": "evil.example"}
        assert (await client.get("/", headers=lied)).status == (421 if proxies else 200)


async def test_any_name_is_answered_to_where_none_is_set(start) -> None:
    client = await start()
    assert (await client.get("/", headers={"Host": "whatever.example"})).status == 200


async def test_hsts_only_behind_tls(start) -> None:
    tls = {"X-Forwarded-Proto": "https"}
    for settings, headers, expected in (
        ({}, {}, False),
        ({}, tls, False),
        ({"trusted_proxies": LOCAL}, {}, False),
        ({"trusted_proxies": LOCAL}, {"X-Forwarded-Proto": "https, http"}, False),
        ({"trusted_proxies": LOCAL}, tls, True),
        ({"public_url": "https://127.0.0.1"}, {}, True),
        ({"public_url": "http://127.0.0.1"}, tls, False),
    ):
        client = await start(**settings)
        for path in ("/", "/nothing", "/emergency", "/api/reply"):
            response = await client.get(path, headers=headers)
            assert ("Strict-Transport-Security" in response.headers) is expected, (settings, headers, path)


# --- CORS --------------------------------------------------------------------------------------

PREFLIGHT = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "content-type"}


def cors(headers: Any) -> dict[str, str]:
    return {name: value for name, value in headers.items() if name.startswith("Access-Control")}


async def test_no_other_origin_may_use_the_api_unless_it_is_allowed(start) -> None:
    closed, opened = await start(), await start(api_origins=("https://app.example",))
    for client, origin in ((closed, "https://app.example"), (opened, "https://evil.example"), (opened, "null")):
        preflight = await client.options("/api/reply", headers={"Origin": origin, **PREFLIGHT})
        assert (preflight.status, cors(preflight.headers)) == (204, {})
        assert cors((await ask(client, Origin=origin))[2]) == {}


async def test_an_allowed_origin_may_and_caches_are_told(start) -> None:
    client = await start(api_origins=("https://app.example",), rate_limit=2)
    preflight = await client.options("/api/reply", headers={"Origin": "https://app.example", **PREFLIGHT})
    assert preflight.status == 204
    assert cors(preflight.headers) == {
        "Access-Control-Allow-Origin": "https://app.example",
        "Access-Control-Allow-Methods": "POST",
        "Access-Control-Allow-Headers": "Content-Type",
        "Access-Control-Expose-Headers": "Retry-After",
        "Access-Control-Max-Age": "600",
    }
    for body, status in (({"text": "hi"}, 200), ({}, 400), ({"text": "hi"}, 200), ({"text": "hi"}, 429)):
        response = await client.post("/api/reply", json=body, headers={"Origin": "https://app.example"})
        assert response.status == status
        assert response.headers["Access-Control-Allow-Origin"] == "https://app.example"
        assert response.headers["Vary"] == "Origin"
        assert "Access-Control-Allow-Credentials" not in response.headers
    assert (await client.post("/api/reply", json={})).headers["Vary"] == "Origin"
    assert cors((await client.get("/", headers={"Origin": "https://app.example"})).headers) == {}


# --- methods -----------------------------------------------------------------------------------


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


# --- size and time -----------------------------------------------------------------------------


@pytest.mark.parametrize(("lang", "words"), [("en", "too long"), ("es", "demasiado largo")])
async def test_too_large_is_told_in_the_persons_language_with_the_numbers(start, lang: str, words: str) -> None:
    client = await start()
    large = {"text": "x" * 70_000}
    response = await client.post("/api/reply", json=large, headers={"Accept-Language": lang})
    error = (await response.json())["error"]
    assert response.status == 413
    assert words in error and "911" in error and "988" in error
    page = await client.post("/", data=large, headers={"Accept-Language": lang, "X-Fragment": "1"})
    said = await page.text()
    assert page.status == 413 and words in said and 'class="exchange"' in said and "tel:988" in said


async def test_a_large_body_of_unknown_length_stops_at_the_limit(start) -> None:
    client = await start()

    async def endless() -> Any:
        for _ in range(100):
            yield b"x" * 1024

    response = await client.post("/api/reply", data=endless(), headers={"Content-Type": "application/json"})
    assert response.status == 413


async def test_a_body_that_does_not_come_is_not_waited_for(start) -> None:
    client = await start()
    client.app[GUARD].body_seconds = 0.1

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


# --- /emergency --------------------------------------------------------------------------------


async def test_the_emergency_page_may_be_kept_and_asked_for_again_cheaply(start) -> None:
    client = await start()
    tags = set()
    for path in ("/emergency", "/emergency?lang=es"):
        first = await client.get(path)
        page = await first.text()
        assert first.headers["Cache-Control"] == "public, max-age=3600, stale-if-error=604800"
        assert (
            "<script" not in page
            and "Set-Cookie" not in first.headers
            and first.headers["Vary"].startswith("Accept-Encoding")
        )
        tag = first.headers["ETag"]
        tags.add(tag)
        for known in (tag, f'"other", {tag}', f"W/{tag}", "*"):
            again = await client.get(path, headers={"If-None-Match": known})
            assert (again.status, again.headers["ETag"], await again.read()) == (304, tag, b"")
        assert (await client.get(path, headers={"If-None-Match": '"other"'})).status == 200
    assert len(tags) == 2


async def test_the_emergency_page_can_be_printed(start) -> None:
    client = await start()
    page = await (await client.get("/emergency")).text()
    assert "@media print" in page.partition("<style>")[2].partition("</style>")[0]


# --- the contract's buttons --------------------------------------------------------------------


async def test_every_button_of_every_answer_can_be_pressed_through_the_api(start, content: Content) -> None:
    """Send back what stands in next, without its label; what comes is what the engine means by that button."""
    client = await start(rate_limit=0)
    engine = Engine(content, FakeClassifier())
    pressed = set()
    for topic in content.topics:
        for audience in ("teen", "adult"):
            answer = await (await client.post("/api/reply", json={"topic": topic, "audience": audience})).json()
            buttons = engine.reply(Incoming(topic=topic, audience=audience, lang="en")).buttons
            assert len(buttons) == len(answer["next"])
            for button, shown in zip(buttons, answer["next"], strict=True):
                body = {name: value for name, value in shown.items() if name != "label"}
                response = await client.post("/api/reply", json={**body, "lang": "en"})
                meant = engine.reply(
                    Incoming(lang="en", topic=button.topic or None, action=button.action, audience=button.audience)
                )
                got = await response.json()
                assert response.status == 200
                assert got["messages"][0]["text"].startswith(meant.messages[0].text[:40])
                assert got["topic"] == meant.classification.topic
                pressed.add(button.action)
    assert pressed == {"", "more"}


async def test_not_what_i_meant_can_be_pressed_through_the_api(start, content: Content) -> None:
    client = await start()
    _, alert, _ = await ask(client, "me quiero morir")
    shown = alert["next"][0]
    assert (shown["topic"], shown["action"]) == ("not_meant", "not_meant")
    answer = await (await client.post("/api/reply", json={"action": shown["action"], "lang": "es"})).json()
    assert answer["messages"][0]["text"].startswith(content.languages["es"].shared.not_meant[:30])
    assert "988" in answer["messages"][0]["text"] and "911" in answer["messages"][0]["text"]


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"text": "hi", "action": "late"}, "no such action"),
        ({"text": "hi", "audience": "robot"}, "no such audience"),
        ({"action": 5}, "action must be a string"),
        ({"audience": "teen"}, "text, topic or action is missing"),
    ],
)
async def test_odd_buttons_are_told(start, body: dict[str, Any], words: str) -> None:
    response = await (await start()).post("/api/reply", json=body)
    assert response.status == 400
    assert words in (await response.json())["error"]


async def test_more_of_nothing_is_the_menu(start) -> None:
    client = await start()
    for body in ({"action": "more"}, {"action": "more", "topic": ""}, {"action": "more", "topic": "numbers"}):
        answer = await (await client.post("/api/reply", json=body)).json()
        assert answer["topic"] == "menu"


def test_actions_of_other_channels_stay_theirs() -> None:
    """What a page or API client may press is part of what the model knows."""
    from typing import get_args

    from bot.channels.web.requests import ACTIONS

    assert set(ACTIONS) < set(get_args(Action))
    assert not {"last_resort", "late", "media", "too_long"} & set(ACTIONS)
