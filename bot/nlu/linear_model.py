"""The linear model: one score per topic and per safety kind for a message.

A message costs as much as it has words, however large the banks are: the weights of everything that belongs to a known
word were added up when the model was trained.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from bot.nlu.decision import Calibration, Thresholds
from bot.nlu.features import GAPS, PAIRS, PIECES, WORDS, Floats, Index, Sentences, bigram_codes, grams

#: Raise when what is stored, or how it is trained, changes: models stored under an older version are not used.
FORMAT_VERSION = 12
#: What a sentence alone may add to what the whole message says.
SENTENCE = 0.3
#: How many unknown words of one message have their letters looked at; no message that says something has so many.
MAX_UNKNOWN = 400
#: How many n-grams a word has that nobody looked into.
PIECES_OF_A_WORD = 9
#: A long message is classified in at most so many parts.
MOST_PARTS = 48


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
        """From the [features, columns] coefficients over the rows of `Vectorizer`."""
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


class _Unknown(NamedTuple):
    """What a word that the banks don't have adds to the sums of a message."""

    stem: int  # the number of its stem, -1 if the banks don't have that either
    own: Floats | None
    own_length: float
    pieces: Floats | None
    pieces_length: float


class Scorer:
    """The score of every column for a message."""

    def __init__(self, weights: Weights, stem: Callable[[str], str]) -> None:
        self.weights = weights
        self.index = weights.index
        self._stem = stem
        self._stem_of_word: list[int] = weights.word_stem.tolist()

    def score_sentences(self, sentences: Sentences) -> Floats:
        """One row for the whole message, and one for each sentence where there are several; [1 + sentences, columns]."""
        seen = self._too_many(sentences)
        several = split_parts(sentences)
        if len(several) < 2:
            return self._score(sentences, seen)[None, :]
        return np.stack([self._score(sentences, seen), *(self._score([part], seen) for part in several)])

    def score(self, sentences: Sentences) -> Floats:
        """Decision scores (uncalibrated SVM margins) of the whole message, float32 [columns]: topics, harmless, kinds."""
        return self._score(sentences, self._too_many(sentences))

    def _score(self, sentences: Sentences, seen: dict[str, _Unknown]) -> Floats:
        w, index = self.weights, self.index
        known: list[int] = []
        unknown: list[_Unknown] = []
        stem_of: dict[str, int] = {}
        number = index.word_number
        for sentence in sentences:
            for word in sentence:
                if word in stem_of:
                    continue
                n = number.get(word)
                if n is not None:
                    known.append(n)
                    stem_of[word] = self._stem_of_word[n]
                    continue
                found = seen.get(word)
                if found is None:
                    found = seen[word] = self._unknown(word)
                unknown.append(found)
                stem_of[word] = found.stem
        if not stem_of:
            return w.bias.copy()
        lengths = w.word_length[known].sum(axis=0)
        own = w.word[known].sum(axis=0, dtype=np.float32)
        pieces = w.word_pieces[known].sum(axis=0, dtype=np.float32)
        own_length, pieces_length = float(lengths[0]), float(lengths[1])
        for each in unknown:
            own_length += each.own_length
            pieces_length += each.pieces_length
            if each.own is not None:
                own += each.own
            if each.pieces is not None:
                pieces += each.pieces
        total = own * (WORDS / math.sqrt(own_length)) + pieces * (PIECES / math.sqrt(pieces_length))
        mass = WORDS**2 + PIECES**2
        bigrams, skipgrams, unknown_bigrams, unknown_skipgrams = bigram_codes(
            [[stem_of[word] for word in sentence] for sentence in sentences]
        )
        codes = np.asarray(bigrams + skipgrams, np.int64)
        places = np.minimum(np.searchsorted(index.pairs, codes), max(0, len(index.pairs) - 1))
        hit = index.pairs[places] == codes if len(index.pairs) else np.zeros(len(codes), bool)
        start = len(index.words) + len(index.stems) + len(index.pieces)
        size = len(bigrams)
        for weight, block, count in (
            (PAIRS, places[:size][hit[:size]], size + unknown_bigrams),
            (GAPS, places[size:][hit[size:]], len(skipgrams) + unknown_skipgrams),
        ):
            if not count:
                continue
            mass += weight**2
            if len(block):
                lengths = index.squared[start + block]
                length = float(lengths.sum()) + index.unseen * (count - len(block))
                total += w.pair[block].sum(axis=0, dtype=np.float32) * (weight / math.sqrt(length))
        return np.asarray(total / math.sqrt(mass) + w.bias, np.float32)

    def _too_many(self, sentences: Sentences) -> dict[str, _Unknown]:
        """The unknown words that are not looked into, where there are too many of them: those in the middle."""
        if sum(map(len, sentences)) <= MAX_UNKNOWN:
            return {}
        number = self.index.word_number
        unknown = list(dict.fromkeys(word for sentence in sentences for word in sentence if word not in number))
        unread = unknown[MAX_UNKNOWN // 2 : -MAX_UNKNOWN // 2] if len(unknown) > MAX_UNKNOWN else []
        return dict.fromkeys(
            unread, _Unknown(-1, None, 2 * self.index.unseen, None, PIECES_OF_A_WORD * self.index.unseen)
        )

    def _unknown(self, word: str) -> _Unknown:
        w, index = self.weights, self.index
        stem = index.stem_number.get(self._stem(word), -1)
        own, own_length = None, 2 * index.unseen
        if stem >= 0:
            own = w.stem[stem - 2].astype(np.float32)
            own_length = index.unseen + float(index.squared[len(index.words) + stem - 2])
        all_pieces = grams(word)
        found = [n for n in (index.piece_number.get(piece, -1) for piece in all_pieces) if n >= 0]
        pieces, pieces_length = None, index.unseen * (len(all_pieces) - len(found))
        if found:
            first = len(index.words) + len(index.stems)
            pieces = w.piece[found].sum(axis=0, dtype=np.float32)
            pieces_length += float(index.squared[[first + n for n in found]].sum())
        return _Unknown(stem, own, own_length, pieces, pieces_length)


def combine(parts: Floats) -> Floats:
    """The scores of the whole message and the best of its sentences as one score per column; [1 + sentences, columns] -> [columns]."""
    whole = parts[0]
    if len(parts) == 1:
        return np.asarray(whole, np.float32)
    return np.asarray((1 - SENTENCE) * whole + SENTENCE * parts[1:].max(axis=0), np.float32)


def split_parts(sentences: Sentences) -> list[list[str]]:
    """The sentences, a very short one together with the next; of a very long message several together."""
    least = max(3, math.ceil(sum(map(len, sentences)) / MOST_PARTS))
    out: list[list[str]] = []
    short: list[str] = []
    for sentence in sentences:
        short.extend(sentence)
        if len(short) >= least:
            out.append(short)
            short = []
    if short and out:
        out[-1] = [*out[-1], *short]
    return out


@dataclass(frozen=True)
class TrainedModel:
    """All that a classifier needs beside the content: plain values, ready to be stored."""

    counts: Mapping[str, int]
    languages: Mapping[str, Mapping[str, int]]
    pairs: tuple[tuple[str, str], ...]
    weights: Weights  # columns: topics, harmless, kinds
    topics: tuple[str, ...]
    thresholds: Thresholds
    calibration: Calibration
