"""What the phrase banks teach, on a bank of a few dozen messages."""

import dataclasses
import itertools
import random
from typing import Any

import numpy as np
import pytest

from bot.dialogue import KINDS, Incoming
from bot.engine import Engine
from bot.nlu import store
from bot.nlu.augment import Swaps
from bot.nlu.examples import HARMLESS, HELD_OUT, Example, examples, held_out
from bot.nlu.train import _fold, train
from bot.schema import Content, Language, Phrase, SafetyWords

SAYS = {
    "sextortion": (
        ["he", "she", "a guy", "someone"],
        ["wants money", "asks for dollars"],
        ["for my photos", "or leaks my nudes"],
    ),
    "report": (["how", "where", "who", "when"], ["do i report", "can i report"], ["a predator", "a bad account"]),
    "none": (["best", "cheap", "good", "nice"], ["pizza", "movie"], ["in town", "this weekend"]),
}

#: Said in two topics: no store can get all of them right, and how far to calibration a score is model from that.
UNCLEAR = (["maybe", "perhaps", "well", "so"], ["later", "tomorrow"], ["again", "or not"])


def phrases(parts: tuple[list[str], ...], file: str) -> tuple[Phrase, ...]:
    return tuple(Phrase(" ".join(words), f"{file}:{n}") for n, words in enumerate(itertools.product(*parts), 2))


@pytest.fixture(scope="module")
def tiny(content: Content) -> Content:
    """The real replies, three topics, and a few dozen messages."""
    bank = {
        kind: phrases(
            (["i want to", "i will", "i may", "i must"], ["end", "finish"], [f"{kind} now", f"{kind} soon"]), kind
        )
        for kind in KINDS
    }
    none: dict[Any, tuple[Phrase, ...]] = dict.fromkeys(KINDS, ())
    says = {**none, "suicide": (Phrase("want to die", "content/safety/en.yaml:3"),)}
    idioms = {**none, "suicide": (Phrase("want to die of laughter", "content/safety/en.yaml:5"),)}
    harmless = phrases((["this", "my", "the", "that"], ["homework", "game"], ["is hard", "was fun"]), "harmless")
    intents = {topic: phrases(parts, f"intents/en/{topic}.yaml") for topic, parts in SAYS.items()}
    intents["report"] += phrases(UNCLEAR, "intents/en/report.yaml")
    intents["none"] += phrases(UNCLEAR, "intents/en/none.yaml")
    english: Language = dataclasses.replace(
        content.languages["en"],
        intents=intents,
        safety=SafetyWords(says, idioms, bank, (), harmless),
        labelled=(),
        signs={},
        concepts={"money": (Phrase("dollars", "c:1"), Phrase("money", "c:2"))},
        spellings={"u": "you"},
    )
    return dataclasses.replace(
        content, topics={topic: content.topics[topic] for topic in SAYS}, languages={"en": english}
    )


@pytest.fixture(scope="module")
def hearing(tiny: Content, tmp_path_factory: pytest.TempPathFactory) -> Any:
    return store.load_or_train(tiny, tmp_path_factory.mktemp("cache"))


def test_every_message_of_the_banks_is_an_example(tiny: Content) -> None:
    found = list(examples(tiny))
    assert len(found) == 5 * 16 + 4 * 16 + 1 + 16
    assert found[0] == Example(
        "he wants money for my photos", "en", "intents/en/sextortion.yaml:2", topics=("sextortion",)
    )
    assert sum(bool(e.kinds) for e in found) == 65
    assert sum(not e.topics and not e.kinds for e in found) == 16


def test_the_bucket_follows_from_the_words_alone() -> None:
    assert Example("Help  Me", "en", "a:1").bucket == Example("help me", "es", "b:9", topics=("report",)).bucket
    assert {Example(f"message {n}", "en", "").bucket for n in range(3000)} == set(range(100))
    assert 0 < HELD_OUT < 100


def test_the_held_out_part_is_never_learned_from(tiny: Content, hearing: Any) -> None:
    kept_apart = {e.text for e in held_out(tiny)}
    assert kept_apart
    assert kept_apart & {e.text for e in hearing.bank} == set()
    assert kept_apart | {e.text for e in hearing.bank} == {e.text for e in examples(tiny)} | kept_apart


def test_what_is_learned_has_a_column_for_each_topic_and_kind(tiny: Content, hearing: Any) -> None:
    model = hearing.model
    assert model.topics == tuple(SAYS)
    columns = len(SAYS) + 1 + len(KINDS) + 1
    weights, index = model.weights, model.weights.index
    assert weights.word.shape == weights.word_pieces.shape == (len(index.words), columns)
    assert weights.stem.shape == (len(index.stems), columns)
    assert weights.piece.shape == (len(index.pieces), columns)
    assert weights.pair.shape == (len(index.pairs), columns)
    assert weights.bias.shape == (columns,)
    assert all(np.isfinite(a).all() for a in (weights.word, weights.word_pieces, weights.piece, weights.pair))
    assert model.thresholds.careful <= min(model.thresholds.alert, model.thresholds.alert_short)


