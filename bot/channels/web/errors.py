"""Whatever breaks or is refused becomes a page with 911 and 988, or one JSON error that carries them."""

import json
import logging
from collections.abc import Awaitable, Callable

from aiohttp import web
from multidict import CIMultiDict

from bot.channels.web.accept import preferred_language
from bot.channels.web.api import ErrorResponse
from bot.channels.web.cached import HTML, JSON
from bot.channels.web.keys import ENGINE, LAST_RESORT, PAGES
from bot.channels.web.rate_limit import TooManyMessages
from bot.channels.web.requests import language_of, meant_path, wants_fragment

log = logging.getLogger("porchlight.web")
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

#: The fault of bot/channels/web/pages.py for a status; for any other status it is bad_request.
_FAULTS = {
    404: "not_found",
    405: "not_allowed",
    408: "too_slow",
    413: "too_big",
    421: "not_found",
    429: "too_many",
    500: "broke",
}
#: What a person may bring about by writing: the API says it in their language.
_FOR_PEOPLE = frozenset({408, 413, 429})
#: What only a program can bring about: said in English to whoever writes it.
_FOR_DEVELOPERS = {
    404: "There is nothing at this address.",
    405: "This address can't be asked that way.",
    415: "Send the body as application/json, not compressed.",
    421: "This server does not answer to that name.",
}


@web.middleware
async def never_silent(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Turn any fault into a page with the numbers or a JSON error; lead a mistyped address to the page it means."""
    try:
        return await handler(request)
    except web.HTTPException as fault:
        if fault.status < 400:
            raise
        if fault.status == 404 and (path := meant_path(request.path, request.app[ENGINE].content)):
            query = request.rel_url.raw_query_string
            return web.Response(status=308, headers={"Location": f"{path}?{query}" if query else path})
        kept = {name: fault.headers[name] for name in ("Allow", "Retry-After") if name in fault.headers}
        return _fault(request, fault.status, kept, fault.lang if isinstance(fault, TooManyMessages) else "")
    except Exception as error:  # whatever breaks, the numbers are sent
        log_fault(request, error)
        return _fault(request, 500)


def html_response(text: str, status: int = 200) -> web.Response:
    """A page that is made already."""
    return web.Response(text=text, content_type=HTML, charset="utf-8", status=status)


def api_error(
    request: web.Request, status: int, sentence: str, headers: CIMultiDict[str] | None = None
) -> web.Response:
    """{"error": …}: the sentence, then when to call 911 and 988.

    That stands in the language that Accept-Language asks for, in every language if it asks for none of them.
    """
    pages = request.app[PAGES]
    asked = preferred_language(request.headers.get("Accept-Language", ""), pages.langs)
    care = " ".join(pages.care(lang) for lang in pages.langs if asked in (lang, None))
    return _json_error(status, f"{sentence} {care}", headers)


def log_fault(request: web.Request, error: Exception) -> None:
    """One line for a fault: its class and the name of the route, both names of our own; never its words."""
    route = request.match_info.route.resource.name if request.match_info.route.resource else None
    log.error("failed channel=web error=%s route=%s", type(error).__name__, route or "none")


def _fault(request: web.Request, status: int, kept: dict[str, str] | None = None, lang: str = "") -> web.Response:
    pages = request.app[PAGES]
    headers: CIMultiDict[str] = CIMultiDict(kept or {})
    lang = lang or language_of(request, pages.langs)
    fault = _FAULTS.get(status, "bad_request")
    if request.path.startswith("/api/"):
        if status >= 500:
            return web.Response(text=request.app[LAST_RESORT][lang], content_type=JSON, status=status)
        if status in _FOR_PEOPLE:
            return _json_error(status, pages.fault_sentence(lang, fault), headers)
        return api_error(request, status, _FOR_DEVELOPERS.get(status, "This could not be read."), headers)
    response = html_response(
        pages.fault_fragment(lang, fault) if wants_fragment(request) else pages.fault(lang, fault), status
    )
    response.headers.extend(headers)
    return response


def _json_error(status: int, sentence: str, headers: CIMultiDict[str] | None) -> web.Response:
    body = ErrorResponse(error=sentence).model_dump()
    return web.Response(text=json.dumps(body), content_type=JSON, status=status, headers=headers)
