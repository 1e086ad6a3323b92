"""The description of the API is true: schemathesis, driven by it, finds nothing in the live server."""

import json
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from web_live import fuzz, served

from bot.engine import Engine


@pytest.fixture(scope="module")
def live(engine: Engine) -> Iterator[str]:
    """The real server; the engine is asked for so that what it needs has been learned."""
    with served(RATE_LIMIT="0") as address:
        yield address


def test_schemathesis_finds_nothing(live: str, tmp_path: Path) -> None:
    done = fuzz(live, 40, str(tmp_path), "--seed", "988")
    assert done.returncode == 0, done.stdout
    assert "No issues found" in done.stdout
    tested = [line for line in done.stdout.splitlines() if "generated" in line]
    assert int(tested[0].split()[0]) > 150, done.stdout


def test_a_false_description_would_be_found(live: str, tmp_path: Path) -> None:
    """The same run, told that an answer has a field that it hasn't."""
    with urllib.request.urlopen(f"{live}/api/openapi.json") as response:
        described = json.load(response)
    described["components"]["schemas"]["Reply"]["required"].append("mood")
    described["servers"] = [{"url": live}]
    file = tmp_path / "false.json"
    file.write_text(json.dumps(described), "utf-8")
    done = fuzz(live, 5, str(tmp_path), "--seed", "988", "--url", live, location=str(file))
    assert done.returncode == 1, done.stdout
    assert "mood" in done.stdout
