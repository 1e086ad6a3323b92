"""The HTTP server under the application: limits on slow, large and idle connections, and the words for those that never
become a request.

By itself aiohttp answers malformed HTTP in its own words, with its version, and waits a long time for a slow head. Here
whoever is at the other end gets 911 and 988, and an idle connection gives its place to the next one.

Everything here builds on names of aiohttp without an underscore, but some of them (`RequestHandler.handle_error`,
`finish_response`) are documented nowhere. pyproject.toml therefore names an upper bound, and
tests/channels/web/test_aiohttp_canary.py says what changed when the bound is raised.
"""

import asyncio
import contextlib
import logging
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from aiohttp import StreamReader, web
from aiohttp.http_exceptions import LineTooLong

log = logging.getLogger("porchlight.web")
#: The largest head of a request, all lines together, in bytes.
MAX_HEAD_BYTES = 32 * 1024
#: Open files left to everything else than connections.
SPARE_FILES = 128
#: Connections allowed where the process may open hardly any files.
MIN_CONNECTIONS = 16
#: Requests still being answered at a stop have this many seconds.
SHUTDOWN_SECONDS = 5.0


@dataclass(frozen=True)
class Limits:
    """How long and how large a connection may be before and between its requests; times in seconds, sizes in bytes."""

    connections: int = 1000
    head_seconds: float = 10.0  # from the first byte of a head to its last
    idle_seconds: float = 75.0  # longer than proxies hold a connection, so that they are the ones to close it
    linger_seconds: float = 2.0  # what is still being sent after a refusal is read for this long
    unread_seconds: float = 30.0  # for a client that does not read its answer
    line_bytes: int = 4096
    field_bytes: int = 8190
    fields: int = 64


@dataclass(frozen=True)
class Refusals:
    """What is said where no page can be made: a sentence and the numbers, in every language, by status."""

    headers: Mapping[str, str]
    unreadable: str  # 400 and all other statuses
    too_slow: str  # 408
    busy: str  # 503
    broke: str  # 500, 504

    def text(self, status: int) -> str:
        """The plain text for a status."""
        return {408: self.too_slow, 503: self.busy, 500: self.broke, 504: self.broke}.get(status, self.unreadable)

    def response(self, status: int) -> web.Response:
        """The same as a response with the security headers; the connection ends after it."""
        response = web.Response(text=self.text(status), status=status, headers=self.headers)
        response.force_close()
        return response

    def as_bytes(self, status: int) -> bytes:
        """The same as it goes over the wire, where aiohttp has no request to answer."""
        body = self.text(status).encode()
        headers = {
            **self.headers,
            "Content-Type": "text/plain; charset=utf-8",
            "Content-Length": str(len(body)),
            "Connection": "close",
        }
        lines = [f"HTTP/1.1 {status} {HTTPStatus(status).phrase}", *(f"{name}: {headers[name]}" for name in headers)]
        return "\r\n".join([*lines, "", ""]).encode() + body


