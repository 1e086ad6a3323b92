"""A small Bot API over real HTTP, that refuses what the real one refuses and records every call.

It can be told to answer 429, 5xx, nonsense or nothing at all, for one chat or method or for all.
"""

import asyncio
import json
import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from html import unescape
from typing import Any

from aiohttp import web

from bot.channels.telegram.clock import Clock

TOKEN = "110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw"
TAGS = ("b", "strong", "i", "em", "u", "ins", "s", "strike", "del", "a", "code", "pre", "blockquote", "tg-spoiler")
COLUMNS_LIMIT = 8


@dataclass(frozen=True)
class Call:
    """One request that reached the server."""

    method: str
    data: dict[str, Any]
    at: float
    status: int

    @property
    def chat(self) -> int:
        """The chat it was for; 0 if none."""
        return int(self.data.get("chat_id", 0))

    @property
    def text(self) -> str:
        """The text it carried."""
        return str(self.data.get("text", ""))

    @property
    def buttons(self) -> list[list[dict[str, Any]]]:
        """The rows of its inline keyboard."""
        markup: dict[str, Any] = json.loads(self.data.get("reply_markup", "{}"))
        rows: list[list[dict[str, Any]]] = markup.get("inline_keyboard", [])
        return rows


@dataclass
class Fault:
    """What goes wrong with calls that match, that many times."""

    kind: str  # "429", "500", "502", "403", ..., "reset", "nonsense", "odd", "slow"; "held" answers well, but late
    times: int = 1
    method: str = "sendMessage"
    chat: int | None = None
    seconds: float = 1
    text: str = ""

    def hits(self, method: str, data: dict[str, Any]) -> bool:
        """Whether it strikes this call."""
        if self.times <= 0 or method.lower() != self.method.lower() or self.text not in str(data.get("text", "")):
            return False
        return self.chat is None or self.chat == int(data.get("chat_id", 0))


class Refusal(Exception):
    """The real server would refuse this."""

    def __init__(self, status: int, description: str, **parameters: Any) -> None:
        super().__init__(description)
        self.status, self.description, self.parameters = status, description, parameters


