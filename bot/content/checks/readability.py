"""How hard a text is to read: Flesch-Kincaid's grade for English, Fernández-Huerta's ease for Spanish.

Syllables are counted by rules, without a dictionary to download: a text has the same grade on every machine.
"""

import re
from itertools import pairwise

_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*|\d+(?:[.,:]\d+)*")
_SENTENCE_END = re.compile(r"[.?!…]+[\"'”’»)]*(?:\s|$)|\n+")


def words(text: str) -> list[str]:
    """The words of a text; a number is one word."""
    return _WORD.findall(text)


def sentences(text: str) -> int:
    """How many sentences a text has, at least 1; a line of its own counts, a single word doesn't."""
    return max(1, sum(len(words(part)) > 1 for part in _SENTENCE_END.split(text)))


def english_grade(text: str) -> float:
    """The US school grade that can read a text (Flesch-Kincaid), 0.0 without words: 5.0 is a child of ten or eleven."""
    count = len(words(text))
    if not count:
        return 0.0
    syllables = sum(map(english_syllables, words(text)))
    return 0.39 * count / sentences(text) + 11.8 * syllables / count - 15.59


def spanish_ease(text: str) -> float:
    """How easy a Spanish text is (Fernández-Huerta), 100.0 without words: from 70 fairly easy, 60 normal prose."""
    count = len(words(text))
    if not count:
        return 100.0
    syllables = sum(map(spanish_syllables, words(text)))
    return 206.84 - 60 * syllables / count - 1.02 * count / sentences(text)


# --- syllables ----------------------------------------------------------------------------------

#: Vowels that are written and not heard: what they look like, a word that has them, a similar one that doesn't.
EN_SILENT = (
    (r"(?:[^aeiouyl]|[aeiouy]l|rl)e$", "like", "little"),
    (r"(?:[^aeiouycgsxztd]|[aeiouy][td])(?<!ch)(?<!sh)es$", "times", "boxes"),
    (r"[^aeiouytdl]ed$", "helped", "wanted"),
    (r"[aeiouy]led$", "failed", "handled"),
    (r"(?<=[^aeiouy])e(?=(?:ly|less|ness|ful|ment|ments|where)$)", "safely", "freely"),
    (r"lled$", "called", "handled"),
    (r"^(?:som|ther|wher|lif|hom)e(?=.)", "someone", "some"),
    (r"(?<=ev)e(?=ry)", "everything", "evening"),
    (r"e(?=body$|ty$)", "safety", "safer"),
)
#: Vowels that stand together and are heard apart, in the same columns.
EN_APART = (
    (r"i(?=a(?!l$|lly|ge)|um|or)", "media", "marriage"),
    (r"(?<=[dnrvbmpl])i(?=o(?!n)|al)", "various", "million"),
    (r"(?<=[^tscgxl])i(?=on)", "champion", "action"),
    (r"(?<!fr)i(?=e[tn])(?!ien[dc])", "quiet", "friend"),
    (r"e(?=o(?!ple)|um|ing$|as?$)", "video", "people"),
    (r"y(?=ing$|one$)", "trying", "anything"),
    (r"u(?=al|at|el|ity|icid|ing$)(?<![qg]u)", "situation", "equal"),
    (r"o(?=ing$|et)", "going", "coins"),
    (r"a(?=o|ic)", "chaos", "again"),
)
_EN_SILENT = re.compile("|".join(pattern for pattern, _, _ in EN_SILENT))
_EN_APART = re.compile("|".join(pattern for pattern, _, _ in EN_APART))


def english_syllables(word: str) -> int:
    """The syllables of an English word, at least 1; right for about nineteen words in twenty."""
    plain = re.sub(r"(?:n['’]t)$", "nt", word.lower())
    contracted = bool(re.search(r"[^r]nt$", plain)) and plain != word.lower() and plain not in ("cant", "dont", "wont")
    plain = re.sub(r"['’](?:s|re|ve|ll|d|m)$", "", plain)
    if not plain.isalpha():
        return 1
    heard = len(re.findall(r"[aeiouy]+", plain)) - len(_EN_SILENT.findall(plain)) + len(_EN_APART.findall(plain))
    return max(1, heard + contracted)


def spanish_syllables(word: str) -> int:
    """The syllables of a Spanish word, at least 1.

    Each group of vowels is one, except that two strong vowels (a, e, o), or a weak one with an accent, part: po-e-ta, tí-a.
    """
    plain = re.sub(r"(?<=[qg])u(?=[eiéí])", "", word.lower())
    plain = re.sub(r"y(?![aeiouáéíóú])", "i", plain)
    groups = re.findall(r"[aeiouáéíóúü]+", plain)
    return max(1, len(groups) + sum(map(_hiatuses, groups)))


def _hiatuses(vowels: str) -> int:
    """How many pairs of neighbouring vowels belong to two syllables."""
    strong, weak_accented = "aeoáéó", "íú"
    return sum((a in strong and b in strong) or a in weak_accented or b in weak_accented for a, b in pairwise(vowels))
