"""Every placeholder that `check` allows is filled in, wherever an editor may write it and wherever the web shows it."""

import html
import itertools
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from fakes.web_kit import JSON
from pydantic import BaseModel

from bot.channels.web.api import contract
from bot.channels.web.app import create_app
from bot.channels.web.keys import LAST_RESORT
from bot.channels.web.pages import FAULTS, Pages, Place
from bot.content import load
from bot.content.checks.references import BY_LANGUAGE, FROM_RESOURCE, FROM_WORDS, unfilled
from bot.dialogue import KINDS, Classification, Incoming, Reply
from bot.engine import Engine
from bot.schema import Content, Language
from bot.settings import Settings

AUDIENCES = ("teen", "adult")
#: Placeholders put at the end of each text; each text gets the next ones, so that all take part.
PER_TEXT = 12
#: Strings that are no texts: who reads, and the name, which is what {resource.name} stands for.
NO_TEXTS = {"reader", "name"}


class Says:
    """A classifier that answers what the test told it to."""

    def __init__(self, found: Classification) -> None:
        self.found = found

    def classify(self, text: str, hint: str | None = None) -> Classification:
        return self.found


@pytest.fixture(scope="module")
def allowed() -> dict[str, list[str]]:
    """By language: the placeholders that `check` lets pass in content/replies."""
    draft = load.read_raw(load.default_root())
    names = itertools.product(draft.content().resources, (*FROM_RESOURCE, *BY_LANGUAGE, *FROM_WORDS))
    inside = [f"{name}.{field}" for name, field in names]
    return {
        lang: [
            f"{{{each}}}" for each in inside if unfilled(draft, lang, f"content/replies/{lang}/_web.yaml", each) is None
        ]
        for lang in draft.content().languages
    }


@pytest.fixture(scope="module")
def filled_up(allowed: dict[str, list[str]]) -> Content:
    """The content with placeholders at the end of every text."""
    content = load.read_raw(load.default_root()).content()
    languages = {lang: with_placeholders(each, allowed[lang]) for lang, each in content.languages.items()}
    return replace(content, languages=languages)


def with_placeholders(language: Language, placeholders: list[str]) -> Language:
    following = itertools.cycle(placeholders)
    count = 0

    def extended(written: Any) -> Any:
        nonlocal count
        texts = {name: text for name, text in written if isinstance(text, str) and text and name not in NO_TEXTS}
        count += len(texts) * PER_TEXT
        ends = {name: " ".join(itertools.islice(following, PER_TEXT)) for name in texts}
        return written.model_copy(update={name: f"{text} {ends[name]}" for name, text in texts.items()})

    made = replace(
        language,
        shared=extended(language.shared),
        web=extended(language.web),
        replies={topic: extended(each) for topic, each in language.replies.items()},
        safety_replies={kind: extended(each) for kind, each in language.safety_replies.items()},
        resource_words={name: extended(each) for name, each in language.resource_words.items()},
    )
    assert count >= len(placeholders) > 50
    return made


@pytest.fixture(scope="module")
def pages(filled_up: Content) -> Pages:
    return Pages(Engine(filled_up, Says(Classification("en", "unsure"))))


def replies_to(content: Content, lang: str) -> Iterator[Reply]:
    """One reply of each kind that the engine has, with every topic and every safety kind."""
    for kind, other in itertools.product(KINDS, (False, True)):
        found = Classification(lang, "alert", safety=(kind,), about_someone_else=other)
        yield Engine(content, Says(found)).reply(Incoming("x"))
    for near, cut in itertools.product(((), tuple(content.topics)), (False, True)):
        found = Classification(lang, "unsure", alternatives=near, truncated=cut)
        yield Engine(content, Says(found)).reply(Incoming("x"))
    plain = Engine(content, Says(Classification(lang, "unsure")))
    for topic, audience, action in itertools.product(content.topics, AUDIENCES, ("", "more")):
        yield plain.reply(Incoming(lang=lang, topic=topic, audience=audience, action=action))
    for action in ("menu", "numbers", "not_meant"):
        yield plain.reply(Incoming(lang=lang, action=action))
    yield plain.last_resort(lang)


