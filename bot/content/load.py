"""Folders -> Content, or every problem at once."""

from pathlib import Path
from typing import TypeVar, get_args

from pydantic import ValidationError

import bot
from bot.content.checks.references import TOPICS, reference_problems
from bot.content.draft import NO_MENU, Draft, LanguageDraft
from bot.content.error_messages import complaints, not_a_field, unknown
from bot.content.yaml_reader import ContentError, Problem, Sheet, phrases, read_yaml
from bot.dialogue import KINDS, Kind
from bot.schema import (
    Content,
    LabelledPhrase,
    Menu,
    MessageSet,
    OtherLanguage,
    Phrase,
    Resource,
    ResourceWords,
    SafetyReply,
    School,
    Shared,
    TelegramWords,
    Topic,
    TopicReply,
    WebWords,
    Written,
)

W = TypeVar("W", bound=Written)

#: Cries for help in languages that we don't speak; a content may do without.
OTHER_LANGUAGES = "content/other_languages.yaml"
#: Files of content/replies/<lang>/ that are no topic's.
_SPECIAL = ("_shared", "_web", "_telegram", "_safety", "_resources")


def default_root() -> Path:
    """The folder with the built-in intents/ and content/: the package's data, or the checkout's own folders."""
    package = Path(bot.__file__).resolve().parent
    data = package / "data"
    return data if data.is_dir() else package.parent


def load(root: Path) -> Content:
    """All content below a folder, whole, or ContentError with every problem that makes it unusable."""
    draft = read(root)
    problems = sorted({*draft.problems, *reference_problems(draft)})
    if problems:
        raise ContentError(tuple(problems))
    return draft.content()


def read(root: Path) -> Draft:
    """Everything below a folder that can be read, whatever is wrong with the rest."""
    draft = Draft(root)
    draft.topics = _table(draft, "content/topics.yaml", Topic)
    draft.resources = _table(draft, "content/resources.yaml", Resource)
    if (root / OTHER_LANGUAGES).is_file():
        draft.other_languages = _table(draft, OTHER_LANGUAGES, OtherLanguage)
    draft.menu = _entry(draft, "content/menu.yaml", Menu) or NO_MENU
    for stem, file in _files(draft, "content/schools"):
        if school := _entry(draft, file, School):
            draft.schools[stem] = school
    for lang in _folders(root / "content" / "replies"):
        draft.languages[lang] = _language(draft, lang)
    if not draft.languages:
        draft.problems.append(Problem("content/replies", 1, "there is no language here; make a folder such as en/"))
    for folder in ("intents", "content/safety"):
        for lang in _folders(root / folder):
            if lang not in draft.languages:
                sentence = f'"{lang}" has no replies; make content/replies/{lang}/ first'
                draft.problems.append(Problem(f"{folder}/{lang}", 1, sentence))
    return draft


def _language(draft: Draft, lang: str) -> LanguageDraft:
    language = LanguageDraft()
    replies = f"content/replies/{lang}"
    language.shared = _entry(draft, f"{replies}/_shared.yaml", Shared)
    language.web = _entry(draft, f"{replies}/_web.yaml", WebWords)
    language.telegram = _entry(draft, f"{replies}/_telegram.yaml", TelegramWords)
    language.safety_replies = {
        kind: reply
        for name, reply in _table(draft, f"{replies}/_safety.yaml", SafetyReply).items()
        if (kind := _kind(name))
    }
    language.resource_words = _table(draft, f"{replies}/_resources.yaml", ResourceWords)
    for topic, file in _files(draft, replies):
        if topic not in _SPECIAL and (reply := _entry(draft, file, TopicReply)):
            language.replies[topic] = reply
    for topic, file in _files(draft, f"intents/{lang}"):
        if topic == "_concepts":
            language.concepts = _concepts(draft, file)
        elif topic == "_spellings":
            language.spellings = _spellings(draft, file)
        else:
            language.intents[topic] = _says(draft, file, also="signs")
            language.signs[topic] = _signs(draft, file)
    for name in get_args(MessageSet):
        for _, file in _files(draft, f"intents/{lang}/{name}"):
            language.labelled += _labelled(draft, file, name)
    _listen(draft, lang, language)
    return language


