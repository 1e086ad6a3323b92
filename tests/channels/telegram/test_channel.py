"""Starting, stopping, and Telegram being away; on the test's own time, so that no test depends on real seconds."""

import asyncio
import itertools

import pytest
from fakes.clock import FakeClock
from fakes.telegram_kit import arrived, has_numbers, idle, running, settings, stop
from fakes.telegram_server import TOKEN, Fault, TelegramServer

from bot.channels.telegram.channel import NO_WEBHOOK, START_SECONDS, TelegramChannel, TelegramRefused
from bot.channels.telegram.chat_memory import DAY_SECONDS
from bot.engine import Engine

STOP_LIMIT = 10.0  # seconds after which whoever supervises the process kills it


@pytest.mark.parametrize("token", ["1:WRONGTOKEN", "notatoken", "5:a b"])
async def test_refused_token_is_told_in_one_sentence(engine: Engine, server: TelegramServer, token: str) -> None:
    with pytest.raises(TelegramRefused) as refused:
        await TelegramChannel(engine, settings(server, token), clock=server.clock).start()
    assert token not in str(refused.value)
    assert refused.value.__cause__ is None
    assert "PORCHLIGHT_TELEGRAM_TOKEN" in str(refused.value)


async def test_telegram_away_at_the_start_is_waited_for(
    engine: Engine, server: TelegramServer, clock: FakeClock, caplog: pytest.LogCaptureFixture
) -> None:
    await server.stop()
    server.say("he has my pics")
    async with running(engine, server) as bot:
        assert not bot.ready
        assert "Telegram can't be reached" in caplog.text
        assert TOKEN not in caplog.text
        await server.start()
        await arrived(server)
        assert bot.ready


async def test_telegram_that_answers_nothing_does_not_hold_up_the_start(
    engine: Engine, server: TelegramServer, clock: FakeClock, caplog: pytest.LogCaptureFixture
) -> None:
    server.faults.append(Fault("held", method="getMe", seconds=3600))
    bot = TelegramChannel(engine, settings(server), clock=clock)
    starting = asyncio.create_task(bot.start())
    await server.until(lambda: server.held)
    await clock.advance(START_SECONDS)
    await starting
    assert not bot.ready
    assert "Telegram can't be reached" in caplog.text
    server.release()
    await server.until(lambda: bot.ready)
    await stop(bot, server)


async def test_tries_to_connect_are_further_and_further_apart(
    engine: Engine, server: TelegramServer, clock: FakeClock
) -> None:
    server.faults.append(Fault("500", times=9, method="getMe"))
    async with running(engine, server) as bot:
        await clock.pass_until(lambda: bot.ready)
    tried = [call.at for call in server.calls if call.method == "getMe"]
    pauses = [later - earlier for earlier, later in itertools.pairwise(tried)]
    assert pauses == [1, 2, 4, 8, 16, 32, 60, 60, 60]


async def test_token_refused_after_telegram_was_away_is_told_in_the_log(
    engine: Engine, server: TelegramServer, clock: FakeClock, caplog: pytest.LogCaptureFixture
) -> None:
    server.faults.append(Fault("500", method="getMe"))
    server.faults.append(Fault("401", method="getMe"))
    async with running(engine, server) as bot:
        await clock.pass_until(lambda: bot.refused)
    assert "PORCHLIGHT_TELEGRAM_TOKEN" in caplog.text
    assert TOKEN not in caplog.text


async def test_stop_while_telegram_is_away(engine: Engine, server: TelegramServer) -> None:
    await server.stop()
    async with running(engine, server) as bot:
        pass
    assert not bot.ready


async def test_telegram_comes_and_goes(bot: TelegramChannel, server: TelegramServer) -> None:
    await server.stop()
    server.say("i want to die")
    await server.start()
    assert has_numbers((await arrived(server, 2))[0].text)


async def test_stop_answers_what_arrived_and_loses_nothing(engine: Engine, server: TelegramServer) -> None:
    async with running(engine, server):
        for chat in range(1, 21):
            server.say("he has my pics", chat=chat)
        await server.until(lambda: any(server.sent(chat) for chat in range(1, 21)))
    async with running(engine, server) as again:
        for chat in range(1, 21):
            await server.answers(1, chat)
        await idle(again, server)
    assert [len(server.sent(chat)) for chat in range(1, 21)] == [1] * 20


