"""The web chat: a page that works before its script, an API, and pages that carry 911 and 988 whatever breaks.

Nothing that reaches it is kept: no cookie, no access log, no session. Its log names the kind of a fault and the route.
"""

import json
import logging
from urllib.parse import urlsplit

from aiohttp import web
from multidict import CIMultiDict

import bot
from bot.channels import render
from bot.channels.web_ask import BadRequest, accepted, from_form, from_json
from bot.channels.web_guard import GUARD, LARGEST, Guard, Handler, TooMany, guarded
from bot.channels.web_openapi import document
from bot.channels.web_pages import NEUTRAL, PAGE, Pages, Place
from bot.channels.web_ready import PAGE_STEP, STEP, Ready, Shelf, filled
from bot.channels.web_server import Limits, Runner, Words
from bot.engine import Engine
from bot.model import Incoming, Reply
from bot.settings import Settings

log = logging.getLogger("porchlight.web")

ENGINE: web.AppKey[Engine] = web.AppKey("engine", Engine)
PAGES: web.AppKey[Pages] = web.AppKey("pages", Pages)
SETTINGS: web.AppKey[Settings] = web.AppKey("settings", Settings)
LAST: web.AppKey[dict[str, str]] = web.AppKey("last", dict)  # the API's last resort by language, ready to send
SHELF: web.AppKey[Shelf] = web.AppKey("shelf", Shelf)  # the pages that are the same for everybody
EMBED: web.AppKey[Ready] = web.AppKey("embed", Ready)
FILES: web.AppKey[dict[str, Ready]] = web.AppKey("files", dict)
DOCUMENT: web.AppKey[Ready] = web.AppKey("document", Ready)  # the description of the API
POLICY: web.AppKey[str] = web.AppKey("policy", str)

HTML = "text/html"
JSON = "application/json"
FORM = "application/x-www-form-urlencoded"

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
_TYPES = {".js": "text/javascript", ".svg": "image/svg+xml"}
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


def create_app(engine: Engine, settings: Settings) -> web.Application:
    """The web chat, ready to be served; other channels add their webhooks with `add_webhook`."""
    app = web.Application(client_max_size=LARGEST, middlewares=[_never_silent, guarded])
    app[ENGINE] = engine
    app[SETTINGS] = settings
    app[GUARD] = Guard(settings)
    app.cleanup_ctx.append(app[GUARD].forgetting)
    app[PAGES] = Pages(engine)
    app[SHELF] = Shelf()
    app[POLICY] = _POLICY.format(style=app[PAGES].style_hash)
    app[EMBED] = Ready(app[PAGES].embed_script(), "text/javascript")
    app[LAST] = {lang: _contract(engine.last_resort(lang)) for lang in engine.langs}
    app[DOCUMENT] = Ready(json.dumps(document(engine.content, getattr(bot, "__version__", "0"))), JSON)
    app[FILES] = {file.name: Ready(file.read_bytes(), _TYPES[file.suffix]) for file in (PAGE / "static").iterdir()}
    app.on_response_prepare.append(_dress)
    _routes(app)
    return app


def add_webhook(app: web.Application, path: str, handler: Handler) -> None:
    """POST `path` goes to `handler`, which checks who posts and how much: it is a platform's door, not a person's."""
    app.router.add_post(path, handler)
    app[GUARD].own_doors.add(path)


def create_runner(app: web.Application, limits: Limits | None = None) -> web.AppRunner:
    """A runner on guarded connections, without access log, and whose own complaints (they name addresses) go nowhere."""
    return Runner(app, _server_words(app[PAGES], app[POLICY]), limits or Limits())


def _server_words(pages: Pages, policy: str) -> Words:
    """What is said to a connection that never became a request: its language is unknown, so all are there."""

    def every(fault: str) -> str:
        return "\n".join(pages.sentence(lang, fault) for lang in pages.langs) + "\n"

    headers = {**_HEADERS, "Content-Security-Policy": f"{policy}'none'", "Cache-Control": "no-store"}
    return Words(headers, broken=every("bad_request"), slow=every("too_slow"), busy=every("busy"), fault=every("broke"))


def _routes(app: web.Application) -> None:
    router = app.router
    pages = {"page": "/", **{f"page_{lang}": f"/{lang}" for lang in app[ENGINE].langs}, "school": "/s/{school}"}
    for name, path in pages.items():
        resource = router.add_resource(path, name=name)
        for method, handler in (("GET", _page), ("HEAD", _page), ("POST", _said)):
            resource.add_route(method, handler)
    router.add_post("/api/reply", _api_reply, name="api_reply")
    router.add_get("/api/openapi.json", _openapi, name="openapi")
    router.add_get("/emergency", _emergency, name="emergency")
    router.add_get("/who-can-see", _who_can_see, name="who_can_see")
    router.add_get("/exit", _exit, name="exit")
    router.add_get("/embed.js", _embed, name="embed")
    router.add_get("/static/{file}", _static, name="static")
    router.add_get("/healthz", _alive, name="healthz")
    router.add_get("/readyz", _alive, name="readyz")


# --- pages -------------------------------------------------------------------------------------


async def _page(request: web.Request) -> web.Response:
    place = _place(request)
    return request.app[SHELF].get(place, HTML, lambda: request.app[PAGES].chat(place)).response(request)


