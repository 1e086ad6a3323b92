"""Groups and channels: one line that points to the private chat, the numbers if somebody is in danger, and nothing else."""

import contextlib
import re
from collections.abc import Callable
from dataclasses import replace
from html import escape
from typing import Any

from telegram import Chat, ChatMemberUpdated, InlineKeyboardButton, InlineKeyboardMarkup, Update
from telegram.constants import ChatMemberStatus
from telegram.error import BadRequest, Forbidden
from telegram.ext import ExtBot

from bot.channels.telegram.chat_memory import GROUP, Memory
from bot.channels.telegram.incoming import suggested, thread, words
from bot.channels.telegram.sender import Sender
from bot.dialogue import Incoming, Reply
from bot.engine import Engine


class Groups:
    """What happens where more than one person reads."""

    def __init__(self, engine: Engine, memory: Memory, sender: Sender, forget: Callable[[int], None]) -> None:
        self._engine = engine
        self._memory = memory
        self._sender = sender
        self._forget = forget
        self._line = {
            lang: engine.fill(lang, engine.content.languages[lang].telegram.group_line) for lang in engine.langs
        }

    async def membership(self, change: ChatMemberUpdated, lang: str | None, bot: ExtBot[Any]) -> None:
        """We were added somewhere, removed or blocked."""
        chat, status = change.chat, change.new_chat_member.status
        if status not in (ChatMemberStatus.MEMBER, ChatMemberStatus.ADMINISTRATOR):
            self._forget(chat.id)
        elif chat.type == Chat.CHANNEL:
            await self.leave(chat.id, bot)
        elif chat.type in (Chat.GROUP, Chat.SUPERGROUP) and self._memory.first("group", chat.id, GROUP):
            with contextlib.suppress(BadRequest, Forbidden):
                await self._point(bot, chat.id, self._known(lang), None, silent=True)  # nobody asked anything

    async def leave(self, chat: int, bot: ExtBot[Any]) -> None:
        """Nobody talks with us in a channel."""
        with contextlib.suppress(BadRequest, Forbidden):
            await bot.leave_chat(chat)

    async def heard(self, update: Update, chat: Chat, bot: ExtBot[Any]) -> None:
        """One line with the way to the private chat; before it the numbers, if somebody is in danger."""
        message = update.message or update.edited_message
        if message is None or message.is_automatic_forward or (message.from_user and message.from_user.is_bot):
            return
        text, where = words(message), thread(message)
        sign = self._sign(re.sub(r"@\w+", " ", text), suggested(update)) if text else None
        if sign is not None:
            lang = sign.classification.lang
            numbers = self._sender.last_resort[lang]
            only = replace(numbers, messages=numbers.messages[:1], buttons=())
            await self._sender.send(bot, chat.id, only, (), where)
            await self._point(bot, chat.id, lang, where)
        elif self._memory.first("group", chat.id, GROUP) or text.startswith("/"):
            await self._point(bot, chat.id, self._known(suggested(update)), where)

    def _sign(self, text: str, lang: str | None) -> Reply | None:
        """The reply, if it opens with the numbers: to a safety sign, or to the safe word."""
        reply = self._engine.reply(Incoming(text=text, lang=lang if lang in self._engine.langs else None))
        return reply if reply.messages[0].kind == "urgent" else None

    async def _point(self, bot: ExtBot[Any], chat: int, lang: str, where: int | None, *, silent: bool = False) -> None:
        way = InlineKeyboardButton(f"@{bot.username}", url=f"https://t.me/{bot.username}")
        text = escape(self._line[lang], quote=False)
        await self._sender.deliver(bot, chat, text, InlineKeyboardMarkup([[way]]), thread=where, silent=silent)

    def _known(self, lang: str | None) -> str:
        return lang if lang in self._engine.langs else self._engine.langs[0]
