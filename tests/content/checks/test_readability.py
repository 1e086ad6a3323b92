"""How hard a text is to read."""

import re

import pytest

from bot.content.checks.readability import (
    EN_APART,
    EN_SILENT,
    english_grade,
    english_syllables,
    sentences,
    spanish_ease,
    spanish_syllables,
    words,
)


@pytest.mark.parametrize(
    ("count", "some"),
    [
        (1, "like whole pay friend called blocked used phone they don't you're times there's screamed sex"),
        (
            2,
            "people shouldn't little handled someone lifeline safely being going again wanted money boxes safety",
        ),
        (3, "police's-office evidence anyone suicide idea already family everything counselor remember video"),
        (4, "exploitation information intimidate situation understanding"),
    ],
)
def test_english_syllables(count: int, some: str) -> None:
    for word in some.split():
        if "-" not in word:
            assert (word, english_syllables(word)) == (word, count)


@pytest.mark.parametrize(
    ("count", "some"),
    [
        (1, "pies más que bien hay ley guion fue"),
        (2, "guardar culpa alguien ciudad muy-bien tía cuida policías-no miedo"),
        (3, "teléfono-no chantaje poeta policía-no guardaba línea"),
        (4, "teléfono policía necesitas compartirlo"),
    ],
)
def test_spanish_syllables(count: int, some: str) -> None:
    for word in some.split():
        if "-" not in word:
            assert (word, spanish_syllables(word)) == (word, count)


def test_words_and_sentences() -> None:
    assert words("Don't pay 1,000 dollars: «no»") == ["Don't", "pay", "1,000", "dollars", "no"]
    assert sentences("Stop. Don't pay him. Is it late?\nTell one adult\nWho helps") == 4
    assert sentences("") == 1


def test_simple_english_is_low_and_official_english_is_high() -> None:
    assert english_grade("This is not your fault. Tell one adult you trust. Keep the chat.") < 3
    assert english_grade("Individuals experiencing exploitation should immediately initiate communication.") > 15
    assert english_grade("") == 0.0


def test_the_formula_of_flesch_and_kincaid() -> None:
    # 10 words, 1 sentence, 13 syllables
    grade = english_grade("The cat sat on the table and saw the city.")
    assert grade == pytest.approx(0.39 * 10 + 11.8 * 12 / 10 - 15.59)


def test_simple_spanish_is_easy_and_official_spanish_is_not() -> None:
    assert spanish_ease("No es tu culpa. Guarda el chat. Habla con un adulto.") > 80
    assert spanish_ease("La identificación correspondiente facilita extraordinariamente la comunicación.") < 40
    assert spanish_ease("") == 100.0


@pytest.mark.parametrize(("pattern", "word", "other"), [*EN_SILENT, *EN_APART])
def test_each_pattern_finds_its_word_and_not_the_similar_one(pattern: str, word: str, other: str) -> None:
    assert re.search(pattern, word)
    assert not re.search(pattern, other)
