"""The tables in content/README.md are made from the models."""

from bot.content.field_tables import tables
from bot.content.load import default_root


def test_the_tables_in_the_readme_are_current() -> None:
    """If not: python -m bot.content.fields prints the right ones."""
    readme = (default_root() / "content" / "README.md").read_text("utf-8")
    assert tables() in readme


def test_every_field_is_described() -> None:
    assert not [row for row in tables().splitlines() if row.startswith("|") and row.endswith("|  |")]
