"""A conversation in a private chat: greeting, buttons, commands, safety, media, lateness; over real HTTP."""

from dataclasses import replace

import pytest
from fakes.classifier import FakeClassifier
from fakes.telegram_kit import MEDIA, carried, has_numbers, idle, labels, member, running
from fakes.telegram_server import TelegramServer, plain

from bot.channels.telegram.channel import TelegramChannel
from bot.channels.telegram.texts import shared_text, telegram_text
from bot.engine import Engine
from bot.schema import Content


def opens_with_911(text: str, engine: Engine, lang: str = "en") -> bool:
    return plain(text).startswith(shared_text(engine, lang, "urgent_911"))


# --- a conversation --------------------------------------------------------------------------


async def test_start_greets_with_the_starter_topics_and_the_other_language(
    bot: TelegramChannel, server: TelegramServer
) -> None:
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
    assert first.text.count(shared_text(engine, "en", "cannot_dial")) == 1
    assert not first.buttons
    assert "a:not_meant" in carried(second.buttons)


async def test_safety_in_the_writers_language(bot: TelegramChannel, server: TelegramServer, engine: Engine) -> None:
    server.say("quiero morir")
    first, *_ = await server.answers(2)
    assert shared_text(engine, "es", "urgent_911") in plain(first.text)
    server.press("a:not_meant")
    *_, after = await server.answers(3)
    assert shared_text(engine, "es", "not_meant") in plain(after.text)


async def test_not_what_i_meant_keeps_the_numbers(bot: TelegramChannel, server: TelegramServer) -> None:
    server.press("a:not_meant")
    [answer] = await server.answers()
    assert has_numbers(answer.text)
    assert answer.buttons


async def test_more_gives_the_second_page(bot: TelegramChannel, server: TelegramServer) -> None:
    server.say("he has my pics and wants money")
    [answer] = await server.answers()
    [more] = [data for data in carried(answer.buttons) if data.startswith("m:")]
    server.press(more)
    await server.answers(2)
    assert server.sent()[1].text != answer.text


async def test_school_link_leads_to_the_school(bot: TelegramChannel, server: TelegramServer, engine: Engine) -> None:
    server.say("/start example")
    [greeting] = await server.answers()
    assert "t:school_contact" in carried(greeting.buttons)
    server.press("t:school_contact")
    assert engine.content.schools["example"].name in plain((await server.answers(2))[1].text)


async def test_name_of_a_school_is_not_taken_for_words(content: Content, server: TelegramServer) -> None:
    named = replace(content, schools={"i_want_to_die": content.schools["example"]})
    async with running(Engine(named, FakeClassifier()), server):
        server.say("/start i_want_to_die")
        [greeting] = await server.answers()
        assert "t:school_contact" in carried(greeting.buttons)


@pytest.mark.parametrize(
    "payload",
    ["../../etc/passwd", "example%00", "example;ls", "EXAMPLE", "<b>", "a" * 64, "x" * 300, "{0.__class__}", "e\nxample",
     "example example", "__proto__", "éxample"],
)  # fmt: skip
async def test_hostile_payload_is_no_school_and_comes_back_in_no_answer(
    bot: TelegramChannel, server: TelegramServer, payload: str
) -> None:
    server.say(f"/start {payload}")
    [answer] = await server.answers()
    assert "t:school_contact" not in carried(answer.buttons)
    assert "t:sextortion" in carried(answer.buttons)
    assert payload not in plain(answer.text)
    assert bot.handler.memory.get("school", 42) is None


async def test_language_is_chosen_and_stays(bot: TelegramChannel, server: TelegramServer, engine: Engine) -> None:
    server.press("l:es")
    notice, *_ = await server.answers(2)
    assert notice.text == telegram_text(engine, "es", "language_set")
    server.press("t:sextortion")
    answer = (await server.answers(3))[2]
    assert shared_text(engine, "es", "footer") in plain(answer.text)


async def test_buttons_follow_the_language_written(
    bot: TelegramChannel, server: TelegramServer, engine: Engine
) -> None:
    server.say("tiene mis fotos")
    await server.answers()
    server.press("t:grooming")
    assert shared_text(engine, "es", "footer") in plain((await server.answers(2))[1].text)


async def test_edited_message_is_answered(bot: TelegramChannel, server: TelegramServer) -> None:
    server.say("i want to die", edited=True)
    assert has_numbers((await server.answers(2))[0].text)


async def test_edit_that_adds_a_safety_sign_gets_its_alert(
    bot: TelegramChannel, server: TelegramServer, engine: Engine
) -> None:
    server.say("he has my pics")
    await server.answers()
    server.say("he has my pics i want to die", edited=True)
    first = (await server.answers(2))[1]
    assert shared_text(engine, "en", "urgent_988") in plain(first.text)
    server.send(**MEDIA["photo"], caption="he has my pics")
    await server.answers(5)
    edited = server.message(42, **MEDIA["photo"], caption="i want to die")
    server.put(edited_message={**edited, "edit_date": edited["date"]})
    again = (await server.answers(6))[5]
    assert shared_text(engine, "en", "urgent_988") in plain(again.text)


