"""The Telegram channel against a stand-in Bot API over real HTTP, with the library as it is."""

import io
import json
import logging
import re
import time

import pytest
from fakes.telegram_kit import MEDIA, carried, has_numbers, impatient, labels, member, settings
from fakes.telegram_server import TOKEN, Fault, TelegramServer, plain

from bot import private_logging as quiet
from bot.channels.telegram import channel
from bot.channels.telegram import incoming as hear
from bot.channels.telegram import keyboards as shown
from bot.channels.telegram.channel import TelegramChannel, TelegramRefused
from bot.channels.telegram.chat_memory import DAY, Memory
from bot.channels.telegram.delivery import LANES, ChatPace
from bot.channels.telegram.html import pieces
from bot.channels.telegram.html import telegram as telegram_html
from bot.channels.telegram.sender import UPDATES
from bot.channels.telegram.update_order import ChatOrder
from bot.dialogue import Button, Incoming, Message, Reply
from bot.engine import Engine
from bot.schema import Content

pytestmark = pytest.mark.asyncio


# --- a talk ----------------------------------------------------------------------------------


async def test_start_greets_with_the_doors_and_the_other_language(bot: TelegramChannel, server: TelegramServer) -> None:
    server.say("/start")
    [greeting] = await server.answers()
    assert "t:sextortion" in carried(greeting.buttons)
    assert "l:es" in carried(greeting.buttons)
    assert "Español" in labels(greeting.buttons)


async def test_topic_button_answers_and_stops_spinning(bot: TelegramChannel, server: TelegramServer) -> None:
    server.press("t:sextortion")
    [answer] = await server.answers()
    assert "cybertip" in answer.text.lower()
    assert carried(answer.buttons)[-1] == "d:now"
    assert has_numbers(answer.text)
    await server.until(lambda: len(server.made("answerCallbackQuery")) == 1)


async def test_safety_comes_first_and_as_its_own_message(
    bot: TelegramChannel, server: TelegramServer, engine: Engine
) -> None:
    server.say("i want to die")
    first, second = await server.answers(2)
    assert has_numbers(first.text)
    assert first.text.count(shown.said(engine, "en", "cannot_dial")) == 1
    assert not first.buttons
    assert "a:not_meant" in carried(second.buttons)


async def test_safety_in_the_writers_language(bot: TelegramChannel, server: TelegramServer, engine: Engine) -> None:
    server.say("quiero morir")
    first, *_ = await server.answers(2)
    assert shown.said(engine, "es", "urgent_911") in plain(first.text)
    server.press("a:not_meant")
    *_, after = await server.answers(3)
    assert shown.said(engine, "es", "not_meant") in plain(after.text)


async def test_not_what_i_meant_keeps_the_numbers(bot: TelegramChannel, server: TelegramServer) -> None:
    server.press("a:not_meant")
    [answer] = await server.answers()
    assert has_numbers(answer.text)
    assert answer.buttons


async def test_more_gives_the_second_page(bot: TelegramChannel, server: TelegramServer, engine: Engine) -> None:
    server.say("he has my pics and wants money")
    [answer] = await server.answers()
    [more] = [data for data in carried(answer.buttons) if data.startswith("m:")]
    server.press(more)
    await server.answers(2)
    assert server.sent()[1].text != answer.text


@pytest.mark.parametrize(
    "sent", ["/menu", "/privacy", "/nonsense", "/language", "/help", "/numbers", "/start example", "/start ../x"]
)
async def test_each_command_is_answered(bot: TelegramChannel, server: TelegramServer, sent: str) -> None:
    server.say(sent)
    assert (await server.answers())[0].text


@pytest.mark.parametrize("sent", ["/help", "/numbers"])
async def test_help_brings_the_numbers(bot: TelegramChannel, server: TelegramServer, sent: str) -> None:
    server.say(sent)
    assert has_numbers((await server.answers())[0].text)


@pytest.mark.parametrize("sent", ["/menu i want to die", "/i_want_to_die", "/start i want to die", "/x\ni want to die"])
async def test_a_command_is_listened_to_as_well(bot: TelegramChannel, server: TelegramServer, sent: str) -> None:
    server.say(sent)
    first, _ = await server.answers(2)
    assert has_numbers(first.text)


async def test_school_link_leads_to_the_school(bot: TelegramChannel, server: TelegramServer, engine: Engine) -> None:
    server.say("/start example")
    [greeting] = await server.answers()
    assert "t:school_contact" in carried(greeting.buttons)
    server.press("t:school_contact")
    assert engine.content.schools["example"].name in plain((await server.answers(2))[1].text)


