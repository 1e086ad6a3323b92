"""The security headers of every response."""

from urllib.parse import urlsplit

from aiohttp import web

from bot.channels.web.guard import GUARD
from bot.channels.web.keys import ENGINE, POLICY, SETTINGS
from bot.channels.web.place import _framed_for

_SENSORS = (
    "accelerometer",
    "browsing-topics",
    "camera",
    "display-capture",
    "geolocation",
    "gyroscope",
    "microphone",
    "usb",
)
_HEADERS = {
    "Server": "web",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Permitted-Cross-Domain-Policies": "none",
    "X-Robots-Tag": "noarchive",
    "Permissions-Policy": ", ".join(f"{name}=()" for name in _SENSORS),
}
# The style stands in the page itself, known by its hash: no second request before anything is seen.
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src '{style}'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors "
)


async def _dress(request: web.Request, response: web.StreamResponse) -> None:
    """The security headers, on everything this server sends."""
    headers = response.headers
    shared = headers.get("Cross-Origin-Resource-Policy", "same-origin")
    headers.update(_HEADERS)
    headers["Cross-Origin-Resource-Policy"] = shared  # the one script for other people's pages says cross-origin
    ancestors = _ancestors(request)
    headers["Content-Security-Policy"] = request.app[POLICY] + (" ".join(ancestors) or "'none'")
    if not ancestors:
        headers["X-Frame-Options"] = "DENY"
    request.app[GUARD].dress(request, response)
    headers.setdefault("Cache-Control", "no-store")


def _ancestors(request: web.Request) -> list[str]:
    """The origins that may show this page inside theirs: a school's own, for the school's page only."""
    school = request.app[ENGINE].content.schools.get(request.match_info.get("school") or _framed_for(request) or "")
    if school is None:
        return []
    origins = (urlsplit(address) for address in (*school.embed_from, *request.app[SETTINGS].allowed_origins))
    return list(dict.fromkeys(f"{origin.scheme}://{origin.netloc}" for origin in origins if origin.netloc))
