"""Finds short phrases inside a message, word by word, in order, with small gaps allowed."""

from collections import defaultdict
from collections.abc import Sequence

from bot.dialogue import Kind

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
