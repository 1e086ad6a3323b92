"""What the tests of the web chat share."""

from bot.dialogue import Incoming, Reply
from bot.engine import Engine


class BrokenEngine(Engine):
    """Breaks on every message, but had its last resort ready."""

    def reply(self, incoming: Incoming) -> Reply:
        raise RuntimeError(f"broke on {incoming.text}")
