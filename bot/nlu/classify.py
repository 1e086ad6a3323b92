"""Message text in, Classification out: language, safety kinds, topic, who writes, and about whom."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from bot.dialogue import KINDS, Audience, Classification, Kind, Tier
from bot.nlu import decision
from bot.nlu.decision import safety_margin, topic_scores
from bot.nlu.examples import TEST, Example, examples
from bot.nlu.features import Floats
from bot.nlu.lexicon import Lexicon, Reading
from bot.nlu.linear_model import Scorer, TrainedModel, combine
from bot.nlu.phrases import Phrases
from bot.schema import Content, Language, Phrase


@dataclass(frozen=True)
class Explanation:
    """How it came to that, for editors: what was read, which phrases were found, the scores."""

    reading: Reading
    phrases: tuple[tuple[Kind, str], ...]
    idioms: tuple[str, ...]
    any_score: float
    alone: float  # what the gravest sentence says by itself
    kind_scores: dict[Kind, float]
    topic_scores: tuple[tuple[str, float], ...]


@dataclass(frozen=True)
class _Scores:
    """What the listeners say of one message, before anything is made of it."""

    reading: Reading
    phrases: tuple[tuple[Kind, str], ...]
    idioms: tuple[str, ...]
    topics: Floats
    any_score: float
    alone: float
    kinds: dict[Kind, float]


class MessageClassifier:
    """Listens in every language at once."""

    def __init__(self, content: Content, lexicon: Lexicon, model: TrainedModel) -> None:
        self.lexicon = lexicon
        self.model = model
        self.scorer = Scorer(model.weights, lexicon.stem)
        self.topics = model.topics
        self.content = content
        self._phrases = Phrases(self._read(content, lambda words: words.safety.says))
        self._idioms = Phrases(self._read(content, lambda words: words.safety.idioms))
        self._who = _Who(content, lexicon)

    def _read(
        self, content: Content, part: Callable[[Language], Mapping[Kind, tuple[Phrase, ...]]]
    ) -> list[tuple[Kind, tuple[str, ...], str]]:
        out: list[tuple[Kind, tuple[str, ...], str]] = []
        for lang, words in content.languages.items():
            for kind, phrases in part(words).items():
                out.extend((kind, self.lexicon.wording(p.text, lang), p.source) for p in phrases)
        return out

    def classify(self, text: str, hint: str | None = None) -> Classification:
        """Classify `text`; `hint` is the channel's language code, used where the text does not tell. Never raises."""
        return self._classification(self._scores(text, hint))

    def explain(self, text: str, hint: str | None = None) -> tuple[Classification, Explanation]:
        """The same with the reasons."""
        heard = self._scores(text, hint)
        ranked = sorted(zip(self.topics, heard.topics.tolist(), strict=True), key=lambda p: -p[1])
        why = Explanation(
            heard.reading, heard.phrases, heard.idioms, heard.any_score, heard.alone, heard.kinds, tuple(ranked[:5])
        )
        return self._classification(heard), why

    def _scores(self, text: str, hint: str | None) -> _Scores:
        reading = self.lexicon.read(text, hint)
        idioms = self._idioms.found(reading.words)
        sentences = self._without(reading, [place for _, _, place in idioms]) if idioms else reading.sentences
        words = [word for sentence in sentences for word in sentence] if idioms else reading.words
        phrases = tuple((kind, at) for kind, at, _ in self._phrases.found(words))
        parts = self.scorer.parts(sentences)
        scores = combine(parts)
        count = len(self.topics)
        any_score = float(safety_margin(scores[None, :], count)[0])
        grave, alone = scores, any_score
        if len(parts) > 1:
            risks = safety_margin(parts[1:], count)
            alone = float(risks.max())
            if alone >= self.model.thresholds.sentence:  # then that sentence says which kind it is
                grave = np.maximum(scores, parts[1 + int(risks.argmax())])
        kinds = dict(zip(KINDS, grave[count + 1 :].tolist(), strict=True))
        # An idiom is no sign of danger, but it may well say what the message is about: "child sexual abuse material".
        about = topic_scores(combine(self.scorer.parts(reading.sentences)) if idioms else scores, self.topics)
        return _Scores(reading, phrases, tuple(at for _, at, _ in idioms), about, any_score, alone, kinds)

    def _classification(self, heard: _Scores) -> Classification:
        reading, thresholds = heard.reading, self.model.thresholds
        blank = not reading.words
        phrases = tuple(dict.fromkeys(kind for kind, _ in heard.phrases))
        kinds = () if blank else decision.kinds(heard.kinds, heard.any_score, heard.alone, phrases, thresholds)
        best = decision.match(heard.topics, self.topics, self.model.calibration)
        tier: Tier = "alert" if kinds else "answer" if best.clear and best.topic != "none" and not blank else "unsure"
        near = tuple(topic for topic in best.nearest if topic != "none")[:3]
        return Classification(
            lang=reading.lang,
            tier=tier,
            safety=kinds,
            topic=best.topic if best.clear else "none",
            score=best.score,
            alternatives=() if blank else tuple(t for t in near if tier == "unsure" or t != best.topic),
            audience=self._who.audience(reading),
            about_someone_else=self._who.other(reading),
            numbers_first=not kinds
            and max(heard.any_score, heard.alone - thresholds.sentence + thresholds.careful) >= thresholds.careful,
            truncated=reading.cut,
            off_topic=best.topic == "none" and best.clear,
        )

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
        """The messages model from, to show an editor which lines are near."""
        return [example for example in examples(self.content) if example.bucket >= TEST]


class _Who:
    """Who writes, and about whom: heard from the words around "my"."""

    def __init__(self, content: Content, lexicon: Lexicon) -> None:
        def read(name: str) -> list[tuple[str, ...]]:
            out: list[tuple[str, ...]] = []
            for lang, words in content.languages.items():
                out.extend(lexicon.wording(p.text, lang) for p in words.concepts.get(name, ()))
            return [words for words in out if words]

        self._adult = Phrases([("danger", words, "") for words in read("adult_writes")])
        self._teen = Phrases([("danger", words, "") for words in read("teen_writes")])
        self._other = Phrases([("danger", words, "") for words in read("about_another")])

    def audience(self, reading: Reading) -> Audience:
        """teen unless the words say otherwise."""
        adult = len(self._adult.found(reading.words))
        return "adult" if adult and adult >= len(self._teen.found(reading.words)) else "teen"

    def other(self, reading: Reading) -> bool:
        """Whether the message is about somebody else than the writer."""
        return bool(self._other.found(reading.words) or self._adult.found(reading.words))
