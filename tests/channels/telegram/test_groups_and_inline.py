"""Where more than one reads: groups, channels, inline cards, business accounts."""

import json

import pytest
from fakes.clock import FakeClock
from fakes.telegram_kit import has_numbers, idle, member, running
from fakes.telegram_server import Fault, TelegramServer, person, plain

from bot.channels.telegram.channel import TelegramChannel
from bot.channels.telegram.texts import telegram_text
from bot.dialogue import EMERGENCY_RESOURCES
from bot.engine import Engine


async def answered(server: TelegramServer) -> dict[str, object]:
    await server.until(lambda: server.made("answerInlineQuery"))
    return server.made("answerInlineQuery")[-1].data


# --- groups and channels ---------------------------------------------------------------------


async def test_group_gets_one_line(bot: TelegramChannel, server: TelegramServer, engine: Engine) -> None:
    for text in ("hello", "he has my pics"):
        server.send(-500, kind="group", text=text)
    await idle(bot, server)
    [line] = server.sent(-500)
    assert line.text == telegram_text(engine, "en", "group_line")
    assert line.buttons[0][0]["url"] == "https://t.me/porchlight_bot"


async def test_group_gets_the_line_again_after_ten_minutes(
    bot: TelegramChannel, server: TelegramServer, clock: FakeClock
) -> None:
    server.send(-500, kind="group", text="hello")
    await idle(bot, server)
    await clock.advance(599)
    server.send(-500, kind="group", text="hello")
    await idle(bot, server)
    assert len(server.sent(-500)) == 1
    await clock.advance(2)
    server.send(-500, kind="group", text="hello")
    await server.answers(2, -500)


async def test_group_gets_the_numbers_when_somebody_is_in_danger(bot: TelegramChannel, server: TelegramServer) -> None:
    server.send(-500, kind="supergroup", text="i want to die")
    first, second = await server.answers(2, -500)
    assert has_numbers(first.text)
    assert "url" in second.buttons[0][0]


async def test_edit_in_a_group_is_answered_only_in_danger(bot: TelegramChannel, server: TelegramServer) -> None:
    server.send(-500, kind="group", text="hello")
    await server.answers(1, -500)
    for text in ("hello all", "i want to die"):
        message = server.message(-500, kind="group", text=text)
        server.put(edited_message={**message, "edit_date": message["date"]})
    await idle(bot, server)
    sent = server.sent(-500)
    assert len(sent) == 3
    assert has_numbers(sent[1].text)


async def test_group_is_never_emptied_nor_remembered(bot: TelegramChannel, server: TelegramServer) -> None:
    for text in ("/start@porchlight_bot example", "/delete@porchlight_bot", "/language", "tiene mis fotos"):
        server.send(-500, kind="group", text=text)
    await idle(bot, server)
    assert len(server.sent(-500)) == 3
    assert not server.made("deleteMessages")
    assert not bot.handler.message_ids
    memory = bot.handler.memory
    assert [memory.get(name, -500) for name in ("lang", "school", "auto_delete")] == [None] * 3
    assert all(has_numbers(call.text) or call.text == server.sent(-500)[0].text for call in server.sent(-500))


@pytest.mark.parametrize("word", ["help", "@porchlight_bot ayuda", "/help_me@porchlight_bot"])
async def test_safe_word_brings_the_numbers_in_a_group(bot: TelegramChannel, server: TelegramServer, word: str) -> None:
    server.send(-500, kind="group", text=word)
    first, second = await server.answers(2, -500)
    assert has_numbers(first.text)
    assert "url" in second.buttons[0][0]


async def test_group_that_became_a_supergroup_gets_its_numbers(bot: TelegramChannel, server: TelegramServer) -> None:
    server.migrated = {-500: -1000500}
    server.send(-500, kind="group", text="i want to die")
    first, _ = await server.answers(2, -1000500)
    assert has_numbers(first.text)


async def test_crash_in_a_group_brings_the_numbers_alone(bot: TelegramChannel, server: TelegramServer) -> None:
    server.send(-500, kind="group", text="crash")
    await idle(bot, server)
    [numbers] = server.sent(-500)
    assert has_numbers(numbers.text)
    assert not numbers.buttons


