"""Loads the trained model for a content, or trains it and stores it under a hash of the content.

Which library versions a stored model fits. The file carries weights, vocabulary and thresholds whole, so nothing of
scikit-learn and scipy is left in it. numpy only adds up; another version may round the last digit differently. rapidfuzz
computes distances that are exactly defined. PyStemmer is the exception: the stems in the file must be those that the
running program makes of the same words, and its stemmers do change now and then. So the stems themselves are compared
when a model is loaded, instead of version numbers: most new versions change nothing, and need no new training.
"""

import hashlib
import json
import os
import tempfile
import zipfile
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import asdict
from importlib import import_module, metadata
from pathlib import Path
from typing import BinaryIO

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
#: Where an installed package has the model of its own content.
_BUILT_IN = Path(__file__).resolve().parent.parent / "data" / "models"
#: What training needs beside what running needs: modules, and the packages that bring them.
_FOR_TRAINING = {"sklearn": "scikit-learn", "scipy": "scipy", "joblib": "joblib"}
#: The other libraries whose versions are written down beside the model.
_LIBRARIES = ("numpy", "PyStemmer", "rapidfuzz")


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


#: Called with a sentence for the person at the keyboard.
Say = Callable[[str], None]
#: Called with the number of training steps done, and of all.
Progress = Callable[[int, int], None]


def load_or_train(
    content: Content,
    cache: Path | None,
    say: Say = lambda sentence: None,
    progress: Progress = lambda done, total: None,
) -> MessageClassifier:
    """The classifier for this content: with the built-in model or that of the cache folder, else with a new one.

    Training takes about a minute and needs scikit-learn; the new model is stored in the cache folder. A file that can't
    be used is trained anew. Raises ModelUnavailable where no model fits and none can be trained."""
    words = lexicon(content)
    name = file_name(content)
    faults = []
    for path in (_BUILT_IN / name, *([cache / name] if cache else [])):
        try:
            return _classifier(content, words, _read(path, words))
        except FileNotFoundError:
            continue
        except _Unusable as reason:
            faults.append(f"The trained model in {path} {reason}")
    _check_packages(faults)
    for fault in faults:
        say(f"{fault}; training again.")
    say("Training on the phrases; this takes a few minutes, once for each change of phrases.")
    model = _train(content, words, progress)
    if cache:
        try:
            _write(cache / name, model)
        except OSError as error:
            say(
                f"The trained model can't be stored in {cache} ({error.strerror}), so the next start will train again; "
                "set PORCHLIGHT_CACHE to a folder that can be written."
            )
    return _classifier(content, words, model)


def train_into(
    folder: Path,
    content: Content,
    say: Say = lambda sentence: None,
    progress: Progress = lambda done, total: None,
) -> Path:
    """The file of this content's trained model in `folder`; one that is there and fits is left alone.

    Raises ModelUnavailable without scikit-learn, and OSError where the folder can't be written."""
    words = lexicon(content)
    path = folder / file_name(content)
    with suppress(FileNotFoundError, _Unusable):
        _read(path, words)
        say(f"Using the trained model in {path}.")
        return path
    _check_packages([])
    say("Training on the phrases; this takes a few minutes.")
    _write(path, _train(content, words, progress))
    return path


def is_trained(content: Content, cache: Path | None) -> bool:
    """Whether there is a model for these phrases, so that a start does not train; replies don't matter for it."""
    name = file_name(content)
    return any(os.path.isfile(folder / name) for folder in (_BUILT_IN, cache) if folder)  # noqa: PTH113  # never raises


def _check_packages(faults: Sequence[str]) -> None:
    """Raise ModelUnavailable if what training needs is not installed."""
    missing = [package for module, package in _FOR_TRAINING.items() if not _importable(module)]
    if missing:
        reasons = " ".join(f"{fault}." for fault in faults) or "No trained model fits these phrases."
        raise ModelUnavailable(
            f"{reasons} Training a new one needs what is not installed here: pip install {' '.join(missing)}"
        )


def _importable(module: str) -> bool:
    try:
        import_module(module)
    except ImportError:
        return False
    return True


def _train(content: Content, words: Lexicon, progress: Progress) -> TrainedModel:
    from bot.nlu.train import train  # only here: serving a stored model loads neither this module nor scikit-learn

    return train(content, words, progress)


def _classifier(content: Content, words: Lexicon, model: TrainedModel) -> MessageClassifier:
    words.learn(model.counts, model.pairs, model.languages)
    return MessageClassifier(content, words, model)


def file_name(content: Content) -> str:
    """The name of the file that this content's trained model has in any folder."""
    return f"{fingerprint(content)}.npz"


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


def _write(path: Path, model: TrainedModel) -> None:
    """Whole or not at all, and on the disk before it has its name: another process may read it, or the power may fail.

    Readable by everybody: a service often runs as another user than the one who trained."""
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
        "trained_with": {package: metadata.version(package) for package in (*_FOR_TRAINING.values(), *_LIBRARIES)},
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=path.parent, suffix=".part", delete=False) as file:
        part = Path(file.name)
        try:
            np.savez(
                file,
                info=np.frombuffer(json.dumps(info, ensure_ascii=False).encode(), np.uint8),
                idf=model.weights.index.idf,
                index_pairs=model.weights.index.pairs,
                **{name: getattr(model.weights, name) for name in _ARRAYS},
                **{name: getattr(model.weights, name).astype(np.float16) for name in _HALVED},
            )
            file.flush()
            os.fsync(file.fileno())
            part.chmod(0o644)
            file.close()
            part.replace(path)
        except BaseException:
            part.unlink(missing_ok=True)
            raise


class _Unusable(Exception):
    """A stored model that can't be used; the message goes on after the file's path."""


def _read(path: Path, words: Lexicon) -> TrainedModel:
    """The model in a file; FileNotFoundError if there is none, _Unusable if it is damaged, unreadable or doesn't fit."""
    try:
        with path.open("rb") as file:
            with zipfile.ZipFile(file) as archive:  # first the checksums of all of it: numpy doesn't read every byte
                if archive.testzip():
                    raise zipfile.BadZipFile
            file.seek(0)
            model, trained_with = _parse(file)
        same_stems = _same_stems(model, words)
    except (FileNotFoundError, NotADirectoryError):
        raise FileNotFoundError(path) from None
    except OSError as error:
        raise _Unusable(f"can't be read ({error.strerror})") from None
    except Exception:  # what a damaged file raises depends on where it is damaged
        raise _Unusable("is damaged") from None
    if not same_stems:
        there, here = trained_with.get("PyStemmer", "of another version"), metadata.version("PyStemmer")
        raise _Unusable(f"was made with PyStemmer {there}, which cuts words differently than {here}")
    return model


def _same_stems(model: TrainedModel, words: Lexicon) -> bool:
    """Whether the stored stems are those that this program's stemmers make."""
    index = model.weights.index
    stored = (index.stems[number - 2] for number in model.weights.word_stem.tolist())
    return all(words.stem(word) == stem for word, stem in zip(index.words, stored, strict=True))


def _parse(file: BinaryIO) -> tuple[TrainedModel, dict[str, str]]:
    """The model, and the versions of the libraries that trained it."""
    with np.load(file, allow_pickle=False) as stored:
        info = json.loads(stored["info"].tobytes())
        model = TrainedModel(
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
    return model, info.get("trained_with", {})
