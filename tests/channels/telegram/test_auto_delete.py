"""Chats that empty themselves after quiet minutes: the minutes are those of a clock that the tests turn."""

from fakes.clock import FakeClock
from fakes.telegram_kit import carried, idle, running
from fakes.telegram_server import Fault, TelegramServer

from bot.channels.telegram.auto_delete import AutoDelete
from bot.channels.telegram.channel import TelegramChannel
from bot.channels.telegram.chat_memory import ChatMemory
from bot.channels.telegram.deletion import Deletion
from bot.engine import Engine

MINUTE = 60.0


async def test_choice_of_minutes_is_offered_in_two_columns(bot: TelegramChannel, server: TelegramServer) -> None:
    server.press("t:privacy")
    [privacy] = await server.answers()
    assert "w" in carried(privacy.buttons)
    server.press("w")
    offer = (await server.answers(2))[1]
    assert [len(row) for row in offer.buttons] == [2, 2]
    assert carried(offer.buttons) == ["w:5", "w:15", "w:60", "w:0"]


async def test_chat_empties_itself_after_quiet_minutes_without_a_word(
    bot: TelegramChannel, server: TelegramServer, clock: FakeClock
) -> None:
    server.press("w:5")
    await idle(bot, server)
    await clock.advance(4 * MINUTE)
    server.say("he has my pics")  # the minutes begin anew
    await idle(bot, server)
    await clock.advance(4.9 * MINUTE)
    assert not server.made("deleteMessages")
    await clock.advance(0.2 * MINUTE)
    await server.until(lambda: not server.seen())
    assert len(server.sent()) == 2
    server.say("he has my pics")  # the choice holds
    await idle(bot, server)
    await clock.advance(5 * MINUTE)
    await server.until(lambda: not server.seen())


async def test_turned_off_the_chat_stays(bot: TelegramChannel, server: TelegramServer, clock: FakeClock) -> None:
    server.press("w:5")
    await idle(bot, server)
    assert len(bot.handler.auto_delete) == 1
    server.press("w:0")
    await idle(bot, server)
    assert len(bot.handler.auto_delete) == 0
    await clock.advance(60 * MINUTE)
    assert len(server.seen()) == 2


async def test_emptying_that_finds_no_telegram_is_tried_again(
    bot: TelegramChannel, server: TelegramServer, clock: FakeClock
) -> None:
    server.faults.append(Fault("500", times=8, method="deleteMessages"))  # more than one emptying repeats its request
    server.press("w:5")
    await idle(bot, server)
    await clock.pass_until(lambda: not server.seen())
    assert clock.monotonic() > 6 * MINUTE


async def test_promise_outlives_a_long_outage(bot: TelegramChannel, server: TelegramServer, clock: FakeClock) -> None:
    server.faults.append(Fault("500", times=6 * 15, method="deleteMessages"))  # 15 emptyings with six tries each
    server.press("w:5")
    await idle(bot, server)
    await clock.pass_until(lambda: not server.seen())
    await clock.pass_until(lambda: not len(bot.handler.auto_delete))
    assert 10 * 3600 < clock.monotonic() < 11 * 3600  # 1, 2, 4, … minutes, at most an hour


async def test_chat_that_blocked_us_is_not_emptied_again_and_again(
    bot: TelegramChannel, server: TelegramServer, clock: FakeClock
) -> None:
    server.faults.append(Fault("403", times=999, method="deleteMessages"))
    server.press("w:5")
    await idle(bot, server)
    await clock.advance(5 * MINUTE)
    await server.until(lambda: server.made("deleteMessages", status=403))
    await server.until(lambda: not len(bot.handler.auto_delete))
    await clock.advance(49 * 60 * MINUTE)
    assert len(server.made("deleteMessages", status=403)) == 1
    assert len(bot.handler.message_ids) == 0


async def test_blocked_bot_forgets_the_timer(bot: TelegramChannel, server: TelegramServer) -> None:
    server.press("w:60")
    await idle(bot, server)
    server.faults.append(Fault("403", times=5))
    server.say("he has my pics")
    await idle(bot, server)
    assert bot.counts["Forbidden"] == 1
    assert [len(held) for held in (bot.handler.message_ids, bot.handler.memory, bot.handler.auto_delete)] == [0, 0, 0]


async def test_stop_does_at_once_what_was_promised_for_later(engine: Engine, server: TelegramServer) -> None:
    async with running(engine, server) as bot:
        server.press("w:60")
        await idle(bot, server)
    assert not server.seen()


# --- without HTTP ------------------------------------------------------------------------------


async def test_above_the_bound_the_chat_that_waits_longest_is_emptied_at_once(clock: FakeClock) -> None:
    emptied: list[int] = []

    async def empty(chat: int) -> Deletion:
        emptied.append(chat)
        return Deletion()

    auto_delete = AutoDelete(ChatMemory(clock=clock.monotonic), empty, clock, max_timers=2)
    for chat in (1, 2, 3):
        auto_delete.choose(chat, 5)
    await clock.advance(0)
    assert emptied == [1]
    auto_delete.restart_timer(2)
    await clock.advance(5 * MINUTE)
    assert sorted(emptied) == [1, 2, 3]
    assert len(auto_delete) == 0


async def test_it_gives_up_when_telegram_would_not_let_us_delete_any_more(clock: FakeClock) -> None:
    tries: list[float] = []

    async def away(chat: int) -> Deletion:
        tries.append(clock.monotonic())
        return Deletion(reached=False)

    auto_delete = AutoDelete(ChatMemory(clock=clock.monotonic), away, clock)
    auto_delete.choose(1, 5)
    await clock.advance(100 * 3600)
    assert len(auto_delete) == 0
    assert 48 * 3600 < tries[-1] < 50 * 3600


async def test_the_choice_is_kept_for_48_hours(clock: FakeClock) -> None:
    async def empty(chat: int) -> Deletion:
        return Deletion()

    auto_delete = AutoDelete(ChatMemory(clock=clock.monotonic), empty, clock)
    auto_delete.choose(1, 5)
    await clock.advance(48 * 3600 - 1)
    auto_delete.restart_timer(1)
    assert len(auto_delete) == 1
    await clock.advance(5 * MINUTE)
    auto_delete.restart_timer(1)
    assert len(auto_delete) == 0
