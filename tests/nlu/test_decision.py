"""From margins to a topic, with how sure that is."""

import numpy as np
import pytest

from bot.nlu.decision import Calibration, Match, confidence, match

TRUST = Calibration(bias=0.0, margin=2.0, gap_to_second=1.0, answer=0.5, offer=-1.0)
TOPICS = ("sextortion", "report", "privacy", "none", "menu")


def matched(*margins: float) -> Match:
    return match(np.asarray(margins, np.float32), TOPICS, TRUST)


def test_the_highest_margin_wins_and_the_next_ones_are_offered() -> None:
    found = matched(0.5, -0.5, -2.0, -0.75, -3.0)
    assert found.topic == "sextortion"
    assert found.nearest == ("sextortion", "report", "none")
    assert found.clear
    assert found.score == pytest.approx(1 / (1 + np.exp(-2.0)))


def test_no_more_than_four_are_near() -> None:
    assert matched(0.1, 0.2, 0.3, 0.4, 0.5).nearest == ("menu", "none", "privacy", "report")


def test_a_low_margin_is_not_clear_but_the_best_is_still_named() -> None:
    found = matched(-3.0, -2.0, -4.0, -5.0, -6.0)
    assert (found.topic, found.nearest, found.clear) == ("report", ("report",), False)
    assert found.score == pytest.approx(1 / (1 + np.exp(3.0)))


def test_exactly_at_the_limit_is_clear() -> None:
    assert matched(0.0, 0.0, -2.0, -2.0, -2.0).score == 0.5
    assert matched(0.0, 0.0, -2.0, -2.0, -2.0).clear


def test_equal_margins_always_give_the_same_topic() -> None:
    assert {matched(0.5, 0.5, 0.5, 0.5, 0.5).topic for _ in range(5)} == {matched(0.5, 0.5, 0.5, 0.5, 0.5).nearest[0]}


@pytest.mark.parametrize("margin", [-1e6, -1.0, 0.0, 1.0, 1e6])
def test_confidence_lies_between_0_and_1(margin: float) -> None:
    assert 0 < confidence(margin, 0.0, TRUST) < 1


def test_confidence_grows_with_margin_and_lead() -> None:
    assert confidence(0.5, 0.0, TRUST) > confidence(0.0, 0.0, TRUST)
    assert confidence(0.0, 0.5, TRUST) > confidence(0.0, 0.0, TRUST)
