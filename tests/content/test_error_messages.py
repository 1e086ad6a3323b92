"""A parser's complaint -> a sentence. Most of the sentences are in tests/broken/."""

import pytest

from bot.content.error_messages import did_you_mean, field_names, not_a_date, not_a_field, unknown
from bot.schema import Topic, TopicReply


@pytest.mark.parametrize(
    ("written", "right"),
    [
        ("31/03/2025", "2025-03-31"),
        ("03/31/2025", "2025-03-31"),
        ("2025/3/31", "2025-03-31"),
        ("20250331", "2025-03-31"),
        ("31.3.2025", "2025-03-31"),
        ("03/03/2025", "2025-03-03"),
        ("03/04/2025", "year-month-day, such as 2025-03-31"),  # March or April?
        ("2025-02-30", "year-month-day, such as 2025-03-31"),
        ("last week", "year-month-day, such as 2025-03-31"),
        ("", "year-month-day, such as 2025-03-31"),
    ],
)
def test_a_date_is_only_guessed_where_one_day_is_possible(written: str, right: str) -> None:
    assert not_a_date(written) == f'"{written}" is not a date; write it as {right}'


def test_only_a_near_word_is_offered() -> None:
    assert did_you_mean("gromming", ("grooming", "greeting")) == '; did you mean "grooming"?'
    assert did_you_mean("weather", ("grooming", "greeting")) == ""
    assert did_you_mean("weather", ()) == ""


def test_ids_that_have_the_word_as_a_part_are_offered() -> None:
    known = ("ncmec_hotline", "ncmec_support", "lifeline_988", "ncmecs", "team_ncmec_hope", "ncmec_fourth")
    assert did_you_mean("ncmec", known[:2]) == '; did you mean "ncmec_hotline" or "ncmec_support"?'
    assert did_you_mean("988", known) == '; did you mean "lifeline_988"?'
    assert did_you_mean("", known) == ""


def test_ids_without_a_comma_between_them() -> None:
    assert unknown("topic", "report menu", ("menu", "report")) == (
        'there is no topic "report menu"; put commas between them: report, menu'
    )


def test_unknown_ids() -> None:
    assert unknown("topic", "gromming", ("grooming",)) == 'there is no topic "gromming"; did you mean "grooming"?'
    assert unknown("topic", "weather", ("grooming",)) == 'there is no topic "weather"'


def test_unknown_fields() -> None:
    assert not_a_field("phone", ("name", "call")) == '"phone" is not a field here; the fields are name, call'
    assert not_a_field("First", ("name", "call"), below="text") == (
        '"First" is not a field here; if the line belongs to "text: |" above, put its spaces back in front; '
        "the fields are name, call"
    )
    assert not_a_field("nmae", ("name", "call")) == '"nmae" is not a field here; did you mean "name"?'


def test_fields_are_called_as_in_the_files() -> None:
    assert field_names(Topic) == ("means", "must")
    assert "for" in field_names(TopicReply)
    assert "reader" not in field_names(TopicReply)
