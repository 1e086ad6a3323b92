"""The command line: what it prints, and its exit codes."""

import io
import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from fakes.served import CACHE, ROOT

from bot import __version__, cli
from bot.engine import Engine
from bot.settings import Settings

FIELDS = ["lang", "tier", "safety", "topic", "score", "alternatives", "resources", "first", "text"]
BASE = Path(__file__).parent / "broken"


@pytest.fixture
def run(engine: Engine, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Any:
    """Runs one command with the engine that is loaded already: (exit code, what it printed, its complaints)."""

    def command(*argv: str, stdin: str = "") -> tuple[int, str, str]:
        monkeypatch.setattr(cli, "_engine", lambda settings: engine)
        monkeypatch.setattr("sys.stdin", io.StringIO(stdin))
        code = cli.main(argv)
        return code, *capsys.readouterr()

    return command


@pytest.fixture(autouse=True)
def nothing_set(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No settings of the person who runs the tests."""
    for name in ("PORT", "HOST", "TELEGRAM_TOKEN", "TELEGRAM_MODE", "CONTENT"):
        monkeypatch.delenv(f"PORCHLIGHT_{name}", raising=False)
    monkeypatch.chdir(tmp_path)


# --- ask -----------------------------------------------------------------------------------


def test_ask_prints_the_reply_and_its_buttons(run: Any) -> None:
    code, out, err = run("ask", "i want to kill myself")
    assert (code, err) == (0, "")
    assert out.startswith("Call 911 if you or someone else is in danger right now.")
    assert "\n[ Not what I meant ]\n" in out


def test_ask_json_prints_the_values(run: Any) -> None:
    code, out, _ = run("ask", "--json", "quiero morir")
    found = json.loads(out)
    assert code == 0
    assert list(found)[: len(FIELDS)] == FIELDS
    assert (found["lang"], found["tier"], found["safety"][0]) == ("es", "alert", "suicide")


def test_ask_why_names_the_lines(run: Any) -> None:
    code, out, _ = run("ask", "--why", "i want to kill myself")
    assert code == 0
    assert "\ntier        alert" in out
    assert "phrase    suicide: content/safety/en.yaml:" in out
    assert "  near " in out


# --- classify ------------------------------------------------------------------------------


def test_classify_answers_each_line_in_order_with_the_contracts_keys(run: Any) -> None:
    lines = '{"text": "i want to die"}\n\n{"text": "hola", "lang": "es"}\n{"text": "", "lang": "es"}\n{"text": "x", "lang": null}\n'
    code, out, err = run("classify", stdin=lines)
    rows = [json.loads(line) for line in out.splitlines()]
    assert (code, err, len(rows)) == (0, "", 4)
    assert all(list(row) == FIELDS for row in rows)
    assert [row["lang"] for row in rows[:3]] == ["en", "es", "es"]
    assert [row["tier"] for row in rows[:3]] == ["alert", "answer", "unsure"]
    assert rows[0]["safety"] == ["suicide"]
    assert rows[0]["resources"][:2] == ["emergency_911", "lifeline_988"]
    assert rows[0]["text"].startswith(rows[0]["first"])
    assert (rows[1]["topic"], rows[2]["topic"]) == ("greeting", "none")
    assert all(0 <= row["score"] <= 1 for row in rows)


def test_classify_keeps_accents_as_they_are(run: Any) -> None:
    _, out, _ = run("classify", stdin='{"text": "quiero morir", "topics": ["ignored"]}\n')
    assert "\\u" not in out


@pytest.mark.parametrize("line", ["hello", "{", "[1]", '"text"', "1", "null", '{"txt": "a"}', "{}"])
def test_classify_names_a_line_that_is_no_message(run: Any, line: str) -> None:
    code, out, err = run("classify", stdin=f'{{"text": "hi"}}\n{line}\n')
    assert code == 2
    assert len(out.splitlines()) == 1
    assert err == 'standard input, line 2: not a JSON object with "text"; write {"text": "..."}\n'


@pytest.mark.parametrize("line", ['{"text": 1}', '{"text": null}', '{"text": ["a"]}', '{"text": "a", "lang": 1}'])
def test_classify_names_a_value_that_is_no_text(run: Any, line: str) -> None:
    assert run("classify", stdin=line) == (2, "", 'standard input, line 1: "text" and "lang" must be in quotes.\n')


def test_classify_of_nothing_prints_nothing(run: Any) -> None:
    assert run("classify") == (0, "", "")


# --- score, chat, learn --------------------------------------------------------------------


def test_score_names_a_file_that_is_missing(run: Any, tmp_path: Path) -> None:
    code, out, err = run("score", str(tmp_path / "none.jsonl"))
    assert (code, out) == (2, "")
    assert "none.jsonl" in err
    assert len(err.splitlines()) == 1


def test_score_names_a_line_it_cannot_use(run: Any, tmp_path: Path) -> None:
    file = tmp_path / "a.jsonl"
    file.write_text('{"text": "a"}\n', "utf-8")
    said = f'{file}:1: a line needs "text", "safety" and "topics" as JSON; see the others\n'
    assert run("score", str(file)) == (2, "", said)


def test_chat_ends_with_the_input(run: Any) -> None:
    code, out, err = run("chat", stdin="i want to die\n")
    assert (code, err) == (0, "")
    assert "Nothing is kept." in out
    assert "Call 911 if you" in out


def test_learn_says_what_is_ready(run: Any, engine: Engine) -> None:
    assert run("learn") == (0, f"Ready: 2 languages, {len(engine.content.topics)} topics.\n", "")


# --- check, and what can't start -----------------------------------------------------------


@pytest.mark.parametrize("name", ["field_misspelled", "yaml_tab", "topic_unknown"])
def test_check_prints_every_problem_and_exits_with_1(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    root = tmp_path / "root"
    shutil.copytree(BASE / "_base", root)
    shutil.copytree(BASE / name, root, dirs_exist_ok=True)
    monkeypatch.setenv("PORCHLIGHT_CONTENT", str(root))
    assert cli.main(["check"]) == 1
    out, err = capsys.readouterr()
    assert err == ""
    assert (BASE / name / "expected.txt").read_text("utf-8").splitlines()[0] in out
    assert out.splitlines()[-1].endswith("Nothing was loaded.")


@pytest.mark.slow
def test_check_tells_that_a_changed_answer_needs_no_training(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for folder in ("content", "intents"):
        shutil.copytree(ROOT / folder, tmp_path / "root" / folder)
    monkeypatch.setenv("PORCHLIGHT_CONTENT", str(tmp_path / "root"))
    monkeypatch.setenv("PORCHLIGHT_CACHE", str(CACHE))

    def last_line_after(file: str, before: str, after: str) -> str:
        path = tmp_path / "root" / file
        text = path.read_text("utf-8")
        assert before in text
        path.write_text(text.replace(before, after, 1), "utf-8")
        assert cli.main(["check"]) == 0
        return capsys.readouterr().out.splitlines()[-1]

    reply, phrases = "content/replies/en/greeting.yaml", "intents/en/greeting.yaml"
    assert last_line_after(reply, "Say hi", "Say hello") == (
        "The trained model fits these phrases: nothing needs to be trained, whatever else was changed."
    )
    assert last_line_after(phrases, "says: |\n", "says: |\n  good morning to the porch and all who sit on it\n") == (
        "The trained model doesn't fit these phrases: the next start trains first, or porchlight learn does it now."
    )


@pytest.mark.parametrize("command", [["ask", "hello"], ["classify"], ["chat"], ["learn"], ["score"], ["serve"], []])
def test_broken_content_never_starts(
    command: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.copytree(BASE / "_base", tmp_path / "root")
    shutil.copytree(BASE / "yaml_tab", tmp_path / "root", dirs_exist_ok=True)
    monkeypatch.setenv("PORCHLIGHT_CONTENT", str(tmp_path / "root"))
    monkeypatch.setattr("sys.stdin", io.StringIO(""))
    assert cli.main(command) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert "there is a tab" in err
    assert "Traceback" not in err


def test_a_folder_without_content_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PORCHLIGHT_CONTENT", str(tmp_path))
    assert cli.main(["ask", "hello"]) == 2
    said = (
        f"There are no intents/ and content/ folders in {tmp_path}; "
        "set PORCHLIGHT_CONTENT to the folder that holds both.\n"
    )
    assert capsys.readouterr() == ("", said)


def test_a_wrong_setting_is_told(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("PORCHLIGHT_PORT", "http")
    assert cli.main(["ask", "hello"]) == 2
    assert capsys.readouterr() == ("", 'PORCHLIGHT_PORT is "http"; write a number from 0 to 65535.\n')


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        cli.main(["--version"])
    assert caught.value.code == 0
    assert capsys.readouterr().out == f"porchlight {__version__}\n"


@pytest.mark.parametrize("argv", [["nonsense"], ["ask"], ["classify", "extra"]])
def test_a_wrong_command_line_exits_with_2(argv: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        cli.main(argv)
    assert caught.value.code == 2
    assert capsys.readouterr().err.startswith("usage: porchlight")


def test_a_user_without_a_home_needs_no_cache(run: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def homeless() -> Path:
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.setattr(Path, "home", homeless)
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    assert cli._cache(Settings()) is None


def test_interrupting_is_no_error_of_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(settings: Settings) -> Engine:
        raise KeyboardInterrupt

    monkeypatch.setattr(cli, "_engine", interrupted)
    assert cli.main(["learn"]) == 130
