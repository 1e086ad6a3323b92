"""Do the files agree? The checks without which Content would not be whole: ids, `must`, placeholders, no gaps."""

import re
from collections.abc import Iterator

from bot.content.error_messages import unknown
from bot.content.raw import RawContent
from bot.content.yaml_reader import FieldPath, Problem, YamlFile
from bot.dialogue import EMERGENCY_RESOURCES, KINDS

TOPICS = "content/topics.yaml"
RESOURCES = "content/resources.yaml"
MENU = "content/menu.yaml"
#: The topic of whatever is about nothing we know: it needs neither a reply nor messages.
NONE = "none"
#: {lifeline_988.call} or {school}: what stands for words that are filled in later.
PLACEHOLDER = re.compile(r"\{([^{}\n]*)\}")
#: What a placeholder may ask of a resource.
FROM_RESOURCE = ("call", "ext", "letters", "text", "chat", "link", "email")
BY_LANGUAGE = ("press", "say")
FROM_WORDS = ("name",)


def reference_problems(raw: RawContent) -> Iterator[Problem]:
    """Every id that nothing declares, every placeholder that stays empty, and every gap."""
    yield from _unknown_names(raw)
    yield from _topics(raw)
    yield from _resources(raw)
    yield from _menu(raw)
    yield from _other_languages(raw)
    for lang in raw.languages:
        yield from _gaps(raw, lang)
        yield from _replies(raw, lang)
        yield from _placeholders(raw, lang)


#: The files whose words a channel fills in itself: a school's name, a count.
CHANNEL_WORDS = ("/_shared.yaml", "/_web.yaml", "/_telegram.yaml")


def reply_file(lang: str, name: str) -> str:
    """Where the reply to a topic, or one of the shared files, stands."""
    return f"content/replies/{lang}/{name}.yaml"


def reply_files(raw: RawContent, lang: str) -> Iterator[tuple[str, YamlFile]]:
    """The files of a language's replies that could be read, each with its name."""
    for file, yaml_file in raw.files.items():
        if file.startswith(f"content/replies/{lang}/"):
            yield file, yaml_file


def _unknown_names(raw: RawContent) -> Iterator[Problem]:
    """Files and entries that are called after a topic or a safety kind that doesn't exist."""
    topics = raw.ids(TOPICS)
    for file, yaml_file in raw.files.items():
        stem = file.rsplit("/", 1)[-1].removesuffix(".yaml")
        folder = file.rsplit("/", 1)[0]  # intents/en, not intents/en/stories, whose files are called after no topic
        is_topic = folder.startswith(("intents/", "content/replies/")) and not stem.startswith("_")
        is_topic = is_topic and folder.count("/") == (1 if folder.startswith("intents/") else 2)
        if is_topic and topics and stem not in topics:
            yield Problem(file, 1, _unknown_topic(stem, topics))
        is_bank = file.startswith("content/safety/") and file.count("/") == 3
        if is_bank and stem not in (*KINDS, "careful") and not stem.startswith("harmless"):
            yield Problem(file, 1, unknown("safety kind", stem, (*KINDS, "careful", "harmless")))
        if stem == "_safety" or (file.startswith("content/safety/") and file.count("/") == 2):
            for name in yaml_file.names():
                if name not in KINDS:
                    sentence = unknown("safety kind", name, KINDS, yaml_file.block_before(name))
                    yield yaml_file.problem(sentence, name)


def _unknown_topic(stem: str, topics: tuple[str, ...]) -> str:
    """What to do about a file that is called after no topic: a misspelling, or a new topic half made."""
    sentence = unknown("topic", stem, topics)
    if "did you mean" in sentence:
        return sentence
    return f"{sentence}; add it to {TOPICS}, and to intents/ and content/replies/ in every language"


def _topics(raw: RawContent) -> Iterator[Problem]:
    yaml_file = raw.files.get(TOPICS)
    resources = raw.ids(RESOURCES)
    for topic in raw.ids(TOPICS) if yaml_file and resources else ():
        for item, line in yaml_file.items(topic, "must") if yaml_file else ():
            if item not in resources:
                yield Problem(TOPICS, line, unknown("resource", item, resources))


def _resources(raw: RawContent) -> Iterator[Problem]:
    yaml_file = raw.files.get(RESOURCES)
    if yaml_file is None:
        return
    for name in EMERGENCY_RESOURCES:
        if name not in yaml_file.names():
            yield Problem(RESOURCES, 1, f'"{name}" is missing; without it no safety message can be answered')
        elif yaml_file.names(name) and not yaml_file.text(name, "call"):
            yield yaml_file.problem(f'"{name}" needs a number to call', name)
    for name in yaml_file.names():
        for by in BY_LANGUAGE:
            for lang in yaml_file.names(name, by):
                if lang not in raw.languages:
                    yield yaml_file.problem(unknown("language", lang, raw.languages), name, by, lang)


def _menu(raw: RawContent) -> Iterator[Problem]:
    """Ids in content/menu.yaml that nothing declares."""
    yaml_file = raw.files.get(MENU)
    if yaml_file is None:
        return
    topics, resources = raw.ids(TOPICS), raw.ids(RESOURCES)
    for path, what, known in (
        (("starter_topics", "teen"), "topic", topics),
        (("starter_topics", "adult"), "topic", topics),
        (("small_talk",), "topic", topics),
        (("hotlines",), "resource", resources),
    ):
        for item, line in yaml_file.items(*path):
            if known and item not in known:
                yield Problem(MENU, line, unknown(what, item, known))


