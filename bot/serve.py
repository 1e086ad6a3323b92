"""Every configured channel in one process: started, announced, and stopped in good order."""

import asyncio
import contextlib
import logging
import signal
import sys
from typing import TYPE_CHECKING

from aiohttp import web

from bot import private_logging as quiet
from bot.channels.web import app as web_channel
from bot.engine import Engine
from bot.settings import Settings

if TYPE_CHECKING:
    from bot.channels.telegram.channel import TelegramChannel

log = logging.getLogger("porchlight")


async def run(engine: Engine, settings: Settings) -> int:
    """Serve until told to stop; 0 after a clean stop, 2 if it couldn't start."""
    quiet.setup(logging.INFO)
    told = _told_to_stop()
    app = web_channel.create_app(engine, settings)
    telegram = _telegram(engine, settings, app) if settings.telegram_token else None
    runner = web_channel.create_runner(app)
    await runner.setup()
    try:
        await web.TCPSite(runner, settings.host, settings.port).start()
    except OSError:
        await runner.cleanup()
        print(
            f"Port {settings.port} on {settings.host} is taken or not allowed; stop the other program, "
            f"or choose another with PORCHLIGHT_PORT.",
            file=sys.stderr,
        )
        return 2
    if telegram and not await _started(telegram, settings, told):
        await runner.cleanup()
        return 2
    _announce(runner, settings)
    await told.wait()
    await asyncio.gather(
        runner.cleanup(), *([telegram.stop()] if telegram else [])
    )  # side by side: ten seconds at most
    return 0


def _telegram(engine: Engine, settings: Settings, app: web.Application) -> "TelegramChannel":
    """The channel, imported only where it is wanted: its library takes 20 MB and a third of a second."""
    from bot.channels.telegram.channel import TelegramChannel
    from bot.channels.telegram.webhook import PATH, webhook

    channel = TelegramChannel(engine, settings)
    if settings.telegram_mode == "webhook":
        web_channel.add_webhook(app, PATH, webhook(channel, settings.telegram_secret))
    return channel


def _announce(runner: web.BaseRunner, settings: Settings) -> None:
    host, port = runner.addresses[0][:2]
    print(f"Porchlight listens on http://{host}:{port} (web chat).", flush=True)
    if settings.telegram_token:
        print(f"Telegram is on ({settings.telegram_mode}).", flush=True)
    else:
        print(
            "Telegram is off. To turn it on, get a token from @BotFather and set PORCHLIGHT_TELEGRAM_TOKEN.", flush=True
        )
    print("Nothing that people write is kept. Stop with Ctrl-C.", flush=True)


async def _started(telegram: "TelegramChannel", settings: Settings, told: asyncio.Event) -> bool:
    """Start Telegram, unless we are told to stop meanwhile; False if it must not go on like this."""
    from bot.channels.telegram.channel import TelegramRefused

    quiet.silence_telegram(settings.telegram_token)
    starting, stopping = asyncio.create_task(telegram.start()), asyncio.create_task(told.wait())
    await asyncio.wait({starting, stopping}, return_when=asyncio.FIRST_COMPLETED)
    for task in (starting, stopping):
        task.cancel()
    try:
        await starting
    except asyncio.CancelledError:
        return True
    except TelegramRefused as refusal:
        print(refusal, file=sys.stderr)
        return False
    except Exception as error:  # one channel's fault is no reason for the others not to start
        log.error("Telegram couldn't be started: %s.", type(error).__name__)
    return True


def _told_to_stop() -> asyncio.Event:
    """Set by SIGINT and SIGTERM, from now on."""
    told = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGINT, signal.SIGTERM):
        with contextlib.suppress(NotImplementedError):  # Windows has no such handlers; Ctrl-C still raises
            loop.add_signal_handler(name, told.set)
    return told
