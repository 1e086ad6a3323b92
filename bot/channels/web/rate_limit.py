"""How many messages one address may send: token buckets in RAM that hold no address and forget by themselves.

Own code and not a library: those found keep keys without a bound, or start threads.
"""

import contextlib
import hmac
import secrets
import socket
from collections import OrderedDict

#: A bucket not touched for this long is full again, so that forgetting it changes nothing.
WINDOW = 60.0
#: Buckets held at the same time; past that the one longest untouched is forgotten.
MOST = 20_000
_MAPPED = bytes(10) + b"\xff\xff"  # an IPv4 address in IPv6's clothes


class Buckets:
    """A token bucket for each address, under an HMAC of it with a secret that dies with the process."""

    def __init__(self, per_minute: int, most: int = MOST) -> None:
        self.per_minute = per_minute
        self._most = most
        self._secret = secrets.token_bytes(32)
        self._held: OrderedDict[bytes, tuple[float, float]] = OrderedDict()  # key -> tokens left, when

    def __len__(self) -> int:
        return len(self._held)

    def wait(self, address: str, now: float) -> float:
        """Takes one token: 0 if there was one, else the seconds until there will be."""
        if not self.per_minute:
            return 0.0
        self.forget(now)
        key = self._key(address)
        left, when = self._held.pop(key, (float(self.per_minute), now))
        left = min(float(self.per_minute), left + (now - when) * self.per_minute / WINDOW)
        short = left < 1
        self._held[key] = (left if short else left - 1, now)
        if len(self._held) > self._most:
            self._held.popitem(last=False)
        return (1 - left) * WINDOW / self.per_minute if short else 0.0

    def forget(self, now: float) -> None:
        """Drops the buckets that are full again."""
        while self._held and now - next(iter(self._held.values()))[1] >= WINDOW:
            self._held.popitem(last=False)

    def _key(self, address: str) -> bytes:
        return hmac.digest(self._secret, _household(address), "sha256")[:16]


def _household(address: str) -> bytes:
    """The bytes of an IPv4 address; of an IPv6 address its /64, which is what one line gets."""
    with contextlib.suppress(OSError):
        return socket.inet_pton(socket.AF_INET, address)
    with contextlib.suppress(OSError):
        packed = socket.inet_pton(socket.AF_INET6, address.partition("%")[0])
        return packed[12:] if packed.startswith(_MAPPED) else packed[:8]
    return b""  # no address: a local socket
