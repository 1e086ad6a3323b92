"""Do the files agree? The checks without which Content would not be whole: ids, `must`, placeholders, no gaps."""

import re
from collections.abc import Iterator

from bot.content.draft import Draft
from bot.content.error_messages import unknown
from bot.content.yaml_reader import Problem, Sheet, Where
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


def reference_problems(draft: Draft) -> Iterator[Problem]:
    """Everything that points to something that isn't there, and every gap."""
    yield from _names(draft)
    yield from _topics(draft)
    yield from _resources(draft)
    yield from _menu(draft)
    yield from _other_languages(draft)
    for lang in draft.languages:
        yield from _gaps(draft, lang)
        yield from _replies(draft, lang)
        yield from _placeholders(draft, lang)


#: The files whose words a channel fills in itself: a school's name, a count.
CHANNEL_WORDS = ("/_shared.yaml", "/_web.yaml", "/_telegram.yaml")


def reply_file(lang: str, name: str) -> str:
    """Where the reply to a topic, or one of the shared files, stands."""
    return f"content/replies/{lang}/{name}.yaml"


def _names(draft: Draft) -> Iterator[Problem]:
    """Files and entries that are called after a topic or a safety kind that doesn't exist."""
    topics = draft.ids(TOPICS)
    for file, sheet in draft.sheets.items():
        stem = file.rsplit("/", 1)[-1].removesuffix(".yaml")
        is_topic = file.startswith(("intents/", "content/replies/")) and file.count("/") == (3 if file[0] == "c" else 2)
        is_topic = is_topic and not stem.startswith("_")
        if is_topic and topics and stem not in topics:
            yield Problem(file, 1, unknown("topic", stem, topics))
        is_bank = file.startswith("content/safety/") and file.count("/") == 3
        if is_bank and stem not in (*KINDS, "careful") and not stem.startswith("harmless"):
            yield Problem(file, 1, unknown("safety kind", stem, (*KINDS, "careful", "harmless")))
        if stem == "_safety" or (file.startswith("content/safety/") and file.count("/") == 2):
            yield from (
                sheet.problem(unknown("safety kind", name, KINDS), name) for name in sheet.names() if name not in KINDS
            )


def _topics(draft: Draft) -> Iterator[Problem]:
    sheet = draft.sheets.get(TOPICS)
    resources = draft.ids(RESOURCES)
    for topic in draft.ids(TOPICS) if sheet and resources else ():
        for item, line in sheet.items(topic, "must") if sheet else ():
            if item not in resources:
                yield Problem(TOPICS, line, unknown("resource", item, resources))


def _resources(draft: Draft) -> Iterator[Problem]:
    sheet = draft.sheets.get(RESOURCES)
    if sheet is None:
        return
    for name in EMERGENCY_RESOURCES:
        if name not in sheet.names():
            yield Problem(RESOURCES, 1, f'"{name}" is missing; without it no safety message can be answered')
        elif sheet.names(name) and not sheet.text(name, "call"):
            yield sheet.problem(f'"{name}" needs a number to call', name)
    for name in sheet.names():
        for by in BY_LANGUAGE:
            for lang in sheet.names(name, by):
                if lang not in draft.languages:
                    yield sheet.problem(unknown("language", lang, draft.languages), name, by, lang)


def _menu(draft: Draft) -> Iterator[Problem]:
    """Ids in content/menu.yaml that nothing declares."""
    sheet = draft.sheets.get(MENU)
    if sheet is None:
        return
    topics, resources = draft.ids(TOPICS), draft.ids(RESOURCES)
    for where, what, known in (
        (("starter_topics", "teen"), "topic", topics),
        (("starter_topics", "adult"), "topic", topics),
        (("small_talk",), "topic", topics),
        (("hotlines",), "resource", resources),
    ):
        for item, line in sheet.items(*where):
            if known and item not in known:
                yield Problem(MENU, line, unknown(what, item, known))


def _other_languages(draft: Draft) -> Iterator[Problem]:
    """Placeholders in the lines of other languages that nothing fills."""
    for file, sheet in draft.sheets.items():
        if file.endswith("/other_languages.yaml"):
            for name in sheet.names():
                for found in PLACEHOLDER.finditer(sheet.text(name, "line")):
                    if sentence := unfilled(draft, next(iter(draft.languages), ""), file, found[1]):
                        yield sheet.problem(sentence, name, "line")


