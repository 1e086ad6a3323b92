"""The web chat: a page that works before its script, an API, and pages that carry 911 and 988 whatever breaks.

Nothing that reaches it is kept: no cookie, no access log, no session. Its log names the kind of a fault and the route.
"""

import json

from aiohttp import web

import bot
from bot.channels.web.accept import known_language
from bot.channels.web.api import BadRequest, parse_request, reply_json, request_model
from bot.channels.web.cached import (
    HTML,
    JSON,
    PAD_BYTES,
    PAGE_PAD_BYTES,
    CachedResponse,
    ResponseCache,
    padded_response,
)
from bot.channels.web.cors import Cors
from bot.channels.web.errors import Handler, api_error, html_response, log_fault, never_silent
from bot.channels.web.forwarded import TrustedProxies
from bot.channels.web.guard import MAX_BODY_BYTES, MAX_BODY_SECONDS, guarded
from bot.channels.web.headers import SECURITY_HEADERS, add_security_headers, content_security_policy
from bot.channels.web.keys import (
    BODY_SECONDS,
    CACHE,
    CORS,
    EMBED,
    ENGINE,
    LAST_RESORT,
    LIMITER,
    OPENAPI,
    PAGES,
    POLICY,
    PROXIES,
    REQUEST_MODEL,
    SETTINGS,
    STATIC_FILES,
    WEBHOOKS,
)
from bot.channels.web.openapi import document
from bot.channels.web.pages import STATIC, Pages
from bot.channels.web.rate_limit import RateLimiter, TooManyMessages
from bot.channels.web.requests import (
    button_label,
    from_form,
    language_of,
    linking_school,
    place_of,
    wants_fragment,
)
from bot.channels.web.server import GuardedRunner, Limits, Refusals
from bot.dialogue import Incoming, Reply
from bot.engine import Engine
from bot.settings import Settings

FORM = "application/x-www-form-urlencoded"
#: What is served under /static/.
_STATIC_FILES = {"chat.js": "text/javascript", "exit.js": "text/javascript", "icon.svg": "image/svg+xml"}
#: A page that shows numbers may be kept for an hour, and for a week if the server can't be reached; in seconds.
_KEEP_NUMBERS = "public, max-age=3600, stale-if-error=604800"


def create_app(engine: Engine, settings: Settings, pages: Pages | None = None) -> web.Application:
    """The web chat, ready to be served; other channels add their webhooks with `add_webhook`.

    `pages` may be handed in where several applications share them; they must be made from the same content.
    """
    app = web.Application(client_max_size=MAX_BODY_BYTES, middlewares=[never_silent, guarded])
    app[ENGINE] = engine
    app[SETTINGS] = settings
    app[PROXIES] = TrustedProxies(settings)
    app[CORS] = Cors(settings.api_origins)
    app[LIMITER] = RateLimiter(settings.rate_limit)
    app.cleanup_ctx.append(app[LIMITER].expiring)
    app[BODY_SECONDS] = MAX_BODY_SECONDS
    app[WEBHOOKS] = set()
    app[PAGES] = pages or Pages(engine)
    app[CACHE] = ResponseCache(app[PAGES])
    app[POLICY] = content_security_policy(app[PAGES].style_hash)
    app[EMBED] = CachedResponse(app[PAGES].embed_script(), "text/javascript")
    app[STATIC_FILES] = {
        name: CachedResponse((STATIC / name).read_bytes(), kind) for name, kind in _STATIC_FILES.items()
    }
    app[REQUEST_MODEL] = request_model(engine.content)
    app[OPENAPI] = CachedResponse(json.dumps(document(engine.content, bot.__version__)), JSON)
    app[LAST_RESORT] = {lang: reply_json(engine.last_resort(lang)) for lang in engine.langs}
    app.on_response_prepare.append(add_security_headers)
    _add_routes(app)
    return app


def add_webhook(app: web.Application, path: str, handler: Handler) -> None:
    """POST `path` goes to `handler`, which checks the sender and the size itself: a platform calls it, not a person."""
    app.router.add_post(path, handler)
    app[WEBHOOKS].add(path)


def create_runner(app: web.Application, limits: Limits | None = None) -> web.BaseRunner:
    """A runner on guarded connections, without access log, and whose own complaints (they name addresses) go nowhere."""
    return GuardedRunner(app, _refusals(app), limits or Limits())


def _refusals(app: web.Application) -> Refusals:
    """What is said to a connection that never became a request: its language is unknown, so all are there."""

    def in_all(fault: str) -> str:
        return "\n".join(app[PAGES].fault_sentence(lang, fault) for lang in app[PAGES].langs) + "\n"

    return Refusals(
        headers={**SECURITY_HEADERS, "Content-Security-Policy": f"{app[POLICY]}'none'", "Cache-Control": "no-store"},
        unreadable=in_all("bad_request"),
        too_slow=in_all("too_slow"),
        busy=in_all("busy"),
        broke=in_all("broke"),
    )


