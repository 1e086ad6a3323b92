"""What every request passes before its handler: the host it is for, OPTIONS, and the size and pace of its body.

Whatever is refused here carries 911 and 988: see bot/channels/web/errors.py.
"""

import asyncio

from aiohttp import web

from bot.channels.web.errors import Handler
from bot.channels.web.keys import BODY_SECONDS, CORS, PROXIES, WEBHOOKS

#: The largest body, in bytes.
MAX_BODY_BYTES = 64 * 1024
#: A body has this many seconds to arrive.
MAX_BODY_SECONDS = 10.0


@web.middleware
async def guarded(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Refuse what can't be for us, and read the body within its limits, before any handler runs."""
    if request.path in request.app[WEBHOOKS]:
        return await handler(request)
    if not request.app[PROXIES].is_allowed_host(request):
        raise web.HTTPMisdirectedRequest
    if request.method == "OPTIONS":
        return request.app[CORS].options(request)
    if request.body_exists and request.match_info.http_exception is None:
        await _read_body(request)
    return await handler(request)


async def _read_body(request: web.Request) -> None:
    """Read the whole body if it is small, plain and quick; later reads get it from memory."""
    if request.headers.get("Content-Encoding", "identity").lower() not in ("", "identity"):
        raise web.HTTPUnsupportedMediaType
    if (request.content_length or 0) > MAX_BODY_BYTES:
        raise web.HTTPRequestEntityTooLarge(MAX_BODY_BYTES)
    if request.content.is_eof():
        await request.read()
        return
    try:
        async with asyncio.timeout(request.app[BODY_SECONDS]):
            await request.read()
    except TimeoutError:
        raise web.HTTPRequestTimeout from None
    except (web.RequestPayloadError, ConnectionError):
        raise web.HTTPBadRequest from None  # broken off, or no HTTP: nobody may be left to read this
