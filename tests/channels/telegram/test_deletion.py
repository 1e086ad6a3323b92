"""Emptying a chat by command and by button, and saying truly what stayed; over real HTTP."""

import json

import pytest
from fakes.telegram_kit import arrived, carried, has_numbers, idle, labels, running
from fakes.telegram_server import Fault, TelegramServer, plain

from bot.channels.telegram.channel import TelegramChannel
from bot.channels.telegram.deletion import GUESSED_IDS
from bot.channels.telegram.texts import telegram_text
from bot.engine import Engine

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
    await idle(bot, server)
    note = server.sent()[3]
    assert [plain(text)[:25] for text in server.seen()] == [plain(note.text)[:25]]
    for name in ("deleted", "delete_left", "delete_how"):
        assert telegram_text(engine, "en", name) in plain(note.text)
    assert telegram_text(engine, "en", "delete_away") not in plain(note.text)
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
    await idle(bot, server)
    assert len(server.seen()) == 1
    assert telegram_text(engine, "es", "deleted") in plain(server.sent()[1].text)


@pytest.mark.parametrize("text", ["/delete@porchlight_bot", "/DELETE", "/borrar"])
async def test_delete_by_any_of_its_names(
    bot: TelegramChannel, server: TelegramServer, engine: Engine, text: str
) -> None:
    server.say(text)
    assert telegram_text(engine, "en", "deleted") in plain((await server.answers())[0].text)


async def test_more_than_a_hundred_messages_go_in_batches(bot: TelegramChannel, server: TelegramServer) -> None:
    for _ in range(230):
        bot.handler.message_ids.add(42, server.message(42, text="earlier")["message_id"])
    server.say("/delete")
    await idle(bot, server)
    assert len(server.seen()) == 1
    assert [len(batch) for batch in removals(server)][:3] == [100, 100, 31]


async def test_after_a_restart_it_goes_back_from_the_newest_id_and_touches_no_other_chat(
    engine: Engine, server: TelegramServer
) -> None:
    for text in ("one", "two", "three"):
        server.message(42, text=text)
        server.message(43, text="somebody else")
    async with running(engine, server) as bot:
        server.say("hello", chat=43)
        await server.answers(1, 43)
        server.press("d:now")  # under an old message: newer ones than it are there
        await idle(bot, server)
    assert len(server.seen(42)) == 1
    assert len(server.seen(43)) == 5
    tried = [message_id for batch in removals(server) for message_id in batch]
    assert max(tried) < max(server.messages)
    assert len(tried) <= GUESSED_IDS


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
    await idle(bot, server)
    assert server.seen()[:-1] == ["old"] * 8 + ["dice"]
    assert telegram_text(engine, "en", "delete_count", 1) in plain(server.sent()[2].text)
    assert len(removals(server)) < 80


async def test_delete_while_telegram_fails_says_so_and_can_be_repeated(
    bot: TelegramChannel, server: TelegramServer, engine: Engine
) -> None:
    server.say("he has my pics")
    await server.answers()
    server.faults.append(Fault("500", times=12, method="deleteMessages"))
    server.say("/delete")
    note = (await arrived(server, 2))[1]
    assert telegram_text(engine, "en", "delete_away") in plain(note.text)
    await idle(bot, server)
    server.faults.clear()
    server.say("/delete")
    await idle(bot, server)
    assert telegram_text(engine, "en", "delete_away") not in plain(server.sent()[2].text)
    assert len(server.seen()) == 1


async def test_429_while_deleting_is_waited_for(bot: TelegramChannel, server: TelegramServer) -> None:
    server.say("he has my pics")
    await server.answers()
    server.faults.append(Fault("429", times=1, method="deleteMessages", seconds=30))
    server.say("/delete")
    await idle(bot, server)
    assert len(server.seen()) == 1


async def test_delete_forgets_the_school_and_an_alert_goes_before_it(
    bot: TelegramChannel, server: TelegramServer
) -> None:
    server.say("/start example")
    await server.answers()
    server.say("/delete")
    await idle(bot, server)
    assert bot.handler.memory.get("school", 42) is None
    server.say("/delete i want to die")
    await idle(bot, server)
    assert has_numbers(server.sent()[2].text)
    assert len(server.sent()) == 4


# --- what is said is true ----------------------------------------------------------------------


async def test_partly_refused_all_others_go_and_the_number_is_right(
    bot: TelegramChannel, server: TelegramServer, engine: Engine
) -> None:
    for number in range(60):
        kept = number % 5 == 0
        bot.handler.message_ids.add(42, server.message(42, text="dice" if kept else "other")["message_id"])
    server.say("/delete")
    await idle(bot, server)
    assert server.seen()[:-1] == ["dice"] * 12
    assert telegram_text(engine, "en", "delete_count", 12) in plain(server.sent()[0].text)
    for message_id, (chat, date, _) in server.messages.items():
        server.messages[message_id] = (chat, date, "now it may go")
    server.say("/delete")
    await idle(bot, server)
    assert len(server.seen()) == 1
    assert "could not remove" not in plain(server.sent()[1].text)


async def test_server_without_batches_is_asked_one_by_one(
    bot: TelegramChannel, server: TelegramServer, engine: Engine
) -> None:
    server.say("he has my pics")
    await server.answers()
    server.faults.append(Fault("404", times=999, method="deleteMessages"))
    server.say("/delete")
    await idle(bot, server)
    assert len(server.seen()) == 1
    assert telegram_text(engine, "en", "delete_away") not in plain(server.sent()[1].text)


async def test_server_that_removes_nothing_at_all_is_told_as_it_is(
    bot: TelegramChannel, server: TelegramServer, engine: Engine
) -> None:
    server.say("he has my pics")
    await server.answers()
    server.faults += [Fault("404", times=999, method=method) for method in ("deleteMessages", "deleteMessage")]
    server.say("/delete")
    await idle(bot, server)
    note = plain(server.sent()[1].text)
    assert telegram_text(engine, "en", "delete_count", 3) in note
    assert telegram_text(engine, "en", "delete_how") in note
    assert telegram_text(engine, "en", "delete_away") not in note
