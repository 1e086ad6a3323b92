"""Reply -> the JSON of POST /api/reply."""

from typing import Any

from bot.channels.text import plain
from bot.dialogue import Button, Reply


def contract(reply: Reply) -> dict[str, Any]:
    """The JSON of POST /api/reply."""
    return {
        "lang": reply.classification.lang,
        "tier": reply.classification.tier,
        "safety": list(reply.classification.safety),
        "topic": reply.classification.topic,
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
