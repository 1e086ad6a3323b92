"""The API described in OpenAPI 3.1: the shapes are those of bot/channels/web/api.py."""

from typing import Any

from pydantic.json_schema import GenerateJsonSchema, models_json_schema

from bot.channels.web.api import ErrorResponse, request_model, response_model
from bot.schema import Content

_STRING = {"type": "string"}
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
    """The whole document for a content: its topics and languages are the only ones."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Questions and answers",
            "version": version,
            "description": "Vetted answers and hotline numbers. Nothing that is sent is kept. 911 and 988 come first.",
        },
        "paths": {
            "/api/reply": {"post": _reply()},
            "/api/openapi.json": {"get": _openapi()},
            "/emergency": {"get": _emergency()},
            "/healthz": {"get": _probe("liveness", "The process is alive.")},
            "/readyz": {"get": _probe("readiness", "The process can answer.")},
        },
        "components": {"schemas": _schemas(content)},
    }


class _Untitled(GenerateJsonSchema):
    """Schemas without a title for each field, which would only repeat its name."""

    def field_title_should_be_set(self, schema: Any) -> bool:
        return False


def _schemas(content: Content) -> dict[str, Any]:
    _, schemas = models_json_schema(
        [
            (request_model(content), "validation"),
            (response_model(content), "serialization"),
            (ErrorResponse, "serialization"),
        ],
        ref_template="#/components/schemas/{model}",
        schema_generator=_Untitled,
    )
    defined: dict[str, Any] = schemas["$defs"]
    return defined


def _reply() -> dict[str, Any]:
    faults = {code: _fault(description + _CARRIES) for code, description in _FAULTS.items()}
    retry = {"description": "Seconds to wait.", "schema": {"type": "integer", "minimum": 1}, "required": True}
    request, response = _ref("ReplyRequest"), _ref("ReplyResponse")
    return {
        "operationId": "reply",
        "summary": "One message in, one answer out.",
        "requestBody": {
            "required": True,
            "content": {"application/json": {"schema": request, "examples": _EXAMPLES}},
        },
        "responses": {
            "200": {"description": "The answer.", "content": {"application/json": {"schema": response}}},
            **faults,
            "429": {**_fault(_LIMITED), "headers": {"Retry-After": retry}},
        },
    }


def _fault(description: str) -> dict[str, Any]:
    return {"description": description, "content": {"application/json": {"schema": _ref("ErrorResponse")}}}


def _openapi() -> dict[str, Any]:
    answer = {"description": "This document.", "content": {"application/json": {"schema": {"type": "object"}}}}
    return {
        "operationId": "describe",
        "summary": "This document.",
        "responses": {"200": answer, "421": _fault(_FAULTS["421"] + _CARRIES)},
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


def _probe(name: str, description: str) -> dict[str, Any]:
    answer = {"description": description, "content": {"text/plain": {"schema": _STRING}}}
    return {"operationId": name, "summary": description, "responses": {"200": answer}}


def _ref(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{name}"}
