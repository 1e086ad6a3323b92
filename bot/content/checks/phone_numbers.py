"""Are the numbers and links right, and written in one place only?"""

import re
from collections.abc import Iterator

import phonenumbers
from phonenumbers import shortnumberinfo

from bot.content.checks.references import PLACEHOLDER, RESOURCES, reply_file, reply_files, text_paths
from bot.content.raw import RawContent
from bot.content.yaml_reader import FieldPath, Problem, YamlFile

#: Regions as the telephone network names them, and as sentences do.
_REGIONS = {"UK": "GB"}
_COUNTRIES = {"US": "the US", "UK": "the UK", "CA": "Canada", "world": "every country: write it with + in front"}
_KEYPAD = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ", "22233344455566677778889999")
#: Seven digits or more that belong together, however they are spaced; dates are taken out before.
_LONG = re.compile(r"(?<![\w-])\+?\(?\d(?:[\s().-]{0,2}\d){6,}(?!\w)")
_DATE = re.compile(r"(?<!\d)\d{4}-\d\d-\d\d(?!\d)")
_ADDRESS = re.compile(
    r"(?i)https?://\S+|\bwww\.\S+|[\w.+-]+@[\w-]+\.\w+|\b[\w-]+(?:\.[\w-]+)*\.(?:org|com|gov|net|edu)\b"
)


def resource_numbers(raw: RawContent) -> Iterator[Problem]:
    """Numbers that no telephone would connect, and letters that don't spell the number."""
    yaml_file = raw.files.get(RESOURCES)
    if yaml_file is None:
        return
    for name in yaml_file.names():
        region = _region(yaml_file, name)
        for field in ("call", "text"):
            number = yaml_file.text(name, field)
            if number and not _reachable(number, field, region):
                yield yaml_file.problem(
                    f'"{number}" is not a number that works in {_country(region)}; compare it with the source',
                    name,
                    field,
                )
        yield from _detail_problems(yaml_file, name)


def school_numbers(raw: RawContent) -> Iterator[Problem]:
    """The same for the numbers of schools."""
    for file, yaml_file in raw.files.items():
        if file.startswith("content/schools/"):
            for field in ("call", "safety_line"):
                number = yaml_file.text(field)
                if number and not (_reachable(number, "call", "US") or _reachable(number, "text", "US")):
                    yield yaml_file.problem(f'"{number}" is not a number that works in the US; ask the school', field)
            for origin, line in yaml_file.items("embed_from"):
                if not re.fullmatch(r"https://[^/\s]+", origin):
                    yield Problem(
                        file, line, f'"{origin}" must end after the name of the site: https://www.example.org'
                    )


def links(raw: RawContent) -> Iterator[tuple[str, int, str]]:
    """Every web address in the content: file, line, address."""
    for file, yaml_file in raw.files.items():
        if file.startswith("content/"):
            for path, address in _addresses(yaml_file.values, ()):
                yield file, yaml_file.line(*path), address


def broken_links(raw: RawContent) -> Iterator[Problem]:
    """Web addresses that can't be right. That they begin with https:// is checked when they are read."""
    for file, line, address in links(raw):
        if not re.fullmatch(r"https://[a-z0-9-]+(\.[a-z0-9-]+)+(:\d+)?([/?#]\S*)?", address, re.IGNORECASE):
            yield Problem(
                file, line, f'"{address}" is not a whole web address; open it in a browser and copy it from there'
            )


def written_numbers(raw: RawContent) -> Iterator[Problem]:
    """Numbers and addresses in replies: they stand in resources.yaml, replies name them."""
    resources = raw.files.get(RESOURCES)
    known = _placeholders(resources) if resources else {}
    short = re.compile(r"(?<![\w-])(" + "|".join(sorted(map(re.escape, known), key=len, reverse=True)) + r")(?![\w-])")
    for lang in raw.languages:
        names = _proper_names(raw, lang)
        for file, yaml_file in reply_files(raw, lang):
            for _, row, line in prose(yaml_file):
                # The name of a service may hold its number: 988 Suicide & Crisis Lifeline.
                bare = _without(row, names)
                for number, instead in _numbers(bare, known, short if known else None):
                    yield Problem(file, line, f'"{number}" belongs in {RESOURCES} only; {instead}')


def prose(yaml_file: YamlFile) -> Iterator[tuple[FieldPath, str, int]]:
    """Every row of words for readers in a file: its path, its text without placeholders, its line."""
    for path in text_paths(yaml_file):
        if path[-1] not in ("reviewed", "for"):
            for row, line in yaml_file.rows(*path):
                yield path, PLACEHOLDER.sub(" ", row), line


