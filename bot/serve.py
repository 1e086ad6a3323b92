"""Every configured channel in one process: started, announced, and stopped in good order."""

import asyncio
import contextlib
import hmac
import logging
import signal
import sys
from collections.abc import Awaitable, Callable

from aiohttp import web

from bot import quiet
from bot.channels import web as web_channel
from bot.channels.telegram import TelegramChannel, TelegramRefused
from bot.engine import Engine
from bot.settings import Settings

log = logging.getLogger("porchlight")


async def run(engine: Engine, settings: Settings) -> int:
    """Serve until told to stop; 0 after a clean stop, 2 if it couldn't start."""
    quiet.setup(logging.INFO)
    app = web_channel.create_app(engine, settings)
    telegram = TelegramChannel(engine, settings) if settings.telegram_token else None
    if telegram and settings.telegram_mode == "webhook":
        app.router.add_post("/telegram", webhook(telegram, settings.telegram_secret))
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
    try:
        if telegram:
            quiet.silence_telegram(settings.telegram_token)
            await telegram.start()
    except TelegramRefused as refusal:
        await runner.cleanup()
        print(refusal, file=sys.stderr)
        return 2
    _announce(runner, settings)
    await _until_told()
    if telegram:
        await telegram.stop()
    await runner.cleanup()
    return 0


def webhook(telegram: TelegramChannel, secret: str) -> Callable[[web.Request], Awaitable[web.Response]]:
    """The handler of POST /telegram: only with the secret that Telegram was given, only JSON, answered at once."""

    async def take(request: web.Request) -> web.Response:
        given = request.headers.get("X-Telegram-Bot-Api-Secret-Token", "")
        if not hmac.compare_digest(given.encode(), secret.encode()):
            return web.Response(status=403)
        if request.content_type != "application/json":
            return web.Response(status=415)
        try:
            update = await request.json()
        except ValueError:
            return web.Response(status=400)
        await telegram.feed(update)
        return web.Response()

    return take


def _announce(runner: web.AppRunner, settings: Settings) -> None:
    host, port = runner.addresses[0][:2]
    print(f"Porchlight listens on http://{host}:{port} (web chat).", flush=True)
    if settings.telegram_token:
        print(f"Telegram is on ({settings.telegram_mode}).", flush=True)
    else:
        print(
            "Telegram is off. To turn it on, get a token from @BotFather and set PORCHLIGHT_TELEGRAM_TOKEN.", flush=True
        )
    print("Nothing that people write is kept. Stop with Ctrl-C.", flush=True)


async def _until_told() -> None:
    told = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGINT, signal.SIGTERM):
        with contextlib.suppress(NotImplementedError):  # Windows has no such handlers; Ctrl-C still raises
            loop.add_signal_handler(name, told.set)
    await told.wait()
