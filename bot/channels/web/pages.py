"""Reply -> HTML: the pages of the web chat, made from the same content as everything else. No request, no network."""

import base64
import hashlib
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any, TypeVar

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from bot.dialogue import EMERGENCY_RESOURCES, Audience, Button, Incoming, Message, Reply, split_paragraphs
from bot.engine import Engine
from bot.schema import Content, Shared, WebWords

HERE = Path(__file__).parent
TEMPLATES = HERE / "templates"
STATIC = HERE / "static"
#: What can go wrong; each has its sentence in content/replies/<lang>/_web.yaml.
FAULTS = ("broke", "not_found", "not_allowed", "too_big", "bad_request", "too_slow", "too_many", "busy")
#: Where the exit leads: a page that says nothing about the person, and has no list of what was seen before.
EXIT_URL = "https://www.weather.gov/"
#: How often Shift is pressed to leave.
EXIT_PRESSES = 3
#: After so many seconds without a touch the page clears the chat.
IDLE_SECONDS = 600
#: So many seconds before that it says so, and can be told not to.
IDLE_WARNING_SECONDS = 60
#: Where what somebody typed, and where their form goes, are put into a page that was made beforehand.
_TYPED_MARK, _PATH_MARK = "\x02typed\x03", "\x02path\x03"
_SCRIPT_WORDS = (
    "again",
    "broke",
    "copy_number",
    "copied",
    "idle_ask",
    "idle_keep",
    "idle_kept",
    "idle_done",
    "you",
    "offline",
)
_EMBED_WORDS = ("embed_open", "embed_title", "embed_tab", "embed_close")
_SEEN_BY = ("see_us", "see_browser", "see_wifi", "see_bill", "see_lines")

Words = TypeVar("Words", Shared, WebWords)


@dataclass(frozen=True)
class Place:
    """The page somebody is on: its language, the path its forms go to, and the id of the school whose page it is."""

    lang: str
    path: str = "/"
    school: str | None = None


@dataclass(frozen=True)
class NumberLink:
    """One number in the bar that stays in sight."""

    verb: str
    number: str
    label: str
    url: str

    @property
    def text(self) -> str:
        """What is written on it, in one line."""
        return f"{self.verb} {self.number}"