def _numbers(row: str, known: dict[str, str], short: re.Pattern[str] | None) -> Iterator[tuple[str, str]]:
    row = _DATE.sub(" ", row)
    for found in _ADDRESS.finditer(row):
        yield found[0].rstrip(".,;:)"), "name the resource instead"
    row = _ADDRESS.sub(" ", row)
    for found in short.finditer(row) if short else ():
        yield found[0], f"write {known[found[0]]}"
    row = short.sub(" ", row) if short else row
    for found in _LONG.finditer(row):
        yield found[0], "write {resource.call}"


def _placeholders(resources: YamlFile) -> dict[str, str]:
    """Each number of the resources and how a reply writes it."""
    known: dict[str, str] = {}
    for name in resources.names():
        for field in ("call", "text", "letters"):
            if number := resources.text(name, field):
                known.setdefault(number, f"{{{name}.{field}}}")
        if letters := re.search(r"[A-Z0-9-]*[A-Z]{3,}[A-Z0-9-]*$", resources.text(name, "letters")):
            tail = re.sub(r"^(?:1-)?\d{3}-", "", letters[0])
            if "-" in tail or re.search(r"\d", tail):  # HOPE and SAFE are words, THE-LOST is a number
                known.setdefault(tail, f"{{{name}.letters}}")
    return known


def _proper_names(raw: RawContent, lang: str) -> tuple[str, ...]:
    words = raw.files.get(reply_file(lang, "_resources"))
    names = [words.text(name, "name") for name in words.names()] if words else []
    return tuple(sorted(filter(None, names), key=len, reverse=True))


def _without(row: str, names: tuple[str, ...]) -> str:
    for name in names:
        row = row.replace(name, " ")
    return row


# --- one number ---------------------------------------------------------------------------------


def _country(region: str) -> str:
    return _COUNTRIES.get(region, region)


def _region(yaml_file: YamlFile, name: str) -> str:
    return yaml_file.text(name, "country") or "US"


def _reachable(number: str, field: str, country: str) -> bool:
    """Whether a number could be dialled or texted from a country."""
    region = _REGIONS.get(country, country)
    digits = re.sub(r"\D", "", number)
    if number == digits and len(digits) <= 6:
        return _is_short_number(digits, field, region)
    try:
        parsed = phonenumbers.parse(number, None if country == "world" else region)
    except phonenumbers.NumberParseException:
        return False
    return phonenumbers.is_valid_number(parsed)


def _is_short_number(digits: str, field: str, region: str) -> bool:
    if len(digits) in (5, 6) and field == "text":
        return True  # codes for texts are leased one by one: there is no plan to compare them with
    if len(digits) != 3:
        return False
    try:
        parsed = phonenumbers.parse(digits, region)
    except phonenumbers.NumberParseException:
        return False
    return shortnumberinfo.is_valid_short_number_for_region(parsed, region)


def _detail_problems(yaml_file: YamlFile, name: str) -> Iterator[Problem]:
    country = _region(yaml_file, name)
    if country != "world" and _REGIONS.get(country, country) not in phonenumbers.SUPPORTED_REGIONS:
        yield yaml_file.problem(f'"{country}" is not a country here; write US, UK, CA or world', name, "country")
    letters, number = yaml_file.text(name, "letters"), re.sub(r"\D", "", yaml_file.text(name, "call"))
    if letters:
        spelled = re.sub(r"\D", "", letters.upper().translate(_KEYPAD))
        if spelled.removeprefix("1") != number.removeprefix("1"):
            yield yaml_file.problem(f'"{letters}" spells {spelled}, which is not the number to call', name, "letters")
    if (ext := yaml_file.text(name, "ext")) and not ext.isdigit():
        yield yaml_file.problem(f'"{ext}" is no extension; write its digits only', name, "ext")
    for lang in yaml_file.names(name, "press"):
        if not re.fullmatch(r"[0-9*#]", key := yaml_file.text(name, "press", lang)):
            yield yaml_file.problem(f'"{key}" is no key; write one digit', name, "press", lang)
    if (email := yaml_file.text(name, "email")) and not re.fullmatch(r"[\w.+-]+@[\w-]+(\.[\w-]+)+", email):
        yield yaml_file.problem(f'"{email}" is not an e-mail address', name, "email")
    if yaml_file.names(name) and not any(yaml_file.get(name, way) for way in ("call", "text", "chat", "link", "email")):
        yield yaml_file.problem(f'"{name}" can\'t be reached; give it a call, text, chat, link or email', name)


def _addresses(value: object, path: FieldPath) -> Iterator[tuple[FieldPath, str]]:
    if isinstance(value, str):
        if value.startswith("https://") and "\n" not in value.strip():
            yield path, value.strip()
    elif isinstance(value, dict):
        for name, part in value.items():
            yield from _addresses(part, (*path, name))
    elif isinstance(value, list):
        for n, part in enumerate(value):
            yield from _addresses(part, (*path, n))
