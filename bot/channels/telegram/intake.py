"""Takes raw updates from polling or the webhook: each once, parsed once, and handed to the application's queue."""

import logging
from collections import Counter, OrderedDict
from typing import Any

from telegram import Update
from telegram.ext import Application, ExtBot

from bot.channels.telegram.incoming import parse, private_chat_of
from bot.channels.telegram.sender import Sender
from bot.channels.telegram.update_order import PendingUpdate, PerChatQueue

logger = logging.getLogger("porchlight.telegram")
App = Application[Any, Any, Any, Any, Any, Any]
#: Updates that may be waiting or in work; above this, Telegram keeps the rest: they are as safe there.
MAX_PENDING_UPDATES = 1000
#: Ids of updates that are remembered, to know one that Telegram brings again.
MAX_SEEN_IDS = 10_000


class UpdateIntake:
    """What stands between Telegram's JSON and the application."""

    def __init__(self, app: App, queue: PerChatQueue, sender: Sender, counts: Counter[str]) -> None:
        self.max_pending = MAX_PENDING_UPDATES
        self._app = app
        self._queue = queue
        self._sender = sender
        self._counts = counts
        self._seen: OrderedDict[int, None] = OrderedDict()

    @property
    def pending(self) -> int:
        """How many updates are waiting or in work."""
        return self._queue.pending + self._app.update_queue.qsize()

    @property
    def is_full(self) -> bool:
        """Whether no more should be taken now."""
        return self.pending > self.max_pending

    @property
    def taken(self) -> int:
        """How many ids of updates are remembered."""
        return len(self._seen)

    def has_taken(self, update_id: int) -> bool:
        """Whether this update was taken before."""
        return update_id in self._seen

    async def take(self, raw: dict[str, Any], update_id: int) -> None:
        """Take one update, unless it was taken before; one that can't be read brings its private chat the numbers."""
        if update_id in self._seen:
            return
        self._seen[update_id] = None
        if len(self._seen) > MAX_SEEN_IDS:
            self._seen.popitem(last=False)
        bot = self._app.bot
        assert isinstance(bot, ExtBot)
        try:
            event = parse(Update.de_json(raw, bot), bot.id)
        except Exception:
            self._counts["unreadable"] += 1
            logger.warning("An update couldn't be read.")
            if (chat := private_chat_of(raw)) is not None:
                self._app.create_task(self._sender.rescue(chat))
            return
        await self._app.update_queue.put(PendingUpdate(event))


def update_id_of(raw: object) -> int | None:
    """The id of a raw update; None if it is nothing that could be one."""
    found = raw.get("update_id") if isinstance(raw, dict) else None
    return found if isinstance(found, int) else None
