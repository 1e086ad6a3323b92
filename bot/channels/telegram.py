"""Telegram: updates in, dressed replies out.

update -> incoming(update) -> Incoming -> engine.reply -> Reply -> dress and send. Nothing that is sent to us is fetched,
nothing that is said or who says it is logged. What is remembered (language, school, that an apology was made) lives in
RAM under keys that nobody can turn back into a chat, and ends after a day.
"""

import asyncio
import contextlib
import hmac
import logging
import os
import re
import secrets
import time
from collections import Counter, OrderedDict
from collections.abc import Awaitable, Callable, Iterable, Iterator
from dataclasses import replace
from html import escape, unescape
from typing import Any, get_args

from telegram import (
    BotCommand,
    CallbackQuery,
    Chat,
    ChatMemberUpdated,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    LinkPreviewOptions,
    Update,
)
from telegram import Message as TelegramMessage
from telegram.constants import ChatMemberStatus, ParseMode
from telegram.error import BadRequest, Conflict, Forbidden, InvalidToken, RetryAfter, TelegramError, TimedOut
from telegram.ext import Application, ApplicationBuilder, CallbackContext, Defaults, ExtBot, TypeHandler, filters
from telegram.request import HTTPXRequest

from bot import quiet
from bot.channels import render
from bot.channels.telegram_order import URGENT, ChatOrder, ChatPace
from bot.engine import Engine
from bot.model import Action, Audience, Button, Incoming, Message, Reply, Shared
from bot.settings import Settings

logger = logging.getLogger(__name__)

App = Application[Any, Any, Any, Any, Any, Any]
Context = CallbackContext[Any, Any, Any, Any]
Key = tuple[str, str]  # label, callback data

#: Named, or Telegram keeps whatever list it had before.
UPDATES = ("message", "edited_message", "callback_query", "my_chat_member")
COMMANDS = ("start", "help", "menu", "numbers", "privacy", "language")

LATE = 10 * 60.0  # seconds after which a message has waited
DAY = 24 * 3600.0
ALBUM = 60.0  # the pictures of one album arrive together
GROUP = 10 * 60.0  # how long a group is spared the same line
POLL = 25  # seconds Telegram may hold an empty answer
ROOM = 1000  # updates in work before no more are asked for
GRACE = 8.0  # seconds to answer what has arrived, when stopping
MOMENT = 0.1  # seconds that requests under way get to end by themselves, when stopping
SHORT = 18  # characters of a label that leaves room for a second one beside it

REFUSED = (
    "Telegram refused the bot token in PORCHLIGHT_TELEGRAM_TOKEN; copy it again from @BotFather, or leave it out to run "
    "without Telegram."
)
UNREACHABLE = "Telegram can't be reached; trying again in the background while the other channels run."


class TelegramRefused(Exception):
    """Telegram doesn't know the token; the message says what to do, never the token."""

    def __init__(self) -> None:
        super().__init__(REFUSED)


# --- in: pure --------------------------------------------------------------------------------


def incoming(update: Update, *, lang: str | None = None, school: str | None = None) -> Incoming:
    """What an update says, free of who says it; `lang` and `school` are what this chat chose before."""
    lang = lang or suggested(update)
    if update.callback_query is not None:
        asked = pressed(update.callback_query.data or "")
        return replace(asked, lang=asked.lang or lang, school=school)
    message = update.message or update.edited_message
    if message is None:
        return Incoming(lang=lang, school=school, action="menu")
    text = words(message)
    if text.startswith("/"):
        return replace(command(text), lang=lang, school=school)
    return Incoming(text=text, lang=lang, school=school, action="" if text.strip() else "media")


def words(message: TelegramMessage) -> str:
    """What a message says: its text, or the words under its picture."""
    return message.text or message.caption or ""


def has_media(message: TelegramMessage) -> bool:
    """Whether something came that isn't text: it is never opened, and kinds of tomorrow count as well."""
    return message.text is None and not filters.StatusUpdate.ALL.check_update(Update(0, message=message))