async def test_forwarded_and_replying_messages_are_answered(bot: TelegramChannel, server: TelegramServer) -> None:
    server.say("i want to die", forward_origin={"type": "hidden_user", "date": 1, "sender_user_name": "Zebulon"})
    server.say("i want to die", reply_to_message=server.message(42, text="earlier"), quote={"text": "e", "position": 0})
    sent = await server.answers(4)
    assert [has_numbers(call.text) for call in sent[::2]] == [True, True]


@pytest.mark.parametrize(
    "data",
    ["", "t:", "t:nope", "t:sextortion:z", "m:sextortion", "a:late", "a:last_resort", "x", "l:xx", "🐍" * 16,
     "t:menu:a:b"],
)  # fmt: skip
async def test_forged_or_outdated_button_brings_the_menu(
    bot: TelegramChannel, server: TelegramServer, data: str
) -> None:
    server.press(data)
    [answer] = await server.answers()
    assert "t:sextortion" in carried(answer.buttons)
    await server.until(lambda: len(server.made("answerCallbackQuery")) == 1)


async def test_privacy_says_what_telegram_can_see(bot: TelegramChannel, server: TelegramServer, engine: Engine) -> None:
    server.say("/privacy")
    server.say("/privacy", lang="es", chat=43)
    assert telegram_text(engine, "en", "privacy") in plain((await server.answers())[0].text)
    assert telegram_text(engine, "es", "privacy") in plain((await server.answers(1, 43))[0].text)


async def test_numbers_are_at_both_ends_of_an_alert(bot: TelegramChannel, server: TelegramServer) -> None:
    """An open chat shows the end of what came last."""
    server.say("i want to die")
    first, last = await server.answers(2)
    assert has_numbers(first.text)
    assert has_numbers(plain(last.text).rstrip().split("\n")[-1])


# --- commands and the safe word --------------------------------------------------------------


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
async def test_a_command_is_classified_as_well(bot: TelegramChannel, server: TelegramServer, sent: str) -> None:
    server.say(sent)
    first, _ = await server.answers(2)
    assert has_numbers(first.text)


@pytest.mark.parametrize(
    ("text", "topic"),
    [
        ("/privacy@porchlight_bot", "privacy"),
        ("/PRIVACY", "privacy"),
        ("/privacidad", "privacy"),
        ("/idioma", "language"),
        ("/start@porchlight_bot example", "greeting"),
        ("/inicio", "greeting"),
    ],
)
async def test_commands_with_the_bots_name_capitals_or_in_spanish(
    bot: TelegramChannel, server: TelegramServer, engine: Engine, text: str, topic: str
) -> None:
    server.say(text)
    opening = engine.content.languages["en"].replies[topic].text.strip().split("\n")[0]
    assert opening in plain((await server.answers())[0].text)


@pytest.mark.parametrize("word", ["help", "HELP!", " ayuda ", "Ayuda", "sos", "emergencia"])
async def test_safe_word_works_anywhere(
    bot: TelegramChannel, server: TelegramServer, engine: Engine, word: str
) -> None:
    server.say(word)
    server.send(**MEDIA["photo"], caption=word)
    server.say(word, edited=True)
    sent = await server.answers(7)
    lang = "es" if "a" in word.casefold() else "en"
    assert [opens_with_911(sent[index].text, engine, lang) for index in (0, 2, 5)] == [True] * 3


@pytest.mark.parametrize(
    ("word", "lang"),
    [
        ("HELP", "en"), ("¡¡Help!!", "en"), ("h\u200belp", "en"), ("ｈｅｌｐ", "en"), ("hELPPPP...", "en"), ("*help me*", "en"),
        ("/help", "en"), ("/help@porchlight_bot", "en"), ("/SOS", "en"), ("S.O.S", "en"), ("help 🙏", "en"),
        ("¡AYUDA!", "es"), ("Ayúdame", "es"), ("AYUDAME", "es"), ("ayu\u0301dame", "es"), ("numeros", "es"), ("NÚMEROS", "es"),
        ("/ayuda", "es"), ("/Ayuda@porchlight_bot", "es"), ("/emergencia", "es"), ("ayudaaaa", "es"), ("«auxilio»", "es"),
    ],
)  # fmt: skip
async def test_safe_word_however_it_is_written(
    bot: TelegramChannel, server: TelegramServer, engine: Engine, word: str, lang: str
) -> None:
    server.say(word, lang=lang)
    assert opens_with_911((await server.answers())[0].text, engine, lang)


# --- media -----------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", MEDIA)
async def test_media_is_answered_and_never_fetched(
    bot: TelegramChannel, server: TelegramServer, engine: Engine, kind: str
) -> None:
    server.send(**MEDIA[kind])
    [answer] = await server.answers()
    assert has_numbers(answer.text)
    assert shared_text(engine, "en", "media") in plain(answer.text)
    assert shared_text(engine, "en", "care") in plain(answer.text)
    assert "Take It Down" in plain(answer.text)
    assert "never send an intimate picture" in plain(answer.text).casefold()
    await idle(bot, server)
    assert not [call for call in server.calls if call.method.lower() == "getfile"]


