"""YAML as plain text values that remember their line.

Nothing is guessed from how a value looks: 988 is text, "no" is text, 10:30 is text. Whatever the parser complains
about is told in the words of somebody who edits sentences, not software.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from bot.schema import Phrase

FieldPath = tuple[str | int, ...]
# libyaml is some thirty times faster; the words of its complaints differ, so those are always taken from BaseLoader.
_FAST: Any = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
#: What might be an anchor, an alias or a tag; most often it is a message that begins with a star.
_MAYBE_MARK = re.compile(r"(?m)(?:^|[:,\[{-])[ ]*[&*!]\S")
#: A placeholder that opens a text: to YAML a group of fields.
_PLACEHOLDER_FIRST = re.compile(r":\s+\{\w+(?:\.\w+)?\}")
#: Characters that YAML takes for the end of a line and editors don't: all line numbers after one would be wrong.
_HIDDEN_BREAK = re.compile("[\x85\u2028\u2029]")


@dataclass(frozen=True, order=True)
class Problem:
    """One fault: the place, and a sentence with the next step."""

    file: str
    line: int
    sentence: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.sentence}"


class ContentError(Exception):
    """The content can't be used; carries every problem that was found."""

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

    def line(self, *path: str | int) -> int:
        """The line of a value, or of the nearest thing around it that exists."""
        while path not in self.lines:
            path = path[:-1]
        return self.lines[path]

    def get(self, *path: str | int) -> Any:
        """The value at a place, None if there is nothing."""
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
        """The text at a place, empty if there is none."""
        value = self.get(*path)
        return value.strip() if isinstance(value, str) else ""

    def names(self, *path: str | int) -> tuple[str, ...]:
        """The names of the fields at a place."""
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

    def problem(self, sentence: str, *path: str | int) -> Problem:
        """A problem at a place in this file."""
        return Problem(self.file, self.line(*path), sentence)


def read_yaml(
    path: Path, file: str, expect: type[dict[Any, Any]] | type[list[Any]] = dict
) -> tuple[YamlFile | None, list[Problem]]:
    """A file's values (None if it can't be read at all) and what is wrong with it; `file` is its name in sentences."""
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        return None, [Problem(file, line, "this line isn't in UTF-8; save the file again with the encoding UTF-8")]
    except OSError as error:
        return None, [Problem(file, 1, f"this file can't be opened: {error.strerror}")]
    if found := _HIDDEN_BREAK.search(text):
        sentence = f"there is a hidden line break (U+{ord(found[0]):04X}) in this line; delete it and press Enter there"
        return None, [Problem(file, text.count("\n", 0, found.start()) + 1, sentence)]
    try:
        if marked := _refused_mark(text):
            return None, [Problem(file, *marked)]
        node = yaml.compose(text, Loader=_FAST)
    except yaml.YAMLError as error:
        return None, [Problem(file, *_complaint(text, error))]
    if node is None:
        return None, [Problem(file, 1, "this file is empty; fill it in or delete it")]
    walk = _Walk(file)
    values = walk.value(node, ())
    if not isinstance(values, expect):
        return None, [Problem(file, node.start_mark.line + 1, _not_expected(values, expect))]
    return YamlFile(file, values, walk.lines, walk.blocks), walk.problems


def phrases(yaml_file: YamlFile, *path: str | int) -> tuple[Phrase, ...]:
    """The messages of a `|` block, one per row; rows that begin with "# " are for editors only."""
    file = yaml_file.file
    return tuple(
        Phrase(row, f"{file}:{line}") for row, line in yaml_file.rows(*path) if row != "#" and not row.startswith("# ")
    )


