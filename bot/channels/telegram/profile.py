"""What Telegram shows of the bot itself: commands, descriptions; set in each language, only where they differ."""

import asyncio
import logging
from collections import Counter
from typing import Any

from telegram import BotCommand
from telegram.error import TelegramError
from telegram.ext import ExtBot

from bot.channels.telegram.html import utf16_length
from bot.channels.telegram.texts import shared_text, topic_label
from bot.engine import Engine

logger = logging.getLogger("porchlight.telegram")
COMMANDS = ("start", "help", "menu", "numbers", "privacy", "language", "delete")
#: The longest texts that Telegram takes.
MAX_COMMAND_CHARS = 256
MAX_DESCRIPTION = 512  # UTF-16 units
MAX_SHORT_DESCRIPTION = 120  # UTF-16 units
READS_GROUPS = (
    "This bot's privacy mode is off: Telegram shows it all that is said in groups; "
    "turn it on with @BotFather, /setprivacy."
)
IN_BUSINESS = (
    "This bot may be connected to business accounts; it refuses their chats. Turn Business Mode off with @BotFather."
)


async def update_profile(bot: ExtBot[Any], engine: Engine, counts: Counter[str], closing: asyncio.Event) -> None:
    """Set what differs; an error is counted and never a reason to stop. Warns of switches that show us too much."""
    if bot.bot.can_read_all_group_messages:
        logger.warning(READS_GROUPS)
    if bot.bot.can_connect_to_business:
        logger.warning(IN_BUSINESS)
    first = engine.langs[0]  # for whoever's language isn't ours
    for language_code, lang in ((None, first), *((lang, lang) for lang in engine.langs)):
        if closing.is_set():
            return
        try:
            await _update_language(bot, engine, language_code, lang)
        except TelegramError as error:
            counts[f"profile_{type(error).__name__}"] += 1


async def _update_language(bot: ExtBot[Any], engine: Engine, language_code: str | None, lang: str) -> None:
    commands = menu_commands(engine, lang)
    if tuple(await bot.get_my_commands(language_code=language_code)) != commands:
        await bot.set_my_commands(commands, language_code=language_code)
    long, short = descriptions(engine, lang)
    if (await bot.get_my_description(language_code=language_code)).description != long:
        await bot.set_my_description(long, language_code=language_code)
    if (await bot.get_my_short_description(language_code=language_code)).short_description != short:
        await bot.set_my_short_description(short, language_code=language_code)


def menu_commands(engine: Engine, lang: str) -> tuple[BotCommand, ...]:
    """The commands as Telegram lists them, in words of the content."""
    labels = {
        "start": topic_label(engine, lang, "greeting"),
        "help": shared_text(engine, lang, "numbers_intro"),
        "menu": shared_text(engine, lang, "button_menu"),
        "numbers": shared_text(engine, lang, "button_numbers"),
        "privacy": shared_text(engine, lang, "button_privacy"),
        "language": shared_text(engine, lang, "button_language"),
        "delete": shared_text(engine, lang, "button_delete"),
    }
    return tuple(BotCommand(name, labels[name][:MAX_COMMAND_CHARS]) for name in COMMANDS)


def descriptions(engine: Engine, lang: str) -> tuple[str, str]:
    """What an empty chat shows, and the line on the bot's profile: both with 911 and 988."""
    care, footer = shared_text(engine, lang, "care"), shared_text(engine, lang, "footer")
    intro = shared_text(engine, lang, "intro")
    return (
        _first_that_fits(MAX_DESCRIPTION, f"{intro}\n\n{care}", care, footer),
        _first_that_fits(MAX_SHORT_DESCRIPTION, footer, care),
    )


def _first_that_fits(limit: int, *texts: str) -> str:
    return next((text for text in texts if utf16_length(text) <= limit), texts[-1][:limit])
