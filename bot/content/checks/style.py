"""Does every reply speak as it should: safe words, short, easy to read?"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from bot.content.checks.phone_numbers import prose
from bot.content.checks.readability import english_grade, spanish_ease, words
from bot.content.checks.references import PLACEHOLDER, TOPICS, reply_file
from bot.content.error_messages import unknown
from bot.content.raw import RawContent
from bot.content.yaml_reader import FieldPath, Problem, YamlFile, read_yaml

#: Where editors keep the words that no reply may use.
WORDING = "content/wording.yaml"
BUTTON, ASK = 26, 70  # characters
TEEN, ADULT, SECOND_PAGE, WARM = 90, 130, 130, 40  # words
SHOWN = 4  # resources or next topics: more are not read
#: The hardest a text may be, by who reads it: English grade at most, Spanish ease at least.
GRADES = {"crisis": 4.0, "teen": 6.0, "adult": 7.0}
EASE = {"crisis": 70.0, "teen": 70.0, "adult": 65.0}
#: The shared words that somebody in danger reads.
CRISIS = ("urgent_911", "urgent_988", "cannot_dial", "care", "numbers_intro", "safe_word", "late", "not_meant_keep")
#: Fewer words than these have no grade: one long word would decide it.
_GRADED_FROM = 12
_EMOJI = re.compile("[\u2600-\u27bf\u2b00-\u2bff\U0001f000-\U0001faff\ufe0f]")
#: Names that the writer can't make shorter: CyberTipline, NCMEC, Know2Protect, StopNCII.
_NAME = re.compile(r"\b\w*(?:[A-Z]\w*[A-Z]|[a-z]\d[A-Z])\w*(?:\.gov|\.org)?\b")
#: Names of services, places and peoples: capitals in the middle of a sentence.
_CAPITALS = re.compile(r"(?<=[^\W\d_][ ])(?!I\b)[A-ZÁÉÍÓÚÑ][\w’'-]*(?:[ ](?!I\b)[A-ZÁÉÍÓÚÑ][\w’'-]*)*")
#: Stands for a name or a number where a text is measured: what it is called isn't the writer's choice.
_SHORT = "help"


@dataclass(frozen=True)
class Never:
    """Words that no reply may use."""

    pattern: re.Pattern[str]
    instead: str
    fine_in: tuple[str, ...]  # the topics that have to name them


def unsafe_words(raw: RawContent) -> Iterator[Problem]:
    """Words from wording.yaml, exclamation marks and emoji, each with what to write instead."""
    never, problems = _wording(raw)
    yield from problems
    for lang in raw.languages:
        for file, reply in _replies(raw, lang):
            topic = file.rsplit("/", 1)[-1].removesuffix(".yaml")
            watched = [unsafe for unsafe in never.get(lang, ()) if topic not in unsafe.fine_in]
            for _, row, line in prose(reply):
                yield from (Problem(file, line, sentence) for sentence in _unsafe(row, watched))


def _unsafe(row: str, never: list[Never]) -> Iterator[str]:
    plain = row.replace("’", "'")
    for unsafe in never:
        if found := unsafe.pattern.search(plain):
            yield f'"{found[0]}" is not used here; instead: {unsafe.instead}'
    if "!" in row or "¡" in row:
        yield "there is an exclamation mark here; end the sentence with a period"
    if emoji := _EMOJI.search(row):
        yield f'"{emoji[0]}" is an emoji; take it out'


def spanish_questions(raw: RawContent) -> Iterator[Problem]:
    """Spanish questions that are not opened, or never end."""
    for lang in raw.languages:
        for file, yaml_file in _replies(raw, lang) if lang == "es" else ():
            for _, row, line in prose(yaml_file):
                if row.count("?") > row.count("¿"):
                    yield Problem(file, line, 'a question here has no "¿" in front')
                elif row.count("¿") > row.count("?"):
                    yield Problem(file, line, 'a question here has no "?" at the end')


def lengths(raw: RawContent) -> Iterator[Problem]:
    """Labels that don't fit on a button, answers that nobody reads to the end."""
    for lang in raw.languages:
        for topic in raw.ids(TOPICS):
            if yaml_file := raw.files.get(reply_file(lang, topic)):
                yield from _characters(yaml_file, BUTTON, "button")
                yield from _characters(yaml_file, ASK, "ask")
                grown = yaml_file.text("for") == "adult"
                for field, most in (
                    ("text", ADULT if grown else TEEN),
                    ("adult", ADULT),
                    ("more", SECOND_PAGE),
                    ("adult_more", SECOND_PAGE),
                ):
                    yield from _words(yaml_file, most, field)
                for field in ("resources", "adult_resources", "next"):
                    yield from _shown(yaml_file, field)
        if safety := raw.files.get(reply_file(lang, "_safety")):
            for kind in safety.names():
                for field, most in (("warm", WARM), ("warm_other", WARM), ("text", TEEN), ("other", TEEN)):
                    yield from _words(safety, most, kind, field)
        for file in ("_shared", "_web", "_telegram"):
            if shared := raw.files.get(reply_file(lang, file)):
                for name in shared.names():
                    if name.startswith("button_"):
                        yield from _characters(shared, BUTTON, name)


def reading_grade(raw: RawContent) -> Iterator[Problem]:
    """Texts that are too hard for who reads them, and what would help."""
    for lang in raw.languages:
        names = _names(raw)
        for yaml_file, path, reader in _graded(raw, lang):
            if sentence := _too_hard(lang, reader, measured(yaml_file.text(*path), names)):
                yield yaml_file.problem(sentence, *path)


