"""Reply -> HTML: the pages of the web chat, made from the same content as everything else. No request, no network."""

import base64
import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from bot.dialogue import EMERGENCY_RESOURCES, Audience, Button, Incoming, Message, Reply, split_paragraphs
from bot.engine import Engine
from bot.schema import Content


@dataclass(frozen=True)
class Place:
    """The page somebody is on: its language, where its forms go, and whose school's page it is."""

    lang: str
    path: str = "/"
    school: str | None = None


#: What can be wrong; each has its sentence in words.yaml.
FAULTS = ("broke", "not_found", "not_allowed", "too_big", "bad_request", "too_slow", "too_many", "busy")
PAGE = Path(__file__).parent / "templates"
#: Where the exit leads: a page that says nothing about the person, and has no list of what was seen before.
NEUTRAL = "https://www.weather.gov/"
#: After so many seconds without a touch the page clears the chat; it says so, and can be told not to, so long before.
IDLE, WARN = 600, 60
#: Where what somebody typed, and where their form goes, are put into a page that was made beforehand.
_KEPT, _KEPT_PATH = "\x02kept\x03", "\x02path\x03"
_SCRIPT = ("again", "broke", "copy_number", "copied", "idle_ask", "idle_keep", "idle_kept", "idle_done", "you")
_SEEN_BY = ("see_us", "see_browser", "see_wifi", "see_bill", "see_lines")


@dataclass(frozen=True)
class BarWay:
    """One number of the bar that stays in sight."""

    verb: str
    number: str
    label: str
    url: str

    @property
    def said(self) -> str:
        """What is written on it, in one line."""
        return f"{self.verb} {self.number}"


