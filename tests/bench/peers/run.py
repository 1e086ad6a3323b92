"""One method, one job, one process: builds it, scores every set of the job, measures. Run by tests/bench/hearing.py.

    python tests/bench/peers/run.py METHOD JOB.json OUT.npz

A method is a module beside this file with `build(train, options)`, which gives an object with `labels` and
`scores(texts)`: one row per text, one column per label, the higher the likelier.
"""

import importlib
import json
import resource
import sys
import time
from pathlib import Path

import numpy as np

#: A method that can't be asked for all of a set as large as this one hears every n-th message, its `step`.
PARALLEL_FROM = 200


def main() -> None:
    """Read the job, build, score, measure, write."""
    name, job_path, out_path = sys.argv[1:4]
    job = json.loads(Path(job_path).read_text(encoding="utf-8"))
    module = importlib.import_module(f"bench.peers.{name.partition(':')[0]}")
    options = {**job["options"], "variant": name.partition(":")[2]}
    start = time.perf_counter()
    method = module.build(job["train"], options)
    built = time.perf_counter() - start
    step = getattr(method, "step", 1)
    found, messages = {}, 0
    busy = time.process_time()
    for part, texts in job["sets"].items():
        found[part] = np.asarray(method.scores(texts[:: step if len(texts) > PARALLEL_FROM else 1]), np.float32)
        messages += len(found[part])
    rate = messages / max(time.process_time() - busy, 1e-9)
    # Processor time, not time on the clock: other work on the machine is none of the method's.
    times = []
    for text in job["timed"][:: max(1, step)]:
        begin = time.process_time_ns()
        method.scores([text])
        times.append((time.process_time_ns() - begin) / 1e6)
    info = {
        "labels": list(method.labels),
        "built": built,
        "p50": float(np.percentile(times, 50)),
        "p99": float(np.percentile(times, 99)),
        "rate": rate,
        "rss": _rss(),
        "step": step,
    }
    np.savez(out_path, info=np.frombuffer(json.dumps(info).encode(), np.uint8), **found)


def _rss() -> float:
    """Memory of this process now, in MB; at its highest where the system doesn't say."""
    status = Path("/proc/self/status")
    if status.is_file():
        line = next(line for line in status.read_text().splitlines() if line.startswith("VmRSS"))
        return int(line.split()[1]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main()
