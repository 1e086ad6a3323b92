"""Is every file in a folder where it is read, and can its name be used?"""

import re
import unicodedata
from collections.abc import Iterator
from pathlib import Path

from bot.content.folders import is_visible, not_read, original_of
from bot.content.raw import RawContent
from bot.content.yaml_reader import Problem

#: The files and folders that are read in each folder; the folders of languages are added to them.
_READ = {
    "content": (
        "menu.yaml",
        "other_languages.yaml",
        "resources.yaml",
        "topics.yaml",
        "wording.yaml",
        "replies",
        "safety",
        "schools",
    ),
    "content/replies": (),
    "content/safety": (),
    "intents": (),
}
_SCHOOLS = "content/schools/"
#: Telegram's limit for what follows ?start= in a link.
_MAX_NAME_CHARACTERS = 64


def misplaced_files(raw: RawContent) -> Iterator[Problem]:
    """Files that are in none of the folders where they would be read."""
    for folder, names in _READ.items():
        path = raw.root / folder
        for entry in sorted(path.iterdir()) if path.is_dir() else ():
            known = not is_visible(entry) or entry.suffix == ".md" or entry.name in names
            if not known and (sentence := _misplaced(raw, folder, entry)):
                yield Problem(f"{folder}/{entry.name}", 1, sentence)


def _misplaced(raw: RawContent, folder: str, entry: Path) -> str | None:
    if entry.is_dir():
        # A folder of a language without replies has a problem of its own.
        return not_read(entry) if folder == "content" else None
    if folder == "content/safety" and entry.name in {f"{lang}.yaml" for lang in raw.languages}:
        return None
    return not_read(entry) if original_of(entry) else "this isn't read here; put it into the folder where it belongs"


def school_names(raw: RawContent) -> Iterator[Problem]:
    """Files of schools whose name can't stand in an address: /s/lincoln-high, or ?start=lincoln-high for Telegram."""
    for file in raw.files:
        if file.startswith(_SCHOOLS):
            name = file.removeprefix(_SCHOOLS).removesuffix(".yaml")
            if not re.fullmatch(rf"[a-z0-9-]{{1,{_MAX_NAME_CHARACTERS}}}", name):
                yield Problem(
                    file,
                    1,
                    "this name becomes part of the school's link, so it can only have small letters without accents, "
                    f"digits and hyphens; call it {_address_name(name)}.yaml",
                )


def _address_name(name: str) -> str:
    """`Lincoln High` -> `lincoln-high`."""
    plain = unicodedata.normalize("NFKD", re.sub("['’]", "", name.casefold()))
    plain = "".join(letter for letter in plain if not unicodedata.combining(letter))
    return re.sub(r"[^a-z0-9]+", "-", plain)[:_MAX_NAME_CHARACTERS].strip("-") or "our-school"
