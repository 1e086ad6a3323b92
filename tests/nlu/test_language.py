"""In which language a message is answered: its own, unless one or two words could be either."""

import pytest

from bot.dialogue import Incoming
from bot.engine import Engine


@pytest.mark.parametrize(
    ("text", "hint", "lang"),
    [
        ("no", "en", "en"),
        ("nudes", "en", "en"),
        ("cops", "en", "en"),
        ("[10:33 PM] me: no", "en", "en"),
        ("buenos dias", "en", "es"),
        ("fotos", "es", "es"),
        ("no", "es", "es"),
        ("insta", "es", "es"),
        ("mom", None, "en"),
        ("dad", None, "en"),
        ("tengo miedo", "en", "es"),
        ("please help me", "es", "en"),
        ("mi novio has my pics and he says las va a subir", "es", "es"),
        ("https://www.instagram.com/p/abc123", "en", "en"),
    ],
)
def test_one_or_two_words_never_overrule_the_language_of_the_page(
    text: str, hint: str | None, lang: str, engine: Engine
) -> None:
    assert engine.reply(Incoming(text=text, lang=hint)).classification.lang == lang
