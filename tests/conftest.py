"""The real content and the real engine, loaded once."""

import os
import shutil

import pytest
from fakes.served import CACHE, ROOT
from hypothesis import settings

from bot.content import load
from bot.engine import Engine
from bot.nlu import store
from bot.schema import Content

# On a developer's machine the same examples every time; in CI new ones, printed so that a failure can be repeated.
settings.register_profile("dev", max_examples=60, deadline=None, derandomize=True)
settings.register_profile("ci", max_examples=100, deadline=None, derandomize=False, print_blob=True)
settings.load_profile("ci" if os.environ.get("CI") else "dev")

_BROWSERS = ("chromium", "chromium-browser", "google-chrome")
HAS_BROWSER = bool(os.environ.get("TEST_CHROMIUM") or any(map(shutil.which, _BROWSERS)))
NEEDS_BROWSER = os.environ.get("TEST_REQUIRE_BROWSER") == "1"
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
            "TEST_REQUIRE_BROWSER is set and there is no Chromium here; install it (apt-get install chromium)."
        )


@pytest.fixture(scope="session")
def content() -> Content:
    """The content of this checkout."""
    return load.load(ROOT)


@pytest.fixture(scope="session")
def engine(content: Content) -> Engine:
    """The engine as it is served; the trained model is kept between runs, and `make` trains it before the tests."""
    return Engine(content, store.load_or_train(content, CACHE))
