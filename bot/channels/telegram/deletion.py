"""Deletes the messages of a chat that Telegram still lets us delete."""

from dataclasses import dataclass

from telegram import Bot
from telegram.error import BadRequest, Forbidden, InvalidToken, TelegramError

from bot.channels.telegram.message_ids import NEAR, STUBBORN, SWEEP, Trail

BATCH = 100  # ids Telegram takes at once
REQUESTS = 300  # at most so many to look for what of the known messages may be removed one by one


@dataclass(frozen=True)
class Erased:
    """What came of it: how many messages Telegram refused to remove, and whether it could be reached."""

    left: int = 0
    reached: bool = True


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
