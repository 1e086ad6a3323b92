"""Explains a classification to editors: what was read, which phrases were found, which lines of the banks are nearest."""

import heapq
import math

from bot.nlu.classify import MessageClassifier
from bot.nlu.examples import Example
from bot.nlu.features import Vectorizer
from bot.schema import Phrase


def why(classifier: MessageClassifier, text: str) -> str:
    """The classification and how it came about, with the nearest lines of the banks as file:line."""
    found, reasons = classifier.explain(text)
    scores = ", ".join(f"{kind} {value:+.2f}" for kind, value in reasons.kind_scores.items())
    thresholds = classifier.model.thresholds
    lines = [
        f"read as     {' / '.join(' '.join(s) for s in reasons.reading.sentences) or '(nothing)'}",
        f"language    {found.lang} (lead {reasons.reading.lang_lead:.1f}), writer {found.audience}, about another: {found.about_someone_else}",
        f"tier        {found.tier}{' (opens with the numbers)' if found.numbers_first else ''}",
        f"safety      {', '.join(found.safety) or '-'}; risk {reasons.risk:+.2f} (alert from {thresholds.alert_from(len(reasons.reading.words)):+.2f}, numbers first from {thresholds.careful:+.2f}); {scores}",
        *(f"  phrase    {kind}: {at}" for kind, at in reasons.phrases),
        *(f"  idiom     {at}" for at in reasons.idioms),
        f"topic       {found.topic} ({found.score:.2f}); "
        + ", ".join(f"{t} {m:+.2f}{'' if t in reasons.signs else ' (no sign)'}" for t, m in reasons.topic_scores),
    ]
    lines.extend(
        f"  near {likeness:.2f} {phrase.source}: {phrase.text}" for likeness, phrase in nearest(classifier, text)
    )
    return "\n".join(lines)


def nearest(classifier: MessageClassifier, text: str, count: int = 6) -> list[tuple[float, Phrase]]:
    """The lines of the banks most like the message, best first; compared are those that share a word with it."""
    rows = Vectorizer(classifier.scorer.index, classifier.lexicon.stem)

    def vector(text: str, lang: str | None = None) -> dict[int, float]:
        numbers, values = rows.row(classifier.lexicon.read(text, lang).sentences)
        return dict(zip(numbers, values, strict=True))

    mine = vector(text)
    words = {word for sentence in classifier.lexicon.read(text).sentences for word in sentence}
    index = classifier.scorer.index
    worth = {word: float(index.idf[index.word_number[word]]) for word in words if word in index.word_number}

    def shared(example: Example) -> float:
        return sum(worth.get(word, 0.0) for word in set(example.text.casefold().split()))

    found = []
    for example in heapq.nlargest(300, classifier.bank, key=lambda e: (shared(e), e.source)):
        other = vector(example.text, example.lang)
        product = sum(value * other.get(n, 0.0) for n, value in mine.items())
        length = math.sqrt(sum(v * v for v in mine.values()) * sum(v * v for v in other.values()))
        if length:
            found.append((product / length, Phrase(example.text, example.source)))
    return sorted(found, key=lambda pair: (-pair[0], pair[1].source))[:count]
