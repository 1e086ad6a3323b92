"""What happens between an update and the messages that answer it."""

import contextlib
import logging
from collections import Counter
from dataclasses import replace
from typing import Any

from telegram.error import Forbidden
from telegram.ext import CallbackContext, ExtBot

from bot.channels.telegram.auto_delete import AutoDelete
from bot.channels.telegram.chat_memory import ALBUM_SECONDS, ChatMemory
from bot.channels.telegram.clock import Clock
from bot.channels.telegram.deletion import ChatEraser, Deletion
from bot.channels.telegram.delivery import Priority
from bot.channels.telegram.groups import Groups
from bot.channels.telegram.incoming import ChatEvent, EventKind, Request
from bot.channels.telegram.inline import answer_inline_query
from bot.channels.telegram.keyboards import Key, auto_delete_keys, delete_keys
from bot.channels.telegram.message_ids import MessageIds
from bot.channels.telegram.replies import Replies, opens_with_numbers
from bot.channels.telegram.sender import Sender
from bot.channels.telegram.texts import shared_text, telegram_text, topic_label
from bot.channels.telegram.update_order import PendingUpdate
from bot.dialogue import Button, Classification, Incoming, Message, Reply, split_paragraphs
from bot.engine import Engine

logger = logging.getLogger("porchlight.telegram")
Context = CallbackContext[Any, Any, Any, Any]
LATE_SECONDS = 10 * 60.0  # a message that waited longer gets an apology