class GuardedConnection(web.RequestHandler):
    """One connection: its heads have a time and a size, and its faults carry the numbers."""

    __slots__ = ("_answering", "_body", "_guard", "_head_size", "_head_timer", "_parsing", "_refused", "_unread_timer")

    def __init__(self, guard: "GuardedServer", **options: Any) -> None:
        super().__init__(guard, **options)
        self._guard = guard
        self._head_size = 0
        self._head_timer: asyncio.TimerHandle | None = None
        self._unread_timer: asyncio.TimerHandle | None = None
        self._refused = False
        self._parsing = False  # bytes came in that may complete a head
        self._answering = False  # a request was taken up and its answer is not sent yet
        self._body: StreamReader | None = None  # of the last request

    @property
    def is_idle(self) -> bool:
        """Whether no complete request is waiting for its answer."""
        if self._refused:
            return True
        between_requests = self._body is None or self._body.is_eof()
        return between_requests and not self._parsing and not self._answering

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Start the time of the first head; over the limit of connections, close one."""
        super().connection_made(transport)
        self._start_head_timer()
        self._guard.keep_to_limit(self)

    def connection_lost(self, exc: BaseException | None) -> None:
        """Stop all timers."""
        self._head_is_complete()
        self._stop_unread_timer()
        super().connection_lost(exc)

    def pause_writing(self) -> None:
        """The client does not read its answer: it has `unread_seconds` to start."""
        super().pause_writing()
        if self._unread_timer is None:
            loop = asyncio.get_running_loop()
            self._unread_timer = loop.call_later(self._guard.limits.unread_seconds, self.abort)

    def resume_writing(self) -> None:
        """The client reads again."""
        super().resume_writing()
        self._stop_unread_timer()

    def data_received(self, data: bytes) -> None:
        """Parse the bytes of a head or a body; an incomplete head is counted and timed."""
        super().data_received(data)
        if self._refused:
            return
        self._parsing = True
        # A head that is complete now is taken up by aiohttp in the callback before this one: see begin_request.
        asyncio.get_running_loop().call_soon(self._after_parsing, len(data))

    def begin_request(self, body: StreamReader) -> None:
        """aiohttp takes up a request; `body` is its payload, which may still be arriving."""
        self._answering = True
        self._body = body
        self._head_is_complete()

    def refuse(self, status: int) -> None:
        """Say why, with the numbers, and hang up."""
        transport = self.transport
        if self._refused or not isinstance(transport, asyncio.Transport):
            return
        self._refused = True
        transport.write(self._guard.refusals.as_bytes(status))
        if transport.can_write_eof():
            transport.write_eof()
        self.close()
        # What is still being sent is read and dropped for a moment: a reset would take our words from the client.
        asyncio.get_running_loop().call_later(self._guard.limits.linger_seconds, transport.close)

    def abort(self) -> None:
        """Close at once, whatever is still to be sent."""
        transport = self.transport
        self.force_close()
        if isinstance(transport, asyncio.WriteTransport):
            transport.abort()

    def handle_error(
        self, request: web.BaseRequest, status: int = 500, exc: BaseException | None = None, message: str | None = None
    ) -> web.StreamResponse:
        """The answer to malformed HTTP or a fault below the application: the numbers, and nothing of the request.

        ConnectionError if an answer was begun already. The log gets the class of a fault, never its words.
        """
        if status >= 500:
            log.error("failed channel=web error=%s route=none", type(exc).__name__)
        if request.writer.output_size > 0:
            raise ConnectionError("An answer was begun already.")
        return self._guard.refusals.response(431 if isinstance(exc, LineTooLong) else status)

    async def finish_response(
        self, request: web.BaseRequest, resp: web.StreamResponse, start_time: float | None
    ) -> tuple[web.StreamResponse, bool]:
        """Send the answer; a fault that bypassed the application (an unknown Expect) gets our words first."""
        if isinstance(resp, web.HTTPException) and resp.status >= 400:
            resp = self._guard.refusals.response(resp.status)
        try:
            return await super().finish_response(request, resp, start_time)
        finally:
            self._answering = False

    def _after_parsing(self, received: int) -> None:
        self._parsing = False
        if not self.is_idle or self._refused or self.transport is None:
            return
        self._head_size += received
        if self._head_size > MAX_HEAD_BYTES:
            self.refuse(431)
        elif self._head_timer is None and self._head_size:
            self._start_head_timer()

    def _start_head_timer(self) -> None:
        loop = asyncio.get_running_loop()
        self._head_timer = loop.call_later(self._guard.limits.head_seconds, self._head_is_late)

    def _head_is_complete(self) -> None:
        self._head_size = 0
        if self._head_timer is not None:
            self._head_timer.cancel()
            self._head_timer = None

    def _head_is_late(self) -> None:
        self._head_timer = None
        if self._refused or not self.is_idle:
            return
        if self._head_size:
            self.refuse(408)
        else:
            self.force_close()

    def _stop_unread_timer(self) -> None:
        if self._unread_timer is not None:
            self._unread_timer.cancel()
            self._unread_timer = None


class GuardedServer(web.Server):
    """Makes guarded connections for an application, and closes idle ones above the limit."""

    def __init__(self, application: web.AppRunner, refusals: Refusals, limits: Limits) -> None:
        super().__init__(self.answer, request_factory=self.begin)
        self.refusals = refusals
        self.limits = limits
        self._application = application
        self._max_connections = min(limits.connections, max(_max_open_files() - SPARE_FILES, MIN_CONNECTIONS))
        self._options: dict[str, Any] = {
            "access_log": None,
            "logger": logging.Logger("porchlight.web.server", level=logging.CRITICAL + 1),  # stands alone, says nothing
            "auto_decompress": False,  # nothing we are sent needs it, and a small body can unpack to a large one
            "keepalive_timeout": limits.idle_seconds,
            "lingering_time": limits.linger_seconds,
            "max_line_size": limits.line_bytes,
            "max_field_size": limits.field_bytes,
            "max_headers": limits.fields,
        }

    def __call__(self) -> web.RequestHandler:
        """The protocol of a new connection."""
        return GuardedConnection(self, loop=asyncio.get_running_loop(), **self._options)

    async def answer(self, request: web.BaseRequest) -> web.StreamResponse:
        """The application's answer."""
        return await self._running().request_handler(request)

    def begin(
        self, message: Any, payload: StreamReader, protocol: web.RequestHandler, writer: Any, task: Any
    ) -> web.BaseRequest:
        """The application's request for what was parsed; its connection is told that it has one."""
        if isinstance(protocol, GuardedConnection):
            protocol.begin_request(payload)
        return self._running().request_factory(message, payload, protocol, writer, task)

    def keep_to_limit(self, new: GuardedConnection) -> None:
        """Above the limit close the longest open idle connection; if none is idle, refuse the new one."""
        connections = self.connections
        if len(connections) <= self._max_connections:
            return
        for each in connections:
            if isinstance(each, GuardedConnection) and each is not new and each.is_idle:
                each.abort()
                return
        new.refuse(503)

    def _running(self) -> web.Server:
        running = self._application.server
        if running is None:
            raise RuntimeError("The application is not set up; await setup() of its runner first.")
        return running


class GuardedRunner(web.ServerRunner):
    """Runs an application on guarded connections: no access log, no complaints that name an address.

    To be made where an event loop runs; used like web.AppRunner, with setup() and cleanup().
    """

    def __init__(self, app: web.Application, refusals: Refusals, limits: Limits) -> None:
        self._application = web.AppRunner(app)
        super().__init__(GuardedServer(self._application, refusals, limits), shutdown_timeout=SHUTDOWN_SECONDS)

    async def setup(self) -> None:
        """Start the application up."""
        await self._application.setup()
        await super().setup()

    async def cleanup(self) -> None:
        """Stop listening, let running requests end, then clean the application up."""
        await super().cleanup()
        await self._application.cleanup()


def _max_open_files() -> int:
    if sys.platform != "win32":
        import resource

        with contextlib.suppress(OSError, ValueError):
            soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
            if soft != resource.RLIM_INFINITY:
                return soft
    return 1 << 20