async def test_words_under_a_picture_are_answered(bot: TelegramChannel, server: TelegramServer, engine: Engine) -> None:
    server.send(**MEDIA["photo"], caption="i want to die")
    first, *_, last = await server.answers(3)
    assert shared_text(engine, "en", "urgent_988") in plain(first.text)
    assert shared_text(engine, "en", "media")[:30] in plain(last.text)


@pytest.mark.parametrize(
    "text", ["я хочу умереть", "我想死", "\u200b\u200d", "..", "😭", "\u202e", "'" * 4096, "a" * 4096, "_*[`<b>&"]
)
async def test_any_text_is_answered_with_the_numbers(bot: TelegramChannel, server: TelegramServer, text: str) -> None:
    server.say(text)
    assert has_numbers((await server.answers())[0].text)


async def test_album_is_answered_once(bot: TelegramChannel, server: TelegramServer) -> None:
    for _ in range(3):
        server.send(**MEDIA["photo"], media_group_id="9")
    await idle(bot, server)
    assert len(server.sent()) == 1


async def test_service_messages_stay_unanswered(bot: TelegramChannel, server: TelegramServer) -> None:
    server.send(message_auto_delete_timer_changed={"message_auto_delete_time": 86400})
    await idle(bot, server)
    assert not server.sent()


# --- late, blocked, unasked ------------------------------------------------------------------


async def test_late_message_gets_an_apology_once(bot: TelegramChannel, server: TelegramServer, engine: Engine) -> None:
    server.say("he has my pics", age=3600)
    server.say("he has my pics", age=3000)
    sent = await server.answers(3)
    apology = shared_text(engine, "en", "late")
    assert [apology in plain(call.text) for call in sent] == [True, False, False]
    assert has_numbers(sent[0].text)


async def test_late_apology_is_made_in_each_chat(bot: TelegramChannel, server: TelegramServer, engine: Engine) -> None:
    for chat in (1, 2):
        server.say("he has my pics", chat, age=601)
        server.say("he has my pics", chat, age=590)
    server.say("he has my pics", 3, age=595)
    await idle(bot, server)
    for chat in (1, 2):
        apologies = [shared_text(engine, "en", "late") in plain(call.text) for call in server.sent(chat)]
        assert apologies == [True, False, False]
    assert len(server.sent(3)) == 1


async def test_late_alert_still_opens_with_the_numbers(
    bot: TelegramChannel, server: TelegramServer, engine: Engine
) -> None:
    server.say("i want to die", age=3600)
    first, second, _ = await server.answers(3)
    assert shared_text(engine, "en", "urgent_988") in plain(first.text)
    assert shared_text(engine, "en", "late") in plain(second.text)


async def test_late_safe_word_still_opens_with_the_numbers(
    bot: TelegramChannel, server: TelegramServer, engine: Engine
) -> None:
    server.say("help", age=3600)
    sent = await server.answers(3)
    assert opens_with_911(sent[0].text, engine)
    assert shared_text(engine, "en", "late") in plain(sent[1].text)


async def test_being_blocked_is_taken_quietly(bot: TelegramChannel, server: TelegramServer) -> None:
    bot.handler.memory.put("lang", 42, "es")
    server.put(my_chat_member=member({"id": 42, "type": "private", "first_name": "Zebulon"}, "kicked"))
    await idle(bot, server)
    assert not len(bot.handler.memory)
    assert not server.sent()


async def test_kinds_of_update_that_nobody_asked_for_stay_unanswered(
    bot: TelegramChannel, server: TelegramServer
) -> None:
    who = {"id": 42, "is_bot": False, "first_name": "Zebulon"}
    private, group = {"id": 42, "type": "private"}, {"id": -500, "type": "supergroup", "title": "Class"}
    heart = [{"type": "emoji", "emoji": "❤"}]
    for chat in (private, group):
        server.put(message_reaction={"chat": chat, "message_id": 1, "user": who, "date": 1, "old_reaction": [],
                                     "new_reaction": heart})  # fmt: skip
    server.put(message_reaction_count={"chat": group, "message_id": 1, "date": 1, "reactions": []})
    server.put(poll_answer={"poll_id": "1", "user": who, "option_ids": [0], "option_persistent_ids": ["0"]})
    server.put(poll=MEDIA["poll"]["poll"])
    server.put(chosen_inline_result={"result_id": "x", "from": who, "query": "i want to die"})
    server.put(chat_join_request={"chat": group, "from": who, "user_chat_id": 42, "date": 1})
    server.put(
        pre_checkout_query={"id": "1", "from": who, "currency": "USD", "total_amount": 1, "invoice_payload": "x"}
    )
    server.put(kind_of_tomorrow={"chat": private, "text": "i want to die"})
    server.put()
    await idle(bot, server)
    assert not server.made("sendMessage")
    assert not bot.counts


async def test_link_previews_are_off_and_the_text_is_html(bot: TelegramChannel, server: TelegramServer) -> None:
    server.press("t:sextortion")
    [answer] = await server.answers()
    assert answer.data["parse_mode"] == "HTML"
    assert '"is_disabled": true' in answer.data["link_preview_options"]
