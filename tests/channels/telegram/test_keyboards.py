"""Buttons: two short ones side by side, whole labels on a small phone, each with data of its own."""

import pytest
from fakes.telegram_kit import idle, labels
from fakes.telegram_server import TelegramServer, plain

from bot.channels.telegram.channel import TelegramChannel
from bot.channels.telegram.keyboards import HALF_ROW_CHARS, ROW_CHARS, Key, auto_delete_keys, keyboard
from bot.engine import Engine
from bot.schema import Content


def test_short_labels_share_a_row() -> None:
    rows = keyboard([Key("Yes", "a"), Key("No", "b"), Key("A label that needs its own line", "c"), Key("Ok", "d")])
    assert rows is not None
    assert [len(row) for row in rows.inline_keyboard] == [2, 1, 1]
    assert keyboard([]) is None


def test_the_minutes_to_choose_from_say_which_they_are(engine: Engine) -> None:
    keys = auto_delete_keys(engine, "en")
    assert [key.data for key in keys] == ["w:5", "w:15", "w:60", "w:0"]
    assert [number in key.label for key, number in zip(keys, ("5", "15", "60"), strict=False)] == [True] * 3


@pytest.mark.parametrize(("lang", "danger"), [("en", "i want to die"), ("es", "quiero morir")])
async def test_every_keyboard_is_readable_on_a_small_phone(
    bot: TelegramChannel, server: TelegramServer, content: Content, lang: str, danger: str
) -> None:
    """At most two columns; a label beside another at most 18 characters, one alone at most 28."""
    pressed = [
        f"l:{lang}",
        *(f"t:{topic}" for topic in content.topics),
        *(f"t:{topic}:a" for topic in content.topics),
        *("a:menu", "a:not_meant", "a:numbers", "w", "w:5", "d:x"),
    ]
    for chat, data in enumerate(pressed, 1):  # a chat each: many presses in one would be taken for a flood
        server.press(data, chat, lang)
    for chat, text in enumerate(("/start example", "what", danger), 1001):
        server.say(text, chat, lang=lang)
    await idle(bot, server)
    keyboards = [call.buttons for call in server.made("sendMessage") if call.buttons]
    assert len(keyboards) > 2 * len(content.topics)
    for row in (row for rows in keyboards for row in rows):
        assert 1 <= len(row) <= 2
        for button in row:
            assert len(button["text"]) <= (HALF_ROW_CHARS if len(row) == 2 else ROW_CHARS), button["text"]


async def test_question_too_long_for_a_button_is_in_the_text(
    bot: TelegramChannel, server: TelegramServer, content: Content
) -> None:
    server.say("what")
    [answer] = await server.answers()
    replies = content.languages["en"].replies
    assert f"• {replies['grooming'].ask}" in plain(answer.text)
    assert replies["grooming"].button in labels(answer.buttons)
