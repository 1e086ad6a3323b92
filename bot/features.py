"""What is counted in a message, and what the counts say: words and stems, pairs of stems, and pieces of words.

Each kind of feature is a block with a length of its own, so that long words don't drown the rest. What the banks never
showed counts too, as length without direction: a half-understood message gets half a score. A message costs as much as
it has words, however large the banks are: whatever belongs to a known word was added up when it was learned.
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
#: What a sentence alone may add to what the whole message says.
SENTENCE = 0.3
#: A long message is heard in at most so many parts.
MOST_PARTS = 12

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
            near, gaps, _, _ = pair_codes([[number[stem(word)] for word in sentence] for sentence in message])
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


def pair_codes(sentences: Iterable[Sequence[int]]) -> tuple[list[int], list[int], int, int]:
    """The neighbours, and the next neighbours, each pair once; then how many of both have an unknown stem (-1)."""
    near: dict[int, None] = {}
    gaps: dict[int, None] = {}
    strange_near = strange_gaps = 0
    for stems in sentences:
        before, last = -2, _START
        for stem in stems:
            if last >= 0 and stem >= 0:
                near[last << 20 | stem] = None
            else:
                strange_near += 1
            if before >= 0 and stem >= 0:
                gaps[_GAP | before << 20 | stem] = None
            elif before != -2:
                strange_gaps += 1
            before, last = (last if last != _START else -2), stem
        if last >= 0:
            near[last << 20 | _END] = None
        else:
            strange_near += 1
    return list(near), list(gaps), strange_near, strange_gaps


@dataclass(frozen=True)
class Weights:
    """What one linear score per column says of each feature, added up by word; ready to be stored."""

    index: Index
    word: Floats  # [words, columns], the word with its stem
    word_pieces: Floats  # [words, columns], all its pieces
    word_length: Floats  # [words, 2], squared lengths of both
    word_stem: NDArray[np.int32]  # [words], the number of its stem
    stem: Floats  # [stems, columns], for words that only share a stem with the banks
    piece: Floats  # [pieces, columns], for words that the banks don't have
    pair: Floats  # [pairs, columns]
    bias: Floats  # [columns]

    @classmethod
    def of(cls, index: Index, coefficients: Floats, bias: Floats, stem: Callable[[str], str]) -> "Weights":
        """From the [features, columns] coefficients over the rows of `Rows`."""
        count, stems, pieces = len(index.words), len(index.stems), len(index.pieces)
        by_feature = coefficients * index.idf[:, None]
        stem_rows, piece_rows = by_feature[count : count + stems], by_feature[count + stems : count + stems + pieces]
        squared = index.idf.astype(np.float64) ** 2
        word_stem = np.asarray([index.stem_number[stem(word)] for word in index.words], np.int32)
        word = by_feature[:count] + stem_rows[word_stem - 2] if count else by_feature[:0]
        word_pieces = np.zeros((count, by_feature.shape[1]), np.float32)
        length = np.zeros((count, 2), np.float32)
        for n, name in enumerate(index.words):
            known = [index.piece_number[p] for p in grams(name) if p in index.piece_number]
            word_pieces[n] = piece_rows[known].sum(axis=0)
            length[n] = (
                squared[n] + squared[count + word_stem[n] - 2],
                squared[[count + stems + k for k in known]].sum() + index.unseen * (len(grams(name)) - len(known)),
            )
        return cls(
            index, word, word_pieces, length, word_stem, stem_rows, piece_rows, by_feature[count + stems + pieces :],
            bias.astype(np.float32),
        )  # fmt: skip


class Rows:
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
        near, gaps, strange_near, strange_gaps = pair_codes(stems)
        for weight, codes, strange in ((PAIRS, near, strange_near), (GAPS, gaps, strange_gaps)):
            if codes or strange:
                known = [start + self._pair[c] for c in codes if c in self._pair]
                length = sum(float(idf[n]) ** 2 for n in known)
                blocks.append((weight, known, length + index.unseen * (len(codes) - len(known) + strange)))
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


class Scorer:
    """The score of every column for a message."""

    def __init__(self, weights: Weights, stem: Callable[[str], str]) -> None:
        self.weights = weights
        self.index = weights.index
        self._stem = stem
        self._stem_of_word: list[int] = weights.word_stem.tolist()

    def parts(self, sentences: Sentences) -> Floats:
        """One row for the whole message, and one for each sentence where there are several; [1 + sentences, columns]."""
        several = _parts(sentences)
        if len(several) < 2:
            return self.score(sentences)[None, :]
        return np.stack([self.score(sentences), *(self.score([part]) for part in several)])

    def score(self, sentences: Sentences) -> Floats:
        """What all of it says together; [columns]"""
        w, index = self.weights, self.index
        known: list[int] = []
        strange: list[str] = []
        stem_of: dict[str, int] = {}
        number = index.word_number
        for sentence in sentences:
            for word in sentence:
                if word in stem_of:
                    continue
                n = number.get(word)
                if n is None:
                    strange.append(word)
                    stem_of[word] = index.stem_number.get(self._stem(word), -1)
                else:
                    known.append(n)
                    stem_of[word] = self._stem_of_word[n]
        if not stem_of:
            return w.bias.copy()
        lengths = w.word_length[known].sum(axis=0)
        own = w.word[known].sum(axis=0, dtype=np.float32)
        pieces = w.word_pieces[known].sum(axis=0, dtype=np.float32)
        own_length, pieces_length = float(lengths[0]), float(lengths[1])
        for word in strange:
            stem = stem_of[word]
            own_length += index.unseen
            if stem >= 0:
                own = own + w.stem[stem - 2]
                own_length += float(index.squared[len(index.words) + stem - 2])
            else:
                own_length += index.unseen
            numbers = [index.piece_number.get(piece, -1) for piece in grams(word)]
            found = [n for n in numbers if n >= 0]
            first = len(index.words) + len(index.stems)
            pieces_length += index.unseen * (len(numbers) - len(found))
            if found:
                pieces = pieces + w.piece[found].sum(axis=0, dtype=np.float32)
                pieces_length += float(index.squared[[first + n for n in found]].sum())
        total = own * (WORDS / math.sqrt(own_length)) + pieces * (PIECES / math.sqrt(pieces_length))
        mass = WORDS**2 + PIECES**2
        near, gaps, strange_near, strange_gaps = pair_codes(
            [[stem_of[word] for word in sentence] for sentence in sentences]
        )
        codes = np.asarray(near + gaps, np.int64)
        places = np.minimum(np.searchsorted(index.pairs, codes), max(0, len(index.pairs) - 1))
        hit = index.pairs[places] == codes if len(index.pairs) else np.zeros(len(codes), bool)
        start = len(index.words) + len(index.stems) + len(index.pieces)
        size = len(near)
        for weight, block, count in (
            (PAIRS, places[:size][hit[:size]], size + strange_near),
            (GAPS, places[size:][hit[size:]], len(gaps) + strange_gaps),
        ):
            if not count:
                continue
            mass += weight**2
            if len(block):
                lengths = index.squared[start + block]
                length = float(lengths.sum()) + index.unseen * (count - len(block))
                total += w.pair[block].sum(axis=0, dtype=np.float32) * (weight / math.sqrt(length))
        return np.asarray(total / math.sqrt(mass) + w.bias, np.float32)


def together(parts: Floats) -> Floats:
    """What the whole and its strongest sentences say together; [1 + sentences, columns] -> [columns]."""
    whole = parts[0]
    if len(parts) == 1:
        return np.asarray(whole, np.float32)
    return np.asarray((1 - SENTENCE) * whole + SENTENCE * parts[1:].max(axis=0), np.float32)


def _parts(sentences: Sentences) -> list[list[str]]:
    """The sentences, a very short one together with the next, and of a very long message only so many parts."""
    out: list[list[str]] = []
    short: list[str] = []
    for sentence in sentences:
        short.extend(sentence)
        if len(short) >= 3:
            out.append(short)
            short = []
    if short and out:
        out[-1] = [*out[-1], *short]
    if len(out) > MOST_PARTS:
        size = math.ceil(len(out) / MOST_PARTS)
        out = [[w for part in out[n : n + size] for w in part] for n in range(0, len(out), size)]
    return out