def _other_languages(raw: RawContent) -> Iterator[Problem]:
    """Placeholders in the lines of other languages that nothing fills."""
    for file, yaml_file in raw.files.items():
        if file.endswith("/other_languages.yaml"):
            for name in yaml_file.names():
                for found in PLACEHOLDER.finditer(yaml_file.text(name, "line")):
                    if sentence := unfilled(raw, next(iter(raw.languages), ""), file, found[1]):
                        yield yaml_file.problem(sentence, name, "line")


def _gaps(raw: RawContent, lang: str) -> Iterator[Problem]:
    """What has to be there in each language and isn't."""
    for topic in raw.ids(TOPICS):
        if topic != NONE and not raw.has(reply_file(lang, topic)):
            yield Problem(reply_file(lang, topic), 1, "this file is missing")
    safety = raw.files.get(reply_file(lang, "_safety"))
    if safety:
        yield from (safety.problem(f'"{kind}" is missing') for kind in KINDS if kind not in safety.names())
    words = raw.files.get(reply_file(lang, "_resources"))
    resources = raw.ids(RESOURCES)
    if words and resources:
        yield from (words.problem(f'"{name}" is missing') for name in resources if name not in words.names())
        for name in words.names():
            if name not in resources:
                yield words.problem(unknown("resource", name, resources), name)


def _replies(raw: RawContent, lang: str) -> Iterator[Problem]:
    """The lists in replies: known ids only, each once, and whatever the topic must show."""
    for topic in raw.ids(TOPICS):
        if yaml_file := raw.files.get(reply_file(lang, topic)):
            yield from _lists(raw, yaml_file)
            yield from _must(raw, yaml_file, topic)
            if topic in (next_topic for next_topic, _ in yaml_file.items("next")):
                yield yaml_file.problem(f'"{topic}" leads to itself; name another topic', "next")
    if safety := raw.files.get(reply_file(lang, "_safety")):
        for kind in safety.names():
            yield from _lists(raw, safety, kind)


def _lists(raw: RawContent, yaml_file: YamlFile, *path: str) -> Iterator[Problem]:
    resources, topics = raw.ids(RESOURCES), raw.ids(TOPICS)
    for field, what, known in (
        ("resources", "resource", resources),
        ("adult_resources", "resource", resources),
        ("next", "topic", topics),
    ):
        seen = set()
        for item, line in yaml_file.items(*path, field):
            if known and item not in known:
                yield Problem(yaml_file.file, line, unknown(what, item, known))
            elif item in seen:
                yield Problem(yaml_file.file, line, f'"{item}" is here twice; keep one')
            seen.add(item)


def _must(raw: RawContent, yaml_file: YamlFile, topic: str) -> Iterator[Problem]:
    topics = raw.files[TOPICS]
    for field in ("resources", "adult_resources"):
        if field == "adult_resources" and not yaml_file.items(field):
            continue
        shown = {item for item, _ in yaml_file.items(field)}
        for item, line in topics.items(topic, "must"):
            if item not in shown and item in (raw.ids(RESOURCES) or (item,)):
                yield yaml_file.problem(f'"{item}" must be here: {TOPICS}:{line}', field)


# --- placeholders -------------------------------------------------------------------------------


def text_paths(yaml_file: YamlFile) -> Iterator[FieldPath]:
    """The paths of all texts in a file, lists of ids and links left out."""
    yield from _text_paths_in(yaml_file.values, ())


def _text_paths_in(value: object, path: FieldPath) -> Iterator[FieldPath]:
    if isinstance(value, str):
        yield path
    elif isinstance(value, dict):
        for name, part in value.items():
            yield from _text_paths_in(part, (*path, name))


def _placeholders(raw: RawContent, lang: str) -> Iterator[Problem]:
    """Placeholders that nothing can fill."""
    for file, yaml_file in reply_files(raw, lang):
        for path in text_paths(yaml_file):
            for row, line in yaml_file.rows(*path):
                for found in PLACEHOLDER.finditer(row):
                    if sentence := unfilled(raw, lang, file, found[1]):
                        yield Problem(file, line, sentence)


def unfilled(raw: RawContent, lang: str, file: str, inside: str) -> str | None:
    """Why `{inside}` can't be filled in, None if it can."""
    name, dot, field = inside.partition(".")
    resources = raw.files.get(RESOURCES)
    if not dot:
        # The channels fill in words of their own (a school's name, a count), but only in their own words.
        return None if file.endswith(CHANNEL_WORDS) else f"{{{inside}}} can't be filled in; write {{resource.call}}"
    if resources is None:
        return None
    if name not in resources.names():
        return unknown("resource", name, resources.names())
    if field not in (*FROM_RESOURCE, *BY_LANGUAGE, *FROM_WORDS):
        return f'{{{inside}}} can\'t be filled in; after the dot write call, text or name, not "{field}"'
    if not resources.names(name):
        return None  # the whole entry is wrong and has a problem of its own
    if field in FROM_WORDS:
        words = raw.files.get(reply_file(lang, "_resources"))
        filled = words is None or bool(words.text(name, field))
    else:
        filled = bool(resources.text(name, field) or resources.text(name, field, lang))
    return None if filled else f'{{{inside}}} can\'t be filled in: "{name}" has no "{field}"'
