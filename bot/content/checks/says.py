"""The messages of tests/says: each proves that words which stand in no bank still lead to the right place.

They are part of a checkout and not of an installed copy; where the folder isn't there, nothing is asked for.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from bot.content.checks.references import TOPICS
from bot.content.raw import RawContent
from bot.content.yaml_reader import Problem, phrases, read_yaml
from bot.schema import Phrase

FOLDER = "tests/says"
#: How many messages every topic has in every language.
MIN_MESSAGES = 3


@dataclass(frozen=True)
class Expected:
    """Messages that must lead to the same topic."""

    topic: str  # empty where only a safety kind is expected
    messages: tuple[Phrase, ...]


def read_says(raw: RawContent, lang: str) -> tuple[list[Expected], list[Problem]]:
    """The messages of a language, and what is wrong with their files; none where there is no folder."""
    found: list[Expected] = []
    problems: list[Problem] = []
    for path in sorted((raw.root / FOLDER / lang).glob("*.yaml")):
        yaml_file, faults = read_yaml(path, path.relative_to(raw.root).as_posix(), list)
        problems.extend(faults)
        if yaml_file:
            problems.extend(yaml_file.remarks)
            entries = range(len(yaml_file.values))
            found.extend(Expected(yaml_file.text(n, "topic"), phrases(yaml_file, n, "says")) for n in entries)
    return found, problems


def untested_topics(raw: RawContent) -> Iterator[Problem]:
    """Topics with fewer than three messages in tests/says."""
    if not (raw.root / FOLDER).is_dir():
        return
    for lang in raw.languages:
        expected, problems = read_says(raw, lang)
        yield from problems
        count = Counter({entry.topic: 0 for entry in expected})
        for entry in expected:
            count[entry.topic] += len(entry.messages)
        for topic in raw.ids(TOPICS):
            if count[topic] < MIN_MESSAGES:
                sentence = f'"{topic}" has {_messages(count[topic])} here, {MIN_MESSAGES} at least; write new ones'
                yield Problem(f"{FOLDER}/{lang}/{topic}.yaml", 1, sentence)


def _messages(number: int) -> str:
    return f"{number or 'no'} message{'' if number == 1 else 's'}"
