"""Each measure on a handful of made-up rows, and the sentences about lines that can't be used."""

from pathlib import Path
from typing import Any

import pytest

from bot import evaluate as score
from bot.engine import Engine
from bot.evaluate import GOALS, Scored
from bot.schema import Content

MUST = {"sextortion": ("cybertipline",)}
RIGHT = {
    "lang": "en", "tier": "answer", "safety": [], "topic": "sextortion", "score": 0.9, "alternatives": [],
    "resources": ["cybertipline"], "first": "Don't pay. In danger? Call 911. Text 988.", "text": "911 988",
}  # fmt: skip
ALERT = {**RIGHT, "tier": "alert", "safety": ["suicide"], "first": "Call 911.\nCall or text 988.\n\n1-800-843-5678"}


def one(row: dict[str, Any], out: dict[str, Any], seconds: float = 0.001) -> Scored:
    return Scored({"text": "x", "lang": "en", "safety": [], "topics": ["sextortion"], **row}, {**RIGHT, **out}, seconds)


def measured(*scored: Scored) -> dict[str, tuple[int, int]]:
    return score.measures(scored, MUST)


def risky(**out: Any) -> Scored:
    return one({"safety": ["suicide"]}, {**ALERT, **out})


@pytest.mark.parametrize(
    ("first", "holds"),
    [
        ("Call 911. Text 988.", True),
        ("988, then 911, then 1-800-843-5678", True),
        ("1-800-843-5678, then 911 and 988", False),
        ("911, then 741741, then 988", False),
        ("Call 911.", False),
        ("Call 988.", False),
        ("", False),
        ("He asked for 500 dollars. 911, 988.", False),
        ("It takes 5 minutes. 911, 988.", True),
    ],
)
def test_numbers_first(first: str, holds: bool) -> None:
    assert score.numbers_first(first) is holds


@pytest.mark.parametrize(
    ("measure", "scored", "share"),
    [
        ("numbers first", [risky(), risky(first="Hello.")], (1, 2)),
        ("numbers shown", [one({}, {}), one({}, {"text": "911"}), risky()], (2, 3)),
        ("alert recall", [risky(), risky(tier="unsure", safety=[])], (1, 2)),
        ("right kind", [risky(), risky(safety=["abuse"]), risky(safety=["abuse", "suicide"])], (2, 3)),
        ("false alerts", [one({}, {}), one({}, ALERT)], (1, 2)),
        (
            "topic right",
            [one({}, {}), one({"topics": ["report", "sextortion"]}, {}), one({}, {"topic": "none"})],
            (2, 3),
        ),
        ("topic right", [one({"topics": ["none"]}, {"topic": "none", "tier": "unsure"})], (1, 1)),
        ("topic offered", [one({}, {"topic": "none", "alternatives": ["report", "sextortion"]})], (1, 1)),
        ("topic offered", [one({}, {"topic": "none", "alternatives": ["report"]}), one({}, {})], (1, 2)),
        (
            "misdirected",
            [one({}, {"topic": "report"}), one({}, {}), one({}, {"topic": "none", "tier": "unsure"})],
            (1, 2),
        ),
        (
            "must shown",
            [one({}, {}), one({}, {"resources": []}), one({}, {"topic": "report", "resources": []})],
            (2, 3),
        ),
    ],
)
def test_measure(measure: str, scored: list[Scored], share: tuple[int, int]) -> None:
    assert measured(*scored)[measure] == share


def test_rows_that_could_be_either_do_not_count_for_safety() -> None:
    either = one({"safety": ["suicide"], "either": True}, {"tier": "unsure", "first": ""})
    calm = one({"either": True}, ALERT)
    found = measured(either, calm)
    assert {name: total for name, (_, total) in found.items() if total} == {"numbers shown": 2}


def test_safety_rows_do_not_count_for_topics() -> None:
    found = measured(risky(topic="report"))
    assert found["topic right"] == found["topic offered"] == found["misdirected"] == found["false alerts"] == (0, 0)


