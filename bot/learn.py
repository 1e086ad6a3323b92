"""What the phrase banks teach: words, features, one linear score per topic and per safety kind, and how far to trust them.

Learned from intents/ and content/ alone, the same every time. A tenth of the bank, chosen by hash, is never used here:
`porchlight score` measures on it. Needs scikit-learn, which running the bot does not.
"""

import hashlib
import itertools
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bot import text as texts
from bot.features import Concepts, Index, Maker
from bot.lexicon import Lexicon, Reading
from bot.matcher import Trust
from bot.model import KINDS, Content, Kind
from bot.safety import Limits

#: Of a hundred hash buckets: the first are never learned from, the next set the limits.
TEST, CALIBRATE = 10, 25
#: Raise when what is learned, or how, changes.
RECIPE = 3
#: The column of messages that sound serious and aren't.
HARMLESS = "harmless"

#: Share of harmless messages that may bring an alert, on messages kept apart. The bank's own harmless messages are
#: look-alikes on purpose: 4 of 100 of them is about 2 of 100 in ordinary traffic.
FALSE_ALERTS = 0.04
#: Share of safety messages whose answer must open with the numbers, alert or not.
CAREFUL = 0.995


@dataclass(frozen=True)
class Example:
    """One message of the bank with what it means."""

    text: str
    lang: str
    at: str
    kinds: frozenset[Kind] = frozenset()
    topic: str | None = None  # None: says nothing about topics

    @property
    def bucket(self) -> int:
        """0 to 99, from the words alone: typing it again elsewhere gives the same."""
        plain = " ".join(self.text.casefold().split())
        return int.from_bytes(hashlib.sha256(plain.encode()).digest()[:4], "big") % 100


@dataclass(frozen=True)
class Learned:
    """All that hearing needs beside the content: plain values, ready to be stored."""

    counts: Mapping[str, int]
    pairs: tuple[tuple[str, str], ...]
    keys: tuple[tuple[str, ...], ...]
    idf: NDArray[np.float32]
    topics: tuple[str, ...]
    weights: NDArray[np.float32]  # [features, topics + harmless + kinds]
    bias: NDArray[np.float32]
    limits: Limits
    trust: Trust


def examples(content: Content) -> Iterator[Example]:
    """Every message of the banks."""
    for lang, words in content.languages.items():
        for topic, phrases in words.intents.items():
            yield from (Example(p.text, lang, p.at, topic=topic) for p in phrases)
        for kind, phrases in words.safety.bank.items():
            yield from (Example(p.text, lang, p.at, frozenset({kind})) for p in phrases)
        for kind, phrases in words.safety.says.items():
            yield from (Example(p.text, lang, p.at, frozenset({kind})) for p in phrases)
        yield from (Example(p.text, lang, p.at) for p in words.safety.harmless)


def held_out(content: Content) -> list[Example]:
    """The part of the bank that is never learned from."""
    return [example for example in examples(content) if example.bucket < TEST]


def concepts_of(content: Content, lexicon: Lexicon) -> dict[str, list[tuple[str, ...]]]:
    """The editors' concept lists of all languages, in the words of a reading."""
    table: dict[str, list[tuple[str, ...]]] = {}
    for lang, words in content.languages.items():
        for name, phrases in words.concepts.items():
            table.setdefault(name, []).extend(r.words for r in (lexicon.read(p.text, lang) for p in phrases) if r.words)
    return table


def train(content: Content, lexicon: Lexicon, maker_of: Any) -> Learned:
    """What the banks teach; `maker_of(lexicon, concepts)` builds the feature maker."""
    bank = sorted({e for e in examples(content) if e.bucket >= TEST}, key=lambda e: (e.lang, e.at))
    counts = _vocabulary(bank, lexicon)
    lexicon.learn(counts, ())
    readings = [lexicon.read(e.text, e.lang) for e in bank]
    pairs = _pairs(readings)
    lexicon.learn(counts, pairs)
    maker: Maker = maker_of(lexicon, Concepts(concepts_of(content, lexicon), lexicon.stem))
    keys = [maker.keys(lexicon.read(e.text, e.lang).sentences) for e in bank]

    early = [n for n, e in enumerate(bank) if e.bucket >= CALIBRATE]
    later = [n for n, e in enumerate(bank) if e.bucket < CALIBRATE]
    topics = tuple(content.topics)
    first = _Fit.of([bank[n] for n in early], [keys[n] for n in early], topics)
    limits, trust = _calibrate(first, [bank[n] for n in later], [keys[n] for n in later])
    final = _Fit.of(bank, keys, topics)
    return Learned(
        counts, tuple(pairs), tuple(tuple(b) for b in final.index.keys), final.index.idf, topics,
        final.weights, final.bias, limits, trust,
    )  # fmt: skip


def _label(example: Example) -> str:
    """The one column a message teaches: its kind, its topic, or neither."""
    return next(iter(sorted(example.kinds)), example.topic or HARMLESS)


