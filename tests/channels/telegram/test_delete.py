"""Emptying a chat on Telegram: by command, by button, by itself; over real HTTP against the stand-in."""

import asyncio
import json
import time

import pytest
from fakes.telegram_kit import carried, has_numbers, labels, settings
from fakes.telegram_server import Fault, TelegramServer, plain

from bot.channels.telegram import keyboards as shown
from bot.channels.telegram.channel import TelegramChannel
from bot.channels.telegram.message_ids import HOURS_48, NEAR, SWEEP, Trail
from bot.engine import Engine

pytestmark = pytest.mark.asyncio

DAY = 24 * 3600.0


def removals(server: TelegramServer) -> list[list[int]]:
    return [json.loads(call.data["message_ids"]) for call in server.made("deleteMessages")]


async def test_delete_removes_both_sides_and_says_how_to_remove_the_rest(
    bot: TelegramChannel, server: TelegramServer, engine: Engine
) -> None:
    server.say("he has my pics")
    server.say("i want to die")
    await server.answers(3)
    server.say("other chat", chat=43)
    await server.answers(1, 43)
    server.say("/delete")
    note = (await server.answers(4))[3]
    await server.settled()
    assert [plain(text)[:25] for text in server.seen()] == [plain(note.text)[:25]]
    shared = engine.content.languages["en"].shared
    for said in (shared.deleted, shared.delete_left, shared.delete_how):
        assert said in plain(note.text)
    assert shared.delete_away not in plain(note.text)
    assert has_numbers(note.text)
    assert len(server.seen(43)) == 2
    assert all(1 <= len(batch) <= 100 for batch in removals(server))


async def test_button_empties_the_chat_in_its_language(
    bot: TelegramChannel, server: TelegramServer, engine: Engine
) -> None:
    server.say("/start", lang="es")
    [greeting] = await server.answers()
    assert "d:now" in carried(greeting.buttons)
    assert "Borrar este chat" in labels(greeting.buttons)
    server.press("d:now", lang="es")
    note = (await server.answers(2))[1]
    await server.settled()
    assert len(server.seen()) == 1
    assert shown.said(engine, "es", "deleted") in plain(note.text)


async def test_more_than_a_hundred_messages_go_in_batches(bot: TelegramChannel, server: TelegramServer) -> None:
    for _ in range(230):
        bot.talk.trail.add(42, server.message(42, text="earlier")["message_id"])
    server.say("/delete")
    await server.answers()
    await server.settled()
    assert len(server.seen()) == 1
    assert [len(batch) for batch in removals(server)][:3] == [100, 100, 31]


async def test_after_a_restart_it_sweeps_back_from_the_newest_id_and_touches_no_other_chat(
    engine: Engine, server: TelegramServer
) -> None:
    for text in ("one", "two", "three"):
        server.message(42, text=text)
        server.message(43, text="somebody else")
    running = TelegramChannel(engine, settings(server), first_wait=0.05, grace=2)
    await running.start()
    server.say("hello", chat=43)
    await server.answers(1, 43)
    server.press("d:now")  # under an old message: newer ones than it are there
    await server.answers()
    await server.settled()
    assert len(server.seen(42)) == 1
    assert len(server.seen(43)) == 5
    tried = [id_ for batch in removals(server) for id_ in batch]
    assert max(tried) < max(server.messages)
    assert len(tried) <= SWEEP
    await running.stop()


async def test_messages_older_than_48_hours_stay_and_it_says_so(
    bot: TelegramChannel, server: TelegramServer, engine: Engine
) -> None:
    for _ in range(8):
        server.message(42, age=3 * DAY, text="old")
    server.send(42, text="dice")  # younger, and refused all the same
    await server.answers()
    server.say("he has my pics")
    await server.answers(2)
    server.say("/delete")
    note = (await server.answers(3))[2]
    await server.settled()
    assert server.seen()[:-1] == ["old"] * 8 + ["dice"]
    assert engine.content.languages["en"].telegram.delete_count.format(number=1) in plain(note.text)
    assert len(removals(server)) < 80


