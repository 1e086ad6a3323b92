"""Are the languages equal: the same topics, fields, resources and numbers in each?"""

from collections.abc import Iterator

from bot.content.checks.references import NONE, PLACEHOLDER, RESOURCES, TOPICS, reply_file, texts, unfilled
from bot.content.draft import Draft
from bot.content.error_messages import field_names
from bot.content.yaml_reader import Problem, Sheet, Where
from bot.dialogue import KINDS
from bot.schema import ResourceWords, SafetyReply, Shared, TelegramWords, TopicReply, WebWords

#: The lists that have to name the same ids in every language, order aside.
_LISTS = ("resources", "adult_resources", "next")


def parity(draft: Draft) -> Iterator[Problem]:
    """What one language has and another lacks."""
    langs = tuple(draft.languages)
    for lang in langs:
        yield from _heard(draft, lang)
        for other in langs:
            if other != lang:
                for name in (*draft.ids(TOPICS), "_shared", "_web", "_telegram", "_safety", "_resources"):
                    yield from _same_reply(draft, lang, other, name)
                yield from _same_safety_words(draft, lang, other)
    if langs:
        yield from _schools(draft, langs)


def _heard(draft: Draft, lang: str) -> Iterator[Problem]:
    """Topics and kinds that no message leads to."""
    for topic in draft.ids(TOPICS):
        file = f"intents/{lang}/{topic}.yaml"
        if topic != NONE and not draft.has(file):
            yield Problem(file, 1, "this file is missing: no message leads to its topic")
    for kind in KINDS:
        file = f"content/safety/{lang}/{kind}.yaml"
        if not draft.has(file):
            yield Problem(file, 1, "this file is missing: no whole message is an example of its kind")
    phrases = draft.sheets.get(f"content/safety/{lang}.yaml")
    if phrases:
        yield from (phrases.problem(f'"{kind}" is missing') for kind in KINDS if kind not in phrases.names())


def _same_reply(draft: Draft, lang: str, other_lang: str, name: str) -> Iterator[Problem]:
    """What the other language's file has and this one lacks. Each pair is looked at from both sides."""
    sheet, other = draft.sheets.get(reply_file(lang, name)), draft.sheets.get(reply_file(other_lang, name))
    if not sheet or not other:
        return
    known = _known(draft)
    yield from _same_fields(sheet, other, known)
    yield from _same_lists(sheet, other, known)
    if name == "_resources":
        return  # each language says how to get an answer in it
    for where in texts(other):
        if sheet.text(*where):
            for missing in sorted(_filled(draft, other_lang, other, where) - _filled(draft, lang, sheet, where)):
                yield sheet.problem(f"{missing} is missing; it is in {other.file}:{other.line(*where)}", *where)


def _known(draft: Draft) -> frozenset[str]:
    """All names that mean something: what is misspelled in one language isn't missing in another."""
    fields = (
        name
        for model in (TopicReply, SafetyReply, ResourceWords, Shared, WebWords, TelegramWords)
        for name in field_names(model)
    )
    return frozenset((*fields, *KINDS, *draft.ids(TOPICS), *draft.ids(RESOURCES)))


def _same_fields(sheet: Sheet, other: Sheet, known: frozenset[str]) -> Iterator[Problem]:
    for where in _fields(other.values, ()):
        if known.issuperset(where) and sheet.get(*where) is None and sheet.get(*where[:-1]) is not None:
            place = f"{other.file}:{other.line(*where)}"
            yield sheet.problem(f'"{where[-1]}" is missing; it is in {place}', *where[:-1])


def _fields(value: object, where: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    if isinstance(value, dict):
        for name, part in value.items():
            yield (*where, name)
            yield from _fields(part, (*where, name))


def _same_lists(sheet: Sheet, other: Sheet, known: frozenset[str]) -> Iterator[Problem]:
    places: list[tuple[str, ...]] = [()]
    if sheet.file.endswith("/_safety.yaml"):
        places = [(kind,) for kind in sheet.names()]
    for where in places:
        for field in _LISTS:
            here = {item for item, _ in sheet.items(*where, field)}
            if here and known.issuperset(here):
                for item, line in other.items(*where, field):
                    if item not in here and item in known:
                        yield sheet.problem(f'"{item}" is missing; it is in {other.file}:{line}', *where, field)


def _filled(draft: Draft, lang: str, sheet: Sheet, where: Where) -> set[str]:
    """Whose numbers a text shows. By which way is the language's own affair: in Spanish one presses 2."""
    shown = set()
    for found in PLACEHOLDER.finditer(sheet.text(*where)):
        name, _, field = found[1].partition(".")
        if field != "name" and not unfilled(draft, lang, sheet.file, found[1]):
            shown.add(f'the number of "{name}"' if field else found[0])
    return shown


def _same_safety_words(draft: Draft, lang: str, other: str) -> Iterator[Problem]:
    sheet, others = draft.sheets.get(f"content/safety/{lang}.yaml"), draft.sheets.get(f"content/safety/{other}.yaml")
    if sheet and others:
        for kind in others.names():
            for field in others.names(kind):
                if sheet.names(kind) and field not in sheet.names(kind):
                    yield sheet.problem(
                        f'"{field}" is missing; it is in {others.file}:{others.line(kind, field)}', kind
                    )


def _schools(draft: Draft, langs: tuple[str, ...]) -> Iterator[Problem]:
    for file, sheet in draft.sheets.items():
        if file.startswith("content/schools/"):
            for field in ("contact", "hours"):
                for lang in langs if sheet.names(field) else ():
                    if lang not in sheet.names(field):
                        yield sheet.problem(f'"{field}" has no words in "{lang}"', field)
