"""Telegram as `serve` runs it: built from its parts, connected or waiting for Telegram, stopped in good order.

update -> ChatEvent -> Incoming -> engine.reply -> Reply -> HTML -> send. Nothing that is sent to us is fetched, nothing
that is said or who says it is logged.
"""

import asyncio
import contextlib
import logging
from collections import Counter
from collections.abc import Coroutine
from typing import Any

from telegram import LinkPreviewOptions
from telegram.constants import ParseMode
from telegram.error import BadRequest, InvalidToken, TelegramError
from telegram.ext import ApplicationBuilder, Defaults, ExtBot, TypeHandler
from telegram.request import BaseRequest

from bot import private_logging
from bot.channels.telegram.clock import Clock
from bot.channels.telegram.connection_pools import ConnectionPools, http_request
from bot.channels.telegram.delivery import CONCURRENCY, Priority, RetryingSender
from bot.channels.telegram.handlers import UpdateHandler
from bot.channels.telegram.intake import App, UpdateIntake, update_id_of
from bot.channels.telegram.polling import ALLOWED_UPDATES, REFUSED, Poller
from bot.channels.telegram.profile import update_profile
from bot.channels.telegram.update_order import PendingUpdate, PerChatQueue
from bot.channels.telegram.webhook import PATH
from bot.engine import Engine
from bot.settings import Settings

logger = logging.getLogger("porchlight.telegram")
STOP_SECONDS = 8.0  # to answer what has arrived, when stopping
REQUEST_END_SECONDS = 0.1  # that requests under way get to end by themselves, when stopping
START_SECONDS = 5.0  # that the start waits for Telegram before the other channels go on without it
MAX_WAIT_SECONDS = 60.0  # between two tries to reach Telegram at the start
EXPIRE_SECONDS = 600.0  # between two times that what is no longer needed is dropped from memory
TIMEOUT_SECONDS = 15.0  # for one answer of Telegram
UNREACHABLE = "Telegram can't be reached; trying again in the background while the other channels run."
NO_WEBHOOK = (
    "Telegram refused the webhook's address; PORCHLIGHT_PUBLIC_URL must be https:// on port 443, 80, 88 or 8443."
)


class TelegramRefused(Exception):
    """Telegram doesn't know the token; the message says what to do, never the token."""

    def __init__(self) -> None:
        super().__init__(REFUSED)


class TokenHidingBot(ExtBot[Priority]):
    """The library's bot, without the token in its repr."""

    def __repr__(self) -> str:
        return type(self).__name__