def command(text: str) -> Incoming:
    """What a command asks for; one we don't know brings the menu."""
    match re.split(r"[\s@]", text[1:], maxsplit=1)[0].lower():
        case "start":
            return Incoming(topic="greeting")
        case "help" | "numbers":
            return Incoming(action="numbers")
        case "privacy":
            return Incoming(topic="privacy")
        case "language":
            return Incoming(topic="language")
    return Incoming(action="menu")


def start_payload(text: str) -> str:
    """What stands behind /start: a school's short name, as its link carries it."""
    found = re.fullmatch(r"/start(?:@\w+)?\s+([\w-]{1,64})", text.strip(), re.ASCII)
    return found[1] if found else ""


def pressed(data: str) -> Incoming:
    """What a button's data asks for; forged or outdated data asks for the menu."""
    match data.split(":"):
        case ["t", topic] if _plain_id(topic):
            return Incoming(topic=topic)
        case ["t", topic, who] if _plain_id(topic) and who in _AUDIENCES:
            return Incoming(topic=topic, audience=_AUDIENCES[who])
        case ["m", topic, who] if _plain_id(topic) and who in _AUDIENCES:
            return Incoming(topic=topic, audience=_AUDIENCES[who], action="more")
        case ["a", action] if action in _PRESSABLE:
            return Incoming(action=_PRESSABLE[action])
        case ["l", lang] if _plain_id(lang):
            return Incoming(lang=lang, topic="language")
    return Incoming(action="menu")


_AUDIENCES: dict[str, Audience | None] = {"a": "adult", "t": "teen", "": None}
_LETTERS: dict[Audience | None, str] = {audience: letter for letter, audience in _AUDIENCES.items()}
_PRESSABLE: dict[str, Action] = {name: name for name in get_args(Action) if name in ("menu", "numbers", "not_meant")}


def _plain_id(name: str) -> bool:
    return re.fullmatch(r"[a-z0-9_-]{1,56}", name, re.ASCII) is not None


def suggested(update: Update) -> str | None:
    """The language of the writer's app: es for es-MX."""
    user = update.effective_user
    code = (user.language_code or "") if user else ""
    return code.split("-")[0].lower() or None


def waited(message: TelegramMessage, now: float) -> bool:
    """Whether a message lay unanswered for long, because we were away."""
    return now - (message.edit_date or message.date).timestamp() > LATE


# --- out: pure -------------------------------------------------------------------------------


def data(button: Button) -> str:
    """What a button carries, at most 64 bytes."""
    if button.action == "more":
        return f"m:{button.topic}:{_LETTERS[button.audience]}"
    if button.topic:
        return f"t:{button.topic}:{_LETTERS[button.audience]}" if button.audience else f"t:{button.topic}"
    return f"a:{button.action}"


def keys(buttons: Iterable[Button]) -> list[Key]:
    """Labels and data of a reply's buttons."""
    return [(button.label, data(button)) for button in buttons]


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


def pieces(html: str, limit: int = render.TELEGRAM_LIMIT) -> list[str]:
    """A text in as few messages as Telegram's limit allows, parted between paragraphs where it can."""
    return list(_packed(html, ("\n\n", "\n", " "), limit))


def _packed(html: str, borders: tuple[str, ...], limit: int) -> Iterator[str]:
    if render.utf16_length(html) <= limit:
        yield html
        return
    if not borders:
        yield from _cut(html, limit)
        return
    if borders[0] == " ":
        html = escape(_bare(html), quote=False)  # a tag must not be torn apart
    held = ""
    for part in html.split(borders[0]):
        joined = f"{held}{borders[0]}{part}" if held else part
        if render.utf16_length(joined) <= limit:
            held = joined
            continue
        if held:
            yield held
        *full, held = _packed(part, borders[1:], limit)
        yield from full
    if held:
        yield held


def _cut(html: str, limit: int) -> Iterator[str]:
    """A text without any border, in parts that stay below the limit even if every character has to be escaped."""
    text, size = unescape(html), limit // 10
    for at in range(0, len(text), size):
        yield escape(text[at : at + size], quote=False)


def _bare(html: str) -> str:
    return unescape(re.sub(r"</?[a-z][^>]*>", "", html))


