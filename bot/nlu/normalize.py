"""How a message is made comparable: case, look-alike letters, spacing, numbers and emoji become plain words.

Only what needs no knowledge of any language; the lexicon mends spelling afterwards. Pure, and linear in the length.
"""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass

#: Longer messages are cut here before anything else looks at them; the reply says so. The page's box takes as many.
MAX_CHARS = 10_000
#: What a message may grow to when compatibility characters are spelled out (one "…" is three dots, "ﷺ" 18 letters).
MAX_FOLDED = 12_000
_COMBINING_TILDE = "\u0303"
_ACCENTS = dict.fromkeys(c for c in range(0x300, 0x370))  # every combining mark of Latin, Greek and Cyrillic


@dataclass(frozen=True)
class Tables:
    """The character tables that folding needs, as read from bot/words/."""

    confusables: Mapping[int, str]  # code point of a look-alike -> the Latin letter
    emoji: Mapping[str, str]  # emoji -> the word it stands for


def fold(text: str, tables: Tables) -> str:
    """The text in small Latin letters: look-alikes mended, marks taken off, ñ kept, emoji as ":word"."""
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text)
        if len(text) > MAX_FOLDED:  # the middle goes: the newest words stand at the end
            text = f"{text[: MAX_FOLDED // 2]} {text[-MAX_FOLDED // 2 :]}"
        text = "".join(_without_format_characters(text, tables.emoji))
        text = text.translate(tables.confusables)
        text = _without_accents(text.casefold())
    return text.lower()


def _without_format_characters(text: str, emoji: Mapping[str, str]) -> list[str]:
    out = []
    for char in text:
        if char in emoji:
            out.append(f" :{emoji[char]} ")
        elif char.isascii() or char.isalnum():
            out.append(char)
        elif unicodedata.category(char) in ("Cf", "Mn", "Cc") and char not in "\n\r\t" and ord(char) not in _ACCENTS:
            continue  # zero-width marks, variation selectors: "s​uicide" must still be found
        elif unicodedata.category(char) in ("So", "Sk", "Cn", "Co", "Cs") and char not in "`´":
            out.append(" ")  # any other emoji parts words, and says nothing
        else:
            out.append(char)
    return out


def _without_accents(text: str) -> str:
    """Marks off, except the tilde of ñ: "año" and "ano" are different words."""
    if text.isascii():
        return text
    parts = unicodedata.normalize("NFD", text).replace("n" + _COMBINING_TILDE, "ñ")
    return parts.translate(_ACCENTS)


# --- cutting into sentences and tokens -------------------------------------------------------

# Possessive and anchored at the start of a run: one look at each character, however long the run.
_SENTENCE_END = re.compile(r"(?<![.!?…;\n\r¿¡])[.!?…;\n\r¿¡]++(?=\s|$)|\n++|[¿¡]")
_CHUNK = re.compile(r"\S+")
_EDGES = " \t\"'`´“”‘’«»()[]{}<>,.;:?!¿¡…-–—_=~^&%/\\|+#"
_PLAIN = re.compile(r"[a-zñ]+\Z")
_NUMBER = re.compile(r"\d[\d,.:]*\Z")
_MONEY = re.compile(r"[$€£]\d[\d,.]*k?\Z|\d[\d,.]*[$€£]\Z")
_AGE = re.compile(r"(\d{1,2})(?:yo|y/o|yrs?|yr?old|años?|anos?|m|f)\Z")
_ORDINAL = re.compile(r"\d+(?:st|nd|rd|th|er|ro|do|to|mo|vo|no)\Z")
_SINGLES = re.compile(r"(?<![a-zñ0-9'])(?:[a-zñ][.\-_*·•|~/ ]{1,3}){2,40}[a-zñ](?![a-zñ0-9'])")
_INNER = re.compile(r"[^a-zñ0-9@$!*|+']+")
_REPEAT = re.compile(r"(.)\1{2,}")
_LEET = str.maketrans("01345789@$!|+", "oieastbgasilt")
_LEET_L = str.maketrans("01345789@$!|+", "oleastbgasllt")  # 1 and ! as l


def sentences(folded: str) -> list[str]:
    """The message cut where a sentence or line ends; never an empty piece."""
    return [part for part in (p.strip() for p in _SENTENCE_END.split(folded)) if part]


def tokens(sentence: str) -> list[str]:
    """The chunks of one folded sentence: words, ":emoji", "$money", numbers, and disguised words as they stand."""
    sentence = sentence.replace("’", "'").replace("`", "'").replace("´", "'")
    sentence = _SINGLES.sub(_joined_singles, sentence)
    out: list[str] = []
    for chunk in _CHUNK.findall(sentence):
        out.extend(_pieces(chunk))
    return out


def _joined_singles(found: re.Match[str]) -> str:
    """ "k y s", "s.u.i": letters one by one are one word, marked so that the lexicon can undo it."""
    letters = re.sub(r"[^a-zñ]", "", found.group())
    return f"\x01{letters}" if len(letters) >= 3 else found.group()


def _pieces(chunk: str) -> list[str]:
    if chunk[0] in ":\x01" and _PLAIN.match(chunk[1:]):
        return [chunk]
    if _MONEY.match(chunk.strip("(),.;:?!")):
        return ["$money", number_token(chunk)]
    bare = chunk.strip(_EDGES)
    if not bare:
        return []
    if _PLAIN.match(bare):
        return [bare]
    if _NUMBER.match(bare):
        return [number_token(bare)]
    if "'" in bare:
        bare = bare.replace("'", "")
        if not bare or _PLAIN.match(bare):
            return [bare] if bare else []
    if age := _AGE.match(bare):
        return [number_token(age.group(1)), "$age"]
    if _ORDINAL.match(bare):
        return [bare]
    if bare in ("w/o", "w/", "b/c", "b4", "y/o"):
        return [bare]
    if _INNER.search(bare):
        parts = [p for p in _INNER.split(bare) if p]
        if len(parts) > 1:
            return [piece for part in parts for piece in _pieces(part)]
        return parts
    return [bare]


def number_token(digits: str) -> str:
    """A number by what it may mean: an age under 18, a grown-up's age, more; help lines keep their digits."""
    plain = re.sub(r"\D", "", digits)
    if plain in ("911", "988", "741741"):
        return plain
    value = int(plain[:6] or 0)
    if value < 18:
        return "$minor" if value >= 8 else "$few"
    return "$adult" if value < 100 else "$many"


def unleet(token: str) -> list[str]:
    """What a word with digits or signs in it may stand for, likeliest first."""
    return list(dict.fromkeys((token.translate(_LEET), token.translate(_LEET_L))))


def squeeze(token: str) -> list[str]:
    """A word with letters held down ("dieeee"), with one and with two of each."""
    if not _REPEAT.search(token):
        return [token]
    return [_REPEAT.sub(r"\1", token), _REPEAT.sub(r"\1\1", token)]
