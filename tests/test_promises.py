"""The product's word, each promise a sentence; they hold for all content, in every language, whoever writes."""

import io
import itertools
import json
import logging
from collections.abc import Iterator

import pytest

from bot import cli
from bot.channels import text as render
from bot.channels.telegram.html import TELEGRAM_LIMIT, utf16_length
from bot.channels.telegram.html import message_html as telegram_html
from bot.channels.web.api import contract
from bot.dialogue import EMERGENCY_RESOURCES, KINDS, Audience, Button, Classification, Incoming, Kind, Message, Reply
from bot.engine import Engine
from bot.evaluate import numbers_first
from bot.schema import Content

AUDIENCES: tuple[Audience, ...] = ("teen", "adult")
ACTIONS = ("menu", "numbers", "not_meant", "media", "late", "too_long", "last_resort")
CANARY = "zqcanary7731"


class Says:
    """An ear that understood what the test says it did."""

    def __init__(self, understood: Classification) -> None:
        self.understood = understood

    def classify(self, text: str, hint: str | None = None) -> Classification:
        return self.understood


def replies_to(content: Content, lang: str) -> Iterator[tuple[str, Reply]]:
    """Everything the engine can answer in a language, with a name for each."""
    topics = list(content.topics)
    for topic, audience, careful in itertools.product(topics, AUDIENCES, (False, True)):
        heard = Classification(lang, "answer", topic=topic, score=0.9, audience=audience, numbers_first=careful)
        yield f"{topic} {audience} careful={careful}", Engine(content, Says(heard)).reply(Incoming(text="x"))
    plain = Engine(content, Says(Classification(lang, "unsure")))
    for topic, audience in itertools.product(topics, AUDIENCES):
        yield f"{topic} pressed {audience}", plain.reply(Incoming(lang=lang, topic=topic, audience=audience))
        yield (
            f"{topic} more {audience}",
            plain.reply(Incoming(lang=lang, topic=topic, action="more", audience=audience)),
        )
    for kind, audience, other, topic in itertools.product(KINDS, AUDIENCES, (False, True), ("none", *topics)):
        yield f"{kind} {audience} other={other} {topic}", alert(content, lang, kind, audience, other, topic)
    for cut, nothing, audience in itertools.product((False, True), (False, True), AUDIENCES):
        for near in ((), ("sextortion", "report"), tuple(topics)):
            heard = Classification(
                lang, "unsure", alternatives=near, audience=audience, truncated=cut, off_topic=nothing
            )
            yield f"unsure {cut} {nothing} {audience} {len(near)}", Engine(content, Says(heard)).reply(Incoming())
    for action in ACTIONS:
        yield action, plain.reply(Incoming(lang=lang, action=action))
    yield "last resort", plain.last_resort(lang)
    for school in content.schools:
        yield f"school {school}", plain.reply(Incoming(lang=lang, topic="school_contact", school=school))


def alert(content: Content, lang: str, kind: Kind, audience: Audience, other: bool, topic: str = "none") -> Reply:
    heard = Classification(lang, "alert", safety=(kind,), topic=topic, audience=audience, about_someone_else=other)
    return Engine(content, Says(heard)).reply(Incoming(text="x"))


@pytest.fixture(scope="module")
def every_reply(content: Content) -> list[tuple[str, str, Reply]]:
    """All of them: (language, name, reply)."""
    return [(lang, name, reply) for lang in content.languages for name, reply in replies_to(content, lang)]


# --- help first ----------------------------------------------------------------------------


@pytest.mark.parametrize("lang", ["en", "es"])
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("audience", AUDIENCES)
@pytest.mark.parametrize("other", [False, True])
def test_every_safety_reply_opens_with_911_and_988(
    content: Content, lang: str, kind: Kind, audience: Audience, other: bool
) -> None:
    for topic in ("none", *content.topics):
        reply = alert(content, lang, kind, audience, other, topic)
        first = reply.messages[0]
        assert first.kind == "urgent"
        assert tuple(contact.id for contact in first.contacts) == EMERGENCY_RESOURCES
        assert numbers_first(render.plain(first))
        assert numbers_first(telegram_html(first))
        assert numbers_first(contract(reply)["messages"][0]["text"])
        assert [link["url"] for link in contract(reply)["messages"][0]["links"]][:1] == ["tel:911"]
        assert reply.buttons[0].action == "not_meant"