# --- what a chat may leave behind ------------------------------------------------------------


class Memory:
    """A few choices per chat, for a day, in RAM; keys are HMACs with a secret that dies with the process."""

    def __init__(self, most: int = 20_000, clock: Callable[[], float] = time.monotonic) -> None:
        self._secret = secrets.token_bytes(32)
        self._most = most
        self._clock = clock
        self._held: OrderedDict[bytes, tuple[float, str]] = OrderedDict()

    def put(self, name: str, chat: int | str, value: str, seconds: float = DAY) -> None:
        """Remember a choice."""
        key = self._key(name, chat)
        self._held.pop(key, None)
        self._held[key] = (self._clock() + seconds, value)
        self._tidy()

    def get(self, name: str, chat: int | str) -> str | None:
        """What was chosen, if its time isn't over."""
        held = self._held.get(self._key(name, chat))
        return held[1] if held and held[0] > self._clock() else None

    def first(self, name: str, chat: int | str, seconds: float = DAY) -> bool:
        """Whether this is the first time in that long."""
        if self.get(name, chat) is not None:
            return False
        self.put(name, chat, "", seconds)
        return True

    def forget(self, chat: int | str) -> None:
        """Drop all that is held of a chat."""
        for name in ("lang", "school", "late"):
            self._held.pop(self._key(name, chat), None)

    def __len__(self) -> int:
        return len(self._held)

    def _key(self, name: str, chat: int | str) -> bytes:
        return hmac.digest(self._secret, f"{name}:{chat}".encode(), "sha256")

    def _tidy(self) -> None:
        """Let go of what is over; above the bound, of the oldest."""
        now = self._clock()
        while self._held:
            until, _ = next(iter(self._held.values()))
            if until > now and len(self._held) <= self._most:
                return
            self._held.popitem(last=False)


# --- the talk --------------------------------------------------------------------------------


