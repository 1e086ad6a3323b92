"""The real server in a process of its own, and schemathesis run against it.

python tests/channels/web/live_fuzz.py 1000        (make fuzz)
"""

import contextlib
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]


@contextlib.contextmanager
def served(**settings: str) -> Iterator[str]:
    """The address of `porchlight serve` on a free port, with these PORCHLIGHT_* settings."""
    env = {name: value for name, value in os.environ.items() if not name.startswith("PORCHLIGHT_")}
    env["PORCHLIGHT_CACHE"] = os.environ.get("PORCHLIGHT_CACHE", str(ROOT / ".porchlight"))
    env["PORCHLIGHT_PORT"] = "0"
    env.update({f"PORCHLIGHT_{name}": value for name, value in settings.items()})
    server = subprocess.Popen(
        [sys.executable, "-m", "bot", "serve"], cwd=ROOT, env=env, stdout=subprocess.PIPE, text=True
    )
    try:
        yield _address(server)
    finally:
        server.terminate()
        server.communicate(timeout=15)


def _address(server: subprocess.Popen[str]) -> str:
    assert server.stdout is not None
    for line in server.stdout:
        if found := re.search(r"http://\S+:\d+", line):
            return found[0]
    raise RuntimeError("The server did not start.")


def fuzz(address: str, examples: int, folder: str, *more: str, location: str = "") -> subprocess.CompletedProcess[str]:
    """What schemathesis finds, driven by the server's own description of itself; 0 if nothing."""
    command = [sys.executable, "-m", "schemathesis.cli", "run", location or f"{address}/api/openapi.json"]
    command += [
        "--checks",
        "all",
        "--max-examples",
        str(examples),
        "--no-color",
        "--generation-database",
        "none",
        *more,
    ]
    return subprocess.run(command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def main() -> int:
    """The long run: another seed each time, which schemathesis prints."""
    with tempfile.TemporaryDirectory() as folder, served(RATE_LIMIT="0") as address:
        done = fuzz(address, int(sys.argv[1]) if len(sys.argv) > 1 else 1000, folder)
    print(done.stdout)
    return done.returncode


if __name__ == "__main__":
    sys.exit(main())
