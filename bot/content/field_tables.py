"""The tables of fields in content/README.md, made from the models: `python -m bot.content.fields` prints them."""

from pydantic import BaseModel

from bot.schema import Resource, ResourceWords, SafetyReply, School, Topic, TopicReply

#: Each table: the file, one sentence about it, the model behind it.
TABLES: tuple[tuple[str, type[BaseModel]], ...] = (
    ("replies/<language>/<topic>.yaml", TopicReply),
    ("replies/<language>/_safety.yaml", SafetyReply),
    ("resources.yaml", Resource),
    ("replies/<language>/_resources.yaml", ResourceWords),
    ("topics.yaml", Topic),
    ("schools/<school>.yaml", School),
)


def tables() -> str:
    """All tables of fields as Markdown."""
    return "\n\n".join(_table(file, model) for file, model in TABLES)


def _table(file: str, model: type[BaseModel]) -> str:
    rows = [f"### {file}", "", "| field | | what it is |", "|---|---|---|"]
    for name, field in model.model_fields.items():
        needed = "needed" if field.is_required() else ""
        rows.append(f"| `{field.alias or name}` | {needed} | {field.description or ''} |")
    return "\n".join(rows)


if __name__ == "__main__":
    print(tables())
