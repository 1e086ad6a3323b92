"""What a YAML parser complains about, in the words of somebody who edits sentences, not software."""

import re
from collections.abc import Callable
from dataclasses import dataclass

import yaml

#: A place and a sentence: the line, from 1, and what to do there.
Told = tuple[int, str]

CUT_OFF = 'the words after "#" are lost here; put the text in "double quotes", or the comment on a line of its own'
#: `text: |`, `- says: |` or `media: >`: all lines below that are further in belong to it.
_BLOCK_HEADER = re.compile(r"(?P<indent> *(?:- +)?)(?P<name>[^\s#][^#]*?): *[|>][-+0-9]*(?: +#.*)?\s*")
#: What our fields look like: one word in small letters, a colon, then a space or nothing.
_FIELD = re.compile(r"\s*(?:- +)?[a-z][a-z0-9_]*:(?:\s|$)")
#: A placeholder that opens a text: to YAML a group of fields.
_PLACEHOLDER_FIRST = re.compile(r":\s+\{\w+(?:\.\w+)?\}")
#: The parser notices a missing colon at the next field; the line that lacks it is the one where it began.
_NO_COLON = "could not find expected ':'"
_CURLY_QUOTES = re.compile("[“”„«»]")


@dataclass(frozen=True)
class _Complaint:
    """Where the parser stopped and why. Lines count from 0, as the parser's do."""

    text: str
    rows: list[str]
    line: int
    column: int
    begun: int  # the line where the thing begins that can't be finished
    problem: str
    context: str

    @property
    def row(self) -> str:
        return self.rows[self.line] if self.line < len(self.rows) else ""


def explain(text: str, error: yaml.YAMLError) -> Told:
    """The line, from 1, and a sentence for whatever keeps `text` from being read as YAML."""
    try:
        yaml.compose(text, Loader=yaml.BaseLoader)
    except yaml.YAMLError as slow:
        error = slow  # the same words and marks on every machine, whichever parser it has
    if isinstance(error, yaml.reader.ReaderError):
        return _strange_character(text, error)
    if not isinstance(error, yaml.MarkedYAMLError) or error.problem_mark is None:
        return 1, "this file can't be read as YAML; compare it with the file of another topic"
    mark = error.problem_mark
    complaint = _Complaint(
        text=text,
        rows=text.split("\n"),
        line=mark.line,
        column=mark.column,
        begun=error.context_mark.line if error.context_mark else mark.line,
        problem=error.problem or "",
        context=error.context or "",
    )
    found = next(filter(None, (rule(complaint) for rule in _RULES)), None)
    return found or (complaint.line + 1, f"this line can't be read as YAML ({complaint.problem})")


def first_sign(sign: str) -> str:
    """What to do about a text that begins with a sign which means something to YAML."""
    return f'a text can\'t begin with "{sign}" here; put the words in "double quotes"'


def cut_off(rest: str) -> bool:
    """Whether a comment follows an unquoted text; `rest` is what stands behind the text on its line."""
    return re.match(r"\s+#", rest) is not None


def _strange_character(text: str, error: yaml.reader.ReaderError) -> Told:
    line = text.count("\n", 0, error.position) + 1
    code = ord(error.character) if isinstance(error.character, str) else int(error.character)
    return line, f"there is a character here that can't be seen (U+{code:04X}); delete it"


# --- the rules: each recognises one mistake, and the first that does is used ---------------------


def _tab(complaint: _Complaint) -> Told | None:
    for n in (complaint.line, complaint.line - 1, complaint.line + 1):
        if 0 <= n < len(complaint.rows) and "\t" in _start(complaint.rows[n]):
            return n + 1, "there is a tab at the start of this line; use spaces"
    return None


def _other_space(complaint: _Complaint) -> Told | None:
    for n in sorted({complaint.begun, complaint.line}):
        if n < len(complaint.rows) and _start(complaint.rows[n]).strip(" "):
            return n + 1, "the spaces at the start of this line are of another kind; delete them and type spaces"
    return None


def _quote_open(complaint: _Complaint) -> Told | None:
    if "quoted scalar" in complaint.context and "escape" not in complaint.problem:
        return complaint.begun + 1, "a quotation mark opens here and is never closed"
    line = _last_long_quote(complaint.text)
    if line is not None and complaint.begun <= line <= complaint.line:
        return line + 1, "a quotation mark opens here and isn't closed on the same line"
    return None


def _last_long_quote(text: str) -> int | None:
    """The line of the last quotation that runs over several lines before the parser gave up."""
    last = None
    try:
        for token in yaml.scan(text, Loader=yaml.BaseLoader):
            if isinstance(token, yaml.ScalarToken) and token.style in ("'", '"'):
                last = token.start_mark.line if token.start_mark.line != token.end_mark.line else last
    except yaml.YAMLError:
        pass
    return last


def _backslash(complaint: _Complaint) -> Told | None:
    if "escape" in complaint.problem:
        return complaint.line + 1, r'a "\" between "double quotes" means something else here; take it out'
    return None


def _comment_in_text(complaint: _Complaint) -> Told | None:
    """A ` #` ended an unquoted text, so that its next line, or the bracket's end, makes no sense to the parser."""
    bracket = "expected ',' or" in complaint.problem
    first = complaint.begun if bracket else complaint.line - 1
    for n in range(max(first, 0), min(complaint.line + 1, len(complaint.rows))):
        row = complaint.rows[n]
        text, hash_, _ = re.sub(r'"[^"]*"|\'[^\']*\'', "", row).partition(" #")
        holds_text = bool(re.search(r":\s+[^\s|>]|^\s*-\s+\S", text)) or bracket
        if hash_ and holds_text and _block_above(complaint.rows, n) is None:
            return n + 1, CUT_OFF
    return None


