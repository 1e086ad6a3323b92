"""Folders -> Content. What is refused, and how it is told, is in tests/broken/."""

import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from bot.content.load import default_root, load, read_raw
from bot.content.yaml_reader import ContentError
from bot.dialogue import KINDS
from bot.schema import Content, LabelledPhrase, Phrase

BASE = Path(__file__).parents[1] / "broken" / "_base"


@pytest.fixture(scope="module")
def content() -> Content:
    return load(BASE)


@pytest.fixture
def copy(tmp_path: Path) -> Callable[[str, str], Path]:
    """A copy of the base in which a file says something else; called again, another one too."""
    root = tmp_path / "root"
    shutil.copytree(BASE, root)

    def changed(file: str, text: str) -> Path:
        (root / file).parent.mkdir(parents=True, exist_ok=True)
        (root / file).write_text(text, "utf-8")
        return root

    return changed


def test_languages_are_the_folders_of_replies(content: Content) -> None:
    assert list(content.languages) == ["en", "es"]


def test_topics_keep_their_order_and_what_they_must_show(content: Content) -> None:
    assert list(content.topics) == ["sextortion", "tell_adult", "what_is_csam", "none"]
    assert content.topics["sextortion"].must == ("cybertipline", "take_it_down")


def test_resources_are_text_and_dates(content: Content) -> None:
    lifeline = content.resources["lifeline_988"]
    assert (lifeline.call, lifeline.press, lifeline.say) == ("988", {"es": "2"}, {"es": "AYUDA"})
    assert lifeline.checked == date(2026, 11, 1)


def test_replies_lose_the_line_end_of_their_block(content: Content) -> None:
    assert content.languages["en"].replies["tell_adult"].text == (
        "You don't have to do this alone.\nPick one person you trust. Show them this screen."
    )


def test_messages_carry_their_line(content: Content) -> None:
    assert content.languages["en"].intents["sextortion"] == (
        Phrase("someone has my nudes and wants money", "intents/en/sextortion.yaml:3"),
        Phrase("he said: pay me or it goes to your mom", "intents/en/sextortion.yaml:4"),
    )


def test_safety_words_have_every_kind(content: Content) -> None:
    safety = content.languages["en"].safety
    assert tuple(safety.says) == tuple(safety.idioms) == tuple(safety.bank) == KINDS
    assert safety.says["suicide"][0] == Phrase("i want to die", "content/safety/en.yaml:3")
    assert safety.idioms["suicide"] == (Phrase("dying of laughter", "content/safety/en.yaml:6"),)
    assert safety.idioms["abuse"] == ()
    assert safety.bank["abuse"] == (Phrase("my stepdad hit me again", "content/safety/en/abuse.yaml:2"),)
    assert [phrase.text for phrase in safety.harmless] == ["this homework is killing me", "what is 988"]


def test_harmless_messages_may_stand_in_several_files(copy: Callable[[str, str], Path]) -> None:
    root = copy("content/safety/en/harmless_games.yaml", "says: |\n  i died again on level 3\n")
    assert [phrase.source for phrase in load(root).languages["en"].safety.harmless] == [
        "content/safety/en/harmless.yaml:2",
        "content/safety/en/harmless.yaml:3",
        "content/safety/en/harmless_games.yaml:2",
    ]


def test_concepts_are_lists_or_blocks(copy: Callable[[str, str], Path]) -> None:
    root = copy("intents/en/_concepts.yaml", "pictures: [pics, nudes]\nmoney: |\n  cash\n  gift card\n")
    assert load(root).languages["en"].concepts == {
        "pictures": (Phrase("pics", "intents/en/_concepts.yaml:1"), Phrase("nudes", "intents/en/_concepts.yaml:1")),
        "money": (Phrase("cash", "intents/en/_concepts.yaml:3"), Phrase("gift card", "intents/en/_concepts.yaml:4")),
    }


def test_spellings_lead_to_the_full_words(copy: Callable[[str, str], Path]) -> None:
    root = copy("intents/en/_spellings.yaml", 'you: u ya\n"two": "2"\nright now: rn\nyour: u\n')
    assert load(root).languages["en"].spellings == {"u": "you", "ya": "you", "2": "two", "rn": "right now"}


def test_schools_are_called_as_their_files(content: Content) -> None:
    assert content.schools["example"].contact["es"] == "la consejera en el salón 114"


def test_a_reply_for_grown_ups(copy: Callable[[str, str], Path]) -> None:
    file = "content/replies/en/tell_adult.yaml"
    root = copy(file, (BASE / file).read_text("utf-8") + "for: adult\n")
    assert load(root).languages["en"].replies["tell_adult"].reader == "adult"


