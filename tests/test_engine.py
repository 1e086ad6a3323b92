"""From a classification to a reply, with a classifier that says what the test tells it to."""

from typing import Any

import pytest

from bot.channels import text as render
from bot.dialogue import EMERGENCY_RESOURCES, Button, Classification, Incoming, Reply
from bot.engine import Engine
from bot.evaluate import numbers_first
from bot.nlu.decision import GUARDED
from bot.schema import Content


class Says:
    """A classifier that finds what it was given, and remembers the hints it was asked with."""

    def __init__(self, **values: Any) -> None:
        self.understood = Classification(**{"lang": "en", "tier": "unsure", **values})
        self.asked: list[str | None] = []

    def classify(self, text: str, hint: str | None = None) -> Classification:
        self.asked.append(hint)
        return self.understood


def answer(content: Content, incoming: Incoming | None = None, **values: Any) -> Reply:
    return Engine(content, Says(**values)).reply(incoming or Incoming(text="x"))


def topics(reply: Reply) -> list[str]:
    return [button.topic for button in reply.buttons]


def actions(reply: Reply) -> list[str]:
    return [button.action for button in reply.buttons]


# --- alert ---------------------------------------------------------------------------------


def test_an_alert_with_a_topic_goes_on_with_the_topics_answer(content: Content) -> None:
    reply = answer(content, tier="alert", safety=("suicide",), topic="sextortion", score=0.9)
    assert [message.kind for message in reply.messages] == ["urgent", "answer"]
    assert reply.messages[1].text == content.languages["en"].replies["sextortion"].text.strip()
    assert reply.classification.topic == "sextortion"
    assert set(content.topics["sextortion"].must) <= set(reply.resources)


@pytest.mark.parametrize("topic", ["none", "greeting", "thanks", "menu", "talk_to_someone"])
def test_an_alert_without_a_topic_goes_on_with_its_own_words(content: Content, topic: str) -> None:
    reply = answer(content, tier="alert", safety=("abuse",), topic=topic)
    own = content.languages["en"].safety_replies["abuse"]
    assert tuple(contact.id for contact in reply.messages[1].contacts) == own.resources
    assert "I believe you" in reply.messages[0].text


def test_an_alert_about_another_speaks_of_them(content: Content) -> None:
    mine = answer(content, tier="alert", safety=("suicide",))
    theirs = answer(content, tier="alert", safety=("suicide",), about_someone_else=True)
    own = content.languages["en"].safety_replies["suicide"]
    assert own.warm in mine.messages[0].text
    assert own.warm_other in theirs.messages[0].text
    assert mine.messages[1].text != theirs.messages[1].text


def test_an_alert_can_be_put_right(content: Content) -> None:
    reply = answer(content, tier="alert", safety=("danger",))
    assert reply.buttons[0] == Button("Not what I meant", action="not_meant")
    assert "" not in topics(reply)[1:]


def test_the_first_kind_gives_the_words(content: Content) -> None:
    reply = answer(content, tier="alert", safety=("self_harm", "suicide"))
    assert content.languages["en"].safety_replies["self_harm"].warm in reply.messages[0].text
    assert reply.classification.safety == ("self_harm", "suicide")


def test_an_alert_comes_before_a_safe_word(content: Content) -> None:
    reply = answer(content, Incoming(text="help"), tier="alert", safety=("suicide",))
    assert reply.classification.tier == "alert"


# --- answer --------------------------------------------------------------------------------


def test_an_answer_is_the_editors_words(content: Content) -> None:
    reply = answer(content, tier="answer", topic="sextortion", score=0.8)
    written = content.languages["en"].replies["sextortion"]
    assert len(reply.messages) == 1
    assert reply.messages[0].text == written.text.strip()
    assert reply.resources == written.resources
    assert [topic for topic in topics(reply) if topic != "sextortion"] == list(written.next)
    assert reply.buttons[0] == Button("More", topic="sextortion", action="more", audience="teen")
    assert reply.buttons[-1] == Button("I'm a parent or adult", topic="sextortion", audience="adult")


