"""Each message is classified once, however long its update waits."""

import pytest
from fakes.classifier import FakeClassifier
from fakes.telegram_kit import MEDIA, idle
from fakes.telegram_server import Fault, TelegramServer, plain

from bot.channels.telegram.channel import TelegramChannel
from bot.channels.telegram.texts import shared_text
from bot.engine import Engine


def classified(engine: Engine) -> list[str]:
    classifier = engine.classifier
    assert isinstance(classifier, FakeClassifier)
    return classifier.texts


async def hold_the_chat(server: TelegramServer, chat: int = 42) -> None:
    """Everything else of this chat has to wait for a first answer, until the server is released."""
    server.faults.append(Fault("held", chat=chat, seconds=3600))
    server.press("t:privacy", chat)
    await server.until(lambda: server.held)


@pytest.mark.parametrize("text", ["he has my pics", "i want to die", "what", "/menu", "/i_want_to_die", "/delete me"])
async def test_a_message_that_waited_is_classified_once(
    bot: TelegramChannel, server: TelegramServer, engine: Engine, text: str
) -> None:
    await hold_the_chat(server)
    server.say(text)
    await server.until(lambda: classified(engine))
    server.release()
    await idle(bot, server)
    assert len(classified(engine)) == 1


async def test_a_message_that_goes_straight_through_is_classified_once(
    bot: TelegramChannel, server: TelegramServer, engine: Engine
) -> None:
    server.say("he has my pics", 1)
    server.say("/menu he has my pics", 2)
    server.send(3, **MEDIA["photo"], caption="he has my pics")
    server.send(-500, kind="group", text="he has my pics")
    await idle(bot, server)
    assert len(classified(engine)) == 4


async def test_what_asks_for_the_numbers_is_urgent_without_being_classified(
    bot: TelegramChannel, server: TelegramServer, engine: Engine
) -> None:
    await hold_the_chat(server)
    server.say("he has my pics")
    server.say("/numbers")
    await server.until(lambda: bot.queue.pending == 3)
    server.release()
    await idle(bot, server)
    opening = shared_text(engine, "en", "urgent_911")
    assert [plain(call.text).startswith(opening) for call in server.sent()] == [False, True, False, False]


async def test_a_language_chosen_while_a_message_waited_counts_for_it(
    bot: TelegramChannel, server: TelegramServer, engine: Engine
) -> None:
    await hold_the_chat(server)
    server.press("l:es")
    server.say("xyz")
    await server.until(lambda: classified(engine))
    server.release()
    await idle(bot, server)
    assert shared_text(engine, "es", "care") in plain(server.sent()[-1].text)


async def test_a_crash_while_it_waits_makes_a_message_urgent(bot: TelegramChannel, server: TelegramServer) -> None:
    await hold_the_chat(server)
    server.say("he has my pics")
    server.say("crash")
    await server.until(lambda: bot.queue.pending == 3)
    server.release()
    await idle(bot, server)
    assert [bool(call.buttons) for call in server.sent()] == [True, False, True, True]
