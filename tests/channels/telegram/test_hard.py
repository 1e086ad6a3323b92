"""The worst nights: everything fails at once, odd updates, hostile words; over real HTTP against the stand-in."""

import asyncio
import io
import logging
import sys
import threading
import time
import warnings
from dataclasses import replace

import pytest
from fakes.telegram_kit import MEDIA, FakeClassifier, carried, has_numbers, impatient, settings
from fakes.telegram_server import TOKEN, Fault, TelegramServer, plain

from bot import private_logging as quiet
from bot.channels.telegram import keyboards as shown
from bot.channels.telegram.channel import TelegramChannel
from bot.channels.telegram.delivery import ChatPace
from bot.dialogue import Incoming
from bot.engine import Engine
from bot.schema import Content

pytestmark = pytest.mark.asyncio

CHAT = 42


def quick(bot: TelegramChannel, wait: float = 0.05) -> ChatPace:
    pace = bot.bot.rate_limiter
    assert isinstance(pace, ChatPace)
    pace.first_wait = pace.longest_wait = wait
    return pace


def numbers_first(text: str, engine: Engine, lang: str = "en") -> bool:
    return plain(text).startswith(shown.said(engine, lang, "urgent_911"))


# --- an alert, whatever fails ------------------------------------------------------------------


async def test_alert_through_429_reset_5xx_nonsense_and_a_hanging_server_one_after_the_other(
    bot: TelegramChannel, server: TelegramServer, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    quick(bot)
    impatient(bot, monkeypatch, 1.0)
    for kind in ("429", "reset", "502", "odd", "nonsense", "slow", "500", "429", "reset"):
        server.faults.append(Fault(kind, seconds=5 if kind == "slow" else 1))
    server.say("i want to die")
    first, second = await server.answers(2)
    assert numbers_first(first.text, engine)
    assert has_numbers(second.text)
    assert not server.faults or not any(fault.times for fault in server.faults)


async def test_each_chat_has_its_own_trouble_and_each_alert_arrives(
    bot: TelegramChannel, server: TelegramServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    quick(bot)
    impatient(bot, monkeypatch, 1.0)
    kinds = ("429", "reset", "503", "odd", "nonsense", "slow")
    for chat in range(1, 61):
        kind = kinds[chat % len(kinds)]
        server.faults.append(Fault(kind, times=2, chat=chat, seconds=3 if kind == "slow" else 1))
        server.say("i want to die", chat)
    server.say("i want to die", 99)
    began = time.monotonic()
    await server.answers(2, 99, seconds=3)
    assert time.monotonic() - began < 3
    for chat in range(1, 61):
        first, _ = await server.answers(2, chat, seconds=20)
        assert has_numbers(first.text)
        assert len(server.sent(chat)) == 2


async def test_alert_asks_again_before_a_very_long_pause_is_over_and_halts_nobody_else(
    bot: TelegramChannel, server: TelegramServer
) -> None:
    quick(bot, 0.3)
    server.faults.append(Fault("429", chat=1, seconds=3600))
    server.say("i want to die", 1)
    server.say("he has my pics", 2)
    await server.answers(1, 2, seconds=2)
    first = (await server.answers(1, 1))[0]
    assert has_numbers(first.text)


@pytest.mark.parametrize("text", ["he has my pics", "what", "/menu", "/privacy", "crash"])
async def test_after_a_long_outage_an_ordinary_message_brings_the_numbers_at_least(
    bot: TelegramChannel, server: TelegramServer, text: str
) -> None:
    quick(bot, 0.01)
    server.faults.append(Fault("500", times=12))
    server.say(text)
    assert any(has_numbers(call.text) for call in await server.answers())


@pytest.mark.parametrize("part", ["brief", "keyboard", "keys", "pieces"])
async def test_numbers_arrive_though_our_own_dressing_is_broken(
    bot: TelegramChannel, server: TelegramServer, part: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise KeyError("canaryword")

    monkeypatch.setattr(f"bot.channels.telegram.sender.{part}", broken)
    server.say("he has my pics")
    assert has_numbers((await server.answers())[0].text)


async def test_polling_survives_answers_that_are_no_answers(bot: TelegramChannel, server: TelegramServer) -> None:
    server.faults += [Fault(kind, times=2, method="getUpdates", seconds=1) for kind in ("odd", "nonsense", "502")]
    server.say("i want to die")
    assert has_numbers((await server.answers(2))[0].text)


async def test_numbers_stand_at_both_ends_of_an_alert(bot: TelegramChannel, server: TelegramServer) -> None:
    """An open chat shows the end of what came last."""
    server.say("i want to die")
    first, last = await server.answers(2)
    assert has_numbers(first.text)
    assert has_numbers(plain(last.text).rstrip().split("\n")[-1])


async def test_blocked_between_two_messages_of_one_reply(bot: TelegramChannel, server: TelegramServer) -> None:
    server.press("w:60")
    await server.answers()
    server.faults.append(Fault("403", times=99, text="suicide"))
    server.say("i want to die")
    await server.until(lambda: bot.counts["Forbidden"] == 1)
    await server.settled()
    assert len(server.made("sendMessage", status=403)) == 1
    assert (len(bot.talk.trail), len(bot.talk.memory), bot.talk.wipes._timers) == (0, 0, {})


async def test_stop_with_200_owed_messages_ends_in_time_and_loses_no_alert(
    engine: Engine, server: TelegramServer
) -> None:
    running = TelegramChannel(engine, settings(server))
    await running.start()
    server.faults += [Fault("slow", chat=chat, seconds=1) for chat in range(1, 201, 4)]
    server.faults += [Fault("429", chat=chat, seconds=2) for chat in range(2, 201, 4)]
    for chat in range(1, 201):
        server.say("i want to die", chat)
    await server.until(lambda: server.made("sendMessage"))
    began = time.monotonic()
    await running.stop()
    assert time.monotonic() - began < 10
    assert [len(server.sent(chat)) for chat in range(1, 201)] == [2] * 200


async def test_stop_with_200_messages_that_nobody_takes_ends_in_time(engine: Engine, server: TelegramServer) -> None:
    running = TelegramChannel(engine, settings(server))
    await running.start()
    server.faults += [Fault("slow", times=9999, seconds=60)]
    for chat in range(1, 201):
        server.say("i want to die", chat)
    await server.until(lambda: server.made("sendMessage", status=0))
    began = time.monotonic()
    await running.stop()
    assert time.monotonic() - began < 10


# --- odd updates ---------------------------------------------------------------------------------


async def test_kinds_of_update_that_nobody_asked_for_stay_unanswered(
    bot: TelegramChannel, server: TelegramServer
) -> None:
    who = {"id": CHAT, "is_bot": False, "first_name": "Zebulon"}
    private, group = {"id": CHAT, "type": "private"}, {"id": -500, "type": "supergroup", "title": "Class"}
    heart = [{"type": "emoji", "emoji": "❤"}]
    for chat in (private, group):
        server.put(message_reaction={"chat": chat, "message_id": 1, "user": who, "date": 1, "old_reaction": [],
                                     "new_reaction": heart})  # fmt: skip
    server.put(message_reaction_count={"chat": group, "message_id": 1, "date": 1, "reactions": []})
    server.put(poll_answer={"poll_id": "1", "user": who, "option_ids": [0], "option_persistent_ids": ["0"]})
    server.put(poll=MEDIA["poll"]["poll"])
    server.put(chosen_inline_result={"result_id": "x", "from": who, "query": "i want to die"})
    server.put(chat_join_request={"chat": group, "from": who, "user_chat_id": CHAT, "date": 1})
    server.put(
        pre_checkout_query={"id": "1", "from": who, "currency": "USD", "total_amount": 1, "invoice_payload": "x"}
    )
    server.put(kind_of_tomorrow={"chat": private, "text": "i want to die"})
    server.put()
    server.say("/menu")
    await server.answers()
    await server.settled()
    assert (len(server.sent()), len(server.sent(-500))) == (1, 0)


async def test_edit_in_a_group_is_heard_only_for_danger(bot: TelegramChannel, server: TelegramServer) -> None:
    server.send(-500, kind="group", text="hello")
    await server.answers(1, -500)
    for text in ("hello all", "i want to die"):
        message = server.message(-500, kind="group", text=text)
        server.put(edited_message={**message, "edit_date": message["date"]})
    sent = await server.answers(3, -500)
    await server.settled()
    assert len(server.sent(-500)) == 3
    assert has_numbers(sent[1].text)


async def test_group_is_never_emptied_nor_remembered(bot: TelegramChannel, server: TelegramServer) -> None:
    for text in ("/start@porchlight_bot example", "/delete@porchlight_bot", "/language", "tiene mis fotos"):
        server.send(-500, kind="group", text=text)
    await server.answers(3, -500)
    await server.settled()
    assert not server.made("deleteMessages")
    assert not bot.talk.trail
    assert all(bot.talk.memory.get(name, -500) is None for name in ("lang", "school", "wipe"))
    assert all(has_numbers(call.text) or call.text == server.sent(-500)[0].text for call in server.sent(-500))


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
    assert bot.talk.memory.get("school", CHAT) is None


async def test_name_of_a_school_is_not_taken_for_words(content: Content, server: TelegramServer) -> None:
    named = replace(content, schools={"i_want_to_die": content.schools["example"]})
    running = TelegramChannel(Engine(named, FakeClassifier()), settings(server), grace=1)
    await running.start()
    server.say("/start i_want_to_die")
    [greeting] = await server.answers()
    assert "t:school_contact" in carried(greeting.buttons)
    await running.stop()


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


@pytest.mark.parametrize("text", ["/delete@porchlight_bot", "/DELETE", "/borrar"])
async def test_delete_by_any_of_its_names(
    bot: TelegramChannel, server: TelegramServer, engine: Engine, text: str
) -> None:
    server.say(text)
    assert shown.said(engine, "en", "deleted") in plain((await server.answers())[0].text)


@pytest.mark.parametrize(
    ("word", "lang"),
    [
        ("HELP", "en"), ("¡¡Help!!", "en"), ("h\u200belp", "en"), ("ｈｅｌｐ", "en"), ("hELPPPP...", "en"), ("*help me*", "en"),
        ("/help", "en"), ("/help@porchlight_bot", "en"), ("/SOS", "en"), ("S.O.S", "en"), ("help 🙏", "en"),
        ("¡AYUDA!", "es"), ("Ayúdame", "es"), ("AYUDAME", "es"), ("ayu\u0301dame", "es"), ("numeros", "es"), ("NÚMEROS", "es"),
        ("/ayuda", "es"), ("/Ayuda@porchlight_bot", "es"), ("/emergencia", "es"), ("ayudaaaa", "es"), ("«auxilio»", "es"),
    ],
)  # fmt: skip
async def test_safe_word_in_any_dress(
    bot: TelegramChannel, server: TelegramServer, engine: Engine, word: str, lang: str
) -> None:
    server.say(word, lang=lang)
    assert numbers_first((await server.answers())[0].text, engine, lang)


async def test_late_safe_word_still_opens_with_the_numbers(
    bot: TelegramChannel, server: TelegramServer, engine: Engine
) -> None:
    server.say("help", age=3600)
    sent = await server.answers(3)
    assert numbers_first(sent[0].text, engine)
    assert shown.said(engine, "en", "late") in plain(sent[1].text)


# --- bounds and privacy ------------------------------------------------------------------------


async def test_nothing_that_is_held_per_chat_grows_without_end(bot: TelegramChannel, server: TelegramServer) -> None:
    order, pace = bot.app.update_processor, quick(bot)
    memory, trail = bot.talk.memory, bot.talk.trail
    memory._most = trail._most = 50
    bot.talk.wipes.most = 20
    server.faults += [Fault("429", chat=chat, seconds=1) for chat in range(1, 301, 3)]
    for chat in range(1, 301):
        server.press("w:60", chat)
        server.say("tiene mis fotos", chat)
    await server.until(lambda: len(bot._seen) >= 600 and not bot._work(), 60)
    assert len(memory) <= 50
    assert len(trail) <= 50
    assert len(bot.talk.wipes._timers) <= 20
    assert order._lines == {}  # type: ignore[attr-defined]
    assert len(pace._until) <= 100
    assert pace._urgent_now == 0


async def test_nothing_shows_itself_with_the_token_or_words(bot: TelegramChannel) -> None:
    for shown_as in (repr(bot.bot), repr(bot.app), repr(bot), repr(bot._settings), str(bot.bot)):
        assert TOKEN.split(":")[1] not in shown_as
    assert "canaryword" not in repr(Incoming(text="canaryword"))


async def test_errors_that_nobody_caught_are_told_without_their_words(
    capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for owner, name in ((sys, "excepthook"), (sys, "unraisablehook"), (threading, "excepthook")):
        monkeypatch.setattr(owner, name, getattr(owner, name))
    monkeypatch.setattr(logging, "raiseExceptions", True)
    handlers, level = logging.getLogger().handlers[:], logging.getLogger().level
    stream = io.StringIO()
    words = "".join(("canary", "word ", TOKEN))  # a traceback quotes our source, which nobody wrote to us
    quiet.setup(logging.DEBUG, stream)
    quiet.silence_telegram(TOKEN)

    async def falls() -> None:
        raise ValueError(words)

    class Dies:
        def __del__(self) -> None:
            raise ValueError(words)

        def __repr__(self) -> str:
            return "canaryword"

    def thread() -> None:
        raise ValueError(words)

    try:
        loop = asyncio.get_running_loop()
        loop.set_debug(True)
        loop.slow_callback_duration = 0.0
        task = loop.create_task(falls(), name="canaryword")
        await asyncio.wait({task})
        del task
        loop.call_soon(lambda words: words, "canaryword")
        loop.call_exception_handler(
            {"message": "It broke.", "exception": ValueError("canaryword"), "said": "canaryword"}
        )
        await asyncio.sleep(0.05)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            dies = Dies()
            del dies
        started = threading.Thread(target=thread, name="canaryword")
        started.start()
        started.join()
    finally:
        loop.set_debug(False)
        logging.getLogger().handlers[:] = handlers
        logging.getLogger().setLevel(level)
    told = stream.getvalue() + "".join(capfd.readouterr())
    assert told.count("ValueError") >= 3
    assert "canaryword" not in told
    assert TOKEN.split(":")[1] not in told
