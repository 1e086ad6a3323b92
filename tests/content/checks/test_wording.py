"""Words that no reply may use. What `check` says of them is in tests/broken/unsafe_words and words_that_harm."""

import shutil
from pathlib import Path

import pytest

from bot.content.checks.wording import unsafe_words
from bot.content.load import read_raw

BASE = Path(__file__).parents[2] / "broken" / "_base"
REPLY = "content/replies/en/tell_adult.yaml"


@pytest.mark.parametrize(
    ("text", "harms"),
    [
        ("Forward it.", True),
        ("It is bad. Forward it.", True),
        ("What now? Forward it.", True),
        ("- Forward it.", True),
        ("Look forward.", False),
        ("Never forward it.", False),
        ("Forwarding is a crime.", False),
    ],
)
def test_first_words_count_at_the_beginning_of_a_sentence_only(tmp_path: Path, text: str, harms: bool) -> None:
    root = tmp_path / "root"
    shutil.copytree(BASE, root)
    wording = root / "content/wording.yaml"
    wording.write_text(wording.read_text("utf-8") + "first_words:\n  en:\n    forward: tell somebody\n", "utf-8")
    reply = (root / REPLY).read_text("utf-8").replace("Show them this screen.", text)
    (root / REPLY).write_text(reply.replace("Pick one person you trust. ", ""), "utf-8")
    problems = [str(problem) for problem in unsafe_words(read_raw(root))]
    assert problems == ([f'{REPLY}:5: "Forward" is not used here; instead: tell somebody'] if harms else [])
