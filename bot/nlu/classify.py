"""Message text in, Classification out: language, safety kinds, topic, who writes, and about whom."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from bot.dialogue import Audience, Classification, Kind, Tier
from bot.nlu import decision
from bot.nlu.examples import HELD_OUT, Example, examples
from bot.nlu.features import Floats
from bot.nlu.lexicon import Lexicon, Reading
from bot.nlu.linear_model import Scorer, TrainedModel, combine
from bot.nlu.other_languages import OtherLanguages, foreign_script
from bot.nlu.phrases import Phrases, Words
from bot.nlu.signs import Signs
from bot.schema import Content, Language, Phrase


@dataclass(frozen=True)
class Explanation:
    """How a classification came about, for editors: what was read, which phrases were found, the scores."""

    reading: Reading
    phrases: tuple[tuple[Kind, str], ...]
    idioms: tuple[str, ...]
    risk: float
    kind_scores: dict[Kind, float]
    topic_scores: tuple[tuple[str, float], ...]
    signs: tuple[str, ...]  # of the topics in `topic_scores`, those that have a sign in the message


@dataclass(frozen=True)
class _Scores:
    """All scores of one message, before anything is decided."""

    reading: Reading
    phrases: tuple[tuple[Kind, str], ...]
    idioms: tuple[str, ...]
    topics: Floats
    risk: float
    kinds: dict[Kind, float]
    other_language: str = ""
    kinds_elsewhere: tuple[Kind, ...] = ()
    unknown_language: bool = False


class MessageClassifier:
    """Classifies a message with the phrases, the signs and the model of all languages at once."""

    def __init__(self, content: Content, lexicon: Lexicon, model: TrainedModel) -> None:
        self.lexicon = lexicon
        self.model = model
        self.scorer = Scorer(model.weights, lexicon.stem)
        self.topics = model.topics
        self.content = content
        self._phrases = Phrases(self._read(content, lambda words: words.safety.says))
        self._idioms = Phrases(self._read(content, lambda words: words.safety.idioms))
        self._who = _Who(content, lexicon)
        self._signs = Signs(content, lexicon)
        self._other_languages = OtherLanguages(content)

    def _read(
        self, content: Content, part: Callable[[Language], Mapping[Kind, tuple[Phrase, ...]]]
    ) -> list[tuple[Kind, Words, str]]:
        out: list[tuple[Kind, Words, str]] = []
        for lang, words in content.languages.items():
            for kind, phrases in part(words).items():
                out.extend((kind, self._slots(p.text, lang), p.source) for p in phrases)
        return out

    def _slots(self, text: str, lang: str) -> Words:
        """A short phrase in the words of a reading; "@name" is any single word of that concept list."""
        concepts = self.content.languages[lang].concepts
        out: list[str | frozenset[str]] = []
        for part in re.split(r"(@\w+)", text):
            if part.startswith("@") and part[1:] in concepts:
                wordings = (self.lexicon.wording(each.text, lang) for each in concepts[part[1:]])
                out.append(frozenset(words[0] for words in wordings if len(words) == 1))
            elif part.strip():
                out.extend(self.lexicon.wording(part, lang))
        return tuple(out)

    def classify(self, text: str, hint: str | None = None) -> Classification:
        """Classify `text`; `hint` is the channel's language code, used where the text does not tell. Never raises."""
        return self._classification(self._scores(text, hint))

    def explain(self, text: str, hint: str | None = None) -> tuple[Classification, Explanation]:
        """The same with the reasons."""
        scores = self._scores(text, hint)
        ranked = sorted(zip(self.topics, scores.topics.tolist(), strict=True), key=lambda pair: -pair[1])[:5]
        signs = tuple(topic for topic, _ in ranked if self._signs.has(topic, scores.reading))
        why = Explanation(
            scores.reading, scores.phrases, scores.idioms, scores.risk, scores.kinds, tuple(ranked), signs
        )
        return self._classification(scores), why

    def _scores(self, text: str, hint: str | None) -> _Scores:
        reading = self.lexicon.read(text, hint)
        other_language, kinds_elsewhere = self._other_languages.find(text)
        unknown = (
            bool(other_language)
            or self.lexicon.is_unknown_language(reading)
            or (not text.isascii() and foreign_script(text))
        )
        if unknown:  # then its words say nothing about which of our languages to answer in
            reading = replace(reading, lang=hint if hint in self.lexicon.langs else self.lexicon.langs[0])
        idioms = self._idioms.found(reading.words)
        sentences = self._without(reading, [place for _, _, place in idioms]) if idioms else reading.sentences
        words = [word for sentence in sentences for word in sentence] if idioms else reading.words
        phrases = tuple((kind, source) for kind, source, _ in self._phrases.found(words))
        parts = self.scorer.score_sentences(sentences)
        count = len(self.topics)
        # An idiom is no sign of danger, but it may well say what the message is about: "child sexual abuse material".
        about = combine(self.scorer.score_sentences(reading.sentences) if idioms else parts)
        return _Scores(
            reading,
            phrases,
            tuple(source for _, source, _ in idioms),
            decision.topic_scores(about, self.topics),
            decision.risk(parts, count),
            decision.kind_scores(parts, count),
            other_language,
            kinds_elsewhere,
            unknown,
        )

    def _classification(self, scores: _Scores) -> Classification:
        reading, thresholds = scores.reading, self.model.thresholds
        blank = not reading.words
        phrases = tuple(dict.fromkeys((*scores.kinds_elsewhere, *(kind for kind, _ in scores.phrases))))
        kinds = (
            scores.kinds_elsewhere
            if blank
            else decision.kinds(scores.kinds, scores.risk, len(reading.words), phrases, thresholds)
        )
        best = decision.match(scores.topics, self.topics, len(reading.words), self.model.calibration)
        earned = best.topic == "none" or self._signs.has(best.topic, reading)
        answered = best.confident and earned and not blank and not scores.unknown_language
        tier: Tier = "alert" if kinds else "answer" if answered and best.topic != "none" else "unsure"
        near = [topic for topic in best.nearest if topic != "none" and self._may_be_offered(topic, reading)][:3]
        return Classification(
            lang=reading.lang,
            tier=tier,
            safety=kinds,
            topic=best.topic if answered else "none",
            score=best.score,
            alternatives=()
            if blank or scores.unknown_language
            else tuple(t for t in near if tier == "unsure" or t != best.topic),
            audience=self._who.audience(reading),
            about_someone_else=self._who.other(reading),
            numbers_first=not kinds and scores.risk >= thresholds.careful,
            truncated=reading.truncated,
            off_topic=best.topic == "none" and best.confident and not scores.unknown_language,
            other_language=scores.other_language,
        )

    def _may_be_offered(self, topic: str, reading: Reading) -> bool:
        return topic not in decision.GUARDED or self._signs.has(topic, reading)

    @staticmethod
    def _without(reading: Reading, places: Sequence[range]) -> list[list[str]]:
        """The sentences without the words that idioms cover."""
        covered = {n for place in places for n in place}
        out, start = [], 0
        for sentence in reading.sentences:
            kept = [word for n, word in enumerate(sentence, start) if n not in covered]
            start += len(sentence)
            if kept:
                out.append(kept)
        return out

    @property
    def bank(self) -> list[Example]:
        """The examples that the model was trained on, to show an editor which lines are near."""
        return [example for example in examples(self.content) if example.bucket >= HELD_OUT]


class _Who:
    """Who writes, and about whom, by the wordings of three concept lists, such as "my daughter"."""

    def __init__(self, content: Content, lexicon: Lexicon) -> None:
        def read(name: str) -> list[tuple[str, ...]]:
            out: list[tuple[str, ...]] = []
            for lang, words in content.languages.items():
                out.extend(lexicon.wording(p.text, lang) for p in words.concepts.get(name, ()))
            return [words for words in out if words]

        self._adult = Phrases([(None, words, "") for words in read("adult_writes")])
        self._teen = Phrases([(None, words, "") for words in read("teen_writes")])
        self._other = Phrases([(None, words, "") for words in read("about_another")])

    def audience(self, reading: Reading) -> Audience:
        """teen unless the words say otherwise."""
        adult = len(self._adult.found(reading.words))
        return "adult" if adult and adult >= len(self._teen.found(reading.words)) else "teen"

    def other(self, reading: Reading) -> bool:
        """Whether the message is about somebody else than the writer."""
        return bool(self._other.found(reading.words) or self._adult.found(reading.words))
