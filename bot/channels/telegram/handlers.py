"""What happens between an update and the messages that answer it."""

import contextlib
import logging
import re
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from telegram import CallbackQuery, Chat, Update
from telegram import Message as TelegramMessage
from telegram.error import Forbidden
from telegram.ext import CallbackContext, ExtBot

from bot.channels.telegram import inline as telegram_inline
from bot.channels.telegram.auto_delete import Wipes
from bot.channels.telegram.chat_memory import ALBUM, Memory
from bot.channels.telegram.deletion import Erased, Eraser
from bot.channels.telegram.delivery import OWED
from bot.channels.telegram.groups import Groups
from bot.channels.telegram.incoming import (
    asks_to_delete,
    asks_to_wipe,
    command,
    foreign,
    has_media,
    incoming,
    start_payload,
    suggested,
    switches,
    thread,
    waited,
    words,
)
from bot.channels.telegram.keyboards import Key, delete_keys, said, wipe_keys
from bot.channels.telegram.message_ids import Trail
from bot.channels.telegram.sender import Sender
from bot.dialogue import Button, Classification, Incoming, Message, Reply, split_paragraphs
from bot.engine import Engine
from bot.schema import Shared, TelegramWords

logger = logging.getLogger("porchlight.telegram")
Context = CallbackContext[Any, Any, Any, Any]