def _listen(draft: Draft, lang: str, language: LanguageDraft) -> None:
    """The safety words of a language: short phrases and idioms, then the banks of whole messages."""
    file = f"content/safety/{lang}.yaml"
    if sheet := _sheet(draft, file):
        for name in sheet.names():
            _only(draft, sheet, ("says", "not"), name)
            if kind := _kind(name):
                language.says[kind] = _block(draft, sheet, name, "says")
                language.idioms[kind] = _block(draft, sheet, name, "not")
    for stem, file in _files(draft, f"content/safety/{lang}"):
        if stem == "careful":
            language.careful = _says(draft, file)
        elif stem.startswith("harmless"):
            language.harmless += _says(draft, file)
        elif kind := _kind(stem):
            language.bank[kind] = _says(draft, file)
        else:
            _says(draft, file)  # a name nobody knows is told by references.py; its own faults are told here


def _kind(name: str) -> Kind | None:
    return next((kind for kind in KINDS if kind == name), None)


# --- one file ---------------------------------------------------------------------------------


def _table(draft: Draft, file: str, model: type[W]) -> dict[str, W]:
    """The entries of a file that holds one per id."""
    sheet = _sheet(draft, file)
    if sheet is None:
        return {}
    entries = {}
    for name in sheet.names():
        if entry := _shape(draft, sheet, model, name):
            entries[name] = entry
    return entries


def _entry(draft: Draft, file: str, model: type[W]) -> W | None:
    """The one entry that a file is."""
    sheet = _sheet(draft, file)
    return _shape(draft, sheet, model) if sheet else None


def _shape(draft: Draft, sheet: Sheet, model: type[W], *where: str) -> W | None:
    try:
        return model.model_validate(sheet.get(*where))
    except ValidationError as error:
        draft.problems.extend(sheet.problem(words, *place) for place, words in complaints(error, model, where))
        return None


def _says(draft: Draft, file: str, also: str = "") -> tuple[Phrase, ...]:
    """The messages of a file that holds nothing else, but for a field called `also`."""
    sheet = _sheet(draft, file)
    if sheet is None:
        return ()
    _only(draft, sheet, ("says", also) if also else ("says",))
    if "says" not in sheet.names():
        draft.problems.append(sheet.problem('"says" is missing; write says: | and one message per line below it'))
    return _block(draft, sheet, "says")


def _signs(draft: Draft, file: str) -> tuple[Phrase, ...]:
    """What has to stand in a message for this topic to be answered: one word, wording or @concept a line."""
    sheet = draft.sheets.get(file)
    return _block(draft, sheet, "signs") if sheet else ()


def _labelled(draft: Draft, file: str, set_: MessageSet) -> tuple[LabelledPhrase, ...]:
    """The messages of a file of groups, each group with its topics and safety kinds."""
    sheet = _sheet(draft, file, expect=list)
    if sheet is None:
        return ()
    found: list[LabelledPhrase] = []
    topics = draft.ids(TOPICS)
    for n in range(len(sheet.values)):
        _only(draft, sheet, ("topics", "safety", "says"), n)
        for field, known in (("topics", topics), ("safety", KINDS)):
            for name, line in sheet.items(n, field):
                if known and name not in known:
                    draft.problems.append(
                        Problem(file, line, unknown("topic" if field == "topics" else "safety kind", name, known))
                    )
        labels = tuple(name for name, _ in sheet.items(n, "topics"))
        kinds = tuple(kind for name, _ in sheet.items(n, "safety") if (kind := _kind(name)))
        if not labels and not kinds:
            draft.problems.append(sheet.problem('name the topics of these messages, such as "topics: [none]"', n))
        found += [LabelledPhrase(p.text, p.at, set_, kinds, labels) for p in _block(draft, sheet, n, "says")]
    return tuple(found)


