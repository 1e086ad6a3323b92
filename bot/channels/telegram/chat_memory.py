"""What a chat has chosen, in RAM, for a day, under keys that nobody can turn back into a chat."""

import time
from collections.abc import Callable
from typing import Literal

from bot.channels.forgetful import ForgetfulDict

DAY_SECONDS = 24 * 3600.0
ALBUM_SECONDS = 60.0  # the pictures of one album arrive together
GROUP_SECONDS = 10 * 60.0  # how long a group is spared the same line
#: What is remembered; "late": the apology was made; "album" and "group": they had their answer.
Name = Literal["lang", "school", "late", "auto_delete", "album", "group"]
#: What belongs to a person's chat and goes when they leave.
PERSONAL: tuple[Name, ...] = ("lang", "school", "late", "auto_delete")


class ChatMemory:
    """A few short values per chat; `clock` gives the time in seconds."""

    def __init__(self, max_items: int = 20_000, clock: Callable[[], float] = time.monotonic) -> None:
        self._values: ForgetfulDict[str] = ForgetfulDict(DAY_SECONDS, max_items, clock)

    def put(self, name: Name, chat: int | str, value: str, seconds: float = DAY_SECONDS) -> None:
        """Remember a value for this long."""
        self._values.put(f"{name}:{chat}", value, seconds)

    def get(self, name: Name, chat: int | str) -> str | None:
        """The value, if there is one and its time isn't over."""
        return self._values.get(f"{name}:{chat}")

    def first_time(self, name: Name, chat: int | str, seconds: float = DAY_SECONDS) -> bool:
        """True if this wasn't asked before in that many seconds."""
        if self.get(name, chat) is not None:
            return False
        self.put(name, chat, "", seconds)
        return True

    def forget(self, chat: int | str, *names: Name) -> None:
        """Drop the named values of a chat; without names, all that is personal."""
        for name in names or PERSONAL:
            self._values.pop(f"{name}:{chat}")

    def expire(self) -> None:
        """Drop every value whose time is over."""
        self._values.expire()

    def __len__(self) -> int:
        """How many values are held, of all chats."""
        return len(self._values)
