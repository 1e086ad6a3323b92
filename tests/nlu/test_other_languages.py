"""Cries for help in languages that we don't speak, and text that is in none that we do."""

import pytest

from bot.content import load
from bot.dialogue import Incoming
from bot.engine import Engine
from bot.nlu.other_languages import OtherLanguages, foreign_script
from bot.schema import Content

CONTENT = load.read_raw(load.default_root()).content()


@pytest.mark.parametrize("id_", sorted(CONTENT.other_languages))
@pytest.mark.parametrize("lang", ["en", "es"])
def test_each_cry_is_an_alert_in_the_language_of_the_chat_with_a_line_in_the_writers(
    id_: str, lang: str, engine: Engine
) -> None:
    for kind, block in CONTENT.other_languages[id_].says.items():
        for text in block.splitlines():
            reply = engine.reply(Incoming(text=text, lang=lang))
            assert (reply.classification.tier, reply.classification.lang) == ("alert", lang), text
            assert kind in reply.classification.safety, text
            first = reply.messages[0]
            assert first.notice and "988" in first.notice and "{" not in first.notice
            assert first.notice_lang


@pytest.mark.parametrize(
    "text",
    [
        "você viu o jogo ontem à noite? foi muito bom",
        "kannst du mir bitte die Hausaufgaben für morgen schicken",
        "ты сегодня придёшь на тренировку или нет",
        "你今天晚上几点回家吃饭",
        "est-ce que tu viens à la fête samedi soir avec nous",
        "هل ستأتي إلى المدرسة غدا",
    ],
)
def test_other_text_in_another_language_is_unsure_with_the_numbers(engine: Engine, text: str) -> None:
    reply = engine.reply(Incoming(text=text))
    assert reply.classification.tier == "unsure"
    assert "911" in reply.messages[0].care and "988" in reply.messages[0].care


def test_a_saying_blanks_its_own_words() -> None:
    found = OtherLanguages(CONTENT)
    assert found.find("想死你了") == ("", ())
    assert found.find("我想死")[1] == ("suicide",)


@pytest.mark.parametrize("text", ["i want to die of laughter", "help", "hola que haces", "ajustes", ""])
def test_english_and_spanish_are_none_of_them(text: str) -> None:
    assert OtherLanguages(CONTENT).find(text) == ("", ())


def test_look_alike_letters_inside_a_word_are_no_foreign_script() -> None:
    assert not foreign_script("i wаnt to diе")  # two Cyrillic letters
    assert foreign_script("хочу умереть")
    assert not foreign_script("")


def test_ids_and_scripts_are_known(content: Content) -> None:
    assert len(content.other_languages) == 16
