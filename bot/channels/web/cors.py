"""Which pages of other origins may call the API (CORS). Own code and not aiohttp-cors: one address, two headers."""

from collections.abc import Iterable

from aiohttp import web

#: A browser may keep the answer to a preflight request for this many seconds.
PREFLIGHT_SECONDS = 600


class Cors:
    """The CORS headers, for the origins of the setting API_ORIGINS and for paths under /api/ only."""

    def __init__(self, origins: Iterable[str]) -> None:
        self._origins = frozenset(origins)

    def options(self, request: web.Request) -> web.Response:
        """The answer to OPTIONS: 204 with the methods of an address; HTTPNotFound where there is none.

        A preflight request from an allowed origin is told that it may go on.
        """
        refused = request.match_info.http_exception
        if isinstance(refused, web.HTTPNotFound):
            raise refused
        allow = "GET, HEAD, POST" if refused is None else refused.headers.get("Allow", "")
        response = web.Response(status=204, headers={"Allow": f"{allow},OPTIONS"})
        if "Access-Control-Request-Method" in request.headers and self._is_allowed(request):
            response.headers["Access-Control-Allow-Methods"] = allow
            response.headers["Access-Control-Allow-Headers"] = "Content-Type"
            response.headers["Access-Control-Max-Age"] = str(PREFLIGHT_SECONDS)
        return response

    def add_headers(self, request: web.Request, response: web.StreamResponse) -> None:
        """Let an allowed origin read the answer; tell caches that it depends on the origin."""
        if not self._origins or not request.path.startswith("/api/"):
            return
        response.headers["Vary"] = ", ".join(filter(None, (response.headers.get("Vary"), "Origin")))
        if self._is_allowed(request):
            response.headers["Access-Control-Allow-Origin"] = request.headers.get("Origin", "")
            response.headers["Access-Control-Expose-Headers"] = "Retry-After"

    def _is_allowed(self, request: web.Request) -> bool:
        return request.headers.get("Origin", "") in self._origins and request.path.startswith("/api/")
