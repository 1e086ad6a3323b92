"""The shapes of POST /api/reply, said once: what is checked here is what /api/openapi.json describes.

`ReplyRequest` and `ReplyResponse` hold for any content; `request_model` and `response_model` narrow them to its topics
and languages.
"""

import json
from collections.abc import Iterable
from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, create_model, model_validator
from pydantic.json_schema import SkipJsonSchema
from pydantic_core import ErrorDetails, PydanticCustomError

from bot.channels.text import plain
from bot.channels.web.accept import known_language
from bot.channels.web.requests import AUDIENCES, PRESS_ACTIONS, PressAction, in_turn, known_school
from bot.dialogue import Audience, Button, Incoming, Kind, Message, MessageKind, Reply, Tier
from bot.schema import Content

#: Actions that may be sent as a topic too, as they could before there were actions.
TOPIC_ALIASES: tuple[PressAction, ...] = ("menu", "numbers", "not_meant")
#: The longest value of any field but text, in characters.
MAX_NAME = 64
_FIELDS = "text, lang, school, topic, action and audience"
_LISTED = "the answers' next list names those that can be asked for"
_UNKNOWN = {
    "topic": f"There is no such topic; {_LISTED}.",
    "action": f"There is no such action; {_LISTED}.",
    "audience": "There is no such audience; it is teen or adult.",
}


class BadRequest(Exception):
    """A body that can't be read; the message says in one sentence what to change, and repeats nothing of it."""


class ReplyRequest(BaseModel):
    """One message, or one pressed button: text, topic or action must be there."""

    model_config = ConfigDict(
        frozen=True,
        strict=True,
        extra="forbid",
        json_schema_extra={"anyOf": [{"required": ["text"]}, {"required": ["topic"]}, {"required": ["action"]}]},
    )

    text: str = Field("", description="What the person wrote. It is answered and forgotten.")
    lang: str = Field(
        "",
        max_length=MAX_NAME,
        description="A hint such as en, es or es-MX; the message itself comes first. An unknown language is passed over.",
    )
    school: str = Field(
        "", max_length=MAX_NAME, description="The short name in a school's link. An unknown one is passed over."
    )
    topic: str = Field("", description="A topic from the next list of an answer, or menu, numbers, not_meant.")
    action: Literal[PressAction, ""] = Field(
        "",
        description=(
            "What a button does: menu, numbers, more (the second page of topic; without one, the menu), not_meant. "
            "To press a button, send back its topic, action and audience as they stand in the next list."
        ),
    )
    audience: Literal[Audience, ""] = Field(
        "", description="Whose words to answer in: teen, or adult for a parent, teacher or grown survivor."
    )

    @model_validator(mode="after")
    def _asks_something(self) -> Self:
        if self.model_fields_set.isdisjoint(("text", "topic", "action")):
            raise PydanticCustomError("nothing_asked", "text, topic or action is missing.")
        return self


def _no_default(schema: dict[str, Any]) -> None:
    """A field that is left out where it has no value has no default to show."""
    schema.pop("default", None)


class _Answer(BaseModel):
    model_config = ConfigDict(frozen=True)


class ReplyLink(_Answer):
    """One way to reach help: tel:, sms:, mailto: or https:."""

    label: str
    url: str


class ReplyMessage(_Answer):
    """One message, to be shown in this order."""

    kind: MessageKind
    text: str
    links: list[ReplyLink]


class ReplyButton(_Answer):
    """A button: send its topic, action and audience back to press it."""

    topic: str
    label: str
    action: PressAction | SkipJsonSchema[None] = Field(None, json_schema_extra=_no_default)
    audience: Audience | SkipJsonSchema[None] = Field(None, json_schema_extra=_no_default)


class ReplyResponse(_Answer):
    """The answer to one message."""

    lang: str
    tier: Tier
    safety: list[Kind]
    topic: str
    messages: list[ReplyMessage] = Field(min_length=1)
    next: list[ReplyButton]


class ErrorResponse(_Answer):
    """Why a request was refused, and when to call 911 and 988."""

    error: str


# --- request -> Incoming -----------------------------------------------------------------------


def request_model(content: Content) -> type[ReplyRequest]:
    """ReplyRequest, with the topics of this content as the only ones."""
    asked = (*sorted({*content.topics, *TOPIC_ALIASES}), "")
    return create_model(
        "ReplyRequest",
        __base__=ReplyRequest,
        __doc__=ReplyRequest.__doc__,
        topic=(_one_of(asked), ReplyRequest.model_fields["topic"]),
    )


