"""A clock that stands still until a test lets time pass."""

import asyncio
import heapq
import itertools
import time
from collections.abc import Awaitable, Callable

from bot.channels.telegram.clock import Clock

#: Turns of the event loop, a millisecond or more each, in which nothing happens before time passes by itself. Counted in
#: turns, so that a machine with other things to do can't make time pass too early.
_QUIET_TURNS = 10
_REAL_LIMIT = 20.0  # seconds of real time after which a test that waits has failed


class FakeClock(Clock):
    """Seconds pass only with `advance` and `pass_until`; who sleeps is woken in order.

    `activity` tells of something that happens by itself, such as requests, by a value that changes.
    """

    def __init__(self) -> None:
        self.activity: Callable[[], object] = lambda: None
        self._now = 0.0
        self._sleepers: list[tuple[float, int, asyncio.Future[None]]] = []
        self._numbers = itertools.count()

    def monotonic(self) -> float:
        return self._now

    def time(self) -> float:
        return 1_900_000_000 + self._now

    async def sleep(self, seconds: float) -> None:
        if seconds <= 0:
            await asyncio.sleep(0)
            return
        woken: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        heapq.heappush(self._sleepers, (self._now + seconds, next(self._numbers), woken))
        await woken

    async def within(self, seconds: float, work: Awaitable[object]) -> bool:
        task, alarm = asyncio.ensure_future(work), asyncio.ensure_future(self.sleep(seconds))
        try:
            await asyncio.wait({task, alarm}, return_when=asyncio.FIRST_COMPLETED)
            if task.done():
                task.result()
                return True
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            return False
        finally:
            task.cancel()
            alarm.cancel()

    async def advance(self, seconds: float) -> None:
        """Let so much time pass."""
        await _let_tasks_run()  # who was about to sleep sleeps from now
        end = self._now + seconds
        while (deadline := self._next_deadline()) is not None and deadline <= end:
            await self._wake(deadline)
        self._now = end
        await _let_tasks_run()

    async def pass_until(self, done: Callable[[], object]) -> None:
        """Let time pass, from one sleeper to the next whenever nothing happens by itself, until something is true."""
        give_up, seen, quiet_turns = time.monotonic() + _REAL_LIMIT, self.activity(), 0
        while not done():
            await asyncio.sleep(0.001)
            if time.monotonic() > give_up:
                raise AssertionError(f"It didn't happen; {self._now:.1f} s of the test's time have passed.")
            quiet_turns = quiet_turns + 1 if seen == (seen := self.activity()) else 0
            if quiet_turns >= _QUIET_TURNS and (deadline := self._next_deadline()) is not None:
                await self._wake(deadline)
                quiet_turns = 0

    def _next_deadline(self) -> float | None:
        while self._sleepers and self._sleepers[0][2].done():
            heapq.heappop(self._sleepers)
        return self._sleepers[0][0] if self._sleepers else None

    async def _wake(self, deadline: float) -> None:
        self._now = deadline
        while self._next_deadline() == deadline:
            heapq.heappop(self._sleepers)[2].set_result(None)
        await _let_tasks_run()


async def _let_tasks_run() -> None:
    for _ in range(20):
        await asyncio.sleep(0)
