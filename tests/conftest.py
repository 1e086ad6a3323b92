"""The real content and the real engine, loaded once."""

import os
from pathlib import Path

import pytest

from bot.content import ear, load
from bot.engine import Engine
from bot.model import Content

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def content() -> Content:
    """The content of this checkout."""
    return load.load(ROOT)


@pytest.fixture(scope="session")
def engine(content: Content) -> Engine:
    """The engine as it is served; what was learned is kept between runs, keyed by the content's hash."""
    return Engine(content, ear.hearing(content, Path(os.environ.get("PORCHLIGHT_CACHE", ROOT / ".porchlight"))))
