"""Is every reply short, easy to read, and shown as it is written?"""

import re
from collections.abc import Iterator

from bot.content.checks.phone_numbers import prose
from bot.content.checks.readability import english_grade, spanish_ease, words
from bot.content.checks.references import PLACEHOLDER, TOPICS, reply_file, reply_files
from bot.content.error_messages import field_names
from bot.content.raw import RawContent
from bot.content.yaml_reader import FieldPath, Problem, YamlFile
from bot.schema import SafetyReply, TopicReply

MAX_BUTTON_CHARACTERS = 26
MAX_ASK_CHARACTERS = 70
#: How long a text may be, in words, by its field; `text` of a topic for adults may be as long as `adult`.
MAX_WORDS = {"text": 90, "adult": 130, "more": 130, "adult_more": 130, "warm": 40, "warm_other": 40, "other": 90}
#: Resources, or next topics, of one answer: nobody reads more.
MAX_SHOWN = 4
#: The hardest a text may be, by who reads it: a school grade in English, an ease from 0 to 100 in Spanish.
MAX_ENGLISH_GRADE = {"crisis": 4.0, "teen": 6.0, "adult": 7.0}
MIN_SPANISH_EASE = {"crisis": 70.0, "teen": 70.0, "adult": 65.0}
#: The shared words that somebody in danger reads.
CRISIS_WORDS = ("urgent_911", "urgent_988", "cannot_dial", "care", "numbers_intro", "late", "not_meant_keep")
#: Shorter texts aren't graded: one long word would decide.
_MIN_WORDS_TO_GRADE = 12
#: The texts that are shown in paragraphs, where lost line ends would be seen.
_PARAGRAPHS = ("text", "adult", "more", "adult_more", "other")
_FIELDS = (*field_names(TopicReply), *field_names(SafetyReply))
_SHARED_FILES = ("_shared", "_web", "_telegram")
#: Names that the writer can't make shorter: CyberTipline, NCMEC, Know2Protect, StopNCII.
_NAME = re.compile(r"\b\w*(?:[A-Z]\w*[A-Z]|[a-z]\d[A-Z])\w*(?:\.gov|\.org)?\b")
#: Names of services, places and peoples: capitals in the middle of a sentence.
_CAPITALS = re.compile(r"(?<=[^\W\d_][ ])(?!I\b)[A-ZÁÉÍÓÚÑ][\w’'-]*(?:[ ](?!I\b)[A-ZÁÉÍÓÚÑ][\w’'-]*)*")
#: Stands for a name or a number where a text is measured: the writer doesn't choose what a service is called.
_SHORT_WORD = "help"


def spanish_questions(raw: RawContent) -> Iterator[Problem]:
    """Spanish questions without "¿" in front or "?" at the end."""
    for lang in raw.languages:
        for file, yaml_file in reply_files(raw, lang) if lang == "es" else ():
            for _, row, line in prose(yaml_file):
                if row.count("?") > row.count("¿"):
                    yield Problem(file, line, 'a question here has no "¿" in front')
                elif row.count("¿") > row.count("?"):
                    yield Problem(file, line, 'a question here has no "?" at the end')


def layout(raw: RawContent) -> Iterator[Problem]:
    """Texts whose lines are shown otherwise than they are written."""
    for lang in raw.languages:
        for file, yaml_file in reply_files(raw, lang):
            for path in yaml_file.run_together:
                if path[-1] in _PARAGRAPHS:
                    sentence = f'these lines run together into one; write "{path[-1]}: |" and the words below it'
                    yield yaml_file.problem(sentence, *path)
            for path in yaml_file.blocks:
                for row, line in yaml_file.rows(*path):
                    if row.startswith("#"):
                        sentence = f'readers would see this "#" line; put the note above "{path[-1]}: |"'
                        yield Problem(file, line, sentence)
                    elif (found := re.match(r"([a-z_]+):(?:\s|$)", row)) and found[1] in _FIELDS:
                        sentence = f'"{found[1]}" is read as words of "{path[-1]}" here; start it in the same column as "{path[-1]}"'
                        yield Problem(file, line, sentence)


def lengths(raw: RawContent) -> Iterator[Problem]:
    """Labels that don't fit on a button, answers that nobody reads to the end."""
    for lang in raw.languages:
        for topic in raw.ids(TOPICS):
            if yaml_file := raw.files.get(reply_file(lang, topic)):
                yield from _topic_lengths(yaml_file)
        if safety := raw.files.get(reply_file(lang, "_safety")):
            for kind in safety.names():
                for field in ("warm", "warm_other", "text", "other"):
                    yield from _words(safety, MAX_WORDS[field], kind, field)
        for file in _SHARED_FILES:
            if shared := raw.files.get(reply_file(lang, file)):
                for name in shared.names():
                    if name.startswith("button_"):
                        yield from _characters(shared, MAX_BUTTON_CHARACTERS, name)


