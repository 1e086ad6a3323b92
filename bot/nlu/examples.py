"""The training examples that the phrase banks hold, and which of them are held out for measuring."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass

from bot.dialogue import Kind
from bot.schema import Content

#: Of a hundred hash buckets: the first are never trained on, the next fit the thresholds.
TEST, CALIBRATE = 10, 25
#: The column of messages that sound serious and aren't.
HARMLESS = "harmless"


@dataclass(frozen=True)
class Example:
    """One message of the bank with what it means."""

    text: str
    lang: str
    source: str  # "intents/en/sextortion.yaml:4"
    kinds: frozenset[Kind] = frozenset()
    topic: str | None = None  # None: says nothing about topics

    @property
    def bucket(self) -> int:
        """0 to 99, from the words alone: typing it again elsewhere gives the same."""
        plain = " ".join(self.text.casefold().split())
        return int.from_bytes(hashlib.sha256(plain.encode()).digest()[:4], "big") % 100


def examples(content: Content) -> Iterator[Example]:
    """Every message of the banks."""
    for lang, words in content.languages.items():
        for topic, phrases in words.intents.items():
            yield from (Example(p.text, lang, p.source, topic=topic) for p in phrases)
        for kind, phrases in words.safety.bank.items():
            yield from (Example(p.text, lang, p.source, frozenset({kind})) for p in phrases)
        for kind, phrases in words.safety.says.items():
            yield from (Example(p.text, lang, p.source, frozenset({kind})) for p in phrases)
        yield from (Example(p.text, lang, p.source) for p in words.safety.harmless)


def held_out(content: Content) -> list[Example]:
    """The examples that the model is never trained on: about a tenth."""
    return [example for example in examples(content) if example.bucket < TEST]
