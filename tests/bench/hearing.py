"""Ours beside its peers, on the same messages: `make bench-hearing FILE=messages.jsonl CLINC=data_full.json`.

Each method runs in a process of its own (tests/bench/peers/), gets the same training messages, and gives one score per
label. All that is counted, is counted here, the same for all:

CLINC150: train -> test. The 100 out-of-scope training messages are a further class for every method. Reject score = best
in-scope score minus g times the score of that class; g is that of 0, 0.5, 1 with the best AUROC on validation, the
threshold the one with the largest mean of in-scope accuracy and out-of-scope recall there; both stay the same for
misspelt messages.
Our bank -> FILE: topics of messages without safety; alert recall where 2 % of the messages without safety are alerts,
by each method's best safety column minus its best other one.
"""

import argparse
import hashlib
import json
import os
import platform
import subprocess
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from bench.misspelt import misspelt

from bot import evaluate as score
from bot.content import load
from bot.dialogue import KINDS, Incoming
from bot.engine import Engine
from bot.nlu import store
from bot.nlu.examples import HARMLESS, HELD_OUT, examples
from bot.schema import Content

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
BENCH = ROOT / ".bench"
FALSE_ALERTS = 0.02
PENALTIES = (0.0, 0.5, 1.0)
TIMED = 500

#: Name in the table, module and variant in peers/, whether it runs in our environment, on which jobs.
METHODS = {
    "**Porchlight**": ("ours", True, ("clinc", "bank")),
    "Porchlight, linear scores only": ("ours:linear", True, ("clinc",)),
    "Porchlight, nothing mended": ("ours:unmended", True, ("clinc",)),
    "rapidfuzz ratio": ("naive:ratio", False, ("clinc", "bank")),
    "rapidfuzz token_sort_ratio": ("naive:token_sort_ratio", False, ("clinc", "bank")),
    "rapidfuzz WRatio": ("naive:WRatio", False, ("clinc", "bank")),
    "TF-IDF word + char, LinearSVC": ("svc", False, ("clinc", "bank")),
    "nlp.js": ("nlpjs", False, ("clinc", "bank")),
    "fastText": ("fast", False, ("clinc", "bank")),
    "MiniLM-L6, logistic regression": ("minilm", False, ("clinc", "bank")),
    # A quarter of an hour instead of an hour on a busy machine, and a point of its learning curve.
    "MiniLM-L6, every 4th phrase only": ("minilm:4", False, ("bank",)),
}
Vectorizer = Sequence[Sequence[str]]
Floats = np.ndarray


@dataclass(frozen=True)
class Result:
    """What one method's process wrote."""

    labels: list[str]
    parts: dict[str, Floats]
    info: dict[str, Any]


