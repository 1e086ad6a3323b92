"""Rate limits, errors and repetitions: an alert is tried until it arrives, and halts nobody else."""

import asyncio
import itertools
import warnings
from datetime import timedelta
from typing import Any

import pytest
from fakes.clock import FakeClock
from fakes.telegram_kit import arrived, has_numbers, idle
from fakes.telegram_server import Fault, TelegramServer
from telegram.error import BadRequest, Forbidden, NetworkError, RetryAfter, TelegramError, TimedOut

from bot.channels.telegram import delivery
from bot.channels.telegram.channel import TelegramChannel
from bot.channels.telegram.delivery import (
    GIVE_WAY_SECONDS,
    MAX_RETRIES,
    Priority,
    RetryingSender,
    retry_after_seconds,
)


async def test_429_halts_one_chat_only(bot: TelegramChannel, server: TelegramServer, clock: FakeClock) -> None:
    server.faults.append(Fault("429", times=1, chat=1, seconds=2))
    server.say("he has my pics", chat=1)
    await server.until(lambda: server.made("sendMessage", status=429))
    for chat in (2, 3, 4):
        server.say("i want to die", chat=chat)
    for chat in (2, 3, 4):
        await server.answers(2, chat)
    assert not server.sent(1)
    await clock.advance(1.9)
    assert not server.sent(1)
    await clock.advance(0.2)
    await server.answers(1, 1)


@pytest.mark.parametrize("kind", ["429", "500", "502", "503", "504", "reset", "nonsense", "odd"])
async def test_alert_is_tried_until_it_arrives(bot: TelegramChannel, server: TelegramServer, kind: str) -> None:
    server.faults.append(Fault(kind, times=9))
    server.say("i want to die")
    first, second = await arrived(server, 2)
    assert has_numbers(first.text)
    assert second.buttons
    await idle(bot, server)
    assert len(server.sent()) == 2


async def test_alert_is_tried_until_the_person_blocks(bot: TelegramChannel, server: TelegramServer) -> None:
    server.faults += [Fault("500", times=20), Fault("403", times=1000)]
    server.say("i want to die")
    await idle(bot, server)
    assert bot.counts["Forbidden"] == 1
    assert len(server.made("sendMessage", status=500)) == 20
    assert len(server.made("sendMessage", status=403)) == 1


async def test_alert_asks_again_before_a_very_long_pause_is_over_and_halts_nobody_else(
    bot: TelegramChannel, server: TelegramServer, clock: FakeClock
) -> None:
    server.faults.append(Fault("429", chat=1, seconds=3600))
    server.say("i want to die", 1)
    server.say("he has my pics", 2)
    await server.answers(1, 2)
    await clock.advance(31)
    assert has_numbers((await server.answers(1, 1))[0].text)


async def test_blocked_bot_does_not_try_again(bot: TelegramChannel, server: TelegramServer) -> None:
    server.faults.append(Fault("403", times=50, chat=42))
    server.say("i want to die")
    await idle(bot, server)
    assert bot.counts["Forbidden"] == 1
    assert len(server.made("sendMessage", status=403)) == 1


async def test_what_telegram_refuses_is_not_asked_again(bot: TelegramChannel, server: TelegramServer) -> None:
    """BadRequest is a kind of network error to the library, and must not be taken for one."""
    server.faults.append(Fault("400", times=100))
    server.say("i want to die")
    await idle(bot, server)
    assert bot.counts["rescue_BadRequest"] == 1
    # as HTML and plainly; then the last resort, in the same two ways
    assert len(server.made("sendMessage", status=400)) == 4


# --- the sender alone ----------------------------------------------------------------------------


class Requests:
    """Requests that fail as told, then succeed; notes when each was made."""

    def __init__(self, sender: RetryingSender, clock: FakeClock) -> None:
        self.at: list[float] = []
        self._sender = sender
        self._clock = clock

    async def make(self, *errors: Exception, priority: Priority | None = None, chat: int | None = 42) -> Any:
        left = list(errors)

        async def request() -> bool:
            self.at.append(self._clock.monotonic())
            if left:
                raise left.pop(0)
            return True

        data = {} if chat is None else {"chat_id": chat}
        made = asyncio.ensure_future(self._sender.process_request(request, (), {}, "sendMessage", data, priority))
        await self._clock.pass_until(made.done)
        return made.result()


