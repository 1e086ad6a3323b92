"""What could be read so far, whole or not: the checks look at this, so that one mistake hides no other."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from bot.content.yaml_reader import Problem, Sheet
from bot.dialogue import KINDS, Kind
from bot.schema import (
    Content,
    LabelledPhrase,
    Language,
    Menu,
    OtherLanguage,
    Phrase,
    Resource,
    ResourceWords,
    SafetyReply,
    SafetyWords,
    School,
    Shared,
    TelegramWords,
    Topic,
    TopicReply,
    WebWords,
)


@dataclass
class LanguageDraft:
    """What could be read in one language."""

    shared: Shared | None = None
    web: WebWords | None = None
    telegram: TelegramWords | None = None
    replies: dict[str, TopicReply] = field(default_factory=dict)
    safety_replies: dict[Kind, SafetyReply] = field(default_factory=dict)
    resource_words: dict[str, ResourceWords] = field(default_factory=dict)
    intents: dict[str, tuple[Phrase, ...]] = field(default_factory=dict)
    says: dict[Kind, tuple[Phrase, ...]] = field(default_factory=dict)
    idioms: dict[Kind, tuple[Phrase, ...]] = field(default_factory=dict)
    bank: dict[Kind, tuple[Phrase, ...]] = field(default_factory=dict)
    careful: tuple[Phrase, ...] = ()
    harmless: tuple[Phrase, ...] = ()
    labelled: tuple[LabelledPhrase, ...] = ()
    signs: dict[str, tuple[Phrase, ...]] = field(default_factory=dict)
    concepts: dict[str, tuple[Phrase, ...]] = field(default_factory=dict)
    spellings: dict[str, str] = field(default_factory=dict)

    def words(self) -> SafetyWords:
        """The safety words, in the order of the kinds."""

        def every(found: Mapping[Kind, tuple[Phrase, ...]]) -> dict[Kind, tuple[Phrase, ...]]:
            return {kind: found.get(kind, ()) for kind in KINDS}

        return SafetyWords(every(self.says), every(self.idioms), every(self.bank), self.careful, self.harmless)


#: Stands for a menu that could not be read, so that the rest can be checked all the same.
NO_MENU = Menu(starter_topics={"teen": (), "adult": ()}, small_talk=(), hotlines=())


@dataclass
class Draft:
    """What could be read below a folder, file by file, and every problem met on the way."""

    root: Path
    problems: list[Problem] = field(default_factory=list)
    sheets: dict[str, Sheet] = field(default_factory=dict)  # by file, "content/topics.yaml"
    unread: set[str] = field(default_factory=set)  # files that are there but can't be read as YAML
    topics: dict[str, Topic] = field(default_factory=dict)
    resources: dict[str, Resource] = field(default_factory=dict)
    schools: dict[str, School] = field(default_factory=dict)
    languages: dict[str, LanguageDraft] = field(default_factory=dict)
    other_languages: dict[str, OtherLanguage] = field(default_factory=dict)
    menu: Menu = NO_MENU  # until content/menu.yaml is read

    def content(self) -> Content:
        """What is whole of it; a language without the words of every channel is left out."""
        return Content(
            topics=self.topics,
            resources=self.resources,
            languages={
                lang: Language(
                    shared=draft.shared,
                    web=draft.web,
                    telegram=draft.telegram,
                    replies=draft.replies,
                    safety_replies=draft.safety_replies,
                    resource_words=draft.resource_words,
                    intents=draft.intents,
                    safety=draft.words(),
                    labelled=draft.labelled,
                    signs=draft.signs,
                    concepts=draft.concepts,
                    spellings=draft.spellings,
                )
                for lang, draft in self.languages.items()
                if draft.shared and draft.web and draft.telegram
            },
            menu=self.menu,
            other_languages=self.other_languages,
            schools=self.schools,
        )

    def ids(self, file: str) -> tuple[str, ...]:
        """The ids that a file declares, whether or not their entries are right; none if it can't be read."""
        sheet = self.sheets.get(file)
        return sheet.names() if sheet else ()

    def has(self, file: str) -> bool:
        """Whether a file is there, readable or not."""
        return file in self.sheets or file in self.unread