def test_a_safety_reply_without_urgent_help_cannot_be_built() -> None:
    with pytest.raises(ValueError, match=r"^A reply to a safety message must open with 911 and 988\.$"):
        Reply(Classification("en", "alert", safety=("suicide",)), (Message("answer", (("Talk to us.",),)),))


def test_a_safety_reply_that_names_another_tier_cannot_be_built() -> None:
    with pytest.raises(ValueError, match=r"^A message with a safety kind must be answered as an alert\.$"):
        Reply(Classification("en", "answer", safety=("abuse",)), (Message("answer", (("Talk to us.",),)),))


def test_every_reply_carries_911_and_988_somewhere(every_reply: list[tuple[str, str, Reply]]) -> None:
    without = [
        (lang, name) for lang, name, reply in every_reply if not {"911", "988"} <= set(numbers_in(render.whole(reply)))
    ]
    assert without == []


def numbers_in(text: str) -> list[str]:
    return [word.strip(".,:;()¿?¡!") for word in text.split()]


def test_unsure_opens_with_both_numbers_before_any_other_number(every_reply: list[tuple[str, str, Reply]]) -> None:
    unsure = [(lang, name, reply) for lang, name, reply in every_reply if name.startswith("unsure")]
    assert len(unsure) == 48
    wrong = [(lang, name) for lang, name, reply in unsure if not numbers_first(render.plain(reply.messages[0]))]
    assert wrong == []
    for lang, name, reply in unsure:
        opening = render.plain(reply.messages[0]).split("\n")[0]
        assert "911" in opening and "988" in opening, (lang, name)


def test_a_careful_answer_opens_with_both_numbers(every_reply: list[tuple[str, str, Reply]]) -> None:
    careful = [(lang, name, reply) for lang, name, reply in every_reply if name.endswith("careful=True")]
    wrong = [(lang, name) for lang, name, reply in careful if not numbers_first(render.plain(reply.messages[0]))]
    assert wrong == []


def test_safe_words_bring_the_numbers_in_every_language(content: Content) -> None:
    for chat in content.languages:
        engine = Engine(content, Says(Classification(chat, "unsure")))
        for words in content.languages.values():
            for word in words.shared.safe_words.split(","):
                for typed in (word.strip(), word.upper(), f" ¡{word.strip()}!! "):
                    reply = engine.reply(Incoming(text=typed, lang=chat))
                    assert reply.resources[:2] == EMERGENCY_RESOURCES, (chat, typed)
                    assert numbers_first(render.plain(reply.messages[0])), (chat, typed)
                    assert len(reply.resources) > 4


def test_the_last_resort_is_the_numbers_in_every_language(content: Content) -> None:
    engine = Engine(content, Says(Classification("en", "unsure")))
    for lang in (*content.languages, "xx", ""):
        reply = engine.last_resort(lang)
        assert reply.classification.lang == (lang if lang in content.languages else "en")
        assert tuple(contact.id for contact in reply.messages[0].contacts) == EMERGENCY_RESOURCES


# --- never a guess -------------------------------------------------------------------------


def test_every_topic_has_a_reply_in_every_language(content: Content) -> None:
    for lang, words in content.languages.items():
        assert set(words.replies) == set(content.topics), lang
        assert set(words.safety_replies) == set(KINDS), lang
        assert all(reply.text.strip() for reply in words.replies.values()), lang


def test_all_buttons_lead_to_topics_that_exist(content: Content, every_reply: list[tuple[str, str, Reply]]) -> None:
    def leads_somewhere(button: Button) -> bool:
        return bool(button.label) and (button.topic in content.topics if button.topic else bool(button.action))

    wrong = [(lang, name, b) for lang, name, reply in every_reply for b in reply.buttons if not leads_somewhere(b)]
    assert wrong == []
    assert {topic for doors in content.menu.starter_topics.values() for topic in doors} <= set(content.topics)