async def test_delete_while_telegram_fails_says_so_and_can_be_repeated(
    bot: TelegramChannel, server: TelegramServer, engine: Engine
) -> None:
    bot.bot.rate_limiter.first_wait = 0.01  # type: ignore[union-attr]
    server.say("he has my pics")
    await server.answers()
    server.faults.append(Fault("500", times=12, method="deleteMessages"))
    server.say("/delete")
    note = (await server.answers(2))[1]
    assert engine.content.languages["en"].telegram.delete_away in plain(note.text)
    await server.settled()
    server.faults.clear()
    server.say("/delete")
    again = (await server.answers(3))[2]
    await server.settled()
    assert engine.content.languages["en"].telegram.delete_away not in plain(again.text)
    assert len(server.seen()) == 1


async def test_429_while_deleting_is_waited_for(bot: TelegramChannel, server: TelegramServer) -> None:
    server.say("he has my pics")
    await server.answers()
    server.faults.append(Fault("429", times=1, method="deleteMessages", seconds=1))
    server.say("/delete")
    await server.answers(2)
    await server.settled()
    assert len(server.seen()) == 1


async def test_delete_forgets_the_school_and_an_alert_goes_before_it(
    bot: TelegramChannel, server: TelegramServer
) -> None:
    server.say("/start example")
    await server.answers()
    server.say("/delete")
    await server.answers(2)
    await server.settled()
    assert bot.talk.memory.get("school", 42) is None
    server.say("/delete i want to die")
    first = (await server.answers(4))[2]
    assert has_numbers(first.text)


# --- by itself -----------------------------------------------------------------------------------


async def test_choice_of_minutes_is_offered_in_two_columns(bot: TelegramChannel, server: TelegramServer) -> None:
    server.press("t:privacy")
    [privacy] = await server.answers()
    assert "w" in carried(privacy.buttons)
    server.press("w")
    ask = (await server.answers(2))[1]
    assert [len(row) for row in ask.buttons] == [2, 2]
    assert carried(ask.buttons) == ["w:5", "w:15", "w:60", "w:0"]


async def test_chat_empties_itself_after_quiet_minutes_without_a_word(
    bot: TelegramChannel, server: TelegramServer
) -> None:
    bot.talk.wipes.minute = 0.1
    server.press("w:5")
    await server.answers()
    server.say("he has my pics")
    await server.answers(2)
    await asyncio.sleep(0.3)
    server.say("he has my pics")  # the minutes begin anew
    await server.answers(3)
    await asyncio.sleep(0.3)
    assert server.seen()
    await server.until(lambda: not server.seen(), 3)
    assert len(server.sent()) == 3
    server.say("he has my pics")  # the choice holds
    await server.answers(4)
    await server.until(lambda: not server.seen(), 3)


async def test_turned_off_it_stays(bot: TelegramChannel, server: TelegramServer) -> None:
    bot.talk.wipes.minute = 0.02
    server.press("w:5")
    await server.answers()
    server.press("w:0")
    await server.answers(2)
    await asyncio.sleep(0.4)
    assert len(server.seen()) == 2


async def test_emptying_that_finds_no_telegram_is_tried_again(bot: TelegramChannel, server: TelegramServer) -> None:
    bot.talk.wipes.minute, bot.talk.wipes.again = 0.02, 0.05
    bot.bot.rate_limiter.first_wait = 0.01  # type: ignore[union-attr]
    server.faults.append(Fault("500", times=8, method="deleteMessages"))
    server.press("w:5")
    await server.answers()
    await server.until(lambda: not server.seen())


async def test_stop_does_at_once_what_was_promised_for_later(engine: Engine, server: TelegramServer) -> None:
    running = TelegramChannel(engine, settings(server), grace=2)
    await running.start()
    server.press("w:60")
    await server.answers()
    await server.settled(0.1)
    await running.stop()
    assert not server.seen()


async def test_blocked_bot_forgets_the_timer(bot: TelegramChannel, server: TelegramServer) -> None:
    server.press("w:60")
    await server.answers()
    await server.settled(0.1)
    server.faults.append(Fault("403", times=5))
    server.say("he has my pics")
    await server.until(lambda: bot.counts["Forbidden"])
    assert (len(bot.talk.trail), len(bot.talk.memory), bot.talk.wipes._timers) == (0, 0, {})


# --- what is held ----------------------------------------------------------------------------------


