"""Every check at once: what `porchlight check` prints."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from bot.content.checks.duplicates import ambiguous_spellings, duplicates, near_duplicates
from bot.content.checks.phone_numbers import broken_links, resource_numbers, school_numbers, written_numbers
from bot.content.checks.references import reference_problems
from bot.content.checks.style import lengths, reading_grade, spanish_questions, unsafe_words
from bot.content.checks.translations import missing_translations
from bot.content.load import read_raw
from bot.content.raw import RawContent
from bot.content.yaml_reader import Problem

#: How long a check or a review holds.
REVIEW_DAYS = 365
PASSES: tuple[Callable[[RawContent], Iterator[Problem]], ...] = (
    reference_problems,
    missing_translations,
    duplicates,
    ambiguous_spellings,
    resource_numbers,
    school_numbers,
    broken_links,
    written_numbers,
    unsafe_words,
    spanish_questions,
    lengths,
    reading_grade,
)


@dataclass(frozen=True)
class Report:
    """What the checks found, in file order, and one sentence about all of it."""

    problems: tuple[Problem, ...]
    warnings: tuple[Problem, ...]
    summary: str

    def __str__(self) -> str:
        return "\n".join([*map(str, self.problems), *map(str, self.warnings), self.summary])


def check(root: Path, today: date, strict: bool = False) -> Report:
    """All problems below a folder; `strict` adds warnings about messages that are almost the same."""
    raw = read_raw(root)
    found = [problem for look in PASSES for problem in look(raw)]
    found += review_dates(raw, today)
    problems = tuple(_once({*raw.problems, *found}))
    warnings = tuple(sorted(near_duplicates(raw))) if strict else ()
    return Report(problems, warnings, summary(raw, problems, warnings))


def review_dates(raw: RawContent, today: date) -> Iterator[Problem]:
    """What nobody has looked at for a year, and days that haven't come yet."""
    for file, yaml_file in raw.files.items():
        if file.startswith("content/"):
            places: list[tuple[str, ...]] = [("reviewed",), *((name, "reviewed") for name in yaml_file.names())]
            places += [(name, "checked") for name in yaml_file.names()]
            for path in places:
                if (day := _day(yaml_file.text(*path))) and (sentence := _aged(day, today, path[-1])):
                    yield yaml_file.problem(sentence, *path)


def _once(problems: set[Problem]) -> Iterator[Problem]:
    """In file order; what is missing is told without "it is in ..." if another pass said so already."""
    for problem in sorted(problems):
        shorter = Problem(problem.file, problem.line, problem.sentence.partition("; it is in ")[0])
        if shorter == problem or shorter not in problems:
            yield problem


def summary(raw: RawContent, problems: tuple[Problem, ...], warnings: tuple[Problem, ...] = ()) -> str:
    """`All good: 52 topics in 2 languages, …`, or how much is wrong."""
    if problems:
        files = {problem.file for problem in problems}
        return f"{_count(len(problems), 'problem')} in {_count(len(files), 'file')}. Nothing was loaded."
    checked = min((resource.checked for resource in raw.resources.values()), default=None)
    parts = [
        f"{_count(len(raw.topics), 'topic')} in {_count(len(raw.languages), 'language')}",
        _count(messages(raw), "message"),
        _count(len(raw.resources), "resource"),
        f"oldest check {checked}",
    ]
    look = f" {_count(len(warnings), 'message')} to look at." if warnings else ""
    return f"All good: {', '.join(parts)}.{look}"


def messages(raw: RawContent) -> int:
    """How many messages editors have written."""
    return sum(
        len(phrases)
        for language in raw.languages.values()
        for group in (language.intents, language.says, language.idioms, language.bank, {"harmless": language.harmless})
        for phrases in group.values()
    )


def _aged(day: date, today: date, field: str) -> str | None:
    if day > today:
        return f'"{field}" is in the future: {day}; write the day it was done'
    if (today - day).days > REVIEW_DAYS:
        return f"this is past its review date: {day}; {_AGAIN[field]}"
    return None


_AGAIN = {
    "checked": "compare it with its source again, then write today's date",
    "reviewed": "read it again as a whole, then write today's date",
}


def _day(written: str) -> date | None:
    try:
        return date.fromisoformat(written)
    except ValueError:
        return None  # told already: every date is read by the model


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
