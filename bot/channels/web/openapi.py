"""The API described in OpenAPI 3.1, made from the same values that the code checks."""

from typing import Any, get_args

from bot.channels.web.requests import ACTIONS, ALIASES, AUDIENCES, FIELDS
from bot.dialogue import KINDS, Tier
from bot.schema import Content

_STRING = {"type": "string"}
_ABOUT = {
    "text": "What the person wrote. It is answered and forgotten.",
    "lang": "A hint such as en or es; the message itself comes first. An unknown language is passed over.",
    "school": "The short name in a school's link. An unknown one is passed over.",
    "topic": "A topic from the next list of an answer, or menu, numbers, not_meant.",
    "action": (
        "What a button does: menu, numbers, more (the second page of topic; without one, the menu), not_meant. "
        "To press a button, send back its topic, action and audience as they stand in the next list."
    ),
    "audience": "Whose words to answer in: teen, or adult for a parent, teacher or grown survivor.",
}
_FAULTS = {
    "400": "Not JSON, a wrong type, an unknown field, topic, action or audience, or none of text, topic and action.",
    "408": "The body took longer than 10 seconds to arrive.",
    "413": "More than 64 KiB.",
    "415": "Not application/json, or compressed.",
    "421": "Asked for by a name that this server does not answer to.",
}
_EXAMPLES = {
    "words": {"summary": "Somebody writes", "value": {"text": "he has my pics and wants money", "lang": "en"}},
    "topic": {"summary": "A topic's button", "value": {"topic": "report", "audience": "adult", "lang": "es"}},
    "more": {"summary": "More", "value": {"topic": "sextortion", "action": "more", "audience": "teen"}},
    "not_meant": {"summary": "Not what I meant", "value": {"action": "not_meant", "lang": "en"}},
}
_CARRIES = " The sentence carries 911 and 988, in the language that Accept-Language asks for."
_LIMITED = (
    "Too many messages from one address. A message that is heard as an alert is always answered with 200, past any "
    "limit; this sentence carries 911 and 988, in the language of the message."
)


def document(content: Content, version: str) -> dict[str, Any]:
    """The whole document."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Questions and answers",
            "version": version,
            "description": "Vetted answers and hotline numbers. Nothing that is sent is kept. 911 and 988 come first.",
        },
        "paths": {
            "/api/reply": {"post": _reply(content)},
            "/api/openapi.json": {"get": _described()},
            "/emergency": {"get": _emergency()},
            "/healthz": {"get": _probe("liveness", "The process is alive.")},
            "/readyz": {"get": _probe("readiness", "The process can answer.")},
        },
        "components": {"schemas": _schemas(content)},
    }


def _reply(content: Content) -> dict[str, Any]:
    faults = {code: _fault(said + (_CARRIES if code in ("408", "413") else "")) for code, said in _FAULTS.items()}
    retry = {"description": "Seconds to wait.", "schema": {"type": "integer", "minimum": 1}, "required": True}
    return {
        "operationId": "reply",
        "summary": "One message in, one answer out.",
        "requestBody": {
            "required": True,
            "content": {"application/json": {"schema": _ref("Ask"), "examples": _EXAMPLES}},
        },
        "responses": {
            "200": {"description": "The answer.", "content": {"application/json": {"schema": _ref("Reply")}}},
            **faults,
            "429": {**_fault(_LIMITED), "headers": {"Retry-After": retry}},
        },
    }


def _fault(said: str) -> dict[str, Any]:
    return {"description": said, "content": {"application/json": {"schema": _ref("Error")}}}


def _described() -> dict[str, Any]:
    answer = {"description": "This document.", "content": {"application/json": {"schema": {"type": "object"}}}}
    return {
        "operationId": "describe",
        "summary": "This document.",
        "responses": {"200": answer, "421": _fault(_FAULTS["421"])},
    }


def _emergency() -> dict[str, Any]:
    page = {"text/html": {"schema": _STRING}}
    tag = {"ETag": {"description": "Changes with the page.", "schema": _STRING, "required": True}}
    lang = {"name": "lang", "in": "query", "schema": _STRING, "description": "en or es; any other is passed over."}
    return {
        "operationId": "emergency",
        "summary": "The numbers alone, to keep or to print; may be cached.",
        "parameters": [lang],
        "responses": {
            "200": {"description": "A page without script.", "content": page, "headers": tag},
            "304": {"description": "Nothing has changed since the ETag of If-None-Match."},
            "421": {"description": _FAULTS["421"], "content": page},
        },
    }


def _probe(name: str, said: str) -> dict[str, Any]:
    answer = {"description": said, "content": {"text/plain": {"schema": _STRING}}}
    return {"operationId": name, "summary": said, "responses": {"200": answer}}


def _ref(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{name}"}


def _schemas(content: Content) -> dict[str, Any]:
    asked = sorted({*content.topics, *ALIASES})
    fields: dict[str, Any] = {name: {"type": "string", "description": _ABOUT[name]} for name in FIELDS}
    fields["lang"]["maxLength"] = fields["school"]["maxLength"] = 64
    fields["topic"]["enum"] = [*asked, ""]
    fields["action"]["enum"] = [*ACTIONS, ""]
    fields["audience"]["enum"] = [*AUDIENCES, ""]
    topics = sorted({*content.topics, "none"})
    return {
        "Ask": {
            "type": "object",
            "additionalProperties": False,
            "properties": fields,
            "anyOf": [{"required": ["text"]}, {"required": ["topic"]}, {"required": ["action"]}],
        },
        "Reply": _object(
            lang={"enum": list(content.languages)},
            tier={"enum": list(get_args(Tier))},
            safety=_list({"enum": list(KINDS)}),
            topic={"enum": topics},
            messages={**_list(_ref("Message")), "minItems": 1},
            next=_list(_ref("Button")),
        ),
        "Message": _object(
            kind={"enum": ["urgent", "answer", "unsure", "notice", "numbers"]},
            text=_STRING,
            links=_list(_object(label=_STRING, url=_STRING)),
        ),
        "Button": {
            "type": "object",
            "required": ["topic", "label"],
            "properties": {
                "topic": {"enum": asked},
                "label": _STRING,
                "action": {"enum": list(ACTIONS)},
                "audience": {"enum": list(AUDIENCES)},
            },
        },
        "Error": _object(error=_STRING),
    }


def _object(**fields: Any) -> dict[str, Any]:
    return {"type": "object", "required": list(fields), "properties": fields}


def _list(items: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": items}
