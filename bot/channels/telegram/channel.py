"""Telegram as `serve` runs it: connect or wait for it, take updates by polling or webhook, stop in good order.

update -> incoming(update) -> Incoming -> engine.reply -> Reply -> dress and send. Nothing that is sent to us is fetched,
nothing that is said or who says it is logged.
"""

import asyncio
import contextlib
import logging
import os
from collections import Counter, OrderedDict
from collections.abc import Awaitable
from typing import Any

from telegram import LinkPreviewOptions, Update
from telegram.constants import ParseMode
from telegram.error import BadRequest, Conflict, InvalidToken, RetryAfter, TelegramError, TimedOut
from telegram.ext import Application, ApplicationBuilder, Defaults, TypeHandler
from telegram.request import HTTPXRequest

from bot import private_logging as quiet
from bot.channels.telegram.connection_pools import Pools
from bot.channels.telegram.delivery import LANES, ChatPace
from bot.channels.telegram.handlers import Talk
from bot.channels.telegram.incoming import private_chat
from bot.channels.telegram.keyboards import descriptions, menu_commands
from bot.channels.telegram.sender import UPDATES, PatientBot
from bot.channels.telegram.update_order import ChatOrder
from bot.channels.telegram.webhook import PATH
from bot.engine import Engine
from bot.settings import Settings

logger = logging.getLogger("porchlight.telegram")
App = Application[Any, Any, Any, Any, Any, Any]
POLL = 25  # seconds Telegram may hold an empty answer
ROOM = 1000  # updates in work before no more are asked for
GRACE = 8.0  # seconds to answer what has arrived, when stopping
MOMENT = 0.1  # seconds that requests under way get to end by themselves, when stopping
OPENING = 5.0  # seconds the start waits for Telegram before the others go on without it
TIDY = 600.0  # seconds between two looks at what has outlived its time in memory
REFUSED = (
    "Telegram refused the bot token in PORCHLIGHT_TELEGRAM_TOKEN; copy it again from @BotFather, or leave it out to run "
    "without Telegram."
)
UNREACHABLE = "Telegram can't be reached; trying again in the background while the other channels run."
NO_WEBHOOK = (
    "Telegram refused the webhook's address; PORCHLIGHT_PUBLIC_URL must be https:// on port 443, 80, 88 or 8443."
)
CONFLICT = "Another process is reading this bot's messages; stop it, or give each bot its own token."
INTERRUPTED = "Telegram doesn't answer; trying again."
READS_GROUPS = "This bot's privacy mode is off: Telegram shows it all that is said in groups; turn it on with @BotFather, /setprivacy."
IN_BUSINESS = (
    "This bot may be connected to business accounts; it refuses their chats. Turn Business Mode off with @BotFather."
)


class TelegramRefused(Exception):
    """Telegram doesn't know the token; the message says what to do, never the token."""

    def __init__(self) -> None:
        super().__init__(REFUSED)


def build(engine: Engine, settings: Settings) -> App:
    """The library's application for this engine, not yet started."""
    return _application(Talk(engine), settings)


def _application(talk: Talk, settings: Settings) -> App:
    quiet.silence_telegram(settings.telegram_token)
    os.environ.setdefault("PTB_TIMEDELTA", "true")  # else each 429 makes the library warn of its own future
    try:
        bot = PatientBot(
            settings.telegram_token,
            base_url=f"{settings.telegram_api}/bot",
            base_file_url=f"{settings.telegram_api}/file/bot",
            request=Pools(sum(LANES.values()) + 16, pool_timeout=20, read_timeout=15, write_timeout=15),
            get_updates_request=HTTPXRequest(connection_pool_size=2, pool_timeout=20),
            defaults=Defaults(parse_mode=ParseMode.HTML, link_preview_options=LinkPreviewOptions(is_disabled=True)),
            rate_limiter=ChatPace(),
        )
    except InvalidToken:
        raise TelegramRefused from None  # the library's own sentence may hold the token
    order = ChatOrder(talk.is_urgent, talk.at_once)
    app: App = ApplicationBuilder().bot(bot).updater(None).job_queue(None).concurrent_updates(order).build()
    app.add_handler(TypeHandler(Update, talk.on_update))
    app.add_error_handler(talk.on_error)
    return app


