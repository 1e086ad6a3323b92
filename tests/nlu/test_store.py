"""Trained models on the disk: kept, found again, never trusted blindly, and made anew where they don't fit."""

import dataclasses
import itertools
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.dialogue import KINDS
from bot.nlu import lexicon, store
from bot.schema import Content, Phrase, SafetyWords

TRAINS = "Training on the phrases; this takes a few minutes, once for each change of phrases."
MESSAGE = "he wants money for my photos"


def phrases(file: str, *parts: list[str]) -> tuple[Phrase, ...]:
    return tuple(Phrase(" ".join(words), f"{file}:{n}") for n, words in enumerate(itertools.product(*parts), 1))


@pytest.fixture(scope="module")
def small(content: Content) -> Content:
    """The real replies, two topics, and a few dozen messages."""
    who, when = ["he", "she", "someone", "a guy"], ["now", "again", "today"]
    intents = {
        "sextortion": phrases("s", who, ["wants money", "wants payments"], ["for my photos", "for nudes"], when),
        "none": phrases("n", ["best", "cheap"], ["pizza", "movies"], ["in town", "this weekend"], when),
    }
    bank = {kind: phrases(kind, ["i want", "i will", "i may"], [f"to {kind}"], when) for kind in KINDS}
    empty: dict[Any, tuple[Phrase, ...]] = dict.fromkeys(KINDS, ())
    harmless = phrases("h", ["this", "my", "that"], ["homework"], ["is hard", "was fun"], when)
    english = dataclasses.replace(
        content.languages["en"], intents=intents, safety=SafetyWords(empty, empty, bank, (), harmless), concepts={}
    )
    topics = {topic: content.topics[topic] for topic in intents}
    return dataclasses.replace(content, topics=topics, languages={"en": english})