def test_a_parent_gets_the_answer_for_parents_and_the_way_back(content: Content) -> None:
    reply = answer(content, tier="answer", topic="sextortion", audience="adult")
    assert reply.messages[0].text.startswith("This is a crime against your child")
    assert reply.buttons[-1] == Button("I'm a teen", topic="sextortion", audience="teen")


def test_a_chosen_audience_wins_over_the_classified_one(content: Content) -> None:
    reply = answer(content, Incoming(text="x", audience="adult"), tier="answer", topic="sextortion")
    assert reply.classification.audience == "adult"
    assert reply.messages[0].text.startswith("This is a crime against your child")


def test_a_careful_answer_opens_with_both_numbers(content: Content) -> None:
    reply = answer(content, tier="answer", topic="sextortion", numbers_first=True)
    assert reply.messages[0].text.startswith("If you or someone else is in danger, call 911. ")
    assert reply.classification.numbers_first


@pytest.mark.parametrize("audience", ["teen", "adult"])
@pytest.mark.parametrize("topic", ["menu", "greeting"])
def test_a_greeting_shows_the_six_doors(content: Content, topic: str, audience: str) -> None:
    reply = answer(content, tier="answer", topic=topic, audience=audience)
    assert tuple(topics(reply)[:6]) == content.menu.starter_topics[audience]  # type: ignore[index]


def test_an_unknown_language_is_answered_in_the_first_one(content: Content) -> None:
    assert answer(content, lang="xx", tier="answer", topic="report").classification.lang == "en"


def test_the_classifier_gets_the_channels_hint(content: Content) -> None:
    classifier = Says(lang="es")
    Engine(content, classifier).reply(Incoming(text="x", lang="es"))
    assert classifier.asked == ["es"]


def test_a_school_puts_its_own_people_first(content: Content) -> None:
    reply = answer(content, Incoming(text="x", school="example"), tier="answer", topic="school_contact")
    assert reply.messages[0].text.startswith("Example High School\nMs. Rivera")
    spanish = answer(content, Incoming(lang="es", topic="school_contact", school="example"))
    assert "la Sra. Rivera" in spanish.messages[0].text
    unknown = answer(content, Incoming(text="x", school="nowhere"), tier="answer", topic="school_contact")
    assert "Rivera" not in unknown.messages[0].text


def test_an_answer_offers_the_two_next_likely_topics(content: Content) -> None:
    written = content.languages["en"].replies["sextortion"].next
    near = [topic for topic in ("grooming", "deepfake", "missing_child", "privacy") if topic not in written]
    reply = answer(content, tier="answer", topic="sextortion", alternatives=("greeting", *written, *near))
    assert len(near) > 2
    offered = [t for t in topics(reply) if t != "sextortion"]
    assert offered == [*written, *near[:2]]
    assert len(set(offered)) == len(offered)


def test_small_talk_and_the_topic_itself_are_no_next_likely_topics(content: Content) -> None:
    near = ("sextortion", *content.menu.small_talk)
    reply = answer(content, tier="answer", topic="sextortion", alternatives=near)
    assert [t for t in topics(reply) if t != "sextortion"] == list(content.languages["en"].replies["sextortion"].next)


@pytest.mark.parametrize("lang", ["en", "es"])
@pytest.mark.parametrize(
    "values",
    [
        {"tier": "alert", "safety": ("suicide",)},
        {"tier": "alert", "safety": ("abuse",), "topic": "sextortion"},
        {"tier": "answer", "topic": "sextortion"},
        {"tier": "answer", "topic": "greeting"},
        {"tier": "answer", "topic": "thanks", "numbers_first": True},
        {"tier": "unsure"},
        {"tier": "unsure", "alternatives": ("report",)},
        {"tier": "unsure", "off_topic": True},
    ],
)
def test_a_truncated_message_is_told_so_and_opens_with_the_numbers_on_every_branch(
    content: Content, lang: str, values: dict[str, Any]
) -> None:
    reply = answer(content, lang=lang, truncated=True, **values)
    first = reply.messages[0]
    assert first.notice == content.languages[lang].shared.too_long.strip()
    assert first.notice in render.plain(first)
    assert numbers_first(render.plain(first))
    whole = answer(content, lang=lang, truncated=False, **values)
    assert whole.messages[0].notice == ""


