"""How the plain safety phrases are heard through twelve kinds of noise: `make mutations` prints the table.

"Numbers first" is counted as `porchlight score` counts it: 911 and 988 stand in the first message before any other number.
"""

import os
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.mutations import MUTATIONS, can_mutate, mutate

from bot.channels.text import plain
from bot.content import load
from bot.content.yaml_reader import phrases, read_yaml
from bot.dialogue import Incoming
from bot.engine import Engine
from bot.evaluate import numbers_first
from bot.nlu import store
from bot.schema import Content

TESTS = Path(__file__).resolve().parent.parent
PLAIN = "as written"


@dataclass(frozen=True)
class Outcome:
    """One phrase, as it was sent, and what came of it."""

    kind: str
    lang: str
    said: str
    sent: str
    alert: bool
    first: bool


def safety_phrases(content: Content) -> list[tuple[str, str]]:
    """Language and text of every short safety phrase and of every plainly worded safety message, each once."""
    found: dict[tuple[str, str], None] = {}
    for lang, words in content.languages.items():
        for several in words.safety.says.values():
            found.update(dict.fromkeys((lang, phrase.text) for phrase in several if "@" not in phrase.text))
    for path in sorted(TESTS.glob("says/*/*.yaml")):
        sheet, problems = read_yaml(path, path.relative_to(TESTS.parent).as_posix(), expect=list)
        if sheet is None or problems:
            raise ValueError(f"{path.name} can't be read; run tests/test_says.py, which says where")
        for number, expected in enumerate(sheet.values):
            if expected.get("safety"):
                found.update(dict.fromkeys((path.parent.name, p.text) for p in phrases(sheet, number, "says")))
    return list(found)


def heard(engine: Engine, said: Iterable[tuple[str, str]], kind: str) -> list[Outcome]:
    """What the engine makes of the phrases with that kind of noise; those it can't touch are left out."""
    out = []
    for lang, text in said:
        if kind != PLAIN and not can_mutate(kind, text):
            continue
        sent = text if kind == PLAIN else mutate(kind, text, lang)
        reply = engine.reply(Incoming(text=sent))
        out.append(
            Outcome(
                kind, lang, text, sent, reply.classification.tier == "alert", numbers_first(plain(reply.messages[0]))
            )
        )
    return out


def table(outcomes: Sequence[Outcome]) -> str:
    """Per kind of noise: how many phrases, how many open with the numbers, how many are alerts."""
    lines = [f"{'noise':14}{'phrases':>9}{'numbers first':>16}{'alerts':>10}   goal"]
    kinds = list(dict.fromkeys(each.kind for each in outcomes))
    for kind in kinds:
        own = [each for each in outcomes if each.kind == kind]
        goal = "alerts 100 %" if kind == PLAIN else "numbers first 98 %"
        lines.append(_line(kind, own, goal))
    noisy = [each for each in outcomes if each.kind != PLAIN]
    for lang in sorted({each.lang for each in noisy}):
        lines.append(_line(f"all, {lang}", [each for each in noisy if each.lang == lang], "numbers first 98 %"))
    lines.append(_line("all mutated", noisy, "numbers first 98 %"))
    return "\n".join(lines)


def _line(name: str, own: Sequence[Outcome], goal: str) -> str:
    first, alerts = (100 * sum(values) / len(own) for values in ([e.first for e in own], [e.alert for e in own]))
    return f"{name:14}{len(own):>9}{first:>14.1f} %{alerts:>8.1f} %   {goal}"


def main() -> int:
    """Print the table, and with --misses every phrase that did not open with the numbers."""
    root = TESTS.parent
    content = load.load(root)
    cache = Path(os.environ.get("PORCHLIGHT_CACHE", root / ".porchlight"))
    engine = Engine(content, store.load_or_train(content, cache, print))
    said = safety_phrases(content)
    outcomes = [each for kind in (PLAIN, *MUTATIONS) for each in heard(engine, said, kind)]
    print(table(outcomes))
    if "--misses" in sys.argv:
        for each in outcomes:
            if not (each.alert if each.kind == PLAIN else each.first):
                print(f"{each.kind} {each.lang}: {each.said} -> {each.sent}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
