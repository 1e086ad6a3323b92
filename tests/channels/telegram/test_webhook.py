"""The webhook over real HTTP: who may post, what, how much; each update once; a clean switch to polling and back."""

import json
import logging
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import ClientError
from aiohttp.test_utils import TestClient
from fakes.telegram_kit import has_numbers, idle, running, settings
from fakes.telegram_server import TOKEN, Fault, TelegramServer

from bot.channels.telegram.channel import TelegramChannel
from bot.channels.telegram.polling import ALLOWED_UPDATES
from bot.channels.telegram.webhook import HEADER, MAX_BODY_BYTES, PATH, webhook
from bot.channels.web.app import add_webhook, create_app
from bot.engine import Engine
from bot.settings import Settings

SECRET = "s3cret_-"
Client = TestClient[Any, Any]


def hooked(server: TelegramServer) -> Settings:
    hook = {"telegram_mode": "webhook", "telegram_secret": SECRET, "public_url": "https://porch.example"}
    return settings(server).model_copy(update=hook)


@pytest.fixture
async def bot(engine: Engine, server: TelegramServer) -> AsyncIterator[TelegramChannel]:
    async with running(engine, server, hooked(server)) as channel:
        yield channel


@pytest.fixture
async def client(aiohttp_client: Any, engine: Engine, server: TelegramServer, bot: TelegramChannel) -> Client:
    app = create_app(engine, hooked(server))
    add_webhook(app, PATH, webhook(bot, SECRET))
    client: Client = await aiohttp_client(app)
    return client


async def post(client: Client, body: object, secret: str | None = SECRET, **headers: str) -> tuple[int, bytes]:
    data = body if isinstance(body, (bytes, str)) else json.dumps(body)
    sent = {"Content-Type": "application/json", **({HEADER: secret} if secret is not None else {}), **headers}
    async with client.post(PATH, data=data, headers=sent) as answer:
        return answer.status, await answer.read()


def update(server: TelegramServer, number: int = 5, text: str = "i want to die", chat: int = 42) -> dict[str, Any]:
    return {"update_id": number, "message": server.message(chat, text=text)}


async def test_right_secret_is_answered_before_the_person_is(client: Client, server: TelegramServer) -> None:
    server.faults.append(Fault("held", seconds=3600))
    assert await post(client, update(server)) == (200, b"")
    await server.until(lambda: server.held)
    assert not server.sent()
    server.release()
    assert has_numbers((await server.answers(2))[0].text)


@pytest.mark.parametrize("secret", [None, "", "wrong", "s3cret_", "s3cret_-x", "s3créto", "\udcff"])
async def test_wrong_secret_is_refused_without_a_body(
    client: Client, bot: TelegramChannel, server: TelegramServer, secret: str | None
) -> None:
    assert await post(client, update(server), secret) == (403, b"")
    await idle(bot, server)
    assert not server.sent()


async def test_without_a_configured_secret_nobody_gets_in(
    aiohttp_client: Any, bot: TelegramChannel, engine: Engine
) -> None:
    app = create_app(engine, Settings())
    add_webhook(app, PATH, webhook(bot, ""))
    assert await post(await aiohttp_client(app), {"update_id": 1}, "") == (403, b"")


async def test_wrong_secret_is_refused_before_the_body_is_read(client: Client, server: TelegramServer) -> None:
    assert (await post(client, "x" * (MAX_BODY_BYTES + 1), "wrong"))[0] == 403


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"])
async def test_only_json_is_read(client: Client, server: TelegramServer, kind: str) -> None:
    assert await post(client, update(server), **{"Content-Type": kind}) == (415, b"")