@dataclass
class TelegramServer:
    """The stand-in: `await start()`, hand `root` to the bot, put updates in with `say` and friends, read `calls`.

    What takes time here takes it on `clock`: a slow answer, the age of a message. A long poll ends when something comes.
    """

    token: str = TOKEN
    clock: Clock = field(default_factory=Clock)
    calls: list[Call] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    port: int = 0
    profile: dict[tuple[str, str], Any] = field(default_factory=dict)
    webhook: str = "https://old.example/hook"
    secret: str = ""
    messages: dict[int, tuple[int, float, str]] = field(default_factory=dict)  # id -> chat, date, text: what one sees
    inline: list[dict[str, Any]] = field(default_factory=list)
    migrated: dict[int, int] = field(default_factory=dict)  # groups that have a new number
    rights: dict[str, Any] = field(default_factory=dict)  # what getMe tells besides
    held: int = 0  # how many calls were held back so far
    polling: int = 0  # how many long polls wait now
    _runner: web.AppRunner | None = None
    _waiting: list[dict[str, Any]] = field(default_factory=list)
    _next_update: int = 1000
    _next_message: int = 1
    _came: asyncio.Event = field(default_factory=asyncio.Event)
    _released: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def root(self) -> str:
        """What goes into PORCHLIGHT_TELEGRAM_API."""
        return f"http://127.0.0.1:{self.port}"

    async def start(self) -> "TelegramServer":
        """Listen; on the same port again after a stop."""
        self._released.clear()
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", self._serve)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self.port)
        await site.start()
        self.port = int(self._runner.addresses[0][1])
        return self

    async def stop(self) -> None:
        """Be gone."""
        self.release()
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    def release(self) -> None:
        """End all slow answers, now and from now on."""
        self._released.set()
        self.release_polls()

    def release_polls(self) -> None:
        """Answer who polls now, with nothing if nothing is there."""
        self._came.set()

    # --- updates

    def put(self, **kinds: Any) -> int:
        """Any update, however odd."""
        self._next_update += 1
        self._waiting.append({"update_id": self._next_update, **kinds})
        self._came.set()
        return self._next_update

    def say(self, text: str, chat: int = 42, *, edited: bool = False, age: float = 0, **more: Any) -> int:
        """A message in a private chat."""
        message = self.message(chat, age=age, text=text, **more)
        if edited:
            message["edit_date"] = message["date"]
        return self.put(**{"edited_message" if edited else "message": message})

    def send(self, chat: int = 42, **content: Any) -> int:
        """A message of another kind: photo=[...], voice={...}."""
        return self.put(message=self.message(chat, **content))

    def press(self, data: str, chat: int = 42, lang: str = "en") -> int:
        """A button pressed under one of the bot's messages."""
        message = self.message(chat, text="earlier")
        message["from"] = self.me()
        del self.messages[message["message_id"]]  # it stands for one that was sent before
        pressed = {"id": "77001", "from": person(chat, lang), "chat_instance": "1", "data": data, "message": message}
        return self.put(callback_query=pressed)

    def ask(self, query: str, who: int = 42, lang: str = "en") -> int:
        """The bot's name and a query, typed in some other chat."""
        return self.put(inline_query={"id": "8800", "from": person(who, lang), "query": query, "offset": ""})

    def seen(self, chat: int = 42) -> list[str]:
        """What stands in a chat now."""
        return [text for where, _, text in self.messages.values() if where == chat]

    def message(
        self, chat: int, *, age: float = 0, lang: str = "en", kind: str = "private", **content: Any
    ) -> dict[str, Any]:
        """The JSON of a message."""
        self._next_message += 1
        where = {"id": chat, "type": kind, **({"first_name": "Zebulon"} if kind == "private" else {"title": "Class"})}
        who = person(abs(chat), lang)
        if content.get("text", "").startswith("/"):
            size = len(content["text"].split()[0])
            content["entities"] = [{"type": "bot_command", "offset": 0, "length": size}]
        self.messages[self._next_message] = (chat, self.clock.time() - age, str(content.get("text", "")))
        return {
            "message_id": self._next_message, "date": int(self.clock.time() - age), "chat": where, "from": who, **content,
        }  # fmt: skip

    # --- what the bot did

    def made(self, method: str, *, status: int = 200) -> list[Call]:
        """Calls of one method that ended so."""
        return [call for call in self.calls if call.method.lower() == method.lower() and call.status == status]

    def sent(self, chat: int = 42) -> list[Call]:
        """Messages that arrived in a chat, in order."""
        return [call for call in self.made("sendMessage") if call.chat == chat]

    @property
    def all_taken(self) -> bool:
        """Whether every update has been confirmed by whoever polls."""
        return not self._waiting

    async def until(self, done: Callable[[], object], seconds: float = 20.0) -> None:
        """Wait for something to be true; AssertionError with what happened if it isn't in so much real time."""
        end = time.monotonic() + seconds
        while not done():
            if time.monotonic() > end:
                happened = [(call.method, call.chat, call.status, call.text[:60]) for call in self.calls[-30:]]
                raise AssertionError(f"It didn't happen in {seconds} s; the calls: {happened}")
            await asyncio.sleep(0.002)

    async def answers(self, count: int = 1, chat: int = 42) -> list[Call]:
        """Wait until that many messages have arrived in a chat."""
        await self.until(lambda: len(self.sent(chat)) >= count)
        return self.sent(chat)

    # --- the server

    async def _serve(self, request: web.Request) -> web.StreamResponse:
        found = re.fullmatch(r"/bot([^/]+)/(\w+)", request.path)
        data = await self._data(request)
        if not found or found[1] != self.token:
            known = bool(found and re.fullmatch(r"\d+:[\w-]+", found[1]))
            return self._answer(request, "", data, Refusal(401, "Unauthorized") if known else Refusal(404, "Not Found"))
        method = found[2]
        if fault := self.fault_for(method, data):
            fault.times -= 1
            if fault.kind != "held":
                return await self._fail(fault, request, method, data)
            self.held += 1
            await self.clock.set_within(fault.seconds, self._released)
        try:
            result = await self._do(method, data)
        except Refusal as refusal:
            return self._answer(request, method, data, refusal)
        self.calls.append(Call(method, data, self.clock.monotonic(), 200))
        return web.json_response({"ok": True, "result": result})

    def fault_for(self, method: str, data: dict[str, Any]) -> Fault | None:
        """What goes wrong with this call, if anything."""
        return next((fault for fault in self.faults if fault.hits(method, data)), None)

    def _answer(self, request: web.Request, method: str, data: dict[str, Any], refusal: Refusal) -> web.Response:
        self.calls.append(Call(method, data, self.clock.monotonic(), refusal.status))
        body = {"ok": False, "error_code": refusal.status, "description": refusal.description}
        if refusal.parameters:
            body["parameters"] = refusal.parameters
        return web.json_response(body, status=refusal.status)

    async def _fail(self, fault: Fault, request: web.Request, method: str, data: dict[str, Any]) -> web.StreamResponse:
        status = int(fault.kind) if fault.kind.isdigit() else 0
        self.calls.append(Call(method, data, self.clock.monotonic(), status))
        match fault.kind:
            case "reset":
                assert request.transport is not None
                request.transport.abort()
                return web.Response()
            case "nonsense":
                return web.Response(text=f"<html>{data.get('text', '')}", status=200)
            case "odd":
                return web.json_response([fault.text or "odd"])
            case "slow":
                await self.clock.set_within(fault.seconds, self._released)
                return web.Response(status=502)
            case "429":
                body = {"ok": False, "error_code": 429, "description": f"Too Many Requests: retry after {fault.seconds}",
                        "parameters": {"retry_after": fault.seconds}}  # fmt: skip
                return web.json_response(body, status=429)
        return web.json_response({"ok": False, "error_code": status, "description": "As told"}, status=status)

    @staticmethod
    async def _data(request: web.Request) -> dict[str, Any]:
        if request.content_type == "application/json":
            return dict(await request.json())
        return {**request.query, **{name: str(value) for name, value in (await request.post()).items()}}

    async def _do(self, method: str, data: dict[str, Any]) -> Any:
        known = {name.lower(): name for name in dir(self) if name.startswith("do_")}
        name = known.get(f"do_{method.lower()}")
        if name is None:
            raise Refusal(404, "Not Found")
        result = getattr(self, name)(data)
        return await result if asyncio.iscoroutine(result) else result

    @staticmethod
    def me() -> dict[str, Any]:
        """The bot as Telegram knows it."""
        return {"id": 110201543, "is_bot": True, "first_name": "Porchlight", "username": "porchlight_bot"}

    def do_getMe(self, data: dict[str, Any]) -> Any:
        return {**self.me(), **self.rights}

    async def do_getUpdates(self, data: dict[str, Any]) -> Any:
        if self.webhook:
            raise Refusal(409, "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook first")
        offset = int(data.get("offset", 0))
        self._waiting = [update for update in self._waiting if update["update_id"] >= offset]
        if not self._waiting and not self._released.is_set():
            self._came.clear()
            if int(data.get("timeout", 0)):
                self.polling += 1
                await self._came.wait()  # as long as it takes: a poll that ends by itself would end at some real second
                self.polling -= 1
        return self._waiting[: int(data.get("limit", 100))]

    def do_deleteWebhook(self, data: dict[str, Any]) -> Any:
        if str(data.get("drop_pending_updates", "")).lower() == "true":
            self._waiting.clear()
        self.webhook = ""
        return True

    def do_setWebhook(self, data: dict[str, Any]) -> Any:
        if not str(data.get("url", "")).startswith("https://"):
            raise Refusal(400, "Bad Request: bad webhook: An HTTPS URL must be provided for webhook")
        self.webhook, self.secret = data["url"], str(data.get("secret_token", ""))
        return True

    def do_sendMessage(self, data: dict[str, Any]) -> Any:
        if not re.fullmatch(r"-?\d+", str(data.get("chat_id", ""))):
            raise Refusal(400, "Bad Request: chat not found")
        if new := self.migrated.get(int(data["chat_id"])):
            raise Refusal(400, "Bad Request: group chat was upgraded to a supergroup chat", migrate_to_chat_id=new)
        text = str(data.get("text", ""))
        if data.get("parse_mode") == "HTML":
            text = plain(text)
        if not text.strip():
            raise Refusal(400, "Bad Request: message text is empty")
        if len(text.encode("utf-16-le")) // 2 > 4096:
            raise Refusal(400, "Bad Request: message is too long")
        check_markup(data.get("reply_markup"))
        return {**self.message(int(data["chat_id"]), text=text), "from": self.me()}

    def do_answerCallbackQuery(self, data: dict[str, Any]) -> Any:
        if not data.get("callback_query_id"):
            raise Refusal(400, "Bad Request: query is too old and response timeout expired or query ID is invalid")
        return True

    def do_answerInlineQuery(self, data: dict[str, Any]) -> Any:
        results = json.loads(data["results"])
        if len(results) > 50 or len({result["id"] for result in results}) < len(results):
            raise Refusal(400, "Bad Request: RESULT_ID_DUPLICATE")
        for result in results:
            content = result["input_message_content"]
            if not plain(content["message_text"]).strip() or not 1 <= len(result["id"].encode()) <= 64:
                raise Refusal(400, "Bad Request: message text is empty")
        self.inline = results
        return True

    def do_deleteMessages(self, data: dict[str, Any]) -> Any:
        ids, chat = json.loads(data["message_ids"]), int(data["chat_id"])
        if not 1 <= len(ids) <= 100:
            raise Refusal(400, "Bad Request: too many message identifiers")
        here = [id_ for id_ in ids if self.messages.get(id_, (0, 0, ""))[0] == chat]  # others are passed over
        if any(self._stuck(id_) for id_ in here):
            raise Refusal(400, "Bad Request: message can't be deleted")
        for id_ in here:
            del self.messages[id_]
        return True

    def do_deleteMessage(self, data: dict[str, Any]) -> Any:
        id_ = int(data["message_id"])
        if self.messages.get(id_, (0, 0, ""))[0] != int(data["chat_id"]):
            raise Refusal(400, "Bad Request: message to delete not found")
        if self._stuck(id_):
            raise Refusal(400, "Bad Request: message can't be deleted")
        del self.messages[id_]
        return True

    def _stuck(self, id_: int) -> bool:
        _, date, text = self.messages[id_]
        return self.clock.time() - date > 48 * 3600 or text == "dice"

    def do_leaveChat(self, data: dict[str, Any]) -> Any:
        return True

    def do_setMyCommands(self, data: dict[str, Any]) -> Any:
        commands = json.loads(data["commands"])
        for command in commands:
            if not re.fullmatch(r"[a-z0-9_]{1,32}", command["command"]):
                raise Refusal(400, "Bad Request: BOT_COMMAND_INVALID")
            if not 1 <= len(command["description"]) <= 256:
                raise Refusal(400, "Bad Request: BOT_COMMAND_DESCRIPTION_INVALID")
        self.profile["commands", data.get("language_code", "")] = commands
        return True

    def do_getMyCommands(self, data: dict[str, Any]) -> Any:
        return self.profile.get(("commands", data.get("language_code", "")), [])

    def do_setMyDescription(self, data: dict[str, Any]) -> Any:
        return self._describe("description", 512, data)

    def do_getMyDescription(self, data: dict[str, Any]) -> Any:
        return {"description": self.profile.get(("description", data.get("language_code", "")), "")}

    def do_setMyShortDescription(self, data: dict[str, Any]) -> Any:
        return self._describe("short_description", 120, data)

    def do_getMyShortDescription(self, data: dict[str, Any]) -> Any:
        return {"short_description": self.profile.get(("short_description", data.get("language_code", "")), "")}

    def _describe(self, name: str, limit: int, data: dict[str, Any]) -> bool:
        if len(str(data.get(name, ""))) > limit:
            raise Refusal(400, f"Bad Request: {name} is too long")
        self.profile[name, data.get("language_code", "")] = data.get(name, "")
        return True


