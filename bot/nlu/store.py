"""Loads the trained model for a content, or trains it and stores it under a hash of the content."""

import hashlib
import json
import tempfile
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

import numpy as np

from bot.nlu.classify import MessageClassifier
from bot.nlu.decision import Calibration, Thresholds
from bot.nlu.examples import examples
from bot.nlu.features import Index
from bot.nlu.lexicon import Lexicon
from bot.nlu.linear_model import FORMAT_VERSION, TrainedModel, Weights
from bot.nlu.normalize import Tables, fold
from bot.schema import Content

_WORDS = Path(__file__).resolve().parent / "data"


class ModelUnavailable(Exception):
    """There is no trained model for this content, and it can't be trained here; the message says what to do."""


def lexicon(content: Content) -> Lexicon:
    """The lexicon of the content's languages."""
    tables = Tables(
        {int(code, 16): letter for code, letter in (line.split() for line in _lines("confusables.txt"))},
        dict(_pair(line) for line in _lines("emoji.txt")),
    )
    spellings = {lang: _folded(words.spellings, tables) for lang, words in content.languages.items()}
    common = {lang: _lines(f"{lang}.txt") for lang in content.languages}
    return Lexicon(tables, common, spellings)


def _folded(spellings: object, tables: Tables) -> dict[str, str]:
    """The shortenings as they look after folding: apostrophes gone, marks off."""
    assert isinstance(spellings, dict)
    out: dict[str, str] = {}
    for variant, full in spellings.items():
        variant, full = fold(variant, tables).replace("'", ""), fold(full, tables).replace("'", "")
        if variant != full:
            out.setdefault(variant, full)
    return out


def _pair(line: str) -> tuple[str, str]:
    first, second = line.split()
    return first, second


def _lines(name: str) -> list[str]:
    path = _WORDS / name
    if not path.is_file():
        return []
    return [line for line in path.read_text(encoding="utf-8").splitlines() if line and not line.startswith("# ")]


def load_or_train(
    content: Content, cache: Path | None, say: Callable[[str], None] = lambda sentence: None
) -> MessageClassifier:
    """The ear for this content; model anew, and stored in the cache folder, where nothing fits it yet."""
    words = lexicon(content)
    name = f"{fingerprint(content)}.npz"
    built_in = Path(__file__).resolve().parent.parent / "data" / "learned" / name
    for path in (built_in, *([cache / name] if cache else [])):
        if path.is_file():
            return _classifier(content, words, _read(path))
    say("Training on the phrases; this takes a few minutes, once for each change of phrases.")
    model = _train(content, words)
    if cache:
        _write(cache / name, model, say)
    return _classifier(content, words, model)


def _train(content: Content, words: Lexicon) -> TrainedModel:
    try:
        import sklearn  # noqa: F401  # only learning needs it
    except ImportError:
        raise ModelUnavailable(
            "This content is new to this installation, and learning from it needs scikit-learn; "
            'install it with: pip install "porchlight[learn]"'
        ) from None
    from bot.nlu.train import train  # only here: serving a stored model loads neither this module nor scikit-learn

    return train(content, words)


def _classifier(content: Content, words: Lexicon, model: TrainedModel) -> MessageClassifier:
    words.learn(model.counts, model.pairs, model.languages)
    return MessageClassifier(content, words, model)


def fingerprint(content: Content) -> str:
    """A hash of all that the model depends on: the examples, the word lists, the format version."""
    digest = hashlib.sha256(f"recipe {FORMAT_VERSION}".encode())
    for path in sorted(_WORDS.glob("*.txt")):
        digest.update(path.read_bytes())
    for lang, words in sorted(content.languages.items()):
        listed = [
            f"{e.lang} {e.set} {e.topics} {sorted(e.kinds)} {e.text}" for e in examples(content) if e.lang == lang
        ]
        listed += [f"{variant}={full}" for variant, full in sorted(words.spellings.items())]
        listed += [f"{name}:{p.text}" for name, ps in sorted(words.concepts.items()) for p in ps]
        digest.update("\n".join(listed).encode())
    return digest.hexdigest()[:24]


#: The arrays of `Weights` that are stored as they are, and those for which half the digits are plenty, in memory too.
_ARRAYS = ("word_length", "word_stem", "bias")
_HALVED = ("word", "word_pieces", "stem", "piece", "pair")


def _write(path: Path, model: TrainedModel, say: Callable[[str], None]) -> None:
    """Whole or not at all: another process may be reading."""
    info = {
        "counts": dict(model.counts),
        "languages": model.languages,
        "pairs": [" ".join(pair) for pair in model.pairs],
        "words": model.weights.index.words,
        "stems": model.weights.index.stems,
        "pieces": model.weights.index.pieces,
        "topics": list(model.topics),
        "thresholds": asdict(model.thresholds),
        "calibration": asdict(model.calibration),
    }
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=path.parent, suffix=".part", delete=False) as file:
            np.savez(
                file,
                info=np.frombuffer(json.dumps(info, ensure_ascii=False).encode(), np.uint8),
                idf=model.weights.index.idf,
                index_pairs=model.weights.index.pairs,
                **{name: getattr(model.weights, name) for name in _ARRAYS},
                **{name: getattr(model.weights, name).astype(np.float16) for name in _HALVED},
            )
        Path(file.name).replace(path)
    except OSError:
        say(
            "The trained model can't be stored here, so the next start will train again; set PORCHLIGHT_CACHE to a folder that can be written."
        )


def _read(path: Path) -> TrainedModel:
    with np.load(path, allow_pickle=False) as stored:
        info = json.loads(stored["info"].tobytes())
        return TrainedModel(
            counts=info["counts"],
            languages=info["languages"],
            pairs=tuple((a, b) for a, b in (pair.split(" ") for pair in info["pairs"])),
            weights=Weights(
                Index(
                    tuple(info["words"]),
                    tuple(info["stems"]),
                    tuple(info["pieces"]),
                    stored["index_pairs"],
                    stored["idf"],
                ),
                **{name: stored[name] for name in _ARRAYS},
                **{name: stored[name] for name in _HALVED},
            ),
            topics=tuple(info["topics"]),
            thresholds=Thresholds(**info["thresholds"]),
            calibration=Calibration(**info["calibration"]),
        )
