"""YAML as plain text values that remember their line. The words of its complaints are in tests/broken/yaml_*."""

from pathlib import Path

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.content import yaml_reader
from bot.content.yaml_reader import Problem, YamlFile, phrases, read_yaml
from bot.schema import Phrase


def yaml_file(folder: Path, text: str) -> YamlFile:
    path = folder / "a.yaml"
    path.write_text(text, "utf-8")
    read, problems = read_yaml(path, "a.yaml")
    assert problems == []
    assert read is not None
    return read


@pytest.mark.parametrize("written", ["988", "no", "10:30", "1e3", "2026-11-22", "~", "0x1F", "1_000", "Null"])
def test_every_value_is_text(tmp_path: Path, written: str) -> None:
    assert yaml_file(tmp_path, f"call: {written}\n").values == {"call": written}


def test_every_name_is_text(tmp_path: Path) -> None:
    assert yaml_file(tmp_path, "on: a\n988: b\nno: c\n").names() == ("on", "988", "no")


def test_lines_of_names_and_items(tmp_path: Path) -> None:
    read = yaml_file(tmp_path, "# first\none:\n  two: x\n\n  three:\n    - a\n    - b\n  four: [c,\n    d]\n")
    assert read.line("one") == 2
    assert read.line("one", "two") == 3
    assert read.items("one", "three") == (("a", 6), ("b", 7))
    assert read.items("one", "four") == (("c", 8), ("d", 9))


def test_what_is_not_there_has_the_line_of_what_is_around_it(tmp_path: Path) -> None:
    read = yaml_file(tmp_path, "a: b\none:\n  two: x\n")
    assert read.line("one", "missing", 3) == 2
    assert read.line("missing") == 1
    assert (read.get("one", "missing"), read.text("one"), read.items("a"), read.names("a")) == (None, "", (), ())


def test_rows_of_a_block_have_their_own_lines(tmp_path: Path) -> None:
    read = yaml_file(tmp_path, "text: |\n\n  first\n\n    second, further in\nmore: one row\n")
    assert list(read.rows("text")) == [("first", 3), ("second, further in", 5)]
    assert list(read.rows("more")) == [("one row", 6)]
    assert list(read.rows("missing")) == []


def test_each_message_knows_where_it_stands(tmp_path: Path) -> None:
    read = yaml_file(
        tmp_path,
        '# pictures\nsays: |\n  # first minutes\n  he said: pay me\n\n  #help\n  #\n  it\'s "over" & *done*\n',
    )
    assert phrases(read, "says") == (
        Phrase("he said: pay me", "a.yaml:4"),
        Phrase("#help", "a.yaml:6"),
        Phrase('it\'s "over" & *done*', "a.yaml:8"),
    )


def test_emoji_and_windows_line_ends_keep_the_lines_right(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_bytes("\ufeffsays: |\r\n  help 😭\r\n  adiós 🧿🪬\r\n".encode())
    read, problems = read_yaml(path, "a.yaml")
    assert problems == []
    assert read is not None
    assert phrases(read, "says") == (Phrase("help 😭", "a.yaml:2"), Phrase("adiós 🧿🪬", "a.yaml:3"))


def test_the_line_ends_of_an_old_mac_are_line_ends_too(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_bytes(b"says: |\r  one\r  two\r")
    read, problems = read_yaml(path, "a.yaml")
    assert problems == []
    assert read is not None
    assert phrases(read, "says") == (Phrase("one", "a.yaml:2"), Phrase("two", "a.yaml:3"))


def test_a_comment_behind_a_text_is_remarked_and_the_file_is_read(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_text("a: room #114\nb: room#114\nc: 'room #114'\nd: |\n  room #114\ne: [x, y] # two\n", "utf-8")
    read, problems = read_yaml(path, "a.yaml")
    assert problems == []
    assert read is not None
    assert read.values == {"a": "room", "b": "room#114", "c": "room #114", "d": "room #114\n", "e": ["x", "y"]}
    assert [problem.line for problem in read.remarks] == [1]


def test_texts_of_several_lines_without_a_sign_run_together(tmp_path: Path) -> None:
    read = yaml_file(tmp_path, "a: one\n  two\nb: |\n  one\n  two\nc: >\n  one\n  two\nd: one\n")
    assert read.run_together == {("a",)}


def test_the_block_above_a_field(tmp_path: Path) -> None:
    read = yaml_file(tmp_path, "a: |\n  one\nb: two\nc:\n  d: |\n    three\ne: [x]\nf: four\n")
    assert {name: read.block_before(name) for name in read.names()} == {
        "a": None,
        "b": "a",
        "c": None,
        "e": "d",
        "f": None,
    }
    assert (read.block_before(), read.block_before("missing")) == (None, None)


def test_a_list_where_one_is_expected(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_text("- says: |\n    one\n    two\n  topic: none\n", "utf-8")
    read, problems = read_yaml(path, "a.yaml", list)
    assert problems == []
    assert read is not None
    assert phrases(read, 0, "says") == (Phrase("one", "a.yaml:2"), Phrase("two", "a.yaml:3"))


def test_fields_where_a_list_is_expected(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_text("says: one\n", "utf-8")
    assert read_yaml(path, "a.yaml", list) == (
        None,
        [Problem("a.yaml", 1, 'a list is expected here: each entry begins with "- "')],
    )


def test_a_file_that_is_gone(tmp_path: Path) -> None:
    read, problems = read_yaml(tmp_path / "a.yaml", "a.yaml")
    assert read is None
    assert [str(problem) for problem in problems] == ["a.yaml:1: this file can't be opened: No such file or directory"]


@pytest.mark.parametrize(
    "text",
    [
        "a: b: c\n",
        "\ta: b\n",
        'a: "b\n',
        "a: [b\n",
        "a: b\n  c: d\n",
        "a: @b\n",
        "a: b\nc\nd: e\n",
        "a: 'b'c\n",
        "a: |\n  b\nc\nd: e\n",
        "a: |\n    b\n  c\nd: e\n",
        "a: |\n  b\n# c\n  d\n",
        "a: b #c\n  d\n",
        "a: [b #c, d]\n",
        "a: b\n  Cc: d\n",
    ],
)
def test_the_words_do_not_depend_on_the_parser_that_is_installed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    path = tmp_path / "a.yaml"
    path.write_text(text, "utf-8")
    told = read_yaml(path, "a.yaml")
    monkeypatch.setattr(yaml_reader, "_FAST", yaml.BaseLoader)
    assert read_yaml(path, "a.yaml") == told
    assert told[0] is None
    assert len(told[1]) == 1


@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.text(alphabet=" \t\n:-#|>'\"[]{}&*!@%,?\\aé\u2028\x07😭", max_size=40))
def test_whatever_is_written_is_read_or_told_never_a_crash(tmp_path: Path, text: str) -> None:
    path = tmp_path / "a.yaml"
    path.write_text(text, "utf-8")
    read, problems = read_yaml(path, "a.yaml")
    assert read or problems
    assert all(1 <= problem.line <= text.count("\n") + 1 for problem in problems)
