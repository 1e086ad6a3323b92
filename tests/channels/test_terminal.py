"""A talk in the terminal, with an ear that knows three messages."""

import io

import pytest

from bot.channels import terminal
from bot.dialogue import Classification
from bot.engine import Engine
from bot.nlu import explain
from bot.nlu.classify import MessageClassifier
from bot.schema import Content

KNOWN = {
    "i want to die": Classification("en", "alert", safety=("suicide",)),
    "he has my pics": Classification("en", "answer", topic="sextortion", score=0.9),
    "me tiene amenazada": Classification("es", "answer", topic="sextortion", score=0.9),
}


class FakeClassifier:
    """Understands the known messages, and keeps which hint came with each."""

    def __init__(self) -> None:
        self.hints: list[str | None] = []

    def classify(self, text: str, hint: str | None = None) -> Classification:
        self.hints.append(hint)
        return KNOWN.get(text, Classification(hint or "en", "unsure"))


def talk(content: Content, *lines: str, ear: FakeClassifier | None = None) -> str:
    target = io.StringIO()
    typed = io.StringIO("".join(f"{line}\n" for line in lines))
    assert terminal.talk(Engine(content, ear or FakeClassifier()), typed, target) == 0
    return target.getvalue()


def test_it_says_how_to_use_it_and_ends_with_the_input(content: Content) -> None:
    assert talk(content) == (
        "Write a message and press Enter. A number presses a button. Ctrl-D ends. Nothing is kept.\n> \n"
    )


def test_an_alert_opens_with_the_numbers(content: Content) -> None:
    said = talk(content, "i want to die").split("> ", 1)[1]
    assert said.startswith("\nCall 911 if you or someone else is in danger right now.")
    assert "\n  1. Not what I meant\n" in said


def test_a_number_presses_the_button(content: Content) -> None:
    said = talk(content, "he has my pics", "1")
    more = content.languages["en"].replies["sextortion"].more.strip()
    assert more.splitlines()[0] in said


def test_a_number_without_a_button_is_a_message(content: Content) -> None:
    ear = FakeClassifier()
    talk(content, "0", "988", ear=ear)
    assert ear.hints == [None, "en"]


def test_the_language_of_one_reply_is_the_hint_for_the_next(content: Content) -> None:
    ear = FakeClassifier()
    said = talk(content, "me tiene amenazada", "???", ear=ear)
    assert ear.hints == [None, "es"]
    assert content.languages["es"].shared.unsure in said


@pytest.mark.parametrize("line", ["", "   ", "\t"])
def test_an_empty_line_says_nothing(content: Content, line: str) -> None:
    assert talk(content, line).count("> ") == 2
    assert "911" not in talk(content, line)


def test_why_shows_what_was_read_and_the_nearest_lines(engine: Engine) -> None:
    assert isinstance(engine.classifier, MessageClassifier)
    lines = explain.why(engine.classifier, "i want to kms").splitlines()
    assert lines[0] == "read as     i want to kill myself"
    assert lines[2].startswith("tier        alert")
    assert any(line.startswith("  phrase    suicide: content/safety/en.yaml:") for line in lines)
    near = [line for line in lines if line.startswith("  near ")]
    assert len(near) == 6
    scores = [float(line.split()[1]) for line in near]
    assert scores == sorted(scores, reverse=True)


def test_why_of_nothing(engine: Engine) -> None:
    assert isinstance(engine.classifier, MessageClassifier)
    assert explain.why(engine.classifier, "").startswith("read as     (nothing)\n")
    assert explain.nearest(engine.classifier, "") == []
