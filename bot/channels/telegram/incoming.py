"""Telegram's update -> ChatEvent: each update is read once, by a pure function, and nothing looks at it again."""

import contextlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import Enum, auto
from typing import Any, get_args

from telegram import CallbackQuery, Chat, ChatMemberUpdated, Update
from telegram import Message as TelegramMessage
from telegram.constants import ChatMemberStatus
from telegram.ext import filters

from bot.dialogue import Action, Audience, Incoming

#: Callback data of this channel's own buttons.
DELETE_DATA = "d:now"
AUTO_DELETE_DATA = "w"
#: After how many quiet minutes a chat may ask to be emptied; 0 is never.
AUTO_DELETE_MINUTES = (5, 15, 60, 0)
#: What is asked by whatever asks for nothing we know.
MENU = Incoming(action="menu")
#: The letter in callback data that says for whom a topic is asked.
AUDIENCES: Mapping[str, Audience | None] = {"a": "adult", "t": "teen", "": None}


class EventKind(Enum):
    """What an update is about, as far as the answer depends on it."""

    MESSAGE = auto()  # somebody wrote, or sent something, in a private chat
    SERVICE_MESSAGE = auto()  # Telegram notes something in a private chat; nobody wrote
    BUTTON = auto()  # a button pressed in a private chat
    GROUP_MESSAGE = auto()
    ADDED_TO_GROUP = auto()
    REMOVED = auto()  # blocked by a person, or removed from a group
    CHANNEL = auto()  # anything in a channel
    INLINE_QUERY = auto()
    REFUSED = auto()  # of a business account, a guest, or one of our own cards shared
    IGNORED = auto()


class Request(Enum):
    """What a command or a button asks of this channel rather than of the engine."""

    NONE = auto()
    SWITCH_LANGUAGE = auto()  # to `incoming.lang`
    DELETE = auto()
    OFFER_AUTO_DELETE = auto()
    SET_AUTO_DELETE = auto()  # after `minutes`


@dataclass(frozen=True)
class ChatEvent:
    """All that is used of one update. Times are Unix times in seconds; what was written never shows in the repr."""

    kind: EventKind
    chat: int | None = None  # None: an inline query
    thread: int | None = None  # the topic of a forum
    lang_hint: str | None = None  # the language of the writer's app: "es" for es-MX
    words: str = field(default="", repr=False)  # what was written, ready to be classified; or an inline query
    incoming: Incoming = MENU  # what the engine is asked, without what the chat chose before
    request: Request = Request.NONE
    minutes: int = 0
    command: str | None = None  # "start" for /start and /START@bot; None if it is none
    payload: str = field(default="", repr=False)  # what stands behind /start: a school's short name
    media: bool = False  # something that isn't text came, with or without words
    album: str | None = None
    message_id: int | None = None
    message_date: float = 0.0
    sent_at: float = 0.0  # when it was written or edited
    callback_id: str = ""
    inline_id: str = ""


def parse(update: Update, bot_id: int) -> ChatEvent:
    """What an update is about; `bot_id` is our own user id."""
    event = _placed(update, bot_id)
    user, chat = update.effective_user, update.effective_chat
    hint = ((user.language_code or "") if user else "").split("-")[0].lower()
    return replace(event, chat=chat.id if chat else None, lang_hint=hint or None)


def _placed(update: Update, bot_id: int) -> ChatEvent:
    chat, query = update.effective_chat, update.callback_query
    if _is_foreign(update, bot_id):
        return ChatEvent(EventKind.REFUSED, callback_id=query.id if query else "")
    if update.inline_query is not None:
        return ChatEvent(EventKind.INLINE_QUERY, words=update.inline_query.query, inline_id=update.inline_query.id)
    if update.my_chat_member is not None:
        return ChatEvent(_membership(update.my_chat_member))
    if chat is None:
        return ChatEvent(EventKind.IGNORED)
    if chat.type == Chat.CHANNEL:
        return ChatEvent(EventKind.CHANNEL, callback_id=query.id if query else "")
    message = update.message or update.edited_message
    in_group = chat.type in (Chat.GROUP, Chat.SUPERGROUP)
    if query is not None:
        return ChatEvent(EventKind.IGNORED, callback_id=query.id) if in_group else _button(query)
    if message is None:
        return ChatEvent(EventKind.IGNORED)
    return _group_message(message) if in_group else _message(message, edited=update.edited_message is not None)


# --- messages --------------------------------------------------------------------------------


def _message(message: TelegramMessage, *, edited: bool) -> ChatEvent:
    text = message.text or message.caption or ""
    media = _has_media(message)
    if not text and (edited or not media):
        return _dated(ChatEvent(EventKind.SERVICE_MESSAGE), message)
    event = ChatEvent(EventKind.MESSAGE, words=text, media=media or not text.strip(), album=message.media_group_id)
    return _dated(_with_command(event, text), message)


def _group_message(message: TelegramMessage) -> ChatEvent:
    by_a_program = message.is_automatic_forward or (message.from_user and message.from_user.is_bot)
    if by_a_program:
        return ChatEvent(EventKind.IGNORED)
    text = message.text or message.caption or ""
    event = _with_command(ChatEvent(EventKind.GROUP_MESSAGE, words=text), text)
    return replace(_dated(event, message), words=re.sub(r"@\w+", " ", event.words))


def _dated(event: ChatEvent, message: TelegramMessage) -> ChatEvent:
    return replace(
        event,
        thread=message.message_thread_id if message.is_topic_message else None,
        message_id=message.message_id,
        message_date=message.date.timestamp(),
        sent_at=(message.edit_date or message.date).timestamp(),
    )


