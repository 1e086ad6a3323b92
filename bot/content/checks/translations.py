"""Are the languages equal: the same topics, fields, resources and numbers in each?"""

from collections.abc import Iterator

from bot.content.checks.references import NONE, PLACEHOLDER, RESOURCES, TOPICS, reply_file, texts, unfilled
from bot.content.error_messages import field_names
from bot.content.raw import RawContent
from bot.content.yaml_reader import FieldPath, Problem, YamlFile
from bot.dialogue import KINDS
from bot.schema import ResourceWords, SafetyReply, Shared, TelegramWords, TopicReply, WebWords

#: The lists that have to name the same ids in every language, order aside.
_LISTS = ("resources", "adult_resources", "next")


def missing_translations(raw: RawContent) -> Iterator[Problem]:
    """What one language has and another lacks."""
    langs = tuple(raw.languages)
    for lang in langs:
        yield from _heard(raw, lang)
        for other in langs:
            if other != lang:
                for name in (*raw.ids(TOPICS), "_shared", "_web", "_telegram", "_safety", "_resources"):
                    yield from _same_reply(raw, lang, other, name)
                yield from _same_safety_words(raw, lang, other)
    if langs:
        yield from _schools(raw, langs)


def _heard(raw: RawContent, lang: str) -> Iterator[Problem]:
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


def _same_reply(raw: RawContent, lang: str, other_lang: str, name: str) -> Iterator[Problem]:
    """What the other language's file has and this one lacks. Each pair is looked at from both sides."""
    yaml_file, other = raw.files.get(reply_file(lang, name)), raw.files.get(reply_file(other_lang, name))
    if not yaml_file or not other:
        return
    known = _known(raw)
    yield from _same_fields(yaml_file, other, known)
    yield from _same_lists(yaml_file, other, known)
    if name == "_resources":
        return  # each language says how to get an answer in it
    for path in texts(other):
        if yaml_file.text(*path):
            for missing in sorted(_filled(raw, other_lang, other, path) - _filled(raw, lang, yaml_file, path)):
                yield yaml_file.problem(f"{missing} is missing; it is in {other.file}:{other.line(*path)}", *path)


def _known(raw: RawContent) -> frozenset[str]:
    """All names that mean something: what is misspelled in one language isn't missing in another."""
    fields = (
        name
        for model in (TopicReply, SafetyReply, ResourceWords, Shared, WebWords, TelegramWords)
        for name in field_names(model)
    )
    return frozenset((*fields, *KINDS, *raw.ids(TOPICS), *raw.ids(RESOURCES)))


def _same_fields(yaml_file: YamlFile, other: YamlFile, known: frozenset[str]) -> Iterator[Problem]:
    for path in _fields(other.values, ()):
        if known.issuperset(path) and yaml_file.get(*path) is None and yaml_file.get(*path[:-1]) is not None:
            place = f"{other.file}:{other.line(*path)}"
            yield yaml_file.problem(f'"{path[-1]}" is missing; it is in {place}', *path[:-1])


def _fields(value: object, path: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    if isinstance(value, dict):
        for name, part in value.items():
            yield (*path, name)
            yield from _fields(part, (*path, name))


def _same_lists(yaml_file: YamlFile, other: YamlFile, known: frozenset[str]) -> Iterator[Problem]:
    places: list[tuple[str, ...]] = [()]
    if yaml_file.file.endswith("/_safety.yaml"):
        places = [(kind,) for kind in yaml_file.names()]
    for path in places:
        for field in _LISTS:
            here = {item for item, _ in yaml_file.items(*path, field)}
            if here and known.issuperset(here):
                for item, line in other.items(*path, field):
                    if item not in here and item in known:
                        yield yaml_file.problem(f'"{item}" is missing; it is in {other.file}:{line}', *path, field)


def _filled(raw: RawContent, lang: str, yaml_file: YamlFile, path: FieldPath) -> set[str]:
    """Whose numbers a text shows. By which way is the language's own affair: in Spanish one presses 2."""
    shown = set()
    for found in PLACEHOLDER.finditer(yaml_file.text(*path)):
        name, _, field = found[1].partition(".")
        if field != "name" and not unfilled(raw, lang, yaml_file.file, found[1]):
            shown.add(f'the number of "{name}"' if field else found[0])
    return shown


def _same_safety_words(raw: RawContent, lang: str, other: str) -> Iterator[Problem]:
    yaml_file, others = raw.files.get(f"content/safety/{lang}.yaml"), raw.files.get(f"content/safety/{other}.yaml")
    if yaml_file and others:
        for kind in others.names():
            for field in others.names(kind):
                if yaml_file.names(kind) and field not in yaml_file.names(kind):
                    yield yaml_file.problem(
                        f'"{field}" is missing; it is in {others.file}:{others.line(kind, field)}', kind
                    )


def _schools(raw: RawContent, langs: tuple[str, ...]) -> Iterator[Problem]:
    for file, yaml_file in raw.files.items():
        if file.startswith("content/schools/"):
            for field in ("contact", "hours"):
                for lang in langs if yaml_file.names(field) else ():
                    if lang not in yaml_file.names(field):
                        yield yaml_file.problem(f'"{field}" has no words in "{lang}"', field)