def measured(text: str, names: tuple[str, ...] = ()) -> str:
    """A text as its grade is measured: names of services and placeholders are one short word."""
    text = PLACEHOLDER.sub(_SHORT, text)
    for name in names:
        text = text.replace(name, _SHORT)
    return _NAME.sub(_SHORT, _CAPITALS.sub(_SHORT, text))


def _too_hard(lang: str, reader: str, text: str) -> str | None:
    if len(words(text)) < _GRADED_FROM:
        return None
    if lang == "en" and (grade := round(english_grade(text), 1)) > GRADES[reader]:
        return f"this reads at grade {grade}, {GRADES[reader]:.0f} at most; use shorter words and sentences"
    if lang == "es" and (ease := round(spanish_ease(text))) < EASE[reader]:
        return f"this has a reading ease of {ease}, {EASE[reader]:.0f} at least; use shorter words and sentences"
    return None


def _graded(raw: RawContent, lang: str) -> Iterator[tuple[YamlFile, FieldPath, str]]:
    """Every text that has a grade to keep, and for whom."""
    for topic in raw.ids(TOPICS):
        if yaml_file := raw.files.get(reply_file(lang, topic)):
            usual = "adult" if yaml_file.text("for") == "adult" else "teen"
            for field, reader in (("text", usual), ("more", usual), ("adult", "adult"), ("adult_more", "adult")):
                yield yaml_file, (field,), reader
    if safety := raw.files.get(reply_file(lang, "_safety")):
        for kind in safety.names():
            for field in ("warm", "warm_other", "text", "other"):
                yield safety, (kind, field), "crisis"
    for file in ("_shared", "_web", "_telegram"):
        if not (shared := raw.files.get(reply_file(lang, file))):
            continue
        for name in shared.names():
            yield shared, (name,), "crisis" if name in CRISIS else "teen"
    if resources := raw.files.get(reply_file(lang, "_resources")):
        for name in resources.names():
            for field in ("does", "privacy", "how"):
                yield resources, (name, field), "adult"


def _names(raw: RawContent) -> tuple[str, ...]:
    """What services are called, in any language: English names stand in Spanish sentences too."""
    found: set[str] = set()
    for lang in raw.languages:
        if yaml_file := raw.files.get(reply_file(lang, "_resources")):
            found.update(yaml_file.text(name, "name") for name in yaml_file.names())
    return tuple(sorted(filter(None, found), key=lambda name: (-len(name), name)))


def _replies(raw: RawContent, lang: str) -> Iterator[tuple[str, YamlFile]]:
    for file, yaml_file in raw.files.items():
        if file.startswith(f"content/replies/{lang}/"):
            yield file, yaml_file


def _characters(yaml_file: YamlFile, most: int, *path: str) -> Iterator[Problem]:
    if (length := len(yaml_file.text(*path))) > most:
        yield yaml_file.problem(f'"{path[-1]}" has {length} characters; {most} fit', *path)


def _shown(yaml_file: YamlFile, field: str) -> Iterator[Problem]:
    if (count := len(yaml_file.items(field))) > SHOWN:
        yield yaml_file.problem(f'"{field}" has {count} entries, {SHOWN} at most; keep the most useful', field)


def _words(yaml_file: YamlFile, most: int, *path: str) -> Iterator[Problem]:
    count = len(words(PLACEHOLDER.sub(_SHORT, yaml_file.text(*path))))
    if count > most:
        yield yaml_file.problem(f'"{path[-1]}" has {count} words, {most} at most; take out {count - most}', *path)


# --- wording.yaml -------------------------------------------------------------------------------


def _wording(raw: RawContent) -> tuple[dict[str, list[Never]], list[Problem]]:
    """The lists of wording.yaml by language, and what is wrong with them."""
    if not (raw.root / WORDING).is_file():
        return {}, [Problem(WORDING, 1, "this file is missing; without it no unsafe word is found")]
    yaml_file, problems = read_yaml(raw.root / WORDING, WORDING)
    if yaml_file is None:
        return {}, problems
    never = {lang: [_never(yaml_file, lang, words) for words in yaml_file.names(lang)] for lang in yaml_file.names()}
    return never, [*problems, *_misshapen(raw, yaml_file)]


def _never(yaml_file: YamlFile, lang: str, unsafe: str) -> Never:
    return Never(
        pattern=re.compile(rf"(?<!\w){re.escape(unsafe)}(?!\w)", re.IGNORECASE),
        instead=yaml_file.text(lang, unsafe) or yaml_file.text(lang, unsafe, "instead"),
        fine_in=tuple(topic for topic, _ in yaml_file.items(lang, unsafe, "fine_in")),
    )


def _misshapen(raw: RawContent, yaml_file: YamlFile) -> Iterator[Problem]:
    topics = raw.ids(TOPICS)
    for lang in raw.languages:
        if not yaml_file.names(lang):
            yield yaml_file.problem(f'"{lang}" is missing; every language needs its own list')
    for lang in yaml_file.names():
        for unsafe in yaml_file.names(lang):
            if yaml_file.names(lang, unsafe) and not yaml_file.text(lang, unsafe, "instead"):
                yield yaml_file.problem(f'"{unsafe}" needs a word about what to do instead', lang, unsafe)
            for topic, line in yaml_file.items(lang, unsafe, "fine_in"):
                if topics and topic not in topics:
                    yield Problem(WORDING, line, unknown("topic", topic, topics))