class TelegramChannel:
    """The Telegram channel. Raises TelegramRefused for a token that can't be one.

    Times in seconds: `first_wait` after a first failure, doubled after each further one; `grace` to answer what has
    arrived when stopping; `opening` that `start` waits for Telegram.
    """

    def __init__(
        self,
        engine: Engine,
        settings: Settings,
        *,
        first_wait: float = 1.0,
        grace: float = STOP_SECONDS,
        opening: float = START_SECONDS,
        clock: Clock | None = None,
    ) -> None:
        clock = clock or Clock()
        private_logging.silence_telegram(settings.telegram_token)
        polling_request = http_request(2, pool_timeout=20)
        self.retrying_sender = RetryingSender(clock)
        self.bot = _bot(settings, self.retrying_sender, polling_request)
        self.handler = UpdateHandler(engine, self.bot, clock)
        self.queue = PerChatQueue(self.handler.replies.is_urgent, self.handler.on_arrival, clock)
        self.app = _application(self.bot, self.queue, self.handler)
        self.intake = UpdateIntake(self.app, self.queue, self.handler.sender, self.counts)
        self.ready = False  # whether Telegram is connected
        self.refused = False  # whether Telegram refused the token
        self._poller = Poller(self.bot, polling_request, self.intake, self.counts, clock, first_wait)
        self._engine = engine
        self._settings = settings
        self._clock = clock
        self._first_wait = first_wait
        self._grace = grace
        self._opening = opening
        self._tasks: set[asyncio.Task[None]] = set()
        self._closing = asyncio.Event()
        self._tried = asyncio.Event()

    @property
    def counts(self) -> Counter[str]:
        """Classes of errors and fixed words with how often they came: nothing of any message."""
        return self.handler.counts

    async def start(self) -> None:
        """Begin to answer; if Telegram is away, as soon as it is back. Raises TelegramRefused if it refuses the token."""
        self._closing.clear()
        self._tried.clear()
        self.refused = False
        self._start_task(self._connect())
        await self._clock.set_within(self._opening, self._tried)
        if self.refused:
            await self.stop()
            raise TelegramRefused
        if not self._tried.is_set():
            logger.warning(UNREACHABLE)

    async def stop(self) -> None:
        """Answer what has arrived, as far as that is possible within the grace, and leave nothing open."""
        end = self._clock.monotonic() + self._grace
        self.ready = False
        self._closing.set()
        tasks = tuple(self._tasks)
        if tasks:  # a request that is cut off while it connects leaves its socket open
            await self._clock.within(REQUEST_END_SECONDS, asyncio.wait(tasks))
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        if self.app.running:
            await self._drain(end)
        await self.app.shutdown()
        await self.bot.shutdown()  # its connections are open even if it never got an answer

    async def feed(self, raw: object) -> bool:
        """Take one update as Telegram's webhook posts it; False if it should be brought again later."""
        update_id = update_id_of(raw)
        if update_id is None or not isinstance(raw, dict):
            return True  # nothing that a second time would make readable
        if self.intake.has_taken(update_id):
            return True
        if not self.ready or self.intake.is_full:
            return False
        await self.intake.take(raw, update_id)
        return True

    # --- connecting

    async def _connect(self) -> None:
        """Connect with exponential backoff (`first_wait` to 60 s); stop if Telegram refuses the token."""
        wait = 0.0
        while not await self._clock.set_within(wait, self._closing):
            try:
                await self._open()
            except InvalidToken:
                self.refused = True
                if self._tried.is_set():
                    logger.error(REFUSED)
                return
            except Exception as error:  # away, or answering nonsense: neither may keep the other channels from running
                self.counts[type(error).__name__] += 1
                wait = min(max(2 * wait, self._first_wait), MAX_WAIT_SECONDS)
                if not self._tried.is_set():
                    logger.warning(NO_WEBHOOK if isinstance(error, BadRequest) else UNREACHABLE)
                logger.info("Next try to reach Telegram in %.0f s.", wait)
            else:
                return
            finally:
                self._tried.set()

    async def _open(self) -> None:
        await self.app.initialize()
        await self._set_delivery()
        await self.app.start()
        self.ready = True
        logger.info("Telegram is connected.")
        if self._settings.telegram_mode == "polling":
            self._start_task(self._poller.run(self._closing))
        self._start_task(update_profile(self.bot, self._engine, self.counts, self._closing))
        self._start_task(self._expire_regularly())

    async def _set_delivery(self) -> None:
        """Polling or webhook: Telegram allows one of them. What waited in between is kept."""
        if self._settings.telegram_mode == "polling":
            await self.bot.delete_webhook(drop_pending_updates=False)
        else:
            await self.bot.set_webhook(
                f"{self._settings.public_url}{PATH}",
                secret_token=self._settings.telegram_secret,
                allowed_updates=list(ALLOWED_UPDATES),
                drop_pending_updates=False,
            )

    async def _expire_regularly(self) -> None:
        while not await self._clock.set_within(EXPIRE_SECONDS, self._closing):
            self.handler.memory.expire()
            self.handler.message_ids.expire()

    # --- stopping

    async def _drain(self, end: float) -> None:
        """Answer what was taken, empty what was promised, then confirm: what isn't, Telegram brings again next time.

        Each step gets 70 % of what is left until `end`, so that there is always something left for the next one.
        """

        def left() -> float:
            return max(end - self._clock.monotonic(), self._grace / 16)

        answered = await self._clock.within(left() * 0.7, self.app.update_queue.join())
        await self._clock.within(left() * 0.7, self.handler.auto_delete.empty_all_now())
        if answered:
            with contextlib.suppress(TelegramError):
                await self._clock.within(left() * 0.7, self._poller.confirm())
        self.retrying_sender.close()
        if not await self._clock.within(left(), self.app.stop()):
            self.queue.abandon()

    def _start_task(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def _bot(settings: Settings, retrying_sender: RetryingSender, polling_request: BaseRequest) -> TokenHidingBot:
    connections = sum(CONCURRENCY.values()) + 16  # 16 for what isn't sent to a chat
    try:
        return TokenHidingBot(
            settings.telegram_token,
            base_url=f"{settings.telegram_api}/bot",
            base_file_url=f"{settings.telegram_api}/file/bot",
            request=ConnectionPools(
                connections, pool_timeout=20, read_timeout=TIMEOUT_SECONDS, write_timeout=TIMEOUT_SECONDS
            ),
            get_updates_request=polling_request,
            defaults=Defaults(parse_mode=ParseMode.HTML, link_preview_options=LinkPreviewOptions(is_disabled=True)),
            rate_limiter=retrying_sender,
        )
    except InvalidToken:
        raise TelegramRefused from None  # the library's own sentence may hold the token


def _application(bot: TokenHidingBot, queue: PerChatQueue, handler: UpdateHandler) -> App:
    app: App = ApplicationBuilder().bot(bot).updater(None).job_queue(None).concurrent_updates(queue).build()
    app.add_handler(TypeHandler(PendingUpdate, handler.on_update))
    app.add_error_handler(handler.on_error)
    return app
