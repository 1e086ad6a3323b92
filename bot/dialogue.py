"""The values of a conversation: what goes into the engine (Incoming), what the classifier says (Classification), what comes out (Reply).

All are frozen and validated when built. Nothing here depends on a channel, a file or numpy.
"""

from dataclasses import dataclass, field, replace
from typing import Literal, Protocol, get_args

Kind = Literal["suicide", "self_harm", "danger", "abuse"]
KINDS: tuple[Kind, ...] = get_args(Kind)
Tier = Literal["alert", "answer", "unsure"]
Audience = Literal["teen", "adult"]
#: The two resources that open every alert, in this order.
EMERGENCY_RESOURCES = ("emergency_911", "lifeline_988")
#: What a person may ask for without words: a button, a command, something that can't be read.
Action = Literal[
    "",
    "menu",  # the topics
    "numbers",  # just the numbers, now
    "more",  # the second page of `topic`
    "not_meant",  # the alert was wrong, says the writer
    "media",  # a picture, a voice message, a file: never opened
    "late",  # the message waited while we were away
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
class Classification:
    """What a message was classified as, without a word of the message itself."""

    lang: str
    tier: Tier
    safety: tuple[Kind, ...] = ()  # surest first
    topic: str = "none"
    score: float = 0.0  # confidence that the topic is right, 0 to 1
    alternatives: tuple[str, ...] = ()  # topics to offer as buttons, best first
    audience: Audience = "teen"
    about_someone_else: bool = False
    numbers_first: bool = False  # no alert, but the answer opens with 911 and 988 all the same
    truncated: bool = False  # the message was too long to be read to its end
    off_topic: bool = False  # confidently about nothing of ours
    other_language: str = ""  # id of the language of the message, where it is one that we don't speak but recognise


class Classifier(Protocol):
    """Whatever can classify a message."""

    def classify(self, text: str, hint: str | None = None) -> Classification:
        """Classify `text`; `hint` is the channel's language code, used where the text does not tell. Never raises."""


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


MessageKind = Literal["urgent", "answer", "unsure", "notice", "numbers"]
Paragraphs = tuple[tuple[str, ...], ...]


def split_paragraphs(text: str) -> Paragraphs:
    """A text of the content as paragraphs of lines; blank lines part paragraphs."""
    parts = (part.strip() for part in text.strip().split("\n\n"))
    return tuple(tuple(part.splitlines()) for part in parts if part)


@dataclass(frozen=True)
class Message:
    """One message to send, in parts that a channel shows in this order: no channel needs to take text apart."""

    kind: MessageKind
    paragraphs: Paragraphs = ()
    contacts: tuple[Contact, ...] = ()
    small: str = ""  # the last line, in small letters
    numbers: tuple[str, ...] = ()  # how to reach 911 and 988, a line each: what an alert opens with
    care: str = ""  # 911 and 988 in one calm line, where no alert was raised
    notice_lang: str = ""  # the language of `notice`, where it is not that of the reply
    notice: str = ""  # about the message rather than its subject: it was too long, it came late

    @property
    def text(self) -> str:
        """The words of the message as plain text, without contacts and last line."""
        parts = ("\n".join(self.numbers), self.care, self.notice, *("\n".join(lines) for lines in self.paragraphs))
        return "\n\n".join(part for part in parts if part)

    def with_paragraph(self, text: str) -> "Message":
        """The same message with `text` after its own paragraphs."""
        return replace(self, paragraphs=(*self.paragraphs, *split_paragraphs(text)))


@dataclass(frozen=True)
class Reply:
    """What the bot answers, before a channel has dressed it: send the messages in order, buttons under the last one."""

    classification: Classification
    messages: tuple[Message, ...]
    buttons: tuple[Button, ...] = ()

    def __post_init__(self) -> None:
        if not self.messages:
            raise ValueError("A reply must say something.")
        if self.classification.safety and self.classification.tier != "alert":
            raise ValueError("A message with a safety kind must be answered as an alert.")
        if self.classification.tier == "alert" and not self._opens_with_urgent_help():
            raise ValueError("A reply to a safety message must open with 911 and 988.")

    def _opens_with_urgent_help(self) -> bool:
        first = self.messages[0]
        return first.kind == "urgent" and tuple(c.id for c in first.contacts[:2]) == EMERGENCY_RESOURCES

    @property
    def is_urgent(self) -> bool:
        """Whether it must go out whatever limits there are: an alert, or the numbers that somebody asked for."""
        return self.classification.tier == "alert" or self.messages[0].kind == "urgent"

    @property
    def resources(self) -> tuple[str, ...]:
        """The ids of all resources shown, in order, each once."""
        return tuple(dict.fromkeys(contact.id for message in self.messages for contact in message.contacts))