async def test_language_is_chosen_and_stays(bot: TelegramChannel, server: TelegramServer, engine: Engine) -> None:
    server.press("l:es")
    told, *_ = await server.answers(2)
    assert told.text == shown.said(engine, "es", "language_set")
    server.press("t:sextortion")
    answer = (await server.answers(3))[2]
    assert shown.said(engine, "es", "footer") in plain(answer.text)


async def test_buttons_follow_the_language_written(
    bot: TelegramChannel, server: TelegramServer, engine: Engine
) -> None:
    server.say("tiene mis fotos")
    await server.answers()
    server.press("t:grooming")
    assert shown.said(engine, "es", "footer") in plain((await server.answers(2))[1].text)


async def test_edited_message_is_heard(bot: TelegramChannel, server: TelegramServer) -> None:
    server.say("i want to die", edited=True)
    assert has_numbers((await server.answers(2))[0].text)


@pytest.mark.parametrize(
    "data",
    [
        "",
        "t:",
        "t:nope",
        "t:sextortion:z",
        "m:sextortion",
        "a:late",
        "a:last_resort",
        "x",
        "l:xx",
        "🐍" * 16,
        "t:menu:a:b",
    ],
)
async def test_forged_or_outdated_button_brings_the_menu(
    bot: TelegramChannel, server: TelegramServer, data: str
) -> None:
    server.press(data)
    [answer] = await server.answers()
    assert "t:sextortion" in carried(answer.buttons)
    await server.until(lambda: len(server.made("answerCallbackQuery")) == 1)


# --- media, late, groups -----------------------------------------------------------------------


@pytest.mark.parametrize("kind", MEDIA)
async def test_media_is_answered_and_never_fetched(
    bot: TelegramChannel, server: TelegramServer, engine: Engine, kind: str
) -> None:
    server.send(**MEDIA[kind])
    [answer] = await server.answers()
    assert has_numbers(answer.text)
    assert shown.said(engine, "en", "media") in plain(answer.text)
    assert shown.said(engine, "en", "care") in plain(answer.text)
    assert "Take It Down" in plain(answer.text)
    assert "never send an intimate picture" in plain(answer.text).casefold()
    await server.settled()
    assert not [call for call in server.calls if call.method.lower() == "getfile"]


async def test_words_under_a_picture_are_heard(bot: TelegramChannel, server: TelegramServer, engine: Engine) -> None:
    server.send(**MEDIA["photo"], caption="i want to die")
    first, *_, last = await server.answers(3)
    assert shown.said(engine, "en", "urgent_988") in plain(first.text)
    assert shown.said(engine, "en", "media")[:30] in plain(last.text)


@pytest.mark.parametrize(
    "text", ["я хочу умереть", "我想死", "\u200b\u200d", "..", "😭", "\u202e", "'" * 4096, "a" * 4096, "_*[`<b>&"]
)
async def test_any_text_is_answered_with_the_numbers(bot: TelegramChannel, server: TelegramServer, text: str) -> None:
    server.say(text)
    assert has_numbers((await server.answers())[0].text)


async def test_forwarded_and_replying_messages_are_heard(bot: TelegramChannel, server: TelegramServer) -> None:
    server.say("i want to die", forward_origin={"type": "hidden_user", "date": 1, "sender_user_name": "Zebulon"})
    server.say("i want to die", reply_to_message=server.message(42, text="earlier"), quote={"text": "e", "position": 0})
    sent = await server.answers(4)
    assert [has_numbers(call.text) for call in sent[::2]] == [True, True]


async def test_edit_that_adds_a_safety_sign_gets_its_alert(
    bot: TelegramChannel, server: TelegramServer, engine: Engine
) -> None:
    server.say("he has my pics")
    await server.answers()
    server.say("he has my pics i want to die", edited=True)
    first = (await server.answers(2))[1]
    assert shown.said(engine, "en", "urgent_988") in plain(first.text)
    server.send(**MEDIA["photo"], caption="he has my pics")
    await server.answers(5)
    server.put(
        edited_message={**server.message(42, **MEDIA["photo"], caption="i want to die"), "edit_date": int(time.time())}
    )
    again = (await server.answers(6))[5]
    assert shown.said(engine, "en", "urgent_988") in plain(again.text)


