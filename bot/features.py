"""What is counted in a message: its words and stems, pairs of them, pieces of words, concepts, and who does what to whom.

Each kind of feature is a block of its own with a length of its own, so that long words or many concepts don't drown the
rest. What the banks never showed counts too, as mass without direction: a half-understood message gets half a score.
"""

import itertools
import math
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

Sentences = Sequence[Sequence[str]]
Row = tuple[NDArray[np.int32], NDArray[np.float32]]

#: Weight of each block: words and stems, pairs, pairs with a gap, pieces of words, concepts, concept before concept.
WEIGHTS = (1.0, 0.8, 0.6, 1.0, 0.5, 0.4)
BLOCKS = len(WEIGHTS)
#: How far apart two concepts may stand to be a pair, in concepts.
REACH = 4
#: How much of a block's length unseen features add (1: as much as the rarest seen ones).
UNSEEN = 1.0


class Concepts:
    """The editors' lists of words that mean the same for us: money, pictures, threats, parents …"""

    def __init__(self, table: Mapping[str, Iterable[tuple[str, ...]]], stem: Callable[[str], str]) -> None:
        self._stem = stem
        self._of: dict[tuple[str, ...], tuple[str, ...]] = {}
        for name, entries in table.items():
            for words in entries:
                key = tuple(stem(word) for word in words)
                self._of[key] = tuple(dict.fromkeys((*self._of.get(key, ()), name)))
        self._longest = max((len(key) for key in self._of), default=0)
        self._first = frozenset(key[0] for key in self._of)

    def found(self, stems: Sequence[str]) -> list[tuple[int, str]]:
        """Where each concept stands: (position, name), longest wording first at each place."""
        out: list[tuple[int, str]] = []
        for start, first in enumerate(stems):
            if first not in self._first:
                continue
            for size in range(min(self._longest, len(stems) - start), 0, -1):
                names = self._of.get(tuple(stems[start : start + size]))
                if names:
                    out.extend((start, name) for name in names)
                    break
        return out


@dataclass
class Maker:
    """Turns sentences into feature keys, block by block."""

    stem: Callable[[str], str]
    concepts: Concepts
    _grams: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def keys(self, sentences: Sentences) -> tuple[list[str], ...]:
        """The keys of one message in the six blocks."""
        words_: list[str] = []
        pairs: list[str] = []
        gaps: list[str] = []
        pieces: list[str] = []
        ideas: list[str] = []
        acts: list[str] = []
        for sentence in sentences:
            stems = [self.stem(word) for word in sentence]
            for word, stem in zip(sentence, stems, strict=True):
                words_.append(word)
                words_.append("~" + stem)
                pieces.extend(grams(word))
            marked = ["^", *stems, "$"]
            pairs.extend(f"{a} {b}" for a, b in itertools.pairwise(marked))
            gaps.extend(f"{a}_{b}" for a, b in zip(stems, stems[2:], strict=False))
            found = self.concepts.found(stems)
            ideas.extend("@" + name for _, name in found)
            for n, (at, name) in enumerate(found):
                acts.extend(f"@{name}>{other}" for where, other in found[n + 1 : n + 1 + REACH] if where > at)
        return words_, pairs, gaps, pieces, ideas, acts


def grams(word: str) -> list[str]:
    """The pieces of three and four letters of a word, with a blank before and after."""
    padded = f"<{word}>"
    size = len(padded)
    return [padded[n : n + 3] for n in range(size - 2)] + [padded[n : n + 4] for n in range(size - 3)]


class Index:
    """The features seen in the banks, each with its number and its rarity."""

    def __init__(self, keys: Sequence[Sequence[str]], idf: NDArray[np.float32]) -> None:
        self.keys = keys  # by block
        self.idf = idf
        self.rows: list[dict[str, int]] = []
        start = 0
        for block in keys:
            self.rows.append({key: start + n for n, key in enumerate(block)})
            start += len(block)
        self.size = start
        self.unseen = float(idf.max()) if len(idf) else 1.0

    @classmethod
    def of(cls, messages: Sequence[tuple[list[str], ...]], least: Sequence[int] = (1, 1, 2, 2, 1, 2)) -> "Index":
        """The index of the messages' keys; a key seen in fewer than `least` messages of its block is left out."""
        seen: list[Counter[str]] = [Counter() for _ in range(BLOCKS)]
        for message in messages:
            for block, keys in zip(seen, message, strict=True):
                block.update(set(keys))
        kept = [sorted(k for k, n in block.items() if n >= low) for block, low in zip(seen, least, strict=True)]
        count = len(messages)
        idf = [math.log((1 + count) / (1 + seen[b][k])) + 1 for b, block in enumerate(kept) for k in block]
        return cls(kept, np.asarray(idf, dtype=np.float32))

    def row(self, message: tuple[list[str], ...], *, unseen: float = UNSEEN) -> Row:
        """The message as feature numbers and values, of length one if all of it is known."""
        numbers: list[int] = []
        values: list[float] = []
        mass = 0.0
        idf = self.idf
        for block, keys in enumerate(message):
            if not keys:
                continue
            weight = WEIGHTS[block]
            mass += weight * weight
            rows = self.rows[block]
            strange = 0
            known: dict[int, int] = {}
            for key in keys:
                n = rows.get(key)
                if n is None:
                    strange += 1
                else:
                    known[n] = known.get(n, 0) + 1
            if not known:
                continue
            strength = [(1 + math.log(times)) * float(idf[n]) for n, times in known.items()]
            length = sum(v * v for v in strength)
            if block < 4:  # a message without concepts is no stranger for that
                length += unseen * strange * self.unseen**2
            scale = weight / math.sqrt(length)
            numbers.extend(known)
            values.extend(v * scale for v in strength)
        if not numbers:
            return np.zeros(0, np.int32), np.zeros(0, np.float32)
        return np.asarray(numbers, np.int32), np.asarray(values, np.float32) / np.float32(math.sqrt(mass))
