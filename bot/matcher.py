"""Which topics is a message about, how surely, or none?"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Trust:
    """How margins become confidence: fitted on messages kept apart for that; and from where on we answer."""

    bias: float
    margin: float
    lead: float
    answer: float  # confidence from which on a topic is answered; below, it is offered
    offer: float  # margin below which a topic isn't offered as a button


@dataclass(frozen=True)
class Match:
    """The best topic, the confidence in it, and the next ones."""

    topic: str
    score: float
    nearest: tuple[str, ...]  # best first, the topic itself among them
    clear: bool


def match(margins: NDArray[np.float32], topics: Sequence[str], trust: Trust) -> Match:
    """The match that these margins say."""
    order = np.argsort(-margins)
    best, second = float(margins[order[0]]), float(margins[order[1]])
    score = confidence(best, best - second, trust)
    near = tuple(topics[n] for n in order[:4] if margins[n] >= trust.offer)
    return Match(topics[order[0]], score, near or (topics[order[0]],), score >= trust.answer)


def confidence(margin: float, lead: float, trust: Trust) -> float:
    """How likely the best topic is right, from 0 to 1."""
    x = trust.bias + trust.margin * margin + trust.lead * lead
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, x))))
