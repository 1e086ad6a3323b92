"""Everything fails at once, and the numbers arrive all the same; over real HTTP."""

import pytest
from fakes.clock import FakeClock
from fakes.telegram_kit import arrived, has_numbers, idle
from fakes.telegram_server import Fault, TelegramServer, plain

from bot.channels.telegram.channel import TelegramChannel
from bot.channels.telegram.delivery import GIVE_WAY_SECONDS
from bot.channels.telegram.texts import shared_text
from bot.engine import Engine


async def test_alert_through_429_reset_5xx_nonsense_and_a_hanging_server_one_after_the_other(
    bot: TelegramChannel, server: TelegramServer, engine: Engine
) -> None:
    for kind in ("429", "reset", "502", "odd", "nonsense", "slow", "500", "429", "reset"):
        server.faults.append(Fault(kind, seconds=5 if kind == "slow" else 1))
    server.say("i want to die")
    first, second = await arrived(server, 2)
    assert plain(first.text).startswith(shared_text(engine, "en", "urgent_911"))
    assert has_numbers(second.text)
    assert [fault.times for fault in server.faults] == [0] * 9


async def test_each_chat_has_its_own_trouble_and_each_alert_arrives(
    bot: TelegramChannel, server: TelegramServer, clock: FakeClock
) -> None:
    kinds = ("429", "reset", "503", "odd", "nonsense", "slow")
    for chat in range(1, 61):
        server.faults.append(Fault(kinds[chat % len(kinds)], times=2, chat=chat, seconds=3))
        server.say("i want to die", chat)
    server.say("i want to die", 99)
    await server.answers(1, 99)  # no time has passed for it
    await clock.advance(GIVE_WAY_SECONDS)
    await server.answers(2, 99)
    await idle(bot, server)
    for chat in range(1, 61):
        assert len(server.sent(chat)) == 2
        assert has_numbers(server.sent(chat)[0].text)


@pytest.mark.parametrize("text", ["he has my pics", "what", "/menu", "/privacy", "crash"])
async def test_after_a_long_outage_an_ordinary_message_brings_the_numbers_at_least(
    bot: TelegramChannel, server: TelegramServer, text: str
) -> None:
    server.faults.append(Fault("500", times=12))
    server.say(text)
    assert any(has_numbers(call.text) for call in await arrived(server))


async def test_crash_brings_the_numbers(bot: TelegramChannel, server: TelegramServer) -> None:
    server.say("crash please", lang="es")
    first, _ = await server.answers(2)
    assert has_numbers(first.text)
    assert "crash" not in first.text
    assert bot.counts["RuntimeError"] == 1


@pytest.mark.parametrize("part", ["shorten_labels", "keyboard", "reply_keys", "split_html"])
async def test_numbers_arrive_though_our_own_formatting_is_broken(
    bot: TelegramChannel, server: TelegramServer, part: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise KeyError("canaryword")

    monkeypatch.setattr(f"bot.channels.telegram.sender.{part}", broken)
    server.say("he has my pics")
    assert has_numbers((await server.answers())[0].text)


async def test_blocked_between_two_messages_of_one_reply(
    bot: TelegramChannel, server: TelegramServer, clock: FakeClock
) -> None:
    server.press("w:60")
    await idle(bot, server)
    server.faults.append(Fault("403", times=99, text="suicide"))
    server.say("i want to die")
    await idle(bot, server)
    assert bot.counts["Forbidden"] == 1
    assert len(server.made("sendMessage", status=403)) == 1
    assert [len(held) for held in (bot.handler.message_ids, bot.handler.memory, bot.handler.auto_delete)] == [0, 0, 0]
