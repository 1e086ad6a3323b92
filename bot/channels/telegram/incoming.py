"""What an update says, free of who says it: pure functions from Telegram's values to ours."""

import contextlib
import re
from dataclasses import replace
from typing import Any, get_args

from telegram import Message as TelegramMessage
from telegram import Update
from telegram.ext import filters

from bot.dialogue import Action, Audience, Incoming

LATE = 10 * 60.0  # seconds after which a message has waited
#: What the buttons of this channel carry besides topics and actions.
DELETE = "d:now"
WIPE = "w"
#: Minutes of quiet after which a chat may ask to be emptied; 0 is never.
MINUTES = (5, 15, 60, 0)


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
    match re.split(r"[\s@]", text[1:], maxsplit=1)[0].lower():  # Spanish words too: that is what one would try
        case "start" | "inicio":
            return Incoming(topic="greeting")
        case "help" | "ayuda" | "sos" | "numbers" | "numeros":
            return Incoming(action="numbers")
        case "privacy" | "privacidad":
            return Incoming(topic="privacy")
        case "language" | "idioma":
            return Incoming(topic="language")
        case "delete" | "borrar":
            return Incoming(topic="delete_chat")
    return Incoming(action="menu")


def asks_to_delete(said: str) -> bool:
    """Whether a command or a button asks to empty the chat."""
    return (
        said == DELETE or re.match(r"/(?:delete|borrar)(?:@\w+)?(?:\s|$)", said, re.ASCII | re.IGNORECASE) is not None
    )


def asks_to_wipe(said: str) -> int | None:
    """The minutes a button chose; -1 if it only asks for the choice, None if it is about something else."""
    if said == WIPE:
        return -1
    return next((minutes for minutes in MINUTES if said == f"{WIPE}:{minutes}"), None)


def start_payload(text: str) -> str:
    """What stands behind /start: a school's short name, as its link carries it."""
    found = re.fullmatch(r"/(?i:start)(?:@\w+)?\s+([\w-]{1,64})", text.strip(), re.ASCII)
    return found[1] if found else ""


def pressed(data: str) -> Incoming:
    """What a button's data asks for; forged or outdated data asks for the menu."""
    match data.split(":"):
        case ["t", topic] if _plain_id(topic):
            return Incoming(topic=topic)
        case ["t", topic, who] if _plain_id(topic) and who in AUDIENCES:
            return Incoming(topic=topic, audience=AUDIENCES[who])
        case ["m", topic, who] if _plain_id(topic) and who in AUDIENCES:
            return Incoming(topic=topic, audience=AUDIENCES[who], action="more")
        case ["a", action] if action in _PRESSABLE:
            return Incoming(action=_PRESSABLE[action])
        case ["l", lang] if _plain_id(lang):
            return Incoming(lang=lang, topic="language")
    return Incoming(action="menu")


#: The letter a button carries for whom it asks.
AUDIENCES: dict[str, Audience | None] = {"a": "adult", "t": "teen", "": None}
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


def private_chat(raw: dict[str, Any]) -> int | None:
    """The private chat an unreadable update came from, if so much can be read."""
    for kind in ("message", "edited_message", "callback_query"):
        with contextlib.suppress(KeyError, TypeError, AttributeError):
            found = raw[kind]["from"]["id"] if kind == "callback_query" else raw[kind]["chat"]["id"]
            if isinstance(found, int) and found > 0:
                return found
    return None


def switches(update: Update) -> bool:
    """Whether a language button was pressed."""
    return update.callback_query is not None and (update.callback_query.data or "").startswith("l:")


def thread(message: TelegramMessage) -> int | None:
    """The topic of a forum a message stands in."""
    return message.message_thread_id if message.is_topic_message else None


def foreign(update: Update, me: int) -> bool:
    """Whether an update isn't somebody writing to us: a business account's chats, guests, or our own shared cards."""
    if update.business_connection or update.business_message or update.edited_business_message:
        return True
    if update.deleted_business_messages or getattr(update, "guest_message", None):  # guests: since 22.8
        return True
    pressed_under = update.callback_query.message if update.callback_query else None
    message = update.message or update.edited_message or pressed_under
    if not isinstance(message, TelegramMessage):
        return False
    if message.business_connection_id or message.sender_business_bot:
        return True
    return bool(message.via_bot and message.via_bot.id == me and update.callback_query is None)
