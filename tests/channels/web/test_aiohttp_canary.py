"""What the guarded server builds on in aiohttp is still there; if not, these say what changed and which code to read."""

import inspect
import re
from importlib.metadata import version

import pytest
from aiohttp import web

from bot.channels.web import server

#: Public by name, documented nowhere: what bot/channels/web/server.py overrides or calls, with the parameters it knows.
BUILT_ON: dict[tuple[type, str], tuple[str, ...]] = {
    (web.RequestHandler, "connection_made"): ("self", "transport"),
    (web.RequestHandler, "connection_lost"): ("self", "exc"),
    (web.RequestHandler, "data_received"): ("self", "data"),
    (web.RequestHandler, "pause_writing"): ("self",),
    (web.RequestHandler, "resume_writing"): ("self",),
    (web.RequestHandler, "close"): ("self",),
    (web.RequestHandler, "force_close"): ("self",),
    (web.RequestHandler, "handle_error"): ("self", "request", "status", "exc", "message"),
    (web.RequestHandler, "finish_response"): ("self", "request", "resp", "start_time"),
    (web.Server, "__init__"): ("self", "handler", "request_factory", "handler_cancellation", "loop", "kwargs"),
    (web.Server, "__call__"): ("self",),
    (web.ServerRunner, "__init__"): ("self", "web_server", "handle_signals", "kwargs"),
    (web.ServerRunner, "setup"): ("self",),
    (web.ServerRunner, "cleanup"): ("self",),
}
LOOK = f"Installed is aiohttp {version('aiohttp')}. Read bot/channels/web/server.py before you raise the bound in pyproject.toml."


@pytest.mark.parametrize(("owner", "name"), BUILT_ON)
def test_what_the_server_overrides_or_calls_is_as_it_was(owner: type, name: str) -> None:
    found = getattr(owner, name, None)
    assert found is not None, f"aiohttp's {owner.__name__}.{name} is gone. {LOOK}"
    parameters = tuple(inspect.signature(found).parameters)
    assert parameters == BUILT_ON[(owner, name)], f"aiohttp's {owner.__name__}.{name} takes {parameters} now. {LOOK}"


@pytest.mark.parametrize("option", ["access_log", "logger", "auto_decompress", "keepalive_timeout", "lingering_time",
                                    "max_line_size", "max_field_size", "max_headers", "loop"])  # fmt: skip
def test_a_connection_still_takes_each_option(option: str) -> None:
    parameters = inspect.signature(web.RequestHandler).parameters
    assert option in parameters, f"aiohttp's RequestHandler does not take {option} any more. {LOOK}"


def test_no_private_name_of_theirs_is_used_or_hidden() -> None:
    """No attribute with an underscore in our classes is one of aiohttp's."""
    ours = set(re.findall(r"\._[a-z]\w*", inspect.getsource(server)))
    parents = {parent for made in (web.RequestHandler, web.Server, web.ServerRunner) for parent in made.__mro__}
    sources = [inspect.getsource(parent) for parent in parents if parent.__module__.startswith("aiohttp")]
    shared = sorted(ours & {name for source in sources for name in re.findall(r"\._[a-z]\w*", source)})
    assert len(sources) >= 5 and ours
    assert shared == [], f"aiohttp has {shared} too: use its public names, or rename ours. {LOOK}"


async def test_the_runner_still_shows_the_server_of_an_application() -> None:
    """GuardedServer takes the application's own handler and request factory from there."""
    runner = web.AppRunner(web.Application())
    await runner.setup()
    try:
        for name in ("request_handler", "request_factory", "connections"):
            assert hasattr(runner.server, name), f"aiohttp's Server has no {name} any more. {LOOK}"
    finally:
        await runner.cleanup()
