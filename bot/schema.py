"""The schema of the content that editors write: topics, resources, replies, phrases, schools.

Pydantic models for what stands in YAML, plain dataclasses for what is put together from several files. All frozen.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field
from pydantic_core import PydanticCustomError

from bot.dialogue import Audience, Kind

Reader = Literal["teen", "parent", "survivor", "educator", "anyone"]


# --- what editors write --------------------------------------------------------------------


def _https(address: str) -> str:
    if not address.startswith("https://"):
        raise ValueError(f'"{address}" is not a web address; start it with https://')
    return address


def _day(written: object) -> object:
    if isinstance(written, str) and not re.fullmatch(r"\d{4}-\d\d-\d\d", written):
        raise PydanticCustomError("date_written", "write a day as 2025-03-31")  # 20250331 would be read as seconds
    return written


Https = Annotated[str, AfterValidator(_https)]
Day = Annotated[date, BeforeValidator(_day)]


class Entry(BaseModel):
    """A part of the content as it stands in YAML: frozen, and a field that isn't listed is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)


class Topic(Entry):
    """One thing a message can be about."""

    means: str = Field(description="what the topic covers, for editors")
    must: tuple[str, ...] = Field((), description="resources that every reply to it shows")


class Resource(Entry):
    """One number or link: the only place where it is written, with its source and the day it was checked."""

    call: str = Field("", description="phone number as printed: 1-800-843-5678")
    ext: str = Field("", description="extension, dialled after the number")
    letters: str = Field("", description="the number spelled as a word: 1-800-THE-LOST")
    press: Mapping[str, str] = Field({}, description="key to press for a language: {es: 2}")
    text: str = Field("", description="where to text: a short code or a number")
    say: Mapping[str, str] = Field({}, description="the word to text, by language: {en: HOME, es: HOLA}")
    chat: Https | Literal[""] = Field("", description="page where one chats with a person")
    link: Https | Literal[""] = Field("", description="page to open")
    email: str = Field("", description="e-mail address")
    more_links: Mapping[str, Https] = Field({}, description="further pages, by name")
    answers_in: tuple[str, ...] = Field(("en",), description="languages in which one is answered")
    who: tuple[Reader, ...] = Field(("anyone",), description="for whom it is")
    hours: Literal["always", "online", "local", "unknown"] = Field("unknown", description="always = day and night")
    country: str = Field("US", description="where it works: US, UK, CA, world")
    source: Https = Field(description="the official page that states it")
    also: tuple[Https, ...] = Field((), description="further official pages")
    checked: Day = Field(description="the day somebody last compared it with its source")
    check: str = Field(description="what that check was")


class ResourceWords(Entry):
    """The words about one resource in one language."""

    name: str = Field(description="what it is called")
    does: str = Field(description="what happens when one reaches it")
    hours: str = Field("", description="when, if a source says so")
    languages: str = Field("", description="languages, and how to get them")
    privacy: str = Field("", description="what it promises about privacy, with the limit")
    how: str = Field("", description="one hint on using it")


class TopicReply(Entry):
    """What the bot answers to one topic in one language."""

    model_config = ConfigDict(populate_by_name=True)

    button: str = Field(description="label of the button that leads here; at most 26 characters")
    ask: str = Field(description="offered as a question when the bot isn't sure; at most 70 characters")
    text: str = Field(description="the answer")
    adult: str = Field("", description="the answer for a parent, teacher or grown survivor, where it differs")
    more: str = Field("", description="a second page, behind the button More")
    adult_more: str = Field("", description="the second page for adults")
    resources: tuple[str, ...] = Field((), description="ids from resources.yaml, most useful first")
    adult_resources: tuple[str, ...] = Field((), description="the same for the adult answer, where it differs")
    next: tuple[str, ...] = Field((), description="topics offered as buttons")
    sources: tuple[Https, ...] = Field((), description="official pages that the words come from")
    reviewed: Day = Field(description="the day an editor last read it as a whole")
    reader: Audience = Field("teen", alias="for", description="adult, where the usual reader is grown up")


class SafetyReply(Entry):
    """What the bot says after 911 and 988, for one safety kind in one language."""

    warm: str = Field(description="one or two warm sentences straight after the numbers")
    warm_other: str = Field(description="the same, when the message is about someone else")
    text: str = Field(description="what to do in the next minutes")
    other: str = Field(description="the same for someone worried about another person")
    resources: tuple[str, ...] = Field((), description="ids from resources.yaml beside 911 and 988")
    next: tuple[str, ...] = Field((), description="topics offered as buttons")
    sources: tuple[Https, ...] = Field((), description="official pages that the words come from")
    reviewed: Day = Field(description="the day an editor last read it as a whole")


class Shared(Entry):
    """The words that all channels share, in one language."""

    language: str
    urgent_911: str
    urgent_988: str
    cannot_dial: str
    care: str
    footer: str
    unsure: str
    unsure_offer: str
    unsure_menu: str
    media: str
    late: str
    too_long: str
    not_meant: str
    not_meant_keep: str
    adult_hint: str
    teen_hint: str
    button_not_meant: str
    button_more: str
    button_menu: str
    button_language: str
    button_numbers: str
    button_delete: str
    button_privacy: str
    button_call: str
    button_text: str
    button_text_word: str
    button_chat: str
    button_open: str
    numbers_intro: str
    safe_words: str
    intro: str


class TelegramWords(Entry):
    """What only the Telegram bot says, in one language."""

    group_line: str
    deleted: str
    delete_left: str
    language_set: str
    button_wipe: str
    button_wipe_after: str
    button_wipe_off: str
    delete_count: str
    delete_away: str
    delete_how: str
    wipe_ask: str
    wipe_set: str
    wipe_off: str
    privacy: str


