"""YAML as plain text values that remember their line.

Nothing is guessed from how a value looks: 988 is text, "no" is text, 10:30 is text.
"""

import codecs
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from bot.content.yaml_errors import CUT_OFF, cut_off, explain, first_sign
from bot.schema import Phrase

#: The names and numbers that lead to a value: ("sextortion", "must", 0) is the first item of the list there.
FieldPath = tuple[str | int, ...]
# libyaml is some thirty times faster; the words of its complaints differ, so those are always taken from BaseLoader.
_FAST: Any = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
#: What might be an anchor, an alias or a tag; most often it is a message that begins with a star.
_MAYBE_MARK = re.compile(r"(?m)(?:^|[:,\[{-])[ ]*[&*!]\S")
#: How files of word processors begin: RTF, docx and odt (which are ZIP archives), doc.
_DOCUMENTS = (b"{\\rtf", b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
#: Characters that YAML takes for the end of a line and editors don't: all line numbers after one would be wrong.
_HIDDEN_BREAK = re.compile("[\x85\u2028\u2029]")
#: Invisible characters that come with pasted words; some reverse the direction of a line. Joiners (U+200C, U+200D) are
#: not among them: Persian and emoji need them.
_HIDDEN_CHARACTER = re.compile("[\xad\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]")
_HIDDEN_SPACE = re.compile("[\xa0\u2000-\u200a\u202f\u205f\u3000]")
#: What an accent or a curly quote looks like after UTF-8 was opened in another encoding and saved: "telÃ©fono".
_BROKEN_LETTER = re.compile("[ÂÃ][\x80-\xbf€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ]|â€.?|\ufffd")


@dataclass(frozen=True, order=True)
class Problem:
    """One fault: the place, and a sentence with the next step."""

    file: str
    line: int
    sentence: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.sentence}"


class ContentError(Exception):
    """The content can't be used; `problems` are all that were found, and the message is one line for each."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems = problems


@dataclass(frozen=True)
class YamlFile:
    """One file as it was read: its values, all of them text, and the line of each."""

    file: str
    values: Any
    lines: Mapping[FieldPath, int]
    blocks: Mapping[FieldPath, int]  # for each `|` block: the line of its first row
    run_together: frozenset[FieldPath]  # texts of several lines without `|` or `>`: they are read as one line
    remarks: tuple[Problem, ...]  # readable but hardly meant; reported by `check`, no reason not to load

    def line(self, *path: str | int) -> int:
        """The line of a value, or of the nearest thing around it that exists."""
        while path not in self.lines:
            path = path[:-1]
        return self.lines[path]

    def get(self, *path: str | int) -> Any:
        """The value at a path, None if there is nothing."""
        value = self.values
        for step in path:
            if isinstance(value, str):
                return None
            try:
                value = value[step]
            except (KeyError, IndexError, TypeError):
                return None
        return value

    def text(self, *path: str | int) -> str:
        """The text at a path, empty if there is none."""
        value = self.get(*path)
        return value.strip() if isinstance(value, str) else ""

    def names(self, *path: str | int) -> tuple[str, ...]:
        """The names of the fields at a path."""
        value = self.get(*path)
        return tuple(value) if isinstance(value, dict) else ()

    def items(self, *path: str | int) -> tuple[tuple[str, int], ...]:
        """The texts of a list, each with its line."""
        value = self.get(*path)
        if not isinstance(value, list):
            return ()
        return tuple((item, self.line(*path, n)) for n, item in enumerate(value) if isinstance(item, str))

    def rows(self, *path: str | int) -> Iterator[tuple[str, int]]:
        """The rows of a text that aren't empty, each with its line."""
        value = self.get(*path)
        if not isinstance(value, str):
            return
        if path not in self.blocks:
            yield value.strip(), self.line(*path)
            return
        for line, row in enumerate(value.split("\n"), self.blocks[path]):
            if row := row.strip():
                yield row, line

    def block_before(self, *path: str | int) -> str | None:
        """The name of the `|` block that ends straight above a field, None if something else stands there."""
        names = self.names(*path[:-1])
        index = names.index(str(path[-1])) if path and path[-1] in names else 0
        if index == 0:
            return None
        above = (*path[:-1], names[index - 1])
        while inside := self.names(*above):
            above = (*above, inside[-1])
        return str(above[-1]) if above in self.blocks else None

    def problem(self, sentence: str, *path: str | int) -> Problem:
        """A problem at a path in this file."""
        return Problem(self.file, self.line(*path), sentence)


def read_yaml(
    path: Path, file: str, expect: type[dict[Any, Any]] | type[list[Any]] = dict
) -> tuple[YamlFile | None, list[Problem]]:
    """A file's values (None if it can't be read at all) and what is wrong with it; `file` is its name in sentences."""
    try:
        text = _decoded(path.read_bytes(), file)
    except OSError as error:
        return None, [Problem(file, 1, f"this file can't be opened: {error.strerror}")]
    if isinstance(text, Problem):
        return None, [text]
    try:
        if marked := _refused_mark(text):
            return None, [Problem(file, *marked)]
        node = yaml.compose(text, Loader=_FAST)
    except yaml.YAMLError as error:
        return None, [Problem(file, *explain(text, error))]
    if node is None:
        return None, [Problem(file, 1, "this file is empty; fill it in or delete it")]
    converter = _Converter(file, text)
    values = converter.value(node, ())
    if not isinstance(values, expect):
        return None, [Problem(file, node.start_mark.line + 1, _not_expected(values, expect))]
    remarks = (*converter.remarks, *_strange_characters(file, text))
    run_together = frozenset(converter.run_together)
    return YamlFile(file, values, converter.lines, converter.blocks, run_together, remarks), converter.problems


