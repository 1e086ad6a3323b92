"""The web chat: help first, works without a script, keeps nothing, and is never silent."""

import asyncio
import json
import logging
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from aiohttp import ClientSession, web
from aiohttp.test_utils import TestClient
from fakes.web_kit import BrokenEngine

from bot.channels.web.app import create_app, create_runner
from bot.channels.web.pages import aloud
from bot.content import load
from bot.dialogue import Classification
from bot.engine import Engine
from bot.schema import Content
from bot.settings import Settings

CANARY = "zxcanary7731"
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


class FakeClassifier:
    """Hears three things, so that the tests are fast and always the same."""

    def classify(self, text: str, hint: str | None = None) -> Classification:
        said = text.casefold()
        if "morir" in said:
            return Classification("es", "alert", safety=("suicide",))
        if "die" in said:
            return Classification("en", "alert", safety=("suicide",))
        if "wants money" in said:
            return Classification(hint or "en", "answer", topic="sextortion", score=0.9)
        return Classification(hint or "en", "unsure", alternatives=("grooming",))


@pytest.fixture(scope="module")
def content() -> Content:
    read = load.read(load.default_root()).content()
    school = read.schools["example"]
    framed = school.model_copy(update={"embed_from": ("https://school.example/help",)})
    return replace(read, schools={**read.schools, "framed": framed})


@pytest.fixture
async def client(aiohttp_client: Any, content: Content) -> TestClient[Any, Any]:
    client: TestClient[Any, Any] = await aiohttp_client(create_app(Engine(content, FakeClassifier()), Settings()))
    return client


@pytest.fixture
async def broken(aiohttp_client: Any, content: Content) -> TestClient[Any, Any]:
    client: TestClient[Any, Any] = await aiohttp_client(create_app(BrokenEngine(content, FakeClassifier()), Settings()))
    return client


async def said(client: TestClient[Any, Any], path: str = "/", fragment: bool = False, **fields: str) -> str:
    headers = {"X-Fragment": "1"} if fragment else {}
    response = await client.post(path, data=fields, headers=headers)
    assert response.status == 200
    return await response.text()


# --- the page ----------------------------------------------------------------------------------


async def test_the_first_page_has_the_numbers_the_exit_the_box_and_the_doors(client, content) -> None:
    page = await (await client.get("/")).text()
    assert '<html lang="en">' in page
    for part in ('href="tel:911"', 'href="tel:988"', 'href="sms:988"', 'href="/exit"', 'name="text"', 'role="log"'):
        assert part in page
    for topic in (*content.menu.starter_topics["teen"], *content.menu.starter_topics["adult"]):
        assert f'value="{topic}"' in page
    assert page.index('href="/exit"') < page.index('href="tel:911"') < page.index("<main")
    assert "Nothing you write is kept" in page


async def test_the_page_has_no_inline_code_no_cookie_and_nothing_of_other_hosts(client) -> None:
    response = await client.get("/")
    page = await response.text()
    assert not response.cookies
    assert ' style="' not in page and page.count("<style") == 1 and " on" + "click=" not in page
    assert "url(" not in page and "@import" not in page
    sources = [part.split('"')[0] for name in ('src="', '<link rel="icon" href="') for part in page.split(name)[1:]]
    assert sources and all(source.startswith("/static/") for source in sources)


async def test_spanish_by_address_by_question_and_by_the_browser(client) -> None:
    for path, headers in (("/es", {}), ("/?lang=es", {}), ("/", {"Accept-Language": "fr, es-MX;q=0.9, en;q=0.4"})):
        page = await (await client.get(path, headers=headers)).text()
        assert '<html lang="es">' in page
        assert "Nada de lo que escribes se guarda" in page
    assert '<html lang="en">' in await (await client.get("/en", headers={"Accept-Language": "es"})).text()


async def test_the_form_works_without_a_script(client) -> None:
    page = await said(client, text="he has my pics and wants money", lang="en")
    assert page.startswith("<!doctype html>")
    assert "he has my pics and wants money" in page
    assert "https://report.cybertip.org/" in page and 'name="text"' in page


