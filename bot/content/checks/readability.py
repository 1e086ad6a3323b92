"""How hard a text is to read: Flesch-Kincaid's grade for English, Fernández-Huerta's ease for Spanish.

Counted here, without a dictionary to download: the same text gets the same grade on every machine, offline too.
"""

import re
from itertools import pairwise

_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*|\d+(?:[.,:]\d+)*")
_SENTENCE_END = re.compile(r"[.?!…]+[\"'”’»)]*(?:\s|$)|\n+")


def words(text: str) -> list[str]:
    """The words of a text; a number is one word."""
    return _WORD.findall(text)


def sentences(text: str) -> int:
    """How many sentences a text has; a line of its own is one, a lone word is none."""
    return max(1, sum(len(words(part)) > 1 for part in _SENTENCE_END.split(text)))


def english_grade(text: str) -> float:
    """The school grade that can read a text (Flesch-Kincaid): 5.0 is a child of ten or eleven."""
    count = len(words(text))
    if not count:
        return 0.0
    syllables = sum(map(english_syllables, words(text)))
    return 0.39 * count / sentences(text) + 11.8 * syllables / count - 15.59


def spanish_ease(text: str) -> float:
    """How easy a Spanish text is (Fernández-Huerta): 70 and more is fairly easy, 60 is normal prose."""
    count = len(words(text))
    if not count:
        return 100.0
    syllables = sum(map(spanish_syllables, words(text)))
    return 206.84 - 60 * syllables / count - 1.02 * count / sentences(text)


# --- syllables ----------------------------------------------------------------------------------

#: Vowels that are written and not heard, or heard as one.
_EN_SILENT = re.compile(
    r"(?:[^aeiouyl]|[aeiouy]l|rl)e$"  # like, while; not: little
    r"|(?:[^aeiouycgsxztd]|[aeiouy][td])(?<!ch)(?<!sh)es$"  # likes, times; not: boxes
    r"|[^aeiouytdl]ed$|[aeiouy]led$"  # helped, failed; not: wanted, handled
    r"|(?<=[^aeiouy])e(?=(?:ly|less|ness|ful|ment|ments|where)$)"  # safely, statement
    r"|lled$|^(?:som|ther|wher|lif|hom)e(?=.)|(?<=ev)e(?=ry)|e(?=body$|ty$)"
)
#: Vowels that stand together and are heard apart.
_EN_APART = re.compile(
    r"i(?=a(?!l$|lly|ge)|um|or)|(?<=[dnrvbmpl])i(?=o(?!n)|al)|(?<=[^tscgxl])i(?=on)|(?<!fr)i(?=e[tn])(?!ien[dc])"
    r"|e(?=o(?!ple)|um|ing$|as?$)(?<!t)|y(?=ing$|one$)|u(?=al|at|el|ity|icid|ing$)(?<![qg]u)|o(?=ing$|et)|a(?=o|ic)|[^aeiou](?=sm$)"
)


def english_syllables(word: str) -> int:
    """The syllables of an English word, right for about nineteen words in twenty."""
    plain = re.sub(r"(?:n['’]t)$", "nt", word.lower())
    contracted = bool(re.search(r"[^r]nt$", plain)) and plain != word.lower() and plain not in ("cant", "dont", "wont")
    plain = re.sub(r"['’](?:s|re|ve|ll|d|m)$", "", plain)
    if not plain.isalpha():
        return 1
    heard = len(re.findall(r"[aeiouy]+", plain)) - len(_EN_SILENT.findall(plain)) + len(_EN_APART.findall(plain))
    return max(1, heard + contracted)


def spanish_syllables(word: str) -> int:
    """The syllables of a Spanish word: groups of vowels, apart where two are strong or a weak one has the accent."""
    plain = re.sub(r"(?<=[qg])u(?=[eiéí])", "", word.lower())
    plain = re.sub(r"y(?![aeiouáéíóú])", "i", plain)
    groups = re.findall(r"[aeiouáéíóúü]+", plain)
    return max(1, len(groups) + sum(map(_breaks, groups)))


def _breaks(vowels: str) -> int:
    strong, weak_accented = "aeoáéó", "íú"
    return sum((a in strong and b in strong) or a in weak_accented or b in weak_accented for a, b in pairwise(vowels))
