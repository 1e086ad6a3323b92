"""Does this message carry suicide, self-harm, danger or abuse?

Two ways that vote; either is enough. (a) Short phrases that editors wrote, found word by word inside the message, in
order, small gaps allowed. (b) What the bank of whole messages teaches: a score for "any of these" and one for each kind.
An idiom blanks only its own words: "dying of laughter lol jk i want to die" must still be heard.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.model import KINDS, Kind

Words = tuple[str, ...]

#: How many foreign words may stand between two words of a phrase, and in all.
GAP = 1
GAPS = 2


class Phrases:
    """Short phrases by kind, found inside messages."""

    def __init__(self, phrases: Sequence[tuple[Kind, Words, str]]) -> None:
        self._by_word: dict[str, list[tuple[Kind, Words, str]]] = defaultdict(list)
        often: dict[str, int] = defaultdict(int)
        for _, words, _ in phrases:
            for word in set(words):
                often[word] += 1
        for kind, words, at in phrases:
            if words:
                self._by_word[min(words, key=lambda word: (often[word], word))].append((kind, words, at))

    def found(self, words: Sequence[str]) -> list[tuple[Kind, str, range]]:
        """Each phrase in the message: its kind, where an editor wrote it, and which words it covers."""
        out = []
        for word in dict.fromkeys(words):
            for kind, phrase, at in self._by_word.get(word, ()):
                place = _find(phrase, words)
                if place is not None:
                    out.append((kind, at, place))
        return out


def _find(phrase: Words, words: Sequence[str]) -> range | None:
    """Where the phrase stands in the words: in order, at most GAP words between two, GAPS in all."""
    first = phrase[0]
    for start, word in enumerate(words):
        if word != first:
            continue
        at, spare = start, GAPS
        for wanted in phrase[1:]:
            for step in range(1, GAP + 2):
                if at + step < len(words) and words[at + step] == wanted and step - 1 <= spare:
                    at, spare = at + step, spare - (step - 1)
                    break
            else:
                break
        else:
            return range(start, at + 1)
    return None


@dataclass(frozen=True)
class Limits:
    """From which score on a message is an alert, and from which on its answer opens with 911 and 988 all the same."""

    alert: float
    sentence: float  # the same for one sentence alone
    careful: float
    kind: float  # a further kind counts from here on


def kinds(
    scores: Mapping[Kind, float], any_score: float, alone: float, phrases: Sequence[Kind], limits: Limits
) -> tuple[Kind, ...]:
    """The kinds heard, surest first; empty if there is no alert.

    `any_score` is what the whole message says, `alone` what its gravest sentence says by itself."""
    scored = any_score >= limits.alert or alone >= limits.sentence
    if not scored and not phrases:
        return ()
    heard = dict.fromkeys(phrases)
    ranked = sorted(KINDS, key=lambda kind: -scores[kind])
    if scored:
        heard.update(dict.fromkeys(kind for kind in ranked if scores[kind] >= limits.kind))
    return tuple(heard) or (ranked[0],)