class _Walk:
    """Turns the parser's nodes into values, noting lines and faults on the way."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.lines: dict[FieldPath, int] = {(): 1}
        self.blocks: dict[FieldPath, int] = {}
        self.problems: list[Problem] = []

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
        if not text.strip() and node.style not in ("'", '"'):
            self._fault(self.lines.get(path, 1), self._empty(path))
        return text

    def _empty(self, path: FieldPath) -> str:
        if path and re.fullmatch(r"\w+\.\w+", str(path[-1])):
            return _first_sign("{")  # {lifeline_988.call} alone: to YAML a group with one name
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
            return line, _first_sign("!")
    return None


# --- a parser's complaint, said kindly -------------------------------------------------------


def _complaint(text: str, error: yaml.YAMLError) -> tuple[int, str]:
    """The line and the sentence for whatever the parser found wrong."""
    try:
        yaml.compose(text, Loader=yaml.BaseLoader)
    except yaml.YAMLError as slow:
        error = slow  # the same words and marks on every machine, whichever parser it has
    if isinstance(error, yaml.reader.ReaderError):
        return _strange_character(text, error)
    if not isinstance(error, yaml.MarkedYAMLError) or error.problem_mark is None:
        return 1, "this file can't be read as YAML; compare it with the file of another topic"
    return _marked(text, error)


def _strange_character(text: str, error: yaml.reader.ReaderError) -> tuple[int, str]:
    line = text.count("\n", 0, error.position) + 1
    code = ord(error.character) if isinstance(error.character, str) else int(error.character)
    return line, f"there is a character here that can't be seen (U+{code:04X}); delete it"


def _marked(text: str, error: yaml.MarkedYAMLError) -> tuple[int, str]:
    rows = text.split("\n")
    mark = error.problem_mark
    at = mark.line if mark else 0
    begun = error.context_mark.line if error.context_mark else at
    problem = error.problem or ""
    context = error.context or ""
    if (tab := _tab_near(rows, at)) is not None:
        return tab + 1, "there is a tab at the start of this line; use spaces"
    if "quoted scalar" in context and "escape" not in problem:
        return begun + 1, "a quotation mark opens here and is never closed"
    if (quote := _long_quote(text)) is not None and begun <= quote <= at:
        return quote + 1, "a quotation mark opens here and isn't closed on the same line"
    if "escape" in problem:
        return at + 1, r'a "\" between "double quotes" means something else here; take it out'
    if "mapping values are not allowed" in problem:
        return at + 1, _mapping_values(rows[at] if at < len(rows) else "")
    if "could not find expected ':'" in problem:
        return begun + 1, 'there is no ": " in this line; write it as name: words'
    if "expected ',' or" in problem:
        sign = "}" if "'}'" in problem else "]"
        return begun + 1, f'a bracket opens here and is never closed; end it with "{sign}"'
    if "scanning an a" in context:  # an anchor or an alias that has no name
        return begun + 1, _first_sign("&" if "anchor" in context else "*")
    if "cannot start any token" in problem or "expected the node content" in problem:
        return at + 1, _first_sign(rows[at][mark.column : mark.column + 1] if mark and at < len(rows) else "")
    if _PLACEHOLDER_FIRST.search(rows[at] if at < len(rows) else ""):
        return at + 1, _first_sign("{")
    if "sequence entries" in problem:
        return at + 1, 'a "- " can\'t stand here; start the line with a name and a colon'
    if "<document start>" in problem:
        return at + 1, "this line doesn't fit the lines above it; write each of them as name: words"
    if "single document" in (error.context or ""):
        return at + 1, 'there is a "---" here; take it out'
    if "block scalar" in context:
        return at + 1, 'after "|" start a new line'
    if "<block end>" in problem:
        return at + 1, "this line doesn't line up with the lines above it; start it in the same column"
    return at + 1, f"this line can't be read as YAML ({problem})"


def _first_sign(sign: str) -> str:
    return f'a text can\'t begin with "{sign}" here; put the words in "double quotes"'


def _tab_near(rows: list[str], at: int) -> int | None:
    for n in (at, at - 1, at + 1):
        if 0 <= n < len(rows) and rows[n][: len(rows[n]) - len(rows[n].lstrip())].find("\t") >= 0:
            return n
    return None


def _long_quote(text: str) -> int | None:
    """The line of the last quotation that runs over several lines before the parser gave up."""
    last = None
    try:
        for token in yaml.scan(text, Loader=yaml.BaseLoader):
            if isinstance(token, yaml.ScalarToken) and token.style in ("'", '"'):
                last = token.start_mark.line if token.start_mark.line != token.end_mark.line else last
    except yaml.YAMLError:
        pass
    return last


def _mapping_values(row: str) -> str:
    if len(re.findall(r":(?:\s|$)", row)) > 1:
        return 'this line has a second ": "; put the words in "double quotes"'
    return "this line is further to the right than its neighbours; start it in the same column"
