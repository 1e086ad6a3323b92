"""What could be read, complete or not: the checks look at this, so that one mistake hides no other."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from bot.content.yaml_reader import Problem, YamlFile
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
class RawLanguage:
    """What could be read in one language; None for a file of words that is missing or wrong."""

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

    def safety_words(self) -> SafetyWords:
        """The safety words, each kind with its own, in the order of the kinds."""

        def by_kind(found: Mapping[Kind, tuple[Phrase, ...]]) -> dict[Kind, tuple[Phrase, ...]]:
            return {kind: found.get(kind, ()) for kind in KINDS}

        return SafetyWords(by_kind(self.says), by_kind(self.idioms), by_kind(self.bank), self.careful, self.harmless)


#: In place of a menu that can't be read, so that the rest can be checked all the same.
NO_MENU = Menu(starter_topics={"teen": (), "adult": ()}, small_talk=(), hotlines=())


@dataclass
class RawContent:
    """What could be read below a folder, file by file, and every problem met on the way."""

    root: Path
    problems: list[Problem] = field(default_factory=list)
    files: dict[str, YamlFile] = field(default_factory=dict)  # by file, "content/topics.yaml"
    unread: set[str] = field(default_factory=set)  # files that are there and can't be read as YAML
    topics: dict[str, Topic] = field(default_factory=dict)
    resources: dict[str, Resource] = field(default_factory=dict)
    schools: dict[str, School] = field(default_factory=dict)
    languages: dict[str, RawLanguage] = field(default_factory=dict)
    other_languages: dict[str, OtherLanguage] = field(default_factory=dict)
    menu: Menu = NO_MENU  # until content/menu.yaml is read

    def content(self) -> Content:
        """The entries that are right; a language that lacks the words of a channel is left out."""
        return Content(
            topics=self.topics,
            resources=self.resources,
            languages={
                lang: Language(
                    shared=language.shared,
                    web=language.web,
                    telegram=language.telegram,
                    replies=language.replies,
                    safety_replies=language.safety_replies,
                    resource_words=language.resource_words,
                    intents=language.intents,
                    safety=language.safety_words(),
                    labelled=language.labelled,
                    signs=language.signs,
                    concepts=language.concepts,
                    spellings=language.spellings,
                )
                for lang, language in self.languages.items()
                if language.shared and language.web and language.telegram
            },
            menu=self.menu,
            other_languages=self.other_languages,
            schools=self.schools,
        )

    def ids(self, file: str) -> tuple[str, ...]:
        """The ids that a file declares, whether or not their entries are right; none if it can't be read."""
        yaml_file = self.files.get(file)
        return yaml_file.names() if yaml_file else ()

    def has(self, file: str) -> bool:
        """Whether a file is there, readable or not."""
        return file in self.files or file in self.unread
