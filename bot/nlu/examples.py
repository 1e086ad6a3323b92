"""The training examples that the phrase banks hold, and which of them are held out for measuring."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from bot.dialogue import Kind
from bot.schema import Content, MessageSet

#: Of a hundred hash buckets the first are never trained on.
HELD_OUT = 10
#: The column of messages that sound serious and aren't.
HARMLESS = "harmless"


@dataclass(frozen=True)
class Example:
    """One message of the banks with all that it may rightly be taken for."""

    text: str
    lang: str
    source: str  # "intents/en/sextortion.yaml:4"
    kinds: frozenset[Kind] = frozenset()
    topics: tuple[str, ...] = ()  # best first; () says nothing about topics
    set: Literal["bank", "phrase", "careful"] | MessageSet = "bank"

    @property
    def bucket(self) -> int:
        """0 to 99, from the words alone: typing it again elsewhere gives the same."""
        plain = " ".join(self.text.casefold().split())
        return int.from_bytes(hashlib.sha256(plain.encode()).digest()[:4], "big") % 100

    @property
    def columns(self) -> tuple[str, ...]:
        """The names of the columns that this message teaches: its kinds, its topics, or neither."""
        return (*sorted(self.kinds), *self.topics) or (HARMLESS,)


def examples(content: Content) -> Iterator[Example]:
    """Every message of the banks, in a fixed order."""
    for lang, words in content.languages.items():
        for topic, phrases in words.intents.items():
            yield from (Example(p.text, lang, p.source, topics=(topic,)) for p in phrases)
        for kind, phrases in words.safety.bank.items():
            yield from (Example(p.text, lang, p.source, frozenset({kind})) for p in phrases)
        for kind, phrases in words.safety.says.items():
            yield from (
                Example(p.text, lang, p.source, frozenset({kind}), set="phrase") for p in phrases if "@" not in p.text
            )
        yield from (Example(p.text, lang, p.source, set="careful") for p in words.safety.careful)
        yield from (Example(p.text, lang, p.source) for p in words.safety.harmless)
        yield from (Example(p.text, lang, p.source, frozenset(p.kinds), p.topics, p.set) for p in words.labelled)


def held_out(content: Content) -> list[Example]:
    """The examples that the model is never trained on: about a tenth. Short phrases are left out of it: they are found
    literally, so they would measure nothing."""
    return [e for e in examples(content) if e.bucket < HELD_OUT and e.set not in ("phrase", "careful")]