def _with_command(event: ChatEvent, text: str) -> ChatEvent:
    """What a command asks for; its words are classified all the same, /i_want_to_die too."""
    if not text.startswith("/"):
        return replace(event, incoming=Incoming(text=text))
    name = re.split(r"[\s@]", text[1:], maxsplit=1)[0].lower()
    payload = re.fullmatch(r"/(?i:start)(?:@\w+)?\s+([\w-]{1,64})", text.strip(), re.ASCII)
    return replace(
        event,
        words=re.sub(r"^/(\w+)@\w+|[/_]+", r"\1 ", text),
        incoming=_COMMANDS.get(name, MENU),
        request=Request.DELETE if name in ("delete", "borrar") else Request.NONE,
        command=name,
        payload=payload[1] if payload else "",
    )


#: Spanish names too: that is what one would try.
_COMMANDS: Mapping[str, Incoming] = {
    **dict.fromkeys(("start", "inicio"), Incoming(topic="greeting")),
    **dict.fromkeys(("help", "ayuda", "sos", "numbers", "numeros"), Incoming(action="numbers")),
    **dict.fromkeys(("privacy", "privacidad"), Incoming(topic="privacy")),
    **dict.fromkeys(("language", "idioma"), Incoming(topic="language")),
    **dict.fromkeys(("delete", "borrar"), Incoming(topic="delete_chat")),
}


def _has_media(message: TelegramMessage) -> bool:
    """Whether something came that isn't text: it is never opened, and kinds that Telegram adds later count as well."""
    return message.text is None and not filters.StatusUpdate.ALL.check_update(Update(0, message=message))


# --- buttons ---------------------------------------------------------------------------------


def _button(query: CallbackQuery) -> ChatEvent:
    event = replace(parse_callback_data(query.data or ""), callback_id=query.id)
    return _dated(event, query.message) if isinstance(query.message, TelegramMessage) else event


def parse_callback_data(data: str) -> ChatEvent:
    """What a button's data asks for; forged or outdated data asks for the menu."""
    event = ChatEvent(EventKind.BUTTON)
    if data in _OWN_BUTTONS:
        request, minutes = _OWN_BUTTONS[data]
        return replace(event, request=request, minutes=minutes)
    match data.split(":"):
        case ["l", lang] if _is_id(lang):
            return replace(event, request=Request.SWITCH_LANGUAGE, incoming=Incoming(lang=lang, topic="language"))
        case ["t", topic] if _is_id(topic):
            return replace(event, incoming=Incoming(topic=topic))
        case ["t", topic, who] if _is_id(topic) and who in AUDIENCES:
            return replace(event, incoming=Incoming(topic=topic, audience=AUDIENCES[who]))
        case ["m", topic, who] if _is_id(topic) and who in AUDIENCES:
            return replace(event, incoming=Incoming(topic=topic, audience=AUDIENCES[who], action="more"))
        case ["a", action] if action in _PRESSABLE:
            return replace(event, incoming=Incoming(action=_PRESSABLE[action]))
    return event


_OWN_BUTTONS: Mapping[str, tuple[Request, int]] = {
    DELETE_DATA: (Request.DELETE, 0),
    AUTO_DELETE_DATA: (Request.OFFER_AUTO_DELETE, 0),
    **{f"{AUTO_DELETE_DATA}:{minutes}": (Request.SET_AUTO_DELETE, minutes) for minutes in AUTO_DELETE_MINUTES},
}
_PRESSABLE: Mapping[str, Action] = {name: name for name in get_args(Action) if name in ("menu", "numbers", "not_meant")}


def _is_id(name: str) -> bool:
    return re.fullmatch(r"[a-z0-9_-]{1,56}", name, re.ASCII) is not None


# --- whose it is -----------------------------------------------------------------------------


def _membership(change: ChatMemberUpdated) -> EventKind:
    if change.new_chat_member.status not in (ChatMemberStatus.MEMBER, ChatMemberStatus.ADMINISTRATOR):
        return EventKind.REMOVED
    if change.chat.type == Chat.CHANNEL:
        return EventKind.CHANNEL
    return EventKind.ADDED_TO_GROUP if change.chat.type in (Chat.GROUP, Chat.SUPERGROUP) else EventKind.IGNORED


def _is_foreign(update: Update, bot_id: int) -> bool:
    """Whether an update isn't somebody writing to us: a business account's chats, guests, or our own shared cards."""
    if update.business_connection or update.business_message or update.edited_business_message:
        return True
    if update.deleted_business_messages or getattr(update, "guest_message", None):  # guests: since library 22.8
        return True
    pressed_under = update.callback_query.message if update.callback_query else None
    message = update.message or update.edited_message or pressed_under
    if not isinstance(message, TelegramMessage):
        return False
    if message.business_connection_id or message.sender_business_bot:
        return True
    return bool(message.via_bot and message.via_bot.id == bot_id and update.callback_query is None)


def private_chat_of(raw: Mapping[str, Any]) -> int | None:
    """The private chat that an unreadable update came from, if so much can be read of its JSON."""
    for kind in ("message", "edited_message", "callback_query"):
        with contextlib.suppress(KeyError, TypeError, AttributeError):
            found = raw[kind]["from"]["id"] if kind == "callback_query" else raw[kind]["chat"]["id"]
            if isinstance(found, int) and found > 0:
                return found
    return None
