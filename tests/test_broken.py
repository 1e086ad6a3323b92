"""Each folder in tests/broken/ is a mistake that an editor could make, and the exact words of `check` about it.

A folder holds only the files that differ from _base; removed.txt names the files that are taken away.
"""

import shutil
from datetime import date
from pathlib import Path

import pytest

from bot.content.check import check
from bot.content.load import load
from bot.content.yaml_reader import ContentError

BROKEN = Path(__file__).parent / "broken"
TODAY = date(2026, 11, 22)
NOT_CONTENT = ("expected.txt", "removed.txt")


def laid_over_base(name: str, folder: Path) -> Path:
    """A folder with the small right content and one mistake in it."""
    root = folder / "root"
    shutil.copytree(BROKEN / "_base", root)
    if name != "_base":
        shutil.copytree(BROKEN / name, root, dirs_exist_ok=True, ignore=shutil.ignore_patterns(*NOT_CONTENT))
    removed = BROKEN / name / "removed.txt"
    for file in removed.read_text("utf-8").split() if removed.exists() else ():
        (root / file).unlink()
    return root


@pytest.mark.parametrize("name", sorted(path.name for path in BROKEN.iterdir() if not path.name.startswith("_")))
def test_check_says(name: str, tmp_path: Path) -> None:
    report = check(laid_over_base(name, tmp_path), TODAY, strict=True)
    assert f"{report}\n" == (BROKEN / name / "expected.txt").read_text("utf-8")


def test_the_base_is_good(tmp_path: Path) -> None:
    report = check(laid_over_base("_base", tmp_path), TODAY)
    assert str(report) == "All good: 4 topics in 2 languages, 33 messages, 4 resources, oldest check 2026-10-01."


@pytest.mark.parametrize(
    "name", ["yaml_tab", "reply_missing", "resource_unknown", "placeholder_unknown", "urgent_missing"]
)
def test_what_is_not_whole_is_not_loaded(name: str, tmp_path: Path) -> None:
    with pytest.raises(ContentError) as caught:
        load(laid_over_base(name, tmp_path))
    assert caught.value.problems
    assert str(caught.value).splitlines() == [str(problem) for problem in caught.value.problems]
