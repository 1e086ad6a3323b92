"""The decision: from scores to tier, safety kinds and topic, with every threshold and its reason.

Whether a message is an alert is one number, its risk: what the whole message says, or what its gravest sentence says less a
discount, whichever is more. In real messages the fact is one clause among five, so a sentence must count by itself; it
counts a little less, because a sentence out of its context is more often misread.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from bot.dialogue import KINDS, Kind
from bot.nlu.features import Floats

#: How sharply the best of the other columns outweighs the rest of them, in the soft maximum.
SHARPNESS = 4.0
#: What a sentence's risk is discounted by. 0.2 and 0.4 were tried on stories of authors whom the model had not seen: 0.2
#: finds more disclosures, 0.4 raises fewer alerts on harmless stories.
SENTENCE_DISCOUNT = 0.3
#: So many words or fewer have a threshold of their own: everyday talk of that length rarely looks grave, so a cry of three
#: words is believed sooner, with no more false alerts.
SHORT = 5
#: Confidence from which on a topic is answered rather than offered. Between "never wrong" and "never any use": where a sign stands
#: in the message too, one answer in ten below 0.5 is about something else.
ANSWER = 0.45
#: Margin below which a topic isn't offered as a button.
OFFER = -1.2
#: Topics that accuse, frighten or erase: never answered or offered without a sign of their own.
GUARDED = frozenset({"own_behavior", "found_csam", "delete_chat", "language", "mandated_reporter", "esp_reporting"})


@dataclass(frozen=True)
class Thresholds:
    """From which risk on a message is an alert, and from which on its answer opens with 911 and 988 all the same."""

    alert: float
    alert_short: float  # the same for a message of at most SHORT words
    careful: float
    kind: float  # score from which on a further kind counts

    def alert_from(self, words: int) -> float:
        """The risk from which on a message of so many words is an alert."""
        return self.alert_short if words <= SHORT else self.alert


@dataclass(frozen=True)
class Calibration:
    """Margins -> confidence: a logistic function, fitted on messages that the model had not seen."""

    bias: float
    margin: float
    gap_to_second: float
    words: float  # times the logarithm of the number of words

    def confidence(self, margin: float, gap_to_second: float, words: int) -> float:
        """How likely the best topic is right, from 0 to 1."""
        x = self.bias + self.margin * margin + self.gap_to_second * gap_to_second + self.words * math.log1p(words)
        return 1 / (1 + math.exp(-max(-30.0, min(30.0, x))))


@dataclass(frozen=True)
class Match:
    """The best topic, the confidence in it, and the next ones."""

    topic: str
    score: float
    nearest: tuple[str, ...]  # best first, the topic itself among them

    @property
    def confident(self) -> bool:
        """Whether the topic may be answered rather than offered."""
        return self.score >= ANSWER


def match(margins: Floats, topics: Sequence[str], words: int, calibration: Calibration) -> Match:
    """The match that these margins say; float32 [topics]."""
    order = np.argsort(-margins)
    best, second = float(margins[order[0]]), float(margins[order[1]])
    near = tuple(topics[n] for n in order[:6] if margins[n] >= OFFER)
    return Match(topics[order[0]], calibration.confidence(best, best - second, words), near or (topics[order[0]],))


def risk(parts: Floats, topics: int) -> float:
    """The risk of a message; [1 + sentences, columns] -> a number that Thresholds.alert is compared with."""
    margins = safety_margin(parts, topics)
    whole = float(margins[0])
    return max(whole, float(margins[1:].max()) - SENTENCE_DISCOUNT) if len(margins) > 1 else whole


def safety_margin(scores: Floats, topics: int) -> Floats:
    """How much more each message or sentence is of a safety kind than of anything else; [n, columns] -> [n].

    Against what the other columns say together, not against zero: that finds 20 of 100 more with the same false alerts.
    The column of "any kind" is added: where the kind is unclear, that there is one may be plain.
    """
    others, kinds, anything = scores[:, : topics + 1], scores[:, topics + 1 : -1], scores[:, -1]
    rest = np.log(np.exp(SHARPNESS * others).sum(axis=1)) / SHARPNESS
    return np.asarray(kinds.max(axis=1) - rest + anything, np.float32)


def kind_scores(parts: Floats, topics: int) -> dict[Kind, float]:
    """The score of each kind: of the whole message, or of its gravest sentence where that says more."""
    scores = parts[0]
    if len(parts) > 1:
        scores = np.maximum(scores, parts[1 + int(safety_margin(parts[1:], topics).argmax())])
    return dict(zip(KINDS, scores[topics + 1 : -1].tolist(), strict=True))


def kinds(
    scores: Mapping[Kind, float], risk: float, words: int, phrases: Sequence[Kind], thresholds: Thresholds
) -> tuple[Kind, ...]:
    """The kinds of a message, surest first; empty if there is no alert. A short phrase found literally is one by itself."""
    scored = risk >= thresholds.alert_from(words)
    if not scored and not phrases:
        return ()
    found = dict.fromkeys(phrases)
    ranked = sorted(KINDS, key=lambda kind: -scores[kind])
    if scored:
        found.update(dict.fromkeys(kind for kind in ranked if scores[kind] >= thresholds.kind))
    return tuple(found) or (ranked[0],)


def topic_scores(scores: Floats, topics: Sequence[str]) -> Floats:
    """The scores of the topics alone; what sounds serious and isn't is none of them; [..., columns] -> [..., topics]."""
    out = scores[..., : len(topics)].copy()
    if "none" in topics:
        at = list(topics).index("none")
        out[..., at] = np.maximum(out[..., at], scores[..., len(topics)])
    return np.asarray(out, np.float32)
