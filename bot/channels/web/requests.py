"""What a request asks for: the page it is on, what its form says, and the page that a mistyped address means."""

from dataclasses import replace
from typing import Literal, get_args
from urllib.parse import parse_qsl, quote

from aiohttp import web

from bot.channels.web.accept import known_language, preferred_language
from bot.channels.web.pages import Place
from bot.dialogue import Action, Audience, Incoming
from bot.engine import Engine
from bot.schema import Content

#: What a button of the page or the API may ask for; the rest of `Action` is for other channels.
PressAction = Literal["menu", "numbers", "more", "not_meant"]
PRESS_ACTIONS: dict[str, PressAction] = {action: action for action in get_args(PressAction)}
AUDIENCES: dict[str, Audience] = {audience: audience for audience in get_args(Audience)}
#: Texts of one request that are classified one by one; further ones are joined into the last of these.
MAX_TEXTS = 16
#: Pages beside those of the languages and the schools.
OTHER_PAGES = ("/", "/emergency", "/who-can-see", "/exit")
#: Addresses that people try, and the page that they mean.
TYPED_ALIASES = {"/help": "/", "/ayuda": "/es"}


# --- which page --------------------------------------------------------------------------------


def place_of(request: web.Request, engine: Engine) -> Place:
    """The page of a request; HTTPNotFound for a school that is not in content/schools."""
    school = request.match_info.get("school")
    if school is not None and school not in engine.content.schools:
        raise web.HTTPNotFound
    named = request.path.strip("/")
    if named in engine.langs and school is None:
        return Place(named, f"/{named}")
    asked = known_language(request.query.get("lang"), engine.langs)
    lang = asked or language_of(request, engine.langs)
    if school is not None:
        return Place(lang, f"/s/{quote(school)}?lang={lang}", school)
    return Place(lang, f"/{lang}" if asked else "/")


def language_of(request: web.Request, langs: tuple[str, ...]) -> str:
    """The language that the Accept-Language header asks for, else the first."""
    return preferred_language(request.headers.get("Accept-Language", ""), langs) or langs[0]


def linking_school(request: web.Request, content: Content) -> str | None:
    """The id of the school whose page led to one of the two pages that every page links to, if one did."""
    if request.path not in ("/who-can-see", "/emergency"):
        return None
    return known_school(request.query.get("school"), content)


def wants_fragment(request: web.Request) -> bool:
    """Whether the script of the page asks, for the new part of the page only."""
    return bool(request.headers.get("X-Fragment"))


def known_school(name: str | None, content: Content) -> str | None:
    """The id of the school that a name means, whatever its capitals; None if there is none."""
    if not name or name in content.schools:
        return name or None
    return next((school for school in content.schools if school.casefold() == name.casefold()), None)


def meant_path(path: str, content: Content) -> str | None:
    """The path of the page that a mistyped one means: capitals, final slashes and /help are forgiven.

    None if it means none, or is right already.
    """
    typed = "/" + path.strip("/")
    lower = typed.casefold()
    lower = TYPED_ALIASES.get(lower, lower)
    if lower in (*OTHER_PAGES, *(f"/{lang}" for lang in content.languages)):
        meant = lower
    else:
        school = known_school(typed[3:], content) if lower.startswith("/s/") else None
        meant = f"/s/{school}" if school else path
    return quote(meant) if meant != path else None


# --- what the form says ------------------------------------------------------------------------


def from_form(body: bytes, place: Place, content: Content) -> tuple[Incoming, ...]:
    """The fields of the page's own form, as `in_turn` says. Whatever is odd is passed over: somebody may need an answer."""
    pairs = parse_qsl(body.decode("utf-8", "replace"), encoding="utf-8", errors="replace")
    fields = dict(pairs)
    topic = fields.get("topic", "")
    known = topic if topic in content.topics else None
    action: Action = PRESS_ACTIONS.get(fields.get("action", ""), "")
    texts = [value.replace("\r\n", "\n").strip() for name, value in pairs if name == "text"]
    asks_nothing = not any(texts) and not known and not action
    if asks_nothing or (action == "more" and not known):
        action = "menu"
    button = Incoming(
        lang=known_language(fields.get("lang"), content.languages) or place.lang,
        audience=AUDIENCES.get(fields.get("audience", "")),
        school=place.school,
        topic=known,
        action=action,
    )
    return in_turn(texts, button)


def in_turn(texts: list[str], button: Incoming) -> tuple[Incoming, ...]:
    """What to put to the engine, one after the other, until one is an alert; the last is the one to answer.

    A request has one text as a rule, or a pressed button. Words beside a button come first without it, and of several
    texts each stands alone: none may hide an alert in another.
    """
    worded = [text for text in texts if text.strip()]
    if len(worded) > MAX_TEXTS:
        worded[MAX_TEXTS - 1 :] = ["\n".join(worded[MAX_TEXTS - 1 :])]
    alone = tuple(replace(button, text=text, topic=None, action="") for text in worded)
    if alone and not button.topic and not button.action:
        return alone
    return (*alone, replace(button, text=texts[-1] if texts else ""))


def button_label(incoming: Incoming, engine: Engine) -> str:
    """What a pressed button said, to show it as the person's own line."""
    lang = incoming.lang or engine.langs[0]
    words = engine.content.languages[lang]
    if incoming.action == "more":
        label = words.shared.button_more
    elif incoming.topic:
        label = words.replies[incoming.topic].button
    else:
        labels = {"menu": words.shared.button_menu, "numbers": words.shared.button_numbers}
        label = labels.get(incoming.action, words.shared.button_not_meant)
    return engine.fill(lang, label)
