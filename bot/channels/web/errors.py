"""Whatever breaks becomes a page with 911 and 988, or one sentence of JSON."""

import logging

from aiohttp import web
from multidict import CIMultiDict

from bot.channels.web.accept import accepted
from bot.channels.web.guard import Handler, TooMany
from bot.channels.web.keys import ENGINE, HTML, JSON, LAST, PAGES

log = logging.getLogger("porchlight.web")


def _html(text: str, status: int = 200) -> web.Response:
    return web.Response(text=text, content_type=HTML, charset="utf-8", status=status)


_FAULTS = {
    404: "not_found",
    405: "not_allowed",
    408: "too_slow",
    413: "too_big",
    421: "not_found",
    429: "too_many",
    500: "broke",
}
_SENTENCES = {
    404: "There is nothing at this address.",
    405: "This address can't be asked that way.",
    415: "Send the body as application/json, not compressed.",
    421: "This server does not answer to that name.",
}
_FOR_PEOPLE = frozenset({408, 413, 429})  # what a person may bring about by writing: said in their language


def _error(status: int, sentence: str, headers: CIMultiDict[str] | None = None) -> web.Response:
    return web.json_response({"error": sentence}, status=status, headers=headers)


# --- whatever breaks ---------------------------------------------------------------------------


@web.middleware
async def _never_silent(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Any fault becomes a page with the numbers, or one sentence of JSON; the log gets its kind, never its words."""
    try:
        return await handler(request)
    except web.HTTPException as fault:
        if fault.status < 400:
            raise
        kept = {name: fault.headers[name] for name in ("Allow", "Retry-After") if name in fault.headers}
        return _fault(request, fault.status, kept, fault.lang if isinstance(fault, TooMany) else "")
    except Exception as error:  # whatever breaks, the numbers are sent
        _told(request, error)
        return _fault(request, 500)


def _fault(request: web.Request, status: int, kept: dict[str, str] | None = None, lang: str = "") -> web.Response:
    engine = request.app[ENGINE]
    pages = request.app[PAGES]
    headers: CIMultiDict[str] = CIMultiDict(kept or {})
    lang = lang or accepted(request.headers.get("Accept-Language", ""), engine.langs)
    fault = _FAULTS.get(status, "bad_request")
    if request.path.startswith("/api/"):
        if status >= 500:
            return web.Response(text=request.app[LAST][lang], content_type=JSON, status=status)
        if status in _FOR_PEOPLE:
            return _error(status, pages.sentence(lang, fault), headers)
        return _error(status, _SENTENCES.get(status, "This could not be read."), headers)
    fragment = bool(request.headers.get("X-Fragment"))
    response = _html(pages.fault_fragment(lang, fault) if fragment else pages.fault(lang, fault), status)
    response.headers.extend(headers)
    return response


def _told(request: web.Request, error: Exception) -> None:
    """Only names of our own reach the log: the class of the fault and the route."""
    route = request.match_info.route.resource.name if request.match_info.route.resource else None
    log.error("failed channel=web error=%s route=%s", type(error).__name__, route or "none")
