"""Writes metrics.json: what the model was trained on and how well it does on what it was never trained on. make metrics

It is committed with each change of phrases or of the recipe, so that a worse model shows in review.
"""

import json
import os
from collections import Counter
from dataclasses import asdict
from pathlib import Path
from typing import Any

from bot import evaluate
from bot.content import load
from bot.dialogue import KINDS
from bot.engine import Engine
from bot.nlu import store
from bot.nlu.examples import examples

ROOT = Path(__file__).resolve().parents[2]
FILE = ROOT / "metrics.json"


def metrics() -> dict[str, Any]:
    """All of it; the same content gives the same."""
    content = load.load(ROOT)
    classifier = store.load_or_train(content, Path(os.environ.get("PORCHLIGHT_CACHE", ROOT / ".porchlight")), print)
    engine = Engine(content, classifier)
    must = {topic: entry.must for topic, entry in content.topics.items()}
    rows = evaluate.held_out_rows(content, lambda text: bool(classifier.explain(text)[1].phrases))
    scored = evaluate.run(engine, rows)
    sets = {name: [s for s in scored if s.row["set"] == name] for name in ("bank", "stories", "shorts", "everyday")}
    measured = {}
    for name, group in sets.items():
        by_language = {lang: [s for s in group if s.row["lang"] == lang] for lang in engine.langs}
        measured[name] = {
            part: _shares({**evaluate.measures(of, must), **evaluate.everyday(of, content.menu.small_talk)})
            for part, of in {"all": group, **by_language}.items()
        }
    kinds = {
        kind: _shares(
            {"alert recall": evaluate.measures([s for s in scored if kind in s.row["safety"]], must)["alert recall"]}
        )
        for kind in KINDS
    }
    return {
        "fingerprint": store.fingerprint(content),
        "examples": dict(sorted(Counter(f"{e.set} {e.lang}" for e in examples(content)).items())),
        "thresholds": {name: round(value, 4) for name, value in asdict(classifier.model.thresholds).items()},
        "calibration": {name: round(value, 4) for name, value in asdict(classifier.model.calibration).items()},
        "held out": measured,
        "alert recall by kind": kinds,
    }


def _shares(counts: dict[str, tuple[int, int]]) -> dict[str, list[float]]:
    """[how many, of how many, share, and its 95 % interval] of each measure that has anything to count."""
    return {
        name: [part, whole, *(round(value, 4) for value in (part / whole, *evaluate.wilson(part, whole)))]
        for name, (part, whole) in counts.items()
        if whole and name not in ("numbers shown", "must shown")
    }


if __name__ == "__main__":
    FILE.write_text(json.dumps(metrics(), indent=1, sort_keys=True) + "\n", encoding="utf-8")
