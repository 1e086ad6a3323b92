"""What must hold for any message at all, tried with many made-up ones."""

import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.channels import text as render
from bot.channels.telegram.html import message_html as telegram_html
from bot.channels.web.api import contract
from bot.content.yaml_reader import phrases, read_yaml
from bot.dialogue import EMERGENCY_RESOURCES, KINDS, Incoming, Reply
from bot.engine import Engine
from bot.evaluate import numbers_first
from bot.nlu.classify import MessageClassifier
from bot.nlu.normalize import fold

ROOT = Path(__file__).resolve().parent.parent
MANY = settings()  # as chosen in conftest.py
NOISE = {
    "en": ("", "so yeah", "hi", "idk what to say but", "it is monday and", "my phone is old."),
    "es": ("", "pues", "hola", "no sé qué decir pero", "hoy es lunes y", "mi teléfono es viejo."),
}


def safety_phrases(lang: str) -> list[str]:
    """The short phrases of content/safety/<lang>.yaml."""
    sheet, _ = read_yaml(ROOT / "content" / "safety" / f"{lang}.yaml", f"content/safety/{lang}.yaml")
    assert sheet is not None
    return [p.text for kind in KINDS for p in phrases(sheet, kind, "says") if "@" not in p.text]


def dressed(lang: str) -> st.SearchStrategy[str]:
    """A safety phrase as it may stand in a message: words around it, capitals, blanks."""
    noise = st.sampled_from(NOISE[lang])

    def put_together(parts: tuple[str, str, str, bool, str]) -> str:
        before, phrase, after, loud, gap = parts
        text = gap.join(f"{before} {phrase} {after}".split())
        return text.upper() if loud else text

    blanks = st.sampled_from([" ", "  ", "   ", "\t"])
    parts = st.tuples(noise, st.sampled_from(safety_phrases(lang)), noise, st.booleans(), blanks)
    return parts.map(put_together)


def opens_with_the_numbers(reply: Reply) -> bool:
    first = reply.messages[0]
    return (
        reply.resources[:2] == EMERGENCY_RESOURCES
        and numbers_first(render.plain(first))
        and numbers_first(render.whole(reply).split("\n\n")[0])
        and numbers_first(re.sub("<[^>]*>", "", telegram_html(first)))
        and numbers_first(contract(reply)["messages"][0]["text"])
        and numbers_first(render.classified(reply)["first"])
    )


@pytest.mark.parametrize("lang", ["en", "es"])
def test_a_safety_phrase_anywhere_in_a_message_opens_with_the_numbers(lang: str, engine: Engine) -> None:
    @MANY
    @given(text=dressed(lang), hint=st.sampled_from([None, "en", "es", "xx"]))
    def holds(text: str, hint: str | None) -> None:
        reply = engine.reply(Incoming(text=text, lang=hint))
        assert reply.classification.tier == "alert"
        assert opens_with_the_numbers(reply)

    holds()


@pytest.mark.parametrize("hint", ["en", "es"])
@pytest.mark.parametrize("lang", ["en", "es"])
def test_each_safety_phrase_alone_is_heard_in_either_chat(lang: str, hint: str, engine: Engine) -> None:
    missed = [
        p for p in safety_phrases(lang) if engine.reply(Incoming(text=p, lang=hint)).classification.tier != "alert"
    ]
    assert missed == []


def test_reading_never_fails_and_folding_twice_changes_nothing(engine: Engine) -> None:
    ear: Any = engine.classifier
    assert isinstance(ear, MessageClassifier)

    @MANY
    @given(text=st.text(max_size=300), hint=st.sampled_from([None, "en", "es", "xx"]))
    def holds(text: str, hint: str | None) -> None:
        reading = ear.lexicon.read(text, hint)
        assert reading.lang in ("en", "es")
        assert all(reading.words)
        once = fold(text, ear.lexicon.tables)
        assert fold(once, ear.lexicon.tables) == once

    holds()


TRICKY = st.text(alphabet="aàñN\u0303\u200b*#@0134$|:;.'’ ¿?!😭🔪kilmysef\n\u202eⅷＫ", max_size=120)


def test_folding_and_reading_survive_what_people_disguise_words_with(engine: Engine) -> None:
    ear: Any = engine.classifier

    @MANY
    @given(text=TRICKY)
    def holds(text: str) -> None:
        ear.lexicon.read(text)
        once = fold(text, ear.lexicon.tables)
        assert fold(once, ear.lexicon.tables) == once

    holds()


def test_every_text_gets_a_whole_reply(engine: Engine) -> None:
    @MANY
    @given(
        text=st.one_of(st.text(max_size=300), TRICKY, st.text(alphabet="ab ", min_size=3900, max_size=4200)),
        lang=st.sampled_from([None, "en", "es", "xx"]),
        audience=st.sampled_from([None, "teen", "adult"]),
        school=st.sampled_from([None, "example", "nowhere"]),
    )
    def holds(text: str, lang: str | None, audience: Any, school: str | None) -> None:
        reply = engine.reply(Incoming(text=text, lang=lang, audience=audience, school=school))
        shown = render.whole(reply)
        assert "911" in shown and "988" in shown
        assert reply.classification.lang in engine.langs
        if reply.classification.tier != "answer":
            assert numbers_first(render.plain(reply.messages[0]))

    holds()


def test_every_press_gets_a_whole_reply(engine: Engine) -> None:
    """Whatever a channel hands in: topics that don't exist, actions that need a topic, languages nobody speaks."""
    actions = ["", "menu", "numbers", "more", "not_meant", "media", "late", "too_long", "last_resort", "nonsense"]

    @MANY
    @given(
        topic=st.sampled_from([None, "", "nonsense", *engine.content.topics]),
        action=st.sampled_from(actions),
        lang=st.sampled_from([None, "en", "es", "xx"]),
        audience=st.sampled_from([None, "teen", "adult"]),
    )
    def holds(topic: str | None, action: Any, lang: str | None, audience: Any) -> None:
        shown = render.whole(engine.reply(Incoming(topic=topic, action=action, lang=lang, audience=audience)))
        assert "911" in shown and "988" in shown

    holds()
