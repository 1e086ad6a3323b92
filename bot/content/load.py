"""Folders -> Content, or every problem at once."""

from pathlib import Path
from typing import TypeVar, get_args

from pydantic import ValidationError

import bot
from bot.content.checks.references import TOPICS, reference_problems
from bot.content.error_messages import complaints, not_a_field, unknown
from bot.content.folders import subfolders, yaml_files
from bot.content.raw import NO_MENU, RawContent, RawLanguage
from bot.content.yaml_reader import ContentError, Problem, YamlFile, phrases, read_yaml
from bot.dialogue import KINDS, Kind
from bot.schema import (
    Content,
    Entry,
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
)

E = TypeVar("E", bound=Entry)

#: Cries for help in languages that we don't speak; a content may do without.
OTHER_LANGUAGES = "content/other_languages.yaml"
#: Files of content/replies/<lang>/ that don't belong to a topic.
_NOT_TOPICS = ("_shared", "_web", "_telegram", "_safety", "_resources")


def default_root() -> Path:
    """The folder with the built-in intents/ and content/: the package's data, or the checkout's own folders."""
    package = Path(bot.__file__).resolve().parent
    data = package / "data"
    return data if data.is_dir() else package.parent


def load(root: Path) -> Content:
    """All content below a folder that holds intents/ and content/.

    Raises ContentError with every problem that makes it unusable: a file that can't be read, an id that nothing
    declares, a gap. What only `check` minds (lengths, dates, unsafe words) is loaded.
    """
    raw = read_raw(root)
    problems = sorted({*raw.problems, *reference_problems(raw)})
    if problems:
        raise ContentError(tuple(problems))
    return raw.content()


def read_raw(root: Path) -> RawContent:
    """Everything below a folder that can be read, and every problem met on the way. Raises nothing."""
    raw = RawContent(root)
    raw.topics = _load_entries(raw, "content/topics.yaml", Topic)
    raw.resources = _load_entries(raw, "content/resources.yaml", Resource)
    if (root / OTHER_LANGUAGES).is_file():
        raw.other_languages = _load_entries(raw, OTHER_LANGUAGES, OtherLanguage)
    raw.menu = _load_entry(raw, "content/menu.yaml", Menu) or NO_MENU
    for stem, file in _files(raw, "content/schools"):
        if school := _load_entry(raw, file, School):
            raw.schools[stem] = school
    for lang in subfolders(root / "content" / "replies"):
        raw.languages[lang] = _load_language(raw, lang)
    if not raw.languages:
        raw.problems.append(Problem("content/replies", 1, "there is no language here; make a folder such as en/"))
    for folder in ("intents", "content/safety"):
        for lang in subfolders(root / folder):
            if lang not in raw.languages:
                sentence = f'"{lang}" has no replies; make content/replies/{lang}/ first'
                raw.problems.append(Problem(f"{folder}/{lang}", 1, sentence))
    return raw


def _load_language(raw: RawContent, lang: str) -> RawLanguage:
    language = RawLanguage()
    replies = f"content/replies/{lang}"
    language.shared = _load_entry(raw, f"{replies}/_shared.yaml", Shared)
    language.web = _load_entry(raw, f"{replies}/_web.yaml", WebWords)
    language.telegram = _load_entry(raw, f"{replies}/_telegram.yaml", TelegramWords)
    language.safety_replies = {
        kind: reply
        for name, reply in _load_entries(raw, f"{replies}/_safety.yaml", SafetyReply).items()
        if (kind := _safety_kind(name))
    }
    language.resource_words = _load_entries(raw, f"{replies}/_resources.yaml", ResourceWords)
    for topic, file in _files(raw, replies):
        if topic not in _NOT_TOPICS and (reply := _load_entry(raw, file, TopicReply)):
            language.replies[topic] = reply
    for topic, file in _files(raw, f"intents/{lang}"):
        if topic == "_concepts":
            language.concepts = _load_concepts(raw, file)
        elif topic == "_spellings":
            language.spellings = _load_spellings(raw, file)
        else:
            language.intents[topic] = _load_messages(raw, file, also="signs")
            language.signs[topic] = _load_signs(raw, file)
    for name in get_args(MessageSet):
        for _, file in _files(raw, f"intents/{lang}/{name}"):
            language.labelled += _load_labelled(raw, file, name)
    _load_safety(raw, lang, language)
    return language


def _load_safety(raw: RawContent, lang: str, language: RawLanguage) -> None:
    """The safety words of a language: short phrases and idioms, then the banks of whole messages."""
    file = f"content/safety/{lang}.yaml"
    if yaml_file := _load_file(raw, file):
        for name in yaml_file.names():
            _check_fields(raw, yaml_file, ("says", "not"), name)
            if kind := _safety_kind(name):
                language.says[kind] = _messages(raw, yaml_file, name, "says")
                language.idioms[kind] = _messages(raw, yaml_file, name, "not")
    for stem, file in _files(raw, f"content/safety/{lang}"):
        if stem == "careful":
            language.careful = _load_messages(raw, file)
        elif stem.startswith("harmless"):
            language.harmless += _load_messages(raw, file)
        elif kind := _safety_kind(stem):
            language.bank[kind] = _load_messages(raw, file)
        else:
            _load_messages(raw, file)  # references.py reports the unknown name; what is wrong inside is found here


def _safety_kind(name: str) -> Kind | None:
    return next((kind for kind in KINDS if kind == name), None)


# --- one file ---------------------------------------------------------------------------------


def _load_entries(raw: RawContent, file: str, model: type[E]) -> dict[str, E]:
    """The entries of a file that holds one per id."""
    yaml_file = _load_file(raw, file)
    if yaml_file is None:
        return {}
    entries = {}
    for name in yaml_file.names():
        if entry := _validate(raw, yaml_file, model, name):
            entries[name] = entry
    return entries


