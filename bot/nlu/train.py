"""Trains the model from the phrase banks of intents/ and content/.

Deterministic: the same content gives the same model. Needs scikit-learn and scipy, which running the bot does not.
"""

import itertools
import random
from collections import Counter
from collections.abc import Sequence

import numpy as np

from bot.dialogue import KINDS
from bot.nlu import normalize as texts
from bot.nlu.augment import AUGMENTED_COPIES, Swaps, concepts_of
from bot.nlu.decision import Calibration, Thresholds, safety_margin, topic_scores
from bot.nlu.examples import CALIBRATE, HARMLESS, TEST, Example, examples
from bot.nlu.features import Floats, Index, Sentences, Vectorizer
from bot.nlu.lexicon import Lexicon, Reading
from bot.nlu.linear_model import Scorer, TrainedModel, Weights, combine
from bot.schema import Content

#: Share of harmless messages that may bring an alert, on messages kept apart. The bank's own harmless messages are
#: look-alikes on purpose and half-said: 4 of 100 of them is about 2 of 100 in ordinary traffic.
FALSE_ALERTS = 0.04
#: Share of harmless messages in which one sentence alone may bring an alert.
FALSE_SENTENCES = 0.002
#: Share of safety messages whose answer must open with the numbers, alert or not.
CAREFUL_RECALL = 0.995
#: How exactly the linear scores are solved for: a tenth of this takes three times as long and hears nothing better.
TOLERANCE = 0.1
#: From how many rows on several processors are worth their start.
PARALLEL_FROM = 5000
#: A message as feature numbers and values.
Line = tuple[list[int], list[float]]


def train(content: Content, lexicon: Lexicon) -> TrainedModel:
    """What the banks teach."""
    bank = sorted({e for e in examples(content) if e.bucket >= TEST}, key=lambda e: (e.lang, e.source))
    counts = _vocabulary(bank, content, lexicon)
    lexicon.learn(counts, ())
    readings = [lexicon.read(e.text, e.lang) for e in bank]
    pairs = _pairs(readings)
    lexicon.learn(counts, pairs)
    messages = [lexicon.read(e.text, e.lang).sentences for e in bank]
    topics = tuple(content.topics)
    index = Index.of(messages, lexicon.stem)
    lines = _lines(bank, messages, Vectorizer(index, lexicon.stem), Swaps(concepts_of(content, lexicon)))
    column_of = {name: n for n, name in enumerate((*topics, HARMLESS, *KINDS))}
    columns = [column_of[_label(example)] for example in bank]

    def fit(numbers: Sequence[int]) -> Weights:
        own = [(line, columns[n]) for n in numbers for line in lines[n]]
        coefficients, bias = linear(index.size, [line for line, _ in own], [c for _, c in own], len(column_of))
        return Weights.of(index, coefficients, bias, lexicon.stem)

    later = [n for n, e in enumerate(bank) if e.bucket < CALIBRATE]
    first = Scorer(fit([n for n, e in enumerate(bank) if e.bucket >= CALIBRATE]), lexicon.stem)
    thresholds, calibration = _calibrate([first.parts(messages[n]) for n in later], [bank[n] for n in later], topics)
    return TrainedModel(counts, tuple(pairs), fit(range(len(bank))), topics, thresholds, calibration)


def _lines(bank: Sequence[Example], messages: Sequence[Sentences], rows: Vectorizer, swaps: Swaps) -> list[list[Line]]:
    """Each message as a row over the features, and its copies that came out different."""
    out = []
    for example, message in zip(bank, messages, strict=True):
        chance = random.Random(f"{example.lang} {example.text}")  # noqa: S311  # the same every time
        words = example.lang if example.kinds or example.topic not in (None, "none") else ""
        copies = [swaps.copy(message, words, chance) for _ in range(AUGMENTED_COPIES)]
        several = [message, *(copy for copy in copies if copy != [list(sentence) for sentence in message])]
        out.append([rows.row(each) for each in several])
    return out


def _label(example: Example) -> str:
    """The one column a message teaches: its kind, its topic, or neither."""
    return next(iter(sorted(example.kinds)), example.topic or HARMLESS)


def _vocabulary(bank: Sequence[Example], content: Content, lexicon: Lexicon) -> dict[str, int]:
    """The words worth mending towards: seen three times, in a short phrase or concept, or known to the language anyway."""
    lexicon.learn({}, ())
    seen: Counter[str] = Counter()
    for example in bank:
        for sentence in texts.sentences(texts.fold(example.text, lexicon.tables)):
            seen.update(word for word in lexicon.spelled(texts.tokens(sentence), example.lang) if word.isalpha())
    phrases = {
        word
        for lang, words in content.languages.items()
        for group in (*words.safety.says.values(), *words.safety.idioms.values(), *words.concepts.values())
        for phrase in group
        for word in lexicon.wording(phrase.text, lang)
    }
    for word in phrases:
        seen[word] += 0 if seen[word] else 1
    return {word: n for word, n in sorted(seen.items()) if n >= 3 or word in phrases or word in lexicon.common}


