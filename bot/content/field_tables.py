"""The tables of fields in content/FIELDS.md, made from the models: `python -m bot.content.field_tables` prints the file."""

from pydantic import BaseModel

from bot.schema import Menu, OtherLanguage, Resource, ResourceWords, SafetyReply, School, Topic, TopicReply

#: Each table: the files that it describes, below content/, and the model behind them.
TABLES: tuple[tuple[str, type[BaseModel]], ...] = (
    ("replies/<language>/<topic>.yaml", TopicReply),
    ("replies/<language>/_safety.yaml", SafetyReply),
    ("replies/<language>/_resources.yaml", ResourceWords),
    ("resources.yaml", Resource),
    ("topics.yaml", Topic),
    ("other_languages.yaml", OtherLanguage),
    ("menu.yaml", Menu),
    ("schools/<school>.yaml", School),
)
_HEAD = """# All fields

What each line of a file is for. A field without "needed" can be left out. (How to change things: [README.md](README.md).)
"""


def page() -> str:
    """All of content/FIELDS.md, as Markdown."""
    return "\n\n".join([_HEAD.rstrip(), *(_table(file, model) for file, model in TABLES)]) + "\n"


def _table(file: str, model: type[BaseModel]) -> str:
    rows = [f"## {file}", "", "| field | | what it is |", "|---|---|---|"]
    for name, field in model.model_fields.items():
        needed = "needed" if field.is_required() else ""
        rows.append(f"| `{field.alias or name}` | {needed} | {field.description or ''} |")
    return "\n".join(rows)


if __name__ == "__main__":
    print(page(), end="")
