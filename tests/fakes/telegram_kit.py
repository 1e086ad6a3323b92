"""What the tests of the Telegram channel share: an ear that is always the same, readers of what was sent, odd messages."""

import time
from typing import Any

import httpx
import pytest

from bot.channels.telegram.channel import TelegramChannel
from bot.channels.telegram.connection_pools import Pools
from bot.dialogue import Classification
from bot.settings import Settings
from fakes.telegram_server import TOKEN, TelegramServer


class FakeClassifier:
    """Hears three things: danger, sextortion, nothing."""

    def __init__(self) -> None:
        self.heard: list[str] = []

    def classify(self, text: str, hint: str | None = None) -> Classification:
        """What it makes of a message."""
        self.heard.append(text)
        said = text.casefold()
        if "crash" in said:
            raise RuntimeError(f"canary: {text}")
        spanish = any(word in said for word in ("quiero", "fotos", "ayuda", "emergencia"))
        lang = "es" if spanish else hint or "en"
        if "want to die" in said or "quiero morir" in said:
            return Classification(lang, "alert", ("suicide",))
        if "pics" in said or "fotos" in said:
            return Classification(lang, "answer", topic="sextortion", score=0.9)
        return Classification(lang, "unsure", alternatives=("grooming", "sextortion"))


def settings(server: TelegramServer, token: str = TOKEN) -> Settings:
    return Settings(telegram_api=server.root).model_copy(update={"telegram_token": token})


def impatient(bot: TelegramChannel, monkeypatch: pytest.MonkeyPatch, seconds: float) -> None:
    """From now on an answer that takes longer is given up."""
    assert isinstance(bot.bot.request, Pools)
    for part in bot.bot.request.parts:
        monkeypatch.setattr(part._client, "timeout", httpx.Timeout(seconds))


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
    return {"chat": chat, "from": who, "date": int(time.time()), "old_chat_member": old, "new_chat_member": new}
