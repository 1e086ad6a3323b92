"""200 chats write 5 messages each at once, while 5 % of the sends get a 429 and 5 % a reset: is anything lost or out of order?

Run with `make bench-telegram`. The stand-in Bot API server runs in a process of its own, so that its work isn't counted as ours;
latency is from the moment an update is put there to the moment its first message has arrived there.
"""

import argparse
import asyncio
import contextlib
import json
import multiprocessing
import os
import platform
import random
import statistics
import sys
import time
from collections import defaultdict
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

_HERE = Path(__file__).resolve().parent
sys.path[:] = [
    str(_HERE.parent),
    *(place for place in sys.path if Path(place).resolve() != _HERE),
]  # this file isn't the library

from fakes.telegram_server import TOKEN, Fault, TelegramServer, plain

from bot import private_logging as quiet
from bot.channels.telegram.channel import TelegramChannel
from bot.content import load
from bot.dialogue import Incoming
from bot.engine import Engine
from bot.nlu import store
from bot.settings import Settings

ALERT = "i want to die"
#: What one chat says, in this order; the alert comes third, and may overtake what waits in front of it.
SAYS = ("he has my pics and wants money", "should i pay him", ALERT, "how do i report this", "who can see this chat")


class Unlucky(TelegramServer):
    """The stand-in, that fails a share of all sends at random (with a fixed seed) and notes when each one arrived."""

    chance = random.Random(1)
    share = 0.05

    def draw(self, method: str, data: dict[str, Any]) -> None:
        """Perhaps this send goes wrong."""
        if method.lower() != "sendmessage":
            return
        drawn = self.chance.random()
        if drawn < self.share:
            self.faults.append(Fault("429", chat=int(data["chat_id"]), seconds=1))
        elif drawn < 2 * self.share:
            self.faults.append(Fault("reset", chat=int(data["chat_id"])))

    def fault_for(self, method: str, data: dict[str, Any]) -> Fault | None:
        """The fault that strikes this call."""
        self.draw(method, data)
        found = next((fault for fault in self.faults if fault.hits(method, data)), None)
        self.faults = [fault for fault in self.faults if fault.times > (fault is found)]
        return found


def stand_in(pipe: Connection, chats: int, says: tuple[str, ...], share: float) -> None:
    """The server's process: says where it is, puts all messages in when told, and hands back what it saw."""

    async def serve() -> None:
        Unlucky.share = share
        server = await Unlucky().start()
        pipe.send(server.root)
        loop = asyncio.get_running_loop()
        await loop.run_in_executor(None, pipe.recv)
        put, worked = time.monotonic(), time.process_time()
        for text in says:
            for chat in range(1, chats + 1):
                server.say(text, chat)
        await loop.run_in_executor(None, pipe.recv)
        calls = [(call.method, call.chat, call.status, call.at, call.text) for call in server.calls]
        pipe.send((put, calls, time.process_time() - worked))
        await server.stop()

    asyncio.run(serve())


def opening(engine: Engine, text: str) -> tuple[str, str]:
    """How the answer to a message begins, and whether it is an alert."""
    reply = engine.reply(Incoming(text=text, lang="en"))
    return reply.messages[0].text.strip()[:60], reply.classification.tier


async def measure(chats: int, seconds: float, share: float) -> dict[str, Any]:
    """One run; the figures."""
    content = load.load(load.default_root())
    engine = Engine(content, store.load_or_train(content, Path(os.environ.get("PORCHLIGHT_CACHE", ".porchlight"))))
    openings = [opening(engine, text) for text in SAYS]
    messages = [len(engine.reply(Incoming(text=text, lang="en")).messages) for text in SAYS]
    assert len({words for words, _ in openings}) == len(SAYS), "Two of the messages get the same answer; change SAYS."
    ours, theirs = multiprocessing.Pipe()
    server = multiprocessing.get_context("spawn").Process(target=stand_in, args=(theirs, chats, SAYS, share))
    server.start()
    loop = asyncio.get_running_loop()
    root = await loop.run_in_executor(None, ours.recv)
    channel = TelegramChannel(engine, Settings(telegram_token=TOKEN, telegram_api=root))
    await channel.start()
    await asyncio.sleep(1)  # its profile is set by then
    ours.send("go")
    began, worked = time.monotonic(), time.process_time()
    await _until_quiet(channel, chats * len(SAYS), seconds)
    took, worked = time.monotonic() - began, time.process_time() - worked
    await channel.stop()
    ours.send("tell")
    put, calls, theirs_worked = await loop.run_in_executor(None, ours.recv)
    server.join()
    return {
        **judged(put, calls, chats, openings, messages),
        "seconds": round(took, 1),
        "cpu": round(worked, 1),
        "stand_in_cpu": round(theirs_worked, 1),
    }


