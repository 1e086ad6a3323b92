"""What goes out: in parts, plainly where Telegram refuses the HTML, never with a preview."""

import json

import pytest
from fakes.telegram_kit import MEDIA, has_numbers, idle
from fakes.telegram_server import Fault, TelegramServer, plain

from bot.channels.telegram.channel import TelegramChannel
from bot.dialogue import Incoming, Message, Reply
from bot.engine import Engine


async def test_long_reply_is_sent_in_parts_with_buttons_under_the_last(
    bot: TelegramChannel, server: TelegramServer, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    usual = engine.reply(Incoming(topic="sextortion"))
    long = Reply(usual.classification, (Message("answer", (("A long paragraph & more. " * 30,),) * 12),), usual.buttons)
    monkeypatch.setattr(engine, "reply", lambda _: long)
    server.say("he has my pics")
    parts = await server.answers(3)
    assert [bool(part.buttons) for part in parts] == [False] * (len(parts) - 1) + [True]


async def test_words_arrive_even_if_telegram_refuses_our_html(bot: TelegramChannel, server: TelegramServer) -> None:
    server.faults.append(Fault("400", times=1))
    server.say("i want to die")
    first, _ = await server.answers(2)
    assert has_numbers(first.text)
    assert "parse_mode" not in first.data
    server.faults.append(Fault("400", times=1))
    server.press("t:sextortion")
    plainly = (await server.answers(3))[2]
    assert "https://takeitdown.ncmec.org/" in plainly.text
    assert "<" not in plainly.text


async def test_what_was_sent_plainly_can_be_deleted_as_well(bot: TelegramChannel, server: TelegramServer) -> None:
    server.faults.append(Fault("400", times=1))
    server.press("t:sextortion")
    await idle(bot, server)
    server.press("d:now")
    await idle(bot, server)
    assert len(server.seen()) == 1


async def test_no_message_of_any_kind_has_a_link_preview(bot: TelegramChannel, server: TelegramServer) -> None:
    server.faults.append(Fault("400", times=1))
    server.press("t:sextortion")
    server.say("i want to die")
    server.send(**MEDIA["photo"])
    server.say("/delete")
    server.send(-500, kind="group", text="hello")
    await idle(bot, server)
    assert len(server.made("sendMessage")) == 6
    for call in server.made("sendMessage"):
        assert json.loads(call.data["link_preview_options"]) == {"is_disabled": True}
        assert "disable_web_page_preview" not in call.data
        assert "protect_content" not in call.data


async def test_an_answer_goes_to_the_topic_of_the_forum_it_was_asked_in(
    bot: TelegramChannel, server: TelegramServer
) -> None:
    server.send(-500, kind="supergroup", text="i want to die", is_topic_message=True, message_thread_id=7)
    for call in await server.answers(2, -500):
        assert str(call.data["message_thread_id"]) == "7"
        assert plain(call.text)
