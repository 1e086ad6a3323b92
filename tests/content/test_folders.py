"""Which files hold content. What `check` says of the others is in tests/broken/file_*."""

from pathlib import Path

import pytest

from bot.content.folders import original_of, subfolders, yaml_files
from bot.content.yaml_reader import Problem


@pytest.mark.parametrize(
    "copy",
    [
        "lincoln copy.yaml",
        "lincoln copy 2.yaml",
        "lincoln - Copy.yaml",
        "lincoln - Copy (3).yaml",
        "lincoln - copia.yaml",
        "Copy of lincoln.yaml",
        "copia de lincoln.yaml",
        "lincoln (1).yaml",
        "lincoln(1).yaml",
        "lincoln 2.yaml",
        "lincoln.yaml.txt",
        "lincoln.yml",
    ],
)
def test_a_copy_is_known_by_its_name(tmp_path: Path, copy: str) -> None:
    (tmp_path / "lincoln.yaml").touch()
    (tmp_path / copy).touch()
    assert original_of(tmp_path / copy) == "lincoln.yaml"


@pytest.mark.parametrize(
    "name", ["lincoln.yaml", "lincoln-2.yaml", "lincoln_copy.yaml", "lincolncopy.yaml", "oak (1).yaml"]
)
def test_a_file_of_its_own_is_no_copy(tmp_path: Path, name: str) -> None:
    (tmp_path / "lincoln.yaml").touch()
    (tmp_path / name).touch()
    assert original_of(tmp_path / name) is None


def test_files_that_are_not_read_are_reported(tmp_path: Path) -> None:
    for name in ("b.yaml", "a.yaml", "notes.txt", ".hidden.yaml", "a.yaml~", "README.md"):
        (tmp_path / name).touch()
    (tmp_path / "old").mkdir()
    found, problems = yaml_files(tmp_path.parent, tmp_path.name)
    assert found == [("a", f"{tmp_path.name}/a.yaml"), ("b", f"{tmp_path.name}/b.yaml")]
    assert problems == [
        Problem(f"{tmp_path.name}/notes.txt", 1, "this isn't read; a file here is called notes.yaml"),
        Problem(f"{tmp_path.name}/old", 1, "this folder isn't read"),
    ]


def test_a_folder_that_is_not_there_is_empty(tmp_path: Path) -> None:
    assert subfolders(tmp_path / "none") == []
    assert yaml_files(tmp_path, "none") == ([], [])
