"""POST /telegram: only with the secret that Telegram was given, only JSON of a sane size, answered at once.

The path is fixed and no secret: what guards it is the secret in the header, compared in constant time. A refusal has no
body, so that whoever tries learns nothing from it.
"""

import asyncio
import hmac
import json
from collections.abc import Awaitable, Callable
from typing import Protocol

from aiohttp import web

PATH = "/telegram"
HEADER = "X-Telegram-Bot-Api-Secret-Token"
MAX_BODY_BYTES = 256 * 1024  # the longest text with all its entities and what it replies to is far below
BODY_SECONDS = 10.0  # for a body to arrive


class UpdateSink(Protocol):
    """What takes the updates."""

    async def feed(self, raw: object) -> bool:
        """Take one update; False asks Telegram to bring it again later."""


def webhook(sink: UpdateSink, secret: str) -> Callable[[web.Request], Awaitable[web.Response]]:
    """The handler of the webhook.

    Answers 200 once the update was taken; 403 without the secret, 415 for anything but JSON, 408 for a body that doesn't
    arrive, 413 for one that is too large, 400 for one that breaks off or is no JSON, 503 for an update to bring again.
    """
    expected = secret.encode()

    async def take(request: web.Request) -> web.Response:
        given = request.headers.get(HEADER, "").encode("utf-8", "surrogateescape")
        if not expected or not hmac.compare_digest(given, expected):
            return web.Response(status=403)
        if request.content_type != "application/json":
            return web.Response(status=415)
        try:
            async with asyncio.timeout(BODY_SECONDS):
                body = await _body(request)
        except TimeoutError:
            return web.Response(status=408)
        except (web.RequestPayloadError, ConnectionError):
            return web.Response(status=400)  # broken off on the way
        if body is None:
            return web.Response(status=413)
        try:
            update = json.loads(body)
        except (ValueError, RecursionError):
            return web.Response(status=400)
        return web.Response(status=200 if await sink.feed(update) else 503)

    return take


async def _body(request: web.Request) -> bytes | None:
    """The body; None if it is too large, which is known before it has all been read."""
    if (request.content_length or 0) > MAX_BODY_BYTES:
        return None
    body = bytearray()
    async for chunk in request.content.iter_chunked(16 * 1024):
        body += chunk
        if len(body) > MAX_BODY_BYTES:
            return None
    return bytes(body)