async def test_the_script_gets_only_the_exchange(client) -> None:
    fragment = await said(client, fragment=True, text="he has my pics and wants money", lang="en")
    assert fragment.lstrip().startswith('<section class="exchange"')
    assert "<html" not in fragment and "https://takeitdown.ncmec.org/" in fragment


@pytest.mark.parametrize(("text", "lang"), [("i want to die", "en"), ("me quiero morir", "es")])
async def test_an_alert_opens_with_911_then_988_in_the_writers_language(client, text: str, lang: str) -> None:
    fragment = await said(client, fragment=True, text=text, lang="en")
    assert fragment.count('role="alert"') == 1
    assert f'lang="{lang}" role="alert"' in fragment
    assert fragment.index('href="tel:911"') < fragment.index('href="tel:988"') < fragment.index("card__name")
    assert 'value="not_meant"' in fragment


async def test_a_wrong_alert_can_be_put_right_beneath_it_and_the_numbers_come_again(client) -> None:
    fragment = await said(client, fragment=True, text="i want to die", lang="en")
    assert fragment.count('value="not_meant"') == 1
    assert fragment.index('role="alert"') < fragment.index('value="not_meant"') < fragment.index("card__name")
    notice = await said(client, fragment=True, action="not_meant", lang="en")
    assert 'href="tel:911"' in notice and 'href="tel:988"' in notice and 'role="alert"' not in notice


async def test_numbers_are_spoken_by_digit_and_an_extension_is_dialled_after_a_pause(client, content) -> None:
    page = await (await client.get("/es")).text()
    assert 'aria-label="Llamar 988: 9 8 8"' in page
    (way, *_) = Engine(content, FakeClassifier()).contacts("en", ["ncmec_support"])[0].ways
    assert way.url == "tel:+18774462632,6117"
    assert aloud(way.label) == f"{way.label}: 1, 8 7 7, 4 4 6, 2 6 3 2, 6 1 1 7"


async def test_buttons_ask_for_topics_more_and_the_other_audience(client, content) -> None:
    replies = content.languages["en"].replies
    assert replies["sextortion"].text.splitlines()[0] in await said(
        client, fragment=True, topic="sextortion", lang="en"
    )
    adult = await said(client, fragment=True, topic="sextortion", audience="adult")
    assert "crime against your child" in adult
    assert "new accounts" in await said(client, fragment=True, topic="sextortion", action="more", audience="teen")
    assert "988" in await said(client, fragment=True, action="not_meant")


@pytest.mark.parametrize(
    "fields", [{}, {"text": "  "}, {"topic": "nope"}, {"action": "boom", "lang": "xx", "audience": "?"}]
)
async def test_odd_forms_still_get_an_answer(client, fields: dict[str, str]) -> None:
    assert "says" in await said(client, fragment=True, **fields)


async def test_the_script_asks_where_the_form_says(client) -> None:
    """A hidden field named action hides form.action from scripts."""
    script = await (await client.get("/static/chat.js")).text()
    assert 'form.getAttribute("action")' in script and "(form.action" not in script


async def test_what_is_typed_is_shown_as_text_only(client) -> None:
    attack = '"><script>alert(1)</script><img src=x onerror=alert(1)>'
    for fragment in (True, False):
        page = await said(client, fragment=fragment, text=attack, lang='"><b>')
        assert "<script>alert" not in page and "<img" not in page and '"><b>' not in page
        assert "&lt;script&gt;" in page


async def test_bytes_that_are_no_text_are_answered(client) -> None:
    response = await client.post("/", data=b"text=%ff%fe\xff\x00&lang=en", headers=FORM)
    assert response.status == 200


# --- schools -----------------------------------------------------------------------------------


async def test_a_school_has_its_page_and_keeps_it(client, content) -> None:
    page = await (await client.get("/s/example?lang=es")).text()
    assert content.schools["example"].name in page and '<html lang="es">' in page
    assert 'action="/s/example?lang=es"' in page
    answer = await said(client, "/s/example", fragment=True, topic="school_contact", lang="en")
    assert content.schools["example"].contact["en"] in answer