@pytest.mark.parametrize("word", ["help", "HELP!", " ayuda ", "Ayuda", "sos", "emergencia"])
async def test_safe_word_works_anywhere(
    bot: TelegramChannel, server: TelegramServer, engine: Engine, word: str
) -> None:
    server.say(word)
    server.send(**MEDIA["photo"], caption=word)
    server.say(word, edited=True)
    sent = await server.answers(7)
    lang = "es" if "a" in word.casefold() else "en"
    opening = shown.said(engine, lang, "urgent_911")
    assert [plain(sent[at].text).startswith(opening) for at in (0, 2, 5)] == [True] * 3


async def test_album_is_answered_once(bot: TelegramChannel, server: TelegramServer) -> None:
    for _ in range(3):
        server.send(**MEDIA["photo"], media_group_id="9")
    await server.answers()
    await server.settled()
    assert len(server.sent()) == 1


async def test_service_messages_stay_unanswered(bot: TelegramChannel, server: TelegramServer) -> None:
    server.send(message_auto_delete_timer_changed={"message_auto_delete_time": 86400})
    server.say("/menu")
    await server.answers()
    await server.settled()
    assert len(server.sent()) == 1


async def test_late_message_gets_an_apology_once(bot: TelegramChannel, server: TelegramServer, engine: Engine) -> None:
    server.say("he has my pics", age=3600)
    server.say("he has my pics", age=3000)
    sent = await server.answers(3)
    apology = shown.said(engine, "en", "late")
    assert [apology in plain(call.text) for call in sent] == [True, False, False]
    assert has_numbers(sent[0].text)


async def test_late_apology_is_made_in_each_chat(bot: TelegramChannel, server: TelegramServer, engine: Engine) -> None:
    for chat in (1, 2):
        server.say("he has my pics", chat, age=601)
        server.say("he has my pics", chat, age=590)
    for chat in (1, 2):
        sent = await server.answers(3, chat)
        assert [shown.said(engine, "en", "late") in plain(call.text) for call in sent] == [True, False, False]
    server.say("he has my pics", 3, age=595)
    await server.answers(1, 3)
    await server.settled()
    assert len(server.sent(3)) == 1


async def test_late_alert_still_opens_with_the_numbers(
    bot: TelegramChannel, server: TelegramServer, engine: Engine
) -> None:
    server.say("i want to die", age=3600)
    first, second, _ = await server.answers(3)
    assert shown.said(engine, "en", "urgent_988") in plain(first.text)
    assert shown.said(engine, "en", "late") in plain(second.text)


async def test_group_gets_one_line(bot: TelegramChannel, server: TelegramServer, engine: Engine) -> None:
    for text in ("hello", "he has my pics"):
        server.send(-500, kind="group", text=text)
    await server.answers(1, -500)
    await server.settled()
    [line] = server.sent(-500)
    assert line.text == shown.said(engine, "en", "group_line")
    assert line.buttons[0][0]["url"] == "https://t.me/porchlight_bot"


async def test_group_gets_the_numbers_when_somebody_is_in_danger(bot: TelegramChannel, server: TelegramServer) -> None:
    server.send(-500, kind="supergroup", text="i want to die")
    first, second = await server.answers(2, -500)
    assert has_numbers(first.text)
    assert "url" in second.buttons[0][0]


async def test_channels_are_left(bot: TelegramChannel, server: TelegramServer) -> None:
    server.put(my_chat_member=member({"id": -900, "type": "channel", "title": "News"}, "administrator"))
    await server.until(lambda: server.made("leaveChat"))


async def test_being_blocked_is_taken_quietly(bot: TelegramChannel, server: TelegramServer) -> None:
    bot.talk.memory.put("lang", 42, "es")
    server.put(my_chat_member=member({"id": 42, "type": "private", "first_name": "Zebulon"}, "kicked"))
    await server.until(lambda: not len(bot.talk.memory))
    assert not server.sent()


# --- order, pace, trouble ----------------------------------------------------------------------


async def test_order_is_kept_within_a_chat(bot: TelegramChannel, server: TelegramServer) -> None:
    topics = ["sextortion", "grooming", "report", "tell_adult", "privacy", "should_i_pay"]
    replies = bot.talk.engine.content.languages["en"].replies
    server.faults.append(Fault("500", times=2, chat=42))
    for topic in topics:
        server.press(f"t:{topic}")
    sent = await server.answers(len(topics))
    openings = [replies[topic].text.strip().split("\n")[0][:20] for topic in topics]
    assert [opening in plain(call.text) for opening, call in zip(openings, sent, strict=True)] == [True] * len(topics)


