"""What is counted in a message, and what the counts say."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.nlu.features import Index, Vectorizer, bigram_codes, grams
from bot.nlu.linear_model import MOST_PARTS, Scorer, Weights, combine


def first_four(word: str) -> str:
    """A stemmer that anyone can follow."""
    return word[:4]


MESSAGES = [
    [["he", "wants", "photos", "now"]],
    [["he", "wants", "dollars"], ["he", "wants", "photos"]],
    [["pizza", "now"]],
    [["photo", "of", "pizza"]],
]
INDEX = Index.of(MESSAGES, first_four)
CHANCE = np.random.default_rng(7)
COEFFICIENTS = CHANCE.normal(size=(INDEX.size, 3)).astype(np.float32)
BIAS = np.asarray([-1.0, -0.5, 0.25], np.float32)
SCORER = Scorer(Weights.of(INDEX, COEFFICIENTS, BIAS, first_four), first_four)


def by_rows(sentences: list[list[str]]) -> np.ndarray:
    """The same score the slow way: the message's row times the coefficients."""
    numbers, values = Vectorizer(INDEX, first_four).row(sentences)
    return BIAS + sum((v * COEFFICIENTS[n] for n, v in zip(numbers, values, strict=True)), np.zeros(3))


def test_grams_are_the_pieces_of_three_and_four_letters_with_edges() -> None:
    assert grams("die") == ["<di", "die", "ie>", "<die", "die>"]
    assert grams("i") == ["<i>"]
    assert grams("aaaaa") == ["<aa", "aaa", "aa>", "<aaa", "aaaa", "aaa>"]
    assert grams("") == []


def test_index_keeps_words_and_leaves_out_rare_pieces_and_pairs() -> None:
    assert INDEX.words == ("dollars", "he", "now", "of", "photo", "photos", "pizza", "wants")
    assert INDEX.stems == ("doll", "he", "now", "of", "phot", "pizz", "want")
    assert "hot" in INDEX.pieces  # photo and photos
    assert "lla" not in INDEX.pieces  # only dollars
    number = INDEX.stem_number
    pairs = {(int(code) >> 20 & 0xFFFFF, int(code) & 0xFFFFF, int(code) >> 40) for code in INDEX.pairs}
    assert (number["he"], number["want"], 0) in pairs
    assert (number["he"], number["phot"], 1) in pairs  # a word between
    assert (number["want"], number["doll"], 0) not in pairs  # seen once
    assert list(INDEX.pairs) == sorted(INDEX.pairs)


def test_rare_features_weigh_more() -> None:
    idf = dict(zip(INDEX.words, INDEX.idf.tolist(), strict=False))
    assert idf["dollars"] > idf["photos"]


def test_pairs_do_not_cross_sentences_and_unknown_stems_make_unknown_pairs() -> None:
    assert bigram_codes([[5], [6]]) == ([5, 5 << 20 | 1, 6, 6 << 20 | 1], [], 0, 0)
    assert bigram_codes([[5, 6, 7]])[1] == [1 << 40 | 5 << 20 | 7]
    assert bigram_codes([[-1]]) == ([], [], 2, 0)
    assert bigram_codes([[-1, -1, -1]]) == ([], [], 4, 1)
    assert bigram_codes([[5, -1, 7]]) == ([5, 7 << 20 | 1], [1 << 40 | 5 << 20 | 7], 2, 0)
    assert bigram_codes([]) == ([], [], 0, 0)


def test_a_fully_known_message_has_length_one() -> None:
    index = Index.of([[["photos", "dollars"]]] * 2, first_four)
    numbers, values = Vectorizer(index, first_four).row([["photos", "dollars"]])
    assert np.linalg.norm(values) == pytest.approx(1.0, abs=1e-5)
    assert len(set(numbers)) == len(numbers)


def test_a_half_understood_message_says_less() -> None:
    rows = Vectorizer(Index.of([[["photos", "dollars"]]] * 2, first_four), first_four)
    assert np.linalg.norm(rows.row([["photos", "zzzzzz"]])[1]) < np.linalg.norm(rows.row([["photos"]])[1])


def test_a_message_of_nothing_says_only_what_is_always_so() -> None:
    assert Vectorizer(INDEX, first_four).row([]) == ([], [])
    assert SCORER.score([]).tolist() == BIAS.tolist()
    assert SCORER.score_sentences([]).shape == (1, 3)


WORDS = st.sampled_from(["he", "wants", "photos", "photo", "dollars", "now", "pizza", "phoney", "zzz", "q", "$few"])


@given(st.lists(st.lists(WORDS, min_size=1, max_size=6), max_size=4))
def test_the_quick_score_is_the_score_of_the_row(sentences: list[list[str]]) -> None:
    assert SCORER.score(sentences) == pytest.approx(by_rows(sentences), abs=1e-4)


def test_an_index_of_nothing_still_scores() -> None:
    empty = Index.of([], first_four)
    scorer = Scorer(Weights.of(empty, np.zeros((0, 2), np.float32), np.zeros(2, np.float32), first_four), first_four)
    assert scorer.score([["anything", "at", "all"]]).tolist() == [0.0, 0.0]


def test_each_sentence_is_heard_by_itself_too() -> None:
    first, second = ["he", "wants", "photos"], ["pizza", "now", "now"]
    parts = SCORER.score_sentences([first, second])
    assert parts.shape == (3, 3)
    assert parts[1] == pytest.approx(SCORER.score([first]))
    assert parts[2] == pytest.approx(SCORER.score([second]))
    assert combine(parts) == pytest.approx(0.7 * parts[0] + 0.3 * np.maximum(parts[1], parts[2]))
    assert combine(parts[:1]).tolist() == parts[0].tolist()


def test_a_very_short_sentence_is_heard_with_the_next() -> None:
    parts = SCORER.score_sentences([["now"], ["he", "wants", "photos"], ["pizza", "now", "now"], ["he"]])
    assert len(parts) == 3
    assert parts[1] == pytest.approx(SCORER.score([["now", "he", "wants", "photos"]]))
    assert parts[2] == pytest.approx(SCORER.score([["pizza", "now", "now", "he"]]))


def test_a_very_long_message_is_heard_in_so_many_parts() -> None:
    assert len(SCORER.score_sentences([["he", "wants", "photos"]] * 500)) <= 1 + MOST_PARTS
