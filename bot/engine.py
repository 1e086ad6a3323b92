"""From a message to an answer: urgent help first, then the topic's vetted words, and never a guess.

A plain function of values: no clock, disk, network, log or chance. The same message always gets the same reply.
"""

import re
import unicodedata
from collections.abc import Iterable

from bot.contacts import _printed_number, _sentence, _sms, _tel
from bot.dialogue import (
    URGENT,
    Action,
    Audience,
    Button,
    Contact,
    Ear,
    Heard,
    Incoming,
    Message,
    Reply,
    Understood,
    Way,
)
from bot.schema import Content, Resource, TopicReply

_PLACE = re.compile(r"\{(\w+)\.(\w+)\}")
#: Topics about the talk itself: their answers stay as they are, whoever writes.
TALK = frozenset({"greeting", "thanks", "goodbye", "menu", "language", "about_bot", "privacy", "delete_chat", "none"})
#: The six doors of the first screen, for a teen and for a grown-up.
DOORS: dict[Audience, tuple[str, ...]] = {
    "teen": ("sextortion", "images_shared", "grooming", "talk_to_someone", "am_i_in_trouble", "tell_adult"),
    "adult": (
        "my_child_is_victim",
        "report",
        "warning_signs",
        "support_survivor",
        "mandated_reporter",
        "talk_to_my_child",
    ),
}


