"""The polling loop: what it asks for, what it confirms, and that nothing Telegram answers ends it."""

import re
from typing import Any

import pytest
from fakes.clock import FakeClock
from fakes.telegram_kit import arrived, has_numbers, idle, running
from fakes.telegram_server import TOKEN, Fault, TelegramServer

from bot.channels.telegram import intake, polling
from bot.channels.telegram.channel import TelegramChannel
from bot.channels.telegram.intake import update_id_of
from bot.engine import Engine


async def test_it_asks_for_named_updates_and_drops_none(bot: TelegramChannel, server: TelegramServer) -> None:
    server.say("/menu")
    await idle(bot, server)
    asked = server.made("getUpdates")[0].data
    assert set(re.findall(r"\w+", asked["allowed_updates"])) == set(polling.ALLOWED_UPDATES)
    assert int(asked["timeout"]) == polling.POLL_SECONDS
    assert not [call for call in server.calls if str(call.data.get("drop_pending_updates")).lower() == "true"]


async def test_it_polls_again_at_once_after_an_empty_answer(bot: TelegramChannel, server: TelegramServer) -> None:
    for _ in range(3):
        await server.until(lambda: server.polling)
        polls = len(server.made("getUpdates"))
        server.release_polls()
        await server.until(lambda before=polls: len(server.made("getUpdates")) > before)  # type: ignore[misc]
    server.say("he has my pics")
    await server.answers()


async def test_updates_are_confirmed_only_after_they_were_taken(
    engine: Engine, server: TelegramServer, clock: FakeClock
) -> None:
    async with running(engine, server) as bot:
        number = server.say("he has my pics")
        await idle(bot, server)
    confirmed = server.made("getUpdates")[-1].data
    assert (int(confirmed["offset"]), int(confirmed["timeout"])) == (number + 1, 0)


@pytest.mark.parametrize("kind", ["odd", "nonsense", "502", "429", "reset", "403"])
async def test_it_survives_answers_that_are_no_answers(bot: TelegramChannel, server: TelegramServer, kind: str) -> None:
    server.faults.append(Fault(kind, times=3, method="getUpdates", seconds=5))
    server.release_polls()
    server.say("i want to die")
    assert has_numbers((await arrived(server, 2))[0].text)


async def test_it_waits_as_long_as_telegram_asks(
    bot: TelegramChannel, server: TelegramServer, clock: FakeClock
) -> None:
    await server.until(lambda: server.made("deleteWebhook"))
    server.faults.append(Fault("429", method="getUpdates", seconds=100))
    server.say("/menu")
    await arrived(server)
    server.say("/menu")
    await arrived(server, 2)
    assert clock.monotonic() >= 100


async def test_an_interruption_is_told_once(
    bot: TelegramChannel, server: TelegramServer, caplog: pytest.LogCaptureFixture
) -> None:
    server.faults.append(Fault("502", times=5, method="getUpdates"))
    server.say("/menu")
    server.say("/menu", chat=43)
    await arrived(server)
    server.say("/menu")
    await arrived(server, 2)
    assert caplog.text.count(polling.INTERRUPTED) == 1


async def test_token_that_was_revoked_is_told(
    bot: TelegramChannel, server: TelegramServer, clock: FakeClock, caplog: pytest.LogCaptureFixture
) -> None:
    server.faults.append(Fault("401", times=2, method="getUpdates"))
    server.say("/menu")
    await arrived(server)
    server.say("/menu")
    await arrived(server, 2)
    assert clock.monotonic() >= 60
    assert polling.REFUSED in caplog.text
    assert TOKEN not in caplog.text


async def test_webhook_set_by_somebody_else_is_told(
    bot: TelegramChannel, server: TelegramServer, caplog: pytest.LogCaptureFixture
) -> None:
    server.webhook = "https://other.example/hook"
    server.release_polls()
    await server.until(lambda: polling.CONFLICT in caplog.text)
    server.webhook = ""
    server.say("he has my pics")
    await arrived(server)


async def test_odd_update_does_not_hold_up_the_rest(bot: TelegramChannel, server: TelegramServer) -> None:
    server.put(message={"message_id": "x", "chat": {"id": 43}, "text": "canaryword"})
    server.put(message=[1, 2])
    server.put(callback_query={"from": 3})
    server.say("he has my pics")
    await server.answers(1)
    assert has_numbers((await server.answers(1, 43))[0].text)
    assert bot.counts["unreadable"] == 3


async def test_too_much_in_work_is_left_at_telegram(
    bot: TelegramChannel, server: TelegramServer, clock: FakeClock
) -> None:
    bot.intake.max_pending = 0
    server.faults.append(Fault("held", chat=1, seconds=3600))
    server.say("he has my pics", chat=1)
    await server.until(lambda: server.held)
    server.say("he has my pics", chat=2)
    await clock.advance(60)
    assert not server.sent(2)
    server.release()
    await arrived(server, 1, 2)


async def test_ids_of_updates_that_were_taken_are_bounded(
    bot: TelegramChannel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(intake, "MAX_SEEN_IDS", 10)
    for number in range(50):
        await bot.intake.take({"update_id": number}, number)
    assert bot.intake.taken == 10
    assert bot.intake.has_taken(49)


@pytest.mark.parametrize(
    ("raw", "found"), [({"update_id": 5}, 5), ({"update_id": "5"}, None), ({}, None), ([], None), (None, None)]
)
async def test_an_update_without_a_number_is_none(raw: Any, found: int | None) -> None:
    assert update_id_of(raw) == found
