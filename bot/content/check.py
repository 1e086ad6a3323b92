"""Every check at once: what `porchlight check` prints."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from bot.content.checks.duplicates import ambiguous_spellings, duplicates, near_duplicates, safety_phrases_in_topics
from bot.content.checks.file_names import misplaced_files, school_names
from bot.content.checks.phone_numbers import broken_links, resource_numbers, school_numbers, written_numbers
from bot.content.checks.references import reference_problems
from bot.content.checks.says import untested_topics
from bot.content.checks.signs import missing_signs
from bot.content.checks.style import layout, lengths, reading_grade, spanish_questions
from bot.content.checks.translations import as_date, missing_translations, outdated_translations
from bot.content.checks.wording import unsafe_words
from bot.content.load import read_raw
from bot.content.raw import RawContent
from bot.content.yaml_reader import Problem
from bot.nlu.store import lexicon

#: Dates in `checked` and `reviewed` that are older than this are reported.
REVIEW_DAYS = 365
Check = Callable[[RawContent], Iterator[Problem]]
CHECKS: tuple[Check, ...] = (
    reference_problems,
    misplaced_files,
    school_names,
    missing_translations,
    duplicates,
    ambiguous_spellings,
    untested_topics,
    resource_numbers,
    school_numbers,
    broken_links,
    written_numbers,
    unsafe_words,
    spanish_questions,
    layout,
    lengths,
    reading_grade,
)


@dataclass(frozen=True)
class Report:
    """What the checks found, in the order of files and lines, and one sentence about all of it.

    `problems` must be mended; `warnings` are for an editor to look at, and don't make a check fail.
    """

    problems: tuple[Problem, ...]
    warnings: tuple[Problem, ...]
    summary: str

    def __str__(self) -> str:
        return "\n".join([*map(str, self.problems), *map(str, self.warnings), self.summary])


def check(root: Path, today: date, strict: bool = False) -> Report:
    """All problems below a folder that holds intents/ and content/; raises nothing.

    `strict` adds warnings about messages that are almost the same, or that may be about safety.
    """
    raw = read_raw(root)
    found = [problem for find in CHECKS for problem in find(raw)]
    found += review_dates(raw, today)
    found += [remark for yaml_file in raw.files.values() for remark in yaml_file.remarks]
    problems = tuple(_without_repetition({*raw.problems, *found}))
    warnings = [*outdated_translations(raw, today)]
    if not problems:
        content = raw.content()
        warnings += missing_signs(content, lexicon(content))
    if strict:
        warnings += [*near_duplicates(raw), *safety_phrases_in_topics(raw)]
    wrong = {(problem.file, problem.line) for problem in problems}
    warnings = sorted(warning for warning in warnings if (warning.file, warning.line) not in wrong)
    return Report(problems, tuple(warnings), summary(raw, problems, len(warnings)))


def review_dates(raw: RawContent, today: date) -> Iterator[Problem]:
    """Entries that nobody has looked at for a year, and days that haven't come yet."""
    for file, yaml_file in raw.files.items():
        if file.startswith("content/"):
            paths: list[tuple[str, ...]] = [("reviewed",), *((name, "reviewed") for name in yaml_file.names())]
            paths += [(name, "checked") for name in yaml_file.names()]
            for path in paths:
                if (day := as_date(yaml_file.text(*path))) and (sentence := _wrong_date(day, today, path[-1])):
                    yield yaml_file.problem(sentence, *path)


def _without_repetition(problems: set[Problem]) -> Iterator[Problem]:
    """In the order of files; what is reported as missing twice, once with "it is in ...", is reported once."""
    for problem in sorted(problems):
        shorter = Problem(problem.file, problem.line, problem.sentence.partition("; it is in ")[0])
        if shorter == problem or shorter not in problems:
            yield problem


def summary(raw: RawContent, problems: tuple[Problem, ...], warnings: int = 0) -> str:
    """`All good: 52 topics in 2 languages, …`, or how much is wrong."""
    if problems:
        files = {problem.file for problem in problems}
        return f"{_count(len(problems), 'problem')} in {_count(len(files), 'file')}. Nothing was loaded."
    oldest = min((resource.checked for resource in raw.resources.values()), default=None)
    parts = [
        f"{_count(len(raw.topics), 'topic')} in {_count(len(raw.languages), 'language')}",
        _count(count_messages(raw), "message"),
        _count(len(raw.resources), "resource"),
        f"oldest check {oldest}",
    ]
    look = f" {_count(warnings, 'line')} to look at." if warnings else ""
    return f"All good: {', '.join(parts)}.{look}"


def count_messages(raw: RawContent) -> int:
    """How many messages the banks hold, in all languages."""
    return sum(
        len(phrases)
        for language in raw.languages.values()
        for group in (
            language.intents,
            language.says,
            language.idioms,
            language.bank,
            {"careful": language.careful, "harmless": language.harmless, "labelled": language.labelled},
        )
        for phrases in group.values()
    )


def _wrong_date(day: date, today: date, field: str) -> str | None:
    if day > today:
        return f'"{field}" is in the future: {day}; write the day it was done'
    if (today - day).days > REVIEW_DAYS:
        return f"this is past its review date: {day}; {_WHAT_TO_DO[field]}"
    return None


_WHAT_TO_DO = {
    "checked": "compare it with its source again, then write today's date",
    "reviewed": "read it again as a whole, then write today's date",
}


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