@pytest.mark.parametrize("lang", ["en", "es"])
@pytest.mark.parametrize("audience", ["teen", "adult"])
@pytest.mark.parametrize("topic", ["need_help", "feel_low"])
def test_a_reply_to_fear_or_gloom_carries_988(content: Content, lang: str, audience: str, topic: str) -> None:
    reply = answer(content, lang=lang, tier="answer", topic=topic, audience=audience)
    assert "lifeline_988" in reply.resources
    assert "988" in render.plain(reply.messages[0])


# --- fear without a cause, with the real classifier ----------------------------------------

FEAR = {
    "en": [
        "im scared", "scared", "i'm so scared", "please help me im scared", "i dont feel safe", "help im scared",
        "i am afraid", "im really scared rn", "im terrified", "so scared right now", "scared idk what to do",
        "i feel scared all the time", "im scared and alone", "i need help im scared", "im freaking out",
        "im panicking", "please help", "i need help please", "something bad happened", "i dont know what to do",
    ],
    "es": [
        "tengo miedo", "tengo mucho miedo", "estoy asustada", "estoy asustado", "ayuda tengo miedo",
        "por favor ayudame tengo miedo", "no se que hacer", "me siento insegura", "tengo miedo y estoy sola",
        "necesito ayuda por favor",
    ],
}  # fmt: skip


@pytest.mark.parametrize(("lang", "text"), [(lang, text) for lang, texts in FEAR.items() for text in texts])
def test_a_bare_cry_of_fear_is_never_met_with_an_accusation(engine: Engine, lang: str, text: str) -> None:
    for hint in (None, lang):
        reply = engine.reply(Incoming(text=text, lang=hint))
        assert not GUARDED & {reply.classification.topic, *topics(reply)}
        shown = render.whole(reply)
        assert "911" in shown and "988" in shown


@pytest.mark.parametrize("text", ["i think my dad looks at kids", "i think my uncle looks at kids"])
def test_a_fear_about_another_is_not_taken_for_ones_own_doing(engine: Engine, text: str) -> None:
    reply = engine.reply(Incoming(text=text))
    assert "own_behavior" not in {reply.classification.topic, *topics(reply)}


def test_guarded_topics_are_those_that_accuse_frighten_or_erase() -> None:
    assert (
        frozenset({"own_behavior", "found_csam", "delete_chat", "language", "mandated_reporter", "esp_reporting"})
        == GUARDED
    )


# --- unsure --------------------------------------------------------------------------------


def test_unsure_offers_the_nearest_topics_as_questions(content: Content) -> None:
    reply = answer(content, alternatives=("sextortion", "none", "thanks", "report"))
    replies = content.languages["en"].replies
    assert [b.label for b in reply.buttons[:2]] == [replies["sextortion"].ask, replies["report"].ask]
    assert actions(reply)[-1] == "menu"
    assert reply.classification.topic == "none"
    assert "Is it one of these?" in reply.messages[0].text


def test_unsure_without_a_near_topic_shows_the_doors(content: Content) -> None:
    reply = answer(content, topic="sextortion")
    assert tuple(topics(reply)) == content.menu.starter_topics["teen"]
    assert reply.classification.topic == "none"
    assert "I may not have understood." in reply.messages[0].text


def test_what_is_surely_about_something_else_is_told_so(content: Content) -> None:
    reply = answer(content, off_topic=True)
    assert content.languages["en"].replies["none"].text.strip()[:30] in render.whole(reply)
    assert reply.messages[0].text.startswith("If you or someone else is in danger, call 911.")


def test_an_unsure_reply_to_a_truncated_message_says_so(content: Content) -> None:
    assert "I could only read the first part." in answer(content, truncated=True).messages[0].text


# --- safe words, presses -------------------------------------------------------------------


@pytest.mark.parametrize("word", ["help", "HELP ME!!", "  sos.", "auxilio", "¡Ayúdame!", "números"])
def test_a_safe_word_brings_the_numbers(content: Content, word: str) -> None:
    reply = answer(content, Incoming(text=word))
    assert reply.resources == (*EMERGENCY_RESOURCES, *content.menu.hotlines)
    assert [message.kind for message in reply.messages] == ["urgent", "numbers"]