@pytest.fixture
def sender(clock: FakeClock) -> RetryingSender:
    return RetryingSender(clock)


@pytest.fixture
def requests(sender: RetryingSender, clock: FakeClock) -> Requests:
    return Requests(sender, clock)


async def test_pauses_between_repetitions_double_up_to_half_a_minute(requests: Requests) -> None:
    assert await requests.make(*[TimedOut()] * 9, priority=Priority.MUST_ARRIVE)
    pauses = [later - earlier for earlier, later in itertools.pairwise(requests.at)]
    assert pauses == [0.5, 1, 2, 4, 8, 16, 30, 30, 30]


async def test_an_urgent_request_is_repeated_sooner(requests: Requests) -> None:
    assert await requests.make(*[TimedOut()] * 3, priority=Priority.URGENT)
    assert requests.at == [0, 0.0625, 0.1875, 0.4375]


async def test_an_ordinary_request_is_given_up(requests: Requests) -> None:
    with pytest.raises(NetworkError):
        await requests.make(*[NetworkError("away")] * 99)
    assert len(requests.at) == 1 + MAX_RETRIES


@pytest.mark.parametrize("error", [Forbidden("blocked"), BadRequest("no")])
async def test_what_is_final_is_not_repeated(requests: Requests, error: TelegramError) -> None:
    with pytest.raises(type(error)):
        await requests.make(error, priority=Priority.URGENT)
    assert len(requests.at) == 1


async def test_what_is_for_no_chat_is_not_repeated(requests: Requests) -> None:
    with pytest.raises(TimedOut):
        await requests.make(TimedOut(), priority=Priority.MUST_ARRIVE, chat=None)


async def test_others_give_way_to_an_alert_for_a_second_at_most(sender: RetryingSender, clock: FakeClock) -> None:
    done: list[str] = []
    hold = asyncio.Event()

    async def urgent() -> bool:
        await hold.wait()
        return True

    async def ordinary() -> bool:
        done.append("ordinary")
        return True

    def process(request: Any, chat: int, priority: Priority | None) -> asyncio.Task[Any]:
        made = sender.process_request(request, (), {}, "sendMessage", {"chat_id": chat}, priority)
        return asyncio.ensure_future(made)

    first = process(urgent, 1, Priority.URGENT)
    await asyncio.sleep(0)
    second = process(ordinary, 2, None)
    await clock.advance(GIVE_WAY_SECONDS - 0.1)
    assert not done
    await clock.advance(0.1)
    assert done == ["ordinary"]
    hold.set()
    await asyncio.gather(first, second)


async def test_after_closing_nothing_is_waited_for(
    sender: RetryingSender, requests: Requests, clock: FakeClock
) -> None:
    sender.close()
    with pytest.raises(TimedOut):
        await requests.make(*[TimedOut()] * 99, priority=Priority.URGENT)
    assert clock.monotonic() == 0


async def test_chats_whose_pause_is_over_are_not_remembered_for_ever(
    requests: Requests, sender: RetryingSender, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delivery, "MAX_PAUSED_CHATS", 10)
    for chat in range(20):
        with pytest.raises(RetryAfter):  # its chat closes before it was tried again, so that the pause stays
            await requests.make(*[RetryAfter(1)] * 9, chat=chat)
    assert sender.paused_chats <= 11


@pytest.mark.parametrize("setting", ["true", "false"])
def test_the_librarys_two_ways_to_say_seconds_are_understood(setting: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PTB_TIMEDELTA", setting)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert retry_after_seconds(RetryAfter(3)) == 3.0
        assert retry_after_seconds(RetryAfter(timedelta(seconds=4))) == 4.0
