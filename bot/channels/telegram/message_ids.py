"""The ids of messages in private chats, kept in RAM for at most 48 hours, so that /delete can remove them."""

import time
from collections.abc import Callable

from bot.channels.forgetful import ForgetfulDict

#: How long Telegram lets a bot delete a message.
DELETABLE_SECONDS = 48 * 3600.0


class MessageIds:
    """Which messages are in which private chat. Ids are counted per chat, dates are Unix times in seconds."""

    def __init__(self, max_ids: int = 200_000, clock: Callable[[], float] = time.time) -> None:
        self._clock = clock
        self._started = clock()
        self._chats: ForgetfulDict[dict[int, float]] = ForgetfulDict(DELETABLE_SECONDS, max_ids, clock, size=len)

    def add(self, chat: int, message_id: int, date: float | None = None) -> None:
        """Note a message that was received or sent; `date` is Telegram's, or now."""
        ids = self._chats.pop(str(chat)) or {}
        oldest = self._oldest()
        while ids and next(iter(ids.values())) <= oldest:
            del ids[next(iter(ids))]
        ids.setdefault(message_id, date or self._clock())
        self._chats.put(str(chat), ids)

    def newest(self, chat: int) -> int:
        """The highest id known in a chat; 0 if none is."""
        return max(self._chats.get(str(chat)) or (0,))

    def pop(self, chat: int) -> dict[int, float]:
        """The ids that Telegram still lets us delete, newest first, with their dates; they are no longer held."""
        deletable = self._deletable(self._chats.pop(str(chat)) or {}) or {}
        return dict(sorted(deletable.items(), reverse=True))

    def all_ids(self) -> set[int]:
        """The ids that are held, of all chats together."""
        return {message_id for ids in self._chats.values() for message_id in ids}

    @property
    def complete(self) -> bool:
        """Whether every message of the last 48 hours is known: we have run that long and dropped none."""
        return not self._chats.evicted and self._clock() - self._started >= DELETABLE_SECONDS

    def expire(self) -> None:
        """Drop every id that Telegram no longer lets us delete."""
        self._chats.map_values(self._deletable)

    def __len__(self) -> int:
        """How many ids are held, of all chats."""
        return len(self._chats)

    def _deletable(self, ids: dict[int, float]) -> dict[int, float] | None:
        oldest = self._oldest()
        return {message_id: date for message_id, date in ids.items() if date > oldest} or None

    def _oldest(self) -> float:
        return self._clock() - DELETABLE_SECONDS
