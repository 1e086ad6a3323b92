"""The real content and the real engine, loaded once."""

import os
import shutil
from pathlib import Path

import pytest

from bot.content import load
from bot.engine import Engine
from bot.nlu import store
from bot.schema import Content

ROOT = Path(__file__).resolve().parent.parent

_BROWSERS = ("chromium", "chromium-browser", "google-chrome")
HAS_BROWSER = bool(os.environ.get("CHROMIUM") or any(map(shutil.which, _BROWSERS)))
NEEDS_BROWSER = os.environ.get("REQUIRE_BROWSER") == "1"
# Left out and said so, never skipped: where every test must run, the absence of a browser stops the run.
collect_ignore = [] if HAS_BROWSER else ["browser"]


def pytest_report_header() -> str:
    """Whether the tests in a browser are part of this run."""
    if HAS_BROWSER:
        return "browser tests: with this machine's Chromium"
    return "browser tests: LEFT OUT, there is no Chromium here; install it (apt-get install chromium) to run them"


def pytest_configure() -> None:
    """Stop where a browser is required and there is none."""
    if NEEDS_BROWSER and not HAS_BROWSER:
        raise pytest.UsageError(
            "REQUIRE_BROWSER is set and there is no Chromium here; install it (apt-get install chromium)."
        )


@pytest.fixture(scope="session")
def content() -> Content:
    """The content of this checkout."""
    return load.load(ROOT)


@pytest.fixture(scope="session")
def engine(content: Content) -> Engine:
    """The engine as it is served; what was model is kept between runs, keyed by the content's hash."""
    return Engine(content, store.load_or_train(content, Path(os.environ.get("PORCHLIGHT_CACHE", ROOT / ".porchlight"))))