async def test_body_above_the_limit_is_refused(client: Client, server: TelegramServer) -> None:
    assert await post(client, b'{"update_id": 1, "x": "' + b"a" * MAX_BODY_BYTES + b'"}') == (413, b"")

    async def chunks() -> AsyncIterator[bytes]:  # without a Content-Length
        for _ in range(MAX_BODY_BYTES // 1024 + 2):
            yield b"a" * 1024

    headers = {HEADER: SECRET, "Content-Type": "application/json"}
    async with client.post(PATH, data=chunks(), headers=headers) as answer:
        assert answer.status == 413


async def test_largest_real_update_fits(client: Client, server: TelegramServer) -> None:
    entities = [
        {"type": "text_link", "offset": n, "length": 1, "url": "https://e.example/" + "u" * 200} for n in range(100)
    ]
    big = update(server, text="😀" * 2048)
    big["message"]["entities"] = entities
    big["message"]["reply_to_message"] = {**server.message(42, text="é" * 4096), "entities": entities}
    assert (await post(client, big))[0] == 200
    assert has_numbers((await server.answers())[0].text)


@pytest.mark.parametrize("body", [b"", b"{", b"\xff", b"[" * 100_000, b"nan"])
async def test_what_is_no_json_is_refused(client: Client, body: bytes) -> None:
    status, said = await post(client, body)
    assert (status, said) in ((400, b""), (200, b""))
    assert status == 400 or body == b"nan"


async def test_update_seen_twice_is_answered_once(client: Client, bot: TelegramChannel, server: TelegramServer) -> None:
    raw = update(server)
    assert [(await post(client, raw))[0] for _ in range(3)] == [200] * 3
    await idle(bot, server)
    assert len(server.sent()) == 2


async def test_other_methods_are_refused(client: Client) -> None:
    async with client.get(PATH, headers={HEADER: SECRET}) as answer:
        assert answer.status == 405


async def test_while_too_much_is_in_work_telegram_keeps_the_rest(
    client: Client, bot: TelegramChannel, server: TelegramServer
) -> None:
    bot.intake.max_pending = -1
    raw = update(server)
    assert await post(client, raw) == (503, b"")
    bot.intake.max_pending = 1000
    assert await post(client, raw) == (200, b"")
    assert has_numbers((await server.answers(2))[0].text)


async def test_before_telegram_is_reached_and_after_the_stop_telegram_keeps_it(
    engine: Engine, server: TelegramServer
) -> None:
    await server.stop()
    async with running(engine, server, hooked(server)) as bot:
        assert not await bot.feed(update(server))
    assert not await bot.feed(update(server))


async def test_malformed_update_brings_the_numbers_and_leaves_nothing_in_the_log(
    client: Client, bot: TelegramChannel, server: TelegramServer, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    odd: list[object] = [
        {"update_id": 7, "message": {"message_id": "x", "chat": {"id": 918273645}, "text": "canaryword"}},
        {"update_id": 8, "message": ["canaryword"]},
        {"update_id": "canaryword"},
        ["canaryword"],
        "canaryword",
    ]
    for one in odd:
        assert (await post(client, json.dumps(one)))[0] == 200
    assert (await post(client, b'{"canaryword'))[0] == 400
    assert (await post(client, {"text": "canaryword"}, "canarysecret"))[0] == 403
    assert has_numbers((await server.answers(1, 918273645))[0].text)
    await idle(bot, server)
    kept = caplog.text + "".join(f"{vars(record)}" for record in caplog.records if record.name != "asyncio")
    for canary in ("canaryword", "918273645", "canarysecret", TOKEN, SECRET):
        assert canary not in kept


async def test_webhook_is_set_with_secret_and_named_updates(bot: TelegramChannel, server: TelegramServer) -> None:
    [call] = server.made("setWebhook")
    assert call.data["url"] == "https://porch.example/telegram"
    assert call.data["secret_token"] == SECRET
    assert set(json.loads(call.data["allowed_updates"])) == set(ALLOWED_UPDATES)
    assert str(call.data.get("drop_pending_updates", "false")).lower() == "false"
    assert not server.made("getUpdates")


async def test_update_given_directly_is_eaten_once_and_nonsense_not_at_all(
    bot: TelegramChannel, server: TelegramServer
) -> None:
    raw = update(server)
    odd: list[object] = [raw, raw, None, [], {"update_id": "x"}]
    assert [await bot.feed(one) for one in odd] == [True] * 5
    await idle(bot, server)
    assert len(server.sent()) == 2


async def test_switch_to_polling_and_back_loses_nothing(engine: Engine, server: TelegramServer) -> None:
    async with running(engine, server, hooked(server)):
        pass
    server.say("i want to die")  # while nobody is there, with the webhook still set
    async with running(engine, server) as polling:
        await idle(polling, server)
        assert has_numbers((await server.answers(2))[0].text)
        assert not server.webhook
        assert not server.made("getUpdates", status=409)
    async with running(engine, server, hooked(server)):
        assert server.webhook
    assert len(server.sent()) == 2
    assert not [call for call in server.calls if str(call.data.get("drop_pending_updates")).lower() == "true"]


async def test_post_that_breaks_off_is_no_fault_of_ours(client: Client, caplog: pytest.LogCaptureFixture) -> None:
    async def broken() -> AsyncIterator[bytes]:
        yield b'{"update_id": 1'
        raise OSError

    headers = {HEADER: SECRET, "Content-Type": "application/json"}
    with pytest.raises(ClientError):
        await client.post(PATH, data=broken(), headers=headers)
    async with client.get("/healthz", headers={"Host": "porch.example"}) as answer:
        assert answer.status == 200
    assert "failed" not in caplog.text
