"""Bringing a message to the words we know, with a lexicon of a few dozen of them."""

import pytest

from bot.nlu.lexicon import MAX_SENTENCE, Lexicon, _Budget
from bot.nlu.normalize import MAX_CHARS, Tables

COMMON = {
    "en": ["the", "i", "to", "my", "and", "want", "he", "has", "is", "a", "me", "hello", "day", "some", "one", "help"],
    "es": ["el", "yo", "mi", "y", "quiero", "tiene", "es", "un", "hola", "día", "por", "favor", "que", "me", "ayuda"],
}
SPELLINGS = {"en": {"u": "you", "kms": "kill myself", "2nite": "tonight"}, "es": {"q": "que", "xq": "por que"}}
COUNTS = {"kill": 30, "myself": 40, "pictures": 50, "blackmail": 20, "suicide": 25, "someone": 20, "fotos": 30}


@pytest.fixture
def lexicon() -> Lexicon:
    tables = Tables({}, {"😭": "crying"})
    return Lexicon(tables, COMMON, SPELLINGS, COUNTS, [("kill", "myself"), ("my", "pictures")])


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ("i want to kms", "i want to kill myself"),
        ("he has my pictres", "he has my pictures"),
        ("s**cide", "suicide"),
        ("k*ll", "kill"),
        ("k1ll", "kill"),
        ("killll", "kill"),
        ("k i l l", "kill"),
        ("killmyself", "kill myself"),
        ("i want to kill mys", "i want to kill myself"),
        ("blakmail", "blackmail"),
        ("some one", "someone"),
        ("😭", ":crying"),
        ("q tiene", "que tiene"),
        ("", ""),
    ],
)
def test_read_mends_towards_known_words(lexicon: Lexicon, written: str, words: str) -> None:
    assert " ".join(lexicon.read(written).words) == words


def test_a_known_word_is_left_alone(lexicon: Lexicon) -> None:
    reading = lexicon.read("hello my day")
    assert reading.sentences == (("hello", "my", "day"),)
    assert not reading.truncated


def test_a_word_like_no_other_stays(lexicon: Lexicon) -> None:
    reading = lexicon.read("xylqwrtz hello")
    assert reading.words == ("xylqwrtz", "hello")


@pytest.mark.parametrize(
    ("written", "hint", "lang"),
    [
        ("i want help", None, "en"),
        ("quiero ayuda por favor", None, "es"),
        ("quiero ayuda por favor", "en", "es"),
        ("i want help", "es", "en"),
        ("", "es", "es"),
        ("", None, "en"),
        ("😭😭", "es", "es"),
        ("", "xx", "en"),
        ("¿zzz?", None, "es"),
        ("ñzz", None, "es"),
    ],
)
def test_the_message_tells_the_language_and_the_hint_decides_only_a_tie(
    lexicon: Lexicon, written: str, hint: str | None, lang: str
) -> None:
    assert lexicon.read(written, hint).lang == lang


def test_only_the_first_part_of_a_very_long_message_is_read(lexicon: Lexicon) -> None:
    assert not lexicon.read("a" * MAX_CHARS).truncated
    reading = lexicon.read("hello " * 1700 + "suicide")
    assert reading.truncated
    assert "suicide" not in reading.words


def test_the_end_of_a_long_message_is_mended_as_well(lexicon: Lexicon) -> None:
    words = "".join(chr(97 + n % 26) for n in range(6))
    noise = " ".join(f"{words[n % 6 :]}qx{chr(97 + n % 26)}" for n in range(900))
    assert lexicon.read(f"{noise} suicde").words[-1] == "suicide"


def test_a_sentence_without_an_end_is_read_in_pieces(lexicon: Lexicon) -> None:
    sentences = lexicon.read("hello my day " * 40).sentences
    assert len(sentences) > 1
    assert max(map(len, sentences)) <= MAX_SENTENCE


def test_look_ups_are_counted_and_remembered() -> None:
    budget, asked = _Budget(2), list[str]()

    def find(word: str) -> tuple[str, ...]:
        asked.append(word)
        return (word.upper(),)

    assert [budget.once(find, word) for word in ("a", "a", "b", "c", "a")] == [("A",), ("A",), ("B",), (), ("A",)]
    assert asked == ["a", "b"]


def test_sentences_are_kept_apart(lexicon: Lexicon) -> None:
    assert lexicon.read("hello. i want help").sentences == (("hello",), ("i", "want", "help"))


def test_stem_follows_the_language_of_the_word(lexicon: Lexicon) -> None:
    assert lexicon.stem("pictures") == "pictur"
    assert lexicon.stem(":crying") == ":crying"
    assert lexicon.stem("quiero") == "quier"


def test_is_word_knows_the_banks_and_the_languages(lexicon: Lexicon) -> None:
    assert lexicon.is_word("suicide")
    assert lexicon.is_word("hola")
    assert not lexicon.is_word("suicde")


def test_reading_keeps_nothing(lexicon: Lexicon) -> None:
    """There is no cache of people's words."""
    lexicon.read("hello")
    before = {name: repr(value) for name, value in vars(lexicon).items()}
    lexicon.read("zqcanary kms killmyself s**cide canaryyyy")
    assert {name: repr(value) for name, value in vars(lexicon).items()} == before
