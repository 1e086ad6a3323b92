"""Reply -> plain text, and the line that `porchlight classify` prints. No I/O."""

from collections.abc import Iterator
from typing import Any

from bot.dialogue import EMERGENCY_RESOURCES, Contact, Message, Reply


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


def classified(reply: Reply) -> dict[str, Any]:
    """One line of `porchlight classify`."""
    heard = reply.classification
    shown = dict.fromkeys(
        (*reply.resources, *EMERGENCY_RESOURCES)
    )  # the last small line of every reply carries 911 and 988
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
