"""Names of files. What `check` says is in tests/broken/school_file_name and file_in_a_wrong_folder."""

import shutil
from pathlib import Path

import pytest

from bot.content.checks.file_names import misplaced_files, school_names
from bot.content.load import read_raw

BASE = Path(__file__).parents[2] / "broken" / "_base"


@pytest.mark.parametrize(
    ("name", "better"),
    [
        ("Lincoln", "lincoln"),
        ("são josé", "sao-jose"),
        ("oak_hill", "oak-hill"),
        ("x" * 65, "x" * 64),
        ("学校", "our-school"),
    ],
)
def test_a_name_that_cannot_stand_in_a_link_gets_a_better_one(tmp_path: Path, name: str, better: str) -> None:
    root = tmp_path / "root"
    shutil.copytree(BASE, root)
    (root / "content/schools/example.yaml").rename(root / f"content/schools/{name}.yaml")
    problems = list(school_names(read_raw(root)))
    assert len(problems) == 1
    assert problems[0].sentence.endswith(f"call it {better}.yaml")


@pytest.mark.parametrize("name", ["lincoln", "lincoln-high-2", "2", "x" * 64])
def test_a_name_that_can_stand_in_a_link_is_fine(tmp_path: Path, name: str) -> None:
    root = tmp_path / "root"
    shutil.copytree(BASE, root)
    (root / "content/schools/example.yaml").rename(root / f"content/schools/{name}.yaml")
    assert list(school_names(read_raw(root))) == []


def test_every_file_of_the_built_in_content_is_read() -> None:
    assert list(misplaced_files(read_raw(Path(__file__).parents[3]))) == []