class Talk:
    """What happens between an update and the messages that answer it."""

    def __init__(self, engine: Engine, now: Callable[[], float] = time.time) -> None:
        self.engine = engine
        self.memory = Memory()
        self.counts: Counter[str] = Counter()  # classes of errors and fixed words, never more
        self._now = now
        self._last_resort = {lang: engine.last_resort(lang) for lang in engine.langs}
        self._cannot_dial = {lang: said(engine, lang, "cannot_dial") for lang in engine.langs}
        self._group_line = {lang: said(engine, lang, "group_line") for lang in engine.langs}

    # --- an update arrives

    async def on_update(self, update: object, context: Context) -> None:
        """The one handler: each kind of update to its place."""
        if not isinstance(update, Update):
            return
        chat = update.effective_chat
        if update.my_chat_member is not None:
            await self._membership(update.my_chat_member, suggested(update), context.bot)
        elif chat is None or chat.type == Chat.CHANNEL:
            return
        elif chat.type in (Chat.GROUP, Chat.SUPERGROUP):
            await self._in_group(update, chat, context.bot)
        elif update.callback_query is not None:
            await self._on_button(update, update.callback_query, chat.id, context.bot)
        elif message := update.message or update.edited_message:
            await self._on_message(update, message, context.bot)

    def is_urgent(self, update: Update) -> bool:
        """Whether an update must not wait behind others of its chat."""
        message = update.message or update.edited_message
        if message is None or not words(message):
            return False
        try:
            return self._alert(words(message), suggested(update)) is not None
        except Exception:
            return True

    async def at_once(self, update: Update) -> None:
        """A pressed button stops spinning before anything else; too late or unknown doesn't matter."""
        if update.callback_query is not None:
            with contextlib.suppress(TelegramError):
                await update.callback_query.answer()

    # --- private chats

    async def _on_message(self, update: Update, message: TelegramMessage, bot: ExtBot[Any]) -> None:
        chat = message.chat.id
        if not words(message) and (update.edited_message is not None or not has_media(message)):
            return  # a pinned message, a moving location: nobody said anything
        if (slug := start_payload(words(message))) in self.engine.content.schools:
            self.memory.put("school", chat, slug)
        asked = self._incoming(update, chat)
        reply = self._hear(message, asked)
        if reply is None:
            return
        if asked.text:
            self.memory.put("lang", chat, reply.heard.lang)  # buttons carry on in the language of the talk
        if waited(message, self._now()) and self.memory.first("late", chat):
            reply = _with_notice(reply, self.engine.reply(Incoming(lang=reply.heard.lang, action="late")))
        await self._send(bot, chat, reply, self._extra(reply, asked, chat), _thread(message))

    def _hear(self, message: TelegramMessage, asked: Incoming) -> Reply | None:
        """The reply to a message; a picture's words are heard, the picture gets its own sentence."""
        text = words(message)
        if text.startswith("/"):
            return self._alert(re.sub(r"[/_]+", " ", text), asked.lang) or self._reply(asked)
        if not has_media(message):
            return self._reply(asked)
        album = message.media_group_id
        notice = self._reply(Incoming(lang=asked.lang, action="media"))
        first = not album or self.memory.first("album", album, ALBUM)
        if not text.strip():
            return notice if first else None
        reply = self._reply(asked)
        if reply.heard.tier == "unsure":
            return replace(notice, buttons=reply.buttons)
        if not first:
            return reply
        return replace(reply, messages=(*reply.messages, *notice.messages))

    async def _on_button(self, update: Update, query: CallbackQuery, chat: int, bot: ExtBot[Any]) -> None:
        asked = self._incoming(update, chat)
        thread = _thread(query.message) if isinstance(query.message, TelegramMessage) else None
        if _switches(update) and asked.topic == "language" and asked.lang is not None:
            self.memory.put("lang", chat, asked.lang)
            menu = self._reply(Incoming(lang=asked.lang, action="menu"))
            told = Message("notice", self._shared(asked.lang).language_set)
            reply = replace(menu, messages=(told, *menu.messages))
        else:
            reply = self._reply(asked)
        await self._send(bot, chat, reply, self._extra(reply, asked, chat), thread)

    def _incoming(self, update: Update, chat: int) -> Incoming:
        lang, school = self.memory.get("lang", chat), self.memory.get("school", chat)
        asked = incoming(update, lang=lang, school=school)
        known = asked.topic is None or asked.topic in self.engine.content.topics
        if asked.lang not in self.engine.langs:
            known = known and not _switches(update)
            asked = replace(asked, lang=lang)
        return asked if known else Incoming(lang=asked.lang, school=school, action="menu")

    def _reply(self, asked: Incoming) -> Reply:
        return self.engine.reply(asked)

    def _alert(self, text: str, lang: str | None) -> Reply | None:
        reply = self.engine.reply(Incoming(text=text, lang=lang if lang in self.engine.langs else None))
        return reply if reply.heard.tier == "alert" else None

    def _extra(self, reply: Reply, asked: Incoming, chat: int) -> list[Key]:
        """Buttons of this channel beside the reply's own: the language, and whom to see at school."""
        lang, extra = reply.heard.lang, list[Key]()
        if reply.heard.tier != "answer":
            return extra
        topic = reply.heard.topic
        if topic in ("greeting", "menu") and self.memory.get("school", chat):
            extra.append((self.engine.content.languages[lang].replies["school_contact"].button, "t:school_contact"))
        others = [other for other in self.engine.langs if other != lang]
        if topic == "language" or (topic in ("greeting", "menu") and len(others) > 1):
            extra.extend((self._shared(other).language, f"l:{other}") for other in others)
        elif topic in ("greeting", "menu") and others:
            extra.append((self._shared(lang).button_language, f"l:{others[0]}"))
        return extra

    def _shared(self, lang: str) -> Shared:
        return self.engine.content.languages[lang].shared

    # --- groups and channels

    async def _membership(self, change: ChatMemberUpdated, lang: str | None, bot: ExtBot[Any]) -> None:
        chat, status = change.chat, change.new_chat_member.status
        here = status in (ChatMemberStatus.MEMBER, ChatMemberStatus.ADMINISTRATOR)
        if not here:
            self.memory.forget(chat.id)
        elif chat.type == Chat.CHANNEL:
            with contextlib.suppress(BadRequest, Forbidden):
                await bot.leave_chat(chat.id)
        elif chat.type in (Chat.GROUP, Chat.SUPERGROUP) and self.memory.first("group", chat.id, GROUP):
            with contextlib.suppress(BadRequest, Forbidden):
                await self._point_to_private(bot, chat.id, self._known(lang), None)

    async def _in_group(self, update: Update, chat: Chat, bot: ExtBot[Any]) -> None:
        """One line with the way to the private chat; before it the numbers, if somebody is in danger."""
        message = update.message or update.edited_message
        if message is None or message.is_automatic_forward or (message.from_user and message.from_user.is_bot):
            return
        text, thread = words(message), _thread(message)
        alert = self._alert(re.sub(r"@\w+", " ", text), suggested(update)) if text else None
        if alert is not None:
            lang = alert.heard.lang
            first = self._last_resort[lang].messages[0]
            await self._send(bot, chat.id, replace(self._last_resort[lang], messages=(first,), buttons=()), (), thread)
            await self._point_to_private(bot, chat.id, lang, thread)
        elif self.memory.first("group", chat.id, GROUP) or text.startswith("/"):
            await self._point_to_private(bot, chat.id, self._known(suggested(update)), thread)

    async def _point_to_private(self, bot: ExtBot[Any], chat: int, lang: str, thread: int | None) -> None:
        way = InlineKeyboardButton(f"@{bot.username}", url=f"https://t.me/{bot.username}")
        text = escape(self._group_line[lang], quote=False)
        await bot.send_message(chat, text, reply_markup=InlineKeyboardMarkup([[way]]), message_thread_id=thread)

    def _known(self, lang: str | None) -> str:
        return lang if lang in self.engine.langs else self.engine.langs[0]

    # --- sending

    async def _send(
        self, bot: ExtBot[Any], chat: int, reply: Reply, extra: Iterable[Key] = (), thread: int | None = None
    ) -> None:
        """A reply's messages in order, its buttons under the last one."""
        alert = reply.heard.tier == "alert"
        texts = [
            (piece, alert or message.kind == "urgent")
            for message in self._dressed(reply)
            for piece in pieces(render.telegram(message))
        ]
        below = keyboard((*keys(reply.buttons), *extra))
        for at, (text, urgent) in enumerate(texts, 1):
            await self._deliver(bot, chat, text, below if at == len(texts) else None, urgent=urgent, thread=thread)

    async def _deliver(
        self,
        bot: ExtBot[Any],
        chat: int,
        text: str,
        below: InlineKeyboardMarkup | None,
        *,
        urgent: bool,
        thread: int | None,
    ) -> None:
        pace = URGENT if urgent else None
        try:
            await bot.send_message(chat, text, reply_markup=below, message_thread_id=thread, rate_limit_args=pace)
        except BadRequest:  # something in our HTML, the buttons or the thread: the words have to arrive all the same
            self.counts["sent_plain"] += 1
            for piece in (_bare(part) for part in pieces(text, render.TELEGRAM_LIMIT)):
                await bot.send_message(chat, piece, parse_mode=None, rate_limit_args=pace)

    def _dressed(self, reply: Reply) -> Iterator[Message]:
        """The messages, with one line more under the first urgent one: a chat can't dial."""
        told = False
        for message in reply.messages:
            if message.kind == "urgent" and not told:
                told = True
                message = replace(message, text=f"{message.text.rstrip()}\n\n{self._cannot_dial[reply.heard.lang]}")
            yield message

    # --- when something breaks

    async def on_error(self, update: object, context: Context) -> None:
        """Whatever broke: count its class, send the numbers, never tell more."""
        error = context.error
        self.counts[type(error).__name__] += 1
        chat = update.effective_chat if isinstance(update, Update) else None
        if isinstance(error, Forbidden):
            if chat is not None:
                self.memory.forget(chat.id)  # we were blocked: nobody is there
            return
        logger.error("An update couldn't be answered: %s.", type(error).__name__)
        if chat is None or chat.type == Chat.CHANNEL or not isinstance(update, Update) or update.my_chat_member:
            return
        lang = self._known(self.memory.get("lang", chat.id) or suggested(update))
        await self.rescue(context.bot, chat.id, lang, private=chat.type == Chat.PRIVATE)

    async def rescue(self, bot: ExtBot[Any], chat: int, lang: str | None = None, *, private: bool = True) -> None:
        """The numbers, as they were made ready at the start."""
        reply = self._last_resort[self._known(lang)]
        if not private:
            reply = replace(reply, messages=reply.messages[:1], buttons=())
        try:
            await self._send(bot, chat, reply)
        except TelegramError as error:
            self.counts[f"rescue_{type(error).__name__}"] += 1