def _pairs(readings: Sequence[Reading]) -> list[tuple[str, str]]:
    seen: Counter[tuple[str, str]] = Counter()
    for reading in readings:
        for sentence in reading.sentences:
            seen.update(itertools.pairwise(sentence))
    return sorted(pair for pair, n in seen.items() if n >= 2)


def linear(
    size: int,
    lines: Sequence[tuple[list[int], list[float]]],
    labels: Sequence[int],
    columns: int,
    strength: float = 1.0,
) -> tuple[Floats, Floats]:
    """One linear score per column, each against all others; ([features, columns], [columns])."""
    from joblib import Parallel, delayed  # only the build needs these
    from scipy.sparse import csr_matrix
    from sklearn.svm import LinearSVC

    ends = np.cumsum([0, *(len(numbers) for numbers, _ in lines)])
    numbers = np.fromiter(itertools.chain.from_iterable(n for n, _ in lines), np.int32, ends[-1])
    values = np.fromiter(itertools.chain.from_iterable(v for _, v in lines), np.float64, ends[-1])
    matrix = csr_matrix((values, numbers, ends), shape=(len(lines), size))
    matrix.sum_duplicates()
    wanted = np.asarray(labels)
    weights = np.zeros((size, columns), np.float32)
    bias = np.full(columns, -1.0, np.float32)

    def learn(column: int) -> tuple[Floats, float]:
        model = LinearSVC(C=strength, random_state=0, tol=TOLERANCE).fit(matrix, wanted == column)
        return model.coef_[0].astype(np.float32), float(model.intercept_[0])

    # In processes, not threads: the solver draws from one generator per process, and the same must come out every time.
    there = sorted(set(labels))
    jobs = -1 if len(lines) > PARALLEL_FROM else 1
    for column, (weight, offset) in zip(there, Parallel(n_jobs=jobs)(delayed(learn)(c) for c in there), strict=True):
        weights[:, column], bias[column] = weight, offset
    return weights, bias


def _calibrate(
    parts: Sequence[Floats], bank: Sequence[Example], topics: tuple[str, ...]
) -> tuple[Thresholds, Calibration]:
    """Thresholds and calibration from messages that the fit has not seen."""
    from sklearn.linear_model import LogisticRegression

    count = len(topics)
    scores = np.stack([combine(each) for each in parts])
    anything = safety_margin(scores, count)
    risky = np.asarray([bool(e.kinds) for e in bank])
    harmless, serious = np.sort(anything[~risky])[::-1], np.sort(anything[risky])
    alert = float(harmless[int(FALSE_ALERTS * len(harmless))])
    careful = float(serious[int((1 - CAREFUL_RECALL) * len(serious))])
    alone = np.sort(
        [
            float(safety_margin(each[1:], count).max())
            for each, e in zip(parts, bank, strict=True)
            if len(each) > 1 and not e.kinds
        ]
    )
    sentence = max(float(alone[-1 - int(FALSE_SENTENCES * len(alone))]) if len(alone) else 0.0, alert)
    about = np.asarray([n for n, e in enumerate(bank) if not e.kinds])
    margins = topic_scores(scores[about], topics)
    order = np.argsort(-margins, axis=1)
    best = np.take_along_axis(margins, order[:, :1], 1)[:, 0]
    second = np.take_along_axis(margins, order[:, 1:2], 1)[:, 0]
    right = np.asarray([topics[order[n, 0]] == (bank[i].topic or "none") for n, i in enumerate(about)])
    thresholds = Thresholds(alert, sentence, min(careful, alert), kind=-0.3)
    if right.all() or not right.any():  # too small a bank to tell calibration by; margins speak for themselves
        return thresholds, Calibration(0.0, 1.7, 1.4, answer=ANSWER, offer=-1.2)
    model = LogisticRegression().fit(np.column_stack([best, best - second]), right)
    calibration = Calibration(
        float(model.intercept_[0]), float(model.coef_[0, 0]), float(model.coef_[0, 1]), answer=ANSWER, offer=-1.2
    )
    return thresholds, calibration


#: Confidence from which on a topic is answered rather than offered. Between "never wrong" and "never any use".
ANSWER = 0.45