class Engine:
    """Answers from vetted content only."""

    def __init__(self, content: Content, ear: Ear) -> None:
        self.content = content
        self.ear = ear
        self.langs = tuple(content.languages)
        self._safe_words = frozenset(
            _letters(word) for language in content.languages.values() for word in language.shared.safe_words.split(",")
        )
        self._contacts = {
            lang: {id_: self._contact(lang, id_, resource) for id_, resource in content.resources.items()}
            for lang in self.langs
        }

    # --- the one door ----------------------------------------------------------------------

    def reply(self, incoming: Incoming) -> Reply:
        """Urgent help first, then the topic's words, and never a guess."""
        if incoming.topic in self.content.topics and incoming.action != "more":
            return self._pressed(incoming)
        if incoming.action:
            return self._asked_for(incoming)
        understood = self.ear.hear(incoming.text, incoming.lang)
        lang = understood.lang if understood.lang in self.langs else self.langs[0]
        audience = incoming.audience or understood.audience
        if understood.safety:
            return self._alert(lang, audience, understood)
        if self._is_safe_word(incoming.text):
            return self._numbers(lang)
        if understood.tier == "answer":
            return self._answer(lang, audience, understood, incoming.school)
        return self._unsure(lang, audience, understood)

    def _pressed(self, incoming: Incoming) -> Reply:
        lang = self._lang(incoming)
        topic = incoming.topic or "menu"
        reply = self._topic_reply(lang, topic)
        understood = Understood(
            lang=lang, tier="answer", topic=topic, score=1.0, audience=incoming.audience or reply.reader
        )
        if topic == "none":
            return self._unsure(lang, understood.audience, understood)
        return self._answer(lang, understood.audience, understood, incoming.school)

    def _asked_for(self, incoming: Incoming) -> Reply:
        lang = self._lang(incoming)
        match incoming.action:
            case "numbers" | "last_resort":
                return self._numbers(lang)
            case "more" if incoming.topic in self.content.topics:
                return self._more(lang, incoming.topic, incoming.audience)
            case "not_meant":
                return self._notice(lang, "not_meant", buttons=self._doors(lang, "teen"))
            case "media":
                return self._notice(lang, "media", care=True, buttons=self._menu_buttons(lang))
            case "late":
                return self._notice(lang, "late", care=True)
            case "too_long":
                return self._notice(lang, "too_long", care=True)
        return self._pressed(Incoming(lang=lang, topic="menu"))

    # --- the kinds of answer ---------------------------------------------------------------

    def _alert(self, lang: str, audience: Audience, understood: Understood) -> Reply:
        words = self.content.languages[lang]
        kind = understood.safety[0]
        safety = words.safety_replies[kind]
        warm = safety.warm_other if understood.other else safety.warm
        heard = self._heard(lang, "alert", audience, understood)
        shared = words.shared
        first = Message(
            "urgent",
            self.fill(lang, f"{shared.urgent_911}\n{shared.urgent_988}\n\n{warm}"),
            self._cards(lang, URGENT),
        )
        own = Message(
            "answer",
            self.fill(lang, (safety.other if understood.other else safety.text).strip()),
            self._cards(lang, safety.resources),
        )
        messages = [first]
        topics = [understood.topic] if understood.topic != "none" and understood.topic not in TALK else []
        if topics and topics[0] != "talk_to_someone":
            messages.append(self._topic_message(lang, topics[0], audience))
        else:
            messages.append(own)
        following = dict.fromkeys((*(topics[1:]), *safety.next))
        buttons = (
            Button(shared.button_not_meant, action="not_meant"),
            *self._topic_buttons(lang, [t for t in following if t not in topics][:3]),
        )
        return Reply(heard, tuple(messages), buttons)

    def _answer(self, lang: str, audience: Audience, understood: Understood, school: str | None) -> Reply:
        topic = understood.topic
        words = self.content.languages[lang]
        reply = self._topic_reply(lang, topic)
        message = self._topic_message(lang, topic, audience, careful=understood.careful, school=school)
        buttons: list[Button] = []
        if self._more_text(reply, audience):
            buttons.append(Button(words.shared.button_more, topic=topic, action="more", audience=audience))
        buttons.extend(self._topic_buttons(lang, reply.next))
        if topic in ("menu", "greeting"):
            buttons = list(self._doors(lang, audience))
        if reply.adult and reply.reader == "teen":
            other: Audience = "teen" if audience == "adult" else "adult"
            hint = words.shared.teen_hint if other == "teen" else words.shared.adult_hint
            buttons.append(Button(hint, topic=topic, audience=other))
        return Reply(self._heard(lang, "answer", audience, understood), (message,), tuple(buttons))

    def _unsure(self, lang: str, audience: Audience, understood: Understood) -> Reply:
        """Open with the numbers, own the misunderstanding, offer the nearest topics as questions."""
        words = self.content.languages[lang]
        shared = words.shared
        near = [topic for topic in understood.alternatives if topic not in ("none", "greeting", "thanks", "goodbye")]
        if understood.sure_of_nothing and not near:
            said = self._topic_reply(lang, "none").text.strip()
        else:
            said = f"{shared.unsure} {shared.unsure_offer if near else shared.unsure_menu}"
        cut = f"{shared.too_long}\n\n" if understood.cut else ""
        message = Message("unsure", self.fill(lang, f"{shared.care}\n\n{cut}{said}"))
        asked = tuple(Button(words.replies[topic].ask, topic=topic) for topic in near)
        buttons = (*asked, *self._menu_buttons(lang)) if near else self._doors(lang, audience)
        return Reply(self._heard(lang, "unsure", audience, understood), (message,), buttons)

    def _numbers(self, lang: str) -> Reply:
        shared = self.content.languages[lang].shared
        text = self.fill(lang, f"{shared.urgent_911}\n{shared.urgent_988}")
        first = Message("urgent", text, self._cards(lang, URGENT))
        more = Message("numbers", shared.numbers_intro, self._cards(lang, NUMBERS))
        heard = Heard(lang, "answer", topic="menu", score=1.0)
        return Reply(heard, (first, more), self._menu_buttons(lang))

    def _more(self, lang: str, topic: str | None, audience: Audience | None) -> Reply:
        reply = self._topic_reply(lang, topic or "menu")
        text = self._more_text(reply, audience or reply.reader) or reply.text
        heard = Heard(lang, "answer", topic=topic or "menu", score=1.0, audience=audience or reply.reader)
        message = Message("answer", self.fill(lang, text.strip()), small=self._small(lang))
        return Reply(heard, (message,), self._topic_buttons(lang, reply.next))

    def _notice(self, lang: str, name: Action, *, care: bool = False, buttons: tuple[Button, ...] = ()) -> Reply:
        shared = self.content.languages[lang].shared
        said = str(getattr(shared, name)).strip()
        text = f"{shared.care}\n\n{said}" if care else f"{said}\n\n{shared.not_meant_keep}"
        ids = ("take_it_down",) if name == "media" else ()
        message = Message("notice", self.fill(lang, text), self._cards(lang, ids), "" if care else self._small(lang))
        return Reply(Heard(lang, "unsure"), (message,), buttons)

    # --- parts -----------------------------------------------------------------------------

    def last_resort(self, lang: str) -> Reply:
        """What is said when anything of ours breaks: the numbers. Computed once, when a channel starts."""
        return self._numbers(lang if lang in self.langs else self.langs[0])

    def _topic_message(
        self, lang: str, topic: str, audience: Audience, *, careful: bool = False, school: str | None = None
    ) -> Message:
        reply = self._topic_reply(lang, topic)
        adult = audience == "adult" and bool(reply.adult)
        text = (reply.adult if adult else reply.text).strip()
        ids = reply.adult_resources if adult and reply.adult_resources else reply.resources
        if topic == "school_contact" and school in self.content.schools:
            text = f"{self._school_lines(lang, school)}\n\n{text}"
        if careful:
            text = f"{self.content.languages[lang].shared.care}\n\n{text}"
        return Message("answer", self.fill(lang, text), self._cards(lang, ids), self._small(lang))

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

    def _small(self, lang: str) -> str:
        return self.fill(lang, self.content.languages[lang].shared.footer)

    def _topic_buttons(self, lang: str, topics: Iterable[str]) -> tuple[Button, ...]:
        replies = self.content.languages[lang].replies
        return tuple(Button(replies[topic].button, topic=topic) for topic in topics)

    def _doors(self, lang: str, audience: Audience) -> tuple[Button, ...]:
        return self._topic_buttons(lang, DOORS[audience])

    def _menu_buttons(self, lang: str) -> tuple[Button, ...]:
        return (Button(self.content.languages[lang].shared.button_menu, action="menu"),)

    def _heard(self, lang: str, tier: str, audience: Audience, understood: Understood) -> Heard:
        return Heard(
            lang=lang,
            tier=tier,  # type: ignore[arg-type]  # one of the three names, all written in this file
            safety=understood.safety,
            topic="none" if tier == "unsure" else understood.topic,
            score=understood.score,
            alternatives=understood.alternatives,
            audience=audience,
            other=understood.other,
            careful=understood.careful,
            cut=understood.cut,
        )

    def _is_safe_word(self, text: str) -> bool:
        said = _letters(text)
        spelled = said.replace(" ", "") if re.fullmatch(r"(\w ){1,11}\w", said) else said
        return said in self._safe_words or spelled in self._safe_words

    def _lang(self, incoming: Incoming) -> str:
        return incoming.lang if incoming.lang in self.langs else self.langs[0]

    # --- numbers and links -----------------------------------------------------------------

    def fill(self, lang: str, text: str) -> str:
        """The text with {resource_id.field} replaced by what resources.yaml says."""

        def value(found: re.Match[str]) -> str:
            id_, name = found.groups()
            if name in ("name", "does", "how", "hours", "languages", "privacy"):
                return str(getattr(self.content.languages[lang].resource_words[id_], name))
            written = getattr(self.content.resources[id_], name)
            return str(written.get(lang, "")) if isinstance(written, dict) else str(written)

        return _PLACE.sub(value, text)

    def cards(self, lang: str, ids: Iterable[str]) -> tuple[Contact, ...]:
        """The resources of these ids, in this language, ready to show."""
        return self._cards(lang, ids)

    def _cards(self, lang: str, ids: Iterable[str]) -> tuple[Contact, ...]:
        return tuple(self._contacts[lang][id_] for id_ in ids)

    def _contact(self, lang: str, id_: str, resource: Resource) -> Contact:
        words = self.content.languages[lang].resource_words[id_]
        details = tuple(
            _sentence(self.fill(lang, part))
            for part in (words.hours, words.languages, words.privacy, words.how)
            if part
        )
        return Contact(id_, words.name, self.fill(lang, words.does), details, self._ways(lang, id_, resource))

    def _ways(self, lang: str, id_: str, resource: Resource) -> tuple[Way, ...]:
        shared = self.content.languages[lang].shared
        ways: list[Way] = []
        if resource.call:
            printed = _printed_number(resource)
            ways.append(Way("call", shared.button_call.format(number=printed), resource.call, _tel(resource)))
        if resource.text:
            word = resource.say.get(lang, "")
            label = (
                shared.button_text_word.format(word=word, number=resource.text)
                if word
                else shared.button_text.format(number=resource.text)
            )
            ways.append(Way("text", label, resource.text, _sms(resource.text, word, resource.country)))
        if resource.chat:
            ways.append(Way("chat", shared.button_chat, resource.chat, resource.chat))
        if resource.link:
            name = self.content.languages[lang].resource_words[id_].name
            ways.append(Way("open", shared.button_open.format(name=name), resource.link, resource.link))
        if resource.email:
            ways.append(Way("email", resource.email, resource.email, f"mailto:{resource.email}"))
        return tuple(ways)


#: The plain list behind "Numbers now", after 911 and 988.
NUMBERS = ("crisis_text_line", "cybertipline", "take_it_down", "know2protect_tipline", "childhelp", "runaway_safeline")


def _letters(text: str) -> str:
    """A few words without capitals, accents, punctuation, invisible characters and letters held down."""
    marked = unicodedata.normalize("NFKD", text[:200]).casefold()
    seen = "".join(char for char in marked if unicodedata.category(char) not in ("Mn", "Me", "Cf"))
    return re.sub(r"([^\W\d])\1{2,}", r"\1", re.sub(r"[\W_]+", " ", seen)).strip()
