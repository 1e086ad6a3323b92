"""Every configured channel in one process: started, announced, and stopped in good order."""

import asyncio
import contextlib
import errno
import logging
import signal
import socket
import sys
from typing import TYPE_CHECKING

from aiohttp import web

from bot import private_logging, process
from bot.channels.web import app as web_channel
from bot.console import say
from bot.engine import Engine
from bot.settings import Settings

if TYPE_CHECKING:
    from bot.channels.telegram.channel import TelegramChannel

log = logging.getLogger("porchlight")


async def run(engine: Engine, settings: Settings) -> int:
    """Serve until asked to stop; 0 after a clean stop, 2 (with a sentence on stderr) if it couldn't start.

    A full or closed stdout or stderr changes nothing but what is printed."""
    process.forbid_core_dumps()
    private_logging.setup(logging.INFO)
    stop_requested = _stop_requested()
    app = web_channel.create_app(engine, settings)
    telegram = _telegram(engine, settings, app) if settings.telegram_token else None
    runner = web_channel.create_runner(app)
    await runner.setup()
    try:
        await _listen(runner, settings)
    except OSError as error:
        await runner.cleanup()
        say(_cannot_listen(error, settings), sys.stderr)
        return 2
    if telegram and not await _started(telegram, settings, stop_requested):
        await runner.cleanup()
        return 2
    _announce(runner, settings)
    await stop_requested.wait()
    await asyncio.gather(
        runner.cleanup(), *([telegram.stop()] if telegram else [])
    )  # side by side: ten seconds at most
    return 0


async def _listen(runner: web.BaseRunner, settings: Settings) -> None:
    """Accept connections; a socket of `::` takes no IPv4, so that every address means a second one for 0.0.0.0."""
    port = settings.port
    for host in ("::", "0.0.0.0") if settings.host == "::" else (settings.host,):  # noqa: S104  # only if asked for
        await web.TCPSite(runner, host, port).start()
        port = port or runner.addresses[0][1]


def _cannot_listen(error: OSError, settings: Settings) -> str:
    host, port = settings.host, settings.port
    # None: from Python 3.12 on asyncio passes over such an address, and says that none is left to listen on.
    if isinstance(error, socket.gaierror) or error.errno in (None, errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT):
        return f"{host} is no address of this machine; set PORCHLIGHT_HOST to one, such as 127.0.0.1, 0.0.0.0 or ::1."
    if error.errno in (errno.EACCES, errno.EPERM):
        return f"Port {port} on {host} is not allowed for this user; choose one above 1023 with PORCHLIGHT_PORT."
    if error.errno == errno.EADDRINUSE:
        return f"Port {port} on {host} is taken; stop the other program, or choose another with PORCHLIGHT_PORT."
    return f"Port {port} on {host} can't be opened ({error.strerror}); choose others with PORCHLIGHT_HOST and _PORT."


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
    everywhere = ", and on every other address of this machine" if host in _HERE else ""
    say(f"Porchlight listens on {url(host, port)} (web chat){everywhere}.")
    if settings.telegram_token:
        say(f"Telegram is on ({settings.telegram_mode}).")
    else:
        say("Telegram is off. To turn it on, get a token from @BotFather and set PORCHLIGHT_TELEGRAM_TOKEN.")
    say("Nothing that people write is kept. Stop with Ctrl-C.")


#: What to open where a server listens on all addresses.
_HERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104  # looked up, not listened on


def url(host: str, port: int) -> str:
    """The address to open in a browser on this machine."""
    name = _HERE.get(host, host)
    return f"http://[{name.replace('%', '%25')}]:{port}" if ":" in name else f"http://{name}:{port}"


async def _started(telegram: "TelegramChannel", settings: Settings, stop_requested: asyncio.Event) -> bool:
    """Start Telegram, unless a stop is requested meanwhile; False if it must not go on like this."""
    from bot.channels.telegram.channel import TelegramRefused

    private_logging.silence_telegram(settings.telegram_token)
    starting, stopping = asyncio.create_task(telegram.start()), asyncio.create_task(stop_requested.wait())
    await asyncio.wait({starting, stopping}, return_when=asyncio.FIRST_COMPLETED)
    for task in (starting, stopping):
        task.cancel()
    try:
        await starting
    except asyncio.CancelledError:
        return True
    except TelegramRefused as refusal:
        say(refusal, sys.stderr)
        return False
    except Exception as error:  # one channel's fault is no reason for the others not to start
        log.error("Telegram couldn't be started: %s.", type(error).__name__)
    return True


def _stop_requested() -> asyncio.Event:
    """Set by SIGINT and SIGTERM, from now on."""
    requested = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGINT, signal.SIGTERM):
        with contextlib.suppress(NotImplementedError):  # Windows has no such handlers; Ctrl-C still raises
            loop.add_signal_handler(name, requested.set)
    return requested
