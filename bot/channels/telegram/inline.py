"""Inline mode: somebody types the bot's name in another chat and shares one of the vetted cards there.

The query is classified, to choose the cards, and goes no further: nothing in the answer is made from it. Telegram is
asked to store the answer for nobody else and for no time at all.
"""

from html import escape
from typing import Any

from telegram import InlineQueryResultArticle, InputTextMessageContent
from telegram.error import BadRequest
from telegram.ext import ExtBot

from bot.channels.telegram.html import contact_html
from bot.channels.telegram.incoming import ChatEvent
from bot.channels.telegram.texts import shared_text
from bot.dialogue import EMERGENCY_RESOURCES, Incoming
from bot.engine import Engine

MAX_CARDS = 50  # as Telegram says


def choose_resources(engine: Engine, query: str, lang: str) -> tuple[str, tuple[str, ...]]:
    """The language and the resource ids of the cards to offer: those of the reply, 911 and 988 first in an alert."""
    everyday = (*EMERGENCY_RESOURCES, *engine.content.menu.hotlines)
    if not query.strip():
        return lang, everyday
    try:
        reply = engine.reply(Incoming(text=query, lang=lang))
    except Exception:  # whatever breaks, the numbers are there
        return lang, everyday
    if reply.classification.tier == "alert":
        ids = (*EMERGENCY_RESOURCES, *reply.resources)
    else:
        ids = (*reply.resources, *EMERGENCY_RESOURCES)
    if not reply.resources:
        ids = (*ids, *engine.content.menu.hotlines)
    return reply.classification.lang, tuple(dict.fromkeys(ids))[:MAX_CARDS]


def cards(engine: Engine, query: str, lang: str) -> list[InlineQueryResultArticle]:
    """One card per resource: what it is called and does, and how to reach it."""
    lang, ids = choose_resources(engine, query, lang)
    footer = escape(shared_text(engine, lang, "footer"), quote=False)
    return [
        InlineQueryResultArticle(
            id=contact.id,
            title=contact.name,
            description=contact.does,
            input_message_content=InputTextMessageContent(f"{contact_html(contact)}\n\n<i>{footer}</i>"),
        )
        for contact in engine.contacts(lang, ids)
    ]


async def answer_inline_query(bot: ExtBot[Any], engine: Engine, event: ChatEvent, lang: str) -> bool:
    """Offer the cards; False if Telegram no longer waits for them."""
    try:
        await bot.answer_inline_query(event.inline_id, cards(engine, event.words, lang), cache_time=0, is_personal=True)
    except BadRequest:
        return False
    return True