def test_no_placeholder_is_left_in_any_reply(every_reply: list[tuple[str, str, Reply]]) -> None:
    left = [(lang, name) for lang, name, reply in every_reply if set("{}") & set(render.whole(reply))]
    assert left == []


def test_the_same_message_twice_gets_the_same_reply(engine: Engine) -> None:
    for text in ("he has my pics and wants money", "quiero morir", "what is the capital of france", "", "😭😭"):
        assert engine.reply(Incoming(text=text)) == engine.reply(Incoming(text=text))


# --- right numbers -------------------------------------------------------------------------


def test_no_reply_writes_a_phone_number_itself(content: Content) -> None:
    """Numbers stand in resources.yaml only; a reply names them as {lifeline_988.call}."""
    written = {
        part
        for resource in content.resources.values()
        for part in (resource.call, resource.text, resource.letters)
        if part
    }
    found = []
    for lang, words in content.languages.items():
        texts = {f"{topic}.{field}": text for topic, r in words.replies.items() for field, text in r if _is_text(text)}
        texts |= {
            f"{kind}.{field}": text for kind, r in words.safety_replies.items() for field, text in r if _is_text(text)
        }
        texts |= {f"_shared.{field}": text for field, text in words.shared if _is_text(text)}
        for place, text in texts.items():
            found += [(lang, place, number) for number in written if number in numbers_in(text)]
    assert found == []


def _is_text(value: object) -> bool:
    return isinstance(value, str)


@pytest.mark.parametrize("audience", AUDIENCES)
def test_what_a_topic_must_show_is_shown(content: Content, audience: Audience) -> None:
    missing = []
    for lang, (topic, entry) in itertools.product(content.languages, content.topics.items()):
        for careful in (False, True):
            heard = Classification(lang, "answer", topic=topic, score=0.9, audience=audience, numbers_first=careful)
            if topic == "none":
                continue
            reply = Engine(content, Says(heard)).reply(Incoming(text="x"))
            missing += [(lang, topic, id_) for id_ in entry.must if id_ not in reply.resources]
    assert missing == []


def test_every_reply_fits_one_telegram_message(every_reply: list[tuple[str, str, Reply]]) -> None:
    too_long = [
        (lang, name, size)
        for lang, name, reply in every_reply
        for message in reply.messages
        if (size := utf16_length(telegram_html(message))) > TELEGRAM_LIMIT
    ]
    assert too_long == []


# --- nothing kept --------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["{} he has my nudes", "{} i want to die", "{}", "{}" * 600])
def test_nothing_typed_reaches_a_log(engine: Engine, caplog: pytest.LogCaptureFixture, text: str) -> None:
    with caplog.at_level(logging.DEBUG):
        reply = engine.reply(Incoming(text=text.replace("{}", CANARY)))
        render.whole(reply)
        repr(reply)
    assert caplog.records == []
    assert CANARY not in repr(reply)


@pytest.mark.parametrize("text", ["{} he has my nudes", "{} i want to die", "{}"])
def test_nothing_typed_is_in_the_answer(engine: Engine, text: str) -> None:
    answer = json.dumps(contract(engine.reply(Incoming(text=text.replace("{}", CANARY)))))
    assert CANARY not in answer


@pytest.mark.parametrize(
    "line",
    [
        CANARY,
        f'["{CANARY}"]',
        f'{{"txt": "{CANARY}"}}',
        f'{{"text": ["{CANARY}"]}}',
        f'{{"text": "{CANARY}", "lang": 1}}',
    ],
)
def test_nothing_typed_is_quoted_in_an_error(
    line: str,
    engine: Engine,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr(cli, "_engine", lambda settings: engine)
    monkeypatch.setattr("sys.stdin", io.StringIO(line + "\n"))
    with caplog.at_level(logging.DEBUG):
        assert cli.main(["classify"]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("standard input, line 1: ")
    assert CANARY not in err
    assert CANARY not in caplog.text