def test_hidden_files_and_leftovers_of_editors_are_passed_over(copy: Callable[[str, str], Path]) -> None:
    root = copy("intents/en/.DS_Store", "x")
    copy("intents/en/sextortion.yaml~", "x")
    copy("intents/en/README.md", "x")
    assert load(root) == load(BASE)


def test_all_problems_come_at_once_in_the_order_of_files(copy: Callable[[str, str], Path]) -> None:
    copy("intents/es/tell_adult.yaml", "says: [a]\n")
    root = copy("content/topics.yaml", "none:\n  mean: anything else\n")
    with pytest.raises(ContentError) as caught:
        load(root)
    assert [str(problem) for problem in caught.value.problems if "no topic" not in problem.sentence] == [
        'content/topics.yaml:1: "means" is missing',
        'content/topics.yaml:2: "mean" is not a field here; did you mean "means"?',
        'intents/es/tell_adult.yaml:1: write "says: |" and then one message per line, each with two more spaces '
        'in front than "says"',
    ]


def test_an_empty_folder_says_what_is_missing(tmp_path: Path) -> None:
    with pytest.raises(ContentError) as caught:
        load(tmp_path)
    assert str(caught.value).splitlines() == [
        "content/menu.yaml:1: this file is missing",
        "content/replies:1: there is no language here; make a folder such as en/",
        "content/resources.yaml:1: this file is missing",
        "content/topics.yaml:1: this file is missing",
    ]


def test_what_can_be_read_can_be_used_while_the_rest_is_being_written(copy: Callable[[str, str], Path]) -> None:
    root = copy("content/replies/es/_shared.yaml", "language: Español\n")
    raw = read_raw(root)
    assert raw.problems
    assert list(raw.content().languages) == ["en"]


def test_the_built_in_folders_are_there() -> None:
    assert (default_root() / "content" / "topics.yaml").is_file()
    assert (default_root() / "intents").is_dir()


def test_labelled_messages_carry_all_their_topics_and_kinds(copy: Callable[[str, str], Path]) -> None:
    groups = (
        "- topics: [sextortion, tell_adult]\n  safety: [danger, suicide]\n  says: |\n    he wants money and i cant go on\n"
        "- safety: [abuse]\n  says: |\n    it happened again last night\n"
    )
    copy("intents/en/everyday/texts.yaml", "- topics: [none]\n  says: |\n    running late, order for me\n")
    root = copy("intents/en/stories/first.yaml", groups)
    story, talk = "intents/en/stories/first.yaml", "intents/en/everyday/texts.yaml"
    assert sorted(load(root).languages["en"].labelled, key=lambda phrase: phrase.source) == [
        LabelledPhrase("running late, order for me", f"{talk}:3", "everyday", (), ("none",)),
        LabelledPhrase(
            "he wants money and i cant go on",
            f"{story}:4",
            "stories",
            ("danger", "suicide"),
            ("sextortion", "tell_adult"),
        ),
        LabelledPhrase("it happened again last night", f"{story}:7", "stories", ("abuse",), ()),
    ]


def test_careful_messages_are_kept_apart(copy: Callable[[str, str], Path]) -> None:
    root = copy("content/safety/en/careful.yaml", "says: |\n  everything is too much\n")
    safety = load(root).languages["en"].safety
    assert safety.careful == (Phrase("everything is too much", "content/safety/en/careful.yaml:2"),)
    assert safety.careful[0] not in safety.harmless


def test_signs_stand_beside_the_messages_of_a_topic(copy: Callable[[str, str], Path]) -> None:
    file = "intents/en/sextortion.yaml"
    lines = len((BASE / file).read_text("utf-8").splitlines())
    root = copy(file, (BASE / file).read_text("utf-8") + "signs: |\n  blackmail\n  wants money\n")
    english = load(root).languages["en"]
    assert english.signs["sextortion"] == (
        Phrase("blackmail", f"{file}:{lines + 2}"),
        Phrase("wants money", f"{file}:{lines + 3}"),
    )
    assert english.signs["tell_adult"] == ()
    assert english.intents["sextortion"] == load(BASE).languages["en"].intents["sextortion"]


def test_other_languages_are_loaded_where_there_are_any(copy: Callable[[str, str], Path], content: Content) -> None:
    assert content.other_languages == {}
    written = (
        "pt:\n  name: Portuguese\n  own_name: Português\n  script: latin\n  says:\n    suicide: |\n      quero morrer\n"
        "  not: |\n    morrer de rir\n  line: Ligue {emergency_911.call} ou {lifeline_988.call}.\n"
    )
    found = load(copy("content/other_languages.yaml", written)).other_languages["pt"]
    assert (found.name, found.own_name, found.script) == ("Portuguese", "Português", "latin")
    assert found.says["suicide"].splitlines() == ["quero morrer"]
    assert found.sayings.splitlines() == ["morrer de rir"]
