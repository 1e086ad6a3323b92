"""content/README.md tells editors what is so."""

import re
from pathlib import Path

from bot.content.load import default_root

BROKEN = Path(__file__).parents[1] / "broken"
README = (default_root() / "content" / "README.md").read_text("utf-8")


def test_every_message_that_it_explains_is_one_that_check_prints() -> None:
    printed = "\n".join(path.read_text("utf-8") for path in BROKEN.glob("*/expected.txt"))
    table = README.split("| it says |", 1)[1].split("\n\n", 1)[0]
    messages = [said for row in table.splitlines()[2:] for said in re.findall("`(.+?)`", row.split(" | ")[0])]
    assert len(messages) > 15
    unknown = [said for said in messages if not re.search(_pattern(said), printed)]
    assert unknown == []


def _pattern(said: str) -> str:
    """A message in which … stands for any words, and each number and name for any other."""
    plain = re.escape(said).replace("…", ".*")
    return re.sub(r"\d+", r"\\d+", plain).replace('"First"', '".*"')


def test_the_files_that_it_names_are_there() -> None:
    root = default_root() / "content"
    named = re.findall(r"`((?:replies|safety|schools)/[\w/<>.-]+|\w+\.yaml|FIELDS\.md)`", README)
    places = [name.replace("<language>", "en").replace("<topic>", "sextortion") for name in named]
    here = [name for name in places if "<" not in name and not name.startswith(("_", "schools/lincoln"))]
    assert len(here) > 10
    assert [name for name in here if not (root / name).exists()] == []
