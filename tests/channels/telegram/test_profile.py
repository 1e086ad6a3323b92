"""Commands and descriptions: set once, in each language, with the numbers."""

from fakes.telegram_kit import has_numbers, running
from fakes.telegram_server import Fault, TelegramServer

from bot.channels.telegram.profile import COMMANDS
from bot.engine import Engine


async def test_profile_is_set_once_with_the_numbers(engine: Engine, server: TelegramServer) -> None:
    for started in (1, 2):
        async with running(engine, server):
            await server.until(lambda times=started: len(server.made("getMyShortDescription")) == 3 * times)  # type: ignore[misc]
            await server.until(lambda: ("short_description", "es") in server.profile)
    for lang in ("", "en", "es"):
        assert has_numbers(server.profile["description", lang])
        assert has_numbers(server.profile["short_description", lang])
        assert len(server.profile["commands", lang]) == len(COMMANDS)
    assert len(server.made("setMyCommands")) == len(server.made("setMyDescription")) == 3


async def test_a_profile_that_cannot_be_set_is_no_reason_to_stop(engine: Engine, server: TelegramServer) -> None:
    server.faults.append(Fault("400", times=99, method="setMyCommands"))
    async with running(engine, server) as bot:
        await server.until(lambda: bot.counts["profile_BadRequest"] == 3)
        server.say("i want to die")
        await server.answers(2)
