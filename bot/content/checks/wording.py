"""Does a reply hold words that it must not: those in wording.yaml, exclamation marks, emoji?"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from bot.content.checks.phone_numbers import prose
from bot.content.checks.references import TOPICS, reply_files
from bot.content.error_messages import unknown
from bot.content.raw import RawContent
from bot.content.yaml_reader import Problem, YamlFile, read_yaml

#: Where editors keep the words that no reply may use.
WORDING = "content/wording.yaml"
#: Under this name in it: words that no sentence may begin with, by language.
FIRST_WORDS = "first_words"
_SENTENCE_START = r"(?:^|[.?!:…]\s+)[-•¿\s]*"
_EMOJI = re.compile("[\u2600-\u27bf\u2b00-\u2bff\U0001f000-\U0001faff\ufe0f]")


@dataclass(frozen=True)
class Never:
    """Words that no reply may use, with what to write instead."""

    pattern: re.Pattern[str]
    instead: str
    fine_in: tuple[str, ...]  # the topics that have to name them


def unsafe_words(raw: RawContent) -> Iterator[Problem]:
    """Words from wording.yaml, exclamation marks and emoji, each with what to write instead."""
    never, problems = _wording(raw)
    yield from problems
    for lang in raw.languages:
        for file, reply in reply_files(raw, lang):
            topic = file.rsplit("/", 1)[-1].removesuffix(".yaml")
            watched = [unsafe for unsafe in never.get(lang, ()) if topic not in unsafe.fine_in]
            for _, row, line in prose(reply):
                yield from (Problem(file, line, sentence) for sentence in _unsafe(row, watched))


def _unsafe(row: str, never: list[Never]) -> Iterator[str]:
    plain = row.replace("’", "'")
    for unsafe in never:
        if found := unsafe.pattern.search(plain):
            yield f'"{found["words"]}" is not used here; instead: {unsafe.instead}'
    if "!" in row or "¡" in row:
        yield "there is an exclamation mark here; end the sentence with a period"
    if emoji := _EMOJI.search(row):
        yield f'"{emoji[0]}" is an emoji; take it out'


def _wording(raw: RawContent) -> tuple[Mapping[str, list[Never]], list[Problem]]:
    """The lists of wording.yaml by language, and what is wrong with them."""
    if not (raw.root / WORDING).is_file():
        return {}, [Problem(WORDING, 1, "this file is missing; without it no unsafe word is found")]
    yaml_file, problems = read_yaml(raw.root / WORDING, WORDING)
    if yaml_file is None:
        return {}, problems
    never = {
        lang: [
            *(_never(yaml_file, "", lang, words) for words in yaml_file.names(lang)),
            *(_never(yaml_file, _SENTENCE_START, FIRST_WORDS, lang, w) for w in yaml_file.names(FIRST_WORDS, lang)),
        ]
        for lang in raw.languages
    }
    return never, [*problems, *yaml_file.remarks, *_misshapen(raw, yaml_file)]


def _never(yaml_file: YamlFile, before: str, *path: str) -> Never:
    return Never(
        pattern=re.compile(rf"{before}(?<!\w)(?P<words>{re.escape(path[-1])})(?!\w)", re.IGNORECASE),
        instead=yaml_file.text(*path) or yaml_file.text(*path, "instead"),
        fine_in=tuple(topic for topic, _ in yaml_file.items(*path, "fine_in")),
    )


def _misshapen(raw: RawContent, yaml_file: YamlFile) -> Iterator[Problem]:
    topics = raw.ids(TOPICS)
    for lang in raw.languages:
        if not yaml_file.names(lang):
            yield yaml_file.problem(f'"{lang}" is missing; every language needs its own list')
    lists = [(name,) for name in yaml_file.names() if name != FIRST_WORDS]
    for path in (*lists, *((FIRST_WORDS, lang) for lang in yaml_file.names(FIRST_WORDS))):
        for unsafe in yaml_file.names(*path):
            if yaml_file.names(*path, unsafe) and not yaml_file.text(*path, unsafe, "instead"):
                yield yaml_file.problem(f'"{unsafe}" needs a word about what to do instead', *path, unsafe)
            for topic, line in yaml_file.items(*path, unsafe, "fine_in"):
                if topics and topic not in topics:
                    yield Problem(WORDING, line, unknown("topic", topic, topics))
