"""The server under the application: time and size limits on whatever isn't a request yet, and a cap on connections.

aiohttp answers malformed HTTP by itself, with its own words and version, and waits long for a slow head. Here a person
gets the numbers instead, and a connection that says nothing gives its place to one that does.
"""

import asyncio
import contextlib
import logging
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from aiohttp import web
from aiohttp.http_exceptions import LineTooLong

log = logging.getLogger("porchlight.web")
#: The largest head of a request, all lines together, in bytes.
LARGEST_HEAD = 32 * 1024
#: Open files that are left to everything else than connections.
_SPARE_FILES = 128


@dataclass(frozen=True)
class Limits:
    """How long and how large a connection may be before it has asked anything."""

    connections: int = 1000
    head_seconds: float = 10.0
    idle_seconds: float = 75.0  # longer than proxies hold a connection, so that they are the ones to close it
    linger_seconds: float = 2.0
    take_seconds: float = 30.0  # for those who ask and don't take the answer
    line: int = 4096
    field: int = 8190
    fields: int = 64


@dataclass(frozen=True)
class Words:
    """What is said where no page can be made: a sentence and the numbers, in every language, by status."""

    headers: Mapping[str, str]
    broken: str  # 400 and all else that couldn't be read
    slow: str  # 408
    busy: str  # 503
    fault: str  # 500

    def text(self, status: int) -> str:
        """The sentence for a status."""
        return {408: self.slow, 503: self.busy, 500: self.fault, 504: self.fault}.get(status, self.broken)

    def response(self, status: int) -> web.Response:
        """The same as a response, whole with the security headers; the connection ends with it."""
        response = web.Response(text=self.text(status), status=status, headers=self.headers)
        response.force_close()
        return response

    def as_bytes(self, status: int) -> bytes:
        """The same as it goes over the wire, for where aiohttp has no request to answer."""
        body = self.text(status).encode()
        headers = {
            **self.headers,
            "Content-Type": "text/plain; charset=utf-8",
            "Content-Length": str(len(body)),
            "Connection": "close",
        }
        lines = [f"HTTP/1.1 {status} {HTTPStatus(status).phrase}", *(f"{name}: {headers[name]}" for name in headers)]
        return "\r\n".join([*lines, "", ""]).encode() + body


