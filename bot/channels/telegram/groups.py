"""Groups: one line that points to the private chat, the numbers if somebody is in danger, and nothing else."""

import contextlib
from dataclasses import replace
from html import escape
from typing import Any

from telegram import InlineKeyboardButton, InlineKeyboardMarkup
from telegram.error import BadRequest, Forbidden
from telegram.ext import ExtBot

from bot.channels.telegram.chat_memory import GROUP_SECONDS, ChatMemory
from bot.channels.telegram.incoming import ChatEvent
from bot.channels.telegram.replies import Replies, opens_with_numbers
from bot.channels.telegram.sender import Sender
from bot.channels.telegram.texts import telegram_text
from bot.channels.telegram.update_order import PendingUpdate
from bot.engine import Engine


class Groups:
    """What the bot does where more than one person reads."""

    def __init__(self, engine: Engine, bot: ExtBot[Any], memory: ChatMemory, sender: Sender, replies: Replies) -> None:
        self._bot = bot
        self._memory = memory
        self._sender = sender
        self._replies = replies
        self._line = {lang: telegram_text(engine, lang, "group_line") for lang in engine.langs}

    async def on_added(self, chat: int, event: ChatEvent) -> None:
        """We were added to a group: point to the private chat, without a sound, since nobody asked anything."""
        if self._memory.first_time("group", chat, GROUP_SECONDS):
            with contextlib.suppress(BadRequest, Forbidden):
                await self._point_to_private_chat(chat, event, self._replies.known_lang(event.lang_hint), silent=True)

    async def leave_channel(self, chat: int) -> None:
        """Leave a channel: nobody talks with us there."""
        with contextlib.suppress(BadRequest, Forbidden):
            await self._bot.leave_chat(chat)

    async def on_group_message(self, chat: int, update: PendingUpdate) -> None:
        """Point to the private chat, at most every ten minutes; with the numbers first if somebody is in danger."""
        event = update.event
        reply = self._replies.to_words(update) if event.words else None
        if reply is not None and opens_with_numbers(reply):
            lang = reply.classification.lang
            numbers = self._sender.last_resort[lang]
            only_numbers = replace(numbers, messages=numbers.messages[:1], buttons=())
            await self._sender.send(chat, only_numbers, thread=event.thread)
            await self._point_to_private_chat(chat, event, lang)
        elif self._memory.first_time("group", chat, GROUP_SECONDS) or event.command is not None:
            await self._point_to_private_chat(chat, event, self._replies.known_lang(event.lang_hint))

    async def _point_to_private_chat(self, chat: int, event: ChatEvent, lang: str, *, silent: bool = False) -> None:
        name = self._bot.username
        link = InlineKeyboardMarkup([[InlineKeyboardButton(f"@{name}", url=f"https://t.me/{name}")]])
        text = escape(self._line[lang], quote=False)
        await self._sender.deliver(chat, text, link, thread=event.thread, silent=silent)
