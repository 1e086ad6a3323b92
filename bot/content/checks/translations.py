"""Do all languages say the same: the same topics, fields, resources and numbers in each?"""

from collections.abc import Iterator
from datetime import date

from bot.content.checks.references import NONE, PLACEHOLDER, RESOURCES, TOPICS, reply_file, text_paths, unfilled
from bot.content.error_messages import field_names
from bot.content.raw import RawContent
from bot.content.yaml_reader import FieldPath, Problem, YamlFile
from bot.dialogue import KINDS
from bot.schema import ResourceWords, SafetyReply, Shared, TelegramWords, TopicReply, WebWords

#: The lists that have to name the same ids in every language, order aside.
_ID_LISTS = ("resources", "adult_resources", "next")


def missing_translations(raw: RawContent) -> Iterator[Problem]:
    """What one language has and another lacks."""
    langs = tuple(raw.languages)
    for lang in langs:
        yield from _without_messages(raw, lang)
        for other in langs:
            if other != lang:
                for name in (*raw.ids(TOPICS), "_shared", "_web", "_telegram", "_safety", "_resources"):
                    yield from _reply_gaps(raw, lang, other, name)
                yield from _safety_gaps(raw, lang, other)
    if langs:
        yield from _school_gaps(raw, langs)


def outdated_translations(raw: RawContent, today: date) -> Iterator[Problem]:
    """Replies that were reviewed earlier than the same reply in another language: a change may be missing here."""
    for lang in raw.languages:
        for name in (*raw.ids(TOPICS), "_safety"):
            if yaml_file := raw.files.get(reply_file(lang, name)):
                for path in (("reviewed",), *((kind, "reviewed") for kind in yaml_file.names())):
                    here = as_date(yaml_file.text(*path))
                    for other in (raw.files.get(reply_file(other, name)) for other in raw.languages if other != lang):
                        there = as_date(other.text(*path)) if other else None
                        if other and here and there and here < there <= today:
                            sentence = f"{other.file} was reviewed later, on {there}; see if both say the same"
                            yield yaml_file.problem(f'{sentence}, then set "reviewed" here too', *path)


def as_date(written: str) -> date | None:
    """The day that stands in a file, None if it isn't written as 2025-03-31."""
    try:
        return date.fromisoformat(written)
    except ValueError:
        return None


def _without_messages(raw: RawContent, lang: str) -> Iterator[Problem]:
    """Topics and kinds that no message leads to."""
    for topic in raw.ids(TOPICS):
        file = f"intents/{lang}/{topic}.yaml"
        if topic != NONE and not raw.has(file):
            yield Problem(file, 1, "this file is missing: no message leads to its topic")
    for kind in KINDS:
        file = f"content/safety/{lang}/{kind}.yaml"
        if not raw.has(file):
            yield Problem(file, 1, "this file is missing: no whole message is an example of its kind")
    phrases = raw.files.get(f"content/safety/{lang}.yaml")
    if phrases:
        yield from (phrases.problem(f'"{kind}" is missing') for kind in KINDS if kind not in phrases.names())


def _reply_gaps(raw: RawContent, lang: str, other_lang: str, name: str) -> Iterator[Problem]:
    """What the other language's file has and this one lacks. Each pair of languages is compared in both directions."""
    yaml_file, other = raw.files.get(reply_file(lang, name)), raw.files.get(reply_file(other_lang, name))
    if not yaml_file or not other:
        return
    known = _known_names(raw)
    yield from _field_gaps(yaml_file, other, known)
    yield from _list_gaps(yaml_file, other, known)
    if name == "_resources":
        return  # each language says how to get an answer in it
    for path in text_paths(other):
        if yaml_file.text(*path):
            for missing in sorted(
                _numbers_shown(raw, other_lang, other, path) - _numbers_shown(raw, lang, yaml_file, path)
            ):
                yield yaml_file.problem(f"{missing} is missing; it is in {other.file}:{other.line(*path)}", *path)


def _known_names(raw: RawContent) -> frozenset[str]:
    """The names of all fields and ids: a misspelled one in one language isn't reported as missing in the other."""
    fields = (
        name
        for model in (TopicReply, SafetyReply, ResourceWords, Shared, WebWords, TelegramWords)
        for name in field_names(model)
    )
    return frozenset((*fields, *KINDS, *raw.ids(TOPICS), *raw.ids(RESOURCES)))


def _field_gaps(yaml_file: YamlFile, other: YamlFile, known: frozenset[str]) -> Iterator[Problem]:
    for path in _field_paths(other.values, ()):
        if known.issuperset(path) and yaml_file.get(*path) is None and yaml_file.get(*path[:-1]) is not None:
            place = f"{other.file}:{other.line(*path)}"
            yield yaml_file.problem(f'"{path[-1]}" is missing; it is in {place}', *path[:-1])


def _field_paths(value: object, path: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    if isinstance(value, dict):
        for name, part in value.items():
            yield (*path, name)
            yield from _field_paths(part, (*path, name))


def _list_gaps(yaml_file: YamlFile, other: YamlFile, known: frozenset[str]) -> Iterator[Problem]:
    places: list[tuple[str, ...]] = [()]
    if yaml_file.file.endswith("/_safety.yaml"):
        places = [(kind,) for kind in yaml_file.names()]
    for path in places:
        for field in _ID_LISTS:
            here = {item for item, _ in yaml_file.items(*path, field)}
            if here and known.issuperset(here):
                for item, line in other.items(*path, field):
                    if item not in here and item in known:
                        yield yaml_file.problem(f'"{item}" is missing; it is in {other.file}:{line}', *path, field)


def _numbers_shown(raw: RawContent, lang: str, yaml_file: YamlFile, path: FieldPath) -> set[str]:
    """The resources whose numbers a text shows; which of their numbers may differ, since in Spanish one presses 2."""
    shown = set()
    for found in PLACEHOLDER.finditer(yaml_file.text(*path)):
        name, _, field = found[1].partition(".")
        if field != "name" and not unfilled(raw, lang, yaml_file.file, found[1]):
            shown.add(f'the number of "{name}"' if field else found[0])
    return shown


def _safety_gaps(raw: RawContent, lang: str, other: str) -> Iterator[Problem]:
    yaml_file, others = raw.files.get(f"content/safety/{lang}.yaml"), raw.files.get(f"content/safety/{other}.yaml")
    if yaml_file and others:
        for kind in others.names():
            for field in others.names(kind):
                if yaml_file.names(kind) and field not in yaml_file.names(kind):
                    yield yaml_file.problem(
                        f'"{field}" is missing; it is in {others.file}:{others.line(kind, field)}', kind
                    )


def _school_gaps(raw: RawContent, langs: tuple[str, ...]) -> Iterator[Problem]:
    for file, yaml_file in raw.files.items():
        if file.startswith("content/schools/"):
            for field in ("contact", "hours"):
                for lang in langs if yaml_file.names(field) else ():
                    if lang not in yaml_file.names(field):
                        yield yaml_file.problem(f'"{field}" has no words in "{lang}"', field)
