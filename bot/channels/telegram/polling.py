"""Asks Telegram for updates, and confirms them once they were taken: what isn't confirmed, Telegram brings again."""

import asyncio
import json
import logging
from collections import Counter
from typing import Any
from urllib.parse import urlencode

from telegram import Bot
from telegram.error import Conflict, InvalidToken, RetryAfter, TelegramError, TimedOut
from telegram.request import BaseRequest

from bot.channels.telegram.clock import Clock
from bot.channels.telegram.delivery import retry_after_seconds
from bot.channels.telegram.intake import UpdateIntake, update_id_of

logger = logging.getLogger("porchlight.telegram")
#: Named, or Telegram keeps whatever list it had before. No business accounts, no channels, no votes, no reactions.
ALLOWED_UPDATES = ("message", "edited_message", "callback_query", "inline_query", "my_chat_member")
POLL_SECONDS = 25  # that Telegram may hold an empty answer
ANSWER_SECONDS = 10.0  # that an answer may take beyond that
MAX_WAIT_SECONDS = 30.0  # between two tries after errors
REFUSED_WAIT_SECONDS = 60.0  # before the next try after Telegram refused the token
FULL_WAIT_SECONDS = 0.1  # between two looks whether there is room again
REFUSED = (
    "Telegram refused the bot token in PORCHLIGHT_TELEGRAM_TOKEN; copy it again from @BotFather, or leave it out to run "
    "without Telegram."
)
CONFLICT = "Another process is reading this bot's messages; stop it, or give each bot its own token."
INTERRUPTED = "Telegram doesn't answer; trying again."


class Poller:
    """The polling loop; `first_wait` is the pause in seconds after a first error, doubled after each further one.

    Own code and not the library's: that parses all updates of an answer at once, so that one it can't read would hold up
    the rest, and it confirms updates before they are answered.
    """

    def __init__(
        self,
        bot: Bot,
        request: BaseRequest,
        intake: UpdateIntake,
        counts: Counter[str],
        clock: Clock,
        first_wait: float = 1.0,
    ) -> None:
        self._bot = bot
        self._request = request
        self._intake = intake
        self._counts = counts
        self._clock = clock
        self._first_wait = first_wait
        self._offset: int | None = None

    async def run(self, closing: asyncio.Event) -> None:
        """Take updates until `closing` is set, whatever Telegram answers."""
        wait = 0.0
        while not await self._clock.set_within(wait, closing):
            while self._intake.is_full:
                await self._clock.sleep(FULL_WAIT_SECONDS)
            try:
                found = await self._fetch(POLL_SECONDS)
            except TimedOut:
                wait = self._first_wait
            except Exception as error:  # an answer that can't be read is no TelegramError, and must not end the loop
                wait = self._wait_after(error, wait)
            else:
                wait = 0.0 if await self._take(found) else self._first_wait

    async def confirm(self) -> None:
        """Tell Telegram which updates were taken, so that it doesn't bring them again. Raises TelegramError."""
        if self._offset is not None:
            await self._fetch(0)

    async def _fetch(self, seconds: int) -> list[Any]:
        """The next updates as Telegram writes them, after at most so many seconds; confirms all before the offset."""
        query = {"timeout": seconds, "allowed_updates": json.dumps(ALLOWED_UPDATES)}
        if self._offset is not None:
            query["offset"] = self._offset
        address = f"{self._bot.base_url}/getUpdates?{urlencode(query)}"
        answer = self._request.parse_json_payload(
            await self._request.retrieve(address, read_timeout=seconds + ANSWER_SECONDS)
        )
        found = answer.get("result") if isinstance(answer, dict) else None
        if not isinstance(found, list):
            raise TelegramError("This is no answer to getUpdates.")
        return found

    async def _take(self, found: list[Any]) -> bool:
        """Take what came; False if nothing of it can be confirmed, so that it isn't asked for again without a pause."""
        confirmed = not found
        for raw in found:
            update_id = update_id_of(raw)
            if update_id is None:
                self._counts["unreadable"] += 1
                continue
            await self._intake.take(raw, update_id)
            self._offset = max(self._offset or 0, update_id + 1)
            confirmed = True
        return confirmed

    def _wait_after(self, error: Exception, last_wait: float) -> float:
        self._counts[type(error).__name__] += 1
        if isinstance(error, RetryAfter):
            return retry_after_seconds(error)
        if not last_wait:
            logger.warning(CONFLICT if isinstance(error, Conflict) else INTERRUPTED)
        if isinstance(error, InvalidToken):
            logger.error(REFUSED)
            return REFUSED_WAIT_SECONDS
        return min(max(2 * last_wait, self._first_wait), MAX_WAIT_SECONDS)
