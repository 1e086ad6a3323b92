"""Trains the model from the phrase banks of intents/ and content/.

One linear score per column, each against all others; then the thresholds and the confidence, from scores of messages that
the fit behind each score had not seen (out of fold). Deterministic: the same content gives the same model. Needs
scikit-learn and scipy, which running the bot does not.
"""

import itertools
import random
import zlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bot.dialogue import KINDS
from bot.nlu import normalize as texts
from bot.nlu.augment import AUGMENTED_COPIES, Swaps, concepts_of
from bot.nlu.decision import SENTENCE_DISCOUNT, SHORT, Calibration, Thresholds, safety_margin, topic_scores
from bot.nlu.examples import HARMLESS, HELD_OUT, Example, examples
from bot.nlu.features import Floats, Index, Sentences, Vectorizer
from bot.nlu.lexicon import TELLING_COUNT, Lexicon, Reading
from bot.nlu.linear_model import SENTENCE, TrainedModel, Weights, split_parts
from bot.schema import Content

#: A message as feature numbers and values.
Line = tuple[list[int], list[float]]


@dataclass(frozen=True)
class TrainingConfig:
    """Every number that was chosen, with what it was chosen by. Measured on authors left out of the training."""

    strength: float = 0.3  # C of the linear fit: less clings less to our own sort of message (1 and 0.1 were tried)
    tolerance: float = 0.1  # of the solver: a tenth of this takes three times as long and finds no more
    bank_weight: float = (
        0.4  # for safety, of a line of the older banks, hard on purpose, beside 1 of one as real people write
    )
    folds: int = 3
    false_alerts: float = 0.03  # share of everyday messages, of files left out of the fit, that may raise an alert
    careful_recall: float = 0.995  # share of safety messages whose answer opens with the numbers, alert or not
    kind: float = -0.45  # score from which on a second kind is named as well
    parallel_from: int = 5000  # rows from which on several processes are worth their start


CONFIG = TrainingConfig()


def train(
    content: Content, lexicon: Lexicon, progress: Callable[[int, int], None] = lambda done, total: None
) -> TrainedModel:
    """The model trained on the banks; `progress` is called with the steps done and the steps in all.

    `lexicon` takes in the vocabulary. ImportError without scikit-learn.
    """
    bank = sorted(
        {e for e in examples(content) if e.bucket >= HELD_OUT and e.set != "careful"}, key=lambda e: (e.lang, e.source)
    )
    topics = tuple(content.topics)
    names = (*topics, HARMLESS, *KINDS)
    steps = _Steps(progress, passes=3, messages=len(bank), fits=(CONFIG.folds + 1) * (len(names) + 1))
    counts, languages = _vocabulary(bank, content, lexicon)
    lexicon.learn(counts, ())
    pairs = _pairs([lexicon.read(e.text, e.lang) for e in steps.counted(bank)])
    lexicon.learn(counts, pairs, languages)
    messages = [lexicon.read(e.text, e.lang).sentences for e in steps.counted(bank)]
    index = Index.of(messages, lexicon.stem)
    rows = Vectorizer(index, lexicon.stem)
    data = _Data.of(steps.counted(bank), messages, rows, Swaps(concepts_of(content, lexicon)), names)
    scores = np.zeros((len(bank), 2, len(names) + 1), np.float32)
    folds = np.asarray([_fold(example) for example in bank])
    for fold in range(CONFIG.folds):
        coefficients, bias = fit(data, folds != fold, steps.done)
        scores[folds == fold] = data.scores(folds == fold, coefficients, bias)
    words = np.asarray([sum(map(len, message)) for message in messages])
    thresholds, calibration = _calibrate(scores, words, bank, topics)
    coefficients, bias = fit(data, np.ones(len(bank), bool), steps.done)
    weights = Weights.of(index, coefficients, bias, lexicon.stem)
    return TrainedModel(counts, languages, tuple(pairs), weights, topics, thresholds, calibration)


