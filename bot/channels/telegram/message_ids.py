"""The ids of messages in private chats, kept in memory for at most 48 hours, so that /delete can remove them."""

import hmac
import secrets
import time
from collections import OrderedDict
from collections.abc import Callable

HOURS_48 = 48 * 3600.0
SWEEP = 1000  # ids tried below the newest when we can't know them all
NEAR = 100  # ids tried in any case: a message whose delivery timed out may have arrived all the same
STUBBORN = 5  # refusals after which older guesses aren't tried


class Trail:
    """Which messages stand in which private chat."""

    def __init__(self, most: int = 200_000, clock: Callable[[], float] = time.time) -> None:
        self._secret = secrets.token_bytes(32)
        self._most = most
        self._clock = clock
        self._began = clock()
        self._held: OrderedDict[bytes, dict[int, float]] = OrderedDict()
        self._count = 0
        self._dropped = False

    def add(self, chat: int, message: int, date: float | None = None) -> None:
        """A message came or went; `date` is Telegram's, else now."""
        key = self._key(chat)
        ids = self._held.setdefault(key, {})
        self._held.move_to_end(key)
        while ids and next(iter(ids.values())) <= self._clock() - HOURS_48:
            ids.pop(next(iter(ids)))
            self._count -= 1
        if message not in ids:
            ids[message] = date or self._clock()
            self._count += 1
        self._bound()

    def dates(self, chat: int) -> dict[int, float]:
        """What is held of a chat: when each of its messages was written."""
        return dict(self._held.get(self._key(chat), {}))

    def newest(self, chat: int) -> int:
        """The highest id known in a chat; 0 if none is."""
        return max(self._held.get(self._key(chat), {0: 0}))

    def take(self, chat: int) -> list[int]:
        """The ids that can still be removed, newest first; from now on they aren't known here."""
        ids = self._held.pop(self._key(chat), {})
        self._count -= len(ids)
        oldest = self._clock() - HOURS_48
        return sorted((id_ for id_, date in ids.items() if date > oldest), reverse=True)

    def elsewhere(self) -> set[int]:
        """All ids that are held, of whichever chat."""
        return {id_ for ids in self._held.values() for id_ in ids}

    @property
    def whole(self) -> bool:
        """Whether all of the last 48 hours is known."""
        return not self._dropped and self._clock() - self._began >= HOURS_48

    def __len__(self) -> int:
        return self._count

    def _key(self, chat: int) -> bytes:
        return hmac.digest(self._secret, str(chat).encode(), "sha256")

    def tidy(self) -> None:
        """Let go of all that is over, in whichever order it came."""
        oldest = self._clock() - HOURS_48
        for key, ids in list(self._held.items()):
            kept = {id_: date for id_, date in ids.items() if date > oldest}
            self._count -= len(ids) - len(kept)
            if kept:
                self._held[key] = kept
            else:
                del self._held[key]

    def _bound(self) -> None:
        """Let go of what is over at the old end; above the bound, of the chats longest silent."""
        oldest = self._clock() - HOURS_48
        while self._held:
            key, ids = next(iter(self._held.items()))
            while ids and next(iter(ids.values())) <= oldest:
                ids.pop(next(iter(ids)))
                self._count -= 1
            if ids and self._count <= self._most:
                return
            self._dropped = self._dropped or bool(ids)
            self._count -= len(self._held.pop(key))
