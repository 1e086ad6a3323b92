"""What the tests of the web chat share."""

from bot.engine import Engine
from bot.model import Incoming, Reply


class BrokenEngine(Engine):
    """Breaks on every message, but had its last resort ready."""

    def reply(self, incoming: Incoming) -> Reply:
        raise RuntimeError(f"broke on {incoming.text}")
