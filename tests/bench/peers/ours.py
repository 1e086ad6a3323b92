"""Porchlight's own hearing: the product's for its own bank, its parts put together for any other set of phrases.

For another set only what that set needs is added here, and nowhere in the product: a background class of messages that
belong to no label (three times each, which is a class weight of three), and a near-phrase term (the likeliest five
labels gain a little by their most similar phrase).
"""

import dataclasses
import itertools
from collections import Counter
from pathlib import Path

import numpy as np
from scipy.sparse import csr_matrix
from sklearn.svm import LinearSVC

from bot.content import load
from bot.dialogue import KINDS
from bot.nlu import normalize as texts
from bot.nlu import store
from bot.nlu.classify import MessageClassifier
from bot.nlu.examples import HARMLESS
from bot.nlu.features import Index, Vectorizer
from bot.nlu.linear_model import Scorer, Weights, combine
from bot.nlu.train import CONFIG
from bot.nlu.train import train as train_model

ROOT = Path(__file__).resolve().parents[3]
STRENGTH = 2.0
BACKGROUND = 3
NEAR, NEAREST = 0.3, 5


class Product:
    """What `porchlight` learns from its bank, all of it; the columns are topics, harmless and safety kinds."""

    def __init__(self):
        content = load.load(ROOT)
        words = store.lexicon(content)
        model = train_model(content, words)
        words.learn(model.counts, model.pairs, model.languages)
        self.classifier = MessageClassifier(content, words, model)
        self.labels = [*model.topics, HARMLESS, *KINDS]

    def scores(self, several):
        """[texts, labels]"""
        read, scorer = self.classifier.lexicon.read, self.classifier.scorer
        return np.stack([combine(scorer.score_sentences(read(text).sentences))[:-1] for text in several])


class Parts:
    """Mending, features and linear scores of the product over any phrases."""

    def __init__(self, train, languages, *, mend=True, near=NEAR, background=BACKGROUND):
        content = load.load(ROOT)
        content = dataclasses.replace(content, languages={lang: content.languages[lang] for lang in languages})
        self.lexicon = store.lexicon(content)
        self.mend = mend
        self.near = near
        self._vocabulary(train)
        messages = [self._read(text, lang) for text, _, lang in train]
        self.labels = sorted({label for _, label, _ in train})
        number = {label: n for n, label in enumerate(self.labels)}
        columns = [number[label] for _, label, _ in train]
        stem = self.lexicon.stem
        index = Index.of(messages, stem)
        self.rows = Vectorizer(index, stem)
        lines = [self.rows.row(message) for message in messages]
        copies = [background if label == "oos" else 1 for _, label, _ in train]
        self.size = index.size
        coefficients, bias = self._fit(lines, np.asarray(columns), np.asarray(copies, float))
        self.scorer = Scorer(Weights.of(index, coefficients, bias, stem), stem)
        self.phrases = [
            self._matrix([lines[n] for n, c in enumerate(columns) if c == k]) for k in range(len(self.labels))
        ]

    def _fit(self, lines, columns, weight):
        """One linear score per label, each against all others, with the solver and tolerance of the product."""
        matrix = self._matrix(lines).astype(np.float64)
        matrix.sum_duplicates()
        fits = []
        for column in range(len(self.labels)):
            model = LinearSVC(C=STRENGTH, random_state=0, tol=CONFIG.tolerance)
            fits.append(model.fit(matrix, columns == column, sample_weight=weight))
        return np.stack([fit.coef_[0] for fit in fits], axis=1).astype(np.float32), np.asarray(
            [fit.intercept_[0] for fit in fits], np.float32
        )

    def _vocabulary(self, train):
        """The words worth mending towards, and which stand side by side; as the product learns them."""
        self.lexicon.learn({}, ())
        seen = Counter()
        for text, _, lang in train:
            for sentence in texts.sentences(texts.fold(text, self.lexicon.tables)):
                seen.update(w for w in self.lexicon.spelled(texts.tokens(sentence), lang) if w.isalpha())
        self.counts = dict(sorted(seen.items()))
        self.lexicon.learn(self.counts, ())
        pairs = Counter()
        for text, _, lang in train:
            for sentence in self.lexicon.read(text, lang).sentences:
                pairs.update(itertools.pairwise(sentence))
        self.lexicon.learn(self.counts, sorted(pair for pair, n in pairs.items() if n >= 2))

    def _read(self, text, hint=None):
        if self.mend:
            return self.lexicon.read(text, hint).sentences
        folded = texts.sentences(texts.fold(text, self.lexicon.tables))
        return [self.lexicon.spelled(texts.tokens(sentence), "en") for sentence in folded]

    def _matrix(self, lines):
        ends = np.cumsum([0, *(len(numbers) for numbers, _ in lines)])
        numbers = np.asarray([n for own, _ in lines for n in own], np.int32)
        values = np.asarray([v for _, own in lines for v in own], np.float32)
        return csr_matrix((values, numbers, ends), shape=(len(lines), self.size))

    def scores(self, several):
        """[texts, labels]"""
        return np.stack([self._one(text) for text in several])

    def _one(self, text):
        sentences = self._read(text)
        scores = self.scorer.score(sentences)
        if self.near and sentences:
            numbers, values = self.rows.row(sentences)
            message = np.zeros(self.size, np.float32)
            np.add.at(message, numbers, values)
            for column in np.argpartition(-scores, NEAREST)[:NEAREST]:
                if self.labels[column] != "oos":  # what belongs nowhere is like nothing in particular
                    scores[column] += self.near * (self.phrases[column] @ message).max()
        return scores


def build(train, options):
    """The product where the phrases are its own; else its parts. Variants leave one part out."""
    if options["product"]:
        return Product()
    variant = options["variant"]
    return Parts(train, options["languages"], mend=variant != "unmended", near=0.0 if variant == "linear" else NEAR)