class Connection(web.RequestHandler):
    """One connection: its head has a time and a size, and its faults carry the numbers."""

    __slots__ = ("_head_bytes", "_head_timer", "_leaving", "_server", "_take_timer")

    def __init__(self, server: "Server", **kwargs: Any) -> None:
        super().__init__(server, **kwargs)
        self._server = server
        self._head_bytes = 0
        self._head_timer: asyncio.TimerHandle | None = None
        self._take_timer: asyncio.TimerHandle | None = None
        self._leaving = False

    @property
    def idle(self) -> bool:
        """Whether nothing whole was asked that is not answered yet."""
        return self._leaving or (self._waiter is not None and not self._waiter.done())

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """A place is taken; the clock of the first head starts."""
        super().connection_made(transport)
        self._head_timer = self._loop.call_later(self._server.limits.head_seconds, self._head_is_late)
        self._server.make_room(self)

    def connection_lost(self, exc: BaseException | None) -> None:
        """The place is free again."""
        self._head_is_whole()
        self._is_taken()
        super().connection_lost(exc)

    def pause_writing(self) -> None:
        """They don't take what they asked for: the clock starts."""
        super().pause_writing()
        if self._take_timer is None:
            self._take_timer = self._loop.call_later(self._server.limits.take_seconds, self.hang_up)

    def resume_writing(self) -> None:
        """They do take it."""
        super().resume_writing()
        self._is_taken()

    def data_received(self, data: bytes) -> None:
        """Bytes of a head or a body; a head that isn't whole yet is counted and timed."""
        super().data_received(data)
        if self._leaving:
            return
        if not self.idle:
            if self._head_timer is not None:
                self._head_is_whole()
            return
        self._head_bytes += len(data)
        if self._head_bytes > LARGEST_HEAD:
            self.turn_away(431)
        elif self._head_timer is None:
            self._head_timer = self._loop.call_later(self._server.limits.head_seconds, self._head_is_late)

    def turn_away(self, status: int) -> None:
        """Say why, with the numbers, and hang up."""
        transport = self.transport
        if self._leaving or not isinstance(transport, asyncio.Transport):
            return
        self._leaving = True
        transport.write(self._server.words.as_bytes(status))
        if transport.can_write_eof():
            transport.write_eof()
        self.close()
        # What they are still sending is read and dropped for a moment: a reset would take our words from them.
        self._loop.call_later(self._server.limits.linger_seconds, transport.close)

    def hang_up(self) -> None:
        """Free the place at once."""
        transport = self.transport
        self.force_close()
        if isinstance(transport, asyncio.WriteTransport):
            transport.abort()

    def _is_taken(self) -> None:
        if self._take_timer is not None:
            self._take_timer.cancel()
            self._take_timer = None

    def _head_is_whole(self) -> None:
        self._head_bytes = 0
        if self._head_timer is not None:
            self._head_timer.cancel()
            self._head_timer = None

    def _head_is_late(self) -> None:
        self._head_timer = None
        if self._leaving or not self.idle:
            return
        if self._head_bytes:
            self.turn_away(408)
        else:
            self.force_close()

    def handle_error(
        self, request: web.BaseRequest, status: int = 500, exc: BaseException | None = None, message: str | None = None
    ) -> web.StreamResponse:
        """What aiohttp says by itself, in our words: the numbers, no version, and nothing of the request in any log."""
        if status >= 500:
            log.error("failed channel=web error=%s route=none", type(exc).__name__)
        if request.writer.output_size > 0:
            raise ConnectionError("An answer was begun already.")
        return self._server.words.response(431 if isinstance(exc, LineTooLong) else status)

    async def finish_response(
        self, request: web.BaseRequest, resp: web.StreamResponse, start_time: float | None
    ) -> tuple[web.StreamResponse, bool]:
        """Sends it; a fault that passed by the application (an odd Expect) is put into our words first."""
        if isinstance(resp, web.HTTPException) and resp.status >= 400:
            resp = self._server.words.response(resp.status)
        return await super().finish_response(request, resp, start_time)


class Server(web.Server):
    """Makes guarded connections, at most so many; a new one takes the place of the longest open idle one."""

    def __init__(self, handler: Any, *, words: Words, limits: Limits, **kwargs: Any) -> None:
        super().__init__(handler, **kwargs)
        self.words = words
        self.limits = limits
        self._most = min(limits.connections, max(_files() - _SPARE_FILES, 16))

    def make_room(self, new: Connection) -> None:
        """If there are too many connections, end the first that waits for nothing of ours, else turn the new one away."""
        open_now = self.connections
        if len(open_now) <= self._most:
            return
        for each in open_now:
            if isinstance(each, Connection) and each is not new and each.idle:
                each.hang_up()
                return
        new.turn_away(503)

    def __call__(self) -> web.RequestHandler:
        return Connection(self, loop=self._loop, **self._kwargs)


class Runner(web.AppRunner):
    """Runs an application on guarded connections: no access log, no complaints that name an address."""

    def __init__(self, app: web.Application, words: Words, limits: Limits) -> None:
        silent = logging.Logger("porchlight.web.server", level=logging.CRITICAL + 1)  # stands alone: nothing to hand on
        super().__init__(
            app,
            access_log=None,
            logger=silent,
            shutdown_timeout=5,
            auto_decompress=False,  # nothing we are sent needs it, and a small body can unpack to a large one
            keepalive_timeout=limits.idle_seconds,
            lingering_time=limits.linger_seconds,
            max_line_size=limits.line,
            max_field_size=limits.field,
            max_headers=limits.fields,
        )
        self._words = words
        self._limits = limits

    async def _make_server(self) -> web.Server:
        made = await super()._make_server()
        return Server(
            made.request_handler,
            request_factory=made.request_factory,
            loop=made._loop,
            words=self._words,
            limits=self._limits,
            **made._kwargs,
        )


def _files() -> int:
    """How many files this process may have open."""
    if sys.platform != "win32":
        import resource

        with contextlib.suppress(OSError, ValueError):
            soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
            if soft != resource.RLIM_INFINITY:
                return soft
    return 1 << 20