class Pages:
    """All pages and fragments as HTML; those for when something breaks are made here, once, so that they can't fail.

    `exit_url` is where the exit leads. KeyError or AttributeError for content that `check` would refuse.
    """

    def __init__(self, engine: Engine, exit_url: str = EXIT_URL) -> None:
        self.exit_url = exit_url
        self.langs = engine.langs
        self._engine = engine
        self._content: Content = engine.content
        languages = engine.content.languages
        self._words = {lang: self._filled(lang, languages[lang].web) for lang in self.langs}
        self._shared = {lang: self._filled(lang, languages[lang].shared) for lang in self.langs}
        self._bars = {lang: self._bar(lang) for lang in self.langs}
        self._style = minified_css((STATIC / "chat.css").read_text(encoding="utf-8"))
        self._templates = Environment(
            loader=FileSystemLoader(TEMPLATES),
            autoescape=True,
            trim_blocks=True,
            lstrip_blocks=True,
            undefined=StrictUndefined,
            auto_reload=False,
        )
        self._templates.filters["spoken"] = spoken
        self._make_fault_pages()

    @property
    def style_hash(self) -> str:
        """The source of the page's own style for its Content-Security-Policy: sha256-…"""
        return f"sha256-{base64.b64encode(hashlib.sha256(self._style.encode()).digest()).decode()}"

    def chat(self, place: Place, reply: Reply | None = None, user_text: str = "") -> str:
        """The chat page; with the exchange of one message, if one was just sent."""
        lang, words = place.lang, self._words[place.lang]
        school = self._content.schools.get(place.school or "")
        other = self._other_language(lang) or lang
        return self._render(
            "chat.html",
            lang,
            path=place.path,
            exchange=Markup(self.exchange(reply, place, user_text)) if reply else "",  # noqa: S704  (our own template)
            school=school.name if school else "",
            other={"lang": other, "url": f"/s/{place.school}?lang={other}" if place.school else f"/{other}"},
            school_query=f"&school={place.school}" if place.school else "",
            script_words=self._as_json(lang, _SCRIPT_WORDS),
            idle=IDLE_SECONDS,
            warning=IDLE_WARNING_SECONDS,
            starters=[self._starter(lang, "teen", words.for_me), self._starter(lang, "adult", words.for_child)],
        )

    def exchange(self, reply: Reply, place: Place, user_text: str = "") -> str:
        """One message and its answer: the fragment that the page inserts, in the language of the answer."""
        lang = reply.classification.lang
        return self._templates.get_template("exchange.html").render(
            user_text=user_text,
            lang=lang,
            tier=reply.classification.tier,
            messages=reply.messages,
            buttons=reply.buttons,
            path=place.path,
            words=self._words[lang],
            bar=self._bars[lang],
        )

    def emergency(self, lang: str, school: str | None = None) -> str:
        """The numbers alone, without a script, to keep or to print."""
        place = Place(lang, "/emergency", school)
        return self._numbers_page(place, self._words[lang].printable, self._engine.last_resort(lang))

    def who_can_see(self, lang: str, school: str | None = None) -> str:
        """Who can see a chat, one by one, and how to clear it."""
        words = self._words[lang]
        sections = [
            {"title": getattr(words, name), "paragraphs": [(getattr(words, f"{name}_text"),)]} for name in _SEEN_BY
        ]
        cleared = self._engine.reply(Incoming(lang=lang, topic="delete_chat")).messages[0]
        sections.append({"title": words.clear, "paragraphs": cleared.paragraphs})
        place = Place(lang, "/who-can-see", school)
        return self._plain(place, words.who_can_see, words.see_safer, [], sections, scripts=True)

    def embed_script(self) -> str:
        """The script for a school's own page: one line with its words in every language, then static/embed.js."""
        config = {
            "exit": self.exit_url,
            "words": {
                lang: {name.removeprefix("embed_"): getattr(self._words[lang], name) for name in _EMBED_WORDS}
                for lang in self.langs
            },
        }
        script = (STATIC / "embed.js").read_text(encoding="utf-8")
        return f"document.currentScript.dataset.config = {json.dumps(json.dumps(config))};\n{script}"

    def fault(self, lang: str, name: str) -> str:
        """The page for one of FAULTS, with the numbers on it."""
        return self._fault_pages[(lang, name)]

    def fault_with_text(self, lang: str, name: str, place: Place, typed: str) -> str:
        """The same with what was typed in a box, to send it again: nobody has to write such a thing twice."""
        if not typed:
            return self.fault(lang, name)
        page = self._fault_pages_with_box[(lang, name)].replace(_PATH_MARK, escape(place.path))
        return page.replace(_TYPED_MARK, escape(typed), 1)

    def fault_fragment(self, lang: str, name: str) -> str:
        """The same as a fragment, for the script of the chat page."""
        return self._fault_fragments[(lang, name)]

    def fault_sentence(self, lang: str, name: str) -> str:
        """What is wrong and the numbers, as plain text of two sentences."""
        return f"{getattr(self._words[lang], name)} {self.care(lang)}"

    def care(self, lang: str) -> str:
        """When to call 911 and 988, in one calm line of plain text."""
        return self._shared[lang].care.strip()

    def last_resort_fragment(self, lang: str) -> str:
        """The fragment for when the answer itself broke: the numbers."""
        return self._last_resort_fragments[lang]

    # --- parts -----------------------------------------------------------------------------

    def _make_fault_pages(self) -> None:
        numbers = {lang: self._engine.last_resort(lang) for lang in self.langs}
        all_faults = [(lang, name) for lang in self.langs for name in FAULTS]
        self._last_resort_fragments = {lang: self.exchange(reply, Place(lang)) for lang, reply in numbers.items()}
        self._fault_fragments = {
            (lang, name): self.exchange(self._with_notice(lang, name, numbers[lang]), Place(lang))
            for lang, name in all_faults
        }
        self._fault_pages, self._fault_pages_with_box = (
            {
                (lang, name): self._numbers_page(
                    Place(lang, ""), getattr(self._words[lang], name), numbers[lang], typed=typed
                )
                for lang, name in all_faults
            }
            for typed in ("", _TYPED_MARK)
        )

    def _with_notice(self, lang: str, name: str, numbers: Reply) -> Reply:
        """911 and 988 first, then what is wrong."""
        notice = Message("notice", split_paragraphs(getattr(self._words[lang], name)))
        return Reply(numbers.classification, (numbers.messages[0], notice), numbers.buttons)

    def _numbers_page(self, place: Place, hint: str, reply: Reply, typed: str = "") -> str:
        messages = [message for message in reply.messages if message.kind == "urgent"]
        messages += [
            Message("numbers", contacts=message.contacts) for message in reply.messages if message.kind != "urgent"
        ]
        return self._plain(place, self._shared[place.lang].numbers_intro, hint, messages, typed=typed)

    def _plain(
        self,
        place: Place,
        title: str,
        hint: str,
        messages: list[Message],
        sections: Sequence[Mapping[str, Any]] = (),
        *,
        scripts: bool = False,
        typed: str = "",
    ) -> str:
        """A page without a chat; `place.path` is its own address, empty for a page that has none."""
        lang = place.lang
        other = self._other_language(lang)
        school = f"&school={place.school}" if place.school else ""
        return self._render(
            "plain.html",
            lang,
            title=title,
            hint=hint,
            sections=sections,
            messages=messages,
            scripts=scripts,
            typed=typed,
            form_path=_PATH_MARK,
            back=f"/s/{place.school}?lang={lang}" if place.school else f"/{lang}",
            other={"url": f"{place.path}?lang={other}{school}", "lang": other} if place.path and other else None,
        )

    def _render(self, template: str, lang: str, **values: Any) -> str:
        words = self._words[lang]
        return self._templates.get_template(template).render(
            lang=lang,
            shared=self._shared[lang],
            words=words,
            bar=self._bars[lang],
            exit_url=self.exit_url,
            exit_more=json.dumps(
                [words.exit_more.replace("{left}", str(left)) for left in range(EXIT_PRESSES - 1, 0, -1)],
                ensure_ascii=False,
            ),
            style=Markup(self._style),  # noqa: S704  (our own file)
            **values,
        )

    def _filled(self, lang: str, words: Words) -> Words:
        """The same words with the placeholders for resources filled in, whichever of them has one."""
        return words.model_copy(update={name: self._engine.fill(lang, text) for name, text in words})

    def _as_json(self, lang: str, names: Iterable[str]) -> str:
        return json.dumps({name: getattr(self._words[lang], name) for name in names}, ensure_ascii=False)

    def _bar(self, lang: str) -> tuple[NumberLink, ...]:
        words = self._words[lang]
        links = []
        for contact in self._engine.contacts(lang, EMERGENCY_RESOURCES):
            for way in contact.ways:
                if way.kind == "call":
                    links.append(NumberLink(words.bar_call, way.value, way.label, way.url))
                elif way.kind == "text" and contact.id == "lifeline_988":
                    links.append(NumberLink(words.bar_text, way.value, way.label, way.url))
        return tuple(links)

    def _starter(self, lang: str, audience: Audience, title: str) -> dict[str, Any]:
        """The first topics to press, for one kind of reader."""
        replies = self._content.languages[lang].replies
        topics = [topic for topic in self._content.menu.starter_topics[audience] if topic in replies]
        buttons = [
            Button(self._engine.fill(lang, replies[topic].button), topic=topic, audience=audience) for topic in topics
        ]
        return {"audience": audience, "title": title, "buttons": buttons}

    def _other_language(self, lang: str) -> str:
        return next((each for each in self.langs if each != lang), "")


def spoken(label: str) -> str:
    """A label, then its numbers in single digits: a screen reader says "988" as a quantity."""
    return f"{label}: {', '.join(' '.join(digits) for digits in re.findall('[0-9]+', label))}"


def minified_css(style: str) -> str:
    """A style sheet without comments, line ends and indents."""
    style = re.sub(r"/\*.*?\*/", "", style, flags=re.DOTALL)
    return re.sub(r"\s*([{};])\s*", r"\1", re.sub(r"\s+", " ", style)).replace(";}", "}").strip()