class TelegramChannel:
    """Telegram as `serve` runs it: start and stop, and waiting for Telegram if it is away."""

    def __init__(
        self,
        engine: Engine,
        settings: Settings,
        *,
        first_wait: float = 1.0,
        grace: float = GRACE,
        opening: float = OPENING,
    ) -> None:
        self.talk = Talk(engine)
        self.app = _application(self.talk, settings)
        self.ready = False
        self.refused = False
        self._settings = settings
        self._first_wait = first_wait
        self._grace = grace
        self._opening = opening
        self._offset: int | None = None
        self._seen: OrderedDict[int, None] = OrderedDict()
        self._tasks: set[asyncio.Task[None]] = set()
        self._closing = asyncio.Event()
        self._tried = asyncio.Event()

    @property
    def bot(self) -> PatientBot:
        """The library's bot of this channel."""
        bot = self.app.bot
        assert isinstance(bot, PatientBot)
        return bot

    @property
    def counts(self) -> Counter[str]:
        """Classes of errors and fixed words with how often they came: nothing of any message."""
        return self.talk.counts

    async def start(self) -> None:
        """Begin to answer; if Telegram is away, come back as soon as it is there. TelegramRefused if it is there and says no."""
        self._closing.clear()
        self._tried.clear()
        self.refused = False
        opening = asyncio.create_task(self._open_sooner_or_later())
        self._keep(opening)
        await asyncio.wait({opening, first := asyncio.create_task(self._tried.wait())}, timeout=self._opening,
                           return_when=asyncio.FIRST_COMPLETED)  # fmt: skip
        first.cancel()
        if self.refused:
            await self.stop()
            raise TelegramRefused
        if not self.ready and not self._tried.is_set():
            logger.warning(UNREACHABLE)

    async def stop(self) -> None:
        """Answer what has arrived, as far as that is possible soon, and leave nothing open."""
        end = asyncio.get_running_loop().time() + self._grace
        self.ready = False
        self._closing.set()
        tasks = tuple(self._tasks)
        if tasks:
            await asyncio.wait(tasks, timeout=MOMENT)  # a request cut off while it connects leaves its socket open
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        if self.app.running:
            await self._drain(end)
        await self.app.shutdown()
        await self.bot.shutdown()  # its connections are open even if it never got an answer

    async def feed(self, raw: object) -> bool:
        """One update as Telegram's webhook posts it, once; False if it should be brought again later."""
        if not isinstance(raw, dict) or not _numbered(raw):
            return True  # nothing that a second time would make readable
        if raw["update_id"] in self._seen:
            return True
        if not self.ready or self._work() > ROOM:
            return False
        await self._take(raw)
        return True

    # --- opening

    async def _open_sooner_or_later(self) -> None:
        """Connect, again and again with longer pauses until it works or Telegram says that the token is none."""
        wait = 0.0
        while not await self._closed_within(wait):
            try:
                await self._open()
            except InvalidToken:
                self.refused = True
                if self._tried.is_set():
                    logger.error(REFUSED)
                return
            except Exception as error:  # away, or answering nonsense: neither may keep the other channels from running
                self.counts[type(error).__name__] += 1
                wait = min(max(2 * wait, self._first_wait), 60.0)
                if not self._tried.is_set():
                    logger.warning(NO_WEBHOOK if isinstance(error, BadRequest) else UNREACHABLE)
                logger.info("Next try to reach Telegram in %.0f s.", wait)
            else:
                return
            finally:
                self._tried.set()

    async def _open(self) -> None:
        await self.app.initialize()
        await self._choose_way()
        await self.app.start()
        self.ready = True
        logger.info("Telegram is connected.")
        if self._settings.telegram_mode == "polling":
            self._spawn(self._poll())
        self._spawn(self._introduce())
        self._spawn(self._tidy())

    async def _choose_way(self) -> None:
        """Polling or webhook: Telegram allows one of them. What waited in between is kept."""
        if self._settings.telegram_mode == "polling":
            await self.bot.delete_webhook(drop_pending_updates=False)
        else:
            await self.bot.set_webhook(
                f"{self._settings.public_url}{PATH}",
                secret_token=self._settings.telegram_secret,
                allowed_updates=list(UPDATES),
                drop_pending_updates=False,
            )

    # --- polling

    async def _poll(self) -> None:
        wait = 0.0
        while not await self._closed_within(wait):
            await self._room()
            try:
                found = await self.bot.updates(self._offset, POLL)
            except TimedOut:
                wait = self._first_wait
                continue
            except (
                Exception
            ) as error:  # nonsense instead of an answer is no TelegramError, and may not end the listening
                wait = self._after_error(error, wait)
                continue
            wait = 0.0 if await self._take_all(found) else self._first_wait

    async def _closed_within(self, seconds: float) -> bool:
        """Sleep; True as soon as the channel is being stopped."""
        if seconds <= 0:
            return self._closing.is_set()
        return await _within(seconds, self._closing.wait())

    def _after_error(self, error: Exception, wait: float) -> float:
        self.counts[type(error).__name__] += 1
        if isinstance(error, RetryAfter):
            return error._retry_after.total_seconds()
        if not wait:
            logger.warning(CONFLICT if isinstance(error, Conflict) else INTERRUPTED)
        if isinstance(error, InvalidToken):
            logger.error(REFUSED)
            return 60.0
        return min(max(2 * wait, self._first_wait), 30.0)

    async def _take_all(self, found: list[Any]) -> bool:
        """Take what came; False if it was nothing that can be confirmed, so that nobody asks for it without a pause."""
        confirmed = not found
        for raw in found:
            if not isinstance(raw, dict) or not _numbered(raw):
                self.counts["unreadable"] += 1
                continue
            await self._take(raw)
            self._offset = max(self._offset or 0, raw["update_id"] + 1)
            confirmed = True
        return confirmed

    async def _take(self, raw: dict[str, Any]) -> None:
        """One update, once: Telegram repeats what it believes we didn't get."""
        if raw["update_id"] in self._seen:
            return
        self._seen[raw["update_id"]] = None
        if len(self._seen) > 10 * ROOM:
            self._seen.popitem(last=False)
        try:
            update = Update.de_json(raw, self.bot)
        except Exception:
            self.counts["unreadable"] += 1
            logger.warning("An update couldn't be read.")
            if (chat := private_chat(raw)) is not None:
                self.app.create_task(self.talk.sender.rescue(self.bot, chat))
            return
        await self.app.update_queue.put(update)

    async def _room(self) -> None:
        """Wait while so much is in work that more would only pile up here; at Telegram it is as safe."""
        while self._work() > ROOM:  # noqa: ASYNC110
            await asyncio.sleep(0.1)  # two counters of two owners: an event would need a third

    def _work(self) -> int:
        order = self.app.update_processor
        return (order.pending if isinstance(order, ChatOrder) else 0) + self.app.update_queue.qsize()

    async def _tidy(self) -> None:
        while not await self._closed_within(TIDY):
            self.talk.memory.tidy()
            self.talk.trail.tidy()

    # --- the bot's profile

    async def _introduce(self) -> None:
        """Commands and descriptions in each language; only where they differ, and never a reason to stop."""
        if self.bot.bot.can_read_all_group_messages:
            logger.warning(READS_GROUPS)
        if self.bot.bot.can_connect_to_business:
            logger.warning(IN_BUSINESS)
        langs = self.talk.engine.langs
        for code, lang in (("", langs[0]), *((lang, lang) for lang in langs)):
            if self._closing.is_set():
                return
            try:
                await self._introduce_in(code, lang)
            except TelegramError as error:
                self.counts[f"profile_{type(error).__name__}"] += 1

    async def _introduce_in(self, code: str, lang: str) -> None:
        bot, language = self.bot, code or None
        commands = menu_commands(self.talk.engine, lang)
        if tuple(await bot.get_my_commands(language_code=language)) != commands:
            await bot.set_my_commands(commands, language_code=language)
        long, short = descriptions(self.talk.engine, lang)
        if (await bot.get_my_description(language_code=language)).description != long:
            await bot.set_my_description(long, language_code=language)
        if (await bot.get_my_short_description(language_code=language)).short_description != short:
            await bot.set_my_short_description(short, language_code=language)

    # --- closing

    async def _drain(self, end: float) -> None:
        """Answer what was taken, empty what was promised, then confirm it: what isn't, Telegram gives again next time."""

        def left() -> float:
            return max(end - asyncio.get_running_loop().time(), self._grace / 16)

        drained = await _within(left() * 0.7, self.app.update_queue.join())
        await _within(left() * 0.7, self.talk.wipes.all_now())
        if drained and self._offset is not None:
            with contextlib.suppress(TelegramError):
                await _within(left() * 0.7, self.bot.updates(self._offset, 0))
        pace, order = self.bot.rate_limiter, self.app.update_processor
        if isinstance(pace, ChatPace):
            pace.close()
        if not await _within(left(), self.app.stop()) and isinstance(order, ChatOrder):
            order.abandon()

    def _spawn(self, work: Any) -> None:
        self._keep(asyncio.create_task(work))

    def _keep(self, task: asyncio.Task[None]) -> None:
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def _numbered(raw: dict[str, Any]) -> bool:
    return isinstance(raw.get("update_id"), int)


async def _within(seconds: float, work: Awaitable[Any]) -> bool:
    try:
        await asyncio.wait_for(work, seconds)
    except TimeoutError:
        return False
    return True
