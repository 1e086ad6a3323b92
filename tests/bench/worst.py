"""What is the slowest message of 4,000 or 10,000 characters, beside ordinary text of that length?

A seeded search: families of odd text, then mixtures of the slowest ones. make bench-worst
"""

import os
import random
import time
from collections.abc import Iterator
from pathlib import Path

from bot.content import load
from bot.dialogue import Incoming
from bot.engine import Engine
from bot.nlu import store
from bot.schema import Content

ROOT = Path(__file__).resolve().parents[2]
LETTERS = "abcdefghijklmnopqrstuvwxyz"
ORDINARY = [
    "i",
    "was",
    "talking",
    "to",
    "this",
    "guy",
    "and",
    "he",
    "said",
    "that",
    "my",
    "friend",
    "would",
    "come",
    "over",
    "tomorrow",
    "after",
    "school",
    ".",
    "we",
    "play",
    "games",
    "and",
    "then",
    "my",
    "mom",
    "calls",
    "me",
    "for",
    "dinner",
    ",",
    "it",
    "is",
    "fine",
    "i",
    "think",
    "but",
    "what",
    "do",
    "you",
    "say",
    "about",
    "it",
    "when",
    "they",
    "ask",
    "you",
    "to",
    "go",
    "with",
    "them",
]
MIXTURES = 40


def families(content: Content, chance: random.Random) -> Iterator[tuple[str, str]]:
    """Each family by name, longer than any length asked for."""

    def words(alphabet: str, size: int) -> str:
        return " ".join("".join(chance.choice(alphabet) for _ in range(size)) for _ in range(12_000 // (size + 1)))

    yield "dots", "." * 12_000
    yield "ellipses", "…" * 12_000
    yield "stars before a letter", "***s " * 3000
    yield "stars inside words", "".join(f"{a}**{b} " for a in LETTERS for b in LETTERS) * 5
    for size in (3, 5, 7, 12, 38):
        yield f"random words of {size} letters", words(LETTERS, size)
    yield "leet", words("4b3d1fgh1jklmn0pqr5tuv", 6)
    yield "letters one by one", "k y s " * 2500
    yield "one letter a line", "a\n" * 6000
    yield "slashes", "a/b-" * 3000
    yield "ligatures", "ﷺ" * 12_000
    yield "units", "㎯" * 12_000
    yield "emoji", "😔🔫" * 6000
    yield "short sentences", "no. he is. " * 1200
    yield "one cry again and again", "kill myself i want to " * 600
    phrases = [
        phrase.text
        for words in content.languages.values()
        for group in (*words.safety.says.values(), *words.safety.idioms.values(), *words.concepts.values())
        for phrase in group
    ]
    chance.shuffle(phrases)
    yield "all short phrases", " ".join(phrases)[:12_000]
    single = list(dict.fromkeys(word for phrase in phrases for word in phrase.split()))
    chance.shuffle(single)
    yield "all words of the short phrases", " ".join(single * 2)[:12_000]


def milliseconds(engine: Engine, text: str) -> float:
    """The best of three runs."""
    best = float("inf")
    for _ in range(3):
        start = time.perf_counter()
        engine.reply(Incoming(text=text))
        best = min(best, time.perf_counter() - start)
    return best * 1000


def main() -> None:
    """Print each family, slowest first, and the slowest mixture."""
    chance = random.Random(4)
    content = load.load(ROOT)
    engine = Engine(
        content, store.load_or_train(content, Path(os.environ.get("PORCHLIGHT_CACHE", ROOT / ".porchlight")))
    )
    texts = dict(families(content, chance))
    for length in (4_000, 10_000):
        ordinary = milliseconds(engine, " ".join(chance.choice(ORDINARY) for _ in range(length))[:length])
        took = {name: milliseconds(engine, text[:length]) for name, text in texts.items()}
        slowest = sorted(took, key=lambda name: -took[name])
        for n in range(MIXTURES):
            parts = chance.sample(slowest[:8], 3)
            size = length // 3
            mixed = "".join(texts[name][(start := chance.randrange(500)) : start + size] for name in parts)
            took[f"mixture {n}: {', '.join(parts)}"] = milliseconds(engine, mixed[:length])
        print(f"{length} characters: ordinary text takes {ordinary:.1f} ms")
        for name in sorted(took, key=lambda name: -took[name])[: len(texts)]:
            print(f"  {took[name]:6.1f} ms  {took[name] / ordinary:4.1f} times  {name}")


if __name__ == "__main__":
    main()
