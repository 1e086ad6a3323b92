"""The time as this channel sees it: whoever hands in another clock decides how it passes."""

import asyncio
import time
from collections.abc import Awaitable


class Clock:
    """The system's time, in seconds."""

    def monotonic(self) -> float:
        """Seconds since some fixed moment; never goes back."""
        return time.monotonic()

    def time(self) -> float:
        """Unix time, as Telegram dates messages."""
        return time.time()

    async def sleep(self, seconds: float) -> None:
        """Wait."""
        await asyncio.sleep(seconds)

    async def within(self, seconds: float, work: Awaitable[object]) -> bool:
        """Await `work` for at most `seconds`; False if it took longer and was cancelled. Raises whatever `work` raises."""
        try:
            await asyncio.wait_for(work, seconds)
        except TimeoutError:
            return False
        return True

    async def set_within(self, seconds: float, event: asyncio.Event) -> bool:
        """Wait until `event` is set, for at most `seconds`; whether it is."""
        return event.is_set() or (seconds > 0 and await self.within(seconds, event.wait()))