def test_the_table_stands_beside_its_goals() -> None:
    lines = score.table(
        [one({}, {}), one({"lang": "es"}, {"topic": "none", "tier": "unsure"}, 0.003)], MUST
    ).splitlines()
    assert lines[0].split() == ["all", "en", "es", "goal"]
    table = {line[:16].strip(): line[16:].split() for line in lines[1:]}
    assert list(table) == [name for name in GOALS if not name.startswith("everyday")]
    assert table["topic right"] == [
        *("50.0", "%", "(1/2,", "9-91)"),
        *("100.0", "%", "(1/1,", "21-100)"),
        *("0.0", "%", "(0/1,", "0-79)"),
        *("80", "%"),
    ]
    assert table["alert recall"] == ["-", "-", "-", "90", "%"]
    assert table["p50"] == ["2.00", "ms", "0.3", "ms"]


def test_read_skips_empty_lines_and_keeps_the_rest(tmp_path: Path) -> None:
    file = tmp_path / "a.jsonl"
    file.write_text('{"text": "a", "topics": ["none"], "safety": [], "lang": "en", "either": true}\n\n', "utf-8")
    assert score.read(file) == [{"text": "a", "topics": ["none"], "safety": [], "lang": "en", "either": True}]


@pytest.mark.parametrize(
    "line",
    ["secret words", '"secret"', "[1]", '{"text": "secret"}', '{"text": "secret", "topics": 1, "safety": []}', "{"],
)
def test_a_line_that_cannot_be_used_is_named_and_not_quoted(tmp_path: Path, line: str) -> None:
    file = tmp_path / "a.jsonl"
    file.write_text('{"text": "a", "topics": [], "safety": []}\n' + line + "\n", "utf-8")
    with pytest.raises(ValueError) as caught:
        score.read(file)
    assert str(caught.value) == f'{file}:2: a line needs "text", "safety" and "topics" as JSON; see the others'


def test_run_asks_the_engine_for_each_row(engine: Engine) -> None:
    rows = [
        {"text": "hello", "safety": [], "topics": ["greeting"]},
        {"text": "i want to die", "safety": ["suicide"], "topics": []},
    ]
    scored = score.run(engine, rows)
    assert [s.out["tier"] for s in scored] == ["answer", "alert"]
    assert [s.row for s in scored] == rows
    assert all(s.seconds > 0 for s in scored)


@pytest.mark.parametrize(
    ("part", "whole", "low", "high"),
    [(115, 124, 0.868, 0.961), (0, 10, 0.0, 0.278), (10, 10, 0.722, 1.0), (1, 2, 0.095, 0.905)],
)
def test_wilsons_interval(part: int, whole: int, low: float, high: float) -> None:
    assert score.wilson(part, whole) == pytest.approx((low, high), abs=0.001)


def test_a_share_of_nothing_is_a_dash() -> None:
    assert score.share(0, 0) == "-"
    assert score.share(1, 4) == "25.0 % (1/4, 5-70)"


def test_everyday_counts_alerts_and_answers_on_topics_of_ours() -> None:
    rows = [
        one({}, {"tier": tier, "topic": topic})
        for tier, topic in (("alert", "none"), ("answer", "report"), ("answer", "thanks"), ("unsure", "none"))
    ]
    assert score.everyday(rows, {"thanks"}) == {"everyday alerts": (1, 4), "everyday answers": (1, 4)}


def test_texts_without_labels_are_read_as_about_nothing_of_ours(tmp_path: Path) -> None:
    file = tmp_path / "a.jsonl"
    file.write_text('{"text": "hey", "source": "sms"}\n\n', "utf-8")
    assert score.read_texts(file) == [{"safety": [], "topics": ["none"], "text": "hey", "source": "sms"}]
    file.write_text('{"words": "secret"}\n', "utf-8")
    with pytest.raises(ValueError, match=r"a\.jsonl:1") as caught:
        score.read_texts(file)
    assert "secret" not in str(caught.value)


def test_what_a_short_phrase_finds_is_not_held_out(content: Content) -> None:
    all_rows = score.held_out_rows(content, lambda text: False)
    fewer = score.held_out_rows(content, lambda text: "die" in text)
    assert {row["text"] for row in all_rows} - {row["text"] for row in fewer} == {
        row["text"] for row in all_rows if row["safety"] and "die" in row["text"]
    }
