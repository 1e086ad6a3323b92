"""A reply dressed as plain text, as Telegram's HTML, as JSON."""

import json

import pytest

from bot.channels import text as render
from bot.channels.telegram.html import message_html as telegram_html
from bot.channels.telegram.html import utf16_length
from bot.channels.web.api import contract
from bot.dialogue import Button, Classification, Contact, Message, Reply, Way

LINE = Contact(
    "line", "The <Line> & friends", "Listens.", ("Day and night.", "In English."),
    (
        Way("call", "Call 1-800-1", "1-800-1", "tel:+18001"),
        Way("text", "Text HOME to 741741", "741741", "sms:741741?&body=HOME"),
        Way("chat", "Chat with a person", "https://c.example/", "https://c.example/?a=1&b=2"),
        Way("open", "Open The Line", "https://l.example/", "https://l.example/"),
        Way("email", "a@l.example", "a@l.example", "mailto:a@l.example"),
    ),
)  # fmt: skip
CALL_911 = Contact("emergency_911", "911", "", (), (Way("call", "Call 911", "911", "tel:911"),))
CALL_988 = Contact("lifeline_988", "988", "", (), (Way("call", "Call 988", "988", "tel:988"),))
URGENT = Message("urgent", (("Call 911. Call 988.",),), (CALL_911, CALL_988))
ANSWER = Message("answer", (("Don't pay <them>.",),), (LINE,), "911 & 988")
REPLY = Reply(
    Classification("en", "alert", safety=("suicide",), topic="sextortion", score=0.93456, alternatives=("report",)),
    (URGENT, ANSWER),
    (Button("Not what I meant", action="not_meant"), Button("Report it", topic="report")),
)


def test_plain_is_the_words_then_the_contacts_then_the_small_line() -> None:
    assert render.plain(ANSWER) == (
        "Don't pay <them>.\n\n"
        "The <Line> & friends\nListens.\nCall 1-800-1\nText HOME to 741741\nChat with a person\n"
        "https://l.example/\na@l.example\nDay and night. In English.\n\n"
        "911 & 988"
    )


def test_urgent_words_already_say_how_to_reach_each_number() -> None:
    assert render.plain(URGENT) == "Call 911. Call 988."
    assert telegram_html(URGENT) == "Call 911. Call 988."


def test_whole_is_all_messages() -> None:
    assert render.whole(REPLY) == f"{render.plain(URGENT)}\n\n{render.plain(ANSWER)}"


def test_telegram_escapes_everything_but_its_own_marks() -> None:
    assert telegram_html(ANSWER) == (
        "Don't pay &lt;them&gt;.\n\n"
        '<a href="https://l.example/"><b>The &lt;Line&gt; &amp; friends</b></a>\nCall 1-800-1 · Text HOME to 741741\n'
        '<a href="https://c.example/?a=1&amp;b=2">Chat with a person</a>\n'
        "a@l.example\n<blockquote expandable>Listens. Day and night. In English.</blockquote>\n\n"
        "<i>911 &amp; 988</i>"
    )


@pytest.mark.parametrize(("text", "length"), [("", 0), ("abc", 3), ("ñ", 1), ("😭", 2), ("a😭b", 4), ("👨‍👩‍👧", 8)])
def test_telegram_counts_utf16(text: str, length: int) -> None:
    assert utf16_length(text) == length


def test_contract_is_the_json_of_the_http_door() -> None:
    found = contract(REPLY)
    assert list(found) == ["lang", "tier", "safety", "topic", "messages", "next"]
    assert (found["lang"], found["tier"], found["safety"], found["topic"]) == ("en", "alert", ["suicide"], "sextortion")
    assert [message["kind"] for message in found["messages"]] == ["urgent", "answer"]
    assert found["messages"][0] == {
        "kind": "urgent",
        "text": "Call 911. Call 988.",
        "links": [{"label": "Call 911", "url": "tel:911"}, {"label": "Call 988", "url": "tel:988"}],
    }
    assert found["messages"][1]["text"] == render.plain(ANSWER)
    assert [link["url"] for link in found["messages"][1]["links"]] == [way.url for way in LINE.ways]
    assert [(b["topic"], b["label"]) for b in found["next"]] == [
        ("not_meant", "Not what I meant"),
        ("report", "Report it"),
    ]
    assert json.loads(json.dumps(found)) == found


def test_classified_is_one_line_of_the_contract() -> None:
    assert render.classified(REPLY) == {
        "lang": "en",
        "tier": "alert",
        "safety": ["suicide"],
        "topic": "sextortion",
        "score": 0.935,
        "alternatives": ["report"],
        "resources": ["emergency_911", "lifeline_988", "line"],
        "first": "Call 911. Call 988.",
        "text": render.whole(REPLY),
    }
