"""A whole conversation on Telegram, as the stand-in Bot API server saw it: a school's link, sextortion, panic, delete.

`make transcript` writes it into docs/telegram-transcript.md, between its two marks; tests/test_transcript.py checks that it is current.
"""

import asyncio
import json
import os
import re
import sys
import textwrap
from pathlib import Path

_HERE = Path(__file__).resolve().parent
sys.path[:] = [str(_HERE.parent), *(place for place in sys.path if Path(place).resolve() != _HERE)]

from fakes.telegram_server import TOKEN, Call, TelegramServer, plain

from bot.channels.telegram.channel import TelegramChannel
from bot.content import load
from bot.engine import Engine
from bot.nlu import store
from bot.settings import Settings

FILE = _HERE.parent.parent / "docs" / "telegram-transcript.md"
BEGIN, END = "<!-- transcript: written by `make transcript` -->", "<!-- end of the transcript -->"

#: What the person does, in this order: writes, or presses the button with this data.
STEPS = (
    ("says", "/start example"),
    ("presses", "t:school_contact"),
    ("says", "some guy on insta has my pics and wants 500 dollars or he sends them to everyone"),
    ("says", "i cant do this anymore i want to die"),
    ("presses", "t:talk_to_someone"),
    ("presses", "d:now"),
)


async def conversation(engine: Engine) -> str:
    """The lines of the talk: what was said, what arrived, what was removed."""
    server = await TelegramServer().start()
    channel = TelegramChannel(engine, Settings(telegram_token=TOKEN, telegram_api=server.root), first_wait=0.05)
    await channel.start()
    lines: list[str] = []
    for kind, what in STEPS:
        known = len(server.calls)
        label = what if kind == "says" else f"[ {_label(server, what)} ]"
        server.say(what) if kind == "says" else server.press(what)
        await server.until(lambda: server.all_taken)
        await channel.app.update_queue.join()  # answered
        lines += [_turn("teen", label), *(_call(call) for call in _told(server, known))]
    left = [plain(text).split("\n")[0] for text in server.seen()]
    lines.append(_turn("then", f"{len(left)} message stands in the chat: {left[0]} …"))
    await channel.stop()
    await server.stop()
    return "\n\n".join(lines) + "\n"


def _told(server: TelegramServer, since: int) -> list[Call]:
    """What reached the chat, in order; the removals as one, with the number of messages that were tried."""
    calls = [call for call in server.calls[since:] if call.status == 200]
    removed = [call for call in calls if call.method == "deleteMessages"]
    sent = [call for call in calls if call.method == "sendMessage"]
    return [*removed[:1], *sent]


def _label(server: TelegramServer, data: str) -> str:
    """What the button says that was shown last with this data."""
    buttons = [button for call in server.sent() for row in call.buttons for button in row]
    found = [button["text"] for button in buttons if button.get("callback_data") == data]
    return str(found[-1]) if found else data


def _call(call: Call) -> str:
    if call.method == "deleteMessages":
        return _turn("bot", f"(removes {len(json.loads(call.data['message_ids']))} messages, theirs and its own)")
    text = re.sub(r'<a href="([^"]+)">([^<]+)</a>', r"\2: \1", call.text)
    rows = ["  ".join(f"[ {button['text']} ]" for button in row) for row in call.buttons]
    return _turn("bot", "\n".join([plain(text), *(["", *rows] if rows else [])]))


def _turn(who: str, text: str) -> str:
    wrapped = [part for line in text.split("\n") for part in textwrap.wrap(line, 92, break_long_words=False) or [""]]
    return "\n".join((f"{who:<6}{wrapped[0]}", *(f"{'':<6}{line}".rstrip() for line in wrapped[1:])))


def written(page: str, talk: str) -> str:
    """The page with this talk between its marks."""
    before, _, rest = page.partition(BEGIN)
    return f"{before}{BEGIN}\n```text\n{talk}```\n{END}{rest.partition(END)[2]}"


def main() -> int:
    """Write the conversation into the page."""
    content = load.load(load.default_root())
    engine = Engine(content, store.load_or_train(content, Path(os.environ.get("PORCHLIGHT_CACHE", ".porchlight"))))
    FILE.write_text(written(FILE.read_text("utf-8"), asyncio.run(conversation(engine))), "utf-8")
    print(f"{FILE.relative_to(Path.cwd()) if FILE.is_relative_to(Path.cwd()) else FILE.name} is up to date.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