class Talk:
    """One handler for all updates, whichever way they come."""

    def __init__(self, engine: Engine, now: Callable[[], float] = time.time) -> None:
        self.engine = engine
        self.memory = Memory()
        self.trail = Trail()
        self.counts: Counter[str] = Counter()  # classes of errors and fixed words, never more
        self.sender = Sender(engine, self.counts, self.trail)
        self.eraser = Eraser(self.trail)
        self.wipes = Wipes(self.memory, self._wipe)
        self._groups = Groups(engine, self.memory, self.sender, self._forget)
        self._now = now
        self._bot: ExtBot[Any] | None = None

    # --- an update arrives

    async def on_update(self, update: object, context: Context) -> None:
        """The one handler: each kind of update to its place."""
        if not isinstance(update, Update):
            return
        bot, chat = context.bot, update.effective_chat
        self._bot = bot
        if foreign(update, bot.id):
            self.counts["refused"] += 1
        elif update.inline_query is not None:
            if not await telegram_inline.answer(bot, self.engine, update.inline_query, self._known(suggested(update))):
                self.counts["inline_late"] += 1
        elif update.my_chat_member is not None:
            await self._groups.membership(update.my_chat_member, suggested(update), bot)
        elif chat is None:
            return
        elif chat.type == Chat.CHANNEL:
            await self._groups.leave(chat.id, bot)
        elif chat.type in (Chat.GROUP, Chat.SUPERGROUP):
            await self._groups.heard(update, chat, bot)
        elif update.callback_query is not None:
            await self._on_button(update, update.callback_query, chat.id, bot)
        elif message := update.message or update.edited_message:
            await self._on_message(update, message, bot)

    def is_urgent(self, update: Update) -> bool:
        """Whether an update must not wait behind others of its chat: a safety sign, or somebody asks for the numbers."""
        message = update.message or update.edited_message
        if message is None or not (text := words(message)):
            return False
        if text.startswith("/") and command(text).action == "numbers":
            return True
        try:
            reply = self.engine.reply(Incoming(text=text, lang=self._known(suggested(update))))
        except Exception:
            return True
        return reply.messages[0].kind == "urgent"

    async def at_once(self, update: Update) -> None:
        """A pressed button stops spinning before anything else; too late or unknown doesn't matter."""
        if update.callback_query is not None:
            with contextlib.suppress(Exception):
                bot: Any = update.get_bot()
                await bot.answer_callback_query(update.callback_query.id, rate_limit_args=OWED)

    # --- messages

    async def _on_message(self, update: Update, message: TelegramMessage, bot: ExtBot[Any]) -> None:
        chat = message.chat.id
        self.trail.add(chat, message.message_id, message.date.timestamp())
        if not words(message) and (update.edited_message is not None or not has_media(message)):
            return  # a pinned message, a moving location: nobody said anything
        slug = start_payload(words(message))
        link = slug in self.engine.content.schools
        if link:
            self.memory.put("school", chat, slug)
        asked = self._incoming(update, chat)
        reply = (
            self.engine.reply(asked) if link else self._hear(message, asked)
        )  # a school's name says nothing of danger
        if reply is None:
            return
        if reply.classification.tier != "alert" and words(message).startswith("/") and asks_to_delete(words(message)):
            await self._delete(bot, chat, self._known(asked.lang), thread(message))
            return
        if asked.text:
            self.memory.put("lang", chat, reply.classification.lang)  # buttons carry on in the language of the talk
        if waited(message, self._now()) and self.memory.first("late", chat):
            reply = _with_notice(reply, self.engine.reply(Incoming(lang=reply.classification.lang, action="late")))
        await self.sender.send(bot, chat, reply, self._extra(reply, chat), thread(message))
        self.wipes.touch(chat)

    def _hear(self, message: TelegramMessage, asked: Incoming) -> Reply | None:
        """The reply to a message; a picture's words are heard, the picture gets its own sentence."""
        text = words(message)
        if text.startswith("/"):
            return self._sign(re.sub(r"^/(\w+)@\w+|[/_]+", r"\1 ", text), asked.lang) or self.engine.reply(asked)
        if not has_media(message):
            return self.engine.reply(asked)
        album = message.media_group_id
        notice = self.engine.reply(Incoming(lang=asked.lang, action="media"))
        first = not album or self.memory.first("album", album, ALBUM)
        if not text.strip():
            return notice if first else None
        reply = self.engine.reply(asked)
        if reply.classification.tier == "unsure":
            return replace(notice, buttons=reply.buttons)
        if not first:
            return reply
        return replace(reply, messages=(*reply.messages, *notice.messages))

    # --- buttons

    async def _on_button(self, update: Update, query: CallbackQuery, chat: int, bot: ExtBot[Any]) -> None:
        asked, pressed = self._incoming(update, chat), query.data or ""
        where = None
        if isinstance(query.message, TelegramMessage):
            where = thread(query.message)
            self.trail.add(chat, query.message.message_id, query.message.date.timestamp())
        if asks_to_delete(pressed):
            await self._delete(bot, chat, self._known(asked.lang), where)
            return
        minutes = asks_to_wipe(pressed)
        if minutes is not None:
            await self._choose_wipe(bot, chat, self._known(asked.lang), minutes, where)
            return
        if switches(update) and asked.topic == "language" and asked.lang is not None:
            self.memory.put("lang", chat, asked.lang)
            menu = self.engine.reply(Incoming(lang=asked.lang, action="menu"))
            told = Message("notice", split_paragraphs(self._telegram(asked.lang).language_set))
            reply = replace(menu, messages=(told, *menu.messages))
        else:
            reply = self.engine.reply(asked)
        await self.sender.send(bot, chat, reply, self._extra(reply, chat), where)
        self.wipes.touch(chat)

    def _incoming(self, update: Update, chat: int) -> Incoming:
        lang, school = self.memory.get("lang", chat), self.memory.get("school", chat)
        asked = incoming(update, lang=lang, school=school)
        known = asked.topic is None or asked.topic in self.engine.content.topics
        if asked.lang not in self.engine.langs:
            known = known and not switches(update)
            asked = replace(asked, lang=lang)
        return asked if known else Incoming(lang=asked.lang, school=school, action="menu")

    def _sign(self, text: str, lang: str | None) -> Reply | None:
        """The reply, if it opens with the numbers: to a safety sign, or to the safe word."""
        reply = self.engine.reply(Incoming(text=text, lang=lang if lang in self.engine.langs else None))
        return reply if reply.messages[0].kind == "urgent" else None

    def _extra(self, reply: Reply, chat: int) -> list[Key]:
        """Buttons of this channel beside the reply's own: whom to see at school, the language, emptying the chat."""
        lang, topic, extra = reply.classification.lang, reply.classification.topic, list[Key]()
        if reply.classification.tier != "answer":
            return extra  # under an alert nothing may lead away from the numbers
        if topic in ("greeting", "menu") and self.memory.get("school", chat):
            extra.append((self.engine.content.languages[lang].replies["school_contact"].button, "t:school_contact"))
        others = [other for other in self.engine.langs if other != lang]
        if topic == "language" or (topic in ("greeting", "menu") and len(others) > 1):
            extra.extend((self._shared(other).language, f"l:{other}") for other in others)
        elif topic in ("greeting", "menu") and others:
            extra.append((self._shared(lang).button_language, f"l:{others[0]}"))
        delete, wipe = delete_keys(self._shared(lang), self._telegram(lang))
        extra.append(delete)
        if topic in ("delete_chat", "privacy"):
            extra.append(wipe)
        return extra

    # --- emptying a chat

    async def _delete(self, bot: ExtBot[Any], chat: int, lang: str, where: int | None) -> None:
        """Remove what can be removed, and say honestly what can't. The language stays: the note's buttons are in it."""
        erased = await self.eraser.erase(bot, chat)
        self.memory.forget(chat, "school", "late")
        shared, telegram = self._shared(lang), self._telegram(lang)
        told = [telegram.deleted]
        if not erased.reached:
            told.append(telegram.delete_away)
        if erased.left:
            told.append(telegram.delete_count.format(number=erased.left))
        told += [telegram.delete_left, telegram.delete_how]
        reply = self._note(lang, "\n\n".join(told), (Button(shared.button_menu, action="menu"),))
        note = await self.sender.send(bot, chat, reply, delete_keys(shared, telegram)[1:], where)
        self.wipes.touch(chat)
        if note:
            await self.eraser.sweep(bot, chat, note)

    async def _choose_wipe(self, bot: ExtBot[Any], chat: int, lang: str, minutes: int, where: int | None) -> None:
        shared, telegram = self._shared(lang), self._telegram(lang)
        if minutes < 0:
            await self.sender.send(bot, chat, self._note(lang, telegram.wipe_ask), wipe_keys(telegram), where)
            self.wipes.touch(chat)
            return
        told = telegram.wipe_set.format(number=minutes) if minutes else telegram.wipe_off
        buttons = (Button(shared.button_menu, action="menu"),)
        await self.sender.send(bot, chat, self._note(lang, told, buttons), delete_keys(shared, telegram)[:1], where)
        self.wipes.choose(chat, minutes)

    async def _wipe(self, chat: int) -> Erased:
        """Empty a chat that asked for it, without a word."""
        bot = self._bot
        if bot is None:
            return Erased(reached=False)
        newest = self.trail.newest(chat)
        try:
            erased = await self.eraser.erase(bot, chat)
        except Forbidden:
            self.memory.forget(chat)
            self.trail.take(chat)
            return Erased()  # blocked: nobody is there, and nothing can be removed any more
        if erased.reached:
            self.memory.forget(chat, "school", "late")
            erased = replace(erased, reached=await self.eraser.sweep(bot, chat, newest + 1))
        return erased

    def _note(self, lang: str, text: str, buttons: tuple[Button, ...] = ()) -> Reply:
        small = said(self.engine, lang, "footer")
        return Reply(
            Classification(lang, "answer", topic="delete_chat", score=1.0),
            (Message("notice", split_paragraphs(text), small=small),),
            buttons,
        )

    def _forget(self, chat: int) -> None:
        """Nobody is there any more."""
        self.memory.forget(chat)
        self.wipes.drop(chat)
        self.trail.take(chat)

    # --- small parts

    def _shared(self, lang: str) -> Shared:
        return self.engine.content.languages[lang].shared

    def _telegram(self, lang: str) -> TelegramWords:
        return self.engine.content.languages[lang].telegram

    def _known(self, lang: str | None) -> str:
        return lang if lang in self.engine.langs else self.engine.langs[0]

    async def on_error(self, update: object, context: Context) -> None:
        """Whatever broke: count its class, send the numbers, never tell more."""
        error = context.error
        self.counts[type(error).__name__] += 1
        chat = update.effective_chat if isinstance(update, Update) else None
        if isinstance(error, Forbidden):
            if chat is not None:
                self._forget(chat.id)  # we were blocked: nobody is there
            return
        logger.error("An update couldn't be answered: %s.", type(error).__name__)
        if chat is None or chat.type == Chat.CHANNEL or not isinstance(update, Update) or update.my_chat_member:
            return
        if foreign(update, context.bot.id):
            return
        lang = self._known(self.memory.get("lang", chat.id) or suggested(update))
        await self.sender.rescue(context.bot, chat.id, lang, private=chat.type == Chat.PRIVATE)


def _with_notice(reply: Reply, notice: Reply) -> Reply:
    """The apology first; only the numbers, to an alert or the safe word, come before it."""
    urgent = 1 if reply.messages[0].kind == "urgent" else 0
    return replace(reply, messages=(*reply.messages[:urgent], *notice.messages, *reply.messages[urgent:]))
