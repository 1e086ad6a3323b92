"""Commands in a terminal or a pipe that can't take all they print."""

import io
import json
import subprocess
from pathlib import Path

import pytest
from fakes.served import command, environment

from bot import console

pytestmark = pytest.mark.usefixtures("engine")  # trained by then


def ran(*words: str, stdin: bytes = b"", stdout: object = subprocess.PIPE, **env: str) -> tuple[int, bytes, bytes]:
    """Exit code, output and complaints of one command."""
    done = subprocess.run(
        command(*words), input=stdin, stdout=stdout, stderr=subprocess.PIPE, env=environment() | env, timeout=60
    )
    return done.returncode, done.stdout or b"", done.stderr


class Full(io.StringIO):
    """A stream that takes nothing."""

    def write(self, text: str) -> int:
        raise OSError(28, "No space left on device")


class Gone(io.StringIO):
    """A stream that was closed."""

    def write(self, text: str) -> int:
        raise ValueError("I/O operation on closed file")


@pytest.mark.parametrize("stream", [Full(), Gone()])
def test_a_line_that_cannot_be_printed_ends_nothing(stream: io.StringIO) -> None:
    console.say("Porchlight listens.", stream)
    assert stream.getvalue() == ""


def test_a_line_is_printed_at_once() -> None:
    stream = io.StringIO()
    console.say("Porchlight listens.", stream)
    assert stream.getvalue() == "Porchlight listens.\n"


@pytest.mark.slow
@pytest.mark.parametrize(
    "env",
    [
        {"PYTHONIOENCODING": "ascii"},
        {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
        {"PYTHONIOENCODING": "latin-1"},
    ],
)
def test_a_terminal_that_lacks_letters_still_shows_the_numbers(env: dict[str, str]) -> None:
    spanish = "ya no quiero vivir 😞\n".encode()
    for words, stdin in ((("chat",), spanish), (("ask", "ya no quiero vivir"), b"")):
        code, out, err = ran(*words, stdin=stdin, **env)
        assert (code, err) == (0, b"")
        assert b"911" in out
        assert b"988" in out


@pytest.mark.slow
def test_json_loses_no_letter_where_the_output_has_too_few() -> None:
    whole, ascii_only = (
        ran("ask", "--json", "ya no quiero vivir", PYTHONIOENCODING=encoding)[1] for encoding in ("utf-8", "ascii")
    )
    assert not whole.isascii()
    assert ascii_only.isascii()
    assert json.loads(ascii_only) == json.loads(whole)


@pytest.mark.slow
def test_bytes_that_are_no_text_are_read_all_the_same() -> None:
    code, out, err = ran("chat", stdin=b"\xff\xfe i want to die\n")
    assert (code, err) == (0, b"")
    assert b"911" in out


@pytest.mark.slow
@pytest.mark.parametrize("words", [("ask", "hello"), ("chat",), ("classify",)])
def test_a_disk_that_is_full_is_told_by_what_only_prints(words: tuple[str, ...]) -> None:
    with Path("/dev/full").open("wb") as full:
        code, _, err = ran(*words, stdin=b'{"text": "hello"}\n', stdout=full)
    assert (code, err) == (2, b"The output can't be written: No space left on device.\n")


@pytest.mark.slow
@pytest.mark.parametrize(("words", "code"), [(("classify",), 0), (("learn",), 0)])
def test_a_reader_who_leaves_early_is_no_error(words: tuple[str, ...], code: int) -> None:
    line = b'{"text": "hello"}\n'
    running = subprocess.Popen(
        command(*words), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment()
    )
    assert running.stdout is not None
    running.stdout.close()
    running.stdout = None
    _, err = running.communicate(line * 100, timeout=60)
    assert (running.returncode, err) == (code, b"")