def said(engine: Engine, lang: str, name: str) -> str:
    """A shared sentence with its numbers filled in."""
    return engine.fill(lang, str(getattr(engine.content.languages[lang].shared, name))).strip()


def _with_notice(reply: Reply, notice: Reply) -> Reply:
    """The apology first; only an alert's numbers come before it."""
    urgent = 1 if reply.heard.tier == "alert" else 0
    return replace(reply, messages=(*reply.messages[:urgent], *notice.messages, *reply.messages[urgent:]))


def _switches(update: Update) -> bool:
    """Whether a language button was pressed."""
    return update.callback_query is not None and (update.callback_query.data or "").startswith("l:")


def _thread(message: TelegramMessage) -> int | None:
    return message.message_thread_id if message.is_topic_message else None


# --- the library's application ---------------------------------------------------------------


class PatientBot(ExtBot[str]):
    """The library's bot, that also hands out updates before they are parsed: one odd update must not hold up the rest."""

    async def updates(self, offset: int | None, seconds: int) -> list[Any]:
        """What has come since; with `offset` Telegram forgets all before it."""
        asked = {"offset": offset, "timeout": seconds, "allowed_updates": list(UPDATES)}
        found: Any = await self._post("getUpdates", asked, read_timeout=seconds + 10)
        return found if isinstance(found, list) else []


