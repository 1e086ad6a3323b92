"""Loads the trained model for a content, or trains it and stores it under a hash of the content."""

import hashlib
import json
import tempfile
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

import numpy as np

from bot.nlu import train as learn
from bot.nlu.classify import Hearing
from bot.nlu.decision import Limits, Trust
from bot.nlu.examples import examples
from bot.nlu.features import Index
from bot.nlu.lexicon import Lexicon
from bot.nlu.linear_model import Learned, Weights
from bot.nlu.normalize import Tables, fold
from bot.schema import Content

_WORDS = Path(__file__).resolve().parent / "data"


class NotLearned(Exception):
    """Nothing was learned from this content yet, and it can't be learned here; the message says what to do."""


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


def hearing(content: Content, cache: Path | None, say: Callable[[str], None] = lambda sentence: None) -> Hearing:
    """The ear for this content; learned anew, and stored in the cache folder, where nothing fits it yet."""
    words = lexicon(content)
    name = f"{fingerprint(content)}.npz"
    built_in = Path(__file__).resolve().parent.parent / "data" / "learned" / name
    for path in (built_in, *([cache / name] if cache else [])):
        if path.is_file():
            return _hearing(content, words, _read(path))
    say("Learning from the phrases; this takes a few minutes, once for each change of content.")
    learned = _learn(content, words)
    if cache:
        _write(cache / name, learned, say)
    return _hearing(content, words, learned)


def _learn(content: Content, words: Lexicon) -> Learned:
    try:
        import sklearn  # noqa: F401  # only learning needs it
    except ImportError:
        raise NotLearned(
            "This content is new to this installation, and learning from it needs scikit-learn; "
            'install it with: pip install "porchlight[learn]"'
        ) from None
    return learn.train(content, words)


def _hearing(content: Content, words: Lexicon, learned: Learned) -> Hearing:
    words.learn(learned.counts, learned.pairs)
    return Hearing(content, words, learned)


def fingerprint(content: Content) -> str:
    """What was learned fits exactly this: the messages, the word lists, the recipe."""
    digest = hashlib.sha256(f"recipe {learn.RECIPE}".encode())
    for path in sorted(_WORDS.glob("*.txt")):
        digest.update(path.read_bytes())
    for lang, words in sorted(content.languages.items()):
        listed = [f"{e.lang} {e.topic} {sorted(e.kinds)} {e.text}" for e in examples(content) if e.lang == lang]
        listed += [f"{variant}={full}" for variant, full in sorted(words.spellings.items())]
        listed += [f"{name}:{p.text}" for name, ps in sorted(words.concepts.items()) for p in ps]
        digest.update("\n".join(listed).encode())
    return digest.hexdigest()[:24]


#: The arrays of `Weights` that are stored as they are, and those for which half the digits are plenty, in memory too.
_ARRAYS = ("word_length", "word_stem", "bias")
_HALVED = ("word", "word_pieces", "stem", "piece", "pair")


def _write(path: Path, learned: Learned, say: Callable[[str], None]) -> None:
    """Whole or not at all: another process may be reading."""
    info = {
        "counts": dict(learned.counts),
        "pairs": [" ".join(pair) for pair in learned.pairs],
        "words": learned.weights.index.words,
        "stems": learned.weights.index.stems,
        "pieces": learned.weights.index.pieces,
        "topics": list(learned.topics),
        "limits": asdict(learned.limits),
        "trust": asdict(learned.trust),
    }
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=path.parent, suffix=".part", delete=False) as file:
            np.savez(
                file,
                info=np.frombuffer(json.dumps(info, ensure_ascii=False).encode(), np.uint8),
                idf=learned.weights.index.idf,
                index_pairs=learned.weights.index.pairs,
                **{name: getattr(learned.weights, name) for name in _ARRAYS},
                **{name: getattr(learned.weights, name).astype(np.float16) for name in _HALVED},
            )
        Path(file.name).replace(path)
    except OSError:
        say(
            "What was learned can't be stored here, so the next start will learn again; set PORCHLIGHT_CACHE to a folder that can be written."
        )


def _read(path: Path) -> Learned:
    with np.load(path, allow_pickle=False) as stored:
        info = json.loads(stored["info"].tobytes())
        return Learned(
            counts=info["counts"],
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
            limits=Limits(**info["limits"]),
            trust=Trust(**info["trust"]),
        )
