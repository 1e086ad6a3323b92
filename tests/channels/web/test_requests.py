"""What a request asks for: odd forms, words beside a button, several texts, mistyped addresses."""

import json
import logging
from typing import get_args
from urllib.parse import urlencode

import pytest
from fakes.web_kit import FORM, JSON, post_form
from yarl import URL

from bot.channels.web.requests import MAX_TEXTS, PRESS_ACTIONS, in_turn, meant_path
from bot.dialogue import Action, Incoming


@pytest.mark.parametrize(
    "fields", [{}, {"text": "  "}, {"topic": "nope"}, {"action": "boom", "lang": "xx", "audience": "?"}]
)
async def test_odd_forms_still_get_an_answer(client, fields: dict[str, str]) -> None:
    assert "bot-message" in await post_form(client, fragment=True, **fields)


async def test_bytes_that_are_no_text_are_answered(client) -> None:
    response = await client.post("/", data=b"text=%ff%fe\xff\x00&lang=en", headers=FORM)
    assert response.status == 200


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


ALERT, OTHER = "i want to die", "how are you"


@pytest.mark.parametrize(
    "texts", [(ALERT, OTHER), (OTHER, ALERT), (OTHER, ALERT, OTHER), (OTHER,) * 30 + (ALERT, OTHER)]
)
async def test_an_alert_in_any_of_several_texts_is_an_alert(client, texts: tuple[str, ...]) -> None:
    """Whichever a parser would keep: none may hide it."""
    body = "{" + ", ".join(f'"text": {json.dumps(text)}' for text in texts) + "}"
    answer = await (await client.post("/api/reply", data=body, headers=JSON)).json()
    assert answer["tier"] == "alert"
    page = await client.post("/", data=urlencode([("text", text) for text in texts]), headers=FORM)
    assert 'role="alert"' in await page.text()


async def test_without_an_alert_the_last_text_is_answered(client) -> None:
    body = b'{"text": "he wants money", "text": "hm"}'
    assert (await (await client.post("/api/reply", data=body, headers=JSON)).json())["tier"] == "unsure"
    page = await client.post("/", data=b"text=hm&text=he+wants+money", headers=FORM)
    text = await page.text()
    assert "he wants money" in text and "https://report.cybertip.org/" in text


def test_many_texts_are_classified_in_few_steps() -> None:
    """However many there are, each stands in one of them, and the last is answered by itself where it can be."""
    texts = [f"text {number}" for number in range(1000)]
    messages = in_turn(texts, Incoming(lang="en"))
    assert len(messages) == MAX_TEXTS
    assert "\n".join(message.text for message in messages) == "\n".join(texts)
    assert [message.text for message in in_turn(texts[:3], Incoming())] == texts[:3]


async def test_a_form_with_very_many_fields_is_answered_and_nothing_is_logged(client, caplog) -> None:
    fields = [("x", "1")] * 5000 + [("text", ALERT)]
    response = await client.post("/", data=urlencode(fields), headers=FORM)
    assert response.status == 200 and 'role="alert"' in await response.text()
    assert [record for record in caplog.records if record.levelno >= logging.WARNING] == []


# --- mistyped addresses ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("/s/Example", "/s/example"),
        ("/s/example/", "/s/example"),
        ("/S/EXAMPLE//", "/s/example"),
        ("/s/Example?lang=es", "/s/example?lang=es"),
        ("/s/lincoln%20high", "/s/Lincoln%20High"),
        ("/ES", "/es"),
        ("/es/", "/es"),
        ("/emergency/", "/emergency"),
        ("/Emergency?lang=es", "/emergency?lang=es"),
        ("/who-can-see/", "/who-can-see"),
        ("/help", "/"),
        ("/Help/", "/"),
        ("/ayuda", "/es"),
    ],
)
async def test_a_mistyped_address_leads_to_the_page(client, typed: str, meant: str) -> None:
    for method in ("GET", "HEAD", "POST"):
        response = await client.request(method, URL(typed, encoded=True), allow_redirects=False)
        assert (response.status, response.headers["Location"]) == (308, meant), method
    assert (await client.get(URL(typed, encoded=True))).status == 200


async def test_a_message_to_a_mistyped_address_arrives(client) -> None:
    assert 'role="alert"' in await post_form(client, "/S/Example/", text="i want to die")


@pytest.mark.parametrize("path", ["/s/nowhere", "/s/", "/nothing/", "/es/es", "/help/me", "/s/example/x"])
async def test_an_address_that_means_nothing_leads_nowhere(client, path: str) -> None:
    response = await client.get(URL(path, encoded=True), allow_redirects=False)
    assert response.status == 404 and "tel:911" in await response.text()


@pytest.mark.parametrize(
    "path", ["//evil.example/", "//evil.example/s/example", "/s//evil.example", "/api/reply/", "/\\evil"]
)
def test_no_address_leads_to_another_host(kit, path: str) -> None:
    assert meant_path(path, kit.content) is None
    assert meant_path("//", kit.content) == "/"


def test_actions_of_other_channels_stay_theirs() -> None:
    """What a page or API client may press is part of what the model knows."""
    assert set(PRESS_ACTIONS) < set(get_args(Action))
    assert not {"late", "media"} & set(PRESS_ACTIONS)
