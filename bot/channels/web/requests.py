"""The body of a request -> Incoming: a form of the page, or the JSON of the API."""

import json
from typing import get_args
from urllib.parse import parse_qsl

from bot.dialogue import Action, Audience, Incoming
from bot.schema import Content

FIELDS = ("text", "lang", "school", "topic", "action", "audience")
_FIELDS = frozenset(FIELDS)
#: What a button may ask for; the rest is for other channels.
ACTIONS: dict[str, Action] = {"menu": "menu", "numbers": "numbers", "more": "more", "not_meant": "not_meant"}
AUDIENCES: dict[str, Audience] = {audience: audience for audience in get_args(Audience)}
#: Actions that the API also takes as a topic, as it did before it had actions.
ALIASES = ("menu", "numbers", "not_meant")
_LONGEST_NAME = 64


class BadRequest(Exception):
    """A request that can't be read; the message says what to change and repeats nothing of it."""


def from_form(body: bytes, lang: str, school: str | None, content: Content) -> Incoming:
    """The fields of the page's own form. Whatever is odd is passed over: somebody may need an answer."""
    fields = dict(parse_qsl(body.decode("utf-8", "replace"), encoding="utf-8", errors="replace", max_num_fields=64))
    topic = fields.get("topic", "")
    action = ACTIONS.get(fields.get("action", ""), "")
    known = topic if topic in content.topics else None
    text = fields.get("text", "").replace("\r\n", "\n").strip()
    if not text and not known and not action:
        action = "menu"
    if action == "more" and not known:
        action = "menu"
    wanted = fields.get("lang", "")
    return Incoming(
        text=text,
        lang=wanted if wanted in content.languages else lang,
        audience=AUDIENCES.get(fields.get("audience", "")),
        school=school,
        topic=known,
        action=action,
    )


def from_json(body: bytes, content: Content) -> Incoming:
    """The JSON of POST /api/reply, or BadRequest."""
    try:
        asked = json.loads(body)
    except (ValueError, RecursionError):
        raise BadRequest('The body is not JSON; send an object such as {"text": "hello"}.') from None
    if not isinstance(asked, dict):
        raise BadRequest("The body must be a JSON object with text, topic or action.")
    if not asked.keys() <= _FIELDS:
        raise BadRequest("There is an unknown field; the fields are text, lang, school, topic, action and audience.")
    for name, value in asked.items():
        if not isinstance(value, str):
            raise BadRequest(f"{name} must be a string.")
        if len(value) > _LONGEST_NAME and name != "text":
            raise BadRequest(f"{name} is too long; {_LONGEST_NAME} characters are enough.")
    if asked.keys().isdisjoint(("text", "topic", "action")):
        raise BadRequest("text, topic or action is missing.")
    topic, action, audience = (asked.get(name, "") for name in ("topic", "action", "audience"))
    if topic and topic not in content.topics and topic not in ALIASES:
        raise BadRequest("There is no such topic; the answers' next list names those that can be asked for.")
    if action and action not in ACTIONS:
        raise BadRequest("There is no such action; the answers' next list names those that can be asked for.")
    if audience and audience not in AUDIENCES:
        raise BadRequest("There is no such audience; it is teen or adult.")
    known = topic if topic in content.topics else None
    action = action or ("" if known else topic)
    if action == "more" and not known:
        action = "menu"  # more of nothing: the list of topics
    school = asked.get("school")
    return Incoming(
        text=asked.get("text", ""),
        lang=_known_language(asked.get("lang"), content),
        school=school if school in content.schools else None,
        audience=AUDIENCES.get(audience),
        topic=known,
        action=ACTIONS.get(action, ""),
    )


def _known_language(lang: str | None, content: Content) -> str | None:
    short = (lang or "").lower().replace("_", "-").partition("-")[0]
    return short if short in content.languages else None
