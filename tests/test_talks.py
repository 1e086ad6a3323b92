"""Whole conversations, message by message, as a channel carries them: the language of one reply is the hint for the next."""

from pathlib import Path
from typing import Any

import pytest

from bot.content.yaml_reader import read_yaml
from bot.dialogue import Incoming
from bot.engine import Engine

HERE = Path(__file__).parent
FIELDS = {"topic", "tier", "safety", "opens_with", "shows", "offers"}


def talks() -> list[Any]:
    """Every conversation, named after its file."""
    found = []
    for path in sorted(HERE.glob("talks/*/*.yaml")):
        name = path.relative_to(HERE.parent).as_posix()
        yaml_file, problems = read_yaml(path, name, expect=list)
        assert yaml_file is not None and not problems, problems
        lines = [yaml_file.line(number) for number in range(len(yaml_file.values))]
        found.append(pytest.param(path.parent.name, list(zip(lines, yaml_file.values, strict=True)), id=name))
    return found


@pytest.mark.parametrize(("lang", "turns"), talks())
def test_talks(lang: str, turns: list[tuple[int, dict[str, Any]]], engine: Engine) -> None:
    hint = lang
    for line, turn in turns:
        expected = turn["bot"]
        assert set(expected) <= FIELDS, f"line {line}"
        reply = engine.reply(Incoming(text=turn["user"], lang=hint))
        hint = reply.classification.lang
        found = {
            "topic": reply.classification.topic,
            "tier": reply.classification.tier,
            "safety": list(reply.classification.safety),
            "opens_with": list(reply.resources[: len(expected.get("opens_with", ()))]),
            "shows": [id_ for id_ in expected.get("shows", ()) if id_ in reply.resources],
            "offers": [t for t in expected.get("offers", ()) if t in [button.topic for button in reply.buttons]],
        }
        assert {name: found[name] for name in expected} == expected, f"line {line}"
        assert reply.classification.lang == lang, f"line {line}"
