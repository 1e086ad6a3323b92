"""How much work a message may cause: counted, never timed."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.dialogue import Incoming
from bot.engine import Engine
from bot.nlu import lexicon as lexicon_module
from bot.nlu.classify import MessageClassifier
from bot.nlu.lexicon import MAX_LOOKUPS, MAX_SENTENCE
from bot.nlu.linear_model import MAX_UNKNOWN, MOST_PARTS, split_parts
from bot.nlu.normalize import MAX_CHARS, MAX_FOLDED, fold

FILLERS = {
    "chatter": "we played games after school and then my mom made dinner. ",
    "a chat log": "[10:33 PM] him: send it\n[10:34 PM] me: no\n",
    "no sentence end": "and then he said ok and then i said ok ",
    "dots": "…",
    "odd words": "xqzr vplk wmtn ",
}


@pytest.mark.parametrize("name", sorted(FILLERS))
def test_a_cry_at_the_very_end_of_ten_thousand_characters_is_an_alert(name: str, engine: Engine) -> None:
    cry = ". i want to kill myself tonight"
    text = (FILLERS[name] * MAX_CHARS)[: MAX_CHARS - len(cry)] + cry
    assert engine.reply(Incoming(text=text)).classification.tier == "alert"


@settings(max_examples=40, deadline=None)
@given(
    alphabet=st.text(min_size=1, max_size=12), words=st.lists(st.text("abcxyz*#0137ñ…ﷺ😔 ", max_size=9), max_size=40)
)
def test_no_message_causes_more_than_so_many_look_ups(engine: Engine, alphabet: str, words: list[str]) -> None:
    classifier = engine.classifier
    assert isinstance(classifier, MessageClassifier)
    text = ((alphabet + " ".join(words)) * MAX_CHARS)[:MAX_CHARS]
    made: list[lexicon_module._Budget] = []

    class Counted(lexicon_module._Budget):
        def __init__(self, lookups: int) -> None:
            super().__init__(lookups)
            made.append(self)

    original, lexicon_module._Budget = lexicon_module._Budget, Counted  # type: ignore[misc]
    try:
        reading = classifier.lexicon.read(text)
    finally:
        lexicon_module._Budget = original  # type: ignore[misc]
    assert sum(len(budget.known) for budget in made) <= MAX_LOOKUPS
    assert max((len(sentence) for sentence in reading.sentences), default=0) <= 8 * MAX_SENTENCE
    assert len(split_parts(reading.sentences)) <= MOST_PARTS
    assert len(fold(text, classifier.lexicon.tables)) <= 8 * MAX_FOLDED


def test_only_so_many_unknown_words_are_looked_into(engine: Engine) -> None:
    classifier = engine.classifier
    assert isinstance(classifier, MessageClassifier)
    scorer = classifier.scorer
    unknown = [f"zq{chr(97 + n % 26)}{chr(97 + n // 26 % 26)}{chr(97 + n // 676)}xw" for n in range(2000)]
    unread = scorer._too_many([unknown])
    assert len(unknown) - len(unread) == MAX_UNKNOWN
    assert unknown[-1] not in unread and unknown[0] not in unread
