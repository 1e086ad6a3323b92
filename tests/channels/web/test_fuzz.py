"""The description of the API is true: schemathesis, driven by it, finds nothing in the live server."""

import json
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from live_fuzz import fuzz, served

from bot.engine import Engine

pytestmark = pytest.mark.slow  # a process of its own, and hundreds of requests


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
    described["components"]["schemas"]["ReplyResponse"]["required"].append("mood")
    described["servers"] = [{"url": live}]
    file = tmp_path / "false.json"
    file.write_text(json.dumps(described), "utf-8")
    done = fuzz(live, 5, str(tmp_path), "--seed", "988", "--url", live, location=str(file))
    assert done.returncode == 1, done.stdout
    assert "mood" in done.stdout


def test_the_real_classifier_finds_alerts_past_the_limit(engine: Engine) -> None:
    """One message a minute is allowed; whoever is in danger is answered all the same, in both languages."""
    with served(RATE_LIMIT="1") as address:
        assert [_asked(address, "how do i report a picture")[0] for _ in range(3)] == [200, 429, 429]
        for text, lang in (("i want to kill myself", "en"), ("me quiero matar", "es")) * 5:
            status, answer = _asked(address, text)
            assert (status, answer["tier"], answer["lang"]) == (200, "alert", lang)
            assert answer["messages"][0]["links"][0]["url"] == "tel:911"
        status, answer = _asked(address, "how do i report a picture")
        assert status == 429 and "911" in answer["error"] and "988" in answer["error"]


def _asked(address: str, text: str) -> tuple[int, dict[str, Any]]:
    body = json.dumps({"text": text}).encode()
    asked = urllib.request.Request(f"{address}/api/reply", body, {"Content-Type": "application/json"})
    try:
        with urllib.request.urlopen(asked) as response:
            return response.status, json.load(response)
    except urllib.error.HTTPError as refused:
        with refused:
            return refused.code, json.load(refused)
