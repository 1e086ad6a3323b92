"""The buttons under a message. Pure, with labels of the content."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import NamedTuple

from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from bot.channels.telegram.incoming import AUDIENCES, AUTO_DELETE_DATA, AUTO_DELETE_MINUTES, DELETE_DATA
from bot.channels.telegram.texts import shared_text, telegram_text, topic_label
from bot.dialogue import Audience, Button, Reply
from bot.engine import Engine

HALF_ROW_CHARS = 18  # a label that leaves room for a second one beside it
ROW_CHARS = 28  # a label that a small phone shows whole
_LETTERS: Mapping[Audience | None, str] = {audience: letter for letter, audience in AUDIENCES.items()}


class Key(NamedTuple):
    """One button of Telegram's inline keyboard: what it says, and the data that comes back when it is pressed."""

    label: str
    data: str


def callback_data(button: Button) -> str:
    """What a reply's button sends back; `parse_callback_data` reads it. At most 64 bytes."""
    if button.action == "more":
        return f"m:{button.topic}:{_LETTERS[button.audience]}"
    if button.topic:
        return f"t:{button.topic}:{_LETTERS[button.audience]}" if button.audience else f"t:{button.topic}"
    return f"a:{button.action}"


def reply_keys(buttons: Iterable[Button], delete_label: str = "") -> list[Key]:
    """A reply's buttons; one that is called `delete_label` deletes, as it says."""
    return [
        Key(button.label, DELETE_DATA if button.label == delete_label else callback_data(button)) for button in buttons
    ]


def shorten_labels(engine: Engine, reply: Reply) -> Reply:
    """The reply for a small phone: a question too long for a button goes into the text, its button names the topic."""
    too_long = [button for button in reply.buttons if button.topic and len(button.label) > ROW_CHARS]
    if not too_long:
        return reply
    *before, last = reply.messages
    listed = "\n".join(f"• {button.label}" for button in too_long)
    lang = reply.classification.lang
    buttons = tuple(
        replace(button, label=topic_label(engine, lang, button.topic)) if button in too_long else button
        for button in reply.buttons
    )
    return replace(reply, messages=(*before, last.with_paragraph(listed)), buttons=buttons)


def auto_delete_keys(engine: Engine, lang: str) -> list[Key]:
    """The choice after how many quiet minutes a chat is emptied."""
    labels = {minutes: telegram_text(engine, lang, "button_wipe_after", minutes) for minutes in AUTO_DELETE_MINUTES}
    labels[0] = telegram_text(engine, lang, "button_wipe_off")
    return [Key(labels[minutes], f"{AUTO_DELETE_DATA}:{minutes}") for minutes in AUTO_DELETE_MINUTES]


def delete_keys(engine: Engine, lang: str) -> tuple[Key, Key]:
    """To empty the chat now, and to have it emptied later."""
    return (
        Key(shared_text(engine, lang, "button_delete"), DELETE_DATA),
        Key(telegram_text(engine, lang, "button_wipe"), AUTO_DELETE_DATA),
    )


def keyboard(keys: Iterable[Key]) -> InlineKeyboardMarkup | None:
    """Rows of buttons: two short ones side by side, a long one alone; None without any."""
    rows: list[list[InlineKeyboardButton]] = []
    has_room = False
    for label, data in keys:
        button = InlineKeyboardButton(label, callback_data=data)
        short = len(label) <= HALF_ROW_CHARS
        if short and has_room:
            rows[-1].append(button)
        else:
            rows.append([button])
        has_room = short and not has_room
    return InlineKeyboardMarkup(rows) if rows else None
