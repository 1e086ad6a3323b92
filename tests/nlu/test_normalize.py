"""Folding, cutting and tokens: what needs no language."""

import pytest

from bot.nlu import normalize as text
from bot.nlu.normalize import Tables

TABLES = Tables({ord("а"): "a", ord("е"): "e", ord("і"): "i"}, {"😭": "crying", "🔪": "knife"})


@pytest.mark.parametrize(
    ("written", "folded"),
    [
        ("I Want HELP", "i want help"),
        ("Año NUEVO", "año nuevo"),
        ("an\u0303o", "año"),
        ("ÁÉÍÓÚ ü", "aeiou u"),
        ("ｆｕｌｌ ｗｉｄｔｈ", "full width"),
        ("s\u200bu\u200bicide", "suicide"),
        ("d\u0456\u0435", "die"),
        ("no😭more", "no :crying more"),
        ("stop🦄now", "stop now"),
        ("", ""),
    ],
)
def test_fold(written: str, folded: str) -> None:
    assert text.fold(written, TABLES) == folded


@pytest.mark.parametrize(
    ("folded", "parts"),
    [
        ("help me. he has it! what now?", ["help me", "he has it", "what now"]),
        ("one\ntwo\n\nthree", ["one", "two", "three"]),
        ("¿que hago? ¡ayuda!", ["que hago", "ayuda"]),
        ("it costs 3.50 at a.b.c", ["it costs 3.50 at a.b.c"]),
        ("...", []),
        ("", []),
    ],
)
def test_sentences(folded: str, parts: list[str]) -> None:
    assert text.sentences(folded) == parts


@pytest.mark.parametrize(
    ("sentence", "found"),
    [
        ("he has my pics", ["he", "has", "my", "pics"]),
        ("don't", ["dont"]),
        ("don’t", ["dont"]),
        ("k y s", ["\x01kys"]),
        ("s.u.i", ["\x01sui"]),
        ("a b", ["a", "b"]),
        ("$500 now", ["$money", "$many", "now"]),
        ("im 14", ["im", "$minor"]),
        ("she is 15yo", ["she", "is", "$minor", "$age"]),
        ("call 911", ["call", "911"]),
        ("mom/dad", ["mom", "dad"]),
        (":crying", [":crying"]),
        ("(what)", ["what"]),
        ("w/o", ["w/o"]),
        ("--- ...", []),
    ],
)
def test_tokens(sentence: str, found: list[str]) -> None:
    assert text.tokens(sentence) == found


@pytest.mark.parametrize(
    ("digits", "token"),
    [
        ("911", "911"),
        ("988", "988"),
        ("741741", "741741"),
        ("7", "$few"),
        ("8", "$minor"),
        ("17", "$minor"),
        ("18", "$adult"),
        ("99", "$adult"),
        ("100", "$many"),
        ("9" * 50, "$many"),
        (":", "$few"),
    ],
)
def test_number_token(digits: str, token: str) -> None:
    assert text.number_token(digits) == token


def test_unleet_reads_one_as_i_and_as_l() -> None:
    assert text.unleet("k1ll") == ["kill", "klll"]
    assert text.unleet("l33t") == ["leet"]
    assert text.unleet("d1e") == ["die", "dle"]


def test_squeeze_gives_one_letter_and_two() -> None:
    assert text.squeeze("dieeee") == ["die", "diee"]
    assert text.squeeze("kill") == ["kill"]
