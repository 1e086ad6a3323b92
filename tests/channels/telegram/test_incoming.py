"""parse(update) -> ChatEvent: each kind of update, commands, buttons, forged data."""

from typing import Any

import pytest
from fakes.telegram_kit import MEDIA, member
from fakes.telegram_server import TelegramServer, person
from telegram import Update

from bot.channels.telegram.incoming import (
    ChatEvent,
    EventKind,
    Request,
    parse,
    parse_callback_data,
    private_chat_of,
)
from bot.channels.telegram.keyboards import callback_data
from bot.dialogue import Button, Incoming
from bot.schema import Content

BOT_ID = 110201543
GROUP: dict[str, Any] = {"id": -500, "type": "group", "title": "Class"}


def parsed(**kinds: Any) -> ChatEvent:
    return parse(Update.de_json({"update_id": 1, **kinds}, None), BOT_ID)


def said(text: str, **more: Any) -> ChatEvent:
    return parsed(message=TelegramServer().message(42, text=text, **more))


def pressed(data: str, **more: Any) -> ChatEvent:
    message = {**TelegramServer().message(42, text="earlier", **more), "from": TelegramServer.me()}
    query = {"id": "77001", "from": person(42), "chat_instance": "1", "data": data, "message": message}
    return parsed(callback_query=query)


def test_a_message_says_who_where_when_and_what() -> None:
    message = {**TelegramServer().message(42, text="he has my pics", lang="es-MX"), "date": 1000}
    event = parsed(edited_message={**message, "edit_date": 1900})
    assert (event.kind, event.chat, event.lang_hint) == (EventKind.MESSAGE, 42, "es")
    assert event.incoming == Incoming(text="he has my pics")
    assert (event.message_id, event.message_date, event.sent_at) == (message["message_id"], 1000.0, 1900.0)
    assert (event.thread, event.command, event.media, event.request) == (None, None, False, Request.NONE)


def test_an_event_never_shows_what_was_written() -> None:
    for event in (said("canaryword"), said("/start canaryword"), said("/canaryword_x yes")):
        assert "canaryword yes" not in repr(event)
        assert "words" not in repr(event)
        assert "payload" not in repr(event)
    assert "canaryword" not in repr(said("canaryword"))


@pytest.mark.parametrize("kind", MEDIA)
def test_whatever_is_no_text_is_media(kind: str) -> None:
    event = parsed(message=TelegramServer().message(42, **MEDIA[kind], media_group_id="9"))
    assert (event.kind, event.media, event.words, event.album) == (EventKind.MESSAGE, True, "", "9")


def test_words_under_a_picture_are_words() -> None:
    event = parsed(message=TelegramServer().message(42, **MEDIA["photo"], caption="i want to die"))
    assert (event.media, event.words, event.incoming.text) == (True, "i want to die", "i want to die")


def test_nobody_wrote_a_service_message_or_a_moving_location() -> None:
    timer = TelegramServer().message(42, message_auto_delete_timer_changed={"message_auto_delete_time": 86400})
    moved = {**TelegramServer().message(42, **MEDIA["location"]), "edit_date": 1_900_000_001}
    assert parsed(message=timer).kind is EventKind.SERVICE_MESSAGE
    assert parsed(edited_message=moved).kind is EventKind.SERVICE_MESSAGE


def test_the_topic_of_a_forum_is_kept() -> None:
    assert said("hello", is_topic_message=True, message_thread_id=7).thread == 7
    assert said("hello", message_thread_id=7).thread is None


@pytest.mark.parametrize(
    ("text", "name", "incoming", "request_"),
    [
        ("/start", "start", Incoming(topic="greeting"), Request.NONE),
        ("/Inicio", "inicio", Incoming(topic="greeting"), Request.NONE),
        ("/help@porchlight_bot", "help", Incoming(action="numbers"), Request.NONE),
        ("/numeros", "numeros", Incoming(action="numbers"), Request.NONE),
        ("/PRIVACY now", "privacy", Incoming(topic="privacy"), Request.NONE),
        ("/idioma", "idioma", Incoming(topic="language"), Request.NONE),
        ("/borrar", "borrar", Incoming(topic="delete_chat"), Request.DELETE),
        ("/delete@porchlight_bot", "delete", Incoming(topic="delete_chat"), Request.DELETE),
        ("/nonsense", "nonsense", Incoming(action="menu"), Request.NONE),
        ("/", "", Incoming(action="menu"), Request.NONE),
    ],
)
def test_commands(text: str, name: str, incoming: Incoming, request_: Request) -> None:
    event = said(text)
    assert (event.command, event.incoming, event.request) == (name, incoming, request_)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("/i_want_to_die", "i want to die"),
        ("/menu@porchlight_bot i want to die", "menu i want to die"),
        ("/x\ni want to die", "x i want to die"),
        ("and/or", "and/or"),
    ],
)
def test_the_words_of_a_command_can_be_classified(text: str, words: str) -> None:
    assert " ".join(said(text).words.split()) == words


@pytest.mark.parametrize(
    ("text", "payload"),
    [
        ("/start example", "example"),
        ("/START@porchlight_bot  my-school_2 ", "my-school_2"),
        ("/start example example", ""),
        ("/start ../x", ""),
        ("/start éxample", ""),
        ("/start " + "a" * 65, ""),
        ("/menu example", ""),
        ("start example", ""),
    ],
)
def test_the_payload_of_start_is_a_short_name_or_nothing(text: str, payload: str) -> None:
    assert said(text).payload == payload


