"""What the tests of the Telegram channel share: running a channel, readers of what was sent, odd messages."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from bot.channels.telegram.channel import TelegramChannel
from bot.engine import Engine
from bot.settings import Settings
from fakes.clock import FakeClock
from fakes.telegram_server import TOKEN, Call, TelegramServer


def settings(server: TelegramServer, token: str = TOKEN) -> Settings:
    return Settings(telegram_api=server.root).model_copy(update={"telegram_token": token})


@asynccontextmanager
async def running(
    engine: Engine, server: TelegramServer, configured: Settings | None = None, **options: Any
) -> AsyncIterator[TelegramChannel]:
    """A channel that has been started on the server's clock; it is stopped in the end."""
    channel = TelegramChannel(engine, configured or settings(server), clock=server.clock, **options)
    await channel.start()
    try:
        yield channel
    finally:
        await stop(channel, server)


async def stop(channel: TelegramChannel, server: TelegramServer) -> None:
    """Stop a channel, letting as much time pass as that takes."""
    stopping = asyncio.create_task(channel.stop())
    await asyncio.sleep(0)
    server.release_polls()
    await clock_of(server).pass_until(stopping.done)
    await stopping


async def idle(channel: TelegramChannel, server: TelegramServer) -> None:
    """Wait until every update that was put in has been answered, letting time pass: nothing more comes of them."""
    await clock_of(server).pass_until(lambda: server.all_taken)
    answered = asyncio.create_task(channel.app.update_queue.join())
    await clock_of(server).pass_until(answered.done)


async def arrived(server: TelegramServer, count: int = 1, chat: int = 42) -> list[Call]:
    """Let time pass until that many messages have arrived in a chat."""
    await clock_of(server).pass_until(lambda: len(server.sent(chat)) >= count)
    return server.sent(chat)


def clock_of(server: TelegramServer) -> FakeClock:
    assert isinstance(server.clock, FakeClock)
    return server.clock


def has_numbers(text: str) -> bool:
    return "911" in text and "988" in text


def labels(rows: list[list[dict[str, Any]]]) -> list[str]:
    return [button["text"] for row in rows for button in row]


def carried(rows: list[list[dict[str, Any]]]) -> list[str]:
    return [button.get("callback_data", "") for row in rows for button in row]


MEDIA: dict[str, dict[str, Any]] = {
    "photo": {"photo": [{"file_id": "A", "file_unique_id": "B", "width": 1, "height": 1}]},
    "voice": {"voice": {"file_id": "A", "file_unique_id": "B", "duration": 1}},
    "video": {"video": {"file_id": "A", "file_unique_id": "B", "width": 1, "height": 1, "duration": 1}},
    "document": {"document": {"file_id": "A", "file_unique_id": "B"}},
    "location": {"location": {"latitude": 1.0, "longitude": 1.0}},
    "contact": {"contact": {"phone_number": "1", "first_name": "Zebulon"}},
    "sticker": {"sticker": {"file_id": "A", "file_unique_id": "B", "type": "regular", "width": 1, "height": 1,
                            "is_animated": False, "is_video": False}},
    "video_note": {"video_note": {"file_id": "A", "file_unique_id": "B", "length": 1, "duration": 1}},
    "audio": {"audio": {"file_id": "A", "file_unique_id": "B", "duration": 1}},
    "animation": {"animation": {"file_id": "A", "file_unique_id": "B", "width": 1, "height": 1, "duration": 1}},
    "poll": {"poll": {"id": "1", "question": "i want to die", "options": [{"text": "a", "voter_count": 0,
                      "persistent_id": "1"}], "total_voter_count": 0, "is_closed": False, "is_anonymous": True,
                      "type": "regular", "allows_multiple_answers": False, "allows_revoting": False,
                      "members_only": False}},
    "dice": {"dice": {"value": 1, "emoji": "🎲"}},
    "venue": {"venue": {"location": {"latitude": 1.0, "longitude": 1.0}, "title": "x", "address": "y"}},
    "forwarded_photo": {"photo": [{"file_id": "A", "file_unique_id": "B", "width": 1, "height": 1}],
                        "forward_origin": {"type": "hidden_user", "date": 1, "sender_user_name": "Zebulon"}},
    "kind_of_tomorrow": {"hologram": {"file_id": "A"}},
}  # fmt: skip


def member(chat: dict[str, Any], status: str) -> dict[str, Any]:
    me = TelegramServer.me()
    old = {"user": me, "status": "left"}
    new: dict[str, Any] = {"user": me, "status": status, "until_date": 0}
    if status == "administrator":
        rights = (
            "can_be_edited is_anonymous can_manage_chat can_delete_messages can_manage_video_chats can_restrict_members "
            "can_promote_members can_change_info can_invite_users can_post_stories can_edit_stories can_delete_stories"
        )
        new.update(dict.fromkeys(rights.split(), False))
    who = {"id": 7, "is_bot": False, "first_name": "Zebulon"}
    return {"chat": chat, "from": who, "date": 1_900_000_000, "old_chat_member": old, "new_chat_member": new}