async def test_an_unknown_school_is_not_found_and_carries_the_numbers(client) -> None:
    for method in ("get", "post"):
        response = await getattr(client, method)("/s/nowhere")
        assert response.status == 404
        assert "tel:911" in await response.text()


async def test_only_a_schools_own_page_may_be_framed_and_only_by_its_origin(client) -> None:
    framed = await client.get("/s/framed")
    assert framed.headers["Content-Security-Policy"].endswith("frame-ancestors https://school.example")
    assert "X-Frame-Options" not in framed.headers
    for path in ("/", "/s/example", "/s/nowhere"):
        assert (await client.get(path)).headers["Content-Security-Policy"].endswith("frame-ancestors 'none'")


async def test_the_script_for_other_pages_may_be_loaded_by_them(client) -> None:
    """It is the only thing that may; it holds both languages and repeats nothing of the address."""
    response = await client.get("/embed.js?school=canary")
    script = await response.text()
    assert response.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert response.content_type == "text/javascript"
    assert "Private help" in script and "Ayuda privada" in script and "canary" not in script
    assert "WORDS_BY_LANGUAGE" not in script and "NEUTRAL_PAGE" not in script
    assert "innerHTML" not in script and "eval(" not in script  # strict pages forbid both
    assert (await client.get("/static/chat.js")).headers["Cross-Origin-Resource-Policy"] == "same-origin"


async def test_the_pages_that_a_schools_page_links_to_stay_in_its_frame(client) -> None:
    for path in ("/who-can-see", "/emergency"):
        response = await client.get(f"{path}?school=framed&lang=es")
        assert response.headers["Content-Security-Policy"].endswith("frame-ancestors https://school.example")
        assert 'href="/s/framed?lang=es"' in await response.text()
        for other in (f"{path}?school=nowhere", f"/?school={path}", "/?school=framed"):
            assert (await client.get(other)).headers["X-Frame-Options"] == "DENY"


# --- the API -----------------------------------------------------------------------------------


async def test_the_api_answers_by_the_contract(client) -> None:
    response = await client.post("/api/reply", json={"text": "i want to die", "lang": "en", "school": "example"})
    answer = await response.json()
    assert response.status == 200
    assert list(answer) == ["lang", "tier", "safety", "topic", "messages", "next"]
    assert (answer["tier"], answer["safety"]) == ("alert", ["suicide"])
    assert answer["messages"][0]["links"][0]["url"] == "tel:911"
    assert all(set(button) >= {"topic", "label"} for button in answer["next"])


async def test_the_api_takes_a_topic_and_passes_over_unknown_hints(client) -> None:
    answer = await (await client.post("/api/reply", json={"topic": "sextortion", "lang": "es-MX"})).json()
    assert (answer["topic"], answer["lang"]) == ("sextortion", "es")
    answer = await (await client.post("/api/reply", json={"text": "hm", "lang": "tlh", "school": "no"})).json()
    assert answer["tier"] == "unsure"
    assert (await client.post("/api/reply", json={"topic": "menu"})).status == 200


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400),
        (b"{", 400),
        (b"\xff", 400),
        (b"[" * 20000, 400),
        (b"[]", 400),
        (b"null", 400),
        (b"{}", 400),
        (b'{"lang": "en"}', 400),
        (b'{"text": 5}', 400),
        (b'{"text": null}', 400),
        (b'{"text": "a", "lang": []}', 400),
        (b'{"text": "a", "name": "x"}', 400),
        (b'{"topic": "nope"}', 400),
        (b'{"topic": "more"}', 400),
        (b'{"text": "a", "school": "' + b"x" * 65 + b'"}', 400),
        (b'{"text": "' + b"x" * 66000 + b'"}', 413),
    ],
)
async def test_bad_input_gets_one_sentence(client, body: bytes, status: int) -> None:
    response = await client.post("/api/reply", data=body, headers={"Content-Type": "application/json"})
    answer = await response.json()
    assert response.status == status
    assert list(answer) == ["error"] and answer["error"].endswith(".")


async def test_the_api_takes_only_json_and_only_post(client) -> None:
    assert (await client.post("/api/reply", data={"text": "hi"})).status == 415
    response = await client.get("/api/reply")
    assert (response.status, response.headers["Allow"]) == (405, "POST")
    assert "error" in await response.json()
    assert (await client.get("/api/nothing")).status == 404


