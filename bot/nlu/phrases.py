"""Finds short phrases inside a message, word by word, in order, with small gaps allowed."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Generic, TypeVar

#: A word, or any one of several: "my @parent hit me" has a place for every wording of a concept list.
Slot = str | frozenset[str]
Words = tuple[Slot, ...]
Label = TypeVar("Label")
#: How many foreign words may stand between two words of a phrase, and in all.
GAP = 1
GAPS = 2
#: A word that stands in a message more often than this is repeated for its own sake.
MAX_STARTS = 32


class Phrases(Generic[Label]):
    """Short phrases, each with a label, found inside messages."""

    def __init__(self, phrases: Sequence[tuple[Label, Words, str]]) -> None:
        self._by_word: dict[str, list[tuple[Label, Words, str]]] = defaultdict(list)
        often: dict[str, int] = defaultdict(int)
        for _, words, _ in phrases:
            for word in {word for word in words if isinstance(word, str)}:
                often[word] += 1
        for label, words, source in phrases:
            plain = [word for word in words if isinstance(word, str)]
            if plain:
                self._by_word[min(plain, key=lambda word: (often[word], word))].append((label, words, source))
            elif words:
                slots: list[frozenset[str]] = [slot for slot in words if isinstance(slot, frozenset)]
                shortest = min(slots, key=len)
                for word in sorted(shortest):
                    self._by_word[word].append((label, words, source))

    def found(self, words: Sequence[str]) -> list[tuple[Label, str, range]]:
        """Each phrase in the message: its label, where an editor wrote it, and which words it covers."""
        out = []
        places: dict[str, list[int]] = defaultdict(list)
        for place, word in enumerate(words):
            places[word].append(place)
        for word in places:
            for label, phrase, source in self._by_word.get(word, ()):
                first = phrase[0]
                if isinstance(first, str):
                    starts: Sequence[int] = places.get(first, ())
                else:
                    starts = sorted(place for member in first for place in places.get(member, ()))
                covered = _find(phrase, words, starts)
                if covered is not None:
                    out.append((label, source, covered))
        return out


def _find(phrase: Words, words: Sequence[str], starts: Sequence[int]) -> range | None:
    """Where the phrase stands in the words: in order, at most GAP words between two, GAPS in all.

    `starts` are the places of its first word; of very many only the first and the last are tried."""
    if len(starts) > MAX_STARTS:
        starts = (*starts[: MAX_STARTS // 2], *starts[-MAX_STARTS // 2 :])
    for start in starts:
        end, spare = start, GAPS
        for wanted in phrase[1:]:
            for step in range(1, GAP + 2):
                if end + step < len(words) and step - 1 <= spare and _fits(words[end + step], wanted):
                    end, spare = end + step, spare - (step - 1)
                    break
            else:
                break
        else:
            return range(start, end + 1)
    return None


def _fits(word: str, wanted: Slot) -> bool:
    return word == wanted if isinstance(wanted, str) else word in wanted
