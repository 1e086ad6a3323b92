"""What Telegram shows around a text: buttons, commands, descriptions. Pure, in words of the content."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from telegram import BotCommand, InlineKeyboardButton, InlineKeyboardMarkup

from bot.channels.telegram.html import utf16_length
from bot.channels.telegram.incoming import AUDIENCES, DELETE, MINUTES, WIPE
from bot.dialogue import Audience, Button, Reply
from bot.engine import Engine
from bot.schema import Shared, TelegramWords, TopicReply

Key = tuple[str, str]  # label, callback data
COMMANDS = ("start", "help", "menu", "numbers", "privacy", "language", "delete")
SHORT = 18  # characters of a label that leaves room for a second one beside it
WIDE = 28  # characters of a label that a small phone shows whole
_LETTERS: dict[Audience | None, str] = {audience: letter for letter, audience in AUDIENCES.items()}


def data(button: Button) -> str:
    """What a button carries, at most 64 bytes."""
    if button.action == "more":
        return f"m:{button.topic}:{_LETTERS[button.audience]}"
    if button.topic:
        return f"t:{button.topic}:{_LETTERS[button.audience]}" if button.audience else f"t:{button.topic}"
    return f"a:{button.action}"


def keys(buttons: Iterable[Button], delete: str = "") -> list[Key]:
    """Labels and data of a reply's buttons; one that is called `delete` does what it says."""
    return [(button.label, DELETE if button.label == delete else data(button)) for button in buttons]


def brief(reply: Reply, shared_replies: Mapping[str, TopicReply]) -> Reply:
    """The same reply for a small phone: a question too long for a button stands in the text, its button says it shortly."""
    asked = [button for button in reply.buttons if button.topic and len(button.label) > WIDE]
    if not asked:
        return reply
    *before, last = reply.messages
    listed = "\n".join(f"• {button.label}" for button in asked)
    buttons = tuple(
        replace(button, label=shared_replies[button.topic].button) if button in asked else button
        for button in reply.buttons
    )
    return replace(reply, messages=(*before, last.with_paragraph(listed)), buttons=buttons)


def wipe_keys(telegram: TelegramWords) -> list[Key]:
    """The choice after how many quiet minutes a chat is emptied."""
    labels = {minutes: telegram.button_wipe_after.format(number=minutes) for minutes in MINUTES if minutes}
    return [(labels.get(minutes, telegram.button_wipe_off), f"{WIPE}:{minutes}") for minutes in MINUTES]


def delete_keys(shared: Shared, telegram: TelegramWords) -> list[Key]:
    """To empty the chat now, or by itself later."""
    return [(shared.button_delete, DELETE), (telegram.button_wipe, WIPE)]


def keyboard(pressable: Iterable[Key]) -> InlineKeyboardMarkup | None:
    """Buttons under a message: two short ones side by side, a long one alone; None without any."""
    rows: list[list[InlineKeyboardButton]] = []
    room = False
    for label, carried in pressable:
        button = InlineKeyboardButton(label, callback_data=carried)
        short = len(label) <= SHORT
        if short and room:
            rows[-1].append(button)
        else:
            rows.append([button])
        room = short and not room
    return InlineKeyboardMarkup(rows) if rows else None


def menu_commands(engine: Engine, lang: str) -> tuple[BotCommand, ...]:
    """The commands as Telegram lists them, in words of the content."""
    language = engine.content.languages[lang]
    labels = {
        "start": language.replies["greeting"].button,
        "help": language.shared.numbers_intro,
        "menu": language.shared.button_menu,
        "numbers": language.shared.button_numbers,
        "privacy": language.shared.button_privacy,
        "language": language.shared.button_language,
        "delete": language.shared.button_delete,
    }
    return tuple(BotCommand(name, labels[name][:256]) for name in COMMANDS)


def descriptions(engine: Engine, lang: str) -> tuple[str, str]:
    """What an empty chat shows, and the line on the bot's profile: both with 911 and 988."""
    care, footer = said(engine, lang, "care"), said(engine, lang, "footer")
    return _fitting(512, f"{said(engine, lang, 'intro')}\n\n{care}", care, footer), _fitting(120, footer, care)


def _fitting(limit: int, *texts: str) -> str:
    return next((text for text in texts if utf16_length(text) <= limit), texts[-1][:limit])


def said(engine: Engine, lang: str, name: str) -> str:
    """A shared sentence with its numbers filled in."""
    return engine.fill(lang, str(getattr(engine.content.languages[lang].shared, name))).strip()