def _load_entry(raw: RawContent, file: str, model: type[E]) -> E | None:
    """The entry of a file that is one entry as a whole."""
    yaml_file = _load_file(raw, file)
    return _validate(raw, yaml_file, model) if yaml_file else None


def _validate(raw: RawContent, yaml_file: YamlFile, model: type[E], *path: str) -> E | None:
    try:
        return model.model_validate(yaml_file.get(*path))
    except ValidationError as error:
        raw.problems.extend(complaints(error, model, yaml_file, path))
        return None


def _load_messages(raw: RawContent, file: str, also: str = "") -> tuple[Phrase, ...]:
    """The messages of a file that holds nothing else, but for a field called `also`."""
    yaml_file = _load_file(raw, file)
    if yaml_file is None:
        return ()
    _check_fields(raw, yaml_file, ("says", also) if also else ("says",))
    if "says" not in yaml_file.names():
        raw.problems.append(yaml_file.problem('"says" is missing; write says: | and one message per line below it'))
    return _messages(raw, yaml_file, "says")


def _load_signs(raw: RawContent, file: str) -> tuple[Phrase, ...]:
    """What has to stand in a message for this topic to be answered: one word, wording or @concept a line."""
    yaml_file = raw.files.get(file)
    return _messages(raw, yaml_file, "signs") if yaml_file else ()


def _load_labelled(raw: RawContent, file: str, set_: MessageSet) -> tuple[LabelledPhrase, ...]:
    """The messages of a file of groups, each group with its topics and safety kinds."""
    yaml_file = _load_file(raw, file, expect=list)
    if yaml_file is None:
        return ()
    found: list[LabelledPhrase] = []
    topics = raw.ids(TOPICS)
    for n in range(len(yaml_file.values)):
        _check_fields(raw, yaml_file, ("topics", "safety", "says"), n)
        for field, what, known in (("topics", "topic", topics), ("safety", "safety kind", KINDS)):
            for name, line in yaml_file.items(n, field):
                if known and name not in known:
                    raw.problems.append(Problem(file, line, unknown(what, name, known)))
        labels = tuple(name for name, _ in yaml_file.items(n, "topics"))
        kinds = tuple(kind for name, _ in yaml_file.items(n, "safety") if (kind := _safety_kind(name)))
        if not labels and not kinds:
            raw.problems.append(yaml_file.problem('name the topics of these messages, such as "topics: [none]"', n))
        found += [LabelledPhrase(p.text, p.source, set_, kinds, labels) for p in _messages(raw, yaml_file, n, "says")]
    return tuple(found)


def _messages(raw: RawContent, yaml_file: YamlFile, *path: str | int) -> tuple[Phrase, ...]:
    value = yaml_file.get(*path)
    if value is None or value == "":
        return ()
    if path not in yaml_file.blocks:
        name = path[-1]
        sentence = f'write "{name}: |" and then one message per line, each with two more spaces in front than "{name}"'
        raw.problems.append(yaml_file.problem(sentence, *path))
        return ()
    found = phrases(yaml_file, *path)
    if not found:
        raw.problems.append(yaml_file.problem(f'there is no message under "{path[-1]}"', *path))
    return found


def _load_concepts(raw: RawContent, file: str) -> dict[str, tuple[Phrase, ...]]:
    """Lists of words by name; each is a `|` block or a list in brackets."""
    yaml_file = _load_file(raw, file)
    if yaml_file is None:
        return {}
    concepts: dict[str, tuple[Phrase, ...]] = {}
    for name in yaml_file.names():
        if items := yaml_file.items(name):
            concepts[name] = tuple(Phrase(word.strip(), f"{file}:{line}") for word, line in items)
        else:
            concepts[name] = _messages(raw, yaml_file, name)
    return concepts


def _load_spellings(raw: RawContent, file: str) -> dict[str, str]:
    """The full words by each shortening of them: `you: u ya yu` in the file becomes {"u": "you", "ya": "you", …}."""
    yaml_file = _load_file(raw, file)
    if yaml_file is None:
        return {}
    spellings: dict[str, str] = {}
    for words in yaml_file.names():
        if not isinstance(yaml_file.get(words), str):
            raw.problems.append(yaml_file.problem(f"write the spellings in one line: {words}: one two three", words))
        for variant in yaml_file.text(words).split():
            spellings.setdefault(variant, words)  # the first one counts; `check` reports the second
    return spellings


def _check_fields(raw: RawContent, yaml_file: YamlFile, allowed: tuple[str, ...], *path: str | int) -> None:
    if not isinstance(yaml_file.get(*path), dict):
        raw.problems.append(yaml_file.problem(f"write {' and '.join(f'{name}: |' for name in allowed)} here", *path))
    for name in yaml_file.names(*path):
        if name not in allowed:
            sentence = not_a_field(name, allowed, yaml_file.block_before(*path, name))
            raw.problems.append(yaml_file.problem(sentence, *path, name))


def _load_file(raw: RawContent, file: str, expect: type = dict) -> YamlFile | None:
    path = raw.root / file
    if not path.is_file():
        raw.problems.append(Problem(file, 1, "this file is missing"))
        return None
    yaml_file, problems = read_yaml(path, file, expect)
    raw.problems.extend(problems)
    if yaml_file is None:
        raw.unread.add(file)
        return None
    raw.files[file] = yaml_file
    return yaml_file


def _files(raw: RawContent, folder: str) -> list[tuple[str, str]]:
    """The stem and the name of each YAML file in a folder."""
    found, problems = yaml_files(raw.root, folder)
    raw.problems.extend(problems)
    return found