async def test_the_description_of_the_api_is_true(client, content) -> None:
    described = await (await client.get("/api/openapi.json")).json()
    assert described["openapi"].startswith("3.1")
    schemas = described["components"]["schemas"]
    assert set(schemas["Ask"]["properties"]) == {"text", "lang", "school", "topic", "action", "audience"}
    for topic in schemas["Ask"]["properties"]["topic"]["enum"]:
        response = await client.post("/api/reply", json={"topic": topic})
        assert response.status == 200
        assert set(await response.json()) == set(schemas["Reply"]["required"])


# --- the other pages ---------------------------------------------------------------------------


async def test_the_emergency_page_is_plain_cacheable_and_in_both_languages(client) -> None:
    for path, lang in (("/emergency", "en"), ("/emergency?lang=es", "es"), ("/emergency?lang=xx", "en")):
        response = await client.get(path)
        page = await response.text()
        assert f'<html lang="{lang}">' in page
        assert "<script" not in page and "tel:911" in page and "tel:988" in page
        assert response.headers["Cache-Control"].startswith("public")


async def test_the_exit_forgets_and_leads_to_a_neutral_page(client) -> None:
    response = await client.get("/exit", allow_redirects=False)
    assert (response.status, response.headers["Location"]) == (303, "https://www.weather.gov/")
    assert response.headers["Clear-Site-Data"] == '"*"'


async def test_who_can_see_health_and_static_files(client) -> None:
    assert "history" in await (await client.get("/who-can-see")).text()
    assert [(await client.get(path)).status for path in ("/healthz", "/readyz")] == [200, 200]
    for name in ("chat.js", "exit.js", "icon.svg"):
        assert (await client.get(f"/static/{name}")).status == 200
    assert (await client.get("/static/..%2fwords.yaml")).status == 404


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


# --- whatever breaks, and what is kept ---------------------------------------------------------


async def test_a_crash_is_answered_with_the_numbers(broken) -> None:
    for fragment in (True, False):
        page = await said(broken, "/es", fragment=fragment, text="anything")
        assert page.index('href="tel:911"') < page.index('href="tel:988"')
        assert "AYUDA" in page
    answer = await (await broken.post("/api/reply", json={"text": "anything"})).json()
    assert answer["messages"][0]["links"][0]["url"] == "tel:911"
    response = await broken.get("/who-can-see")
    assert response.status == 500
    assert "tel:988" in await response.text()


@pytest.fixture
def heard(caplog: pytest.LogCaptureFixture) -> Iterator[pytest.LogCaptureFixture]:
    with caplog.at_level(logging.DEBUG):
        yield caplog


@pytest.mark.parametrize("kind", [Engine, BrokenEngine])
async def test_nothing_typed_and_no_address_reaches_the_log(content, heard, kind: type[Engine]) -> None:
    """Served as it is for real, because the server under the application has a log of its own."""
    runner = create_runner(create_app(kind(content, FakeClassifier()), Settings()))
    await runner.setup()
    try:
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        host, port = runner.addresses[0][:2]
        async with ClientSession(f"http://{host}:{port}", headers={"User-Agent": CANARY}) as client:
            await _talk(client)
        reader, writer = await asyncio.open_connection(host, port)
        writer.write(f"{CANARY} \x00 no HTTP at all\r\n\r\n".encode())
        await reader.read()
        writer.close()
        await writer.wait_closed()
    finally:
        await runner.cleanup()
    written = "\n".join(f"{record.name} {record.getMessage()} {record.exc_info}" for record in heard.records)
    assert CANARY not in written
    assert "127.0.0.1" not in written
    if kind is BrokenEngine:
        assert "failed channel=web error=RuntimeError route=page" in written


async def _talk(client: ClientSession) -> None:
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


async def test_no_error_repeats_what_was_sent(client) -> None:
    for body in ({CANARY: 1}, {"topic": CANARY}, {"text": [CANARY]}):
        response = await client.post("/api/reply", json=body)
        assert CANARY not in json.dumps(await response.json())
