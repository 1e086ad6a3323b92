"""The Dockerfile without Docker: its lines are run below a temporary folder, and what it ships is served and asked.

As the image's user, with the image's environment alone, and on a file system that can't be written. Needs root and Linux.
"""

import json
import os
import re
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parent.parent
#: Run in a mount namespace of its own. Makes the interpreter reachable for other users (a home folder's is not), and
#: everything else read-only.
SERVE = """
set -eu
mount --make-rprivate /
if [ -n "$CLOSED" ]; then
    mount --bind "$PREFIX" "$MARKED"
    mount -t tmpfs -o mode=755 tmpfs "$CLOSED"
    mkdir -p "$PREFIX"
    mount --bind "$MARKED" "$PREFIX"
fi
mount -o remount,bind,ro /
cd /
exec setpriv --reuid="$USER_ID" --regid="$GROUP_ID" --clear-groups env -i "$@"
"""


class Dockerfile:
    """The instructions of both stages, with /opt and /src moved below `root`."""

    def __init__(self, root: Path) -> None:
        text = (REPOSITORY / "Dockerfile").read_text(encoding="utf-8")
        lines = [line for line in text.replace("\\\n", " ").splitlines() if line and not line.startswith("#")]
        first, second = "\n".join(lines).split("\nFROM ")[-2:]
        self._root = root
        self.build = self._instructions(first)
        self.image = self._instructions(second)

    def _instructions(self, stage: str) -> list[tuple[str, str]]:
        moved = re.sub(r"(?<![\w.])/(opt|src)\b", lambda found: f"{self._root}/{found[1]}", stage)
        return [(word, rest.strip()) for word, _, rest in (line.partition(" ") for line in moved.splitlines())]

    def environment(self, stage: list[tuple[str, str]]) -> dict[str, str]:
        """What the ENV lines of a stage set."""
        pairs = [pair.partition("=") for word, rest in stage if word == "ENV" for pair in shlex.split(rest)]
        return {name: value for name, _, value in pairs}


def main() -> int:
    """Run it; 0 if what the image would ship starts and answers."""
    if os.geteuid() != 0:
        print("This needs root, to become the user that the image runs as.", file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory(prefix="porchlight-image-") as folder:
        root = Path(folder)
        root.chmod(0o755)
        steps = Dockerfile(root)
        build(root, steps)
        serve(root, steps)
    print("The image's steps work: built, checked, and served by another user on a read-only file system.")
    return 0


def build(root: Path, steps: Dockerfile) -> None:
    """The first stage, with the interpreter that runs this."""
    bin_folder = root / "bin"
    bin_folder.mkdir()
    (bin_folder / "python").symlink_to(Path(sys.executable).resolve())
    environment = {**os.environ, **steps.environment(steps.build), "PATH": f"{bin_folder}:{os.environ['PATH']}"}
    environment.pop("PYTHONPATH", None)
    environment.pop("PIP_NO_CACHE_DIR", None)  # a cache changes nothing but the time it takes
    if cache := environment.get("PORCHLIGHT_CACHE"):  # nor does a model that is trained already
        environment["PORCHLIGHT_CACHE"] = str(REPOSITORY / cache)
    here = root
    for word, rest in steps.build:
        if word == "WORKDIR":
            here = Path(rest)
            here.mkdir(parents=True)
        elif word == "COPY":
            *sources, target = rest.split()
            for source in sources:
                copy(REPOSITORY / source, here / target if target != "./" else here / source)
        elif word == "RUN":
            print(f"RUN {rest}", flush=True)
            subprocess.run(["bash", "-euc", rest], cwd=here, env=environment, check=True)


def copy(source: Path, target: Path) -> None:
    """A file or a folder."""
    if source.is_dir():
        shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
    else:
        shutil.copy(source, target)


def serve(root: Path, steps: Dockerfile) -> None:
    """The second stage: its command, by its user, asked what a person in need would ask."""
    said = dict(steps.image)
    user, _, group = said["USER"].partition(":")
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
    environment = {**steps.environment(steps.image), "PORCHLIGHT_PORT": str(port)}
    marked = root / "prefix"
    marked.mkdir()
    closed = next(
        (str(path) for path in reversed(Path(sys.base_prefix).parents) if not path.stat().st_mode & 0o001), ""
    )
    outside = {"PREFIX": sys.base_prefix, "CLOSED": closed, "MARKED": str(marked), "USER_ID": user, "GROUP_ID": group}
    words = [*(f"{name}={value}" for name, value in environment.items()), *json.loads(said["CMD"])]
    running = subprocess.Popen(
        ["unshare", "--mount", "bash", "-c", SERVE, "serve", *words],
        env={"PATH": os.environ["PATH"], **outside},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        until_it_answers(running, f"http://127.0.0.1:{port}")
        status = Path(f"/proc/{running.pid}/status").read_text(encoding="utf-8")
        assert re.search(rf"^Uid:\s+{user}\s+{user}\s", status, re.MULTILINE), status
        for text in ("i want to die", "quiero morir"):
            answer = fetch(f"http://127.0.0.1:{port}/api/reply", json.dumps({"text": text}).encode())
            assert json.loads(answer)["tier"] == "alert", answer
            assert "911" in answer
            assert "988" in answer
        assert "911" in fetch(f"http://127.0.0.1:{port}/")
        running.send_signal(signal.SIGTERM)
        out, err = running.communicate(timeout=30)
        assert (running.returncode, err) == (0, ""), (running.returncode, err)
        print(out, end="")
    finally:
        running.kill()
        running.wait()


def until_it_answers(running: "subprocess.Popen[str]", address: str) -> None:
    """Wait for it, half a minute at most."""
    for _ in range(300):
        try:
            assert fetch(f"{address}/healthz") == "ok"
            return
        except (urllib.error.URLError, ConnectionError):
            if running.poll() is not None:
                raise SystemExit(f"It ended with {running.returncode}: {running.communicate()[1]}") from None
            time.sleep(0.1)
    raise SystemExit("It does not answer.")


def fetch(url: str, data: bytes | None = None) -> str:
    """What stands at an address; with data, what a POST of it brings."""
    headers = {"Content-Type": "application/json"} if data else {}
    with urllib.request.urlopen(urllib.request.Request(url, data, headers), timeout=10) as answer:
        return str(answer.read().decode())


if __name__ == "__main__":
    sys.exit(main())
