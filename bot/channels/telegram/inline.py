"""Inline mode: somebody types the bot's name in another chat and shares one of the vetted cards there.

The query is listened to, to choose the cards, and goes no further: nothing in the answer is made from it. Telegram is
asked to store the answer for nobody else and for no time at all.
"""

from html import escape
from typing import Any

from telegram import InlineQuery, InlineQueryResultArticle, InputTextMessageContent
from telegram.error import BadRequest
from telegram.ext import ExtBot

from bot.channels.telegram.html import telegram_contact
from bot.channels.telegram.keyboards import said
from bot.dialogue import EMERGENCY_RESOURCES, Incoming
from bot.engine import Engine

MOST = 50  # cards Telegram takes


def chosen(engine: Engine, query: str, lang: str) -> tuple[str, tuple[str, ...]]:
    """The language and the resources whose cards are offered: those of the reply, 911 and 988 first in an alert."""
    if not query.strip():
        return lang, (*EMERGENCY_RESOURCES, *engine.content.menu.hotlines)
    try:
        reply = engine.reply(Incoming(text=query, lang=lang))
    except Exception:  # whatever breaks, the numbers are there
        return lang, (*EMERGENCY_RESOURCES, *engine.content.menu.hotlines)
    first, rest = (
        (EMERGENCY_RESOURCES, reply.resources)
        if reply.classification.tier == "alert"
        else (reply.resources, EMERGENCY_RESOURCES)
    )
    ids = (*first, *rest, *(() if reply.resources else engine.content.menu.hotlines))
    return reply.classification.lang, tuple(dict.fromkeys(ids))[:MOST]


def cards(engine: Engine, query: str, lang: str) -> list[InlineQueryResultArticle]:
    """One card per resource: what it is called and does, and how to reach it."""
    lang, ids = chosen(engine, query, lang)
    small = escape(said(engine, lang, "footer"), quote=False)
    return [
        InlineQueryResultArticle(
            id=contact.id,
            title=contact.name,
            description=contact.does,
            input_message_content=InputTextMessageContent(f"{telegram_contact(contact)}\n\n<i>{small}</i>"),
        )
        for contact in engine.contacts(lang, ids)
    ]


async def answer(bot: ExtBot[Any], engine: Engine, query: InlineQuery, lang: str) -> bool:
    """Offer the cards; False if Telegram no longer waits for them."""
    try:
        await bot.answer_inline_query(query.id, cards(engine, query.query, lang), cache_time=0, is_personal=True)
    except BadRequest:
        return False
    return True