def person(id_: int, lang: str = "en") -> dict[str, Any]:
    """Somebody with a name that must never turn up anywhere."""
    return {"id": id_, "is_bot": False, "first_name": "Zebulon", "username": "zebcanary", "language_code": lang}


def plain(html: str) -> str:
    """The text of Telegram's HTML; a Refusal in Telegram's words if it isn't that."""
    open_tags: list[str] = []
    for found in re.finditer(r"<(/?)([a-zA-Z-]*)([^<>]*)>|<|&(#\d+|#x[0-9a-fA-F]+|\w+)?;?", html):
        whole, closing, name = found[0], found[1], (found[2] or "").lower()
        if whole.startswith("&"):
            if not re.fullmatch(r"&(lt|gt|amp|quot|#\d+|#x[0-9a-fA-F]+);", whole):
                raise Refusal(400, "Bad Request: can't parse entities: bad entity")
        elif name not in TAGS:
            raise Refusal(400, f'Bad Request: can\'t parse entities: Unsupported start tag "{name}"')
        elif closing:
            if not open_tags or open_tags.pop() != name:
                raise Refusal(400, "Bad Request: can't parse entities: Unmatched end tag")
        else:
            if name != "a" and found[3].strip() and (name, found[3]) != ("blockquote", " expandable"):
                raise Refusal(400, "Bad Request: can't parse entities: bad attribute")
            if name == "a" and not re.fullmatch(r'\s+href="[^"<>]+"', found[3]):
                raise Refusal(400, "Bad Request: can't parse entities: bad link")
            open_tags.append(name)
    if open_tags:
        raise Refusal(
            400, f"Bad Request: can't parse entities: Can't find end tag corresponding to \"{open_tags[-1]}\""
        )
    return unescape(re.sub(r"<[^<>]+>", "", html))


def check_markup(markup: str | None) -> None:
    """Refuse a keyboard that Telegram would refuse."""
    if not markup:
        return
    for row in json.loads(markup)["inline_keyboard"]:
        if not 1 <= len(row) <= COLUMNS_LIMIT:
            raise Refusal(400, "Bad Request: bad row of buttons")
        for button in row:
            if not button.get("text"):
                raise Refusal(400, "Bad Request: text buttons are unallowed in the inline keyboard")
            if "url" not in button and not 1 <= len(button.get("callback_data", "").encode()) <= 64:
                raise Refusal(400, "Bad Request: BUTTON_DATA_INVALID")
