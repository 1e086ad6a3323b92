"""metrics.json is of today's phrases and recipe."""

import json
from pathlib import Path

from bot.nlu import store
from bot.schema import Content

METRICS = json.loads((Path(__file__).resolve().parents[1] / "metrics.json").read_text("utf-8"))


def test_the_metrics_are_of_this_content(content: Content) -> None:
    assert METRICS["fingerprint"] == store.fingerprint(content), "the phrases or the recipe changed: run make metrics"


def test_recall_stands_beside_false_alerts() -> None:
    for parts in METRICS["held out"].values():
        for measures in parts.values():
            assert "false alerts" in measures
    assert {"bank", "stories", "shorts", "everyday"} <= set(METRICS["held out"])
