"""Signs: an answer is earned by a word in the message, and a topic that accuses isn't even offered without one."""

import dataclasses

import pytest

from bot.dialogue import Incoming, Reply
from bot.engine import Engine
from bot.nlu import store
from bot.nlu.decision import GUARDED
from bot.nlu.signs import Signs
from bot.schema import Content, Phrase

FEAR = (
    "im scared", "scared", "so scared rn", "please help me im scared", "i am afraid", "help me please", "plz help",
    "im shaking", "i feel guilty", "i dont know what to do", "something happened", "something bad happened", "im panicking",
    "i messed up", "i did something stupid", "i looked at something i shouldnt have", "nobody helps me", "police wont help me",
    "you didnt help", "im crying", "i cant breathe", "ayuda", "tengo miedo", "ayudame por favor", "no se que hacer",
    "estoy temblando", "me siento culpable", "paso algo", "alguien me ayuda", "estoy asustada",
)  # fmt: skip
ABOUT_ANOTHER = (
    "i think my dad looks at kids",
    "my uncle likes little girls",
    "my husband is attracted to kids",
    "creo que mi papa mira a niñas",
)


def shown(reply: Reply) -> set[str]:
    return {reply.classification.topic, *(button.topic for button in reply.buttons)}


@pytest.mark.parametrize("text", FEAR)
def test_fear_without_a_cause_is_never_met_with_an_accusation(engine: Engine, text: str) -> None:
    assert shown(engine.reply(Incoming(text=text))) & GUARDED == set()


@pytest.mark.parametrize("text", ABOUT_ANOTHER)
def test_what_somebody_else_does_is_not_taken_for_the_writers_own_behaviour(engine: Engine, text: str) -> None:
    assert "own_behavior" not in shown(engine.reply(Incoming(text=text)))


def test_the_writers_own_words_are_answered(engine: Engine) -> None:
    reply = engine.reply(Incoming(text="im attracted to kids and i need help to stop"))
    assert reply.classification.topic == "own_behavior"
    assert "stop_it_now" in reply.resources


def test_every_topic_but_none_has_signs_in_every_language(content: Content) -> None:
    for words in content.languages.values():
        assert {topic for topic in content.topics if not words.signs.get(topic)} == {"none"}


def signs(content: Content, *texts: str) -> Signs:
    english = dataclasses.replace(
        content.languages["en"],
        signs={"report": tuple(Phrase(text, "x:1") for text in texts)},
        concepts={"police": (Phrase("cops", "c:1"), Phrase("police officer", "c:2"))},
    )
    one = dataclasses.replace(content, languages={"en": english})
    return Signs(one, store.lexicon(one))


def test_a_sign_is_compared_by_its_stem(content: Content) -> None:
    found = signs(content, "blackmail")
    assert found.in_words("report", ["he", "is", "blackmailing", "me"])
    assert not found.in_words("report", ["he", "is", "mean"])


def test_a_sign_may_name_a_concept_list(content: Content) -> None:
    found = signs(content, "@police")
    assert found.in_words("report", ["call", "the", "police"])
    assert found.in_words("report", ["a", "police", "officer"])
    assert not found.in_words("report", ["an", "officer"])


def test_a_topic_without_a_list_needs_no_sign(content: Content) -> None:
    assert signs(content).in_words("report", ["anything"])
