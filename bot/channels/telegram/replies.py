"""From a ChatEvent to the engine's reply: what the chat chose before is added, and each message is classified once."""

from dataclasses import replace

from bot.channels.telegram.chat_memory import ChatMemory
from bot.channels.telegram.incoming import ChatEvent, EventKind, Request
from bot.channels.telegram.update_order import PendingUpdate
from bot.dialogue import Incoming, Reply
from bot.engine import Engine


class Replies:
    """Asks the engine on behalf of a chat."""

    def __init__(self, engine: Engine, memory: ChatMemory) -> None:
        self._engine = engine
        self._memory = memory

    def known_lang(self, lang: str | None) -> str:
        """`lang` if there is content in it, else the first language."""
        return lang if lang in self._engine.langs else self._engine.langs[0]

    def asked(self, event: ChatEvent) -> Incoming:
        """What an update asks of the engine; a topic or language that isn't there asks for the menu."""
        incoming, school = event.incoming, self._memory.get("school", self._key(event))
        lang = self._lang(event)
        if event.request is Request.SWITCH_LANGUAGE and incoming.lang not in self._engine.langs:
            return Incoming(lang=lang, school=school, action="menu")
        if incoming.topic is not None and incoming.topic not in self._engine.content.topics:
            return Incoming(lang=incoming.lang or lang, school=school, action="menu")
        return replace(incoming, lang=incoming.lang or lang, school=school)

    def is_school_link(self, event: ChatEvent) -> bool:
        """Whether it is /start with a school's short name, which says nothing of danger, whatever it is."""
        return event.payload in self._engine.content.schools

    def to_words(self, update: PendingUpdate) -> Reply:
        """The reply to what was written.

        Classified once per update, and again only if the chat's language or school changed while the update waited.
        """
        event = update.event
        asked = Incoming(event.words, self._lang(event), school=self._memory.get("school", self._key(event)))
        if update.reply is None or update.asked != asked:
            update.asked, update.reply = asked, self._engine.reply(asked)
        return update.reply

    def is_urgent(self, update: PendingUpdate) -> bool:
        """Whether an update must not wait behind others of its chat: a safety sign, or somebody asks for the numbers."""
        event = update.event
        if event.kind not in (EventKind.MESSAGE, EventKind.GROUP_MESSAGE) or not event.words:
            return False
        if event.incoming.action == "numbers":
            return True
        if self.is_school_link(event):
            return False
        try:
            return opens_with_numbers(self.to_words(update))
        except Exception:  # what breaks ends in the numbers
            return True

    def _lang(self, event: ChatEvent) -> str | None:
        chosen = self._memory.get("lang", self._key(event))
        return chosen or (event.lang_hint if event.lang_hint in self._engine.langs else None)

    @staticmethod
    def _key(event: ChatEvent) -> int | str:
        return event.chat if event.chat is not None else ""


def opens_with_numbers(reply: Reply) -> bool:
    """Whether 911 and 988 come first: the reply to a safety sign, or to the safe word."""
    return reply.messages[0].kind == "urgent"
