"""content/FIELDS.md is made from the models."""

from bot.content.field_tables import TABLES, page
from bot.content.load import default_root


def test_the_page_of_fields_is_current() -> None:
    """If not: python -m bot.content.field_tables > content/FIELDS.md"""
    assert (default_root() / "content" / "FIELDS.md").read_text("utf-8") == page()


def test_every_field_is_described() -> None:
    undescribed = [
        f"{file}: {name}"
        for file, model in TABLES
        for name, field in model.model_fields.items()
        if not field.description
    ]
    assert undescribed == []
