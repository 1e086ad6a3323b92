"""Deletes the messages of a chat that Telegram still lets us delete."""

from dataclasses import dataclass

from telegram import Bot
from telegram.error import BadRequest, Forbidden, InvalidToken, TelegramError

from bot.channels.telegram.message_ids import MessageIds

MAX_IDS_PER_REQUEST = 100  # as Telegram says
MAX_REQUESTS = 300  # to find out which of many messages may be deleted, one by one
GUESSED_IDS = 1000  # ids tried below the newest when we don't know all of them
ALWAYS_GUESSED_IDS = 100  # ids tried in any case: a message whose delivery timed out may have arrived all the same
MAX_REFUSALS = 5  # after so many, older guesses aren't tried: Telegram refuses what is older than 48 hours


@dataclass(frozen=True)
class Deletion:
    """What came of emptying a chat: how many messages Telegram refused to delete, and whether it could be reached."""

    refused: int = 0
    reached: bool = True


class ChatEraser:
    """Deletes both sides' messages of a private chat, as far as Telegram allows."""

    def __init__(self, bot: Bot, message_ids: MessageIds) -> None:
        self._bot = bot
        self._message_ids = message_ids

    async def delete_known(self, chat: int) -> Deletion:
        """Delete the messages whose ids we hold; those that stay are held on, for another try.

        Raises Forbidden if the person has blocked the bot.
        """
        dates = self._message_ids.pop(chat)
        known, request, reached = list(dates), _DeleteRequest(self._bot, chat), True
        refused: list[int] = []
        tried = 0
        try:
            while tried < len(known):
                refused += await request.delete(known[tried : tried + MAX_IDS_PER_REQUEST])
                tried += MAX_IDS_PER_REQUEST
        except Forbidden:
            raise
        except TelegramError:
            reached = False
        finally:
            for message_id in (*refused, *known[tried:]):
                self._message_ids.add(chat, message_id, dates[message_id])
        return Deletion(len(refused), reached)

    async def delete_below(self, chat: int, newest: int) -> bool:
        """Try the ids below `newest` that no chat is known to have; False if Telegram couldn't be reached."""
        others = self._message_ids.all_ids()
        lowest = max(0, newest - 1 - (ALWAYS_GUESSED_IDS if self._message_ids.complete else GUESSED_IDS))
        guessed = [message_id for message_id in range(newest - 1, lowest, -1) if message_id not in others]
        for start in range(0, len(guessed), MAX_IDS_PER_REQUEST):
            request = _DeleteRequest(self._bot, chat, MAX_REFUSALS)
            try:
                refused = await request.delete(guessed[start : start + MAX_IDS_PER_REQUEST])
            except Forbidden:
                break  # blocked: nobody is there
            except TelegramError:
                return False
            if len(refused) >= MAX_REFUSALS:
                break  # too old; what is below is older still
        return True


class _DeleteRequest:
    """Deletes ids of one chat. Telegram refuses a whole batch for one of them: then its halves are tried, newest first."""

    def __init__(self, bot: Bot, chat: int, max_refusals: int = MAX_IDS_PER_REQUEST) -> None:
        self._bot = bot
        self._chat = chat
        self._max_refusals = max_refusals
        self._requests_left = MAX_REQUESTS

    async def delete(self, ids: list[int]) -> list[int]:
        """The ids that stayed: refused, or not tried after too many refusals."""
        waiting, refused = [ids], list[int]()
        while waiting and len(refused) < self._max_refusals and self._requests_left > 0:
            part = waiting.pop()
            if await self._delete_batch(part):
                continue
            half = len(part) // 2
            if half:
                waiting += [part[half:], part[:half]]
            elif not await self._delete_one(part[0]):
                refused += part
        return refused + [message_id for part in waiting for message_id in part]

    async def _delete_batch(self, ids: list[int]) -> bool:
        self._requests_left -= 1
        try:
            await self._bot.delete_messages(self._chat, ids)
        except (BadRequest, InvalidToken):  # the latter is what the library makes of a method that isn't known there
            return False
        return True

    async def _delete_one(self, message_id: int) -> bool:
        self._requests_left -= 1
        try:
            await self._bot.delete_message(self._chat, message_id)
        except BadRequest as refusal:
            return "not found" in refusal.message.casefold()  # already gone
        except InvalidToken:
            return False
        return True
