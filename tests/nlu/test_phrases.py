"""Safety phrases inside messages, and the kinds that follow from phrases and scores."""

import pytest

from bot.dialogue import Kind
from bot.nlu.decision import Thresholds, kinds
from bot.nlu.phrases import Phrases

PHRASES = Phrases(
    [
        ("suicide", ("want", "to", "die"), "en.yaml:1"),
        ("self_harm", ("cut", "myself"), "en.yaml:2"),
        ("danger", ("gun",), "en.yaml:3"),
        ("abuse", (), "en.yaml:4"),
    ]
)
LIMITS = Thresholds(alert=0.0, alert_short=0.0, careful=-0.5, kind=-0.2)
LOW: dict[Kind, float] = {"suicide": -1.0, "self_harm": -1.0, "danger": -1.0, "abuse": -1.0}


@pytest.mark.parametrize(
    ("message", "found"),
    [
        ("i want to die now", [("suicide", "en.yaml:1", range(1, 4))]),
        ("want to die", [("suicide", "en.yaml:1", range(0, 3))]),
        ("i want to just die", [("suicide", "en.yaml:1", range(1, 5))]),
        ("i want so to just die", [("suicide", "en.yaml:1", range(1, 6))]),
        ("want to really just die", []),
        ("die to want", []),
        ("want want want to die", [("suicide", "en.yaml:1", range(1, 5))]),
        ("a gun", [("danger", "en.yaml:3", range(1, 2))]),
        ("want to", []),
        ("", []),
    ],
)
def test_a_phrase_is_found_in_order_with_small_gaps(message: str, found: list[tuple[str, str, range]]) -> None:
    assert PHRASES.found(message.split()) == found


def test_every_phrase_of_a_message_is_found() -> None:
    found = PHRASES.found(["i", "cut", "myself", "and", "he", "has", "a", "gun", "and", "i", "want", "to", "die"])
    assert sorted(kind for kind, _, _ in found) == ["danger", "self_harm", "suicide"]


@pytest.mark.parametrize(
    ("scores", "any_score", "phrases", "heard"),
    [
        ({}, -0.1, (), ()),
        ({}, -0.1, ("danger",), ("danger",)),
        ({"suicide": 0.5}, 0.0, (), ("suicide",)),
        ({"suicide": -0.5}, 0.3, (), ("suicide",)),
        ({"suicide": 0.5, "abuse": 0.9}, 0.3, (), ("abuse", "suicide")),
        ({"suicide": 0.5}, 0.3, ("abuse",), ("abuse", "suicide")),
        ({"suicide": 0.5}, -0.3, ("abuse",), ("abuse",)),
        ({"suicide": 0.5}, 0.3, ("suicide",), ("suicide",)),
        ({"suicide": -0.2}, 0.3, ("abuse",), ("abuse", "suicide")),
    ],
)
def test_phrases_and_scores_vote_and_either_is_enough(
    scores: dict[Kind, float], any_score: float, phrases: tuple[Kind, ...], heard: tuple[Kind, ...]
) -> None:
    assert kinds({**LOW, **scores}, any_score, 9, phrases, LIMITS) == heard


def test_a_slot_takes_any_one_of_its_words() -> None:
    slots = Phrases([("suicide", ("how", "many", frozenset({"pills", "tylenol"})), "en.yaml:1")])
    assert slots.found(["so", "how", "many", "tylenol", "does", "it", "take"]) == [
        ("suicide", "en.yaml:1", range(1, 4))
    ]
    assert slots.found(["how", "many", "vitamins"]) == []
    only_a_slot = Phrases([("danger", (frozenset({"gun", "knife"}),), "en.yaml:2")])
    assert only_a_slot.found(["a", "knife"]) == [("danger", "en.yaml:2", range(1, 2))]


def test_of_a_word_repeated_very_often_the_first_and_the_last_places_are_tried() -> None:
    assert PHRASES.found([*["want"] * 500, "to", "die"]) != []
    assert PHRASES.found(["want", "to", "die", *["want"] * 500]) != []
