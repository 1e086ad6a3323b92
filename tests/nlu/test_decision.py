"""From margins to a topic, with how sure that is."""

import numpy as np
import pytest

from bot.dialogue import Kind
from bot.nlu.decision import (
    ANSWER,
    SENTENCE_DISCOUNT,
    SHORT,
    Calibration,
    Match,
    Thresholds,
    kind_scores,
    kinds,
    match,
    risk,
    safety_margin,
)

TRUST = Calibration(bias=0.0, margin=2.0, gap_to_second=1.0, words=0.0)
TOPICS = ("sextortion", "report", "privacy", "none", "menu")


def matched(*margins: float) -> Match:
    return match(np.asarray(margins, np.float32), TOPICS, 5, TRUST)


def test_the_highest_margin_wins_and_the_next_ones_are_offered() -> None:
    found = matched(0.5, -0.5, -2.0, -0.75, -3.0)
    assert found.topic == "sextortion"
    assert found.nearest == ("sextortion", "report", "none")
    assert found.confident
    assert found.score == pytest.approx(1 / (1 + np.exp(-2.0)))


def test_what_is_too_unlike_is_not_near() -> None:
    assert matched(0.1, 0.2, 0.3, 0.4, -1.3).nearest == ("none", "privacy", "report", "sextortion")


def test_a_low_margin_is_not_clear_but_the_best_is_still_named() -> None:
    found = matched(-3.0, -2.0, -4.0, -5.0, -6.0)
    assert (found.topic, found.nearest, found.confident) == ("report", ("report",), False)
    assert found.score == pytest.approx(1 / (1 + np.exp(3.0)))


def test_from_the_answer_threshold_on_it_is_confident() -> None:
    assert Match("report", ANSWER, ()).confident
    assert not Match("report", ANSWER - 0.001, ()).confident


def test_equal_margins_always_give_the_same_topic() -> None:
    assert {matched(0.5, 0.5, 0.5, 0.5, 0.5).topic for _ in range(5)} == {matched(0.5, 0.5, 0.5, 0.5, 0.5).nearest[0]}


@pytest.mark.parametrize("margin", [-1e6, -1.0, 0.0, 1.0, 1e6])
def test_confidence_lies_between_0_and_1(margin: float) -> None:
    assert 0 < TRUST.confidence(margin, 0.0, 5) < 1


def test_confidence_grows_with_margin_and_lead() -> None:
    assert TRUST.confidence(0.5, 0.0, 5) > TRUST.confidence(0.0, 0.0, 5)
    assert TRUST.confidence(0.0, 0.5, 5) > TRUST.confidence(0.0, 0.0, 5)


LIMITS = Thresholds(alert=0.0, alert_short=-0.4, careful=-0.5, kind=-0.2)
LOW: dict[Kind, float] = {"suicide": -1.0, "self_harm": -1.0, "danger": -1.0, "abuse": -1.0}


def parts(*rows: tuple[float, ...]) -> np.ndarray:
    """Columns: one topic, harmless, the four kinds, any kind."""
    return np.asarray(rows, np.float32)


CALM = (1.0, 1.0, -1.0, -1.0, -1.0, -1.0, -1.0)
GRAVE = (-1.0, -1.0, -1.0, -1.0, 1.0, -1.0, 1.0)


def test_the_gravest_sentence_counts_less_a_discount() -> None:
    alone = float(safety_margin(parts(GRAVE), 1)[0])
    assert risk(parts(GRAVE), 1) == pytest.approx(alone)
    assert risk(parts(CALM, CALM, GRAVE), 1) == pytest.approx(alone - SENTENCE_DISCOUNT)
    assert risk(parts(GRAVE, CALM, CALM), 1) == pytest.approx(alone)


def test_the_gravest_sentence_says_which_kind_it_is() -> None:
    assert max(kind_scores(parts(CALM, CALM, GRAVE), 1).items(), key=lambda pair: pair[1])[0] == "danger"


def test_a_short_message_has_a_threshold_of_its_own() -> None:
    scores: dict[Kind, float] = {**LOW, "danger": 0.7}
    assert kinds(scores, -0.3, SHORT, (), LIMITS) == ("danger",)
    assert kinds(scores, -0.3, SHORT + 1, (), LIMITS) == ()
    assert kinds(scores, 0.0, SHORT + 1, (), LIMITS) == ("danger",)
