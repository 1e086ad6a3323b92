"""Features of a message: words and stems, character n-grams, stem bigrams and skip-bigrams.

Each kind of feature is a block normalised by itself, so that long words don't drown the rest. Unknown features count in
the length: a half-found message gets about half a score.
"""

import math
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

Sentences = Sequence[Sequence[str]]
Floats = NDArray[np.float32]
#: Weight of each block: words with their stems, pieces of words, pairs of stems, pairs with one word between.
WORDS, PIECES, PAIRS, GAPS = 1.0, 0.8, 0.8, 0.6
#: A feature seen in fewer messages than this is left out: words, stems, pieces, pairs, gaps.
LEAST = (1, 1, 2, 2, 2)
_START, _END = 0, 1  # the stem numbers of a sentence's edges
_GAP = 1 << 40


def grams(word: str) -> list[str]:
    """The pieces of three and four letters of a word, with its edges marked, each once."""
    padded = f"<{word}>"
    size = len(padded)
    pieces = [padded[n : n + 3] for n in range(size - 2)] + [padded[n : n + 4] for n in range(size - 3)]
    return list(dict.fromkeys(pieces))


@dataclass(frozen=True)
class Index:
    """The features seen in the banks, each with its rarity; the order of `idf` is words, stems, pieces, pairs."""

    words: tuple[str, ...]
    stems: tuple[str, ...]
    pieces: tuple[str, ...]
    pairs: NDArray[np.int64]  # sorted; the numbers of two stems, and whether a word stands between
    idf: Floats

    @classmethod
    def of(cls, messages: Sequence[Sentences], stem: Callable[[str], str]) -> "Index":
        """The index of what these messages show often enough."""
        words: Counter[str] = Counter()
        stems: Counter[str] = Counter()
        pieces: Counter[str] = Counter()
        for message in messages:
            own = {word for sentence in message for word in sentence}
            words.update(own)
            stems.update({stem(word) for word in own})
            pieces.update({piece for word in own for piece in grams(word)})
        kept = [
            sorted(k for k, n in seen.items() if n >= low)
            for seen, low in zip((words, stems, pieces), LEAST, strict=False)
        ]
        number = {name: n for n, name in enumerate(kept[1], 2)}
        pairs: Counter[int] = Counter()
        for message in messages:
            near, gaps, _, _ = bigram_codes([[number[stem(word)] for word in sentence] for sentence in message])
            pairs.update(near)
            pairs.update(gaps)
        codes = sorted(code for code, n in pairs.items() if n >= LEAST[3 if code < _GAP else 4])
        counts = [seen[k] for seen, keys in zip((words, stems, pieces), kept, strict=True) for k in keys]
        counts += [pairs[code] for code in codes]
        idf = np.log((1 + len(messages)) / (1 + np.asarray(counts, np.float64))) + 1
        return cls(tuple(kept[0]), tuple(kept[1]), tuple(kept[2]), np.asarray(codes, np.int64), idf.astype(np.float32))

    @property
    def size(self) -> int:
        """How many features there are."""
        return len(self.idf)

    @cached_property
    def word_number(self) -> dict[str, int]:
        """The number of each word."""
        return {word: n for n, word in enumerate(self.words)}

    @cached_property
    def stem_number(self) -> dict[str, int]:
        """The number of each stem, after those of a sentence's edges."""
        return {stem: n for n, stem in enumerate(self.stems, 2)}

    @cached_property
    def piece_number(self) -> dict[str, int]:
        """The number of each piece of a word."""
        return {piece: n for n, piece in enumerate(self.pieces)}

    @cached_property
    def squared(self) -> Floats:
        """The rarities squared."""
        return np.asarray(self.idf**2, np.float32)

    @cached_property
    def unseen(self) -> float:
        """What a feature that the banks never showed adds to a block's squared length: as the rarest do."""
        return float(self.idf.max()) ** 2 if self.size else 1.0


def bigram_codes(sentences: Iterable[Sequence[int]]) -> tuple[list[int], list[int], int, int]:
    """The neighbours, and the next neighbours, each pair once; then how many of both have an unknown stem (-1)."""
    near: dict[int, None] = {}
    gaps: dict[int, None] = {}
    unknown_bigrams = unknown_skipgrams = 0
    for stems in sentences:
        before, last = -2, _START
        for stem in stems:
            if last >= 0 and stem >= 0:
                near[last << 20 | stem] = None
            else:
                unknown_bigrams += 1
            if before >= 0 and stem >= 0:
                gaps[_GAP | before << 20 | stem] = None
            elif before != -2:
                unknown_skipgrams += 1
            before, last = (last if last != _START else -2), stem
        if last >= 0:
            near[last << 20 | _END] = None
        else:
            unknown_bigrams += 1
    return list(near), list(gaps), unknown_bigrams, unknown_skipgrams


class Vectorizer:
    """Messages as rows over the features, for learning; `Scorer` says the same without the rows."""

    def __init__(self, index: Index, stem: Callable[[str], str]) -> None:
        self.index = index
        self._stem = stem
        self._of_word: dict[str, tuple[list[int], list[int], float, float]] = {}
        self._pair = {int(code): n for n, code in enumerate(index.pairs)}

    def row(self, sentences: Sentences) -> tuple[list[int], list[float]]:
        """The message as feature numbers (one may come twice) and values, of length one if all of it is known."""
        index, idf = self.index, self.index.idf
        words = [self._word(word) for word in dict.fromkeys(w for s in sentences for w in s)]
        if not words:
            return [], []
        start = len(index.words) + len(index.stems) + len(index.pieces)
        blocks: list[tuple[float, list[int], float]] = [
            (WORDS, [n for w in words for n in w[0]], sum(w[2] for w in words)),
            (PIECES, [n for w in words for n in w[1]], sum(w[3] for w in words)),
        ]
        stems = [[index.stem_number.get(self._stem(word), -1) for word in sentence] for sentence in sentences]
        near, gaps, unknown_bigrams, unknown_skipgrams = bigram_codes(stems)
        for weight, codes, unknown in ((PAIRS, near, unknown_bigrams), (GAPS, gaps, unknown_skipgrams)):
            if codes or unknown:
                known = [start + self._pair[c] for c in codes if c in self._pair]
                length = sum(float(idf[n]) ** 2 for n in known)
                blocks.append((weight, known, length + index.unseen * (len(codes) - len(known) + unknown)))
        mass = math.sqrt(sum(weight**2 for weight, _, _ in blocks))
        numbers: list[int] = []
        values: list[float] = []
        for weight, known, length in blocks:
            scale = weight / mass / math.sqrt(length) if known else 0.0
            numbers.extend(known)
            values.extend(float(idf[n]) * scale for n in known)
        return numbers, values

    def _word(self, word: str) -> tuple[list[int], list[int], float, float]:
        """The features of a word and of its pieces, and both squared lengths."""
        if word not in self._of_word:
            index = self.index
            count, stems = len(index.words), len(index.stems)
            own = [n for n in (index.word_number.get(word),) if n is not None]
            stem = index.stem_number.get(self._stem(word))
            own += [count + stem - 2] if stem is not None else []
            all_pieces = grams(word)
            pieces = [count + stems + index.piece_number[p] for p in all_pieces if p in index.piece_number]
            own_length = sum(float(index.idf[n]) ** 2 for n in own) + index.unseen * (2 - len(own))
            rest = index.unseen * (len(all_pieces) - len(pieces))
            self._of_word[word] = own, pieces, own_length, sum(float(index.idf[n]) ** 2 for n in pieces) + rest
        return self._of_word[word]
