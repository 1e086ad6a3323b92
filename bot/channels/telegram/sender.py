"""Sends replies to Telegram: formatted, split, in order, with retries."""

import contextlib
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace
from html import escape, unescape
from typing import Any

from telegram import InlineKeyboardMarkup
from telegram.error import BadRequest, ChatMigrated, TelegramError
from telegram.ext import ExtBot

from bot.channels.telegram.delivery import OWED, URGENT
from bot.channels.telegram.html import _bare, _with_addresses, pieces
from bot.channels.telegram.html import telegram as telegram_html
from bot.channels.telegram.keyboards import Key, brief, keyboard, keys, said
from bot.channels.telegram.message_ids import Trail
from bot.dialogue import Message, Reply
from bot.engine import Engine

#: Named, or Telegram keeps whatever list it had before. No business accounts, no channels, no votes, no reactions.
UPDATES = ("message", "edited_message", "callback_query", "inline_query", "my_chat_member")


class PatientBot(ExtBot[str]):
    """The library's bot, that also hands out updates before they are parsed: one odd update must not hold up the rest."""

    def __repr__(self) -> str:
        """The library's own would show the token."""
        return type(self).__name__

    async def updates(self, offset: int | None, seconds: int) -> list[Any]:
        """What has come since; with `offset` Telegram forgets all before it."""
        asked = {"offset": offset, "timeout": seconds, "allowed_updates": list(UPDATES)}
        found: Any = await self._post("getUpdates", asked, read_timeout=seconds + 10)
        return found if isinstance(found, list) else []


class Sender:
    """Sends replies; what goes into a private chat is noted, so that it can be removed again."""

    def __init__(self, engine: Engine, counts: Counter[str], trail: Trail) -> None:
        self.last_resort = {lang: engine.last_resort(lang) for lang in engine.langs}
        self._bare_numbers = {lang: reply.messages[0].text for lang, reply in self.last_resort.items()}
        self._languages = engine.content.languages
        self._counts = counts
        self._trail = trail
        self._cannot_dial = {lang: said(engine, lang, "cannot_dial") for lang in engine.langs}
        self._footer = {lang: said(engine, lang, "footer") for lang in engine.langs}
        self._on_telegram = {
            lang: engine.fill(lang, engine.content.languages[lang].telegram.privacy) for lang in engine.langs
        }

    async def send(
        self, bot: ExtBot[Any], chat: int, reply: Reply, extra: Iterable[Key] = (), thread: int | None = None
    ) -> int:
        """A reply's messages in order, its buttons under the last one; the id of the last message."""
        alert, language = reply.classification.tier == "alert", self._languages[reply.classification.lang]
        reply = brief(reply, language.replies)
        texts = [
            (piece, URGENT if message.kind == "urgent" else OWED if alert else None)
            for message in self._dressed(reply)
            for piece in pieces(telegram_html(message))
        ]
        own = keys(reply.buttons, delete=language.shared.button_delete)
        carried = {data for _, data in own}
        below = keyboard((*own, *(key for key in extra if key[1] not in carried)))
        last = 0
        for at, (text, pace) in enumerate(texts, 1):
            last = await self.deliver(bot, chat, text, below if at == len(texts) else None, pace=pace, thread=thread)
        return last

    async def deliver(
        self,
        bot: ExtBot[Any],
        chat: int,
        text: str,
        below: InlineKeyboardMarkup | None,
        *,
        pace: str | None = None,
        thread: int | None = None,
        silent: bool = False,
    ) -> int:
        """One message; its id."""
        sent = None
        try:
            sent = await bot.send_message(
                chat,
                text,
                reply_markup=below,
                message_thread_id=thread,
                disable_notification=silent,
                rate_limit_args=pace,
            )
        except ChatMigrated as moved:  # the group has become a supergroup with another number
            chat = moved.new_chat_id
            sent = await bot.send_message(chat, text, reply_markup=below, rate_limit_args=pace)
        except BadRequest:  # something in our HTML, the buttons or the thread: the words have to arrive all the same
            self._counts["sent_plain"] += 1
            for piece in (unescape(part) for part in pieces(escape(_bare(_with_addresses(text)), quote=False))):
                sent = await bot.send_message(chat, piece, parse_mode=None, rate_limit_args=pace)
                self._note(chat, sent.message_id)
        if sent is None:
            return 0
        self._note(chat, sent.message_id)
        return sent.message_id

    async def rescue(self, bot: ExtBot[Any], chat: int, lang: str | None = None, *, private: bool = True) -> None:
        """The numbers, as they were made ready at the start."""
        reply = self.last_resort[lang if lang in self.last_resort else next(iter(self.last_resort))]
        if not private:
            reply = replace(reply, messages=reply.messages[:1], buttons=())
        try:
            await self.send(bot, chat, reply)
        except TelegramError as error:
            self._counts[f"rescue_{type(error).__name__}"] += 1
        except Exception as error:  # what dresses a reply is broken itself: the bare words, then
            self._counts[f"rescue_{type(error).__name__}"] += 1
            with contextlib.suppress(TelegramError):
                await bot.send_message(
                    chat, self._bare_numbers[reply.classification.lang], parse_mode=None, rate_limit_args=URGENT
                )

    def _note(self, chat: int, message: int) -> None:
        if chat > 0:
            self._trail.add(chat, message)

    def _dressed(self, reply: Reply) -> Iterator[Message]:
        """The messages with what only this channel has to say: a chat can't dial, and it isn't encrypted end to end."""
        lang, told = reply.classification.lang, False
        for at, message in enumerate(reply.messages, 1):
            if at == len(reply.messages) and reply.messages[0].kind == "urgent" and message.kind != "urgent":
                message = replace(
                    message, small=message.small or self._footer[lang]
                )  # an open chat shows its last lines
            if message.kind == "urgent" and not told:
                told = True
                message = message.with_paragraph(self._cannot_dial[lang])
            elif (
                message.kind == "answer"
                and reply.classification.tier == "answer"
                and reply.classification.topic == "privacy"
            ):
                message = message.with_paragraph(self._on_telegram[lang])
            yield message
