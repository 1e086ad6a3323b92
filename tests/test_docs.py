"""The README says what is so."""

import re
from pathlib import Path

import pytest

from bot import cli, settings

README = (Path(__file__).resolve().parent.parent / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", sorted(set(re.findall(r"^\| `porchlight (\w+)", README, re.MULTILINE))))
def test_each_command_of_the_readme_exists(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Its help can be asked for."""
    with pytest.raises(SystemExit) as leave:
        cli.main([name, "--help"])
    assert leave.value.code == 0
    assert f"porchlight {name}" in capsys.readouterr().out


def test_the_readme_names_every_setting_that_is_read() -> None:
    """And no other."""
    named = set(re.findall(r"PORCHLIGHT_([A-Z_]+)", README)) - {"TELEGRAM_TOKEN_FILE"}
    assert named == set(settings.NAMES)


def test_the_readme_shows_what_the_bot_really_answers(engine: object) -> None:
    """The first lines of its example are the engine's own."""
    from bot.channels import text as render
    from bot.dialogue import Incoming
    from bot.engine import Engine

    assert isinstance(engine, Engine)
    shown = README.split('ask "he has my pics and wants money"\n', 1)[1].split("\n...", 1)[0]
    assert render.whole(engine.reply(Incoming(text="he has my pics and wants money"))).startswith(shown)
