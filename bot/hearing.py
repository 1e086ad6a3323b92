"""What a message says, from all that listens: language, safety, topic, who writes. Stub values until the ear is built."""

from dataclasses import dataclass
from typing import Protocol

from bot.model import Audience, Kind, Tier


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
