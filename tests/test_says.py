"""Single messages and what they must lead to: tests/says/<language>/<topic or safety kind>.yaml, written by editors.

Every topic has at least three messages in every language, in words of their own: a topic that is added without them
fails here, and `porchlight check` says so too. The id of a test is the line of the message: tests/says/en/sextortion.yaml:4.
"""

from pathlib import Path
from typing import Any

import pytest

from bot.content.checks.duplicates import comparable
from bot.content.checks.says import MIN_MESSAGES
from bot.content.yaml_reader import phrases, read_yaml
from bot.dialogue import EMERGENCY_RESOURCES, KINDS, Incoming
from bot.engine import Engine
from bot.nlu.examples import examples
from bot.schema import Content

HERE = Path(__file__).parent
FIELDS = {"says", "topic", "safety", "shows"}


def said() -> list[Any]:
    """Every message with its language and what is expected of it."""
    found = []
    for path in sorted(HERE.glob("says/*/*.yaml")):
        yaml_file, problems = read_yaml(path, path.relative_to(HERE.parent).as_posix(), expect=list)
        assert yaml_file is not None and not problems, problems
        for number, expected in enumerate(yaml_file.values):
            assert set(expected) <= FIELDS, f"{yaml_file.file}: {set(expected) - FIELDS}"
            for phrase in phrases(yaml_file, number, "says"):
                found.append(pytest.param(path.parent.name, phrase.text, expected, id=phrase.source))
    return found


@pytest.mark.parametrize(("lang", "text", "expected"), said())
def test_says(lang: str, text: str, expected: dict[str, Any], engine: Engine) -> None:
    reply = engine.reply(Incoming(text=text))
    assert reply.classification.lang == lang
    assert set(expected.get("shows", ())) <= set(reply.resources)
    if "topic" in expected:
        assert reply.classification.topic == expected["topic"]
    if "safety" in expected:
        assert set(expected["safety"]) <= set(reply.classification.safety)
        assert reply.resources[:2] == EMERGENCY_RESOURCES
    else:
        assert reply.classification.safety == ()
    if expected.get("topic") == "none":
        assert reply.classification.tier == "unsure"


def test_every_topic_and_every_safety_kind_has_messages_in_every_language(content: Content) -> None:
    messages = [(p.values[0], p.values[2]) for p in said()]
    count = {
        (lang, name): sum(
            lang == of and (expected.get("topic") == name or name in expected.get("safety", ()))
            for of, expected in messages
        )
        for lang in content.languages
        for name in (*content.topics, *KINDS)
    }
    assert {place: number for place, number in count.items() if number < MIN_MESSAGES} == {}


def test_no_message_stands_in_the_banks_too(content: Content) -> None:
    """Else the test would only prove that words equal themselves."""
    bank = {comparable(example.text): example.source for example in examples(content)}
    twice = {p.id: bank[comparable(p.values[1])] for p in said() if comparable(p.values[1]) in bank}
    assert twice == {}


def test_every_language_has_the_same_files() -> None:
    names = {folder.name: {path.name for path in folder.glob("*.yaml")} for folder in (HERE / "says").iterdir()}
    assert names["en"] == names["es"]
