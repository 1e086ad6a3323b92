"""Signs: what has to stand in a message before a topic is answered.

A score can be high for want of anything better: fear without a cause once looked most like one topic that accuses. So each
topic lists words, of which one must be there. `intents/<lang>/<topic>.yaml` has them under `signs`, one a line: a word, a
wording of several words, or `@name` for a concept list of _concepts.yaml. They are compared by their stems, so that
"blackmail" also finds "blackmailing", in every language whatever the message is taken for.
"""

from collections.abc import Iterator, Sequence

from bot.nlu.lexicon import Lexicon, Reading
from bot.nlu.phrases import Phrases
from bot.schema import Content, Language


class Signs:
    """The signs of every topic."""

    def __init__(self, content: Content, lexicon: Lexicon) -> None:
        self._stem = lexicon.stem
        self._of: dict[str, Phrases[None]] = {}
        for topic in content.topics:
            wordings = [
                tuple(map(lexicon.stem, lexicon.wording(text, lang)))
                for lang, words in content.languages.items()
                for text in _texts(words, topic)
            ]
            if wordings:
                self._of[topic] = Phrases([(None, stems, "") for stems in wordings])

    def has(self, topic: str, reading: Reading) -> bool:
        """Whether one of the topic's signs stands in the message; a topic without a list needs none."""
        return self.in_words(topic, reading.words)

    def in_words(self, topic: str, words: Sequence[str]) -> bool:
        """The same for words that were read already."""
        signs = self._of.get(topic)
        return signs is None or bool(signs.found([self._stem(word) for word in words]))


def _texts(words: Language, topic: str) -> Iterator[str]:
    for phrase in words.signs.get(topic, ()):
        if phrase.text.startswith("@"):
            yield from (wording.text for wording in words.concepts.get(phrase.text[1:], ()))
        else:
            yield phrase.text