class WebWords(Entry):
    """What only the web page says, in one language."""

    page_title: str
    page_kept: str
    placeholder: str
    for_me: str
    for_child: str
    offline: str
    button_exit: str
    button_send: str
    skip: str
    bar: str
    bar_call: str
    bar_text: str
    exit_hint: str
    exit_history: str
    exit_more: str
    exit_expired: str
    exit_loading: str
    label: str
    example: str
    transcript: str
    you: str
    pick: str
    good_to_know: str
    next: str
    who_can_see: str
    emergency: str
    back: str
    printable: str
    again: str
    copy_number: str
    copied: str
    idle_ask: str
    idle_keep: str
    idle_kept: str
    idle_done: str
    see_us: str
    see_us_text: str
    see_browser: str
    see_browser_text: str
    see_wifi: str
    see_wifi_text: str
    see_bill: str
    see_bill_text: str
    see_lines: str
    see_lines_text: str
    see_safer: str
    clear: str
    embed_open: str
    embed_title: str
    embed_tab: str
    embed_close: str
    not_found: str
    not_allowed: str
    too_big: str
    bad_request: str
    too_slow: str
    too_many: str
    busy: str
    broke: str


class Menu(Entry):
    """What is shown without being asked for: starter topics and hotlines; and which topics are small talk."""

    starter_topics: Mapping[Audience, tuple[str, ...]] = Field(description="six topics for the first screen, by reader")
    small_talk: tuple[str, ...] = Field(description="topics about the conversation itself")
    hotlines: tuple[str, ...] = Field(description="resources after 911 and 988 in the list of numbers")


class OtherLanguage(Entry):
    """A language that we don't speak: cries for help in it are recognised, and answered with one line of its own."""

    model_config = ConfigDict(populate_by_name=True)

    name: str = Field(description="its English name")
    own_name: str = Field(description="its name for itself")
    script: Literal["latin", "cyrillic", "arabic", "devanagari", "han", "kana", "hangul"] = Field(
        description="how it is written"
    )
    says: Mapping[Kind, str] = Field(description="short phrases by safety kind, one a line")
    sayings: str = Field("", alias="not", description="everyday sayings that only sound like it, one a line")
    line: str = Field(description="911, 988 and how to ask for one's language, in that language")


class School(Entry):
    """One school that shares the link: whom its students can go to."""

    name: str = Field(description="the school's name as students know it")
    contact: Mapping[str, str] = Field(description="whom to see there, by language")
    call: str = Field("", description="the school's own number for this, as printed")
    hours: Mapping[str, str] = Field({}, description="when, by language")
    link: Https | Literal[""] = Field("", description="the school's page")
    safety_line: str = Field("", description="the school's or state's tip line, as printed")
    embed_from: tuple[Https, ...] = Field((), description="origins of the school's pages that may show the chat")
    reviewed: Day = Field(description="the day the school last confirmed this")


@dataclass(frozen=True)
class Phrase:
    """One message that an editor wrote, and the place where it stands."""

    text: str
    source: str  # "intents/en/sextortion.yaml:4"


#: The folders of intents/<lang>/ whose messages each carry their own labels.
MessageSet = Literal["everyday", "stories", "shorts"]


@dataclass(frozen=True)
class LabelledPhrase:
    """One message of intents/<lang>/<set>/, with every kind and every topic that it may rightly be taken for."""

    text: str
    source: str
    set: MessageSet
    kinds: tuple[Kind, ...]  # () for none
    topics: tuple[str, ...]  # best first; () where only the kinds matter


@dataclass(frozen=True)
class SafetyWords:
    """What marks a message as one about safety in one language, and what only sounds like it."""

    says: Mapping[Kind, tuple[Phrase, ...]]  # content/safety/<lang>.yaml: short phrases, matched inside a message
    idioms: Mapping[Kind, tuple[Phrase, ...]]  # content/safety/<lang>.yaml `not`: blank their own words only
    bank: Mapping[Kind, tuple[Phrase, ...]]  # content/safety/<lang>/<kind>.yaml: whole messages
    careful: tuple[
        Phrase, ...
    ]  # content/safety/<lang>/careful.yaml: only the tone says something; no alert, the numbers first
    harmless: tuple[Phrase, ...]  # content/safety/<lang>/harmless.yaml: whole messages without a safety kind


@dataclass(frozen=True)
class Language:
    """Everything in one language."""

    shared: Shared
    web: WebWords
    telegram: TelegramWords
    replies: Mapping[str, TopicReply]
    safety_replies: Mapping[Kind, SafetyReply]
    resource_words: Mapping[str, ResourceWords]
    intents: Mapping[str, tuple[Phrase, ...]]
    safety: SafetyWords
    concepts: Mapping[str, tuple[Phrase, ...]] = field(default_factory=dict)  # intents/<lang>/_concepts.yaml
    labelled: tuple[LabelledPhrase, ...] = ()  # intents/<lang>/everyday/, stories/, shorts/
    signs: Mapping[str, tuple[Phrase, ...]] = field(default_factory=dict)  # `signs` of intents/<lang>/<topic>.yaml
    spellings: Mapping[str, str] = field(default_factory=dict)  # intents/<lang>/_spellings.yaml: variant -> full words


@dataclass(frozen=True)
class Content:
    """All that was read from intents/ and content/; its ids and placeholders are known to be right."""

    topics: Mapping[str, Topic]
    resources: Mapping[str, Resource]
    languages: Mapping[str, Language]
    menu: Menu
    other_languages: Mapping[str, OtherLanguage] = field(default_factory=dict)
    schools: Mapping[str, School] = field(default_factory=dict)