def _add_routes(app: web.Application) -> None:
    router = app.router
    pages = {"page": "/", **{f"page_{lang}": f"/{lang}" for lang in app[ENGINE].langs}, "school": "/s/{school}"}
    for name, path in pages.items():
        resource = router.add_resource(path, name=name)
        for method, handler in (("GET", get_page), ("HEAD", get_page), ("POST", post_message)):
            resource.add_route(method, handler)
    router.add_post("/api/reply", post_api_reply, name="api_reply")
    router.add_get("/api/openapi.json", get_openapi, name="openapi")
    router.add_get("/emergency", get_emergency, name="emergency")
    router.add_get("/who-can-see", get_who_can_see, name="who_can_see")
    router.add_get("/exit", get_exit, name="exit")
    router.add_get("/embed.js", get_embed, name="embed")
    router.add_get("/static/{file}", get_static, name="static")
    router.add_get("/healthz", get_health, name="healthz")
    router.add_get("/readyz", get_health, name="readyz")


# --- messages ----------------------------------------------------------------------------------


async def reply_to(request: web.Request, messages: tuple[Incoming, ...]) -> Reply:
    """The engine's reply to the first of the messages that is an alert, else to the last.

    TooManyMessages past the rate limit, unless the reply is urgent: that is never held back.
    """
    engine, address = request.app[ENGINE], request.app[PROXIES].client_address(request)
    wait = await request.app[LIMITER].wait(request, address)
    for incoming in messages:
        reply = engine.reply(incoming)
        if reply.classification.tier == "alert":
            break
    if wait and not reply.is_urgent:
        raise TooManyMessages(wait, reply.classification.lang)
    return reply


async def post_message(request: web.Request) -> web.Response:
    """One message of the form: the whole page with its exchange or, for the script, the exchange alone."""
    engine, pages = request.app[ENGINE], request.app[PAGES]
    place = place_of(request, engine)
    fragment = wants_fragment(request)
    if request.content_type != FORM:
        return html_response(pages.fault(place.lang, "bad_request"), 415)
    body = await request.read()
    lang, typed = place.lang, ""
    try:
        messages = from_form(body, place, engine.content)
        lang, typed = messages[-1].lang or lang, messages[-1].text
        reply = await reply_to(request, messages)
        shown = typed or button_label(messages[-1], engine)
        html = pages.exchange(reply, place, shown) if fragment else pages.chat(place, reply, shown)
    except TooManyMessages as fault:
        if fragment:
            raise
        response = html_response(pages.fault_with_text(fault.lang or lang, "too_many", place, typed), fault.status)
        response.headers["Retry-After"] = fault.headers["Retry-After"]
        return response
    except Exception as error:  # whatever breaks, the numbers are sent
        log_fault(request, error)
        html = pages.last_resort_fragment(lang) if fragment else pages.fault_with_text(lang, "broke", place, typed)
    return padded_response(html, HTML, PAD_BYTES if fragment else PAGE_PAD_BYTES)


async def post_api_reply(request: web.Request) -> web.Response:
    """One message of the API: its answer as JSON."""
    engine = request.app[ENGINE]
    if request.content_type != JSON:
        raise web.HTTPUnsupportedMediaType
    body = await request.read()
    try:
        messages = parse_request(body, request.app[REQUEST_MODEL], engine.content)
    except BadRequest as fault:
        return api_error(request, 400, str(fault))
    try:
        text = reply_json(await reply_to(request, messages))
    except TooManyMessages:
        raise
    except Exception as error:  # whatever breaks, the numbers are sent
        log_fault(request, error)
        text = request.app[LAST_RESORT][messages[-1].lang or engine.langs[0]]
    return padded_response(text, JSON)


# --- pages -------------------------------------------------------------------------------------


async def get_page(request: web.Request) -> web.Response:
    """The chat page."""
    return request.app[CACHE].chat(place_of(request, request.app[ENGINE])).response(request)


async def get_emergency(request: web.Request) -> web.Response:
    """The page with the numbers alone, which may be kept."""
    engine = request.app[ENGINE]
    asked = known_language(request.query.get("lang"), engine.langs)
    lang = asked or language_of(request, engine.langs)
    page = request.app[CACHE].emergency(lang, linking_school(request, engine.content))
    response = page.response(request, with_etag=True)
    if not asked:
        response.headers["Vary"] += ", Accept-Language"
    response.headers["Cache-Control"] = _KEEP_NUMBERS
    return response


async def get_who_can_see(request: web.Request) -> web.Response:
    """The page on who can see a chat."""
    engine = request.app[ENGINE]
    page = request.app[CACHE].who_can_see(place_of(request, engine).lang, linking_school(request, engine.content))
    return page.response(request)


async def get_exit(request: web.Request) -> web.Response:
    """The way out without a script: clear what the browser holds of this site, then a neutral page."""
    headers = {"Location": request.app[PAGES].exit_url, "Clear-Site-Data": '"*"'}
    return web.Response(status=303, headers=headers)


async def get_embed(request: web.Request) -> web.Response:
    """The script that a school puts into its own page; any page may load it, the frame opens only for allowed ones."""
    response = request.app[EMBED].response(request, with_etag=True)
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    response.headers["Cache-Control"] = "public, max-age=3600"
    return response


async def get_static(request: web.Request) -> web.Response:
    """A script or picture of the page."""
    file = request.app[STATIC_FILES].get(request.match_info["file"])
    if file is None:
        raise web.HTTPNotFound
    return file.response(request)


async def get_openapi(request: web.Request) -> web.Response:
    """The description of the API."""
    return request.app[OPENAPI].response(request)


async def get_health(request: web.Request) -> web.Response:
    """Liveness and readiness."""
    return web.Response(text="ok")
