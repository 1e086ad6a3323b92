"""`porchlight serve` as a process of its own, with the model of this checkout."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
CACHE = Path(os.environ.get("PORCHLIGHT_CACHE", ROOT / ".porchlight")).resolve()
#: Runs the command line after a line of Python.
PROGRAM = "import sys; {}; from bot.cli import main; sys.exit(main())"


def environment(**settings: object) -> dict[str, str]:
    """This environment with these PORCHLIGHT_* settings and no others."""
    own = {name: value for name, value in os.environ.items() if not name.startswith("PORCHLIGHT_")}
    own |= {"PORCHLIGHT_CACHE": str(CACHE), "PYTHONPATH": str(ROOT)}
    return own | {f"PORCHLIGHT_{name}": str(value) for name, value in settings.items()}


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return int(listening.getsockname()[1])


def command(*words: str, before: str = "pass") -> Sequence[str]:
    """The words of a command line that runs `porchlight`, after a line of Python."""
    return [sys.executable, "-c", PROGRAM.format(before), *words]


@contextmanager
def served(
    port: int,
    *,
    argv: Sequence[str] | None = None,
    env: Mapping[str, str] | None = None,
    address: str = "127.0.0.1",
    **how: Any,
) -> Iterator["subprocess.Popen[str]"]:
    """The running server, once it answers; it is asked to stop at the end, and must end with 0."""
    running = subprocess.Popen(
        argv or command("serve"), env=env if env is not None else environment(PORT=port), text=True, **how
    )
    try:
        _until_it_answers(running, f"http://{address}:{port}/healthz")
        yield running
        running.send_signal(signal.SIGTERM)
        assert running.wait(30) == 0
    finally:
        if running.poll() is None:
            running.kill()
        running.wait()
        for stream in (running.stdout, running.stderr):
            if stream:
                stream.close()


def _until_it_answers(running: "subprocess.Popen[str]", url: str) -> None:
    for _ in range(600):
        try:
            assert fetch(url) == "ok"
            return
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            assert running.poll() is None, f"it ended with {running.returncode}"
            time.sleep(0.05)
    raise AssertionError(f"nothing answered at {url}")


def fetch(url: str, data: bytes | None = None) -> str:
    """What stands at an address; with data, what a POST of it brings."""
    headers = {"Content-Type": "application/json"} if data else {}
    with urllib.request.urlopen(urllib.request.Request(url, data, headers), timeout=10) as answer:
        return str(answer.read().decode())
