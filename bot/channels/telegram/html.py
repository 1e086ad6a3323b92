"""Message -> Telegram's HTML, split into pieces that fit Telegram's limit. No I/O."""

import re
from collections.abc import Iterator
from html import escape, unescape

from bot.dialogue import Contact, Message

#: Telegram counts UTF-16 units, at most this many in one message.
TELEGRAM_LIMIT = 4096


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


def pieces(html: str, limit: int = TELEGRAM_LIMIT) -> list[str]:
    """A text in as few messages as Telegram's limit allows, parted between paragraphs where it can."""
    return list(_packed(html, ("\n\n", "\n", " "), limit))


def _packed(html: str, borders: tuple[str, ...], limit: int) -> Iterator[str]:
    if utf16_length(html) <= limit:
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
        if utf16_length(joined) <= limit:
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


def _with_addresses(html: str) -> str:
    """Where links can't be shown, their addresses have to be read."""
    return re.sub(r'<a href="([^"]+)">(.*?)</a>', r"\2 \1", html)


def _bare(html: str) -> str:
    return unescape(re.sub(r"</?[a-z][^>]*>", "", html))
