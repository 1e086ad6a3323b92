"""Sends replies to Telegram: as HTML, in parts that fit, in order, and plainly if Telegram refuses the HTML."""

import contextlib
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace
from html import escape, unescape
from typing import Any

from telegram import InlineKeyboardMarkup
from telegram.error import BadRequest, ChatMigrated, TelegramError
from telegram.ext import ExtBot

from bot.channels.telegram.delivery import Priority
from bot.channels.telegram.html import message_html, plain_text, split_html
from bot.channels.telegram.keyboards import Key, keyboard, reply_keys, shorten_labels
from bot.channels.telegram.message_ids import MessageIds
from bot.channels.telegram.texts import shared_text, telegram_text
from bot.dialogue import Message, Reply
from bot.engine import Engine


class Sender:
    """Sends to any chat; the ids of what goes into a private chat are noted, so that it can be deleted again.

    `last_resort` has the numbers for each language, made when the sender is built: they need nothing that may break.
    """

    def __init__(self, engine: Engine, bot: ExtBot[Any], message_ids: MessageIds, counts: Counter[str]) -> None:
        self.last_resort = {lang: engine.last_resort(lang) for lang in engine.langs}
        self._bot = bot
        self._message_ids = message_ids
        self._counts = counts
        self._engine = engine
        self._cannot_dial = {lang: shared_text(engine, lang, "cannot_dial") for lang in engine.langs}
        self._delete_label = {lang: shared_text(engine, lang, "button_delete") for lang in engine.langs}
        self._footer = {lang: shared_text(engine, lang, "footer") for lang in engine.langs}
        self._privacy = {lang: telegram_text(engine, lang, "privacy") for lang in engine.langs}

    async def send(self, chat: int, reply: Reply, extra: Iterable[Key] = (), thread: int | None = None) -> int:
        """Send a reply's messages in order, its buttons and `extra` under the last one; the id of the last message.

        An alert is tried until it arrives. Raises a TelegramError for what can't be delivered.
        """
        lang, alert = reply.classification.lang, reply.classification.tier == "alert"
        reply = shorten_labels(self._engine, reply)
        parts = [
            (part, _priority(message, alert=alert))
            for message in self._with_channel_texts(reply)
            for part in split_html(message_html(message))
        ]
        own = reply_keys(reply.buttons, self._delete_label[lang])
        own_data = {key.data for key in own}
        below = keyboard((*own, *(key for key in extra if key.data not in own_data)))
        last_id = 0
        for number, (text, priority) in enumerate(parts, 1):
            buttons = below if number == len(parts) else None
            last_id = await self.deliver(chat, text, buttons, priority=priority, thread=thread)
        return last_id

    async def deliver(
        self,
        chat: int,
        html: str,
        below: InlineKeyboardMarkup | None = None,
        *,
        priority: Priority = Priority.NORMAL,
        thread: int | None = None,
        silent: bool = False,
    ) -> int:
        """Send one text that fits into one message; its id. Raises a TelegramError if it can't be delivered."""
        try:
            sent = await self._bot.send_message(
                chat,
                html,
                reply_markup=below,
                message_thread_id=thread,
                disable_notification=silent,
                rate_limit_args=priority,
            )
        except ChatMigrated as moved:  # the group has become a supergroup with another number
            chat = moved.new_chat_id
            sent = await self._bot.send_message(chat, html, reply_markup=below, rate_limit_args=priority)
        except BadRequest:  # something in our HTML, the buttons or the thread: the words have to arrive all the same
            self._counts["sent_plain"] += 1
            return await self._deliver_plain(chat, html, priority)
        self._note(chat, sent.message_id)
        return sent.message_id

    async def rescue(self, chat: int, lang: str | None = None, *, private: bool = True) -> None:
        """Send the numbers that were made ready at the start; raises nothing."""
        reply = self.last_resort[lang if lang in self.last_resort else next(iter(self.last_resort))]
        if not private:
            reply = replace(reply, messages=reply.messages[:1], buttons=())
        try:
            await self.send(chat, reply)
        except TelegramError as error:
            self._counts[f"rescue_{type(error).__name__}"] += 1
        except Exception as error:  # formatting a reply is broken itself: the bare words, then
            self._counts[f"rescue_{type(error).__name__}"] += 1
            with contextlib.suppress(TelegramError):
                await self._bot.send_message(
                    chat, reply.messages[0].text, parse_mode=None, rate_limit_args=Priority.URGENT
                )

    async def _deliver_plain(self, chat: int, html: str, priority: Priority) -> int:
        last_id = 0
        for part in split_html(escape(plain_text(html), quote=False)):
            sent = await self._bot.send_message(chat, unescape(part), parse_mode=None, rate_limit_args=priority)
            self._note(chat, sent.message_id)
            last_id = sent.message_id
        return last_id

    def _note(self, chat: int, message_id: int) -> None:
        if chat > 0:  # a private chat
            self._message_ids.add(chat, message_id)

    def _with_channel_texts(self, reply: Reply) -> Iterator[Message]:
        """The messages with what only this channel has to say: a chat can't dial, and it isn't encrypted end to end."""
        lang, urgent_seen = reply.classification.lang, False
        about_privacy = reply.classification.tier == "answer" and reply.classification.topic == "privacy"
        opens_urgent = reply.messages[0].kind == "urgent"
        for number, message in enumerate(reply.messages, 1):
            if message.kind == "urgent":
                yield message if urgent_seen else message.with_paragraph(self._cannot_dial[lang])
                urgent_seen = True
                continue
            if opens_urgent and number == len(reply.messages):  # an open chat shows the end of what came last
                message = replace(message, small=message.small or self._footer[lang])
            if about_privacy and message.kind == "answer":
                message = message.with_paragraph(self._privacy[lang])
            yield message


def _priority(message: Message, *, alert: bool) -> Priority:
    if message.kind == "urgent":
        return Priority.URGENT
    return Priority.MUST_ARRIVE if alert else Priority.NORMAL
