"""POST /api/reply by its contract, and the description of it."""

import json
from typing import Any

import pytest
from fakes.web_kit import JSON, ask

from bot.channels.web.api import ReplyResponse, contract, response_model
from bot.dialogue import Incoming

CANARY = "zxcanary7731"


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
        (b'{"text": 1, "text": "a"}', 400),
        (b'{"text": "a", "name": "x"}', 400),
        (b'{"topic": "nope"}', 400),
        (b'{"topic": "more"}', 400),
        (b'{"text": "a", "school": "' + b"x" * 65 + b'"}', 400),
        (b'{"text": "' + b"x" * 66000 + b'"}', 413),
    ],
)
async def test_bad_input_gets_one_sentence(client, body: bytes, status: int) -> None:
    response = await client.post("/api/reply", data=body, headers=JSON)
    answer = await response.json()
    assert response.status == status
    assert list(answer) == ["error"] and answer["error"].endswith(".")
    assert "911" in answer["error"] and "988" in answer["error"]


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


async def test_no_error_repeats_what_was_sent(client) -> None:
    for body in ({CANARY: 1}, {"topic": CANARY}, {"text": [CANARY]}):
        response = await client.post("/api/reply", json=body)
        assert CANARY not in json.dumps(await response.json())


async def test_the_api_takes_only_json_and_only_post(client) -> None:
    assert (await client.post("/api/reply", data={"text": "hi"})).status == 415
    response = await client.get("/api/reply")
    assert (response.status, response.headers["Allow"]) == (405, "POST")
    assert "error" in await response.json()
    assert (await client.get("/api/nothing")).status == 404


async def test_the_description_of_the_api_is_true(client, kit) -> None:
    described = await (await client.get("/api/openapi.json")).json()
    assert described["openapi"].startswith("3.1")
    schemas = described["components"]["schemas"]
    assert set(schemas["ReplyRequest"]["properties"]) == {"text", "lang", "school", "topic", "action", "audience"}
    for topic in schemas["ReplyRequest"]["properties"]["topic"]["enum"]:
        response = await client.post("/api/reply", json={"topic": topic})
        assert response.status == 200
        assert set(await response.json()) == set(schemas["ReplyResponse"]["required"])


async def test_half_a_character_is_answered(start) -> None:
    """JSON can carry what is no text in any encoding."""
    client = await start()
    response = await client.post("/api/reply", data=b'{"text": "\\ud800 die"}', headers=JSON)
    assert (response.status, (await response.json())["tier"]) == (200, "alert")


async def test_what_is_described_is_what_is_sent(kit) -> None:
    """The model of this content, made for the description, takes every kind of answer and refuses other topics."""
    engine, model = kit.engine(), response_model(kit.content)
    for incoming in (
        Incoming("i want to die"),
        Incoming("hm"),
        Incoming(topic="sextortion"),
        Incoming(action="numbers"),
    ):
        answer = contract(engine.reply(incoming))
        assert issubclass(model, ReplyResponse) and model(**answer).model_dump(exclude_none=True) == answer
        with pytest.raises(ValueError, match="topic"):
            model(**{**answer, "topic": "nope"})


@pytest.mark.parametrize("lang", ["es", "ES", "es-MX", "es_MX", " es "])
async def test_a_language_is_known_however_it_is_written(client, lang: str) -> None:
    answer = await (await client.post("/api/reply", json={"text": "hm", "lang": lang})).json()
    assert answer["lang"] == "es"


async def test_a_school_is_known_whatever_its_capitals(client, kit) -> None:
    body = {"topic": "school_contact", "school": "EXAMPLE", "lang": "en"}
    answer = await (await client.post("/api/reply", json=body)).json()
    assert kit.content.schools["example"].contact["en"] in answer["messages"][0]["text"]


# --- refusals ----------------------------------------------------------------------------------

REFUSALS: list[tuple[str, str, int, dict[str, Any]]] = [
    ("POST", "/api/reply", 400, {"data": b'{"text": "\xff\xfe i want to die"}', "headers": JSON}),
    ("POST", "/api/reply", 400, {"json": {"text": "i want to die", "x": "1"}}),
    ("GET", "/api/nothing", 404, {}),
    ("GET", "/api/reply", 405, {}),
    ("POST", "/api/reply", 413, {"json": {"text": "x" * 70_000}}),
    ("POST", "/api/reply", 415, {"data": {"text": "i want to die"}}),
    ("POST", "/api/reply", 415, {"data": b"i want to die", "headers": {**JSON, "Content-Encoding": "x-unknown"}}),
    ("POST", "/api/reply", 421, {"json": {"text": "i want to die"}, "headers": {"Host": "evil.example"}}),
]


@pytest.mark.parametrize(("method", "path", "status", "rest"), REFUSALS)
@pytest.mark.parametrize(
    ("accepted", "words"), [("en", ["danger"]), ("es-MX", ["peligro"]), ("", ["danger", "peligro"])]
)
async def test_every_refusal_carries_the_numbers(
    start, method: str, path: str, status: int, rest: dict[str, Any], accepted: str, words: list[str]
) -> None:
    """In the language that is asked for; in both where none is, unless it is one that a person brings about."""
    client = await start(public_url="http://127.0.0.1")
    headers = {**rest.get("headers", {}), "Accept-Language": accepted}
    response = await client.request(method, path, **{**rest, "headers": headers})
    answer = await response.json()
    assert (response.status, list(answer)) == (status, ["error"])
    assert "911" in answer["error"] and "988" in answer["error"]
    found = [word for word in ("danger", "peligro") if word in answer["error"]]
    assert found == (words if status != 413 else words[:1])


# --- the buttons -------------------------------------------------------------------------------


async def test_every_button_of_every_answer_can_be_pressed_through_the_api(start, kit) -> None:
    """Send back what stands in next, without its label; what comes is what the engine means by that button."""
    client = await start(rate_limit=0)
    engine = kit.engine()
    pressed = set()
    for topic in kit.content.topics:
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


async def test_not_what_i_meant_can_be_pressed_through_the_api(start, kit) -> None:
    client = await start()
    _, alert, _ = await ask(client, "me quiero morir")
    shown = alert["next"][0]
    assert (shown["topic"], shown["action"]) == ("not_meant", "not_meant")
    answer = await (await client.post("/api/reply", json={"action": shown["action"], "lang": "es"})).json()
    assert answer["messages"][0]["text"].startswith(kit.content.languages["es"].shared.not_meant[:30])
    assert "988" in answer["messages"][0]["text"] and "911" in answer["messages"][0]["text"]


async def test_more_of_nothing_is_the_menu(start) -> None:
    client = await start()
    for body in ({"action": "more"}, {"action": "more", "topic": ""}, {"action": "more", "topic": "numbers"}):
        answer = await (await client.post("/api/reply", json=body)).json()
        assert answer["topic"] == "menu"
