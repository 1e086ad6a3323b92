"""A Reply dressed for where it goes: plain text, Telegram's HTML, the values of the HTTP contract. No I/O."""

from collections.abc import Iterator
from html import escape
from typing import Any

from bot.model import URGENT, Button, Contact, Message, Reply

#: Telegram counts UTF-16 units, at most this many in one message.
TELEGRAM_LIMIT = 4096


def plain(message: Message) -> str:
    """One message as plain text: the words, whom to reach, the small last line."""
    return "\n\n".join(_parts(message))


def whole(reply: Reply) -> str:
    """All messages of a reply as plain text."""
    return "\n\n".join(plain(message) for message in reply.messages)


def _parts(message: Message) -> Iterator[str]:
    yield message.text
    if message.kind != "urgent":  # its words already say how to reach each number
        yield from (contact_text(contact) for contact in message.contacts)
    if message.small:
        yield message.small


def contact_text(contact: Contact) -> str:
    """One resource as a few plain lines: name, what happens there, how to reach it."""
    lines = [contact.name, contact.does]
    lines.extend(way.label if way.kind != "open" else way.url for way in contact.ways if way.kind != "email")
    lines.extend(way.value for way in contact.ways if way.kind == "email")
    if contact.details:
        lines.append(" ".join(contact.details))
    return "\n".join(lines)


def telegram(message: Message) -> str:
    """One message as Telegram's HTML: names in bold, numbers tappable as text, links by name; all else escaped."""
    parts = [escape(message.text, quote=False)]
    if message.kind != "urgent":
        parts.extend(telegram_contact(contact) for contact in message.contacts)
    if message.small:
        parts.append(f"<i>{escape(message.small, quote=False)}</i>")
    return "\n\n".join(parts)


def telegram_contact(contact: Contact) -> str:
    """One resource as Telegram's HTML, short on a phone: its name, its numbers, and the rest folded away until tapped."""
    name, pages = f"<b>{escape(contact.name, quote=False)}</b>", [way for way in contact.ways if way.kind == "open"]
    dialled = [escape(way.label, quote=False) for way in contact.ways if way.kind in ("call", "text")]
    if dialled and pages:  # the number is what one needs; the page stands behind the name
        name = f'<a href="{escape(pages.pop(0).url)}">{name}</a>'
    lines = [name, *([" · ".join(dialled)] if dialled else [])]
    for way in (*(way for way in contact.ways if way.kind == "chat"), *pages):
        lines.append(f'<a href="{escape(way.url)}">{escape(way.label, quote=False)}</a>')
    lines.extend(escape(way.label, quote=False) for way in contact.ways if way.kind == "email")
    told = escape(" ".join((contact.does, *contact.details)), quote=False)
    return "\n".join((*lines, f"<blockquote expandable>{told}</blockquote>"))


def utf16_length(text: str) -> int:
    """How long Telegram says a text is."""
    return len(text.encode("utf-16-le")) // 2


def contract(reply: Reply) -> dict[str, Any]:
    """The JSON of POST /api/reply."""
    return {
        "lang": reply.heard.lang,
        "tier": reply.heard.tier,
        "safety": list(reply.heard.safety),
        "topic": reply.heard.topic,
        "messages": [
            {
                "kind": message.kind,
                "text": plain(message),
                "links": [{"label": way.label, "url": way.url} for contact in message.contacts for way in contact.ways],
            }
            for message in reply.messages
        ],
        "next": [_pressable(button) for button in reply.buttons],
    }


def _pressable(button: Button) -> dict[str, str]:
    """A button of the contract: what to send back to press it, and its label."""
    pressed = {"topic": button.topic or button.action, "label": button.label}
    if button.action:
        pressed["action"] = button.action
    if button.audience:
        pressed["audience"] = button.audience
    return pressed


def classified(reply: Reply) -> dict[str, Any]:
    """One line of `porchlight classify`."""
    heard = reply.heard
    shown = dict.fromkeys((*reply.resources, *URGENT))  # the last small line of every reply carries 911 and 988
    text = whole(reply)
    return {
        "lang": heard.lang,
        "tier": heard.tier,
        "safety": list(heard.safety),
        "topic": heard.topic,
        "score": round(heard.score, 3),
        "alternatives": list(heard.alternatives),
        "resources": list(shown),
        "first": plain(reply.messages[0]),
        "text": text,
    }
