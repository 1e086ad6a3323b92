"""What the tests of the web chat share: its pages made once, and applications that use them."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from functools import cache
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestClient

from bot.channels.web.app import create_app
from bot.channels.web.guard import MAX_BODY_SECONDS
from bot.channels.web.keys import BODY_SECONDS
from bot.channels.web.pages import Pages
from bot.dialogue import Incoming, Reply
from bot.engine import Engine
from bot.schema import Content
from bot.settings import Settings
from fakes.classifier import FakeClassifier

FORM = {"Content-Type": "application/x-www-form-urlencoded"}
JSON = {"Content-Type": "application/json"}

Client = TestClient[Any, Any]
Start = Callable[..., Awaitable[Client]]


class BrokenEngine(Engine):
    """Breaks on every message, but had its last resort ready."""

    def reply(self, incoming: Incoming) -> Reply:
        raise RuntimeError(f"broke on {incoming.text}")


class WebKit:
    """Makes web applications from one content; the pages of each kind of engine are made once."""

    def __init__(self, content: Content) -> None:
        school = content.schools["example"]
        framed = school.model_copy(update={"embed_from": ("https://school.example/help",)})
        lincoln = school.model_copy(update={"name": "Lincoln High"})
        self.content = replace(content, schools={**content.schools, "framed": framed, "Lincoln High": lincoln})
        self.pages = cache(lambda kind: Pages(self.engine(kind)))

    def engine(self, kind: type[Engine] = Engine) -> Engine:
        """An engine of this kind with the fake classifier."""
        return kind(self.content, FakeClassifier())

    def app(
        self, kind: type[Engine] = Engine, body_seconds: float = MAX_BODY_SECONDS, **settings: Any
    ) -> web.Application:
        """An application with these settings; to be made where an event loop runs."""
        app = create_app(self.engine(kind), Settings(**settings), self.pages(kind))
        app[BODY_SECONDS] = body_seconds
        return app


async def ask(client: Client, text: str = "hi", **headers: str) -> tuple[int, dict[str, Any], Any]:
    """One message through the API: status, answer, headers."""
    response = await client.post("/api/reply", json={"text": text}, headers=headers)
    return response.status, await response.json(), response.headers


async def post_form(client: Client, path: str = "/", fragment: bool = False, **fields: str) -> str:
    """One message through the form, or as the page's script sends it; the HTML of its answer."""
    response = await client.post(path, data=fields, headers={"X-Fragment": "1"} if fragment else {})
    assert response.status == 200
    return await response.text()