def _lost_indent(complaint: _Complaint) -> Told | None:
    """A line below `text: |` that lost some or all of the spaces in front of it, or a note that never had them."""
    last = complaint.begun if _NO_COLON in complaint.problem else complaint.line
    block = _block_above(complaint.rows, last)
    if block is None:
        return None
    note = None
    for n in range(block.header + 1, min(last + 1, len(complaint.rows))):
        row = complaint.rows[n]
        if not row.strip() or _indent(row) >= block.indent:
            continue
        if row.lstrip().startswith("#"):
            note = n + 1 if note is None else note
        elif _FIELD.match(row):
            return None
        elif _indent(row) > block.parent_indent:
            return n + 1, (
                f'this line starts further left than the first line below "{block.name}"; '
                "give both the same spaces in front"
            )
        else:
            return n + 1, (
                f'this line has lost the spaces in front: put {block.indent} there if it belongs to "{block.name}"; '
                "if not, write it as name: words"
            )
    if note and _indent(complaint.row) >= block.indent:
        return note, f'a note among the lines below "{block.name}" needs the same spaces in front as they have'
    return None


def _bar_missing(complaint: _Complaint) -> Told | None:
    """A ": " in the second line of a text that has no `|`."""
    if "mapping values are not allowed" not in complaint.problem or _FIELD.match(complaint.row):
        return None
    for n in range(complaint.line - 1, -1, -1):
        row = complaint.rows[n]
        if row.strip() and _indent(row) < _indent(complaint.row):
            field = re.match(r"\s*(?:- +)?([a-z][a-z0-9_]*):(?:\s+[^\s|>\[{\"'].*)?$", row)
            return (n + 1, f'write "{field[1]}: |" here and the words on the lines below it') if field else None
    return None


def _second_colon(complaint: _Complaint) -> Told | None:
    if "mapping values are not allowed" not in complaint.problem:
        return None
    if len(re.findall(r":(?:\s|$)", complaint.row)) > 1:
        straight = "; curly ones don't count" if _CURLY_QUOTES.search(complaint.row) else ""
        return complaint.line + 1, f'this line has a second ": "; put the words in "double quotes"{straight}'
    return complaint.line + 1, "this line is further to the right than its neighbours; start it in the same column"


def _no_colon(complaint: _Complaint) -> Told | None:
    if _NO_COLON in complaint.problem:
        return complaint.begun + 1, 'there is no ": " in this line; write it as name: words'
    return None


def _bracket_open(complaint: _Complaint) -> Told | None:
    if "expected ',' or" in complaint.problem:
        sign = "}" if "'}'" in complaint.problem else "]"
        return complaint.begun + 1, f'a bracket opens here and is never closed; end it with "{sign}"'
    return None


def _sign_first(complaint: _Complaint) -> Told | None:
    if "scanning an a" in complaint.context:  # an anchor or an alias that has no name
        return complaint.begun + 1, first_sign("&" if "anchor" in complaint.context else "*")
    if "cannot start any token" in complaint.problem or "expected the node content" in complaint.problem:
        return complaint.line + 1, first_sign(complaint.row[complaint.column : complaint.column + 1])
    if _PLACEHOLDER_FIRST.search(complaint.row):
        return complaint.line + 1, first_sign("{")
    return None


def _out_of_place(complaint: _Complaint) -> Told | None:
    """The parser met something that can't stand there; the first of these words that it uses decides."""
    for words, sentence in (
        ("sequence entries", 'a "- " can\'t stand here; start the line with a name and a colon'),
        ("<document start>", "this line doesn't fit the lines above it; write each of them as name: words"),
        ("single document", 'there is a "---" here; take it out'),
        ("block scalar", 'after "|" start a new line'),
        ("<block end>", "this line doesn't line up with the lines above it; start it in the same column"),
    ):
        if words in f"{complaint.problem}\n{complaint.context}":
            return complaint.line + 1, sentence
    return None


_RULES: tuple[Callable[[_Complaint], Told | None], ...] = (
    _tab,
    _other_space,
    _quote_open,
    _backslash,
    _comment_in_text,
    _lost_indent,
    _bar_missing,
    _second_colon,
    _no_colon,
    _bracket_open,
    _sign_first,
    _out_of_place,
)


# --- what stands around a line -------------------------------------------------------------------


@dataclass(frozen=True)
class _Block:
    """A `name: |` above some lines, and how far they are indented, in spaces."""

    name: str  # "text: |"
    header: int  # the line of the name
    parent_indent: int  # a line with no more spaces than this ends the block
    indent: int  # of its first line


def _block_above(rows: list[str], line: int) -> _Block | None:
    """The block that a line stands in, or would stand in with more spaces in front: no other field is between."""
    for header in range(min(line, len(rows)) - 1, -1, -1):
        if found := _BLOCK_HEADER.fullmatch(rows[header]):
            break
    else:
        return None
    parent = len(found["indent"])
    below = (row for row in rows[header + 1 :] if row.strip())
    first = _indent(next(below, ""))
    block = _Block(f"{found['name']}: |", header, parent, first if first > parent else parent + 2)
    between = rows[header + 1 : line + 1]
    ended = any(row.strip() and _indent(row) <= parent and _FIELD.match(row) for row in between)
    return None if ended else block


def _start(row: str) -> str:
    return row[: len(row) - len(row.lstrip())]


def _indent(row: str) -> int:
    return len(row) - len(row.lstrip(" "))
