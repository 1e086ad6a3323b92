"""Do a topic's own messages carry its signs?"""

from collections.abc import Iterator

from bot.content.yaml_reader import Problem
from bot.nlu.lexicon import Lexicon
from bot.nlu.signs import Signs
from bot.schema import Content

#: Share of a topic's own messages that may lack a sign: they are offered, never answered.
MAX_WITHOUT = 0.2


def missing_signs(content: Content, lexicon: Lexicon) -> Iterator[Problem]:
    """Topics of whose own messages more than a fifth have none of their signs, with the first such message."""
    signs = Signs(content, lexicon)
    for lang, words in content.languages.items():
        for topic, phrases in words.intents.items():
            if topic == "none":
                continue
            without = [p for p in phrases if not signs.in_words(topic, lexicon.wording(p.text, lang))]
            if len(without) > MAX_WITHOUT * len(phrases):
                yield Problem(
                    f"intents/{lang}/{topic}.yaml",
                    1,
                    f"{len(without)} of {len(phrases)} messages have none of the signs, such as the one in line "
                    f"{without[0].source.rpartition(':')[2]}; add words under signs",
                )
