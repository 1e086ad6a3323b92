"""A parser's complaint -> a sentence a counsellor understands."""

import re
from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails
from rapidfuzz import fuzz, process

from bot.content.yaml_reader import FieldPath

#: How alike two ids have to be before one is offered for the other.
_ALIKE = 70


def complaints(
    error: ValidationError, model: type[BaseModel], prefix: FieldPath = ()
) -> Iterator[tuple[FieldPath, str]]:
    """Each thing that is wrong with an entry: its place and a sentence; one sentence per place."""
    told: set[FieldPath] = set()
    for detail in sorted(error.errors(), key=lambda detail: detail["type"] != "value_error"):
        path = _place(detail["loc"])
        if path not in told:
            told.add(path)
            yield (*prefix, *path), _sentence(detail, path, model)


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """`; did you mean "grooming"?`, or nothing if no known word is near."""
    best = process.extractOne(word, list(known), scorer=fuzz.ratio, score_cutoff=_ALIKE)
    return f'; did you mean "{best[0]}"?' if best else ""


def unknown(what: str, word: str, known: Iterable[str]) -> str:
    """`there is no topic "gromming"; did you mean "grooming"?`"""
    return f'there is no {what} "{word}"{did_you_mean(word, known)}'


def field_names(model: type[BaseModel]) -> tuple[str, ...]:
    """The names of a model's fields as they are written in YAML."""
    return tuple(field.alias or name for name, field in model.model_fields.items())


def not_a_field(name: str, known: Iterable[str]) -> str:
    """`"phone" is not a field here; the fields are name, call`, or the name that was probably meant."""
    known = tuple(known)
    return f'"{name}" is not a field here{did_you_mean(name, known) or "; the fields are " + ", ".join(known)}'


def not_a_date(written: str) -> str:
    """`"31/03/2025" is not a date; write it as 2025-03-31`."""
    return f'"{written}" is not a date; write it as {_guess(written)}'


def _place(loc: tuple[str | int, ...]) -> FieldPath:
    """The place without the names that pydantic gives to the members of a union."""
    return tuple(step for step in loc if isinstance(step, int) or re.fullmatch(r"[\w-]+", step))


def _sentence(detail: ErrorDetails, path: FieldPath, model: type[BaseModel]) -> str:
    name = next((str(step) for step in reversed(path) if isinstance(step, str)), "this")
    kind, given = detail["type"], detail["input"]
    if kind == "extra_forbidden":
        return not_a_field(name, field_names(model))
    if kind == "missing":
        return f'"{name}" is missing'
    if kind.startswith("date"):
        return (
            not_a_date(str(given)) if isinstance(given, str) else _wrong_shape(name, given, "a date such as 2025-03-31")
        )
    if kind == "literal_error":
        return _not_one_of(str(given), detail, path, model)
    if kind == "value_error":
        return str(detail.get("ctx", {}).get("error", detail["msg"]))
    if kind == "string_type":
        return _wrong_shape(name, given, "text")
    if kind in ("tuple_type", "list_type"):
        return _wrong_shape(name, given, f"a list in square brackets: {name}: [first, second]")
    if kind in ("mapping_type", "dict_type"):
        return _wrong_shape(name, given, f"written by language: {name}: {{en: words, es: palabras}}")
    if kind == "model_type":
        return _fields_expected(model)
    return f'"{name}" is wrong: {detail["msg"]}'


def _fields_expected(model: type[BaseModel]) -> str:
    needed = [name for name, field in model.model_fields.items() if field.is_required()]
    return f"fields are expected here, such as {', '.join(needed[:3])}"


def _wrong_shape(name: str, given: Any, right: str) -> str:
    here = "; here it has fields of its own" if isinstance(given, dict) else "; here it is a list"
    return f'"{name}" must be {right}{here if isinstance(given, (dict, list)) else ""}'


def _not_one_of(given: str, detail: ErrorDetails, path: FieldPath, model: type[BaseModel]) -> str:
    allowed = tuple(str(word) for word in _choices(model, path)) or (str(detail.get("ctx", {}).get("expected", "")),)
    return f'"{given}" is not one of {", ".join(word for word in allowed if word)}{did_you_mean(given, allowed)}'


def _choices(model: type[BaseModel], path: FieldPath) -> tuple[Any, ...]:
    """The words a field may hold, however deep its type hides them."""
    fields = {field.alias or name: field for name, field in model.model_fields.items()}
    field = fields.get(str(path[0])) if path else None
    return tuple(_literals(field.annotation)) if field else ()


def _literals(annotation: Any) -> Iterator[Any]:
    for part in get_args(annotation):
        if isinstance(part, str):
            yield part
        else:
            yield from _literals(part)


def _guess(written: str) -> str:
    """The day that was probably meant, if only one can be."""
    numbers = [int(part) for part in re.findall(r"\d+", written)]
    if len(numbers) == 1 and len(digits := re.sub(r"\D", "", written)) == 8:
        numbers = [int(digits[:4]), int(digits[4:6]), int(digits[6:])]
    if len(numbers) == 3:
        first, second, third = numbers
        orders = [(first, second, third), (third, first, second), (third, second, first)]
        days = {day for order in orders if (day := _day(*order))}
        if len(days) == 1:
            return days.pop().isoformat()
    return "year-month-day, such as 2025-03-31"


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day) if year > 1999 else None
    except ValueError:
        return None
