"""What is counted in a message."""

import numpy as np
import pytest

from bot.features import BLOCKS, Concepts, Index, Maker, grams


def first_four(word: str) -> str:
    """A stemmer that anyone can follow."""
    return word[:4]


CONCEPTS = Concepts({"picture": [("photos",), ("naked", "photos")], "money": [("dollars",)]}, first_four)
MAKER = Maker(first_four, CONCEPTS)


def test_grams_are_the_pieces_of_three_and_four_letters_with_edges() -> None:
    assert grams("die") == ["<di", "die", "ie>", "<die", "die>"]
    assert grams("i") == ["<i>"]
    assert grams("") == []


def test_the_longest_wording_of_a_concept_counts() -> None:
    assert CONCEPTS.found(["nake", "phot", "doll"]) == [(0, "picture"), (1, "picture"), (2, "money")]
    assert CONCEPTS.found(["nake", "x"]) == []
    assert CONCEPTS.found([]) == []


def test_a_wording_may_stand_for_two_concepts() -> None:
    both = Concepts({"a": [("x",)], "b": [("x",)]}, first_four)
    assert both.found(["x"]) == [(0, "a"), (0, "b")]


def test_keys_of_a_message_in_six_blocks() -> None:
    words, pairs, gaps, pieces, ideas, acts = MAKER.keys([["photos", "for", "dollars"]])
    assert words == ["photos", "~phot", "for", "~for", "dollars", "~doll"]
    assert pairs == ["^ phot", "phot for", "for doll", "doll $"]
    assert gaps == ["phot_doll"]
    assert pieces[:3] == ["<ph", "pho", "hot"]
    assert ideas == ["@picture", "@money"]
    assert acts == ["@picture>money"]


def test_pairs_do_not_cross_sentences() -> None:
    assert MAKER.keys([["a"], ["b"]])[1] == ["^ a", "a $", "^ b", "b $"]
    assert MAKER.keys([]) == ([], [], [], [], [], [])


def test_index_leaves_out_what_is_too_rare() -> None:
    messages = [MAKER.keys([["photos", "now"]]), MAKER.keys([["photos", "later"]])]
    index = Index.of(messages)
    assert list(index.keys[0]) == ["later", "now", "photos", "~late", "~now", "~phot"]
    assert list(index.keys[1]) == ["^ phot", "late $", "now $", "phot late", "phot now"]
    assert list(index.keys[2]) == []
    assert index.size == sum(len(block) for block in index.keys)
    assert len(index.idf) == index.size
    assert len(index.keys) == BLOCKS


def test_a_fully_known_message_has_length_one() -> None:
    message = MAKER.keys([["photos", "dollars"]])
    numbers, values = Index.of([message, message]).row(message)
    assert np.linalg.norm(values) == pytest.approx(1.0, abs=1e-6)
    assert len(set(numbers.tolist())) == len(numbers)
    assert (values > 0).all()


def test_a_half_understood_message_is_shorter() -> None:
    index = Index.of([MAKER.keys([["photos", "dollars"]])] * 2)
    _, known = index.row(MAKER.keys([["photos"]]))
    _, half = index.row(MAKER.keys([["photos", "zzzzzz"]]))
    assert np.linalg.norm(half) < np.linalg.norm(known)


def test_a_message_of_unknown_words_is_empty() -> None:
    numbers, values = Index.of([MAKER.keys([["photos"]])]).row(MAKER.keys([["zzz"]]))
    assert (numbers.tolist(), values.tolist()) == ([], [])


def test_rare_features_weigh_more() -> None:
    index = Index.of([MAKER.keys([["photos"]]), MAKER.keys([["photos"]]), MAKER.keys([["money"]])])
    idf = dict(zip(index.keys[0], index.idf.tolist(), strict=False))
    assert idf["money"] > idf["photos"]