def braces_in_page(page: str) -> list[str]:
    """What still stands in braces in a page or fragment, but its style and the JSON of its script."""
    page = re.sub("<style>.*?</style>", "", page, flags=re.DOTALL)
    found = []
    for words in re.findall('data-words="([^"]*)"', page):
        found += braces_in_json(json.loads(html.unescape(words)))
    page = re.sub('data-words="[^"]*"', "", page)
    return found + re.findall(r".{0,40}[{}].{0,40}", page)


def braces_in_json(value: Any) -> list[str]:
    """The texts of a JSON value that still hold a placeholder."""
    if isinstance(value, dict):
        return [found for part in value.values() for found in braces_in_json(part)]
    if isinstance(value, list):
        return [found for part in value for found in braces_in_json(part)]
    return [value] if isinstance(value, str) and re.search(r"\{[\w.]*\}", value) else []


@pytest.mark.parametrize("lang", ["en", "es"])
def test_no_placeholder_is_left_in_any_page(pages: Pages, filled_up: Content, lang: str) -> None:
    place = Place(lang, f"/{lang}", "example")
    made = [pages.chat(Place(lang)), pages.chat(place), pages.emergency(lang), pages.who_can_see(lang)]
    made += [pages.last_resort_fragment(lang)]
    for fault in FAULTS:
        made += [
            pages.fault(lang, fault),
            pages.fault_with_text(lang, fault, place, "x"),
            pages.fault_fragment(lang, fault),
        ]
        assert braces_in_json(pages.fault_sentence(lang, fault)) == []
    assert {found for page in made for found in braces_in_page(page)} == set()
    for reply in replies_to(filled_up, lang):
        assert braces_in_page(pages.exchange(reply, place, "x")) == []


def test_no_placeholder_is_left_in_the_script_for_other_pages(pages: Pages) -> None:
    """Its words stand in the first line."""
    (config,) = re.findall(r"dataset\.config = (.*);\n", pages.embed_script().partition("/*")[0])
    words = json.loads(json.loads(config))
    assert braces_in_json(words) == [] and set(words["words"]) == {"en", "es"}


@pytest.mark.parametrize("lang", ["en", "es"])
async def test_no_placeholder_is_left_in_any_answer_of_the_api(
    aiohttp_client: Any, pages: Pages, filled_up: Content, lang: str
) -> None:
    for reply in replies_to(filled_up, lang):
        assert braces_in_json(contract(reply)) == []
    app = create_app(Engine(filled_up, Says(Classification(lang, "unsure"))), Settings(rate_limit=1), pages)
    assert braces_in_json(json.loads(app[LAST_RESORT][lang])) == []
    client = await aiohttp_client(app)
    statuses = []
    for body in ('{"text": "hm"}', '{"text": "hm"}', "{", json.dumps({"text": "x" * 70_000})):
        response = await client.post("/api/reply", data=body, headers={**JSON, "Accept-Language": lang})
        statuses.append(response.status)
        assert braces_in_json(await response.json()) == []
    assert statuses == [200, 429, 400, 413]
    pressed = await client.post("/", data={"topic": "sextortion", "lang": lang}, headers={"X-Fragment": "1"})
    assert braces_in_page(await pressed.text()) == []


def test_the_fixtures_hold_what_they_promise(filled_up: Content, allowed: dict[str, list[str]]) -> None:
    """Each placeholder stands in some text, and each text of the web ends with some."""
    for lang, language in filled_up.languages.items():
        parts: list[BaseModel] = [language.shared, language.web, *language.replies.values()]
        parts += [*language.safety_replies.values(), *language.resource_words.values()]
        written = "\n".join(str(text) for part in parts for _, text in part)
        assert [each for each in allowed[lang] if each not in written] == []
        assert all(text.endswith("}") for _, text in language.web)
