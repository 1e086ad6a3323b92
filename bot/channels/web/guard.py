"""What every request passes before it is answered: its name, its size, its pace, the limit, and who may call from where.

Whatever is refused here still carries 911 and 988, and a message that the engine hears as an alert is never refused.
"""

import asyncio
import math
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace

from aiohttp import web

from bot.channels.web.forwarded import Front
from bot.channels.web.rate_limit import WINDOW, Buckets
from bot.dialogue import Incoming, Reply
from bot.engine import Engine
from bot.settings import Settings

#: The largest body, in bytes.
LARGEST = 64 * 1024
#: A body has this many seconds to arrive.
BODY_SECONDS = 10.0
#: Messages past the limit are heard one after the other, this many seconds apart, so that they take no one's turn.
PACE = 0.005
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class TooMany(web.HTTPTooManyRequests):
    """Past the limit and nothing urgent; knows when to come back and the language to say so in."""

    def __init__(self, wait: float, lang: str) -> None:
        super().__init__(headers={"Retry-After": str(math.ceil(wait))})
        self.lang = lang


class Guard:
    """The settings of this process made into answers about one request."""

    def __init__(self, settings: Settings) -> None:
        self.front = Front(settings)
        self.buckets = Buckets(settings.rate_limit)
        self.body_seconds = BODY_SECONDS
        self.own_doors: set[str] = set()  # paths of webhooks: their handlers check the sender and the size themselves
        self._lane = asyncio.Lock()

    async def answer(self, request: web.Request, engine: Engine, incoming: Incoming) -> Reply:
        """The engine's reply; past the limit only urgent help is answered, anything else is TooMany."""
        wait = self.buckets.wait(self.front.address(request), time.monotonic())
        if not wait:
            return heard(engine, incoming)
        async with self._lane:  # as long as there are connections: each asks one thing at a time
            if request.transport is None:  # gone while waiting: nobody to answer, and no turn to take from the rest
                raise TooMany(wait, engine.langs[0])
            await asyncio.sleep(PACE)
            reply = heard(engine, incoming)
        if reply.messages[0].kind == "urgent":
            return reply
        raise TooMany(wait, reply.classification.lang)

    def options(self, request: web.Request) -> web.Response:
        """OPTIONS: which methods an address takes, and whether a page of another origin may use the API."""
        refused = request.match_info.http_exception
        allow = "GET, HEAD, POST" if refused is None else refused.headers.get("Allow", "")
        if isinstance(refused, web.HTTPNotFound):
            raise refused
        response = web.Response(status=204, headers={"Allow": f"{allow},OPTIONS"})
        origin = request.headers.get("Origin", "")
        if "Access-Control-Request-Method" in request.headers and self._may_call(request, origin):
            response.headers["Access-Control-Allow-Methods"] = allow
            response.headers["Access-Control-Allow-Headers"] = "Content-Type"
            response.headers["Access-Control-Max-Age"] = "600"
        return response

    def dress(self, request: web.Request, response: web.StreamResponse) -> None:
        """The headers that depend on who asks and how: TLS and the origin."""
        if self.front.is_https(request):
            response.headers["Strict-Transport-Security"] = "max-age=31536000"
        if self.front.origins and request.path.startswith("/api/"):
            response.headers["Vary"] = ", ".join(filter(None, (response.headers.get("Vary"), "Origin")))
            origin = request.headers.get("Origin", "")
            if self._may_call(request, origin):
                response.headers["Access-Control-Allow-Origin"] = origin
                response.headers["Access-Control-Expose-Headers"] = "Retry-After"

    def _may_call(self, request: web.Request, origin: str) -> bool:
        return origin in self.front.origins and request.path.startswith("/api/")

    async def read(self, request: web.Request) -> None:
        """The whole body, if it is small, plain and quick; later reads get it from memory."""
        if request.headers.get("Content-Encoding", "identity").lower() not in ("", "identity"):
            raise web.HTTPUnsupportedMediaType
        if (request.content_length or 0) > LARGEST:
            raise web.HTTPRequestEntityTooLarge(LARGEST)
        if request.content.is_eof():
            await request.read()
            return
        try:
            async with asyncio.timeout(self.body_seconds):
                await request.read()
        except TimeoutError:
            raise web.HTTPRequestTimeout from None
        except (web.RequestPayloadError, ConnectionError):
            raise web.HTTPBadRequest from None  # broken off, or no HTTP: nobody may be left to read this

    async def forgetting(self, app: web.Application) -> AsyncIterator[None]:
        """While the application runs, counters are dropped on time even if nobody writes."""

        async def forget() -> None:
            while True:
                await asyncio.sleep(WINDOW)
                self.buckets.forget(time.monotonic())

        task = asyncio.create_task(forget())
        yield
        task.cancel()


GUARD: web.AppKey[Guard] = web.AppKey("guard", Guard)


@web.middleware
async def guarded(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Refuses what can't be for us, and reads the body within its limits, before any handler runs."""
    guard = request.app[GUARD]
    if request.path in guard.own_doors:
        return await handler(request)
    if not guard.front.is_ours(request):
        raise web.HTTPMisdirectedRequest
    if request.method == "OPTIONS":
        return guard.options(request)
    if request.body_exists and request.match_info.http_exception is None:
        await guard.read(request)
    return await handler(request)


def heard(engine: Engine, incoming: Incoming) -> Reply:
    """The reply; words that came along with a pressed button are listened to first, in case they are an alert."""
    if incoming.text.strip() and (incoming.topic or incoming.action):
        reply = engine.reply(replace(incoming, topic=None, action=""))
        if reply.classification.tier == "alert":
            return reply
    return engine.reply(incoming)
