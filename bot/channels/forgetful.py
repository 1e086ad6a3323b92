"""A dictionary in RAM that forgets: after a time, above a size, and it never knows what its keys were."""

import hmac
import secrets
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Generic, TypeVar

V = TypeVar("V")


@dataclass(frozen=True)
class _Entry(Generic[V]):
    value: V
    size: int
    expires_at: float


def _one(_: object) -> int:
    return 1


class ForgetfulDict(Generic[V]):
    """Holds values for `seconds`, at most `max_items` of them, the least recently put going first.

    Keys are kept as HMAC-SHA256 with a secret that dies with the process, so that nobody can turn them back into a chat
    or an address. `clock` gives the time in seconds. `size` says how many items one value counts for, when it is put.
    """

    def __init__(
        self,
        seconds: float,
        max_items: int,
        clock: Callable[[], float] = time.monotonic,
        size: Callable[[V], int] = _one,
    ) -> None:
        self.evicted = 0  # values dropped before their time to stay within `max_items`
        self._seconds = seconds
        self._max_items = max_items
        self._clock = clock
        self._size = size
        self._secret = secrets.token_bytes(32)
        self._entries: OrderedDict[bytes, _Entry[V]] = OrderedDict()
        self._items = 0

    def put(self, key: str | bytes, value: V, seconds: float | None = None) -> list[V]:
        """Hold `value` from now on, for `seconds` or the dictionary's own; the values that had to make room for it."""
        self.pop(key)
        lifetime = self._seconds if seconds is None else seconds
        entry = _Entry(value, self._size(value), self._clock() + lifetime)
        self._entries[self._hashed(key)] = entry
        self._items += entry.size
        return list(self._make_room())

    def get(self, key: str | bytes) -> V | None:
        """The value, if there is one whose time isn't over."""
        entry = self._entries.get(self._hashed(key))
        return entry.value if entry and entry.expires_at > self._clock() else None

    def pop(self, key: str | bytes) -> V | None:
        """The value, if there is one whose time isn't over; it is no longer held."""
        entry = self._remove(self._hashed(key))
        return entry.value if entry and entry.expires_at > self._clock() else None

    def values(self) -> list[V]:
        """All values whose time isn't over, the least recently put first."""
        now = self._clock()
        return [entry.value for entry in self._entries.values() if entry.expires_at > now]

    def expire(self) -> None:
        """Drop every value whose time is over; until then it is held, though `get` no longer finds it."""
        now = self._clock()
        for key in [key for key, entry in self._entries.items() if entry.expires_at <= now]:
            self._remove(key)

    def map_values(self, change: Callable[[V], V | None]) -> None:
        """Replace each value by `change(value)`, or drop it if that is None; when it expires stays as it was."""
        for key, entry in list(self._entries.items()):
            changed = change(entry.value)
            if changed is None:
                self._remove(key)
            else:
                self._entries[key] = _Entry(changed, self._size(changed), entry.expires_at)
                self._items += self._entries[key].size - entry.size

    def __len__(self) -> int:
        """How many items are held, by `size`."""
        return self._items

    def _make_room(self) -> Iterator[V]:
        now = self._clock()
        while self._items > self._max_items:
            entry = self._remove(next(iter(self._entries)))
            if entry and entry.expires_at > now:
                self.evicted += 1
                yield entry.value

    def _remove(self, hashed: bytes) -> _Entry[V] | None:
        entry = self._entries.pop(hashed, None)
        if entry:
            self._items -= entry.size
        return entry

    def _hashed(self, key: str | bytes) -> bytes:
        return hmac.digest(self._secret, key.encode() if isinstance(key, str) else key, "sha256")
