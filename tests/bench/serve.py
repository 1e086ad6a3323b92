"""How fast POST /api/reply is: the real server on one core, 50 connections on another.

    python tests/bench/serve.py [--seconds 15] [--connections 50] [--engine-only]

The messages are the kind that people send; none of them is a phrase of the bank. With --engine-only the same mix goes
through engine.reply in this process, which shows how much of the time is the engine's and not the server's.
"""

import argparse
import asyncio
import json
import os
import platform
import random
import re
import subprocess
import sys
import time
from pathlib import Path

from aiohttp import ClientSession, TCPConnector

ROOT = Path(__file__).resolve().parent.parent.parent

#: What comes in on a night: many plain ones, some long, some Spanish, a few alerts, some buttons, some that say nothing.
MIX: list[dict[str, str]] = [
    {"text": "someone on insta has my pictures and says he will send them to my friends if i dont pay 200"},
    {"text": "he wants money or hes gonna post them"},
    {"text": "this guy i met on roblox keeps asking me to move to discord and send a pic"},
    {"text": "help"},
    {"text": "hi"},
    {"text": "my ex posted my nudes what do i do"},
    {"text": "how do i get a picture taken off the internet"},
    {"text": "will i get in trouble if i sent it myself"},
    {"text": "can you tell my mom for me"},
    {"text": "is this private? do you save what i write"},
    {
        "text": "i found messages on my daughters phone from a man i dont know, hes asking for photos, what should i do first"
    },
    {"text": "im a teacher and a student told me somebody is blackmailing her, do i have to report it"},
    {"text": "what number do i call"},
    {"text": "they made a fake naked picture of me with AI and its going around school"},
    {"text": "how long does the fbi take to answer a report"},
    {"text": "lol whatever"},
    {"text": "asdkjh"},
    {"text": "do you know a good pizza place"},
    {"text": "i cant do this anymore i want to die"},
    {"text": "my uncle touches me at night and i dont know who to tell"},
    {"text": "me estan chantajeando con unas fotos que mande", "lang": "es"},
    {"text": "mi hijo tiene 13 y un adulto le pide fotos por whatsapp, a quien llamo", "lang": "es"},
    {"text": "quiero borrar mis fotos de internet", "lang": "es"},
    {"text": "ya no quiero vivir", "lang": "es"},
    {
        "text": (
            "ok so this started like two weeks ago i was playing online and this girl added me and we talked every day "
            "and she sent me pictures and then asked for mine and i did it which was so stupid and now its some guy "
            "and he has a list of everyone i follow and he says i have until midnight, i already sent him 50 from my "
            "moms card and now he wants 300 more and i dont know what to do i havent slept"
        )
    },
    {"topic": "sextortion", "lang": "en"},
    {"topic": "sextortion", "action": "more", "audience": "teen", "lang": "en"},
    {"topic": "report", "lang": "es"},
    {"topic": "menu", "lang": "en"},
    {"topic": "my_child_is_victim", "audience": "adult", "lang": "en"},
]


def main() -> None:
    """Start the server, load it, print the figures."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=float, default=15)
    parser.add_argument("--warm-up", type=float, default=2)
    parser.add_argument("--connections", type=int, default=50)
    parser.add_argument("--engine-only", action="store_true")
    args = parser.parse_args()
    print(f"{platform.machine()}, {_processor()}, {os.cpu_count()} cores, Python {platform.python_version()}")
    if args.engine_only:
        _engine_only(args.seconds)
        return
    cores = sorted(os.sched_getaffinity(0))
    if len(cores) < 2:
        sys.exit("This needs two cores: one for the server, one for the load.")
    server = _start(cores[0])
    try:
        url = _address(server)
        os.sched_setaffinity(0, {cores[1]})
        asyncio.run(_load(url, args.connections, args.warm_up))
        before = _cpu(server.pid)
        took, failed, seconds = asyncio.run(_load(url, args.connections, args.seconds))
        used = _cpu(server.pid) - before
        _print(took, failed, seconds, used, _resident(server.pid))
    finally:
        server.terminate()
        server.wait(10)


def _start(core: int) -> subprocess.Popen[str]:
    env = {**os.environ, "PORCHLIGHT_PORT": "0", "PORCHLIGHT_HOST": "127.0.0.1"}
    env["PORCHLIGHT_RATE_LIMIT"] = "999999999"  # counted as ever, never reached
    env.setdefault("PORCHLIGHT_CACHE", str(ROOT / ".porchlight"))
    env.update(OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1")
    return subprocess.Popen(
        [sys.executable, "-m", "bot", "serve"],
        cwd=ROOT,
        env=env,
        stdout=subprocess.PIPE,
        text=True,
        preexec_fn=lambda: os.sched_setaffinity(0, {core}),
    )


def _address(server: subprocess.Popen[str]) -> str:
    assert server.stdout is not None
    for line in server.stdout:
        if found := re.search(r"http://\S+:\d+", line):
            return found[0]
    sys.exit("The server did not start.")


async def _load(url: str, connections: int, seconds: float) -> tuple[list[float], int, float]:
    bodies = [json.dumps(message).encode() for message in MIX]
    took: list[float] = []
    failed = 0
    begun = time.perf_counter()
    until = begun + seconds

    async def talk(session: ClientSession, seed: int) -> None:
        nonlocal failed
        chance = random.Random(seed)
        while (start := time.perf_counter()) < until:
            async with session.post("/api/reply", data=chance.choice(bodies)) as response:
                answer = await response.read()
            took.append(time.perf_counter() - start)
            failed += response.status != 200 or b"988" not in answer

    headers = {"Content-Type": "application/json"}
    async with ClientSession(url, connector=TCPConnector(limit=connections), headers=headers) as session:
        await asyncio.gather(*(talk(session, seed) for seed in range(connections)))
    return took, failed, time.perf_counter() - begun


def _engine_only(seconds: float) -> None:
    from bot.content import load
    from bot.dialogue import Incoming
    from bot.engine import Engine
    from bot.nlu import store

    content = load.load(ROOT)
    engine = Engine(
        content, store.load_or_train(content, Path(os.environ.get("PORCHLIGHT_CACHE", ROOT / ".porchlight")))
    )
    incoming = [Incoming(**message) for message in MIX]
    chance = random.Random(0)
    took: list[float] = []
    before = time.process_time()
    until = time.perf_counter() + seconds
    while (start := time.perf_counter()) < until:
        engine.reply(chance.choice(incoming))
        took.append(time.perf_counter() - start)
    _print(took, 0, seconds, time.process_time() - before, _resident(os.getpid()))


def _print(took: list[float], failed: int, seconds: float, cpu: float, resident: float) -> None:
    """The figures; where others use the machine too, what the core could do alone follows from the CPU time."""
    took.sort()
    print(f"requests/s  {len(took) / seconds:8.0f}")
    print(f"p50         {took[len(took) // 2] * 1000:8.2f} ms")
    print(f"p99         {took[int(len(took) * 0.99)] * 1000:8.2f} ms")
    print(
        f"CPU         {cpu / len(took) * 1000:8.2f} ms a request: {len(took) / cpu:.0f} a second if it had the core alone"
    )
    print(f"core had    {cpu / seconds:8.0%}")
    print(f"failed      {failed:8d} of {len(took)}")
    print(f"RSS         {resident:8.0f} MB")


def _cpu(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text("utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _resident(pid: int) -> float:
    for line in Path(f"/proc/{pid}/status").read_text("utf-8").splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    return 0.0


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text("utf-8").splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return "unknown processor"


if __name__ == "__main__":
    main()
