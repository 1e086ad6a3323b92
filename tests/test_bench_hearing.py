"""What the comparison counts, on scores made up by hand: a wrong count would flatter or wrong a method."""

import json
from pathlib import Path

import numpy as np
import pytest
from bench.hearing import METHODS, Result, auroc, bank_line, bank_measures, clinc_job, clinc_line, clinc_measures, run
from bench.misspelt import misspelt

TEXTS = ["i need help with my account", "someone keeps asking me for money", "no"]


def test_misspelt_is_the_same_every_time_and_another_with_another_seed() -> None:
    assert misspelt(TEXTS, 7) == misspelt(TEXTS, 7)
    assert misspelt(TEXTS, 7) != misspelt(TEXTS, 8)
    noisy = misspelt(TEXTS, 7)
    assert noisy[:2] != TEXTS[:2]
    assert noisy[2] == "no"  # nothing of three letters in it
    assert all(len(a.split()) == len(b.split()) for a, b in zip(noisy, TEXTS, strict=True))


@pytest.mark.parametrize(
    ("higher", "lower", "share"), [([2, 3], [0, 1], 1.0), ([0, 1], [2, 3], 0.0), ([1], [1], 0.5), ([1, 3], [2], 0.5)]
)
def test_auroc(higher: list[float], lower: list[float], share: float) -> None:
    assert auroc(np.asarray(higher), np.asarray(lower)) == share


def result(labels: list[str], **parts: list[list[float]]) -> Result:
    scores = {name: np.asarray(rows, np.float32) for name, rows in parts.items()}
    return Result(labels, scores, {"step": 1, "p50": 0.1, "p99": 0.2, "rate": 9.0, "rss": 1.0, "built": 2.0})


def test_clinc_counts_right_labels_only_above_the_limit_of_validation() -> None:
    inside, outside = [[0.9, 0.1, 0.0], [0.2, 0.8, 0.0]], [[0.3, 0.2, 0.0]]
    found = result(
        ["a", "b", "oos"], val=inside, val_oos=outside, test=[[0.9, 0.1, 0.0], [0.9, 0.1, 0.0], [0.1, 0.35, 0.0]],
        oos=[[0.2, 0.1, 0.0], [0.95, 0.1, 0.0]], test_misspelt=inside, oos_misspelt=outside,
    )  # fmt: skip
    gold = {"val": ["a", "b"], "test": ["a", "b", "b"], "test_misspelt": ["a", "b"]}
    measures = clinc_measures(found, gold)
    assert measures["clean accuracy"] == pytest.approx(200 / 3)  # one of three is wrong
    assert measures["clean at limit"] == pytest.approx(100 / 3)  # and one right one lies below the limit
    assert measures["clean oos"] == 50
    assert measures["misspelt mean"] == 100
    assert clinc_line("ours", found, gold).count("|") == 14


def test_alert_recall_is_counted_where_two_percent_of_harmless_messages_are_alerts() -> None:
    calm = [{"text": "x", "safety": [], "topics": ["report"]} for _ in range(100)]
    risky = [{"text": "x", "safety": ["suicide"], "topics": []} for _ in range(2)]
    either = [{"text": "x", "safety": ["danger"], "topics": [], "either": True}]
    scores = [[1.0, 0.0, n / 100] for n in range(100)]  # danger of the harmless: -1 to -0.01
    scores += [[0.0, 0.0, 1.0], [0.0, 1.0, 0.02], [0.0, 0.0, 0.0]]  # 1, -0.98, and one that isn't counted
    found = result(["report", "harmless", "suicide"], messages=scores, messages_misspelt=scores)
    rows = [*calm, *risky, *either]
    measures = bank_measures(found, rows)
    assert measures["clean recall"] == 50
    assert measures["clean topics"] == 100
    assert bank_line("ours", found, rows).count("|") == 10


def test_a_peer_that_does_not_run_is_named_with_the_reason(tmp_path: Path) -> None:
    job = tmp_path / "job.json"
    job.write_text(json.dumps({"train": [], "options": {}, "sets": {}, "timed": []}), encoding="utf-8")
    why = run("nothing_of_that_name", True, job, tmp_path / "out.npz", timeout=60)
    assert isinstance(why, str) and "No module named" in why
    assert clinc_line("peer", why, {}) == f"| peer | {why} " + "| - " * 11 + "|"
    assert bank_line("peer", why, []).count("|") == 10


def test_all_methods_hear_the_same_training_messages(tmp_path: Path) -> None:
    data = {name: [["hello there", "greeting"]] for name in ("train", "val", "test")}
    data |= {name: [["why is the sky blue", "oos"]] for name in ("oos_train", "oos_val", "oos_test")}
    path = tmp_path / "data_full.json"
    path.write_text(json.dumps(data), encoding="utf-8")
    job, gold = clinc_job(path)
    assert job["train"] == [["hello there", "greeting", "en"], ["why is the sky blue", "oos", "en"]]
    assert gold["test"] == ["greeting"]
    assert {method.partition(":")[0] for method, _, _ in METHODS.values()} == {
        "ours", "naive", "svc", "nlpjs", "fast", "minilm",
    }  # fmt: skip
