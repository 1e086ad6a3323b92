"""The decision: from scores to tier, safety kinds and topic, with every threshold and its reason."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bot.dialogue import KINDS, Kind
from bot.nlu.features import Floats


@dataclass(frozen=True)
class Thresholds:
    """From which score on a message is an alert, and from which on its answer opens with 911 and 988 all the same."""

    alert: float
    sentence: float  # the same for one sentence alone
    careful: float
    kind: float  # a further kind counts from here on


@dataclass(frozen=True)
class Calibration:
    """How margins become confidence: fitted on messages kept apart for that; and from where on we answer."""

    bias: float
    margin: float
    gap_to_second: float
    answer: float  # confidence from which on a topic is answered; below, it is offered
    offer: float  # margin below which a topic isn't offered as a button


@dataclass(frozen=True)
class Match:
    """The best topic, the confidence in it, and the next ones."""

    topic: str
    score: float
    nearest: tuple[str, ...]  # best first, the topic itself among them
    clear: bool


def kinds(
    scores: Mapping[Kind, float], any_score: float, alone: float, phrases: Sequence[Kind], thresholds: Thresholds
) -> tuple[Kind, ...]:
    """The kinds heard, surest first; empty if there is no alert.

    `any_score` is what the whole message says, `alone` what its gravest sentence says by itself."""
    scored = any_score >= thresholds.alert or alone >= thresholds.sentence
    if not scored and not phrases:
        return ()
    heard = dict.fromkeys(phrases)
    ranked = sorted(KINDS, key=lambda kind: -scores[kind])
    if scored:
        heard.update(dict.fromkeys(kind for kind in ranked if scores[kind] >= thresholds.kind))
    return tuple(heard) or (ranked[0],)


def match(margins: NDArray[np.float32], topics: Sequence[str], calibration: Calibration) -> Match:
    """The match that these margins say."""
    order = np.argsort(-margins)
    best, second = float(margins[order[0]]), float(margins[order[1]])
    score = confidence(best, best - second, calibration)
    near = tuple(topics[n] for n in order[:4] if margins[n] >= calibration.offer)
    return Match(topics[order[0]], score, near or (topics[order[0]],), score >= calibration.answer)


def confidence(margin: float, gap_to_second: float, calibration: Calibration) -> float:
    """How likely the best topic is right, from 0 to 1."""
    x = calibration.bias + calibration.margin * margin + calibration.gap_to_second * gap_to_second
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, x))))


#: How much the best of the other columns counts before the rest of them.
SHARPNESS = 4.0


def safety_margin(scores: Floats, topics: int) -> Floats:
    """How much more a message is of a safety kind than of anything else; [messages, columns] -> [messages].

    Against what the other columns say combine, not against zero: with the same false alerts one "any kind" score heard
    20 of 100 fewer."""
    kind, others = scores[:, topics + 1 :].max(axis=1), scores[:, : topics + 1]
    rest = np.log(np.exp(SHARPNESS * others).sum(axis=1)) / SHARPNESS
    return np.asarray(kind - rest, np.float32)


def topic_scores(scores: Floats, topics: Sequence[str]) -> Floats:
    """The scores of the topics alone; what sounds serious and isn't is none of them; [..., columns] -> [..., topics]."""
    out = scores[..., : len(topics)].copy()
    if "none" in topics:
        at = list(topics).index("none")
        out[..., at] = np.maximum(out[..., at], scores[..., len(topics)])
    return np.asarray(out, np.float32)
