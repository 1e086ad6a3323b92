"""Which page a request is for: its language, its school, where its forms go."""

from aiohttp import web

from bot.channels.web.accept import accepted
from bot.channels.web.keys import ENGINE
from bot.channels.web.pages import Place


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