async def test_chats_do_not_wait_for_each_other(bot: TelegramChannel, server: TelegramServer) -> None:
    server.faults.append(Fault("slow", times=1, chat=1, seconds=2))
    server.say("he has my pics", chat=1)
    server.say("he has my pics", chat=2)
    began = time.monotonic()
    await server.answers(1, 2)
    assert time.monotonic() - began < 1.5
    assert not server.sent(1)


async def test_429_halts_one_chat_only(bot: TelegramChannel, server: TelegramServer) -> None:
    server.faults.append(Fault("429", times=1, chat=1, seconds=2))
    server.say("he has my pics", chat=1)
    await server.until(lambda: server.made("sendMessage", status=429))
    for chat in (2, 3, 4):
        server.say("i want to die", chat=chat)
    for chat in (2, 3, 4):
        await server.answers(2, chat, seconds=1.5)
    assert not server.sent(1)
    [late] = await server.answers(1, 1)
    [refused] = server.made("sendMessage", status=429)
    assert late.at - refused.at >= 1.9


@pytest.mark.parametrize("kind", ["429", "500", "502", "503", "504", "reset", "nonsense"])
async def test_alert_is_tried_until_it_arrives(bot: TelegramChannel, server: TelegramServer, kind: str) -> None:
    pace = bot.bot.rate_limiter
    assert isinstance(pace, ChatPace)
    pace.first_wait = pace.longest_wait = 0.02
    server.faults.append(Fault(kind, times=9 if kind != "429" else 2, seconds=1))
    server.say("i want to die")
    first, second = await server.answers(2)
    assert has_numbers(first.text)
    assert second.buttons
    assert len(server.sent()) == 2