class Pages:
    """All pages and fragments; the ones for when something breaks are made once, at the start."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.content: Content = engine.content
        self.langs = engine.langs
        self.words = {lang: language.web for lang, language in self.content.languages.items()}
        self._env = Environment(
            loader=FileSystemLoader(PAGE),
            autoescape=True,
            trim_blocks=True,
            lstrip_blocks=True,
            undefined=StrictUndefined,
            auto_reload=False,
        )
        self._env.filters["aloud"] = aloud
        self._style = _small((PAGE.parent / "chat.css").read_text(encoding="utf-8"))
        digest = hashlib.sha256(self._style.encode()).digest()
        self.style_hash = f"sha256-{base64.b64encode(digest).decode()}"
        self._care = {lang: self.engine.fill(lang, self.content.languages[lang].shared.care) for lang in self.langs}
        self._bars = {lang: self._bar(lang) for lang in self.langs}
        last = {lang: engine.last_resort(lang) for lang in self.langs}
        self._last_fragments = {lang: self.exchange(reply, Place(lang)) for lang, reply in last.items()}
        self._last_pages = {
            (lang, fault): self._numbers_page(Place(lang, ""), getattr(self.words[lang], fault), last[lang])
            for lang in self.langs
            for fault in FAULTS
        }
        self._keeping_pages = {
            (lang, fault): self._numbers_page(Place(lang, ""), getattr(self.words[lang], fault), last[lang], kept=_KEPT)
            for lang in self.langs
            for fault in FAULTS
        }
        self._fault_fragments = {
            (lang, fault): self.exchange(self._with_notice(lang, fault, last[lang]), Place(lang))
            for lang in self.langs
            for fault in FAULTS
        }

    def chat(self, place: Place, reply: Reply | None = None, said: str = "") -> str:
        """The chat page; with the exchange of one message, if one was just sent."""
        web = self.content.languages[place.lang].web
        school = self.content.schools.get(place.school or "")
        return self._render(
            "chat.html",
            place.lang,
            path=place.path,
            exchange=_Safe(self.exchange(reply, place, said)) if reply else "",
            school=school.name if school else "",
            other=self._other(place),
            school_query=f"&school={place.school}" if place.school else "",
            script_words=self._script_words(place.lang),
            idle=IDLE,
            warn=WARN,
            doors=[self._door(place.lang, "teen", web.for_me), self._door(place.lang, "adult", web.for_child)],
        )

    def exchange(self, reply: Reply, place: Place, said: str = "") -> str:
        """What was said and what is answered: the fragment that the page inserts."""
        heard = reply.classification.lang
        return self._env.get_template("exchange.html").render(
            said=said,
            heard=heard,
            tier=reply.classification.tier,
            views=reply.messages,
            buttons=reply.buttons,
            path=place.path,
            words=self.words[heard],
            bar=self._bars[heard],
        )

    def emergency(self, lang: str, school: str | None = None) -> str:
        """The numbers alone, without a script, to keep or to print."""
        place = Place(lang, "/emergency", school)
        return self._numbers_page(place, self.words[lang].printable, self.engine.last_resort(lang))

    def who_can_see(self, lang: str, school: str | None = None) -> str:
        """Who can see a chat, one by one, and how to clear it."""
        words = self.words[lang]
        sections = [
            {"title": getattr(words, name), "paragraphs": [(getattr(words, f"{name}_text"),)]} for name in _SEEN_BY
        ]
        cleared = self.engine.reply(Incoming(lang=lang, topic="delete_chat")).messages[0]
        sections.append({"title": words.clear, "paragraphs": cleared.paragraphs})
        place = Place(lang, "/who-can-see", school)
        return self._plain(place, words.who_can_see, words.see_safer, [], sections, scripts=True)

    def embed_script(self) -> str:
        """The script for a school's own page, with its few words in every language."""
        names = ("embed_open", "embed_title", "embed_tab", "embed_close")
        words = {
            lang: {name.removeprefix("embed_"): getattr(self.words[lang], name) for name in names}
            for lang in self.langs
        }
        script = (PAGE.parent / "embed.js").read_text(encoding="utf-8")
        return script.replace("WORDS_BY_LANGUAGE", json.dumps(words)).replace("NEUTRAL_PAGE", json.dumps(NEUTRAL))

    def fault(self, lang: str, name: str) -> str:
        """A page for when something is wrong, with the numbers on it; made beforehand, so that it can't fail."""
        return self._last_pages[(lang, name)]

    def fault_keeping(self, lang: str, name: str, place: Place, typed: str) -> str:
        """The same with what was typed in a box, to send it again: nobody has to write such a thing twice."""
        if not typed:
            return self.fault(lang, name)
        page = self._keeping_pages[(lang, name)].replace(_KEPT_PATH, escape(place.path))
        return page.replace(_KEPT, escape(typed), 1)

    def fault_fragment(self, lang: str, name: str) -> str:
        """The same as a fragment, for the script of the chat page."""
        return self._fault_fragments[(lang, name)]

    def sentence(self, lang: str, name: str) -> str:
        """What is wrong and the numbers, as two sentences of plain text."""
        return f"{getattr(self.words[lang], name)} {self._care[lang]}"

    def last_fragment(self, lang: str) -> str:
        """The fragment for when the answer itself broke."""
        return self._last_fragments[lang]

    def _with_notice(self, lang: str, name: str, last: Reply) -> Reply:
        """911 and 988 first, then what is wrong."""
        notice = Message("notice", split_paragraphs(getattr(self.words[lang], name)))
        return Reply(last.classification, (last.messages[0], notice), last.buttons)

    # --- parts -----------------------------------------------------------------------------

    def _numbers_page(self, place: Place, hint: str, reply: Reply, kept: str = "") -> str:
        title = self.content.languages[place.lang].shared.numbers_intro
        messages = [message for message in reply.messages if message.kind == "urgent"]
        messages += [
            Message("numbers", contacts=message.contacts) for message in reply.messages if message.kind != "urgent"
        ]
        return self._plain(place, title, hint, messages, kept=kept)

    def _plain(
        self,
        place: Place,
        title: str,
        hint: str,
        messages: list[Message],
        sections: Sequence[Mapping[str, Any]] = (),
        *,
        scripts: bool = False,
        kept: str = "",
    ) -> str:
        lang = place.lang
        other = next((each for each in self.langs if each != lang), "")
        school = f"&school={place.school}" if place.school else ""
        return self._render(
            "plain.html",
            lang,
            title=title,
            hint=hint,
            sections=sections,
            views=messages,
            scripts=scripts,
            kept=kept,
            kept_path=_KEPT_PATH,
            back=f"/s/{place.school}?lang={lang}" if place.school else f"/{lang}",
            other={"url": f"{place.path}?lang={other}{school}", "lang": other} if place.path and other else None,
        )

    def _render(self, name: str, lang: str, **values: Any) -> str:
        return self._env.get_template(name).render(
            lang=lang,
            shared=self.content.languages[lang].shared,
            words=self.words[lang],
            bar=self._bars[lang],
            neutral=NEUTRAL,
            style=_Safe(self._style),
            **values,
        )

    def _script_words(self, lang: str) -> str:
        offline = self.engine.fill(lang, self.content.languages[lang].web.offline)
        return json.dumps(
            {**{name: getattr(self.words[lang], name) for name in _SCRIPT}, "offline": offline}, ensure_ascii=False
        )

    def _bar(self, lang: str) -> tuple[BarWay, ...]:
        words = self.words[lang]
        ways = []
        for contact in self.engine.contacts(lang, EMERGENCY_RESOURCES):
            for way in contact.ways:
                if way.kind == "call":
                    ways.append(BarWay(words.bar_call, way.value, way.label, way.url))
                elif way.kind == "text" and contact.id == "lifeline_988":
                    ways.append(BarWay(words.bar_text, way.value, way.label, way.url))
        return tuple(ways)

    def _door(self, lang: str, audience: Audience, title: str) -> dict[str, Any]:
        replies = self.content.languages[lang].replies
        topics = [topic for topic in self.content.menu.starter_topics[audience] if topic in replies]
        buttons = [Button(replies[topic].button, topic=topic, audience=audience) for topic in topics]
        return {"audience": audience, "title": title, "buttons": buttons}

    def _other(self, place: Place) -> dict[str, str]:
        lang = next((each for each in self.langs if each != place.lang), place.lang)
        return {"lang": lang, "url": f"/s/{place.school}?lang={lang}" if place.school else f"/{lang}"}


def aloud(label: str) -> str:
    """A label with a number, then the number once more in single digits: a screen reader says "988" as a quantity."""
    return f"{label}: {', '.join(' '.join(digits) for digits in re.findall('[0-9]+', label))}"


class _Safe(str):
    """HTML of our own templates: already escaped."""

    def __html__(self) -> str:
        return self


def _small(style: str) -> str:
    """A style sheet without comments, line ends and indents."""
    style = re.sub(r"/\*.*?\*/", "", style, flags=re.DOTALL)
    return re.sub(r"\s*([{};])\s*", r"\1", re.sub(r"\s+", " ", style)).replace(";}", "}").strip()