def _block(draft: Draft, sheet: Sheet, *where: str | int) -> tuple[Phrase, ...]:
    value = sheet.get(*where)
    if value is None or value == "":
        return ()
    if where not in sheet.blocks:
        name = where[-1]
        sentence = f'write "{name}: |" and then one message per line, each with two more spaces in front than "{name}"'
        draft.problems.append(sheet.problem(sentence, *where))
        return ()
    found = phrases(sheet, *where)
    if not found:
        draft.problems.append(sheet.problem(f'there is no message under "{where[-1]}"', *where))
    return found


def _concepts(draft: Draft, file: str) -> dict[str, tuple[Phrase, ...]]:
    """Lists of words by name; a list in brackets is as good as a block."""
    sheet = _sheet(draft, file)
    if sheet is None:
        return {}
    concepts: dict[str, tuple[Phrase, ...]] = {}
    for name in sheet.names():
        if items := sheet.items(name):
            concepts[name] = tuple(Phrase(word.strip(), f"{file}:{line}") for word, line in items)
        else:
            concepts[name] = _block(draft, sheet, name)
    return concepts


def _spellings(draft: Draft, file: str) -> dict[str, str]:
    """The full words by each way they are written; editors write them the other way round: `you: u ya yu`."""
    sheet = _sheet(draft, file)
    if sheet is None:
        return {}
    spellings: dict[str, str] = {}
    for words in sheet.names():
        if not isinstance(sheet.get(words), str):
            draft.problems.append(sheet.problem(f"write the spellings in one line: {words}: one two three", words))
        for variant in sheet.text(words).split():
            spellings.setdefault(variant, words)  # the first one counts; `check` tells the second
    return spellings


def _only(draft: Draft, sheet: Sheet, allowed: tuple[str, ...], *where: str | int) -> None:
    if not isinstance(sheet.get(*where), dict):
        draft.problems.append(sheet.problem(f"write {' and '.join(f'{name}: |' for name in allowed)} here", *where))
    for name in sheet.names(*where):
        if name not in allowed:
            draft.problems.append(sheet.problem(not_a_field(name, allowed), *where, name))


def _sheet(draft: Draft, file: str, expect: type = dict) -> Sheet | None:
    path = draft.root / file
    if not path.is_file():
        draft.problems.append(Problem(file, 1, "this file is missing"))
        return None
    sheet, problems = read_yaml(path, file, expect)
    draft.problems.extend(problems)
    if sheet is None:
        draft.unread.add(file)
        return None
    draft.sheets[file] = sheet
    return sheet


# --- folders ----------------------------------------------------------------------------------


def _folders(path: Path) -> list[str]:
    """The names of the folders in a folder, none if it isn't there."""
    return sorted(entry.name for entry in path.iterdir() if entry.is_dir() and _seen(entry)) if path.is_dir() else []


def _files(draft: Draft, folder: str) -> list[tuple[str, str]]:
    """The stem and the name of each YAML file in a folder; other files are told, so that none is forgotten."""
    path = draft.root / folder
    if not path.is_dir():
        return []
    found = []
    for entry in sorted(path.iterdir()):
        if not _seen(entry) or entry.name == "README.md" or (entry.is_dir() and entry.name in get_args(MessageSet)):
            continue
        if entry.is_file() and entry.suffix == ".yaml":
            found.append((entry.stem, f"{folder}/{entry.name}"))
        else:
            sentence = (
                f"this isn't read; a file here is called {entry.stem}.yaml"
                if entry.is_file()
                else "this folder isn't read"
            )
            draft.problems.append(Problem(f"{folder}/{entry.name}", 1, sentence))
    return found


def _seen(path: Path) -> bool:
    """Whether a file counts: hidden files and an editor's leftovers don't."""
    return not path.name.startswith((".", "__")) and not path.name.endswith("~")