def parse_request(body: bytes, model: type[ReplyRequest], content: Content) -> tuple[Incoming, ...]:
    """The JSON of POST /api/reply as `in_turn` says; `model` is the one of this content. Raises BadRequest."""
    try:
        parsed = json.loads(body, object_pairs_hook=_JsonObject)
    except (ValueError, RecursionError):
        raise BadRequest('The body is not JSON; send an object such as {"text": "hello"}.') from None
    if not isinstance(parsed, _JsonObject):
        raise BadRequest("The body must be a JSON object with text, topic or action.")
    try:
        asked = model.model_validate(dict(parsed))
    except ValidationError as fault:
        raise BadRequest(_sentence(fault.errors(include_url=False, include_context=False))) from None
    if not all(isinstance(text, str) for text in parsed.texts):
        raise BadRequest("text must be a string.")
    return in_turn(parsed.texts, _button(asked, content))


class _JsonObject(dict[str, Any]):
    """A JSON object that remembers each value its text has if the key is repeated. Half characters become "?"."""

    def __init__(self, pairs: list[tuple[str, Any]]) -> None:
        whole = [(_whole(name), _whole(value)) for name, value in pairs]
        super().__init__(whole)
        self.texts = [value for name, value in whole if name == "text"]


def _whole(value: Any) -> Any:
    """JSON can carry half of a surrogate pair, which is no text in any encoding."""
    return value.encode("utf-8", "replace").decode() if isinstance(value, str) else value


def _button(asked: ReplyRequest, content: Content) -> Incoming:
    """All that was asked for but the text."""
    topic = asked.topic if asked.topic in content.topics else None
    action = PRESS_ACTIONS.get(asked.action or ("" if topic else asked.topic))
    if action == "more" and not topic:
        action = "menu"  # more of nothing: the list of topics
    return Incoming(
        lang=known_language(asked.lang, content.languages),
        school=known_school(asked.school, content),
        audience=AUDIENCES.get(asked.audience),
        topic=topic,
        action=action or "",
    )


def _sentence(faults: list[ErrorDetails]) -> str:
    """What to change, said of the first fault; an unknown field comes first."""
    fault = next((each for each in faults if each["type"] == "extra_forbidden"), faults[0])
    name = str(fault["loc"][0]) if fault["loc"] else ""
    value = fault["input"]
    if fault["type"] == "extra_forbidden":
        return f"There is an unknown field; the fields are {_FIELDS}."
    if fault["type"] == "nothing_asked":
        return fault["msg"]
    if not isinstance(value, str):
        return f"{name} must be a string."
    if len(value) > MAX_NAME:
        return f"{name} is too long; {MAX_NAME} characters are enough."
    return _UNKNOWN[name]


# --- Reply -> response -------------------------------------------------------------------------


def response_model(content: Content) -> type[ReplyResponse]:
    """ReplyResponse, with the topics and languages of this content as the only ones."""
    button = create_model(
        "ReplyButton",
        __base__=ReplyButton,
        __doc__=ReplyButton.__doc__,
        topic=(_one_of(sorted({*content.topics, *TOPIC_ALIASES})), ...),
    )
    next_type: Any = list[button]  # type: ignore[valid-type]
    return create_model(
        "ReplyResponse",
        __base__=ReplyResponse,
        __doc__=ReplyResponse.__doc__,
        lang=(_one_of(content.languages), ...),
        topic=(_one_of(sorted({*content.topics, "none"})), ...),
        next=(next_type, ...),
    )


def contract(reply: Reply) -> dict[str, Any]:
    """The JSON object that answers POST /api/reply."""
    found = reply.classification
    return ReplyResponse(
        lang=found.lang,
        tier=found.tier,
        safety=list(found.safety),
        topic=found.topic,
        messages=[_message(message) for message in reply.messages],
        next=[_pressable(button) for button in reply.buttons],
    ).model_dump(exclude_none=True)


def reply_json(reply: Reply) -> str:
    """The same as text."""
    return json.dumps(contract(reply))


def _message(message: Message) -> ReplyMessage:
    ways = [way for contact in message.contacts for way in contact.ways]
    links = [ReplyLink(label=way.label, url=way.url) for way in ways]
    return ReplyMessage(kind=message.kind, text=plain(message), links=links)


def _pressable(button: Button) -> ReplyButton:
    return ReplyButton(
        topic=button.topic or button.action,
        label=button.label,
        action=PRESS_ACTIONS.get(button.action),
        audience=button.audience,
    )


def _one_of(values: Iterable[str]) -> Any:
    literal: Any = Literal
    return literal[tuple(values)]
