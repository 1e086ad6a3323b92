"""What is made once and only sent; what is filled up so that its length tells nothing; and what was typed comes back."""

import base64
import gzip
import hashlib
import html
import json
import re
import subprocess
import sys
from functools import partial

import pytest
from fakes.web_kit import BrokenEngine, Start

from bot.channels.web.cached import PAD_BYTES, PAGE_PAD_BYTES, ResponseCache, padded
from bot.channels.web.keys import CACHE
from bot.channels.web.pages import Pages, Place
from bot.engine import Engine

TYPED = '\nhe has my "pics" & wants <money> ⟦ü⟧ \x02typed\x03'


@pytest.fixture
def start_raw(start: Start) -> Start:
    """Clients that leave compressed bodies as they are."""
    return partial(start, auto_decompress=False)


# --- made once -----------------------------------------------------------------------------------


async def test_the_policy_names_the_style_that_stands_in_each_page(start_raw) -> None:
    client = await start_raw()
    for path in ("/", "/es", "/s/example", "/emergency", "/who-can-see", "/nothing-here"):
        response = await client.get(path, headers={"Accept-Encoding": "identity"})
        (style,) = re.findall("<style>(.*?)</style>", await response.text(), re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
        policy = response.headers["Content-Security-Policy"]
        assert f"style-src 'sha256-{digest}';" in policy and "unsafe" not in policy
        assert "/*" not in style and ".numbers__way:hover{" in style


@pytest.mark.parametrize(
    ("asked", "packed"),
    [
        ("gzip, deflate, br", True),
        ("br;q=1.0, GZIP;q=0.2", True),
        ("*", False),
        ("", False),
        ("gzip;q=0", False),
        ("gzip; q=0.0", False),
        ("deflate", False),
    ],
)
async def test_a_page_that_is_the_same_for_all_is_sent_packed_to_those_who_can_take_it(
    start_raw, asked, packed
) -> None:
    client = await start_raw()
    for path in ("/", "/emergency", "/who-can-see", "/static/chat.js", "/embed.js", "/api/openapi.json"):
        plain = await (await client.get(path, headers={"Accept-Encoding": "identity"})).read()
        response = await client.get(path, headers={"Accept-Encoding": asked})
        assert response.headers["Vary"].startswith("Accept-Encoding")
        assert response.headers.get("Content-Encoding", "") == ("gzip" if packed else "")
        body = await response.read()
        assert (gzip.decompress(body) if packed else body) == plain


async def test_a_page_is_made_for_the_first_who_asks_and_sent_to_the_rest(
    start_raw, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = await start_raw()
    paths = ("/", "/es", "/s/example?lang=es", "/emergency", "/who-can-see?lang=es")
    first = [await (await client.get(path)).read() for path in paths]
    monkeypatch.delattr(Pages, "_render")
    assert [await (await client.get(path)).read() for path in paths] == first
    assert len(set(first)) == len(paths)
    for n in range(50):
        await client.get(f"/?lang={n}", headers={"Accept-Language": f"x{n}"})
    assert len(client.app[CACHE]) == len(paths)  # nothing that somebody asks for makes it longer


def test_a_full_cache_drops_the_least_recently_used_page(kit, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[str] = []
    monkeypatch.setattr(Pages, "chat", lambda self, place: made.append(place.path) or place.path)
    cache = ResponseCache(kit.pages(Engine), max_pages=2)
    for path in "abacab":
        cache.chat(Place("en", path))
    assert made == ["a", "b", "c", "b"] and len(cache) == 2


async def test_a_cache_that_holds_the_packed_page_is_told_so(start_raw) -> None:
    client = await start_raw()
    tags = {}
    for coding in ("gzip", "identity"):
        tags[coding] = (await client.get("/emergency", headers={"Accept-Encoding": coding})).headers["ETag"]
        again = await client.get("/emergency", headers={"Accept-Encoding": coding, "If-None-Match": tags[coding]})
        assert (again.status, again.headers["ETag"], again.headers["Vary"]) == (
            304,
            tags[coding],
            "Accept-Encoding, Accept-Language",
        )
        assert again.headers["Cache-Control"].startswith("public")
    assert tags["gzip"] != tags["identity"]


async def test_the_numbers_come_in_the_browsers_language_unless_one_is_asked_for(start_raw) -> None:
    client = await start_raw()
    for path, lang in (("/emergency", "es"), ("/emergency?lang=tlh", "es"), ("/emergency?lang=en", "en")):
        response = await client.get(path, headers={"Accept-Language": "es-MX", "Accept-Encoding": "identity"})
        assert f'<html lang="{lang}">' in await response.text()
        assert ("Accept-Language" in response.headers["Vary"]) == (path != "/emergency?lang=en")


# --- filled up -----------------------------------------------------------------------------------


async def test_the_length_of_an_answer_does_not_tell_its_topic(start_raw, kit) -> None:
    """Of the API, of the script's answers, and of whole pages: all are equally long, and none is compressed."""
    client = await start_raw(rate_limit=0)
    lengths: dict[str, set[int]] = {"api": set(), "script": set(), "page": set()}
    forms = [{"topic": topic, "lang": lang} for topic in kit.content.topics for lang in kit.content.languages]
    forms += [{"text": "i want to die", "lang": "en"}, {"text": "qwrt", "lang": "es"}, {"action": "numbers"}]
    for form in forms:
        for name, asked in (
            ("api", client.post("/api/reply", json=form, headers={"Accept-Encoding": "gzip"})),
            ("script", client.post("/", data=form, headers={"X-Fragment": "1"})),
            ("page", client.post("/", data=form)),
        ):
            response = await asked
            assert response.status == 200 and "Content-Encoding" not in response.headers
            assert response.headers["Cache-Control"] == "no-store, no-transform"
            lengths[name].add(len(await response.read()))
            if name == "api":
                assert next(iter(await response.json())) == "lang"
    assert lengths == {"api": {PAD_BYTES}, "script": {PAD_BYTES}, "page": {PAGE_PAD_BYTES}}


def test_filling_adds_blanks_only() -> None:
    for text in ("", "ñ", "x" * PAD_BYTES, "x" * (PAD_BYTES + 1)):
        assert padded(text).rstrip(b" ").decode() == text and len(padded(text)) % PAD_BYTES == 0
    assert json.loads(padded('{"a": 1}')) == {"a": 1}


# --- nobody writes it twice ------------------------------------------------------------------------


def kept(page: str) -> str:
    """What stands in the box of a page, as a browser would take it."""
    (inside,) = re.findall(r"<textarea[^>]*>\n?(.*?)</textarea>", page, re.DOTALL)
    return html.unescape(inside)


@pytest.mark.parametrize(("path", "lang"), [("/", "en"), ("/es", "es"), ("/s/example?lang=es", "es")])
async def test_past_the_limit_what_was_typed_stands_in_the_box_again(start_raw, path: str, lang: str) -> None:
    client = await start_raw(rate_limit=1)
    await client.post(path, data={"text": "qwrt", "lang": lang})
    response = await client.post(path, data={"text": TYPED, "lang": lang})
    page = await response.text()
    assert response.status == 429 and int(response.headers["Retry-After"]) >= 1
    assert kept(page) == TYPED.strip() and "<money>" not in page
    assert f'<form class="box" method="post" action="{path}"' in page and f'name="lang" value="{lang}"' in page
    assert 'href="tel:911"' in page and 'href="tel:988"' in page
    assert page.count("\x02") == TYPED.count("\x02")
    pressed = await client.post(path, data={"topic": "sextortion", "lang": lang})
    assert pressed.status == 429 and "<textarea" not in await pressed.text()


async def test_when_the_answer_breaks_what_was_typed_stands_in_the_box_again(start_raw, caplog) -> None:
    client = await start_raw(BrokenEngine)
    page = await (await client.post("/es", data={"text": TYPED, "lang": "es"})).text()
    assert kept(page) == TYPED.strip() and 'href="tel:911"' in page
    assert "pics" not in caplog.text


# --- only what is needed ---------------------------------------------------------------------------


def test_without_telegram_its_library_is_not_loaded_nor_what_only_learning_needs() -> None:
    """They would take a fifth of the memory."""
    code = (
        "import sys, bot.cli, bot.serve; from bot.channels import web;"
        "print(sorted({'telegram', 'httpx', 'sklearn', 'scipy'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout.strip() == "[]"