def build(engine: Engine, settings: Settings) -> App:
    """The library's application for this engine, not yet started."""
    return _application(Talk(engine), settings)


def _application(talk: Talk, settings: Settings) -> App:
    quiet.silence_telegram(settings.telegram_token)
    os.environ.setdefault("PTB_TIMEDELTA", "true")  # else each 429 makes the library warn of its own future
    try:
        bot = PatientBot(
            settings.telegram_token,
            base_url=f"{settings.telegram_api}/bot",
            base_file_url=f"{settings.telegram_api}/file/bot",
            request=HTTPXRequest(connection_pool_size=256, pool_timeout=20, read_timeout=15, write_timeout=15),
            get_updates_request=HTTPXRequest(connection_pool_size=2, pool_timeout=20),
            defaults=Defaults(parse_mode=ParseMode.HTML, link_preview_options=LinkPreviewOptions(is_disabled=True)),
            rate_limiter=ChatPace(),
        )
    except InvalidToken:
        raise TelegramRefused from None  # the library's own sentence may hold the token
    order = ChatOrder(talk.is_urgent, talk.at_once)
    app: App = ApplicationBuilder().bot(bot).updater(None).job_queue(None).concurrent_updates(order).build()
    app.add_handler(TypeHandler(Update, talk.on_update))
    app.add_error_handler(talk.on_error)
    return app


# --- the channel -----------------------------------------------------------------------------


