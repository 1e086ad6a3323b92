"""The web chat: a page that works before its script, an API, and pages that carry 911 and 988 whatever breaks.

Nothing that reaches it is kept: no cookie, no access log, no session. Its log names the kind of a fault and the route.
"""

import json

from aiohttp import web

import bot
from bot.channels.web.accept import accepted
from bot.channels.web.api import contract
from bot.channels.web.cached import PAGE_STEP, STEP, Ready, Shelf, filled
from bot.channels.web.errors import _SENTENCES, _error, _html, _never_silent, _told
from bot.channels.web.guard import GUARD, LARGEST, Guard, Handler, TooMany, guarded
from bot.channels.web.headers import _HEADERS, _POLICY, _dress
from bot.channels.web.keys import DOCUMENT, EMBED, ENGINE, FILES, FORM, HTML, JSON, LAST, PAGES, POLICY, SETTINGS, SHELF
from bot.channels.web.openapi import document
from bot.channels.web.pages import NEUTRAL, PAGE, Pages
from bot.channels.web.place import _framed_for, _place
from bot.channels.web.requests import BadRequest, from_form, from_json
from bot.channels.web.server import GuardedRunner, Limits, Refusals
from bot.dialogue import Incoming, Reply
from bot.engine import Engine
from bot.settings import Settings

_TYPES = {".js": "text/javascript", ".svg": "image/svg+xml"}


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
    app[FILES] = {
        file.name: Ready(file.read_bytes(), _TYPES[file.suffix]) for file in (PAGE.parent / "static").iterdir()
    }
    app.on_response_prepare.append(_dress)
    _routes(app)
    return app


def add_webhook(app: web.Application, path: str, handler: Handler) -> None:
    """POST `path` goes to `handler`, which checks who posts and how much: it is a platform's door, not a person's."""
    app.router.add_post(path, handler)
    app[GUARD].own_doors.add(path)


def create_runner(app: web.Application, limits: Limits | None = None) -> web.BaseRunner:
    """A runner on guarded connections, without access log, and whose own complaints (they name addresses) go nowhere."""
    return GuardedRunner(app, _refusals(app[PAGES], app[POLICY]), limits or Limits())


def _refusals(pages: Pages, policy: str) -> Refusals:
    """What is said to a connection that never became a request: its language is unknown, so all are there."""

    def every(fault: str) -> str:
        return "\n".join(pages.sentence(lang, fault) for lang in pages.langs) + "\n"

    headers = {**_HEADERS, "Content-Security-Policy": f"{policy}'none'", "Cache-Control": "no-store"}
    return Refusals(
        headers,
        unreadable=every("bad_request"),
        too_slow=every("too_slow"),
        busy=every("busy"),
        broke=every("broke"),
    )


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
    return json.dumps(contract(reply))


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
