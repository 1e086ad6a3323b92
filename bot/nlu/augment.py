"""Augmentation: copies of an example in which a wording is replaced by a synonym from the editors' concept lists."""

import random
from collections.abc import Mapping, Sequence

from bot.nlu.features import Sentences
from bot.nlu.lexicon import Lexicon
from bot.schema import Content

#: Copies of each message in other words, and how often a wording is swapped in a copy.
AUGMENTED_COPIES, SWAP_PROBABILITY = 1, 0.5
#: The concept lists that tell who writes; the others are wordings that may stand for one another.
WHO = frozenset({"adult_writes", "teen_writes", "about_another"})


def concepts_of(content: Content, lexicon: Lexicon) -> dict[str, list[list[tuple[str, ...]]]]:
    """The editors' concept lists by language, each wording in the words of a reading."""
    table: dict[str, list[list[tuple[str, ...]]]] = {}
    for lang, words in content.languages.items():
        lists = [phrases for name, phrases in words.concepts.items() if name not in WHO]
        read = [[lexicon.wording(p.text, lang) for p in phrases] for phrases in lists]
        table[lang] = [[wording for wording in wordings if wording] for wordings in read]
    return table


class Swaps:
    """Copies of a message in other words: a wording of a concept replaced by another of the same."""

    def __init__(self, concepts: Mapping[str, Sequence[Sequence[tuple[str, ...]]]]) -> None:
        self._first: dict[tuple[str, str], list[tuple[tuple[str, ...], Sequence[tuple[str, ...]]]]] = {}
        for lang, lists in concepts.items():
            for wordings in lists:
                for wording in wordings:
                    self._first.setdefault((lang, wording[0]), []).append((wording, wordings))
        for found in self._first.values():
            found.sort(key=lambda pair: -len(pair[0]))

    def copy(self, sentences: Sentences, lang: str, chance: random.Random) -> list[list[str]]:
        """One copy; the same chance makes the same copy."""
        return [self._sentence(sentence, lang, chance) for sentence in sentences]

    def _sentence(self, sentence: Sequence[str], lang: str, chance: random.Random) -> list[str]:
        out: list[str] = []
        at = 0
        while at < len(sentence):
            for wording, others in self._first.get((lang, sentence[at]), ()):
                if tuple(sentence[at : at + len(wording)]) == wording:
                    out.extend(chance.choice(others) if chance.random() < SWAP_PROBABILITY else wording)
                    at += len(wording)
                    break
            else:
                out.append(sentence[at])
                at += 1
        return out
