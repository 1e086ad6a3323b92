"""Writes docs/hearing/figures.md and its three plots, from metrics.json and the held-out messages. make hearing-docs

python -m bench.hearing_docs [FILE.jsonl ...]: labelled sets of your own are added to the plot of recall.
"""

import itertools
import json
import os
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import matplotlib
import numpy as np

from bot import evaluate
from bot.content import load
from bot.engine import Engine
from bot.nlu import store
from bot.nlu.classify import MessageClassifier

matplotlib.use("Agg")
matplotlib.rcParams.update(
    {"svg.hashsalt": "porchlight", "font.size": 9, "axes.spines.top": False, "axes.spines.right": False}
)
from matplotlib import pyplot

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "docs" / "hearing"
SETS = {"bank": "phrase banks", "stories": "stories", "shorts": "short messages"}
CONFUSIONS = 20


def save(name: str) -> None:
    """The current figure as an SVG without a date, so that the same figures give the same file."""
    pyplot.tight_layout()
    pyplot.savefig(FOLDER / name, metadata={"Date": None})
    pyplot.close()


def recall(classifier: MessageClassifier, sets: dict[str, list[dict[str, Any]]], everyday: list[str]) -> None:
    """Alert recall against the share of everyday messages that raise an alert, as the threshold moves."""
    calm = np.sort([classifier.explain(text)[1].risk for text in everyday])[::-1]
    shares = np.linspace(0.002, 0.1, 50)
    thresholds = [calm[min(int(share * len(calm)), len(calm) - 1)] for share in shares]
    pyplot.figure(figsize=(6, 4))
    for name, rows in sets.items():
        serious = []
        for row in rows:
            if row["safety"] and not row.get("either"):
                why = classifier.explain(row["text"])[1]
                serious.append(np.inf if why.phrases else why.risk)
        if serious:
            found = [100 * np.mean(np.asarray(serious) >= threshold) for threshold in thresholds]
            pyplot.plot(100 * shares, found, label=f"{name} ({len(serious)})")
    now = 100 * np.mean(calm >= classifier.model.thresholds.alert)
    pyplot.axvline(now, color="0.6", linewidth=1, linestyle="--")
    pyplot.xlabel("% of held-out everyday messages that raise an alert (dashed: as served)")
    pyplot.ylabel("% of safety messages that raise one")
    pyplot.ylim(0, 100)
    pyplot.legend(frameon=False)
    save("recall.svg")


def calibration(scored: list[evaluate.Scored]) -> None:
    """Confidence in the best topic against how often it is right."""
    pairs = [
        (each.out["score"], each.out["topic"] in each.row["topics"])
        for each in scored
        if each.out["tier"] == "answer" and each.row["topics"] and not each.row["safety"]
    ]
    _, (top, bottom) = pyplot.subplots(2, 1, figsize=(6, 4.6), height_ratios=(3, 1), sharex=True)
    edges = np.linspace(0.4, 1, 13)
    middles, right, counts = [], [], []
    for low, high in itertools.pairwise(edges):
        inside = [hit for score, hit in pairs if low <= score < high or (high == 1 and score == 1)]
        counts.append(len(inside))
        if inside:
            middles.append((low + high) / 2)
            right.append(100 * sum(inside) / len(inside))
    top.plot([0.4, 1], [40, 100], color="0.7", linewidth=1)
    top.plot(middles, right, marker="o")
    top.set_ylabel("% right")
    bottom.bar((edges[1:] + edges[:-1]) / 2, counts, width=0.045, color="0.6")
    bottom.set_ylabel("answers")
    bottom.set_xlabel("confidence of held-out answers")
    save("calibration.svg")


def confusion(scored: list[evaluate.Scored]) -> None:
    """The commonest topics that are answered where another is right."""
    wrong = Counter(
        f"{each.row['topics'][0]} → {each.out['topic']}"
        for each in scored
        if each.out["tier"] == "answer"
        and each.row["topics"]
        and not each.row["safety"]
        and each.out["topic"] not in each.row["topics"]
    ).most_common(CONFUSIONS)
    pyplot.figure(figsize=(6, 5.5))
    pyplot.barh([name for name, _ in reversed(wrong)], [n for _, n in reversed(wrong)], color="tab:blue")
    pyplot.xlabel("held-out messages answered on the topic behind the arrow")
    save("confusion.svg")


def tables(metrics: dict[str, Any]) -> str:
    """metrics.json as Markdown."""
    lines = []
    for name, parts in metrics["held out"].items():
        lines += [
            f"### Held out of {SETS.get(name, name + ' talk')}",
            "",
            "| | all | English | Spanish |",
            "|---|---|---|---|",
        ]
        for measure in parts["all"]:
            cells = [_cell(parts.get(part, {}).get(measure)) for part in ("all", "en", "es")]
            lines.append(f"| {measure} | {' | '.join(cells)} |")
        lines.append("")
    lines += ["### Alert recall by kind", "", "| | held out, all sets |", "|---|---|"]
    lines += [f"| {kind} | {_cell(of.get('alert recall'))} |" for kind, of in metrics["alert recall by kind"].items()]
    lines += ["", "### What the model was trained on", "", "| set and language | messages |", "|---|---|"]
    lines += [f"| {name} | {count:,} |" for name, count in metrics["examples"].items()]
    return "\n".join(lines)


def _cell(found: list[float] | None) -> str:
    if not found:
        return "–"
    part, whole, share, low, high = found
    return f"{100 * share:.1f} % ({part}/{whole}; {100 * low:.0f}–{100 * high:.0f})"


def main() -> None:
    """Write everything."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    content = load.load(ROOT)
    classifier = store.load_or_train(content, Path(os.environ.get("PORCHLIGHT_CACHE", ROOT / ".porchlight")), print)
    engine = Engine(content, classifier)
    rows = evaluate.held_out_rows(content, lambda text: bool(classifier.explain(text)[1].phrases))
    scored = evaluate.run(engine, rows)
    sets = {f"held out of {what}": [row for row in rows if row["set"] == name] for name, what in SETS.items()}
    sets |= {Path(name).stem: evaluate.read(Path(name)) for name in sys.argv[1:]}
    recall(classifier, sets, [row["text"] for row in rows if row["set"] == "everyday"])
    calibration(scored)
    confusion(scored)
    metrics = json.loads((ROOT / "metrics.json").read_text(encoding="utf-8"))
    text = f"""# Figures

Written by `make hearing-docs`; do not edit. All messages here were never trained on, and those that contain a short phrase
literally are left out. In brackets: how many of how many, and the 95 % interval (Wilson). The held-out part is of the same
authors as the training data: strangers are heard less well (see README.md).

{tables(metrics)}

## Alert recall against false alerts

![Alert recall against false alerts on everyday talk](recall.svg)

## Is the confidence honest?

![Share of right answers by confidence](calibration.svg)

## What is confused with what

![The commonest confusions](confusion.svg)
"""
    (FOLDER / "figures.md").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
