"""Within a chat one after the other, alerts first; chats side by side; over real HTTP, on the test's own time."""

import asyncio

import pytest
from fakes.clock import FakeClock
from fakes.telegram_kit import arrived, has_numbers, idle
from fakes.telegram_server import Fault, TelegramServer, plain

from bot.channels.telegram.channel import TelegramChannel
from bot.channels.telegram.delivery import CONCURRENCY, Priority
from bot.channels.telegram.incoming import ChatEvent, EventKind
from bot.channels.telegram.texts import shared_text
from bot.channels.telegram.update_order import PendingUpdate, PerChatQueue
from bot.engine import Engine


def alerts(server: TelegramServer, engine: Engine, chat: int = 42) -> list[bool]:
    return [shared_text(engine, "en", "urgent_988") in plain(call.text) for call in server.sent(chat)]


async def test_order_is_kept_within_a_chat(bot: TelegramChannel, server: TelegramServer, engine: Engine) -> None:
    topics = ["sextortion", "grooming", "report", "tell_adult", "privacy", "should_i_pay"]
    replies = engine.content.languages["en"].replies
    server.faults.append(Fault("500", times=2, chat=42))
    for topic in topics:
        server.press(f"t:{topic}")
    sent = await arrived(server, len(topics))
    openings = [replies[topic].text.strip().split("\n")[0][:20] for topic in topics]
    assert [opening in plain(call.text) for opening, call in zip(openings, sent, strict=True)] == [True] * len(topics)


async def test_chats_do_not_wait_for_each_other(bot: TelegramChannel, server: TelegramServer) -> None:
    server.faults.append(Fault("held", chat=1, seconds=3600))
    server.say("he has my pics", chat=1)
    server.say("he has my pics", chat=2)
    await server.answers(1, 2)
    assert not server.sent(1)


async def test_alert_does_not_wait_for_a_stuck_answer(
    bot: TelegramChannel, server: TelegramServer, engine: Engine, clock: FakeClock
) -> None:
    server.faults.append(Fault("held", seconds=3600))
    server.say("he has my pics")
    await server.until(lambda: server.held)
    server.say("i want to die")
    server.say("he has my pics")
    await server.until(lambda: bot.queue.pending == 3)
    assert not server.sent()
    await clock.advance(0.1)
    await server.answers(2)
    assert alerts(server, engine) == [True, False]
    server.release()
    await server.answers(4)  # and nothing else is lost


async def test_alert_overtakes_what_waits_in_its_chat(
    bot: TelegramChannel, server: TelegramServer, engine: Engine
) -> None:
    server.faults.append(Fault("held", seconds=3600))
    for text in (*["he has my pics"] * 5, "i want to die"):
        server.say(text)
    await server.until(lambda: bot.queue.pending == 6)
    server.release()
    await server.answers(7)
    assert alerts(server, engine) == [False, True, *[False] * 5]


async def test_alert_finds_a_connection_while_all_others_are_stuck(
    bot: TelegramChannel, server: TelegramServer
) -> None:
    server.faults += [Fault("held", chat=chat, seconds=3600) for chat in range(1000, 1300)]
    for chat in range(1000, 1300):
        server.say("he has my pics", chat)
    await server.until(lambda: server.held == CONCURRENCY[Priority.NORMAL])
    server.say("i want to die")
    await server.answers(2)


async def test_flood_fills_its_own_queue_only(bot: TelegramChannel, server: TelegramServer, clock: FakeClock) -> None:
    server.faults.append(Fault("429", times=1, chat=1, seconds=1))
    for _ in range(60):
        server.say("he has my pics", chat=1)
    server.say("i want to die", chat=1)
    server.say("he has my pics", chat=2)
    await server.answers(1, 2)
    await server.until(lambda: bot.queue.pending == 22)  # one in work, 20 waiting, the alert
    await idle(bot, server)
    assert len(server.sent(1)) == 23  # the alert is two messages
    assert any(has_numbers(call.text) and not call.buttons for call in server.sent(1))


async def test_button_stops_spinning_while_its_chat_is_halted(bot: TelegramChannel, server: TelegramServer) -> None:
    server.faults.append(Fault("429", times=1, seconds=2))
    server.say("he has my pics")
    await server.until(lambda: server.made("sendMessage", status=429))
    server.press("t:sextortion")
    await server.until(lambda: server.made("answerCallbackQuery"))
    assert not server.sent()


# --- the queue alone ---------------------------------------------------------------------------


def message(words: str, chat: int | None = 1) -> PendingUpdate:
    return PendingUpdate(ChatEvent(EventKind.MESSAGE, chat=chat, words=words))


async def nothing(_: PendingUpdate) -> None:
    pass


@pytest.fixture
def queue(clock: FakeClock) -> PerChatQueue:
    return PerChatQueue(lambda update: update.event.words == "urgent", nothing, clock)


async def test_nothing_is_left_of_a_chat_that_was_answered(queue: PerChatQueue) -> None:
    order: list[str] = []

    async def work(name: str) -> None:
        await asyncio.sleep(0)
        order.append(name)

    names = ["first", "second", "urgent"]
    await asyncio.gather(*(queue.do_process_update(message(name), work(name)) for name in names))
    assert order == ["first", "urgent", "second"]
    assert (queue.pending, queue.busy_chats) == (0, 0)


async def test_what_is_cancelled_while_it_waits_hands_its_turn_on(queue: PerChatQueue) -> None:
    done: list[str] = []
    hold = asyncio.Event()

    async def held() -> None:
        await hold.wait()

    async def work(name: str) -> None:
        done.append(name)

    first = asyncio.create_task(queue.do_process_update(message("first"), held()))
    await asyncio.sleep(0)
    waiting = [asyncio.create_task(queue.do_process_update(message(name), work(name))) for name in ("a", "b", "c")]
    await asyncio.sleep(0)
    waiting[0].cancel()
    hold.set()
    await asyncio.gather(first, *waiting, return_exceptions=True)
    assert done == ["b", "c"]
    assert (queue.pending, queue.busy_chats) == (0, 0)


async def test_updates_of_no_chat_and_objects_of_no_kind_wait_for_nothing(queue: PerChatQueue) -> None:
    done: list[str] = []

    async def work(name: str) -> None:
        done.append(name)

    await queue.do_process_update(message("inline", chat=None), work("inline"))
    await queue.do_process_update(object(), work("object"))
    assert done == ["inline", "object"]