async def test_alert_is_tried_again_after_a_time_out(
    bot: TelegramChannel, server: TelegramServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    impatient(bot, monkeypatch, 0.3)
    server.faults.append(Fault("slow", times=2, seconds=5))
    server.say("i want to die")
    assert has_numbers((await server.answers(2))[0].text)


async def test_alert_is_tried_until_the_person_blocks(bot: TelegramChannel, server: TelegramServer) -> None:
    pace = bot.bot.rate_limiter
    assert isinstance(pace, ChatPace)
    pace.first_wait = pace.longest_wait = 0.02
    server.faults += [Fault("500", times=20), Fault("403", times=1000)]
    server.say("i want to die")
    await server.until(lambda: bot.counts["Forbidden"])
    await server.settled()
    assert len(server.made("sendMessage", status=500)) == 20
    assert len(server.made("sendMessage", status=403)) == 1


async def test_alert_does_not_wait_for_a_stuck_answer(
    bot: TelegramChannel, server: TelegramServer, engine: Engine
) -> None:
    order = bot.app.update_processor
    assert isinstance(order, ChatOrder)
    order.patience = 0.2
    server.faults.append(Fault("slow", times=1, seconds=4))
    server.say("he has my pics")
    await server.until(lambda: server.made("sendMessage", status=0))
    server.say("i want to die")
    server.say("he has my pics")
    first, *_ = await server.answers(2, seconds=2)
    assert shown.said(engine, "en", "urgent_988") in plain(first.text)
    await server.answers(4)  # and nothing else is lost


async def test_alert_finds_a_connection_while_all_others_are_stuck(
    bot: TelegramChannel, server: TelegramServer
) -> None:
    server.faults += [Fault("slow", times=1, chat=chat, seconds=4) for chat in range(1000, 1300)]
    for chat in range(1000, 1300):
        server.say("he has my pics", chat)
    await server.until(lambda: len(server.made("sendMessage", status=0)) >= LANES[None])
    server.say("i want to die")
    await server.answers(2, seconds=2)


async def test_alert_overtakes_what_waits_in_its_chat(
    bot: TelegramChannel, server: TelegramServer, engine: Engine
) -> None:
    server.faults.append(Fault("429", times=1, seconds=1))
    for _ in range(5):
        server.say("he has my pics")
    server.say("i want to die")
    sent = await server.answers(7)
    assert [shown.said(engine, "en", "urgent_988") in plain(call.text) for call in sent] == [True, *[False] * 6]


async def test_flood_fills_its_own_line_only(bot: TelegramChannel, server: TelegramServer) -> None:
    server.faults.append(Fault("429", times=1, chat=1, seconds=1))
    for _ in range(60):
        server.say("he has my pics", chat=1)
    server.say("i want to die", chat=1)
    server.say("he has my pics", chat=2)
    await server.answers(1, 2, seconds=2)
    await server.until(lambda: any(has_numbers(call.text) and not call.buttons for call in server.sent(1)))
    await server.settled()
    assert len(server.sent(1)) < 30


async def test_blocked_bot_does_not_try_again(bot: TelegramChannel, server: TelegramServer) -> None:
    server.faults.append(Fault("403", times=50, chat=42))
    server.say("i want to die")
    await server.until(lambda: bot.counts["Forbidden"])
    await server.settled()
    assert len(server.made("sendMessage", status=403)) == 1


async def test_crash_brings_the_numbers(bot: TelegramChannel, server: TelegramServer) -> None:
    server.say("crash please", lang="es")
    first, _ = await server.answers(2)
    assert has_numbers(first.text)
    assert "crash" not in first.text
    assert bot.counts["RuntimeError"] == 1


async def test_words_arrive_even_if_telegram_refuses_our_html(bot: TelegramChannel, server: TelegramServer) -> None:
    server.faults.append(Fault("400", times=1))
    server.say("i want to die")
    first, _ = await server.answers(2)
    assert has_numbers(first.text)
    assert "parse_mode" not in first.data
    server.faults.append(Fault("400", times=1))
    server.press("t:sextortion")
    plainly = (await server.answers(3))[2]
    assert "https://takeitdown.ncmec.org/" in plainly.text
    assert "<" not in plainly.text


async def test_odd_update_does_not_hold_up_the_rest(bot: TelegramChannel, server: TelegramServer) -> None:
    server.put(message={"message_id": "x", "chat": {"id": 43}, "text": "canaryword"})
    server.put(message=[1, 2])
    server.put(callback_query={"from": 3})
    server.say("he has my pics")
    await server.answers(1)
    assert has_numbers((await server.answers(1, 43))[0].text)


async def test_button_stops_spinning_while_its_chat_is_halted(bot: TelegramChannel, server: TelegramServer) -> None:
    server.faults.append(Fault("429", times=1, seconds=2))
    server.say("he has my pics")
    await server.until(lambda: server.made("sendMessage", status=429))
    server.press("t:sextortion")
    await server.until(lambda: server.made("answerCallbackQuery"), 1)
    assert not server.sent()


async def test_what_telegram_refuses_is_not_asked_again(bot: TelegramChannel, server: TelegramServer) -> None:
    """BadRequest is a kind of network error to the library, and must not be taken for one."""
    server.faults.append(Fault("400", times=100))
    server.say("i want to die")
    await server.until(lambda: bot.counts["rescue_BadRequest"])
    await server.settled()
    assert (
        len(server.made("sendMessage", status=400)) == 4
    )  # as HTML and plainly; then the rescue, in the same two ways


async def test_library_keeps_nothing_of_anybody(bot: TelegramChannel, server: TelegramServer) -> None:
    server.say("he has my pics")
    server.press("t:grooming")
    await server.answers(2)
    assert bot.app.persistence is None
    assert (dict(bot.app.user_data), dict(bot.app.chat_data), dict(bot.app.bot_data)) == ({}, {}, {})


async def test_what_was_seen_is_bounded(bot: TelegramChannel, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(channel, "ROOM", 1)
    for number in range(50):
        await bot._take({"update_id": number})
    assert len(bot._seen) == 10


# --- start and stop ----------------------------------------------------------------------------


@pytest.mark.parametrize("token", ["1:WRONGTOKEN", "notatoken", "5:a b"])
async def test_refused_token_is_told_in_one_sentence(engine: Engine, server: TelegramServer, token: str) -> None:
    running = TelegramChannel(engine, settings(server, token))
    with pytest.raises(TelegramRefused) as refused:
        await running.start()
    assert token not in str(refused.value)
    assert refused.value.__cause__ is None
    assert "PORCHLIGHT_TELEGRAM_TOKEN" in str(refused.value)


async def test_telegram_away_at_the_start_is_waited_for(engine: Engine, caplog: pytest.LogCaptureFixture) -> None:
    server = await TelegramServer().start()
    await server.stop()
    server.say("he has my pics")
    running = TelegramChannel(engine, settings(server), first_wait=0.05)
    await running.start()
    assert not running.ready
    assert "Telegram can't be reached" in caplog.text
    assert TOKEN not in caplog.text
    await server.start()
    await server.answers()
    assert running.ready
    await running.stop()
    await server.stop()


async def test_stop_while_telegram_is_away(engine: Engine) -> None:
    server = await TelegramServer().start()
    await server.stop()
    running = TelegramChannel(engine, settings(server), first_wait=0.05)
    await running.start()
    await running.stop()


async def test_telegram_comes_and_goes(bot: TelegramChannel, server: TelegramServer) -> None:
    await server.stop()
    server.say("i want to die")
    await server.start()
    assert has_numbers((await server.answers(2))[0].text)


async def test_stop_answers_what_arrived_and_loses_nothing(engine: Engine, server: TelegramServer) -> None:
    running = TelegramChannel(engine, settings(server))
    await running.start()
    for chat in range(1, 21):
        server.say("he has my pics", chat=chat)
    await server.until(lambda: any(server.sent(chat) for chat in range(1, 21)))
    await running.stop()
    again = TelegramChannel(engine, settings(server))
    await again.start()
    for chat in range(1, 21):
        await server.answers(1, chat)
    await server.settled()
    await again.stop()
    assert [len(server.sent(chat)) for chat in range(1, 21)] == [1] * 20


async def test_stop_does_not_wait_for_ever(engine: Engine, server: TelegramServer) -> None:
    running = TelegramChannel(engine, settings(server), grace=0.3)
    await running.start()
    server.faults.append(Fault("500", times=10_000))
    server.say("i want to die")
    await server.until(lambda: server.made("sendMessage", status=500))
    began = time.monotonic()
    await running.stop()
    assert time.monotonic() - began < 3


async def test_asks_for_named_updates_and_drops_none(bot: TelegramChannel, server: TelegramServer) -> None:
    server.say("/menu")
    await server.answers()
    asked = server.made("getUpdates")[0].data["allowed_updates"]
    assert set(re.findall(r"\w+", asked)) == set(UPDATES)
    assert not [call for call in server.calls if str(call.data.get("drop_pending_updates")).lower() == "true"]


async def test_link_previews_are_off_and_parse_mode_is_html(bot: TelegramChannel, server: TelegramServer) -> None:
    server.press("t:sextortion")
    [answer] = await server.answers()
    assert answer.data["parse_mode"] == "HTML"
    assert '"is_disabled": true' in answer.data["link_preview_options"]


async def test_no_message_of_any_kind_has_a_link_preview(bot: TelegramChannel, server: TelegramServer) -> None:
    server.faults.append(Fault("400", times=1))
    server.press("t:sextortion")
    server.say("i want to die")
    server.send(**MEDIA["photo"])
    server.say("/delete")
    server.send(-500, kind="group", text="hello")
    await server.answers(1, -500)
    await server.answers(5)
    for call in server.made("sendMessage"):
        assert json.loads(call.data["link_preview_options"]) == {"is_disabled": True}
        assert "disable_web_page_preview" not in call.data
        assert "protect_content" not in call.data


async def test_profile_is_set_once_with_the_numbers(engine: Engine, server: TelegramServer) -> None:
    for _ in range(2):
        running = TelegramChannel(engine, settings(server))
        await running.start()
        await server.until(lambda: ("short_description", "es") in server.profile)
        await server.settled(0.2)
        await running.stop()
    for lang in ("", "en", "es"):
        assert has_numbers(server.profile["description", lang])
        assert has_numbers(server.profile["short_description", lang])
        assert len(server.profile["commands", lang]) == len(shown.COMMANDS)
    assert len(server.made("setMyCommands")) == len(server.made("setMyDescription")) == 3


async def test_webhook_mode_sets_the_webhook_and_eats_each_update_once(engine: Engine, server: TelegramServer) -> None:
    hook = {"telegram_mode": "webhook", "telegram_secret": "s3cret", "public_url": "https://porch.example"}
    own = settings(server).model_copy(update=hook)
    running = TelegramChannel(engine, own)
    await running.start()
    assert server.webhook == "https://porch.example/telegram"
    raw = {"update_id": 5, "message": server.message(42, text="i want to die")}
    odd: list[object] = [raw, raw, None, [], {"update_id": "x"}]
    for one in odd:
        await running.feed(one)
    await server.answers(2)
    await server.settled()
    assert len(server.sent()) == 2
    await running.stop()


# --- nothing is kept -----------------------------------------------------------------------------


async def test_no_canary_reaches_a_log(
    engine: Engine, server: TelegramServer, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    for name in (
        None,
        "telegram",
        "telegram.ext",
        "telegram.ext.Application",
        "telegram.ext.ExtBot",
        "httpx",
        "httpcore",
        "porchlight",
    ):
        caplog.set_level(logging.DEBUG, logger=name)
    running = TelegramChannel(engine, settings(server), first_wait=0.05, grace=1)
    caplog.set_level(logging.DEBUG, logger="telegram")
    caplog.set_level(logging.DEBUG, logger="httpx")
    await running.start()
    chat = 918273645
    server.faults += [Fault("nonsense", times=1, text="911"), Fault("nonsense", times=1, method="getUpdates"),
                      Fault("reset", times=1, method="getUpdates"), Fault("500", times=1, method="getUpdates")]  # fmt: skip
    server.say("canaryword i want to die", chat)
    server.say("canaryword crash", chat)
    server.say("canaryword he has my pics", chat, edited=True)
    server.press("canaryword", chat)
    server.send(chat, **MEDIA["photo"], caption="canaryword")
    server.put(message={"message_id": "x", "chat": {"id": chat}, "text": "canaryword"})
    server.put(
        message={"message_id": 1, "date": "canaryword", "chat": {"id": chat, "type": "private"}, "text": "canaryword"}
    )
    server.put(message="canaryword")
    server.ask("canaryword he has my pics", chat)
    server.put(business_message={**server.message(chat, text="canaryword"), "business_connection_id": "canaryword"})
    server.send(-chat, kind="group", text="canaryword i want to die")
    server.faults += [Fault("500", times=7, method="deleteMessages"), Fault("500", method="answerInlineQuery")]
    server.press("w:5", chat)
    server.say("/delete canaryword", chat)
    await server.answers(12, chat)
    await server.settled()
    await running.stop()
    out = "".join(capfd.readouterr())
    records = "\n".join(
        f"{vars(record)} {record.getMessage()} {record.exc_info} {record.exc_text}" for record in caplog.records
    )
    for canary in ("canaryword", str(chat), "Zebulon", "zebcanary", TOKEN, TOKEN.split(":")[1]):
        assert canary not in caplog.text
        assert canary not in records
        assert canary not in out
    assert "Telegram is connected." in caplog.text


async def test_error_that_came_from_one_with_the_token_hides_it(caplog: pytest.LogCaptureFixture) -> None:
    quiet.silence_telegram(TOKEN)
    try:
        try:
            raise OSError(f"https://api.telegram.org/bot{TOKEN}/getMe")
        except OSError as error:
            raise RuntimeError("It broke.") from error
    except RuntimeError:
        logging.getLogger("asyncio").exception("Task exception was never retrieved")
    assert TOKEN.split(":")[1] not in caplog.text
    assert "RuntimeError" in caplog.text


async def test_log_lines_are_an_allow_list(monkeypatch: pytest.MonkeyPatch) -> None:
    root = logging.getLogger()
    monkeypatch.setattr(root, "handlers", [])
    monkeypatch.setattr(logging, "raiseExceptions", True)
    level, stream = root.level, io.StringIO()
    try:
        quiet.setup(logging.INFO, stream)
        logging.getLogger("aiohttp.server").error("Error handling %s", "canaryword")
        logging.getLogger("asyncio").error("Task exception\nfuture: canaryword")
        logging.getLogger("porchlight.telegram").info("Counted %s.", "TimedOut")
        try:
            raise ValueError("canaryword")
        except ValueError:
            logging.getLogger("porchlight").exception("It broke.")
    finally:
        root.setLevel(level)
    out = stream.getvalue()
    assert "canaryword" not in out
    assert "Error handling %s" in out
    assert "Counted TimedOut." in out
    assert re.search(r"It broke. \[ValueError at test_telegram.py:\d+\]", out)


async def test_memory_cannot_be_read_and_ends(engine: Engine) -> None:
    now = [0.0]
    memory = Memory(most=3, clock=lambda: now[0])
    memory.put("lang", 918273645, "es")
    assert memory.get("lang", 918273645) == "es"
    assert "918273645" not in repr(vars(memory))
    now[0] += DAY + 1
    assert memory.get("lang", 918273645) is None
    memory.tidy()
    assert len(memory) == 0
    for chat in range(10):
        memory.put("lang", chat, "en")
    assert len(memory) == 3


# --- pure parts ------------------------------------------------------------------------------------


async def test_every_button_fits_and_comes_back(content: Content) -> None:
    for topic in content.topics:
        for button in (Button("x", topic=topic), Button("x", topic=topic, audience="adult"),
                       Button("x", topic=topic, action="more", audience="teen"), Button("x", topic=topic, action="more")):  # fmt: skip
            carried = shown.data(button)
            assert len(carried.encode()) <= 64
            asked = hear.pressed(carried)
            assert (asked.topic, asked.action, asked.audience) == (topic, button.action, button.audience)


async def test_every_keyboard_is_readable_on_a_small_phone(
    bot: TelegramChannel, server: TelegramServer, content: Content, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At most two columns; a label beside another at most 18 characters, one alone at most 28, in both languages."""
    monkeypatch.setattr(bot.app.update_processor, "_per_chat", 1000)
    for lang, chat in {"en": 1, "es": 2}.items():
        danger = "quiero morir" if lang == "es" else "i want to die"
        pressed = [
            f"l:{lang}",
            *(f"t:{topic}" for topic in content.topics),
            *(f"t:{topic}:a" for topic in content.topics),
        ]
        for data in (*pressed, "a:menu", "a:not_meant", "a:numbers", "w", "w:5", "d:x"):
            server.press(data, chat)
        for text in ("/start example", "what", danger):
            server.say(text, chat, lang=lang)
        await server.settled(1)
        keyboards = [call.buttons for call in server.sent(chat) if call.buttons]
        assert len(keyboards) > 2 * len(content.topics)
        for row in (row for rows in keyboards for row in rows):
            assert 1 <= len(row) <= 2
            for button in row:
                assert len(button["text"]) <= (18 if len(row) == 2 else 28), button["text"]


async def test_question_too_long_for_a_button_stands_in_the_text(
    bot: TelegramChannel, server: TelegramServer, content: Content
) -> None:
    server.say("what")
    [answer] = await server.answers()
    replies = content.languages["en"].replies
    assert f"• {replies['grooming'].ask}" in plain(answer.text)
    assert replies["grooming"].button in labels(answer.buttons)


async def test_privacy_says_what_telegram_can_see(bot: TelegramChannel, server: TelegramServer, engine: Engine) -> None:
    server.say("/privacy")
    server.say("/privacy", lang="es", chat=43)
    assert shown.said(engine, "en", "telegram_privacy") in plain((await server.answers())[0].text)
    assert shown.said(engine, "es", "telegram_privacy") in plain((await server.answers(1, 43))[0].text)


async def test_every_message_has_few_enough_entities_and_every_school_a_link(content: Content, engine: Engine) -> None:
    for topic in content.topics:
        for lang in content.languages:
            for message in engine.reply(Incoming(topic=topic, lang=lang)).messages:
                assert len(re.findall(r"<\w", telegram_html(message))) <= 100
    for school in content.schools:
        assert hear.start_payload(f"/start {school}") == school


async def test_short_labels_share_a_row() -> None:
    shape = shown.keyboard([("Yes", "a"), ("No", "b"), ("A label that needs its own line", "c"), ("Ok", "d")])
    assert shape is not None
    assert [len(row) for row in shape.inline_keyboard] == [2, 1, 1]
    assert shown.keyboard([]) is None


@pytest.mark.parametrize(
    "html",
    [
        "\n\n".join(f"<b>Part {n}</b> " + "word " * 120 for n in range(20)),
        "x" * 9000,
        "😀" * 5000,
        "&amp;" * 5000,
        '<a href="https://example.org/a b">' + "label " * 2000 + "</a>",
        "<b>" + "y" * 9000 + "</b>",
    ],
)
async def test_long_texts_are_parted_within_the_limit(html: str) -> None:
    parts = pieces(html)
    assert len(parts) > 1
    for part in parts:
        assert len(plain(part).encode("utf-16-le")) // 2 <= 4096
    squeezed = re.sub(r"\s", "", "".join(plain(part) for part in parts))
    assert squeezed == re.sub(r"\s", "", plain(html))


async def test_long_reply_is_sent_in_parts_with_buttons_under_the_last(
    bot: TelegramChannel, server: TelegramServer, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    usual = engine.reply(Incoming(topic="sextortion"))
    long = Reply(usual.classification, (Message("answer", (("A long paragraph & more. " * 30,),) * 12),), usual.buttons)
    monkeypatch.setattr(engine, "reply", lambda _: long)
    server.say("he has my pics")
    parts = await server.answers(3)
    assert [bool(part.buttons) for part in parts] == [False] * (len(parts) - 1) + [True]
