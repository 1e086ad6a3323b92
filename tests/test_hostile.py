"""Messages made to keep a program busy: 100,000 characters must cost little more than a long message does."""

import pytest

from bot.channels import text as render
from bot.dialogue import Incoming
from bot.engine import Engine
from bot.nlu import normalize as texts

SIZE = 100_000
SHAPES = {
    "one letter": "a",
    "dots": "a.",
    "stars": "k*",
    "letters apart": "k y s ",
    "letters by signs": "s.u-i_c*i|d~e/",
    "no spaces": "killmyself",
    "nonsense": "zxqwv ",
    "quotes": "'\"`´",
    "marks": "a\u0301\u0327",
    "nothing to see": "\u200b\u200d\ufeff",
    "emoji": "\U0001f52a\U0001f622",
    "digits": "9",
    "leet": "5u1c1d3 ",
    "question marks": "?!¿¡ ",
    "lines": "\n \t",
    "dollars": "$u$",
    "mixed scripts": "а\u0430ｓ𝓼ß",
    "help lines": "911988",
}


def hostile(shape: str) -> str:
    """The shape over and over, `SIZE` characters long."""
    return (SHAPES[shape] * (SIZE // len(SHAPES[shape]) + 1))[:SIZE]


@pytest.mark.timeout(10)  # a cost that grows with the square would take minutes
@pytest.mark.parametrize("shape", SHAPES)
def test_folding_and_cutting_take_time_in_proportion_to_the_length(shape: str, engine: Engine) -> None:
    folded = texts.fold(hostile(shape), engine.classifier.lexicon.tables)  # type: ignore[attr-defined]
    pieces = [token for sentence in texts.sentences(folded) for token in texts.tokens(sentence)]
    assert all(pieces)
    assert sum(len(piece) for piece in pieces) <= 4 * len(folded)


@pytest.mark.timeout(10)
@pytest.mark.parametrize("shape", SHAPES)
def test_every_one_of_them_is_answered_with_the_numbers(shape: str, engine: Engine) -> None:
    reply = engine.reply(Incoming(text=hostile(shape)))
    assert all(number in render.plain(reply.messages[0]) for number in ("911", "988"))
    alone = engine.reply(Incoming(text=f"i want to die {hostile(shape)}"))
    assert alone.classification.tier in ("alert", "unsure")


def test_what_is_long_and_serious_at_its_start_is_an_alert(engine: Engine) -> None:
    reply = engine.reply(Incoming(text="i want to kill myself. " + "and so it goes on and on. " * 8000))
    assert reply.classification.safety[:1] == ("suicide",)