async def _until_quiet(channel: TelegramChannel, updates: int, seconds: float) -> None:
    """Wait until all updates have been taken and worked on."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        await asyncio.sleep(0.1)
        if channel.intake.taken >= updates and not channel.intake.pending:
            return


def judged(
    put: float,
    calls: list[tuple[str, int, int, float, str]],
    chats: int,
    openings: list[tuple[str, str]],
    messages: list[int],
) -> dict[str, Any]:
    """What was lost or out of order, and how long answers took."""
    arrived: dict[int, list[tuple[float, str]]] = defaultdict(list)
    faults: dict[int, int] = defaultdict(int)
    for method, chat, status, at, text in calls:
        if method.lower() == "sendmessage":
            faults[status] += 1
            if status == 200:
                arrived[chat].append((at, plain(text)))
    lost = disordered = 0
    alerts, all_ = list[float](), list[float]()
    for chat in range(1, chats + 1):
        places: dict[int, int] = {}
        for place, (at, text) in enumerate(arrived[chat]):
            for which, (words, tier) in enumerate(openings):
                if text.startswith(words) and which not in places:
                    places[which] = place
                    all_.append(at - put)
                    if tier == "alert":
                        alerts.append(at - put)
        lost += len(openings) - len(places)
        lost += max(0, sum(messages) - len(arrived[chat]) - (len(openings) - len(places)))
        calm = [places[which] for which, (_, tier) in enumerate(openings) if tier != "alert" and which in places]
        disordered += calm != sorted(calm)
    return {
        "chats": chats, "messages": chats * len(openings), "sends": sum(faults.values()), "429": faults[429], "resets": faults[0],
        "lost": lost, "out_of_order": disordered,
        "alert_p50": _percentile(alerts, 50), "alert_p99": _percentile(alerts, 99), "alert_max": round(max(alerts, default=0), 3),
        "all_p50": _percentile(all_, 50), "all_p99": _percentile(all_, 99),
    }  # fmt: skip


def _percentile(values: list[float], which: int) -> float:
    return round(statistics.quantiles(values, n=100, method="inclusive")[which - 1], 3) if len(values) > 1 else 0.0


def machine() -> str:
    """The machine the figures are from, in one line."""
    name = platform.processor() or platform.machine()
    with contextlib.suppress(OSError):
        for line in Path("/proc/cpuinfo").read_text("utf-8").splitlines():
            if line.startswith("model name"):
                name = line.partition(":")[2].strip()
                break
    load_ = os.getloadavg()[0] if hasattr(os, "getloadavg") else 0.0
    return f"{name}, {os.cpu_count()} cores (load {load_:.1f}), Python {platform.python_version()}, {platform.system()}"


def main() -> int:
    """Print the figures; 1 if anything was lost or out of order."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--chats", type=int, default=200)
    parser.add_argument("--seconds", type=float, default=180.0, help="give up after")
    parser.add_argument("--share", type=float, default=0.05, help="of the sends that get a 429, and as many a reset")
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args()
    quiet.setup()
    before = machine()
    found = asyncio.run(measure(args.chats, args.seconds, args.share))
    if args.json:
        print(json.dumps({**found, "machine": before}))
    else:
        print(f"{found['chats']} chats x {len(SAYS)} messages at once; of {found['sends']} sends {found['429']} got a 429 and "
              f"{found['resets']} a reset")  # fmt: skip
        print(
            f"lost {found['lost']}, out of order {found['out_of_order']}, all done after {found['seconds']} s, of which {found['cpu']} s of work for one core (the stand-in: {found['stand_in_cpu']} s)"
        )
        print(f"alerts: p50 {found['alert_p50']} s, p99 {found['alert_p99']} s, slowest {found['alert_max']} s")
        print(f"all:    p50 {found['all_p50']} s, p99 {found['all_p99']} s")
        print(f"on {before}")
    return 1 if found["lost"] or found["out_of_order"] else 0


if __name__ == "__main__":
    sys.exit(main())
