"""Emptying a chat: the ids of its messages while Telegram lets us remove them, the removal, and doing it by itself.

Ids are held in RAM for 48 hours under an HMAC of the chat's number, with a secret that dies with the process. After a
restart nothing is known, so the numbers just below the newest are tried: Telegram passes over those that aren't in the
chat. (Ids of all private chats of a bot come from one sequence; ids known to stand in another chat are never tried.)
Only a chat that asked to be emptied by itself is held by its number, until that is done.
"""

import asyncio
import hmac
import secrets
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from telegram import Bot
from telegram.error import BadRequest, Forbidden, InvalidToken, TelegramError

from bot.channels.telegram_memory import Memory

HOURS_48 = 48 * 3600.0
BATCH = 100  # ids Telegram takes at once
SWEEP = 1000  # ids tried below the newest when we can't know them all
NEAR = 100  # ids tried in any case: a message whose delivery timed out may have arrived all the same
STUBBORN = 5  # refusals after which older guesses aren't tried
REQUESTS = 300  # at most so many to look for what of the known messages may be removed one by one
AGAIN = 60.0  # seconds until an emptying that found no Telegram is tried again; each time twice as long, up to an hour
MOST_TIMERS = (
    10_000  # chats that may wait to be emptied by themselves; past that the longest waiting is emptied at once
)


@dataclass(frozen=True)
class Erased:
    """What came of it: how many messages Telegram refused to remove, and whether it could be reached."""

    left: int = 0
    reached: bool = True


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


class Eraser:
    """Removes both sides' messages of a private chat, as far as Telegram allows."""

    def __init__(self, trail: Trail) -> None:
        self.trail = trail

    async def erase(self, bot: Bot, chat: int) -> Erased:
        """Remove what is known to be there; says what stayed, and keeps that in mind: it may go another time."""
        dates = self.trail.dates(chat)
        known = self.trail.take(chat)
        removal, reached = _Removal(bot, chat, REQUESTS), True
        left: list[int] = []
        at = 0
        try:
            for at in range(0, len(known), BATCH):
                left += await removal.of(known[at : at + BATCH])
            at = len(known)
        except Forbidden:
            raise
        except TelegramError:
            reached = False
        finally:
            for id_ in (*left, *known[at:]):
                self.trail.add(chat, id_, dates[id_])
        return Erased(len(left), reached)

    async def sweep(self, bot: Bot, chat: int, below: int) -> bool:
        """Try the ids below one of which nothing is known; False if Telegram couldn't be reached."""
        others = self.trail.elsewhere()
        lowest = max(0, below - 1 - (NEAR if self.trail.whole else SWEEP))
        guessed = [id_ for id_ in range(below - 1, lowest, -1) if id_ not in others]
        for at in range(0, len(guessed), BATCH):
            try:
                stayed = await _Removal(bot, chat, REQUESTS, STUBBORN).of(guessed[at : at + BATCH])
            except Forbidden:
                break  # blocked: nobody is there
            except TelegramError:
                return False
            if len(stayed) >= STUBBORN:
                break  # too old; what is below is older still
        return True


class _Removal:
    """Removes ids from one chat. Telegram refuses a whole batch for one of them: then the halves are tried, newest first."""

    def __init__(self, bot: Bot, chat: int, requests: int, stubborn: int = BATCH) -> None:
        self._bot = bot
        self._chat = chat
        self._requests = requests
        self._stubborn = stubborn

    async def of(self, ids: list[int]) -> list[int]:
        """The ids that stayed: refused, or not tried after too many refusals."""
        waiting, left = [ids], list[int]()
        while waiting and len(left) < self._stubborn and self._requests > 0:
            part = waiting.pop()
            if await self._together(part):
                continue
            half = len(part) // 2
            if half:
                waiting += [part[half:], part[:half]]
            elif not await self._alone(part[0]):
                left += part
        return left + [id_ for part in waiting for id_ in part]

    async def _together(self, ids: list[int]) -> bool:
        self._requests -= 1
        try:
            await self._bot.delete_messages(self._chat, ids)
        except (BadRequest, InvalidToken):  # the latter is what the library makes of a method that isn't known there
            return False
        return True

    async def _alone(self, id_: int) -> bool:
        self._requests -= 1
        try:
            await self._bot.delete_message(self._chat, id_)
        except BadRequest as refusal:
            return "not found" in refusal.message.casefold()  # nothing of that number is there
        except InvalidToken:
            return False
        return True


@dataclass
class Wipes:
    """Chats that asked to be emptied after some quiet minutes. Nothing is said then: it would light up the phone."""

    memory: Memory
    wipe: Callable[[int], Awaitable[Erased]]
    minute: float = 60.0
    again: float = AGAIN
    most: int = MOST_TIMERS
    clock: Callable[[], float] = time.monotonic
    _early: set[asyncio.Task[None]] = field(default_factory=set)
    _timers: dict[int, asyncio.Task[None]] = field(default_factory=dict)

    def choose(self, chat: int, minutes: int) -> None:
        """From now on, for 48 hours; 0 is never."""
        self.memory.forget(chat, "wipe")
        if minutes:
            self.memory.put("wipe", chat, str(minutes), HOURS_48)
        self.touch(chat)

    def touch(self, chat: int) -> None:
        """Something was said: the minutes begin anew."""
        self.drop(chat)
        if minutes := self.memory.get("wipe", chat):
            self._timers[chat] = asyncio.create_task(self._later(chat, int(minutes) * self.minute))
            if len(self._timers) > self.most:
                self._sooner(next(iter(self._timers)))

    def drop(self, chat: int) -> None:
        """Don't."""
        if timer := self._timers.pop(chat, None):
            timer.cancel()

    async def all_now(self) -> None:
        """The process ends: what was promised for later is done now, since nobody will know of it afterwards."""
        chats = tuple(self._timers)
        early = tuple(self._early)
        for chat in chats:
            self.drop(chat)
        await asyncio.gather(*(self.wipe(chat) for chat in chats), *early, return_exceptions=True)

    def _sooner(self, chat: int) -> None:
        """Too many wait: the one that waits longest is emptied now; early is what was promised, late isn't."""
        self.drop(chat)
        task = asyncio.create_task(self._later(chat, 0))
        self._early.add(task)
        task.add_done_callback(self._early.discard)

    async def _later(self, chat: int, seconds: float) -> None:
        """After so long; while Telegram is away again and again, as long as it lets us remove anything."""
        end, again = self.clock() + seconds + HOURS_48, self.again
        await asyncio.sleep(seconds)
        while not (await self.wipe(chat)).reached and self.clock() < end:
            await asyncio.sleep(again)
            again = min(2 * again, 60 * self.minute)
        if self._timers.get(chat) is asyncio.current_task():
            del self._timers[chat]