class _Steps:
    """Counts how far the training is: a step is one linear score fitted, or so many messages read, which takes as long."""

    _MESSAGES = 6000

    def __init__(self, progress: Callable[[int, int], None], passes: int, messages: int, fits: int) -> None:
        self._progress = progress
        self._done = 0
        self._total = passes * (messages // self._MESSAGES) + fits
        progress(0, self._total)

    def done(self) -> None:
        """One step more; never more than were said."""
        self._done = min(self._done + 1, self._total)
        self._progress(self._done, self._total)

    def counted(self, bank: Iterable[Example]) -> Iterator[Example]:
        """The same messages, counted while they are taken."""
        for number, example in enumerate(bank, 1):
            yield example
            if number % self._MESSAGES == 0:
                self.done()


def _fold(example: Example) -> int:
    """Which fold scores a message. The files of everyday talk and stories stay whole: each is one author's, and lines of one
    author are easier to tell than a stranger's."""
    key = example.source.rpartition(":")[0] if example.set in ("everyday", "stories") else example.text
    return zlib.crc32(f"{example.lang} {key}".encode()) % CONFIG.folds


@dataclass(frozen=True)
class _Data:
    """The examples as sparse rows, and which columns each teaches."""

    whole: Any  # csr_matrix [examples, features]
    copies: Any  # csr_matrix [copies, features]: the examples in other words
    copy_of: NDArray[np.int32]
    parts: Any  # csr_matrix [parts, features]: the sentences of examples that have several
    part_of: NDArray[np.int32]
    labels: NDArray[np.bool_]  # [examples, columns]
    known: NDArray[np.bool_]  # [examples, columns]: where False, the example says nothing about that column
    weight: Floats  # [examples]: of the safety columns; the topics' count each line alike

    @classmethod
    def of(
        cls,
        bank: Iterable[Example],
        messages: Sequence[Sentences],
        rows: Vectorizer,
        swaps: Swaps,
        names: Sequence[str],
    ) -> "_Data":
        """The rows of these examples, whose readings are `messages`; `names` are the columns but the last, "any kind"."""
        column_of = {name: n for n, name in enumerate(names)}
        kinds_from = column_of[KINDS[0]]
        whole: list[Line] = []
        copies: list[Line] = []
        parts: list[Line] = []
        copy_of: list[int] = []
        part_of: list[int] = []
        labels = np.zeros((len(messages), len(names) + 1), bool)
        known = np.ones_like(labels)
        weight = np.ones(len(messages), np.float32)
        for n, (example, message) in enumerate(zip(bank, messages, strict=True)):
            whole.append(rows.row(message))
            several = split_parts(message)
            if len(several) > 1:
                parts.extend(rows.row([part]) for part in several)
                part_of.extend([n] * len(several))
            chance = random.Random(f"{example.lang} {example.text}")  # noqa: S311  # the same every time
            lang = example.lang if example.columns not in ((HARMLESS,), ("none",)) else ""
            for _ in range(AUGMENTED_COPIES):
                if (copy := swaps.copy(message, lang, chance)) != [list(sentence) for sentence in message]:
                    copies.append(rows.row(copy))
                    copy_of.append(n)
            labels[n, [column_of[name] for name in example.columns if name in column_of]] = True
            labels[n, -1] = bool(example.kinds)
            if example.kinds and not example.topics:
                known[n, : kinds_from - 1] = False  # nobody said what it is about: it may be any topic
            weight[n] = CONFIG.bank_weight if example.set in ("bank", "phrase") else 1
        size = rows.index.size
        return cls(
            _matrix(whole, size), _matrix(copies, size), np.asarray(copy_of, np.int32), _matrix(parts, size),
            np.asarray(part_of, np.int32), labels, known, weight,
        )  # fmt: skip

    def scores(self, chosen: NDArray[np.bool_], coefficients: Floats, bias: Floats) -> Floats:
        """Of the chosen examples what the whole message says, and the gravest of its sentences; [chosen, 2, columns]."""
        whole = np.asarray(self.whole[chosen] @ coefficients + bias, np.float32)
        out = np.stack([whole, whole], axis=1)
        topics = self.labels.shape[1] - len(KINDS) - 2
        own = np.flatnonzero(chosen[self.part_of]) if len(self.part_of) else np.zeros(0, np.intp)
        if len(own):
            place = np.cumsum(chosen) - 1
            parts = np.asarray(self.parts[own] @ coefficients + bias, np.float32)
            margins = safety_margin(parts, topics)
            order = np.lexsort((margins, self.part_of[own]))
            last = np.append(np.diff(self.part_of[own][order]) != 0, True)
            out[place[self.part_of[own][order[last]]], 1] = parts[order[last]]
        return out


def _matrix(lines: Sequence[Line], size: int) -> Any:
    from scipy.sparse import csr_matrix  # only training needs it

    ends = np.cumsum([0, *(len(numbers) for numbers, _ in lines)])
    numbers = np.fromiter(itertools.chain.from_iterable(n for n, _ in lines), np.int32, ends[-1])
    values = np.fromiter(itertools.chain.from_iterable(v for _, v in lines), np.float64, ends[-1])
    matrix = csr_matrix((values, numbers, ends), shape=(len(lines), size))
    matrix.sum_duplicates()
    return matrix


def fit(data: _Data, chosen: NDArray[np.bool_], fitted: Callable[[], None]) -> tuple[Floats, Floats]:
    """One linear score per column from the chosen examples; ([features, columns], [columns]). `fitted` is called after each."""
    from joblib import Parallel, delayed  # only training needs these
    from scipy.sparse import vstack
    from sklearn.svm import LinearSVC

    kept = chosen[data.copy_of] if len(data.copy_of) else np.zeros(0, bool)
    source = np.concatenate([np.flatnonzero(chosen), data.copy_of[kept]])
    matrix = vstack([data.whole[chosen], data.copies[kept]]).tocsr()
    labels, known, weight = data.labels[source], data.known[source], data.weight[source]
    columns = labels.shape[1]
    topics = columns - len(KINDS) - 2
    weights = np.zeros((matrix.shape[1], columns), np.float32)
    bias = np.full(columns, -1.0, np.float32)

    def learn(column: int) -> tuple[Floats, float]:
        worth = np.where(known[:, column], weight if column >= topics else 1.0, 0.0)
        use = worth > 0
        model = LinearSVC(C=CONFIG.strength, random_state=0, tol=CONFIG.tolerance)
        model.fit(matrix if use.all() else matrix[use], labels[use, column], sample_weight=worth[use])
        return model.coef_[0].astype(np.float32), float(model.intercept_[0])

    # In processes, not threads: the solver draws from one generator per process, and the same must come out every time.
    there = [column for column in range(columns) if (labels[:, column] & known[:, column]).any()]
    jobs = -1 if len(source) > CONFIG.parallel_from else 1
    found = Parallel(n_jobs=jobs, return_as="generator")(delayed(learn)(column) for column in there)
    for column, (weight_of, offset) in zip(there, found, strict=True):
        weights[:, column], bias[column] = weight_of, offset
        fitted()
    return weights, bias


def _calibrate(
    scores: Floats, words: NDArray[np.intp], bank: Sequence[Example], topics: tuple[str, ...]
) -> tuple[Thresholds, Calibration]:
    """Thresholds and confidence from out-of-fold scores, on a mix like real traffic.

    `scores` is [examples, 2, columns]: the whole message and its gravest sentence."""
    count = len(topics)
    risks = np.maximum(
        safety_margin(scores[:, 0], count),
        np.where(
            (scores[:, 0] == scores[:, 1]).all(axis=1), -np.inf, safety_margin(scores[:, 1], count) - SENTENCE_DISCOUNT
        ),
    )
    serious = np.sort(risks[[bool(e.kinds) for e in bank]])[::-1]
    calm = np.asarray([e.set == "everyday" for e in bank])
    if not calm.any():  # a bank too small to hold any: what it calls harmless stands for it
        calm = np.asarray([not e.kinds for e in bank])

    def alert_from(chosen: NDArray[np.bool_]) -> float:
        ranked = np.sort(risks[chosen if chosen.any() else calm])[::-1]
        return float(ranked[int(CONFIG.false_alerts * len(ranked))])

    alert, alert_short = alert_from(calm & (words > SHORT)), alert_from(calm & (words <= SHORT))
    careful = float(serious[min(int(CONFIG.careful_recall * len(serious)), len(serious) - 1)])
    thresholds = Thresholds(alert, alert_short, min(careful, alert, alert_short), CONFIG.kind)
    return thresholds, _confidence(scores, words, bank, topics)


def _confidence(
    scores: Floats, words: NDArray[np.intp], bank: Sequence[Example], topics: tuple[str, ...]
) -> Calibration:
    from sklearn.linear_model import LogisticRegression

    about = np.asarray([n for n, e in enumerate(bank) if not e.kinds])
    whole, sentence = scores[about, 0], scores[about, 1]
    margins = topic_scores((1 - SENTENCE) * whole + SENTENCE * np.maximum(whole, sentence), topics)
    order = np.argsort(-margins, axis=1)
    best = np.take_along_axis(margins, order[:, :1], 1)[:, 0]
    second = np.take_along_axis(margins, order[:, 1:2], 1)[:, 0]
    # "None of ours" is never answered, so only messages that would be are asked about.
    named = np.asarray([topics[n] != "none" for n in order[:, 0]])
    about, best, second, order = about[named], best[named], second[named], order[named]
    right = np.asarray([topics[order[n, 0]] in bank[i].topics for n, i in enumerate(about)])
    if right.all() or not right.any():  # too small a bank to tell confidence by; margins speak for themselves
        return Calibration(0.0, 1.7, 1.4, 0.0)
    worth = [CONFIG.bank_weight if bank[i].set == "bank" else 1.0 for i in about]
    shown = np.column_stack([best, best - second, np.log1p(words[about])])
    model = LogisticRegression().fit(shown, right, sample_weight=worth)
    return Calibration(float(model.intercept_[0]), *(float(value) for value in model.coef_[0]))


def _vocabulary(
    bank: Sequence[Example], content: Content, lexicon: Lexicon
) -> tuple[dict[str, int], dict[str, dict[str, int]]]:
    """The words worth mending towards: seen three times, in a short phrase or concept, or known to the language anyway;
    and how often each of the commoner ones stands in each language."""
    lexicon.learn({}, ())
    seen: Counter[str] = Counter()
    by_language: dict[str, Counter[str]] = {lang: Counter() for lang in content.languages}
    for example in bank:
        own = by_language[example.lang]
        for sentence in texts.sentences(texts.fold(example.text, lexicon.tables)):
            typed = texts.tokens(sentence)
            own.update(word for word in typed if word.isalpha())
            seen.update(word for word in lexicon.spelled(typed, example.lang) if word.isalpha())
    total = sum(by_language.values(), Counter[str]())
    telling = {
        lang: {word: n for word, n in sorted(own.items()) if total[word] >= TELLING_COUNT}
        for lang, own in by_language.items()
    }
    phrases = {
        word
        for lang, words in content.languages.items()
        for group in (*words.safety.says.values(), *words.safety.idioms.values(), *words.concepts.values())
        for phrase in group
        for word in lexicon.wording(phrase.text, lang)
        if "@" not in phrase.text
    }
    for word in phrases:
        seen[word] += 0 if seen[word] else 1
    kept = {word: n for word, n in sorted(seen.items()) if n >= 3 or word in phrases or word in lexicon.common}
    return kept, telling


def _pairs(readings: Sequence[Reading]) -> list[tuple[str, str]]:
    seen: Counter[tuple[str, str]] = Counter()
    for reading in readings:
        for sentence in reading.sentences:
            seen.update(itertools.pairwise(sentence))
    return sorted(pair for pair, n in seen.items() if n >= 2)