@pytest.fixture(scope="module")
def stored(small: Content, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file of a trained model."""
    return store.train_into(tmp_path_factory.mktemp("models"), small)


@pytest.fixture
def copied(stored: Path, tmp_path: Path) -> Path:
    """A copy of it that may be spoilt."""
    file = tmp_path / stored.name
    file.write_bytes(stored.read_bytes())
    return file


@pytest.fixture
def cannot_train(monkeypatch: pytest.MonkeyPatch) -> None:
    """An installation without what training needs."""
    for name in ("sklearn", "scipy", "joblib"):
        monkeypatch.setitem(sys.modules, name, None)


def unavailable(content: Content, folder: Path | None) -> str:
    with pytest.raises(store.ModelUnavailable) as caught:
        store.load_or_train(content, folder)
    return str(caught.value)


# --- kept and found again --------------------------------------------------------------------------


def test_a_model_is_trained_once_and_read_back(small: Content, tmp_path: Path) -> None:
    said: list[str] = []
    first = store.load_or_train(small, tmp_path, said.append)
    again = store.load_or_train(small, tmp_path, said.append)
    assert said == [TRAINS]
    assert [path.name for path in tmp_path.iterdir()] == [store.file_name(small)]
    assert again.classify(MESSAGE).topic == first.classify(MESSAGE).topic == "sextortion"
    assert again.model.weights.index.words == first.model.weights.index.words
    assert np.array_equal(again.model.weights.index.pairs, first.model.weights.index.pairs)


def test_the_built_in_model_is_found_first(
    small: Content, stored: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, cannot_train: None
) -> None:
    monkeypatch.setattr(store, "_BUILT_IN", stored.parent)
    assert store.load_or_train(small, None).classify(MESSAGE).topic == "sextortion"
    assert store.load_or_train(small, tmp_path / "empty").classify(MESSAGE).topic == "sextortion"


def test_a_folder_for_the_build_is_filled_once(small: Content, stored: Path, tmp_path: Path) -> None:
    said: list[str] = []
    made = store.train_into(tmp_path / "new", small, said.append)
    assert made == tmp_path / "new" / stored.name
    assert store.train_into(tmp_path / "new", small, said.append) == made
    assert said == ["Training on the phrases; this takes a few minutes.", f"Using the trained model in {made}."]


def test_a_damaged_file_is_no_model_for_the_build(small: Content, copied: Path) -> None:
    copied.write_bytes(b"")
    assert store.train_into(copied.parent, small) == copied
    assert store.load_or_train(small, copied.parent).classify(MESSAGE).topic == "sextortion"


def test_everybody_may_read_what_one_user_trained(small: Content, tmp_path: Path) -> None:
    before = os.umask(0o077)
    try:
        file = store.train_into(tmp_path, small)
    finally:
        os.umask(before)
    assert file.stat().st_mode & 0o777 == 0o644


def test_a_file_is_on_the_disk_before_it_has_its_name(
    small: Content, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps: list[str] = []
    fsync, replace = os.fsync, Path.replace
    monkeypatch.setattr(os, "fsync", lambda number: (steps.append("fsync"), fsync(number))[1])
    monkeypatch.setattr(Path, "replace", lambda self, target: (steps.append("replace"), replace(self, target))[1])
    store.train_into(tmp_path, small)
    assert steps == ["fsync", "replace"]


def test_a_full_disk_leaves_nothing_behind_and_the_model_is_used_all_the_same(
    small: Content, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(number: int) -> None:
        raise OSError(28, "No space left on device")

    said: list[str] = []
    monkeypatch.setattr(os, "fsync", full)
    assert store.load_or_train(small, tmp_path, said.append).classify(MESSAGE).topic == "sextortion"
    assert list(tmp_path.iterdir()) == []
    assert said[1:] == [
        f"The trained model can't be stored in {tmp_path} (No space left on device), so the next start will train "
        "again; set PORCHLIGHT_CACHE to a folder that can be written."
    ]


def test_a_folder_that_cannot_be_made_is_told(small: Content, tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("not a folder", "utf-8")
    said: list[str] = []
    store.load_or_train(small, blocked, said.append)
    assert said[0] == TRAINS
    assert said[1].startswith(f"The trained model can't be stored in {blocked} (")


# --- which model fits ------------------------------------------------------------------------------


def test_changed_phrases_need_training_and_changed_replies_do_not(small: Content, stored: Path) -> None:
    english = small.languages["en"]
    greeting = english.replies["greeting"].model_copy(update={"button": "Something else"})
    replies = dataclasses.replace(english, replies={**english.replies, "greeting": greeting})
    spellings = dataclasses.replace(english, spellings={"u": "your"})
    assert store.is_trained(small, stored.parent)
    assert store.is_trained(dataclasses.replace(small, languages={"en": replies}), stored.parent)
    assert not store.is_trained(dataclasses.replace(small, languages={"en": spellings}), stored.parent)
    assert not store.is_trained(small, None)


def test_other_stems_than_those_of_the_training_do_not_fit(
    small: Content, copied: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[str] = []
    monkeypatch.setitem(lexicon.STEMMERS, "en", "porter")
    store.load_or_train(small, copied.parent, said.append)
    assert said[0].startswith(f"The trained model in {copied} was made with PyStemmer ")
    assert said[0].endswith("; training again.")
    assert said[1:] == [TRAINS]
    assert store.load_or_train(small, copied.parent, said.append)
    assert len(said) == 2


# --- what can't be used ----------------------------------------------------------------------------

DAMAGES: dict[str, Callable[[Path], object]] = {
    "empty": lambda file: file.write_bytes(b""),
    "cut in half": lambda file: os.truncate(file, file.stat().st_size // 2),
    "its last byte lost": lambda file: os.truncate(file, file.stat().st_size - 1),
    "nothing but noise": lambda file: file.write_bytes(bytes(range(256)) * 100),
    "a single array": lambda file: np.save(file.open("wb"), np.zeros(3)),
    "an archive of something else": lambda file: np.savez(file.open("wb"), other=np.zeros(3)),
    "a pickle": lambda file: np.savez(file.open("wb"), info=np.asarray([{}], object)),
}


@pytest.mark.parametrize("damage", DAMAGES)
@pytest.mark.filterwarnings("ignore:unclosed file:ResourceWarning")
def test_a_damaged_file_is_named_and_replaced(small: Content, copied: Path, damage: str) -> None:
    DAMAGES[damage](copied)
    said: list[str] = []
    assert store.load_or_train(small, copied.parent, said.append).classify(MESSAGE).topic == "sextortion"
    assert said == [f"The trained model in {copied} is damaged; training again.", TRAINS]
    store.load_or_train(small, copied.parent, said.append)
    assert len(said) == 2


def test_a_damaged_file_is_named_where_nothing_can_be_trained(small: Content, copied: Path, cannot_train: None) -> None:
    copied.write_bytes(b"")
    assert unavailable(small, copied.parent) == (
        f"The trained model in {copied} is damaged. Training a new one needs what is not installed here: "
        "pip install scikit-learn scipy joblib"
    )


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(data=st.data())
def test_no_spoilt_byte_goes_unnoticed_or_ends_the_program(
    small: Content, stored: Path, copied: Path, cannot_train: None, data: st.DataObject
) -> None:
    sound = stored.read_bytes()
    place = data.draw(st.integers(0, len(sound) - 1))
    copied.write_bytes(sound[:place] + bytes([sound[place] ^ data.draw(st.integers(1, 255))]) + sound[place + 1 :])
    try:
        spoilt = store.load_or_train(small, copied.parent).model
    except store.ModelUnavailable as said:
        assert str(copied) in str(said)
    else:  # a byte that carries nothing, such as a time of the archive
        first = store.load_or_train(small, stored.parent).model
        assert (spoilt.counts, spoilt.pairs, spoilt.topics) == (first.counts, first.pairs, first.topics)
        assert np.array_equal(spoilt.weights.word, first.weights.word)
        assert np.array_equal(spoilt.weights.pair, first.weights.pair)


@pytest.mark.parametrize("unreadable", ["a folder", "a loop"])
def test_a_file_that_cannot_be_read_is_named(small: Content, copied: Path, cannot_train: None, unreadable: str) -> None:
    copied.unlink()
    if unreadable == "a folder":
        copied.mkdir()
    else:
        copied.symlink_to(copied)
    assert unavailable(small, copied.parent).startswith(f"The trained model in {copied} can't be read (")


def test_a_file_of_another_user_is_named(
    small: Content, copied: Path, cannot_train: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = Path.open

    def refused(path: Path, *how: Any, **more: Any) -> Any:
        if path == copied:
            raise PermissionError(13, "Permission denied")
        return opened(path, *how, **more)

    monkeypatch.setattr(Path, "open", refused)
    assert f"{copied} can't be read (Permission denied)." in unavailable(small, copied.parent)


@pytest.mark.parametrize(("module", "package"), [("sklearn", "scikit-learn"), ("scipy", "scipy"), ("joblib", "joblib")])
def test_the_missing_package_is_named(
    small: Content, tmp_path: Path, module: str, package: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, module, None)
    assert unavailable(small, tmp_path) == (
        "No trained model fits these phrases. Training a new one needs what is not installed here: "
        f"pip install {package}"
    )