def risk(scores: NDArray[np.float32], topics: int) -> NDArray[np.float32]:
    """How much more a message is of a safety kind than of anything else; [messages, columns] -> [messages].

    Against the best other column, not against zero: this heard 61 % where one "any kind" score heard 43 % (2 % false
    alerts, the same phrases)."""
    return np.asarray(scores[:, topics + 1 :].max(axis=1) - scores[:, : topics + 1].max(axis=1), np.float32)


def _vocabulary(bank: Sequence[Example], lexicon: Lexicon) -> dict[str, int]:
    """The words worth mending towards: seen three times, or known to the language anyway."""
    lexicon.learn({}, ())
    seen: Counter[str] = Counter()
    for example in bank:
        for sentence in texts.sentences(texts.fold(example.text, lexicon.tables)):
            seen.update(word for word in lexicon.spelled(texts.tokens(sentence), example.lang) if word.isalpha())
    return {word: n for word, n in sorted(seen.items()) if n >= 3 or word in lexicon.common}


def _pairs(readings: Sequence[Reading]) -> list[tuple[str, str]]:
    seen: Counter[tuple[str, str]] = Counter()
    for reading in readings:
        for sentence in reading.sentences:
            seen.update(itertools.pairwise(sentence))
    return sorted(pair for pair, n in seen.items() if n >= 2)


@dataclass
class _Fit:
    index: Index
    topics: tuple[str, ...]
    weights: NDArray[np.float32]
    bias: NDArray[np.float32]

    @classmethod
    def of(cls, bank: Sequence[Example], keys: Sequence[tuple[list[str], ...]], topics: tuple[str, ...]) -> "_Fit":
        from sklearn.svm import LinearSVC  # only the build needs it

        index = Index.of(keys)
        matrix = _matrix(index, keys)
        columns = len(topics) + 1 + len(KINDS)
        weights = np.zeros((index.size, columns), np.float32)
        bias = np.full(columns, -1.0, np.float32)

        column_of = {name: n for n, name in enumerate((*topics, HARMLESS, *KINDS))}
        labels = np.asarray([column_of[_label(example)] for example in bank])
        for column in sorted(set(labels.tolist())):
            model = LinearSVC(C=1.0, random_state=0).fit(matrix, labels == column)
            weights[:, column] = model.coef_[0]
            bias[column] = model.intercept_[0]
        return cls(index, topics, weights, bias)

    def scores(self, keys: Sequence[tuple[list[str], ...]]) -> NDArray[np.float32]:
        """[messages, columns]"""
        return np.asarray(_matrix(self.index, keys) @ self.weights + self.bias, np.float32)


def _matrix(index: Index, keys: Sequence[tuple[list[str], ...]]) -> Any:
    from scipy.sparse import csr_matrix

    rows = [index.row(k) for k in keys]
    ends = np.cumsum([0, *(len(numbers) for numbers, _ in rows)])
    numbers = np.concatenate([n for n, _ in rows]) if rows else np.zeros(0, np.int32)
    values = np.concatenate([v for _, v in rows]) if rows else np.zeros(0, np.float32)
    return csr_matrix((values, numbers, ends), shape=(len(rows), index.size))


def _calibrate(fit: _Fit, bank: Sequence[Example], keys: Sequence[tuple[list[str], ...]]) -> tuple[Limits, Trust]:
    """Limits and trust from messages that the fit has not seen."""
    from sklearn.linear_model import LogisticRegression

    scores = fit.scores(keys)
    anything = risk(scores, len(fit.topics))
    risky = np.asarray([bool(e.kinds) for e in bank])
    harmless, serious = np.sort(anything[~risky])[::-1], np.sort(anything[risky])
    alert = float(harmless[int(FALSE_ALERTS * len(harmless))])
    careful = float(serious[int((1 - CAREFUL) * len(serious))])
    about = np.asarray([n for n, e in enumerate(bank) if e.topic is not None])
    margins = scores[about, : len(fit.topics)]
    order = np.argsort(-margins, axis=1)
    best = np.take_along_axis(margins, order[:, :1], 1)[:, 0]
    second = np.take_along_axis(margins, order[:, 1:2], 1)[:, 0]
    right = np.asarray([fit.topics[order[n, 0]] == bank[i].topic for n, i in enumerate(about)])
    if right.all() or not right.any():  # too small a bank to tell trust by; margins speak for themselves
        return Limits(alert, min(careful, alert), kind=-0.3), Trust(0.0, 1.7, 1.4, answer=ANSWER, offer=-1.2)
    model = LogisticRegression().fit(np.column_stack([best, best - second]), right)
    trust = Trust(
        float(model.intercept_[0]), float(model.coef_[0, 0]), float(model.coef_[0, 1]), answer=ANSWER, offer=-1.2
    )
    return Limits(alert, min(careful, alert), kind=-0.3), trust


#: Confidence from which on a topic is answered rather than offered. Between "never wrong" and "never any use".
ANSWER = 0.4
