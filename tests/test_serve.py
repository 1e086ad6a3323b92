"""The server as a process: it starts whatever becomes of its output, and says in one sentence why it can't."""

import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from fakes.served import command, environment, fetch, free_port, served

from bot.engine import Engine
from bot.serve import url

ALERT = json.dumps({"text": "i want to die"}).encode()
pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("engine")]  # which is trained by then


def refused(**settings: object) -> str:
    """What is said of a server that can't start."""
    ran = subprocess.run(command("serve"), env=environment(**settings), capture_output=True, text=True, timeout=60)
    assert (ran.returncode, ran.stdout) == (2, "")
    assert len(ran.stderr.splitlines()) == 1
    return ran.stderr.strip()


# --- output that can't be written ------------------------------------------------------------------


def test_it_serves_though_its_output_is_full() -> None:
    port = free_port()
    with Path("/dev/full").open("w") as full, served(port, stdout=full, stderr=full):
        assert "911" in fetch(f"http://127.0.0.1:{port}/api/reply", ALERT)


def test_it_serves_though_nobody_reads_its_output() -> None:
    port = free_port()
    reading, writing = os.pipe()
    os.close(reading)
    with served(port, stdout=writing, stderr=writing):
        os.close(writing)
        assert "911" in fetch(f"http://127.0.0.1:{port}/api/reply", ALERT)


def test_it_serves_though_its_output_is_closed() -> None:
    port = free_port()
    argv = ["sh", "-c", 'exec "$0" "$@" <&- >&- 2>&-', *command("serve")]
    with served(port, argv=argv):
        assert "911" in fetch(f"http://127.0.0.1:{port}/api/reply", ALERT)


# --- what it is made of ----------------------------------------------------------------------------


def test_it_serves_where_nothing_of_the_training_can_be_imported() -> None:
    port = free_port()
    hidden = "sys.modules.update(dict.fromkeys(('sklearn', 'scipy', 'joblib', 'rich', 'bot.nlu.train')))"
    with served(port, argv=command("serve", before=hidden)):
        assert "911" in fetch(f"http://127.0.0.1:{port}/api/reply", ALERT)


def test_a_crash_leaves_no_memory_on_a_disk() -> None:
    program = (
        "import resource; from bot.process import forbid_core_dumps; highest = resource.getrlimit(resource.RLIMIT_CORE)[1];"
        "resource.setrlimit(resource.RLIMIT_CORE, (highest, highest)); forbid_core_dumps();"
        "print(resource.getrlimit(resource.RLIMIT_CORE))"
    )
    assert subprocess.check_output([sys.executable, "-c", program], env=environment(), text=True) == "(0, 0)\n"


# --- addresses -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("host", "shown"),
    [
        ("127.0.0.1", "http://127.0.0.1:8080"),
        ("localhost", "http://localhost:8080"),
        ("::1", "http://[::1]:8080"),
        ("fe80::1%eth0", "http://[fe80::1%25eth0]:8080"),
        ("0.0.0.0", "http://127.0.0.1:8080"),
        ("::", "http://[::1]:8080"),
    ],
)
def test_an_address_is_shown_as_a_browser_opens_it(host: str, shown: str) -> None:
    assert url(host, 8080) == shown


def test_a_host_of_ipv6_is_listened_on() -> None:
    port = free_port()
    env = environment(PORT=port, HOST="[::1]")
    with served(port, env=env, address="[::1]", stdout=subprocess.PIPE) as running:
        assert running.stdout is not None
        assert running.stdout.readline() == f"Porchlight listens on http://[::1]:{port} (web chat).\n"


def test_every_address_means_both_families() -> None:
    port = free_port()
    env = environment(PORT=port, HOST="::")
    with served(port, env=env, stdout=subprocess.PIPE) as running:
        assert fetch(f"http://[::1]:{port}/healthz") == fetch(f"http://127.0.0.1:{port}/healthz") == "ok"
        assert running.stdout is not None
        assert running.stdout.readline() == (
            f"Porchlight listens on http://[::1]:{port} (web chat), and on every other address of this machine.\n"
        )


def test_a_port_that_is_taken_is_told() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        said = f"Port {port} on 127.0.0.1 is taken; stop the other program, or choose another with PORCHLIGHT_PORT."
        assert refused(PORT=port) == said


@pytest.mark.parametrize("host", ["192.0.2.1", "no-such-host.invalid"])
def test_an_address_of_another_machine_is_told(host: str) -> None:
    assert refused(HOST=host, PORT=0) == (
        f"{host} is no address of this machine; set PORCHLIGHT_HOST to one, such as 127.0.0.1, 0.0.0.0 or ::1."
    )


# --- settings and models ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "²"),
        ("TELEGRAM_TOKN", "123:abc"),
        ("ALLOWED_ORIGINS", "lincoln.example.org"),
        ("PUBLIC_URL", "school.example"),
        ("PUBLIC_URL", "https://school.example/help"),
        ("TRUSTED_PROXIES", "0.0.0.0/0"),
    ],
)
def test_a_setting_that_cannot_be_used_is_told(name: str, value: str) -> None:
    assert refused(**{name: value}).startswith(f"PORCHLIGHT_{name}")


def test_a_damaged_model_is_told_where_none_can_be_trained(engine: Engine, tmp_path: Path) -> None:
    from bot.nlu.store import file_name

    damaged = tmp_path / file_name(engine.content)
    damaged.write_bytes(b"PK\x03\x04")
    hidden = "sys.modules['sklearn'] = None"
    env = environment(CACHE=tmp_path, PORT=0)
    ran = subprocess.run(command("serve", before=hidden), env=env, capture_output=True, text=True, timeout=60)
    assert (ran.returncode, ran.stdout) == (2, "")
    assert ran.stderr.startswith(f"The trained model in {damaged} is damaged. Training a new one needs ")
    assert ran.stderr.endswith(": pip install scikit-learn\n")
    assert len(ran.stderr.splitlines()) == 1