class UpdateHandler:
    """Answers every PendingUpdate. `counts` holds classes of errors and fixed words with how often they came, no more."""

    def __init__(self, engine: Engine, bot: ExtBot[Any], clock: Clock) -> None:
        self.counts: Counter[str] = Counter()
        self.memory = ChatMemory(clock=clock.monotonic)
        self.message_ids = MessageIds(clock=clock.time)
        self.sender = Sender(engine, bot, self.message_ids, self.counts)
        self.auto_delete = AutoDelete(self.memory, self._empty_silently, clock)
        self.replies = Replies(engine, self.memory)
        self._engine = engine
        self._bot = bot
        self._clock = clock
        self._eraser = ChatEraser(bot, self.message_ids)
        self._groups = Groups(engine, bot, self.memory, self.sender, self.replies)

    # --- an update arrives

    async def on_arrival(self, update: PendingUpdate) -> None:
        """Let a pressed button stop spinning at once; if Telegram no longer waits for that, it doesn't matter."""
        if update.event.callback_id:
            with contextlib.suppress(Exception):
                await self._bot.answer_callback_query(update.event.callback_id, rate_limit_args=Priority.MUST_ARRIVE)

    async def on_update(self, update: PendingUpdate, context: Context) -> None:
        """Answer one update; whatever it raises goes to `on_error`."""
        del context  # nothing of the library's is used: it would be kept between updates
        event, chat = update.event, update.event.chat
        if event.kind is EventKind.INLINE_QUERY:
            lang = self.replies.known_lang(event.lang_hint)
            if not await answer_inline_query(self._bot, self._engine, event, lang):
                self.counts["inline_late"] += 1
        elif event.kind is EventKind.REFUSED:
            self.counts["refused"] += 1
        elif chat is not None:
            await self._on_chat_update(update, chat)

    async def _on_chat_update(self, update: PendingUpdate, chat: int) -> None:
        event = update.event
        match event.kind:
            case EventKind.MESSAGE:
                await self._on_message(update, chat)
            case EventKind.BUTTON:
                await self._on_button(event, chat)
            case EventKind.SERVICE_MESSAGE:
                self._note_id(event, chat)
            case EventKind.GROUP_MESSAGE:
                await self._groups.on_group_message(chat, update)
            case EventKind.ADDED_TO_GROUP:
                await self._groups.on_added(chat, event)
            case EventKind.CHANNEL:
                await self._groups.leave_channel(chat)
            case EventKind.REMOVED:
                self._forget(chat)

    async def on_error(self, update: object, context: Context) -> None:
        """Whatever broke: count its class, send the numbers to whoever waits for an answer, never tell more."""
        error = context.error
        self.counts[type(error).__name__] += 1
        event = update.event if isinstance(update, PendingUpdate) else None
        if isinstance(error, Forbidden):
            if event and event.chat is not None:
                self._forget(event.chat)  # we were blocked: nobody is there
            return
        logger.error("An update couldn't be answered: %s.", type(error).__name__)
        if event is None or event.chat is None:
            return
        private = event.kind in (EventKind.MESSAGE, EventKind.BUTTON)
        if private or event.kind is EventKind.GROUP_MESSAGE:
            lang = self.replies.known_lang(self.memory.get("lang", event.chat) or event.lang_hint)
            await self.sender.rescue(event.chat, lang, private=private)

    # --- messages

    async def _on_message(self, update: PendingUpdate, chat: int) -> None:
        event = update.event
        self._note_id(event, chat)
        school_link = self.replies.is_school_link(event)
        if school_link:
            self.memory.put("school", chat, event.payload)
        asked = self.replies.asked(event)
        reply = self._engine.reply(asked) if school_link else self._reply_to_message(update)
        if reply is None:
            return
        if event.request is Request.DELETE and reply.classification.tier != "alert":
            await self._delete(chat, self.replies.known_lang(asked.lang), event.thread)
            return
        lang = reply.classification.lang
        if asked.text:
            self.memory.put("lang", chat, lang)  # buttons carry on in the language that was written
        if self._clock.time() - event.sent_at > LATE_SECONDS and self.memory.first_time("late", chat):
            reply = _with_notice(reply, self._engine.reply(Incoming(lang=lang, action="late")))
        await self.sender.send(chat, reply, self._extra_keys(reply, chat), event.thread)
        self.auto_delete.restart_timer(chat)

    def _reply_to_message(self, update: PendingUpdate) -> Reply | None:
        """The reply to words, with or without a picture; None for a further picture of an album."""
        event, asked = update.event, self.replies.asked(update.event)
        if event.command is not None:
            reply = self.replies.to_words(update)
            return reply if opens_with_numbers(reply) else self._engine.reply(asked)
        if not event.media:
            return self.replies.to_words(update)
        about_media = self._engine.reply(Incoming(lang=asked.lang, action="media"))
        first = event.album is None or self.memory.first_time("album", event.album, ALBUM_SECONDS)
        if not event.words.strip():
            return about_media if first else None
        reply = self.replies.to_words(update)
        if reply.classification.tier == "unsure":
            return replace(about_media, buttons=reply.buttons)
        return replace(reply, messages=(*reply.messages, *about_media.messages)) if first else reply

    # --- buttons

    async def _on_button(self, event: ChatEvent, chat: int) -> None:
        self._note_id(event, chat)
        asked = self.replies.asked(event)
        lang = self.replies.known_lang(asked.lang)
        match event.request:
            case Request.DELETE:
                await self._delete(chat, lang, event.thread)
            case Request.OFFER_AUTO_DELETE:
                offer = self._note(lang, telegram_text(self._engine, lang, "wipe_ask"))
                await self.sender.send(chat, offer, auto_delete_keys(self._engine, lang), event.thread)
                self.auto_delete.restart_timer(chat)
            case Request.SET_AUTO_DELETE:
                await self._set_auto_delete(chat, lang, event)
            case _:
                reply = self._engine.reply(asked)
                if event.request is Request.SWITCH_LANGUAGE and asked.topic == "language":
                    reply = self._switch_language(chat, lang)
                await self.sender.send(chat, reply, self._extra_keys(reply, chat), event.thread)
                self.auto_delete.restart_timer(chat)

    def _switch_language(self, chat: int, lang: str) -> Reply:
        self.memory.put("lang", chat, lang)
        menu = self._engine.reply(Incoming(lang=lang, action="menu"))
        notice = Message("notice", split_paragraphs(telegram_text(self._engine, lang, "language_set")))
        return replace(menu, messages=(notice, *menu.messages))

    def _extra_keys(self, reply: Reply, chat: int) -> list[Key]:
        """Buttons of this channel beside the reply's own: whom to see at school, the language, emptying the chat."""
        lang, topic, keys = reply.classification.lang, reply.classification.topic, list[Key]()
        if reply.classification.tier != "answer":
            return keys  # under an alert nothing may lead away from the numbers
        at_the_menu = topic in ("greeting", "menu")
        if at_the_menu and self.memory.get("school", chat):
            keys.append(Key(topic_label(self._engine, lang, "school_contact"), "t:school_contact"))
        others = [other for other in self._engine.langs if other != lang]
        if topic == "language" or (at_the_menu and len(others) > 1):
            keys.extend(Key(shared_text(self._engine, other, "language"), f"l:{other}") for other in others)
        elif at_the_menu and others:
            keys.append(Key(shared_text(self._engine, lang, "button_language"), f"l:{others[0]}"))
        delete, auto_delete = delete_keys(self._engine, lang)
        return [*keys, delete, auto_delete] if topic in ("delete_chat", "privacy") else [*keys, delete]

    # --- emptying a chat

    async def _delete(self, chat: int, lang: str, thread: int | None) -> None:
        """Delete what can be deleted, and say honestly what can't. The language stays: the note's buttons are in it."""
        deletion = await self._eraser.delete_known(chat)
        self.memory.forget(chat, "school", "late")
        names = ["deleted"]
        if not deletion.reached:
            names.append("delete_away")
        if deletion.refused:
            names.append("delete_count")
        names += ["delete_left", "delete_how"]
        text = "\n\n".join(telegram_text(self._engine, lang, name, deletion.refused) for name in names)
        _, auto_delete = delete_keys(self._engine, lang)
        note_id = await self.sender.send(chat, self._note(lang, text, menu=True), [auto_delete], thread)
        self.auto_delete.restart_timer(chat)
        if note_id:
            await self._eraser.delete_below(chat, note_id)

    async def _set_auto_delete(self, chat: int, lang: str, event: ChatEvent) -> None:
        text = telegram_text(self._engine, lang, "wipe_set" if event.minutes else "wipe_off", event.minutes)
        delete, _ = delete_keys(self._engine, lang)
        await self.sender.send(chat, self._note(lang, text, menu=True), [delete], event.thread)
        self.auto_delete.choose(chat, event.minutes)

    async def _empty_silently(self, chat: int) -> Deletion:
        """Empty a chat that asked for it, without a word."""
        newest = self.message_ids.newest(chat)
        try:
            deletion = await self._eraser.delete_known(chat)
        except Forbidden:
            self.memory.forget(chat)
            self.message_ids.pop(chat)
            return Deletion()  # blocked: nobody is there, and nothing can be deleted any more
        if deletion.reached:
            self.memory.forget(chat, "school", "late")
            return replace(deletion, reached=await self._eraser.delete_below(chat, newest + 1))
        return deletion

    def _note(self, lang: str, text: str, *, menu: bool = False) -> Reply:
        """A reply of this channel's own about emptying the chat; under it 911 and 988, and with `menu` the way back."""
        buttons = (Button(shared_text(self._engine, lang, "button_menu"), action="menu"),) if menu else ()
        small = shared_text(self._engine, lang, "footer")
        return Reply(
            Classification(lang, "answer", topic="delete_chat", score=1.0),
            (Message("notice", split_paragraphs(text), small=small),),
            buttons,
        )

    def _note_id(self, event: ChatEvent, chat: int) -> None:
        if event.message_id is not None:
            self.message_ids.add(chat, event.message_id, event.message_date)

    def _forget(self, chat: int) -> None:
        """Drop all that is held of a chat where nobody is any more."""
        self.memory.forget(chat)
        self.auto_delete.cancel(chat)
        self.message_ids.pop(chat)


def _with_notice(reply: Reply, notice: Reply) -> Reply:
    """The notice first; only the numbers, to an alert or the safe word, come before it."""
    urgent = 1 if opens_with_numbers(reply) else 0
    return replace(reply, messages=(*reply.messages[:urgent], *notice.messages, *reply.messages[urgent:]))