class TelegramChannel:
    """Telegram as `serve` runs it: start and stop, and waiting for Telegram if it is away."""

    def __init__(self, engine: Engine, settings: Settings, *, first_wait: float = 1.0, grace: float = GRACE) -> None:
        self.talk = Talk(engine)
        self.app = _application(self.talk, settings)
        self.ready = False
        self.refused = False
        self._settings = settings
        self._first_wait = first_wait
        self._grace = grace
        self._offset: int | None = None
        self._seen: OrderedDict[int, None] = OrderedDict()
        self._tasks: set[asyncio.Task[None]] = set()
        self._closing = asyncio.Event()

    @property
    def bot(self) -> PatientBot:
        """The library's bot of this channel."""
        bot = self.app.bot
        assert isinstance(bot, PatientBot)
        return bot

    @property
    def counts(self) -> Counter[str]:
        """Classes of errors and fixed words with how often they came: nothing of any message."""
        return self.talk.counts

    async def start(self) -> None:
        """Begin to answer; if Telegram is away, come back as soon as it is there. TelegramRefused if it is there and says no."""
        self._closing.clear()
        self.refused = False
        try:
            await self._open()
        except InvalidToken:
            self.refused = True
        except TelegramError as error:
            self.counts[type(error).__name__] += 1
            logger.warning(UNREACHABLE)
            self._spawn(self._open_later())
        if self.refused:
            await self.stop()
            raise TelegramRefused  # out here, so that it doesn't carry the library's error, which quotes the token

    async def stop(self) -> None:
        """Answer what has arrived, as far as that is possible soon, and leave nothing open."""
        self.ready = False
        self._closing.set()
        tasks = tuple(self._tasks)
        if tasks:
            await asyncio.wait(tasks, timeout=MOMENT)  # a request cut off while it connects leaves its socket open
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        if self.app.running:
            await self._drain()
        await self.app.shutdown()
        await self.bot.shutdown()  # its connections are open even if it never got an answer

    async def feed(self, raw: object) -> None:
        """One update as Telegram's webhook posts it; one that was fed before is let fall."""
        number = raw.get("update_id") if isinstance(raw, dict) else None
        if not isinstance(raw, dict) or not isinstance(number, int) or number in self._seen:
            return
        self._seen[number] = None
        if len(self._seen) > 10 * ROOM:
            self._seen.popitem(last=False)
        await self._take(raw)

    # --- opening

    async def _open(self) -> None:
        await self.app.initialize()
        await self._choose_way()
        await self.app.start()
        self.ready = True
        logger.info("Telegram is connected.")
        if self._settings.telegram_mode == "polling":
            self._spawn(self._poll())
        self._spawn(self._introduce())

    async def _choose_way(self) -> None:
        """Polling or webhook: Telegram allows one of them. What waited in between is kept."""
        if self._settings.telegram_mode == "polling":
            await self.bot.delete_webhook(drop_pending_updates=False)
        else:
            await self.bot.set_webhook(
                f"{self._settings.public_url}/telegram",
                secret_token=self._settings.telegram_secret,
                allowed_updates=list(UPDATES),
                drop_pending_updates=False,
            )

    async def _open_later(self) -> None:
        wait = self._first_wait
        while not await self._closed_within(wait):
            try:
                await self._open()
            except InvalidToken:
                self.refused = True
                logger.error(REFUSED)
                return
            except TelegramError as error:
                self.counts[type(error).__name__] += 1
                wait = min(2 * wait, 60.0)
            else:
                return

    # --- polling

    async def _poll(self) -> None:
        wait = 0.0
        while not await self._closed_within(wait):
            await self._room()
            try:
                found = await self.bot.updates(self._offset, POLL)
            except TimedOut:
                wait = self._first_wait
                continue
            except TelegramError as error:
                wait = self._after_error(error, wait)
                continue
            wait = 0.0 if await self._take_all(found) else self._first_wait

    async def _closed_within(self, seconds: float) -> bool:
        """Sleep; True as soon as the channel is being stopped."""
        if seconds <= 0:
            return self._closing.is_set()
        return await _within(seconds, self._closing.wait())

    def _after_error(self, error: TelegramError, wait: float) -> float:
        self.counts[type(error).__name__] += 1
        if isinstance(error, RetryAfter):
            return error._retry_after.total_seconds()
        if not wait:
            logger.warning(CONFLICT if isinstance(error, Conflict) else INTERRUPTED)
        if isinstance(error, InvalidToken):
            logger.error(REFUSED)
            return 60.0
        return min(max(2 * wait, self._first_wait), 30.0)

    async def _take_all(self, found: list[Any]) -> bool:
        """Take what came; False if it was nothing that can be confirmed, so that nobody asks for it without a pause."""
        confirmed = not found
        for raw in found:
            number = raw.get("update_id") if isinstance(raw, dict) else None
            if not isinstance(raw, dict) or not isinstance(number, int):
                self.counts["unreadable"] += 1
                continue
            await self._take(raw)
            self._offset = max(self._offset or 0, number + 1)
            confirmed = True
        return confirmed

    async def _take(self, raw: dict[str, Any]) -> None:
        try:
            update = Update.de_json(raw, self.bot)
        except Exception:
            self.counts["unreadable"] += 1
            logger.warning("An update couldn't be read.")
            if (chat := _private_chat(raw)) is not None:
                self.app.create_task(self.talk.rescue(self.bot, chat))
            return
        await self.app.update_queue.put(update)

    async def _room(self) -> None:
        """Wait while so much is in work that more would only pile up here; at Telegram it is as safe."""
        order = self.app.update_processor
        while isinstance(order, ChatOrder) and order.pending + self.app.update_queue.qsize() > ROOM:  # noqa: ASYNC110
            await asyncio.sleep(0.1)  # two counters of two owners: an event would need a third

    # --- the bot's profile

    async def _introduce(self) -> None:
        """Commands and descriptions in each language; only where they differ, and never a reason to stop."""
        langs = self.talk.engine.langs
        for code, lang in (("", langs[0]), *((lang, lang) for lang in langs)):
            if self._closing.is_set():
                return
            try:
                await self._introduce_in(code, lang)
            except TelegramError as error:
                self.counts[f"profile_{type(error).__name__}"] += 1

    async def _introduce_in(self, code: str, lang: str) -> None:
        bot, language = self.bot, code or None
        commands = menu_commands(self.talk.engine, lang)
        if tuple(await bot.get_my_commands(language_code=language)) != commands:
            await bot.set_my_commands(commands, language_code=language)
        long, short = descriptions(self.talk.engine, lang)
        if (await bot.get_my_description(language_code=language)).description != long:
            await bot.set_my_description(long, language_code=language)
        if (await bot.get_my_short_description(language_code=language)).short_description != short:
            await bot.set_my_short_description(short, language_code=language)

    # --- closing

    async def _drain(self) -> None:
        """Answer what was taken, then confirm it: what wasn't confirmed, Telegram gives again at the next start."""
        drained = await _within(self._grace, self.app.update_queue.join())
        pace, order = self.bot.rate_limiter, self.app.update_processor
        if drained and self._offset is not None:
            with contextlib.suppress(TelegramError):
                await _within(self._grace, self.bot.updates(self._offset, 0))
        if isinstance(pace, ChatPace):
            pace.close()
        if not await _within(self._grace, self.app.stop()) and isinstance(order, ChatOrder):
            order.abandon()

    def _spawn(self, work: Any) -> None:
        task: asyncio.Task[None] = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