@pytest.mark.parametrize("text", ["help him", "helpful", "", "!!"])
def test_a_safe_word_stands_alone(content: Content, text: str) -> None:
    assert answer(content, Incoming(text=text)).messages[0].kind == "unsure"


def test_a_topic_button_needs_no_classifier(content: Content) -> None:
    classifier = Says()
    reply = Engine(content, classifier).reply(Incoming(lang="es", topic="report"))
    assert classifier.asked == []
    assert (
        reply.classification.lang,
        reply.classification.tier,
        reply.classification.topic,
        reply.classification.score,
    ) == ("es", "answer", "report", 1.0)


def test_a_topic_for_adults_is_answered_to_an_adult(content: Content) -> None:
    assert answer(content, Incoming(lang="en", topic="my_child_is_victim")).classification.audience == "adult"


def test_the_topic_none_is_answered_as_unsure(content: Content) -> None:
    assert answer(content, Incoming(lang="en", topic="none")).classification.tier == "unsure"


@pytest.mark.parametrize(("audience", "field"), [(None, "more"), ("teen", "more"), ("adult", "adult_more")])
def test_more_shows_the_second_page(content: Content, audience: Any, field: str) -> None:
    reply = answer(content, Incoming(lang="en", topic="sextortion", action="more", audience=audience))
    assert reply.messages[0].text == getattr(content.languages["en"].replies["sextortion"], field).strip()
    assert reply.messages[0].small


@pytest.mark.parametrize("topic", [None, "nonsense"])
def test_more_of_nothing_shows_the_menu(content: Content, topic: str | None) -> None:
    assert answer(content, Incoming(lang="en", topic=topic, action="more")).classification.topic == "menu"


@pytest.mark.parametrize("action", ["media", "late"])
def test_what_cannot_be_read_opens_with_both_numbers(content: Content, action: Any) -> None:
    reply = answer(content, Incoming(lang="en", action=action))
    assert reply.classification.tier == "unsure"
    assert reply.messages[0].text.startswith("If you or someone else is in danger, call 911.")


def test_a_picture_brings_take_it_down(content: Content) -> None:
    assert answer(content, Incoming(lang="es", action="media")).resources == ("take_it_down",)


def test_not_meant_keeps_the_numbers_on_screen(content: Content) -> None:
    reply = answer(content, Incoming(lang="en", action="not_meant"))
    assert reply.messages[0].text.endswith("If it changes, 911 and 988 answer day and night.")
    assert tuple(topics(reply)) == content.menu.starter_topics["teen"]


@pytest.mark.parametrize("lang", ["en", "es"])
def test_the_last_resort_is_the_numbers(content: Content, lang: str) -> None:
    engine = Engine(content, Says())
    assert engine.last_resort(lang) == engine.reply(Incoming(lang=lang, action="numbers"))
    assert engine.last_resort("xx").classification.lang == "en"


# --- numbers and links ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("id_", "lang", "urls"),
    [
        ("emergency_911", "en", ["tel:911", "sms:911"]),
        ("lifeline_988", "en", ["tel:988", "sms:988"]),
        ("lifeline_988", "es", ["tel:988", "sms:988?&body=AYUDA"]),
        ("crisis_text_line", "en", ["sms:741741?&body=HOME"]),
        ("crisis_text_line", "es", ["sms:741741?&body=HOLA"]),
    ],
)
def test_ways_can_be_tapped(content: Content, id_: str, lang: str, urls: list[str]) -> None:
    (card,) = Engine(content, Says()).contacts(lang, [id_])
    assert [way.url for way in card.ways if way.kind in ("call", "text")] == urls


def test_a_long_number_is_dialled_with_its_country(content: Content) -> None:
    engine = Engine(content, Says())
    calls = {r: way.url for r in content.resources for way in engine.contacts("en", [r])[0].ways if way.kind == "call"}
    assert all(url.startswith("tel:+") or len(url) <= len("tel:123456") for url in calls.values()), calls


def test_every_resource_can_be_reached_in_every_language(content: Content) -> None:
    engine = Engine(content, Says())
    for lang in engine.langs:
        assert [card.id for card in engine.contacts(lang, content.resources) if not card.ways or not card.name] == []
