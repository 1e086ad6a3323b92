"""fastText, supervised: words, pairs of words, pieces of three to five letters."""

import tempfile
from pathlib import Path

import fasttext
import numpy as np


class FastText:
    """Probabilities of all labels."""

    def __init__(self, train):
        self.labels = sorted({row[1] for row in train})
        self.column = {f"__label__{label}": n for n, label in enumerate(self.labels)}
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "train.txt"
            lines = [f"__label__{row[1]} {_plain(row[0])}" for row in train]
            path.write_text("\n".join(lines), encoding="utf-8")
            self.model = fasttext.train_supervised(
                str(path), wordNgrams=2, minn=3, maxn=5, dim=100, lr=0.5, epoch=25, bucket=200000, thread=1, verbose=0
            )

    def scores(self, texts):
        """[texts, labels]"""
        out = np.zeros((len(texts), len(self.labels)), np.float32)
        for n, text in enumerate(texts):
            # The inner call: the outer one fails with numpy 2.
            for chance, label in self.model.f.predict(f"{_plain(text)}\n", len(self.labels), 0.0, "strict"):
                out[n, self.column[label]] = chance
        return out


def _plain(text):
    return " ".join(text.lower().split())


def build(train, options):
    """Trained on all of it."""
    return FastText(train)