CONFLICT = "Another process is reading this bot's messages; stop it, or give each bot its own token."
INTERRUPTED = "Telegram doesn't answer; trying again."


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
    }
    return tuple(BotCommand(name, labels[name][:256]) for name in COMMANDS)


def descriptions(engine: Engine, lang: str) -> tuple[str, str]:
    """What an empty chat shows, and the line on the bot's profile: both with 911 and 988."""
    care, footer = said(engine, lang, "care"), said(engine, lang, "footer")
    return _fitting(512, f"{said(engine, lang, 'page_intro')}\n\n{care}", care, footer), _fitting(120, footer, care)


def _fitting(limit: int, *texts: str) -> str:
    return next((text for text in texts if render.utf16_length(text) <= limit), texts[-1][:limit])


def _private_chat(raw: dict[str, Any]) -> int | None:
    """The private chat an unreadable update came from, if so much can be read."""
    for kind in ("message", "edited_message", "callback_query"):
        with contextlib.suppress(KeyError, TypeError, AttributeError):
            found = raw[kind]["from"]["id"] if kind == "callback_query" else raw[kind]["chat"]["id"]
            if isinstance(found, int) and found > 0:
                return found
    return None


async def _within(seconds: float, work: Awaitable[Any]) -> bool:
    try:
        await asyncio.wait_for(work, seconds)
    except TimeoutError:
        return False
    return True
