"""The values of a conversation: what goes into the engine (Incoming), what the classifier says (Classification), what comes out (Reply).

All are frozen and validated when built. Nothing here depends on a channel, a file or numpy.
"""

from dataclasses import dataclass, field
from typing import Literal, Protocol, get_args

Kind = Literal["suicide", "self_harm", "danger", "abuse"]
KINDS: tuple[Kind, ...] = get_args(Kind)
Tier = Literal["alert", "answer", "unsure"]
Audience = Literal["teen", "adult"]
#: The two resources that open every alert, in this order.
URGENT = ("emergency_911", "lifeline_988")
#: What a person may ask for without words: a button, a command, something that can't be read.
Action = Literal[
    "",
    "menu",  # the topics
    "numbers",  # just the numbers, now
    "more",  # the second page of `topic`
    "not_meant",  # the alert was wrong, says the writer
    "media",  # a picture, a voice message, a file: never opened
    "late",  # the message waited while we were away
    "too_long",  # only the first part was read
    "last_resort",  # something broke on our side
]


# --- what goes into the engine and comes out -----------------------------------------------


@dataclass(frozen=True)
class Incoming:
    """What reached us, free of any channel: never who wrote it."""

    text: str = field(default="", repr=False)  # never in a traceback or a log
    lang: str | None = None  # what the channel suggests; the message itself comes first
    audience: Audience | None = None  # chosen by a button, if at all
    school: str | None = None
    topic: str | None = None  # a topic button was pressed
    action: Action = ""


@dataclass(frozen=True)
class Heard:
    """What was understood, without a word of the message itself."""

    lang: str
    tier: Tier
    safety: tuple[Kind, ...] = ()
    topic: str = "none"
    score: float = 0.0
    alternatives: tuple[str, ...] = ()  # topics offered as buttons
    audience: Audience = "teen"
    other: bool = False  # about someone else than the writer
    careful: bool = False  # no alert, but the answer opens with 911 and 988 all the same
    cut: bool = False  # only the first part of a very long message was read


@dataclass(frozen=True)
class Way:
    """One way to reach a resource, ready for a button or a link."""

    kind: Literal["call", "text", "chat", "open", "email"]
    label: str  # "Call 988"
    value: str  # "988", "AYUDA to 988", the address
    url: str  # tel:988, sms:988, https://…


@dataclass(frozen=True)
class Contact:
    """One resource in one language, ready to show."""

    id: str
    name: str
    does: str
    details: tuple[str, ...]  # hours, languages, privacy, how: one sentence each
    ways: tuple[Way, ...]


@dataclass(frozen=True)
class Button:
    """One thing to press: a topic, or an action."""

    label: str
    topic: str = ""
    action: Action = ""
    audience: Audience | None = None


@dataclass(frozen=True)
class Message:
    """One message to send: its words, then whom to reach, then a small last line."""

    kind: Literal["urgent", "answer", "unsure", "notice", "numbers"]
    text: str
    contacts: tuple[Contact, ...] = ()
    small: str = ""


@dataclass(frozen=True)
class Reply:
    """What the bot answers, before a channel has dressed it: send the messages in order, buttons under the last one."""

    heard: Heard
    messages: tuple[Message, ...]
    buttons: tuple[Button, ...] = ()

    def __post_init__(self) -> None:
        if not self.messages:
            raise ValueError("A reply must say something.")
        if self.heard.safety and self.heard.tier != "alert":
            raise ValueError("A message with a safety kind must be answered as an alert.")
        if self.heard.tier == "alert" and not self._opens_with_urgent_help():
            raise ValueError("A reply to a safety message must open with 911 and 988.")

    def _opens_with_urgent_help(self) -> bool:
        first = self.messages[0]
        return first.kind == "urgent" and tuple(c.id for c in first.contacts[:2]) == URGENT

    @property
    def resources(self) -> tuple[str, ...]:
        """The ids of all resources shown, in order, each once."""
        return tuple(dict.fromkeys(contact.id for message in self.messages for contact in message.contacts))


@dataclass(frozen=True)
class Understood:
    """All that was understood of one message, and nothing of its words."""

    lang: str
    tier: Tier
    safety: tuple[Kind, ...] = ()
    topic: str = "none"
    score: float = 0.0
    alternatives: tuple[str, ...] = ()
    audience: Audience = "teen"
    other: bool = False
    careful: bool = False
    cut: bool = False
    sure_of_nothing: bool = False


class Ear(Protocol):
    """Whatever can listen to a message."""

    def hear(self, text: str, hint: str | None = None) -> Understood:
        """All that was understood of it."""
