"""From a message to a reply: 911 and 988 first, then the topic's vetted words, and never a guess.

A plain function of values: no clock, disk, network, log or chance. The same message always gets the same reply.
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import replace

from bot.contacts import Contacts
from bot.dialogue import (
    EMERGENCY_RESOURCES,
    Action,
    Audience,
    Button,
    Classification,
    Classifier,
    Contact,
    Incoming,
    Message,
    MessageKind,
    Reply,
    split_paragraphs,
)
from bot.schema import Content, TopicReply


class Engine:
    """Answers from vetted content only.

    `reply(incoming)` is all a channel needs; `fill` and `contacts` give it the same words for what it says itself.
    """

    def __init__(self, content: Content, classifier: Classifier) -> None:
        self.content = content
        self.classifier = classifier
        self.langs = tuple(content.languages)
        self._safe_words = frozenset(
            _normalized(word)
            for language in content.languages.values()
            for word in language.shared.safe_words.split(",")
        )
        self._contacts = Contacts(content)

    def reply(self, incoming: Incoming) -> Reply:
        """The reply to a message, a pressed button or something that can't be read. Raises nothing for any text."""
        if incoming.topic in self.content.topics and incoming.action != "more":
            return self._pressed(incoming)
        if incoming.action:
            return self._asked_for(incoming)
        found = self.classifier.classify(incoming.text, incoming.lang)
        found = replace(
            found,
            lang=found.lang if found.lang in self.langs else self.langs[0],
            audience=incoming.audience or found.audience,
        )
        if found.safety:
            return self._alert(found)
        if self._is_safe_word(incoming.text):
            return self._numbers(found.lang)
        if found.tier == "answer":
            return self._answer(found, incoming.school)
        return self._unsure(found)

    def last_resort(self, lang: str) -> Reply:
        """What is said when anything of ours breaks: the numbers. Channels build it when they start."""
        return self._numbers(lang if lang in self.langs else self.langs[0])

    def fill(self, lang: str, text: str, **values: str) -> str:
        """`text` with its placeholders filled; see Contacts.fill."""
        return self._contacts.fill(lang, text, **values)

    def contacts(self, lang: str, ids: Iterable[str]) -> tuple[Contact, ...]:
        """The resources of these ids, in this language, ready to show."""
        return self._contacts.of(lang, ids)

    # --- buttons and actions ---------------------------------------------------------------

    def _pressed(self, incoming: Incoming) -> Reply:
        lang = self._lang(incoming)
        topic = incoming.topic or "menu"
        audience = incoming.audience or self._topic_reply(lang, topic).reader
        found = Classification(lang, "answer", topic=topic, score=1.0, audience=audience)
        return self._unsure(found) if topic == "none" else self._answer(found, incoming.school)

    def _asked_for(self, incoming: Incoming) -> Reply:
        lang = self._lang(incoming)
        match incoming.action:
            case "numbers":
                return self._numbers(lang)
            case "more" if incoming.topic in self.content.topics:
                return self._more(lang, incoming.topic, incoming.audience)
            case "not_meant":
                return self._notice(lang, "not_meant", buttons=self._starter_buttons(lang, "teen"))
            case "media":
                return self._notice(lang, "media", care=True, buttons=self._menu_buttons(lang))
            case "late":
                return self._notice(lang, "late", care=True)
        return self._pressed(Incoming(lang=lang, topic="menu"))

    # --- the kinds of reply ----------------------------------------------------------------

    def _alert(self, found: Classification) -> Reply:
        lang = found.lang
        words = self.content.languages[lang]
        safety = words.safety_replies[found.safety[0]]
        other = found.about_someone_else
        first = self._urgent_message(lang, safety.warm_other if other else safety.warm)
        first = replace(first, notice=self._truncated_notice(found))
        if found.other_language in self.content.other_languages:
            line = self.fill(lang, self.content.other_languages[found.other_language].line)
            first = replace(first, notice=line, notice_lang=found.other_language.replace("_", "-"))
        topics = [found.topic] if found.topic != "none" and found.topic not in self.content.menu.small_talk else []
        if topics and topics[0] != "talk_to_someone":
            second = self._topic_message(lang, topics[0], found.audience)
        else:
            second = self._message(lang, "answer", safety.other if other else safety.text, safety.resources)
        following = dict.fromkeys((*topics[1:], *safety.next))
        buttons = (
            Button(self.fill(lang, words.shared.button_not_meant), action="not_meant"),
            *self._topic_buttons(lang, [topic for topic in following if topic not in topics][:3]),
        )
        return Reply(replace(found, tier="alert"), (first, second), buttons)

    def _answer(self, found: Classification, school: str | None) -> Reply:
        lang, topic, audience = found.lang, found.topic, found.audience
        shared = self.content.languages[lang].shared
        reply = self._topic_reply(lang, topic)
        message = self._topic_message(lang, topic, audience, school=school)
        if found.numbers_first or found.truncated:
            message = replace(message, care=self._care(lang), notice=self._truncated_notice(found))
        buttons: list[Button] = []
        if self._more_text(reply, audience):
            buttons.append(Button(self.fill(lang, shared.button_more), topic=topic, action="more", audience=audience))
        buttons.extend(self._topic_buttons(lang, reply.next))
        buttons.extend(self._topic_buttons(lang, self._next_likely(found, reply)))
        if topic in ("menu", "greeting"):
            buttons = list(self._starter_buttons(lang, audience))
        if reply.adult and reply.reader == "teen":
            other: Audience = "teen" if audience == "adult" else "adult"
            hint = shared.teen_hint if other == "teen" else shared.adult_hint
            buttons.append(Button(self.fill(lang, hint), topic=topic, audience=other))
        return Reply(replace(found, tier="answer"), (message,), tuple(buttons))

    def _unsure(self, found: Classification) -> Reply:
        """Open with the numbers, own the misunderstanding, offer the nearest topics as questions."""
        lang = found.lang
        words = self.content.languages[lang]
        shared = words.shared
        near = [topic for topic in found.alternatives if topic not in ("none", "greeting", "thanks", "goodbye")]
        if found.off_topic and not near:
            text = self._topic_reply(lang, "none").text
        else:
            text = f"{shared.unsure} {shared.unsure_offer if near else shared.unsure_menu}"
        message = replace(
            self._message(lang, "unsure", text), care=self._care(lang), notice=self._truncated_notice(found)
        )
        asked = tuple(Button(self.fill(lang, words.replies[topic].ask), topic=topic) for topic in near)
        buttons = (*asked, *self._menu_buttons(lang)) if near else self._starter_buttons(lang, found.audience)
        return Reply(replace(found, tier="unsure", topic="none"), (message,), buttons)

    def _numbers(self, lang: str) -> Reply:
        intro = self.content.languages[lang].shared.numbers_intro
        messages = (self._urgent_message(lang), self._message(lang, "numbers", intro, self.content.menu.hotlines))
        return Reply(Classification(lang, "answer", topic="menu", score=1.0), messages, self._menu_buttons(lang))

    def _more(self, lang: str, topic: str | None, audience: Audience | None) -> Reply:
        topic = topic or "menu"
        reply = self._topic_reply(lang, topic)
        audience = audience or reply.reader
        text = self._more_text(reply, audience) or reply.text
        message = replace(self._message(lang, "answer", text), small=self._small(lang))
        found = Classification(lang, "answer", topic=topic, score=1.0, audience=audience)
        return Reply(found, (message,), self._topic_buttons(lang, reply.next))

    def _notice(self, lang: str, name: Action, *, care: bool = False, buttons: tuple[Button, ...] = ()) -> Reply:
        shared = self.content.languages[lang].shared
        ids = ("take_it_down",) if name == "media" else ()
        message = self._message(lang, "notice", str(getattr(shared, name)), ids)
        if care:
            message = replace(message, care=self._care(lang))
        else:
            message = replace(message.with_paragraph(self.fill(lang, shared.not_meant_keep)), small=self._small(lang))
        return Reply(Classification(lang, "unsure"), (message,), buttons)

    def _truncated_notice(self, found: Classification) -> str:
        """That only the first part was read, in every reply to a message too long to be read to its end."""
        return (
            self.fill(found.lang, self.content.languages[found.lang].shared.too_long).strip() if found.truncated else ""
        )

    def _next_likely(self, found: Classification, reply: TopicReply) -> list[str]:
        """Two topics that the message may also be about: who was misunderstood is one tap from the right words."""
        small_talk = self.content.menu.small_talk
        return [t for t in found.alternatives if t not in small_talk and t not in reply.next and t != found.topic][:2]

    # --- parts -----------------------------------------------------------------------------

    def _urgent_message(self, lang: str, text: str = "") -> Message:
        shared = self.content.languages[lang].shared
        numbers = (*self.fill(lang, shared.urgent_911).splitlines(), *self.fill(lang, shared.urgent_988).splitlines())
        return replace(self._message(lang, "urgent", text, EMERGENCY_RESOURCES), numbers=numbers)

    def _message(self, lang: str, kind: MessageKind, text: str, ids: Iterable[str] = ()) -> Message:
        return Message(kind, split_paragraphs(self.fill(lang, text)), self.contacts(lang, ids))

    def _topic_message(self, lang: str, topic: str, audience: Audience, *, school: str | None = None) -> Message:
        reply = self._topic_reply(lang, topic)
        adult = audience == "adult" and bool(reply.adult)
        text = reply.adult if adult else reply.text
        ids = reply.adult_resources if adult and reply.adult_resources else reply.resources
        if topic == "school_contact" and school in self.content.schools:
            text = f"{self._school_lines(lang, school)}\n\n{text}"
        return replace(self._message(lang, "answer", text, ids), small=self._small(lang))

    def _school_lines(self, lang: str, school: str | None) -> str:
        entry = self.content.schools[school or ""]
        lines = [
            entry.name,
            entry.contact.get(lang, ""),
            entry.hours.get(lang, ""),
            entry.call,
            entry.safety_line,
            entry.link,
        ]
        return "\n".join(line for line in lines if line)

    def _topic_reply(self, lang: str, topic: str) -> TopicReply:
        return self.content.languages[lang].replies[topic]

    @staticmethod
    def _more_text(reply: TopicReply, audience: Audience) -> str:
        if audience == "adult" and reply.adult:
            return reply.adult_more
        return reply.more

    def _care(self, lang: str) -> str:
        return self.fill(lang, self.content.languages[lang].shared.care).strip()

    def _small(self, lang: str) -> str:
        return self.fill(lang, self.content.languages[lang].shared.footer)

    def _topic_buttons(self, lang: str, topics: Iterable[str]) -> tuple[Button, ...]:
        replies = self.content.languages[lang].replies
        return tuple(Button(self.fill(lang, replies[topic].button), topic=topic) for topic in topics)

    def _starter_buttons(self, lang: str, audience: Audience) -> tuple[Button, ...]:
        return self._topic_buttons(lang, self.content.menu.starter_topics[audience])

    def _menu_buttons(self, lang: str) -> tuple[Button, ...]:
        return (Button(self.fill(lang, self.content.languages[lang].shared.button_menu), action="menu"),)

    def _lang(self, incoming: Incoming) -> str:
        return incoming.lang if incoming.lang in self.langs else self.langs[0]

    def _is_safe_word(self, text: str) -> bool:
        if len(text) > MAX_SAFE_WORD:
            return False
        normalized = _normalized(text)
        spelled = normalized.replace(" ", "") if re.fullmatch(r"(\w ){1,11}\w", normalized) else normalized
        return normalized in self._safe_words or spelled in self._safe_words


#: A longer message can't be the safe word alone; counted with spaces, marks and letters held down.
MAX_SAFE_WORD = 60


def _normalized(text: str) -> str:
    """A short text for comparison with the safe words: no capitals, accents, punctuation, invisible characters, and
    letters held down count once."""
    marked = unicodedata.normalize("NFKD", text).casefold()
    visible = "".join(char for char in marked if unicodedata.category(char) not in ("Mn", "Me", "Cf"))
    return re.sub(r"([^\W\d])\1{2,}", r"\1", re.sub(r"[\W_]+", " ", visible)).strip()