def _topic_lengths(yaml_file: YamlFile) -> Iterator[Problem]:
    yield from _characters(yaml_file, MAX_BUTTON_CHARACTERS, "button")
    yield from _characters(yaml_file, MAX_ASK_CHARACTERS, "ask")
    for field in ("text", "adult", "more", "adult_more"):
        for_adults = field == "text" and yaml_file.text("for") == "adult"
        yield from _words(yaml_file, MAX_WORDS["adult" if for_adults else field], field)
    for field in ("resources", "adult_resources", "next"):
        if (count := len(yaml_file.items(field))) > MAX_SHOWN:
            sentence = f'"{field}" has {count} entries, {MAX_SHOWN} at most; keep the most useful'
            yield yaml_file.problem(sentence, field)


def _characters(yaml_file: YamlFile, maximum: int, *path: str) -> Iterator[Problem]:
    if (length := len(yaml_file.text(*path))) > maximum:
        yield yaml_file.problem(f'"{path[-1]}" has {length} characters; {maximum} fit', *path)


def _words(yaml_file: YamlFile, maximum: int, *path: str) -> Iterator[Problem]:
    count = len(words(PLACEHOLDER.sub(_SHORT_WORD, yaml_file.text(*path))))
    if count > maximum:
        sentence = f'"{path[-1]}" has {count} words, {maximum} at most; take out {count - maximum}'
        yield yaml_file.problem(sentence, *path)


def reading_grade(raw: RawContent) -> Iterator[Problem]:
    """Texts that are too hard for those who read them."""
    for lang in raw.languages:
        names = _names(raw)
        for yaml_file, path, reader in _graded(raw, lang):
            if sentence := _too_hard(lang, reader, measured(yaml_file.text(*path), names)):
                yield yaml_file.problem(sentence, *path)


def measured(text: str, names: tuple[str, ...] = ()) -> str:
    """A text as it is graded: names of services and placeholders count as one short word."""
    text = PLACEHOLDER.sub(_SHORT_WORD, text)
    for name in names:
        text = text.replace(name, _SHORT_WORD)
    return _NAME.sub(_SHORT_WORD, _CAPITALS.sub(_SHORT_WORD, text))


def _too_hard(lang: str, reader: str, text: str) -> str | None:
    if len(words(text)) < _MIN_WORDS_TO_GRADE:
        return None
    if lang == "en" and (grade := round(english_grade(text), 1)) > MAX_ENGLISH_GRADE[reader]:
        return f"this reads at grade {grade}, {MAX_ENGLISH_GRADE[reader]:.0f} at most; use shorter words and sentences"
    if lang == "es" and (ease := round(spanish_ease(text))) < MIN_SPANISH_EASE[reader]:
        return f"this has a reading ease of {ease}, {MIN_SPANISH_EASE[reader]:.0f} at least; use shorter words and sentences"
    return None


def _graded(raw: RawContent, lang: str) -> Iterator[tuple[YamlFile, FieldPath, str]]:
    """Every text that is graded, with its path and who reads it."""
    for topic in raw.ids(TOPICS):
        if yaml_file := raw.files.get(reply_file(lang, topic)):
            usual = "adult" if yaml_file.text("for") == "adult" else "teen"
            for field, reader in (("text", usual), ("more", usual), ("adult", "adult"), ("adult_more", "adult")):
                yield yaml_file, (field,), reader
    if safety := raw.files.get(reply_file(lang, "_safety")):
        for kind in safety.names():
            for field in ("warm", "warm_other", "text", "other"):
                yield safety, (kind, field), "crisis"
    for file in _SHARED_FILES:
        if not (shared := raw.files.get(reply_file(lang, file))):
            continue
        for name in shared.names():
            yield shared, (name,), "crisis" if name in CRISIS_WORDS else "teen"
    if resources := raw.files.get(reply_file(lang, "_resources")):
        for name in resources.names():
            for field in ("does", "privacy", "how"):
                yield resources, (name, field), "adult"


def _names(raw: RawContent) -> tuple[str, ...]:
    """What services are called, longest first, in any language: Spanish sentences hold English names."""
    found: set[str] = set()
    for lang in raw.languages:
        if yaml_file := raw.files.get(reply_file(lang, "_resources")):
            found.update(yaml_file.text(name, "name") for name in yaml_file.names())
    return tuple(sorted(filter(None, found), key=lambda name: (-len(name), name)))