def clinc_job(path: Path) -> tuple[dict[str, Any], dict[str, list[str]]]:
    """The job, and the right label of each in-scope message by set."""
    data = json.loads(path.read_text(encoding="utf-8"))
    texts = {name: [text for text, _ in rows] for name, rows in data.items()}
    labels = {name: [label for _, label in data[name]] for name in ("val", "test")}
    sets = {
        "val": texts["val"],
        "val_oos": texts["oos_val"],
        "test": texts["test"],
        "oos": texts["oos_test"],
        "test_misspelt": misspelt(texts["test"], 7),
        "oos_misspelt": misspelt(texts["oos_test"], 8),
    }
    job = {
        "train": [[text, label, "en"] for text, label in (*data["train"], *data["oos_train"])],
        "sets": sets,
        "timed": [*_some(texts["test"], TIMED), *_some(sets["test_misspelt"], TIMED // 5)],
        "options": {"product": False, "languages": ["en"]},
    }
    return job, {"val": labels["val"], "test": labels["test"], "test_misspelt": labels["test"]}


def _some(texts: Sequence[str], number: int) -> Sequence[str]:
    """About so many of them, from all over."""
    return texts[:: max(1, len(texts) // number)]


def bank_job(content: Content, rows: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Our bank without the tenth that nothing is learned from -> the labelled messages."""
    train = []
    for e in sorted(
        (e for e in examples(content) if e.bucket >= HELD_OUT and e.set in ("bank", "phrase")),
        key=lambda e: (e.lang, e.source),
    ):
        train.append([e.text, e.columns[0], e.lang])
    texts = [row["text"] for row in rows]
    return {
        "train": train,
        "sets": {"messages": texts, "messages_misspelt": misspelt(texts, 7)},
        "timed": texts[:TIMED],
        "options": {"product": True, "languages": ["en", "es"]},
    }


def run(method: str, ours: bool, job: Path, out: Path, timeout: float) -> Result | str:
    """The method's result, or in one sentence why there is none."""
    env = {**os.environ, "PYTHONPATH": os.pathsep.join((str(HERE.parent), str(ROOT)))}
    env |= dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
    if method == "nlpjs":
        out = out.with_suffix(".json")
        command = ["node", "--max-old-space-size=6000", str(HERE / "peers" / "nlpjs.js"), str(job), str(out)]
        command.append(str(BENCH / "node_modules"))
    else:
        python = sys.executable if ours else str(BENCH / "venv" / "bin" / "python")
        command = [python, "-m", "bench.peers.run", method, str(job), str(out)]
    try:
        done = subprocess.run(command, env=env, capture_output=True, text=True, timeout=timeout, check=False)
    except FileNotFoundError:
        return "not installed here"
    except subprocess.TimeoutExpired:
        return f"not done after {timeout:.0f} s"
    if done.returncode:
        return f"did not run: {(done.stderr.strip().splitlines() or ['no word why'])[-1][:120]}"
    return read(out)


def read(out: Path) -> Result:
    """A result that a method wrote."""
    if out.suffix == ".json":
        said = json.loads(out.read_text(encoding="utf-8"))
        parts = {name: np.asarray(rows, np.float32) for name, rows in said["found"].items()}
        return Result(said["info"]["labels"], parts, said["info"])
    with np.load(out) as stored:
        info = json.loads(stored["info"].tobytes())
        return Result(info["labels"], {name: stored[name] for name in stored.files if name != "info"}, info)


# --- what is counted -------------------------------------------------------------------------


def clinc_measures(result: Result, gold: dict[str, list[str]]) -> dict[str, float]:
    """The shares of the table; 0 to 100."""
    step = result.info["step"]
    scope = np.asarray([n for n, label in enumerate(result.labels) if label != "oos"])
    background = result.labels.index("oos")
    names = np.asarray(result.labels)[scope]

    def right(part: str) -> Floats:
        return names[result.parts[part][:, scope].argmax(axis=1)] == np.asarray(gold[part][::step])

    def trust(part: str, penalty: float) -> Floats:
        scores = result.parts[part]
        return scores[:, scope].max(axis=1) - penalty * scores[:, background]

    # By AUROC first: the mean at one limit, over 100 out-of-scope messages, is too rough to choose two things by.
    penalty = max(PENALTIES, key=lambda penalty: auroc(trust("val", penalty), trust("val_oos", penalty)))
    inside, outside, good = trust("val", penalty), trust("val_oos", penalty), right("val")
    limits = np.unique(np.concatenate([inside, outside]))
    means = [(good & (inside >= limit)).mean() + (outside < limit).mean() for limit in limits]
    limit = limits[int(np.argmax(means))]
    out = {}
    for name, inside, outside in (("clean", "test", "oos"), ("misspelt", "test_misspelt", "oos_misspelt")):
        good, kept = right(inside), trust(inside, penalty)
        rejected = trust(outside, penalty)
        out[f"{name} accuracy"] = 100 * good.mean()
        out[f"{name} at limit"] = 100 * (good & (kept >= limit)).mean()
        out[f"{name} oos"] = 100 * (rejected < limit).mean()
        out[f"{name} mean"] = (out[f"{name} at limit"] + out[f"{name} oos"]) / 2
        out[f"{name} auroc"] = 100 * auroc(kept, rejected)
    return out


def auroc(higher: Floats, lower: Floats) -> float:
    """How often a value of the first is above one of the second; ties count half."""
    values = np.sort(lower)
    below = np.searchsorted(values, higher, "left")
    upto = np.searchsorted(values, higher, "right")
    return float((below + upto).mean() / 2 / len(lower))


def bank_measures(result: Result, rows: Sequence[dict[str, Any]]) -> dict[str, float]:
    """The shares of the table; 0 to 100."""
    rows = rows[:: result.info["step"]]
    risky = np.asarray([bool(row["safety"]) and not row.get("either") for row in rows])
    calm = np.asarray([not row["safety"] and not row.get("either") for row in rows])
    topic_scores = np.asarray([n for n, row in enumerate(rows) if calm[n] and row["topics"]])
    kinds = np.asarray([label in KINDS for label in result.labels])
    topics = np.asarray([n for n, label in enumerate(result.labels) if label not in KINDS and label != HARMLESS])
    out = {}
    for name, part in (("clean", "messages"), ("misspelt", "messages_misspelt")):
        scores = result.parts[part]
        best = [result.labels[topics[n]] for n in scores[np.ix_(topic_scores, topics)].argmax(axis=1)]
        out[f"{name} topics"] = 100 * np.mean([b in rows[n]["topics"] for b, n in zip(best, topic_scores, strict=True)])
        danger = scores[:, kinds].max(axis=1) - scores[:, ~kinds].max(axis=1)
        false = np.sort(danger[calm])[::-1]
        limit = false[int(FALSE_ALERTS * len(false))]  # at most this share lies above
        out[f"{name} recall"] = 100 * (danger[risky] > limit).mean()
    return out


# --- the everyday messages through the whole engine ------------------------------------------


def everyday(engine: Engine, texts: Sequence[str]) -> str:
    """How many of them are alerts, of which kinds, and by what."""
    kinds: Counter[str] = Counter()
    causes: Counter[str] = Counter()
    lines = []
    for text in texts:
        reply = engine.reply(Incoming(text=text))
        if reply.classification.tier == "alert":
            _, why = engine.classifier.explain(text)
            kinds.update(reply.classification.safety)
            cause = ", ".join(f"phrase {at}" for _, at in why.phrases) or "score"
            causes["phrase" if why.phrases else "score"] += 1
            lines.append(f"- {'+'.join(reply.classification.safety)} ({cause}): {text}")
    head = (
        f"{len(lines)} of {len(texts)} everyday messages are alerts "
        f"({100 * len(lines) / len(texts):.2f} %, goal 0.2 %). Kinds: {_counted(kinds)}. Raised by: {_counted(causes)}."
    )
    return "\n".join((head, "", *lines))


def _counted(counter: Counter[str]) -> str:
    return ", ".join(f"{name} {n}" for name, n in counter.most_common()) or "none"


# --- the tables ------------------------------------------------------------------------------

CLINC_HEAD = (
    "| method | clean acc | AUROC | at limit acc / oos | mean | misspelt acc | AUROC | at limit acc / oos | mean "
    "| p50 / p99 ms | msg/s | MB | build s |\n|---|---|---|---|---|---|---|---|---|---|---|---|---|"
)
BANK_HEAD = (
    "| method | topic right | misspelt | alert recall at 2 % false alerts | misspelt | p50 / p99 ms | msg/s | MB | build s |\n"
    "|---|---|---|---|---|---|---|---|---|"
)


def costs(info: dict[str, Any]) -> str:
    """The last columns of both tables."""
    return f"{info['p50']:.2f} / {info['p99']:.2f} | {info['rate']:,.0f} | {info['rss']:.0f} | {info['built']:.0f}"


def _mark(result: Result) -> str:
    return f" (one message in {result.info['step']})" if result.info["step"] > 1 else ""


def clinc_line(name: str, result: Result | str, gold: dict[str, list[str]]) -> str:
    """One method's line."""
    if isinstance(result, str):
        return f"| {name} | {result} " + "| - " * 11 + "|"
    m = clinc_measures(result, gold)
    cells = [f"{name}{_mark(result)}"]
    for part in ("clean", "misspelt"):
        cells += [f"{m[f'{part} accuracy']:.1f}", f"{m[f'{part} auroc']:.1f}"]
        cells += [f"{m[f'{part} at limit']:.1f} / {m[f'{part} oos']:.1f}", f"{m[f'{part} mean']:.1f}"]
    return f"| {' | '.join(cells)} | {costs(result.info)} |"


def bank_line(name: str, result: Result | str, rows: Sequence[dict[str, Any]]) -> str:
    """One method's line."""
    if isinstance(result, str):
        return f"| {name} | {result} " + "| - " * 7 + "|"
    m = bank_measures(result, rows)
    cells = [
        f"{name}{_mark(result)}",
        *(f"{m[key]:.1f}" for key in ("clean topics", "misspelt topics", "clean recall", "misspelt recall")),
    ]
    return f"| {' | '.join(cells)} | {costs(result.info)} |"


def served(engine: Engine, rows: Sequence[dict[str, Any]]) -> str:
    """The whole engine on the same messages, at its own limits."""
    cells = []
    for texts in ([row["text"] for row in rows], misspelt([row["text"] for row in rows], 7)):
        scored = score.run(engine, [{**row, "text": text} for row, text in zip(rows, texts, strict=True)])
        found = score.measures(scored, {})
        shares = {name: f"{100 * part / whole:.1f} %" if whole else "-" for name, (part, whole) in found.items()}
        cells.append(
            f"topic right {shares['topic right']}, alert recall {shares['alert recall']} at {shares['false alerts']} "
            f"false alerts, numbers first {shares['numbers first']}"
        )
    return f"As served, at its own limits: {cells[0]}. Misspelt: {cells[1]}."


def main() -> int:
    """Run everything, write the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--file", type=Path, help="labelled messages, one JSON object per line")
    parser.add_argument("--clinc", type=Path, help="data_full.json of CLINC150")
    parser.add_argument("--out", type=Path, help="where the tables go; printed otherwise")
    parser.add_argument(
        "--only", default="", help="names of peers/ modules, comma-separated; the others are left as they were"
    )
    parser.add_argument(
        "--reuse", action="store_true", help="take results of an earlier run on the same messages as they are"
    )
    parser.add_argument("--timeout", type=float, default=3600, help="seconds that one method may take")
    args = parser.parse_args()
    content = load.load(ROOT)
    BENCH.mkdir(exist_ok=True)
    texts = []
    jobs: dict[str, dict[str, Any]] = {}
    if args.clinc:
        jobs["clinc"], gold = clinc_job(args.clinc)
    if args.file:
        rows = score.read(args.file)
        jobs["bank"] = bank_job(content, rows)
    for name, job in jobs.items():
        results = _run_all(name, job, args)
        job_size = f"{len(job['train']):,} training messages"
        if name == "clinc":
            texts += [f"### CLINC150: {job_size}", "", CLINC_HEAD, *(clinc_line(n, r, gold) for n, r in results), ""]
        else:
            head = f"### Our bank ({job_size}) -> {len(rows)} labelled messages"
            texts += [head, "", BANK_HEAD, *(bank_line(n, r, rows) for n, r in results), ""]
    engine = Engine(
        content, store.load_or_train(content, Path(os.environ.get("PORCHLIGHT_CACHE", ROOT / ".porchlight")))
    )
    if args.file:
        texts += [served(engine, rows), ""]
    if args.clinc:
        texts += ["### CLINC150's everyday test messages through the whole engine", ""]
        texts += [everyday(engine, jobs["clinc"]["sets"]["test"]), ""]
    texts += [
        f"{platform.machine()}, {os.cpu_count()} cores, {platform.system()}, Python {platform.python_version()}. "
    ]
    texts[-1] += "Times per message are processor time on one core, build times are time on the clock."
    table = "\n".join(texts) + "\n"
    if args.out:
        args.out.write_text(table, encoding="utf-8")
    else:
        print(table)
    return 0


def _run_all(name: str, job: dict[str, Any], args: argparse.Namespace) -> list[tuple[str, Result | str]]:
    written = json.dumps(job, ensure_ascii=False)
    folder = BENCH / f"{name}-{hashlib.sha256(written.encode()).hexdigest()[:12]}"
    folder.mkdir(exist_ok=True)
    path = folder / "job.json"
    path.write_text(written, encoding="utf-8")
    only = set(filter(None, args.only.split(",")))
    results: list[tuple[str, Result | str]] = []
    for title, (method, ours, where) in METHODS.items():
        if name not in where:
            continue
        out = folder / f"{method.replace(':', '_')}.npz"
        stored = out.with_suffix(".json") if method == "nlpjs" else out
        wanted = not only or method in only or method.partition(":")[0] in only
        if stored.is_file() and (args.reuse or not wanted):
            results.append((title, read(stored)))
        elif wanted:
            print(f"{name}: {title}", file=sys.stderr, flush=True)
            results.append((title, run(method, ours, path, out, args.timeout)))
        else:
            results.append((title, "left out of this run"))
    return results


if __name__ == "__main__":
    raise SystemExit(main())
