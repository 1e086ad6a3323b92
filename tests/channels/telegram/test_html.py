"""Telegram's HTML: split within the limit, whatever the text; links kept where tags can't be."""

import re

import pytest
from fakes.telegram_server import plain

from bot.channels.telegram.html import message_html, plain_text, split_html, utf16_length
from bot.dialogue import Incoming
from bot.engine import Engine
from bot.schema import Content


@pytest.mark.parametrize(
    "html",
    [
        "\n\n".join(f"<b>Part {n}</b> " + "word " * 120 for n in range(20)),
        "x" * 9000,
        "😀" * 5000,
        "&amp;" * 5000,
        '<a href="https://example.org/a b">' + "label " * 2000 + "</a>",
        "<b>" + "y" * 9000 + "</b>",
    ],
)
def test_long_texts_are_split_within_the_limit(html: str) -> None:
    parts = split_html(html)
    assert len(parts) > 1
    for part in parts:
        assert utf16_length(plain(part)) <= 4096
    squeezed = re.sub(r"\s", "", "".join(plain(part) for part in parts))
    assert squeezed == re.sub(r"\s", "", plain(html))


def test_a_text_that_fits_stays_whole_and_is_split_between_paragraphs_otherwise() -> None:
    assert split_html("one\n\ntwo", 8) == ["one\n\ntwo"]
    assert split_html("one\n\ntwo three", 10) == ["one", "two three"]


def test_without_tags_a_links_address_can_be_read() -> None:
    html = '<b>Take It Down</b>: <a href="https://takeitdown.ncmec.org/">page &amp; help</a>'
    assert plain_text(html) == "Take It Down: page & help https://takeitdown.ncmec.org/"


def test_every_message_has_few_enough_entities(content: Content, engine: Engine) -> None:
    for topic in content.topics:
        for lang in content.languages:
            for message in engine.reply(Incoming(topic=topic, lang=lang)).messages:
                assert len(re.findall(r"<\w", message_html(message))) <= 100