async def test_stop_does_not_wait_for_ever(engine: Engine, server: TelegramServer, clock: FakeClock) -> None:
    async with running(engine, server):
        server.faults.append(Fault("500", times=10_000))
        server.say("i want to die")
        await server.until(lambda: server.made("sendMessage", status=500))
        began = clock.monotonic()
    assert clock.monotonic() - began < STOP_LIMIT


async def test_stop_with_200_owed_messages_ends_in_time_and_loses_no_alert(
    engine: Engine, server: TelegramServer, clock: FakeClock
) -> None:
    async with running(engine, server):
        server.faults += [Fault("slow", chat=chat, seconds=1) for chat in range(1, 201, 4)]
        server.faults += [Fault("429", chat=chat, seconds=2) for chat in range(2, 201, 4)]
        for chat in range(1, 201):
            server.say("i want to die", chat)
        await server.until(lambda: server.made("sendMessage"))
        began = clock.monotonic()
    assert clock.monotonic() - began < STOP_LIMIT
    assert [len(server.sent(chat)) for chat in range(1, 201)] == [2] * 200


async def test_stop_with_200_messages_that_nobody_takes_ends_in_time(
    engine: Engine, server: TelegramServer, clock: FakeClock
) -> None:
    async with running(engine, server):
        server.faults += [Fault("slow", times=9999, seconds=60)]
        for chat in range(1, 201):
            server.say("i want to die", chat)
        await server.until(lambda: server.made("sendMessage", status=0))
        began = clock.monotonic()
    assert clock.monotonic() - began < STOP_LIMIT


async def test_stop_ends_in_time_though_a_promised_emptying_hangs(
    engine: Engine, server: TelegramServer, clock: FakeClock
) -> None:
    async with running(engine, server) as bot:
        server.press("w:60", chat=3)
        await idle(bot, server)
        server.faults += [Fault("500", times=100_000), Fault("slow", times=1000, method="deleteMessages", seconds=30)]
        for chat in range(1, 6):
            server.say("i want to die", chat=chat)
        await server.until(lambda: server.made("sendMessage", status=500))
        began = clock.monotonic()
    assert clock.monotonic() - began < STOP_LIMIT


async def test_what_is_no_longer_needed_is_dropped_from_memory(
    bot: TelegramChannel, server: TelegramServer, clock: FakeClock
) -> None:
    server.say("tiene mis fotos")
    await idle(bot, server)
    memory, message_ids = bot.handler.memory, bot.handler.message_ids
    assert (len(memory), len(message_ids)) == (1, 2)
    await clock.advance(DAY_SECONDS + 600)
    assert (len(memory), len(message_ids)) == (0, 2)
    await clock.advance(DAY_SECONDS)
    assert len(message_ids) == 0


async def test_library_keeps_nothing_of_anybody(bot: TelegramChannel, server: TelegramServer) -> None:
    server.say("he has my pics")
    server.press("t:grooming")
    await server.answers(2)
    assert bot.app.persistence is None
    assert (dict(bot.app.user_data), dict(bot.app.chat_data), dict(bot.app.bot_data)) == ({}, {}, {})


async def test_nothing_is_left_in_work_of_chats_that_were_answered(
    bot: TelegramChannel, server: TelegramServer
) -> None:
    server.faults += [Fault("429", chat=chat, seconds=1) for chat in range(1, 101, 3)]
    for chat in range(1, 101):
        server.press("w:60", chat)
        server.say("tiene mis fotos", chat)
    await idle(bot, server)
    assert (bot.queue.busy_chats, bot.queue.pending, bot.intake.pending) == (0, 0, 0)
    assert bot.intake.taken == 200
    assert bot.retrying_sender.paused_chats <= 34


async def test_address_that_telegram_refuses_is_told(
    engine: Engine, server: TelegramServer, caplog: pytest.LogCaptureFixture
) -> None:
    address = {"telegram_mode": "webhook", "telegram_secret": "s3cret", "public_url": "http://porch.example"}
    hook = settings(server).model_copy(update=address)
    async with running(engine, server, hook) as bot:
        assert not bot.ready
    assert NO_WEBHOOK in caplog.text
    assert "s3cret" not in caplog.text