async def _said(request: web.Request) -> web.Response:
    """One message of the form: the whole page with its exchange, or only the exchange for the script."""
    place = _place(request)
    pages = request.app[PAGES]
    fragment = bool(request.headers.get("X-Fragment"))
    if request.content_type != FORM:
        return _html(pages.fault(place.lang, "bad_request"), 415)
    body = await request.read()
    lang, typed = place.lang, ""
    try:
        incoming = from_form(body, place.lang, place.school, request.app[ENGINE].content)
        lang, typed = incoming.lang or lang, incoming.text
        reply = await request.app[GUARD].answer(request, request.app[ENGINE], incoming)
        said = incoming.text or _label(request, incoming)
        html = pages.exchange(reply, place, said) if fragment else pages.chat(place, reply, said)
    except TooMany as fault:
        if fragment:
            raise
        response = _html(pages.fault_keeping(fault.lang, "too_many", place, typed), fault.status)
        response.headers["Retry-After"] = fault.headers["Retry-After"]
        return response
    except Exception as error:  # whatever breaks, the numbers are sent
        _told(request, error)
        html = pages.last_fragment(lang) if fragment else pages.fault_keeping(lang, "broke", place, typed)
    return _answer(html, HTML, STEP if fragment else PAGE_STEP)


async def _emergency(request: web.Request) -> web.Response:
    asked, langs = request.query.get("lang", ""), request.app[ENGINE].langs
    lang = asked if asked in langs else accepted(request.headers.get("Accept-Language", ""), langs)
    school = _framed_for(request)
    page = request.app[SHELF].get(("emergency", lang, school), HTML, lambda: request.app[PAGES].emergency(lang, school))
    response = page.response(request, tagged=True)
    if asked not in langs:
        response.headers["Vary"] += ", Accept-Language"
    response.headers["Cache-Control"] = "public, max-age=3600, stale-if-error=604800"
    return response


async def _who_can_see(request: web.Request) -> web.Response:
    lang, school = _place(request).lang, _framed_for(request)
    page = request.app[SHELF].get(("who", lang, school), HTML, lambda: request.app[PAGES].who_can_see(lang, school))
    return page.response(request)


async def _exit(request: web.Request) -> web.Response:
    """The way out without a script: clear what the browser holds of this site, then a neutral page."""
    return web.Response(status=303, headers={"Location": NEUTRAL, "Clear-Site-Data": '"*"'})


async def _embed(request: web.Request) -> web.Response:
    """The script that a school puts into its own page; any page may load it, the frame opens only for allowed ones."""
    response = request.app[EMBED].response(request, tagged=True)
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    response.headers["Cache-Control"] = "public, max-age=3600"
    return response


async def _static(request: web.Request) -> web.Response:
    file = request.app[FILES].get(request.match_info["file"])
    if file is None:
        raise web.HTTPNotFound
    return file.response(request)


async def _alive(request: web.Request) -> web.Response:
    return web.Response(text="ok")


# --- the API -----------------------------------------------------------------------------------


async def _api_reply(request: web.Request) -> web.Response:
    engine = request.app[ENGINE]
    if request.content_type != JSON:
        return _error(415, _SENTENCES[415])
    body = await request.read()
    try:
        incoming = from_json(body, engine.content)
    except BadRequest as fault:
        return _error(400, str(fault))
    try:
        text = _contract(await request.app[GUARD].answer(request, engine, incoming))
    except TooMany:
        raise
    except Exception as error:  # whatever breaks, the numbers are sent
        _told(request, error)
        text = request.app[LAST][incoming.lang or engine.langs[0]]
    return _answer(text, JSON, STEP)


async def _openapi(request: web.Request) -> web.Response:
    return request.app[DOCUMENT].response(request)


def _contract(reply: Reply) -> str:
    return json.dumps(render.contract(reply))


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


# --- small parts -------------------------------------------------------------------------------


def _place(request: web.Request) -> Place:
    """Which page this is; an unknown school is not found."""
    engine = request.app[ENGINE]
    asked = request.query.get("lang", "")
    school = request.match_info.get("school")
    if school is not None and school not in engine.content.schools:
        raise web.HTTPNotFound
    named = request.path.strip("/")
    if named in engine.langs and school is None:
        return Place(named, f"/{named}")
    lang = asked if asked in engine.langs else accepted(request.headers.get("Accept-Language", ""), engine.langs)
    if school is not None:
        return Place(lang, f"/s/{school}?lang={lang}", school)
    return Place(lang, f"/{lang}" if asked else "/")


def _framed_for(request: web.Request) -> str | None:
    """Whose school's page led to one of the two pages that every page links to."""
    school = request.query.get("school", "")
    known = request.path in ("/who-can-see", "/emergency") and school in request.app[ENGINE].content.schools
    return school if known else None


def _label(request: web.Request, incoming: Incoming) -> str:
    """What a pressed button said, to show it as the person's own line."""
    words = request.app[ENGINE].content.languages[incoming.lang or request.app[ENGINE].langs[0]]
    if incoming.action == "more":
        return words.shared.button_more
    if incoming.topic:
        return words.replies[incoming.topic].button
    labels = {"menu": words.shared.button_menu, "numbers": words.shared.button_numbers}
    return labels.get(incoming.action, words.shared.button_not_meant)


def _answer(text: str, kind: str, step: int) -> web.Response:
    """What answers a message: as long as any other, and nobody on the way may undo that by compressing it."""
    response = web.Response(body=filled(text, step), content_type=kind, charset="utf-8")
    response.headers["Cache-Control"] = "no-store, no-transform"
    return response


def _html(text: str, status: int = 200) -> web.Response:
    return web.Response(text=text, content_type=HTML, charset="utf-8", status=status)