def test_every_school_can_have_a_link(content: Content) -> None:
    for school in content.schools:
        assert said(f"/start {school}").payload == school


def test_every_button_fits_and_comes_back(content: Content) -> None:
    for topic in content.topics:
        for button in (
            Button("x", topic=topic),
            Button("x", topic=topic, audience="adult"),
            Button("x", topic=topic, action="more", audience="teen"),
            Button("x", topic=topic, action="more"),
        ):
            data = callback_data(button)
            assert len(data.encode()) <= 64
            incoming = parse_callback_data(data).incoming
            assert (incoming.topic, incoming.action, incoming.audience) == (topic, button.action, button.audience)


@pytest.mark.parametrize(
    ("data", "request_", "minutes"),
    [
        ("d:now", Request.DELETE, 0),
        ("w", Request.OFFER_AUTO_DELETE, 0),
        ("w:15", Request.SET_AUTO_DELETE, 15),
        ("w:0", Request.SET_AUTO_DELETE, 0),
        ("l:es", Request.SWITCH_LANGUAGE, 0),
        ("t:privacy", Request.NONE, 0),
    ],
)
def test_buttons_of_this_channel(data: str, request_: Request, minutes: int) -> None:
    event = pressed(data)
    assert (event.kind, event.request, event.minutes) == (EventKind.BUTTON, request_, minutes)
    assert (event.callback_id, event.chat) == ("77001", 42)
    assert event.message_id is not None


@pytest.mark.parametrize(
    "data", ["", "t:", "t:SEXTORTION", "t:a:z", "m:sextortion", "a:late", "x", "l:", "w:7", "w:٥", "d:x", "🐍" * 16]
)
def test_forged_or_outdated_data_asks_for_the_menu(data: str) -> None:
    assert pressed(data) == pressed("a:menu")


def test_a_button_under_a_message_that_is_gone_still_works() -> None:
    gone = {"chat": {"id": 42, "type": "private"}, "message_id": 5, "date": 0}
    query = {"id": "1", "from": person(42), "chat_instance": "1", "data": "t:privacy", "message": gone}
    event = parsed(callback_query=query)
    assert (event.kind, event.chat, event.incoming.topic) == (EventKind.BUTTON, 42, "privacy")


def test_in_a_group_mentions_are_no_words() -> None:
    event = parsed(message=TelegramServer().message(-500, kind="group", text="@porchlight_bot ayuda"))
    assert (event.kind, event.chat, event.words.strip()) == (EventKind.GROUP_MESSAGE, -500, "ayuda")


def test_what_programs_write_in_a_group_is_ignored() -> None:
    forwarded = TelegramServer().message(-500, kind="group", text="i want to die", is_automatic_forward=True)
    by_a_bot = {**TelegramServer().message(-500, kind="group", text="i want to die"), "from": TelegramServer.me()}
    assert [parsed(message=message).kind for message in (forwarded, by_a_bot)] == [EventKind.IGNORED] * 2


def test_a_button_pressed_in_a_group_does_nothing_but_stops_spinning() -> None:
    event = pressed("t:sextortion", kind="group")
    message = {**TelegramServer().message(-500, kind="group", text="x"), "from": TelegramServer.me()}
    query = {"id": "77001", "from": person(42), "chat_instance": "1", "data": "t:sextortion", "message": message}
    event = parsed(callback_query=query)
    assert (event.kind, event.callback_id) == (EventKind.IGNORED, "77001")


@pytest.mark.parametrize(
    ("chat", "status", "kind"),
    [
        ({"id": 42, "type": "private", "first_name": "Zebulon"}, "kicked", EventKind.REMOVED),
        ({"id": 42, "type": "private", "first_name": "Zebulon"}, "member", EventKind.IGNORED),
        (GROUP, "member", EventKind.ADDED_TO_GROUP),
        (GROUP, "left", EventKind.REMOVED),
        ({"id": -900, "type": "channel", "title": "News"}, "administrator", EventKind.CHANNEL),
    ],
)
def test_being_added_or_removed(chat: dict[str, Any], status: str, kind: EventKind) -> None:
    assert parsed(my_chat_member=member(chat, status)).kind is kind


def test_an_inline_query_has_no_chat() -> None:
    query = {"id": "8800", "from": person(42, "es"), "query": "quiero morir", "offset": ""}
    event = parsed(inline_query=query)
    assert (event.kind, event.chat, event.lang_hint) == (EventKind.INLINE_QUERY, None, "es")
    assert (event.inline_id, event.callback_id, event.words) == ("8800", "", "quiero morir")


def test_our_own_card_shared_with_us_is_refused_and_another_bots_isnt() -> None:
    assert said("i want to die", via_bot=TelegramServer.me()).kind is EventKind.REFUSED
    other = {"id": 7, "is_bot": True, "first_name": "Other"}
    assert said("i want to die", via_bot=other).kind is EventKind.MESSAGE


@pytest.mark.parametrize(
    ("raw", "chat"),
    [
        ({"message": {"message_id": "x", "chat": {"id": 43}}}, 43),
        ({"edited_message": {"chat": {"id": 43}}}, 43),
        ({"callback_query": {"from": {"id": 43}}}, 43),
        ({"message": {"chat": {"id": -43}}}, None),
        ({"message": {"chat": {"id": "43"}}}, None),
        ({"message": [1, 2]}, None),
        ({"callback_query": {"from": 3}}, None),
        ({}, None),
    ],
)
def test_the_private_chat_of_an_unreadable_update(raw: dict[str, Any], chat: int | None) -> None:
    assert private_chat_of(raw) == chat
