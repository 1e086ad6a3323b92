"""Cries for help in languages that we don't speak, and text that is in none that we do.

Phrases are compared without case, accents and vowel marks. Where words are parted by spaces a phrase is whole words side by
side; in Chinese, Japanese and Korean it is a piece of the text.
"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Mapping, Sequence

from bot.dialogue import KINDS, Kind
from bot.schema import Content, OtherLanguage

_WORD = re.compile(r"\w+")
_UNSPACED = frozenset({"han", "kana", "hangul"})
#: Letters that are typed for one another, beside those that differ only by marks.
_SAME_LETTERS = str.maketrans({"đ": "d", "ł": "l", "ı": "i", "ß": "ss", "ø": "o", "أ": "ا", "إ": "ا", "آ": "ا", "ٱ": "ا",
                               "ى": "ي", "ی": "ي", "ک": "ك", "ة": "ه", "ـ": None, "\u200c": None, "\u200d": None, "'": None,
                               "’": None})  # fmt: skip


class OtherLanguages:
    """The phrases of all other languages of a content."""

    def __init__(self, content: Content) -> None:
        self._by_first: dict[str, list[tuple[tuple[str, ...], str, Kind | None]]] = defaultdict(list)
        self._pieces: list[tuple[str, str, Kind | None]] = []
        for id_, language in content.other_languages.items():
            for kind, text in _phrases(language):
                if language.script in _UNSPACED and not text.isascii():  # typed in Latin letters it has spaces
                    self._pieces.append((_plain(text).replace(" ", ""), id_, kind))
                elif words := tuple(_WORD.findall(_plain(text))):
                    self._by_first[words[0]].append((words, id_, kind))

    def find(self, text: str) -> tuple[str, tuple[Kind, ...]]:
        """The id of the language and the safety kinds of the phrases in `text`; ("", ()) if there is none."""
        plain = _plain(text)
        found: list[tuple[str, Kind]] = []
        blanked: set[int] = set()
        words = _WORD.findall(plain)
        hits: list[tuple[range, str, Kind]] = []
        for start, word in enumerate(words):
            for phrase, id_, kind in self._by_first.get(word, ()):
                if tuple(words[start : start + len(phrase)]) == phrase:
                    place = range(start, start + len(phrase))
                    if kind is None:
                        blanked.update(place)
                    else:
                        hits.append((place, id_, kind))
        found += [(id_, kind) for place, id_, kind in hits if not blanked.issuperset(place)]
        if not plain.isascii():
            joined = "".join(words)
            for piece, _, kind in self._pieces:
                if kind is None:
                    joined = joined.replace(piece, " ")
            found += [(id_, kind) for piece, id_, kind in self._pieces if kind and piece in joined]
        if not found:
            return "", ()
        kinds = {kind for _, kind in found}
        return found[0][0], tuple(kind for kind in KINDS if kind in kinds)


def _phrases(language: OtherLanguage) -> Sequence[tuple[Kind | None, str]]:
    listed: list[tuple[Kind | None, str]] = [(None, text) for text in language.sayings.splitlines()]
    says: Mapping[Kind, str] = language.says
    listed += [(kind, text) for kind, block in says.items() for text in block.splitlines()]
    return [(kind, text.strip()) for kind, text in listed if text.strip() and not text.strip().startswith("# ")]


def _plain(text: str) -> str:
    """`text` without case, accents and vowel marks. Marks of scripts that write vowels as marks are left where all do."""
    text = text.casefold()
    if not text.isascii():
        marked = unicodedata.normalize("NFKD", text)
        text = "".join(char for char in marked if unicodedata.category(char) != "Mn" or "\u0900" <= char <= "\u0dff")
        text = unicodedata.normalize("NFC", text)
    return text.translate(_SAME_LETTERS)


def foreign_script(text: str) -> bool:
    """Whether most words of `text` are wholly in letters other than Latin: look-alikes inside a word don't count."""
    ours = others = 0
    for word in _WORD.findall(text):
        letters = [char for char in word if char.isalpha()]
        if letters:
            if any("LATIN" in unicodedata.name(char, "LATIN") for char in letters):
                ours += 1
            else:
                others += 1
    return others > ours
