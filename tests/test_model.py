"""Values that would be wrong can't be built."""

from dataclasses import FrozenInstanceError
from datetime import date

import pytest
from pydantic import ValidationError

from bot.dialogue import EMERGENCY_RESOURCES, KINDS, Classification, Contact, Incoming, Message, Reply
from bot.schema import Resource, TopicReply

SHORT = {"source": "https://example.org/", "checked": "2026-01-02", "check": "called"}


def contact(id_: str) -> Contact:
    return Contact(id_, id_, "", (), ())


def urgent(*ids: str) -> Message:
    return Message("urgent", (("Call.",),), tuple(contact(id_) for id_ in ids))


def test_the_kinds_and_the_two_first_resources_are_fixed() -> None:
    assert KINDS == ("suicide", "self_harm", "danger", "abuse")
    assert EMERGENCY_RESOURCES == ("emergency_911", "lifeline_988")


def test_an_empty_reply_cannot_be_built() -> None:
    with pytest.raises(ValueError, match=r"^A reply must say something\.$"):
        Reply(Classification("en", "unsure"), ())


@pytest.mark.parametrize("tier", ["answer", "unsure"])
def test_a_safety_kind_makes_it_an_alert(tier: str) -> None:
    with pytest.raises(ValueError, match=r"^A message with a safety kind must be answered as an alert\.$"):
        Reply(Classification("en", tier, safety=("abuse",)), (urgent(*EMERGENCY_RESOURCES),))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "first",
    [
        urgent(),
        urgent("emergency_911"),
        urgent("lifeline_988", "emergency_911"),
        urgent("childhelp", *EMERGENCY_RESOURCES),
        Message("answer", (("Call.",),), (contact("emergency_911"), contact("lifeline_988"))),
    ],
)
def test_an_alert_without_both_numbers_first_cannot_be_built(first: Message) -> None:
    with pytest.raises(ValueError, match=r"^A reply to a safety message must open with 911 and 988\.$"):
        Reply(Classification("en", "alert", safety=("suicide",)), (first, urgent(*EMERGENCY_RESOURCES)))


def test_resources_of_a_reply_are_named_once_in_order() -> None:
    reply = Reply(
        Classification("en", "alert", safety=("danger",)),
        (urgent(*EMERGENCY_RESOURCES, "childhelp"), urgent("x", *EMERGENCY_RESOURCES)),
    )
    assert reply.resources == (*EMERGENCY_RESOURCES, "childhelp", "x")


def test_values_are_frozen() -> None:
    with pytest.raises(FrozenInstanceError):
        Incoming(text="a").text = "b"  # type: ignore[misc]
    with pytest.raises(ValidationError, match="frozen"):
        Resource.model_validate(SHORT).call = "911"


def test_a_resource_needs_its_source_and_the_day() -> None:
    with pytest.raises(ValidationError) as caught:
        Resource.model_validate({"call": "911"})
    assert [error["loc"] for error in caught.value.errors()] == [("source",), ("checked",), ("check",)]


@pytest.mark.parametrize("written", ["31/03/2025", "20250331", "2025-3-31", "2025-02-30", "soon"])
def test_a_day_is_written_in_one_way(written: str) -> None:
    with pytest.raises(ValidationError):
        Resource.model_validate({**SHORT, "checked": written})


def test_a_right_resource() -> None:
    found = Resource.model_validate({**SHORT, "call": " 988 "})
    assert (found.call, found.checked, found.country, found.link) == ("988", date(2026, 1, 2), "US", "")


@pytest.mark.parametrize("field", ["link", "chat", "source"])
@pytest.mark.parametrize("address", ["http://example.org", "example.org", "ftp://example.org"])
def test_links_start_with_https(field: str, address: str) -> None:
    with pytest.raises(ValidationError, match="start it with https://"):
        Resource.model_validate({**SHORT, field: address})


def test_an_unknown_field_is_refused() -> None:
    with pytest.raises(ValidationError, match="phone"):
        Resource.model_validate({**SHORT, "phone": "911"})


def test_for_names_the_usual_reader() -> None:
    written = {"button": "a", "ask": "b", "text": "c", "reviewed": "2026-01-02"}
    assert TopicReply.model_validate(written).reader == "teen"
    assert TopicReply.model_validate({**written, "for": "adult"}).reader == "adult"
    with pytest.raises(ValidationError):
        TopicReply.model_validate({**written, "for": "everybody"})
