"""What a chat may leave behind: a few choices, in RAM, for a day, under keys that nobody can turn back into a chat."""

import hmac
import secrets
import time
from collections import OrderedDict
from collections.abc import Callable

DAY = 24 * 3600.0
ALBUM = 60.0  # the pictures of one album arrive together
GROUP = 10 * 60.0  # how long a group is spared the same line


class Memory:
    """A few choices per chat, for a day, in RAM; keys are HMACs with a secret that dies with the process."""

    def __init__(self, most: int = 20_000, clock: Callable[[], float] = time.monotonic) -> None:
        self._secret = secrets.token_bytes(32)
        self._most = most
        self._clock = clock
        self._held: OrderedDict[bytes, tuple[float, str]] = OrderedDict()

    def put(self, name: str, chat: int | str, value: str, seconds: float = DAY) -> None:
        """Remember a choice."""
        key = self._key(name, chat)
        self._held.pop(key, None)
        self._held[key] = (self._clock() + seconds, value)
        while len(self._held) > self._most:
            self._held.popitem(last=False)

    def get(self, name: str, chat: int | str) -> str | None:
        """What was chosen, if its time isn't over."""
        held = self._held.get(self._key(name, chat))
        return held[1] if held and held[0] > self._clock() else None

    def first(self, name: str, chat: int | str, seconds: float = DAY) -> bool:
        """Whether this is the first time in that long."""
        if self.get(name, chat) is not None:
            return False
        self.put(name, chat, "", seconds)
        return True

    def forget(self, chat: int | str, *names: str) -> None:
        """Drop what is held of a chat: all, or only what is named."""
        for name in names or ("lang", "school", "late", "wipe"):
            self._held.pop(self._key(name, chat), None)

    def __len__(self) -> int:
        return len(self._held)

    def _key(self, name: str, chat: int | str) -> bytes:
        return hmac.digest(self._secret, f"{name}:{chat}".encode(), "sha256")

    def tidy(self) -> None:
        """Let go of all that is over."""
        now = self._clock()
        for key in [key for key, (until, _) in self._held.items() if until <= now]:
            del self._held[key]