def _gaps(draft: Draft, lang: str) -> Iterator[Problem]:
    """What has to be there in each language and isn't."""
    for topic in draft.ids(TOPICS):
        if topic != NONE and not draft.has(reply_file(lang, topic)):
            yield Problem(reply_file(lang, topic), 1, "this file is missing")
    safety = draft.sheets.get(reply_file(lang, "_safety"))
    if safety:
        yield from (safety.problem(f'"{kind}" is missing') for kind in KINDS if kind not in safety.names())
    words = draft.sheets.get(reply_file(lang, "_resources"))
    resources = draft.ids(RESOURCES)
    if words and resources:
        yield from (words.problem(f'"{name}" is missing') for name in resources if name not in words.names())
        for name in words.names():
            if name not in resources:
                yield words.problem(unknown("resource", name, resources), name)


def _replies(draft: Draft, lang: str) -> Iterator[Problem]:
    """The lists in replies: known ids only, each once, and whatever the topic must show."""
    for topic in draft.ids(TOPICS):
        if sheet := draft.sheets.get(reply_file(lang, topic)):
            yield from _lists(draft, sheet)
            yield from _must(draft, sheet, topic)
            if topic in (next_topic for next_topic, _ in sheet.items("next")):
                yield sheet.problem(f'"{topic}" leads to itself; name another topic', "next")
    if safety := draft.sheets.get(reply_file(lang, "_safety")):
        for kind in safety.names():
            yield from _lists(draft, safety, kind)


def _lists(draft: Draft, sheet: Sheet, *where: str) -> Iterator[Problem]:
    resources, topics = draft.ids(RESOURCES), draft.ids(TOPICS)
    for field, what, known in (
        ("resources", "resource", resources),
        ("adult_resources", "resource", resources),
        ("next", "topic", topics),
    ):
        seen = set()
        for item, line in sheet.items(*where, field):
            if known and item not in known:
                yield Problem(sheet.file, line, unknown(what, item, known))
            elif item in seen:
                yield Problem(sheet.file, line, f'"{item}" is here twice; keep one')
            seen.add(item)


def _must(draft: Draft, sheet: Sheet, topic: str) -> Iterator[Problem]:
    topics = draft.sheets[TOPICS]
    for field in ("resources", "adult_resources"):
        if field == "adult_resources" and not sheet.items(field):
            continue
        shown = {item for item, _ in sheet.items(field)}
        for item, line in topics.items(topic, "must"):
            if item not in shown and item in (draft.ids(RESOURCES) or (item,)):
                yield sheet.problem(f'"{item}" must be here: {TOPICS}:{line}', field)


# --- placeholders -------------------------------------------------------------------------------


def texts(sheet: Sheet) -> Iterator[Where]:
    """The places of all texts in a sheet, lists of ids and links left out."""
    yield from _texts(sheet.values, ())


def _texts(value: object, where: Where) -> Iterator[Where]:
    if isinstance(value, str):
        yield where
    elif isinstance(value, dict):
        for name, part in value.items():
            yield from _texts(part, (*where, name))


def _placeholders(draft: Draft, lang: str) -> Iterator[Problem]:
    """Placeholders that nothing can fill."""
    folder = f"content/replies/{lang}/"
    for file, sheet in draft.sheets.items():
        if file.startswith(folder):
            for where in texts(sheet):
                for row, line in sheet.rows(*where):
                    for found in PLACEHOLDER.finditer(row):
                        if sentence := unfilled(draft, lang, file, found[1]):
                            yield Problem(file, line, sentence)


def unfilled(draft: Draft, lang: str, file: str, inside: str) -> str | None:
    """Why a placeholder stays empty, None if it doesn't."""
    name, dot, field = inside.partition(".")
    resources = draft.sheets.get(RESOURCES)
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
        return None  # the whole entry is wrong, and told
    if field in FROM_WORDS:
        words = draft.sheets.get(reply_file(lang, "_resources"))
        filled = words is None or bool(words.text(name, field))
    else:
        filled = bool(resources.text(name, field) or resources.text(name, field, lang))
    return None if filled else f'{{{inside}}} can\'t be filled in: "{name}" has no "{field}"'