async def test_being_added_to_a_group_is_told_without_a_sound(bot: TelegramChannel, server: TelegramServer) -> None:
    server.put(my_chat_member=member({"id": -501, "type": "group", "title": "Class"}, "member"))
    [line] = await server.answers(1, -501)
    assert str(line.data["disable_notification"]).lower() == "true"
    server.send(-502, kind="group", text="hello")
    [reply] = await server.answers(1, -502)
    assert str(reply.data.get("disable_notification", "false")).lower() == "false"


async def test_channels_are_left(bot: TelegramChannel, server: TelegramServer) -> None:
    server.put(my_chat_member=member({"id": -900, "type": "channel", "title": "News"}, "administrator"))
    await server.until(lambda: server.made("leaveChat"))


async def test_channel_is_left_whatever_comes_from_it(bot: TelegramChannel, server: TelegramServer) -> None:
    post = {**server.message(-900, kind="channel", text="i want to die")}
    del post["from"]
    server.put(channel_post=post)
    await server.until(lambda: server.made("leaveChat"))
    assert not server.sent(-900)


# --- inline cards ----------------------------------------------------------------------------


async def test_inline_query_offers_the_replys_cards_and_never_itself(
    bot: TelegramChannel, server: TelegramServer
) -> None:
    server.ask("canaryword he has my pics")
    sent = await answered(server)
    ids = [card["id"] for card in server.inline]
    assert {"cybertipline", "take_it_down"} <= set(ids)
    assert set(EMERGENCY_RESOURCES) <= set(ids)
    assert "canaryword" not in json.dumps(sent)
    assert str(sent["cache_time"]) == "0"
    assert str(sent["is_personal"]).lower() == "true"
    for card in server.inline:
        content = card["input_message_content"]
        assert content["link_preview_options"]["is_disabled"]
        assert content["parse_mode"] == "HTML"
        assert has_numbers(plain(content["message_text"]))


@pytest.mark.parametrize("query", ["", "   ", "crash", "canaryword"])
async def test_inline_query_that_says_nothing_offers_the_numbers(
    bot: TelegramChannel, server: TelegramServer, engine: Engine, query: str
) -> None:
    server.ask(query)
    await answered(server)
    assert [card["id"] for card in server.inline] == [*EMERGENCY_RESOURCES, *engine.content.menu.hotlines]


async def test_inline_alert_has_911_and_988_first_in_its_language(
    bot: TelegramChannel, server: TelegramServer, engine: Engine
) -> None:
    server.ask("quiero morir", lang="en")
    await answered(server)
    assert [card["id"] for card in server.inline][:2] == list(EMERGENCY_RESOURCES)
    assert server.inline[0]["title"] == engine.content.languages["es"].resource_words["emergency_911"].name


async def test_inline_answer_that_comes_too_late_is_no_error(bot: TelegramChannel, server: TelegramServer) -> None:
    server.faults.append(Fault("400", method="answerInlineQuery"))
    server.ask("he has my pics")
    await idle(bot, server)
    assert dict(bot.counts) == {"inline_late": 1}


async def test_own_card_shared_in_a_chat_with_us_is_not_answered(bot: TelegramChannel, server: TelegramServer) -> None:
    server.send(42, text="i want to die", via_bot=server.me())
    await idle(bot, server)
    assert not server.sent()


# --- business accounts -----------------------------------------------------------------------


async def test_business_accounts_are_refused(bot: TelegramChannel, server: TelegramServer) -> None:
    theirs = {**server.message(77, text="i want to die"), "business_connection_id": "b1"}
    server.put(business_message=theirs)
    server.put(edited_business_message={**theirs, "edit_date": theirs["date"]})
    server.put(deleted_business_messages={"business_connection_id": "b1", "chat": theirs["chat"], "message_ids": [1]})
    server.put(
        business_connection={
            "id": "b1", "user": person(77), "user_chat_id": 77, "date": 1, "is_enabled": True, "can_reply": True
        }
    )  # fmt: skip
    pressed = {"id": "1", "from": person(77), "chat_instance": "1", "data": "t:sextortion", "message": theirs}
    server.put(callback_query=pressed)
    await idle(bot, server)
    assert bot.counts["refused"] == 5
    assert not server.sent(77)
    assert not bot.handler.message_ids


async def test_switches_of_botfather_that_show_us_too_much_are_told(
    engine: Engine, server: TelegramServer, caplog: pytest.LogCaptureFixture
) -> None:
    server.rights = {"can_read_all_group_messages": True, "can_connect_to_business": True}
    async with running(engine, server):
        await server.until(lambda: "/setprivacy" in caplog.text and "Business Mode" in caplog.text)
