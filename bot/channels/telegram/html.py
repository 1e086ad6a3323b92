"""Message -> Telegram's HTML, split into parts that fit Telegram's limit. No I/O."""

import re
from collections.abc import Iterator
from html import escape, unescape

from bot.dialogue import Contact, Message

#: The most that one message may hold, in UTF-16 units, as Telegram counts.
TELEGRAM_LIMIT = 4096


def message_html(message: Message) -> str:
    """One message as Telegram's HTML: names in bold, numbers tappable as text, links by name; all else escaped."""
    parts = [escape(message.text, quote=False)]
    if message.kind != "urgent":
        parts.extend(contact_html(contact) for contact in message.contacts)
    if message.small:
        parts.append(f"<i>{escape(message.small, quote=False)}</i>")
    return "\n\n".join(parts)


def contact_html(contact: Contact) -> str:
    """One resource as Telegram's HTML, short on a phone: its name, its numbers, and the rest folded away until tapped."""
    name, pages = f"<b>{escape(contact.name, quote=False)}</b>", [way for way in contact.ways if way.kind == "open"]
    dialled = [escape(way.label, quote=False) for way in contact.ways if way.kind in ("call", "text")]
    if dialled and pages:  # the number is what one needs; the page is linked from the name
        name = f'<a href="{escape(pages.pop(0).url)}">{name}</a>'
    lines = [name, *([" · ".join(dialled)] if dialled else [])]
    for way in (*(way for way in contact.ways if way.kind == "chat"), *pages):
        lines.append(f'<a href="{escape(way.url)}">{escape(way.label, quote=False)}</a>')
    lines.extend(escape(way.label, quote=False) for way in contact.ways if way.kind == "email")
    details = escape(" ".join((contact.does, *contact.details)), quote=False)
    return "\n".join((*lines, f"<blockquote expandable>{details}</blockquote>"))


def utf16_length(text: str) -> int:
    """The length of a text as Telegram counts it, in UTF-16 units."""
    return len(text.encode("utf-16-le")) // 2


def split_html(html: str, limit: int = TELEGRAM_LIMIT) -> list[str]:
    """A text in as few parts of at most `limit` UTF-16 units as possible, split between paragraphs where it can be."""
    return list(_packed(html, ("\n\n", "\n", " "), limit))


def plain_text(html: str) -> str:
    """The text of Telegram's HTML without tags, each link followed by its address."""
    return _without_tags(re.sub(r'<a href="([^"]+)">(.*?)</a>', r"\2 \1", html))


def _packed(html: str, separators: tuple[str, ...], limit: int) -> Iterator[str]:
    if utf16_length(html) <= limit:
        yield html
        return
    if not separators:
        yield from _cut(html, limit)
        return
    if separators[0] == " ":
        html = escape(_without_tags(html), quote=False)  # a tag must not be torn apart
    held = ""
    for part in html.split(separators[0]):
        joined = f"{held}{separators[0]}{part}" if held else part
        if utf16_length(joined) <= limit:
            held = joined
            continue
        if held:
            yield held
        *full, held = _packed(part, separators[1:], limit)
        yield from full
    if held:
        yield held


def _cut(html: str, limit: int) -> Iterator[str]:
    """A text without any space, in parts that stay below the limit even if every character has to be escaped."""
    text, size = unescape(html), limit // 10
    for start in range(0, len(text), size):
        yield escape(text[start : start + size], quote=False)


def _without_tags(html: str) -> str:
    return unescape(re.sub(r"</?[a-z][^>]*>", "", html))
