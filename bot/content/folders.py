"""Which files and folders hold content, and what to do about the others."""

import re
from pathlib import Path
from typing import get_args

from bot.content.yaml_reader import Problem
from bot.schema import MessageSet

#: What file managers and editors call a copy: "lincoln copy", "Copy of lincoln", "lincoln - Copia (2)", "lincoln (1)".
_COPY = re.compile(
    r"(?:(?:copy of|copia de) )?(?P<original>.+?)(?:[ -]+(?:copy|copia)(?: ?\(?\d+\)?)?| ?\(\d+\)| \d+)?", re.IGNORECASE
)


def subfolders(path: Path) -> list[str]:
    """The names of the folders in a folder, none if it isn't there."""
    return (
        sorted(entry.name for entry in path.iterdir() if entry.is_dir() and is_visible(entry)) if path.is_dir() else []
    )


def yaml_files(root: Path, folder: str) -> tuple[list[tuple[str, str]], list[Problem]]:
    """The stem and the name of each YAML file in a folder, and a problem for each other file, so that none is forgotten."""
    found: list[tuple[str, str]] = []
    problems: list[Problem] = []
    path = root / folder
    for entry in sorted(path.iterdir()) if path.is_dir() else ():
        if (
            not is_visible(entry)
            or entry.name == "README.md"
            or (entry.is_dir() and entry.name in get_args(MessageSet))
        ):
            continue
        if entry.is_file() and entry.suffix == ".yaml" and original_of(entry) is None:
            found.append((entry.stem, f"{folder}/{entry.name}"))
        else:
            problems.append(Problem(f"{folder}/{entry.name}", 1, not_read(entry)))
    return found, problems


def not_read(entry: Path) -> str:
    """What to do about a file or folder that isn't read where it is."""
    if not entry.is_file():
        return "this folder isn't read"
    if original := original_of(entry):
        return f"this isn't read: {original} is here too; keep the right one and delete the other"
    return f"this isn't read; a file here is called {_stem(entry)}.yaml"


def original_of(entry: Path) -> str | None:
    """The name of the file beside it that this one is a copy of, by its name; None for a file of its own."""
    found = _COPY.fullmatch(_stem(entry))
    name = f"{found['original'] if found else _stem(entry)}.yaml"
    return name if name != entry.name and (entry.parent / name).is_file() else None


def is_visible(path: Path) -> bool:
    """Whether a file counts: hidden files and an editor's leftovers don't."""
    return not path.name.startswith((".", "__")) and not path.name.endswith("~")


def _stem(entry: Path) -> str:
    """The name without endings: Windows hides the last one, so sextortion.yaml.txt looks right there."""
    return entry.name.split(".")[0]
