"""Does every link still open? The only check that goes online; it runs only when asked for."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

import aiohttp

from bot.content.checks.phone_numbers import links
from bot.content.load import read_raw
from bot.content.yaml_reader import Problem

TIMEOUT = aiohttp.ClientTimeout(total=5)
MAX_CONNECTIONS = 4
#: Some sites refuse everything that isn't a browser. We say who we are, and count a refusal as an answer.
_AGENT = {"User-Agent": "Porchlight link check"}
_REFUSED = (401, 403, 405, 406, 429)


async def check_links(root: Path) -> tuple[Problem, ...]:
    """A problem for each link that doesn't open, at the first place where it is written. Raises nothing for a dead link."""
    first: dict[str, tuple[str, int]] = {}
    for file, line, address in links(read_raw(root)):
        first.setdefault(address, (file, line))
    faults = await _faults(tuple(first))
    found = (Problem(*first[address], _sentence(address, fault)) for address, fault in faults if fault)
    return tuple(sorted(found))


async def _faults(addresses: Sequence[str]) -> list[tuple[str, str | None]]:
    gate = asyncio.Semaphore(MAX_CONNECTIONS)
    async with aiohttp.ClientSession(timeout=TIMEOUT, headers=_AGENT) as session:

        async def one(address: str) -> tuple[str, str | None]:
            async with gate:
                return address, await fault(session, address)

        return await asyncio.gather(*map(one, addresses))


async def fault(session: aiohttp.ClientSession, address: str) -> str | None:
    """Why a page doesn't open, None if it does."""
    try:
        async with session.head(address, allow_redirects=True) as answer:
            status = answer.status
        if status >= 400:  # many sites know GET only
            async with session.get(address) as answer:
                status = answer.status
    except TimeoutError:
        return "it took longer than 5 seconds"
    except (aiohttp.ClientError, OSError) as error:
        return f"it could not be reached ({type(error).__name__})"
    return None if status < 400 or status in _REFUSED else f"it answers {status}"


def _sentence(address: str, why: str) -> str:
    return f"{address} doesn't open: {why}; try it in a browser and look for the new address"