async def test_trail_holds_no_chat_number_and_ends_after_48_hours() -> None:
    now = [time.time()]
    trail = Trail(most=6, clock=lambda: now[0])
    assert not trail.whole
    for id_ in (5, 7, 6, 7):
        trail.add(918273645, id_)
    assert "918273645" not in repr(vars(trail))
    assert trail.newest(918273645) == 7
    assert trail.elsewhere() == {5, 6, 7}
    now[0] += HOURS_48 - 10
    trail.add(918273645, 9)
    now[0] += 20
    assert trail.whole
    assert trail.take(918273645) == [9]
    assert len(trail) == 0
    for chat in range(9):
        trail.add(chat, 100 + chat)
    assert len(trail) == 6
    assert not trail.whole
    now[0] += HOURS_48 + 1
    trail.tidy()
    assert len(trail) == 0
    assert NEAR < SWEEP


# --- what is told is true -----------------------------------------------------------------------


def counted(engine: Engine, number: int) -> str:
    return engine.content.languages["en"].telegram.delete_count.format(number=number)


async def test_partly_refused_all_others_go_and_the_number_is_right(
    bot: TelegramChannel, server: TelegramServer, engine: Engine
) -> None:
    for number in range(60):
        kept = number % 5 == 0
        bot.talk.trail.add(42, server.message(42, text="dice" if kept else "other")["message_id"])
    server.say("/delete")
    note = (await server.answers())[0]
    await server.settled()
    assert server.seen()[:-1] == ["dice"] * 12
    assert counted(engine, 12) in plain(note.text)
    for id_, (chat, date, _) in server.messages.items():
        server.messages[id_] = (chat, date, "now it may go")
    server.say("/delete")
    again = (await server.answers(2))[1]
    await server.settled()
    assert len(server.seen()) == 1
    assert "could not remove" not in plain(again.text)


async def test_server_without_batches_is_asked_one_by_one(
    bot: TelegramChannel, server: TelegramServer, engine: Engine
) -> None:
    server.say("he has my pics")
    await server.answers()
    server.faults.append(Fault("404", times=999, method="deleteMessages"))
    server.say("/delete")
    note = (await server.answers(2))[1]
    await server.settled()
    assert len(server.seen()) == 1
    assert engine.content.languages["en"].telegram.delete_away not in plain(note.text)


async def test_server_that_removes_nothing_at_all_is_told_as_it_is(
    bot: TelegramChannel, server: TelegramServer, engine: Engine
) -> None:
    server.say("he has my pics")
    await server.answers()
    server.faults += [Fault("404", times=999, method=method) for method in ("deleteMessages", "deleteMessage")]
    server.say("/delete")
    note = (await server.answers(2))[1]
    await server.settled()
    assert counted(engine, 3) in plain(note.text)
    assert engine.content.languages["en"].telegram.delete_how in plain(note.text)
    assert engine.content.languages["en"].telegram.delete_away not in plain(note.text)


async def test_promise_outlives_a_long_outage(bot: TelegramChannel, server: TelegramServer) -> None:
    bot.talk.wipes.minute, bot.talk.wipes.again = 0.01, 0.01
    bot.bot.rate_limiter.first_wait = bot.bot.rate_limiter.longest_wait = 0.001  # type: ignore[union-attr]
    server.faults.append(Fault("500", times=6 * 15, method="deleteMessages"))  # six tries each, more than ten times
    server.press("w:5")
    await server.answers()
    await server.until(lambda: not server.seen(), 20)
    await server.until(lambda: not bot.talk.wipes._timers)


async def test_chat_that_blocked_us_is_not_emptied_again_and_again(
    bot: TelegramChannel, server: TelegramServer
) -> None:
    bot.talk.wipes.minute, bot.talk.wipes.again = 0.02, 0.02
    server.faults.append(Fault("403", times=999, method="deleteMessages"))
    server.press("w:5")
    await server.answers()
    await server.until(lambda: server.made("deleteMessages", status=403))
    await server.settled()
    assert len(server.made("deleteMessages", status=403)) == 1
    assert (len(bot.talk.trail), bot.talk.wipes._timers) == (0, {})


async def test_trail_forgets_in_time_whatever_the_order_ids_came_in() -> None:
    now = [HOURS_48 * 10]
    trail = Trail(clock=lambda: now[0])
    trail.add(1, 9)
    trail.add(1, 5, now[0] - HOURS_48 + 60)
    now[0] += 120
    trail.tidy()
    assert (trail.take(1), len(trail)) == ([9], 0)
