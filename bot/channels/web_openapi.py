"""The API described in OpenAPI 3.1, made from the same values that the code checks."""

from typing import Any, get_args

from bot.channels.web_ask import FIELDS
from bot.model import KINDS, Content, Tier

_STRING = {"type": "string"}
_ABOUT = {
    "text": "What the person wrote. It is answered and forgotten.",
    "lang": "A hint such as en or es; the message itself comes first. An unknown language is passed over.",
    "school": "The short name in a school's link. An unknown one is passed over.",
    "topic": "A topic from the next list of an answer, or menu, numbers, not_meant.",
}


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
            "/healthz": {"get": _probe("liveness", "The process is alive.")},
            "/readyz": {"get": _probe("readiness", "The process can answer.")},
        },
        "components": {"schemas": _schemas(content)},
    }


def _reply(content: Content) -> dict[str, Any]:
    faults = {
        "400": "Not JSON, a wrong type, an unknown field or topic, or neither text nor topic.",
        "413": "More than 64 KiB.",
        "415": "Not application/json.",
    }
    return {
        "operationId": "reply",
        "summary": "One message in, one answer out.",
        "requestBody": {"required": True, "content": {"application/json": {"schema": _ref("Ask")}}},
        "responses": {
            "200": {"description": "The answer.", "content": {"application/json": {"schema": _ref("Reply")}}},
            **{
                code: {"description": said, "content": {"application/json": {"schema": _ref("Error")}}}
                for code, said in faults.items()
            },
        },
    }


def _probe(name: str, said: str) -> dict[str, Any]:
    answer = {"description": said, "content": {"text/plain": {"schema": _STRING}}}
    return {"operationId": name, "summary": said, "responses": {"200": answer}}


def _ref(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{name}"}


def _schemas(content: Content) -> dict[str, Any]:
    asked = sorted({*content.topics, "menu", "numbers", "not_meant"})
    fields: dict[str, Any] = {name: {"type": "string", "description": _ABOUT[name]} for name in FIELDS}
    fields["lang"]["maxLength"] = fields["school"]["maxLength"] = 64
    fields["topic"]["enum"] = [*asked, ""]
    topics = sorted({*content.topics, "none"})
    return {
        "Ask": {
            "type": "object",
            "additionalProperties": False,
            "properties": fields,
            "anyOf": [{"required": ["text"]}, {"required": ["topic"]}],
        },
        "Reply": _object(
            lang={"enum": list(content.languages)},
            tier={"enum": list(get_args(Tier))},
            safety=_list({"enum": list(KINDS)}),
            topic={"enum": topics},
            messages={**_list(_ref("Message")), "minItems": 1},
            next=_list(_object(topic=_STRING, label=_STRING)),
        ),
        "Message": _object(
            kind={"enum": ["urgent", "answer", "unsure", "notice", "numbers"]},
            text=_STRING,
            links=_list(_object(label=_STRING, url=_STRING)),
        ),
        "Error": _object(error=_STRING),
    }


def _object(**fields: Any) -> dict[str, Any]:
    return {"type": "object", "required": list(fields), "properties": fields}


def _list(items: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": items}