def test_learning_twice_gives_the_same(tiny: Content) -> None:
    first, second = (train(tiny, store.lexicon(tiny)) for _ in "12")
    assert first.counts == second.counts
    assert first.pairs == second.pairs
    assert first.weights.index.words == second.weights.index.words
    assert np.array_equal(first.weights.word, second.weights.word)
    assert np.array_equal(first.weights.pair, second.weights.pair)
    assert (first.thresholds, first.calibration) == (second.thresholds, second.calibration)


@pytest.mark.parametrize(
    ("text", "topic"),
    [
        ("a guy wants dollars for my nudes", "sextortion"),
        ("where do i report this predator", "report"),
        ("best movie in town", "none"),
    ],
)
def test_a_new_message_is_heard(hearing: Any, text: str, topic: str) -> None:
    _, why = hearing.explain(text)
    assert why.topic_scores[0][0] == topic


def test_a_phrase_is_heard_and_its_idiom_is_not(hearing: Any) -> None:
    assert hearing.classify("i want to die").safety[0] == "suicide"
    assert hearing.explain("i want to die")[1].phrases == (("suicide", "content/safety/en.yaml:3"),)
    _, why = hearing.explain("i want to die of laughter")
    assert (why.phrases, why.idioms) == ((), ("content/safety/en.yaml:5",))
    _, both = hearing.explain("i want to die of laughter. no i want to die")
    assert both.phrases == (("suicide", "content/safety/en.yaml:3"),)


@pytest.mark.parametrize("text", ["", "   ", "!!!", "\u200b", "漢字"])
def test_nothing_readable_is_never_answered(hearing: Any, engine: Engine, text: str) -> None:
    heard = hearing.classify(text)
    assert heard.tier != "answer"
    assert heard.alternatives == ()
    assert engine.reply(Incoming(text=text)).classification.tier == "unsure"


def test_progress_goes_from_the_first_step_to_the_last(tiny: Content) -> None:
    steps: list[tuple[int, int]] = []
    train(tiny, store.lexicon(tiny), lambda done, total: steps.append((done, total)))
    total = steps[0][1]
    assert steps == [(done, total) for done in range(total + 1)]


def test_the_real_content_hears_plain_words(engine: Engine) -> None:
    reply = engine.reply(Incoming(text="someone is blackmailing me with my nudes"))
    assert reply.classification.topic == "sextortion"


def test_a_copy_swaps_wordings_of_one_concept() -> None:
    swaps = Swaps(
        {"en": [[("mom",), ("step", "mom"), ("dad",)], [("snap",), ("insta",)]], "es": [[("mom",), ("jefa",)]]}
    )
    message = [["my", "step", "mom", "saw", "my", "snap"], ["help"]]
    copies = [swaps.copy(message, "en", random.Random(seed)) for seed in range(200)]
    words = {word for copy in copies for sentence in copy for word in sentence}
    assert words == {"my", "step", "mom", "dad", "saw", "snap", "insta", "help"}
    assert all(len(copy) == 2 and all(copy) for copy in copies)
    assert message in copies
    assert swaps.copy(message, "en", random.Random(3)) == swaps.copy(message, "en", random.Random(3))
    assert "jefa" in {word for seed in range(50) for word in swaps.copy([["mom"]], "es", random.Random(seed))[0]}
    assert {word for seed in range(50) for word in swaps.copy([["mom"]], "fr", random.Random(seed))[0]} == {"mom"}


def test_a_line_teaches_all_that_it_may_be_taken_for() -> None:
    both = Example("x", "en", "a:1", frozenset({"abuse", "danger"}), ("grooming", "tell_adult"), "stories")
    assert both.columns == ("abuse", "danger", "grooming", "tell_adult")
    assert Example("x", "en", "a:1").columns == (HARMLESS,)


def test_a_careful_line_is_neither_trained_on_nor_held_out(tiny: Content) -> None:
    careful = tuple(Phrase(f"mom works late on day {n}", f"careful:{n}") for n in range(60))
    english = tiny.languages["en"]
    safety = dataclasses.replace(english.safety, careful=careful)
    changed = dataclasses.replace(tiny, languages={"en": dataclasses.replace(english, safety=safety)})
    assert sum(e.set == "careful" for e in examples(changed)) == 60
    assert {e.text for e in held_out(changed)} == {e.text for e in held_out(tiny)}
    assert np.array_equal(
        train(changed, store.lexicon(changed)).weights.word, train(tiny, store.lexicon(tiny)).weights.word
    )


def test_the_files_of_one_author_stay_in_one_fold() -> None:
    lines = [Example(f"line {n}", "en", f"intents/en/everyday/texts.yaml:{n}", set="everyday") for n in range(50)]
    assert len({_fold(line) for line in lines}) == 1
    bank = [Example(f"line {n}", "en", f"intents/en/report.yaml:{n}", topics=("report",)) for n in range(50)]
    assert len({_fold(line) for line in bank}) > 1
