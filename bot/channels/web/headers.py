"""The security headers of every response."""

from urllib.parse import urlsplit

from aiohttp import web

from bot.channels.web.errors import log_fault
from bot.channels.web.keys import CORS, ENGINE, POLICY, PROXIES, SETTINGS
from bot.channels.web.requests import linking_school

_FEATURES_OFF = (
    "accelerometer",
    "browsing-topics",
    "camera",
    "display-capture",
    "geolocation",
    "gyroscope",
    "microphone",
    "usb",
)
SECURITY_HEADERS = {
    "Server": "web",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Permitted-Cross-Domain-Policies": "none",
    "X-Robots-Tag": "noarchive",
    "Permissions-Policy": ", ".join(f"{name}=()" for name in _FEATURES_OFF),
}
_HSTS = "max-age=31536000"  # a year, in seconds


def content_security_policy(style_hash: str) -> str:
    """The policy of all pages up to its frame-ancestors, whose origins are to be added.

    The style stands in the page itself, known by its hash: no second request before anything is seen.
    """
    return (
        f"default-src 'none'; script-src 'self'; style-src '{style_hash}'; img-src 'self'; connect-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors "
    )


async def add_security_headers(request: web.Request, response: web.StreamResponse) -> None:
    """Add the security headers; never raises: a fault leaves the strictest ones, and the answer is sent."""
    headers = response.headers
    resource_policy = headers.get("Cross-Origin-Resource-Policy", "same-origin")
    headers.update(SECURITY_HEADERS)
    headers["Cross-Origin-Resource-Policy"] = (
        resource_policy  # the one script for other people's pages says cross-origin
    )
    headers["Content-Security-Policy"] = f"{request.app[POLICY]}'none'"
    headers["X-Frame-Options"] = "DENY"
    headers.setdefault("Cache-Control", "no-store")
    try:
        _add_for_request(request, response)
    except Exception as error:
        log_fault(request, error)


def _add_for_request(request: web.Request, response: web.StreamResponse) -> None:
    """What depends on who asks, and how: framing, TLS, the origin."""
    if origins := _framing_origins(request):
        response.headers["Content-Security-Policy"] = request.app[POLICY] + " ".join(origins)
        del response.headers["X-Frame-Options"]
    if request.app[PROXIES].is_https(request):
        response.headers["Strict-Transport-Security"] = _HSTS
    request.app[CORS].add_headers(request, response)


def _framing_origins(request: web.Request) -> list[str]:
    """The origins that may show this page inside theirs: a school's own, for the school's page only."""
    content = request.app[ENGINE].content
    school = content.schools.get(request.match_info.get("school") or linking_school(request, content) or "")
    if school is None:
        return []
    origins = (urlsplit(address) for address in (*school.embed_from, *request.app[SETTINGS].allowed_origins))
    return list(dict.fromkeys(f"{origin.scheme}://{origin.netloc}" for origin in origins if origin.netloc))
