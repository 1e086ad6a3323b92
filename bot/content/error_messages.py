"""What pydantic finds wrong with an entry, in sentences that a counsellor understands."""

import re
from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails
from rapidfuzz import fuzz, process

from bot.content.yaml_reader import FieldPath, Problem, YamlFile

#: How alike two ids have to be before one is offered for the other; 100 is equal.
_MIN_SIMILARITY_PERCENT = 70
#: How many ids are offered that have the word as a part: "ncmec" for ncmec_hotline and ncmec_support.
_MAX_OFFERED = 3


def complaints(
    error: ValidationError, model: type[BaseModel], yaml_file: YamlFile, prefix: FieldPath = ()
) -> Iterator[Problem]:
    """A problem for each place that is wrong with the entry at `prefix`; where several things are, the first."""
    reported: set[FieldPath] = set()
    for detail in sorted(error.errors(), key=lambda detail: detail["type"] != "value_error"):
        path = _field_path(detail["loc"])
        if path not in reported:
            reported.add(path)
            place = (*prefix, *path)
            yield yaml_file.problem(_sentence(detail, path, model, yaml_file.block_before(*place)), *place)


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """`; did you mean "grooming"?`, or nothing if no known word is near."""
    known = tuple(known)
    best = process.extractOne(word, known, scorer=fuzz.ratio, score_cutoff=_MIN_SIMILARITY_PERCENT)
    near = [best[0]] if best else [id_ for id_ in known if f"_{word}_" in f"_{id_}_" and word][:_MAX_OFFERED]
    offered = " or ".join(f'"{id_}"' for id_ in near)
    return f"; did you mean {offered}?" if offered else ""


def unknown(what: str, word: str, known: Iterable[str], below: str | None = None) -> str:
    """`there is no topic "gromming"; did you mean "grooming"?`; `below` names the `|` block straight above."""
    known = tuple(known)
    parts = word.split()
    if len(parts) > 1 and set(parts) <= set(known):
        return f'there is no {what} "{word}"; put commas between them: {", ".join(parts)}'
    return f'there is no {what} "{word}"{did_you_mean(word, known) or _lost_spaces(below)}'


def field_names(model: type[BaseModel]) -> tuple[str, ...]:
    """The names of a model's fields as they are written in YAML."""
    return tuple(field.alias or name for name, field in model.model_fields.items())


def not_a_field(name: str, known: Iterable[str], below: str | None = None) -> str:
    """`"phone" is not a field here; the fields are name, call`, or the name that was probably meant.

    `below` is the name of the `|` block straight above: the line may have lost the spaces in front of it.
    """
    known = tuple(known)
    near = did_you_mean(name, known) or f"{_lost_spaces(below)}; the fields are {', '.join(known)}"
    return f'"{name}" is not a field here{near}'


def _lost_spaces(below: str | None) -> str:
    return f'; if the line belongs to "{below}: |" above, put its spaces back in front' if below else ""


def not_a_date(written: str) -> str:
    """`"31/03/2025" is not a date; write it as 2025-03-31`."""
    return f'"{written}" is not a date; write it as {_guess(written)}'


def _field_path(loc: tuple[str | int, ...]) -> FieldPath:
    """Where in the entry it is, without the names that pydantic gives to the members of a union."""
    return tuple(step for step in loc if isinstance(step, int) or re.fullmatch(r"[\w-]+", step))


def _sentence(detail: ErrorDetails, path: FieldPath, model: type[BaseModel], below: str | None) -> str:
    name = next((str(step) for step in reversed(path) if isinstance(step, str)), "this")
    kind, given = detail["type"], detail["input"]
    if kind == "extra_forbidden":
        return not_a_field(name, field_names(model), below)
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
    """The day as it should be written if only one can be meant, else how to write any."""
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