def phrases(yaml_file: YamlFile, *path: str | int) -> tuple[Phrase, ...]:
    """The messages of a `|` block, one per row; rows that begin with "# " are for editors only."""
    file = yaml_file.file
    return tuple(
        Phrase(row, f"{file}:{line}") for row, line in yaml_file.rows(*path) if row != "#" and not row.startswith("# ")
    )


def _decoded(data: bytes, file: str) -> str | Problem:
    """The text of a file with "\\n" at the end of each line, whichever system wrote it; a byte order mark is dropped."""
    if data.startswith(_DOCUMENTS):
        return Problem(file, 1, "this was saved as a document; save it again as plain text with the encoding UTF-8")
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) or data.count(b"\0") > len(data) // 4:
        return Problem(file, 1, 'this file is in UTF-16 ("Unicode"); save it again with the encoding UTF-8')
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        return Problem(file, line, "this line isn't in UTF-8; save the file again with the encoding UTF-8")
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if found := _HIDDEN_BREAK.search(text):
        sentence = f"there is a hidden line break (U+{ord(found[0]):04X}) in this line; delete it and press Enter there"
        return Problem(file, text.count("\n", 0, found.start()) + 1, sentence)
    return text


def _strange_characters(file: str, text: str) -> Iterator[Problem]:
    """Characters that can't be seen, and what a wrong encoding made of accents: the first one of each line."""
    if text.isascii():
        return
    for line, row in enumerate(text.split("\n"), 1):
        if row.isascii():
            continue
        if found := _HIDDEN_CHARACTER.search(row):
            sentence = f"there is a character here that can't be seen (U+{ord(found[0]):04X}); delete it"
        elif found := _HIDDEN_SPACE.search(row):
            sentence = f"there is a space of another kind here (U+{ord(found[0]):04X}); delete it and type a space"
        elif found := _BROKEN_LETTER.search(row):
            sentence = f'"{found[0]}" was another letter before the file was saved in a wrong encoding; type it again'
        else:
            continue
        yield Problem(file, line, sentence)


class _Converter:
    """Turns the parser's nodes into values, noting lines and faults on the way."""

    def __init__(self, file: str, text: str) -> None:
        self.file = file
        self.lines: dict[FieldPath, int] = {(): 1}
        self.blocks: dict[FieldPath, int] = {}
        self.run_together: list[FieldPath] = []
        self.problems: list[Problem] = []
        self.remarks: list[Problem] = []
        self._rows = text.split("\n")

    def value(self, node: Any, path: FieldPath) -> Any:
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, path)
        if isinstance(node, yaml.SequenceNode):
            return [self._item(child, (*path, n)) for n, child in enumerate(node.value)]
        return self._text(node, path)

    def _item(self, node: Any, path: FieldPath) -> Any:
        self.lines[path] = node.start_mark.line + 1
        return self.value(node, path)

    def _mapping(self, node: Any, path: FieldPath) -> dict[str, Any]:
        values: dict[str, Any] = {}
        for key, child in node.value:
            line = key.start_mark.line + 1
            if not isinstance(key, yaml.ScalarNode):
                self._fault(line, "a field's name is one word followed by a colon; this is a list or a group")
            elif key.value in values:
                self._fault(line, f'"{key.value}" is here twice; keep one')
            else:
                self.lines[(*path, key.value)] = line
                values[key.value] = self.value(child, (*path, key.value))
        return values

    def _text(self, node: Any, path: FieldPath) -> str:
        text: str = node.value
        if node.style == "|":
            self.blocks[path] = node.start_mark.line + 2
        elif node.style != ">" and node.start_mark.line != node.end_mark.line:
            self.run_together.append(path)
        unquoted = node.style is None or node.style == ""
        if not text.strip() and node.style not in ("'", '"'):
            line = self.lines.get(path, 1)
            self._fault(line, self._empty(path, self._rows[line - 1]))
        elif unquoted and cut_off(self._rows[node.end_mark.line][node.end_mark.column :]):
            self.remarks.append(Problem(self.file, node.end_mark.line + 1, CUT_OFF))
        return text

    def _empty(self, path: FieldPath, row: str) -> str:
        if re.search(r"(?::|^\s*-)\s+#\S", row):
            return CUT_OFF
        if path and re.fullmatch(r"\w+\.\w+", str(path[-1])):
            return first_sign("{")  # {lifeline_988.call} alone: to YAML a group with one name
        if path and isinstance(path[-1], str):
            return f'"{path[-1]}" is empty; write something after the colon, or take the line out'
        return "there is nothing here; write something, or take the line out"

    def _fault(self, line: int, sentence: str) -> None:
        self.problems.append(Problem(self.file, line, sentence))


def _not_expected(values: Any, expect: type) -> str:
    if expect is list:
        return 'a list is expected here: each entry begins with "- "'
    if isinstance(values, list):
        return 'a list stands here, where lines such as "name: words" are expected'
    return 'these are only words, where lines such as "name: words" are expected'


def _refused_mark(text: str) -> tuple[int, str] | None:
    if not _MAYBE_MARK.search(text):
        return None
    for token in yaml.scan(text, Loader=_FAST):
        line = token.start_mark.line + 1
        if isinstance(token, (yaml.AnchorToken, yaml.AliasToken)):
            sign = "&" if isinstance(token, yaml.AnchorToken) else "*"
            return (
                line,
                f'"{sign}" makes a shortcut to another place here; write the words out, or put them in "double quotes"',
            )
        if isinstance(token, yaml.TagToken):
            return line, first_sign("!")
    return None
