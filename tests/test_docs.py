"""The README and the documents say what is so: their files, commands, settings, functions and links exist."""

import json
import re
from pathlib import Path

import pytest

from bot import cli
from bot.channels import text as render
from bot.channels.web.api import contract
from bot.dialogue import Incoming
from bot.engine import Engine
from bot.settings import Settings

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
ARCHITECTURE = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")
PAGES = (
    *(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md")),
    *sorted((ROOT / "docs").rglob("*.md")),
)
TEXTS = {str(path.relative_to(ROOT)): path.read_text(encoding="utf-8") for path in PAGES}

#: What the documents describe and this checkout may still lack, as (file, what must stand in it). Once all are there,
#: nothing that is missing is passed over any more.
ARRIVING = (
    ("Makefile", "\nhearing-docs:"),
    ("Makefile", "\ntest-fast:"),
    ("bot/channels/telegram/polling.py", "class Poller"),
    ("bot/channels/web/requests.py", "def place_of"),
)
IS_COMPLETE = all((ROOT / file).is_file() and what in (ROOT / file).read_text("utf-8") for file, what in ARRIVING)
#: Made by a command, or by whoever runs it.
NOT_IN_THE_REPOSITORY = ("screens/", ".venv/", "docs/hearing/figures.md", "content/schools/lincoln.yaml")
FOLDERS = ("bot", "content", "deploy", "docs", "intents", "tests", "screens", ".ci", ".github", ".venv")


def _missing(found: set[str], existing: set[str]) -> set[str]:
    """What doesn't exist; nothing as long as this checkout lacks what the documents describe already."""
    return found - existing if IS_COMPLETE else set()


def test_the_readme_can_be_read_in_two_minutes() -> None:
    assert len(README.splitlines()) <= 120


@pytest.mark.parametrize("page", TEXTS)
def test_links_inside_the_repository_resolve(page: str) -> None:
    """Files, folders, pictures, and the headings that a link names."""
    prose = re.sub(r"```.*?```", "", TEXTS[page], flags=re.DOTALL)
    links = [*re.findall(r"\]\(([^)\s]+)\)", prose), *re.findall(r'src="([^"]+)"', prose)]
    for link in links:
        if re.match(r"[a-z]+:", link):
            continue
        name, _, heading = link.partition("#")
        target = ((ROOT / page).parent / name).resolve() if name else ROOT / page
        assert target.exists(), f"{page} links to {link}, which does not exist."
        assert not heading or heading in _anchors(target.read_text("utf-8")), f"{page}: no heading for {link}."


def _anchors(text: str) -> set[str]:
    titles = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


def test_every_file_that_is_named_exists() -> None:
    path = re.compile(rf"(?<![\w/.-])((?:{'|'.join(map(re.escape, FOLDERS))})/[\w./-]*\w(?:/(?=`|\s))?)(?![\w<*])")
    found = {(name, page) for page, text in TEXTS.items() for name in path.findall(re.sub(r"\S*<\S*", " ", text))}
    named = {name for name, _ in found if not name.startswith(NOT_IN_THE_REPOSITORY)}
    assert len(named) > 40
    assert _missing(named, {name for name in named if (ROOT / name).exists()}) == set()


def test_every_make_target_that_is_named_exists() -> None:
    named = {target for text in TEXTS.values() for target in re.findall(r"(?:`|\$ )make ([a-z][\w-]*)", text)}
    assert {"run", "test", "check", "lint"} <= named
    assert _missing(named, set(re.findall(r"^([a-z][\w-]*):", MAKEFILE, re.MULTILINE))) == set()


@pytest.mark.parametrize(
    "name", sorted({name for text in TEXTS.values() for name in re.findall(r"(?:`|\$ )porchlight ([a-z]+)", text)})
)
def test_every_command_that_is_named_exists(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Its help can be asked for, and knows the options that the documents give it."""
    with pytest.raises(SystemExit) as leave:
        cli.main([name, "--help"])
    assert leave.value.code == 0
    shown = capsys.readouterr().out
    assert f"porchlight {name}" in shown
    named = {o for text in TEXTS.values() for o in re.findall(rf"`porchlight {name}\b[^`\n]*?(--[a-z]+)", text)}
    assert all(option in shown for option in named), f"{named} of `porchlight {name}`"


def _settings() -> set[str]:
    fields = getattr(Settings, "model_fields", None) or getattr(Settings, "__dataclass_fields__", {})
    return {f"PORCHLIGHT_{name.upper()}" for name in fields}


def test_every_setting_has_a_row_in_the_configuration() -> None:
    rows = re.findall(r"^\| `(PORCHLIGHT_\w+)` \|", TEXTS["docs/configuration.md"], re.MULTILINE)
    assert set(rows) == _settings()
    assert len(rows) == len(set(rows))


def test_every_setting_that_is_named_exists() -> None:
    named = {name for text in TEXTS.values() for name in re.findall(r"PORCHLIGHT_[A-Z_]*[A-Z]", text)}
    assert {name.removesuffix("_FILE") for name in named} <= _settings()


def test_every_default_of_a_setting_is_as_documented() -> None:
    """Where the table shows a value, the program has the same."""
    rows = re.findall(r"^\| `PORCHLIGHT_(\w+)` \| `([^`]+)` \|", TEXTS["docs/configuration.md"], re.MULTILINE)
    defaults = Settings()
    assert dict(rows) == {name: str(getattr(defaults, name.lower())) for name, _ in rows}
    assert {"HOST", "PORT", "RATE_LIMIT", "TELEGRAM_MODE"} <= {name for name, _ in rows}


_STEPS = re.findall(r"^\| .+ \| `(bot/[\w/]+\.py)` \| (.+) \|$", ARCHITECTURE, re.MULTILINE)


def test_the_functions_of_the_architecture_exist_where_it_says() -> None:
    named = {f"{file}: {name}" for file, cell in _STEPS for name in re.findall(r"`([\w.]+)`", cell)}
    assert len(named) > 40
    assert _missing(named, {each for each in named if _is_defined(*each.split(": "))}) == set()


def _is_defined(file: str, name: str) -> bool:
    if not (ROOT / file).is_file():
        return False
    source = (ROOT / file).read_text("utf-8")
    return all(re.search(rf"^\s*(?:async )?(?:def|class) {part}\b", source, re.MULTILINE) for part in name.split("."))


def test_the_layers_of_the_architecture_are_in_the_order_that_lint_checks() -> None:
    """Each line is one layer; small modules beside those shown are left out there."""
    shown = ARCHITECTURE.split("## Layers and import rules", 1)[1].split("```\n", 2)[1].splitlines()
    checked = (ROOT / "pyproject.toml").read_text("utf-8").split('type = "layers"', 1)[1].split("]", 1)[0]
    layers = [set(line.split(" | ")) for line in re.findall(r'^\s+"([^"]+)",$', checked, re.MULTILINE)]
    places = [
        [number for number, layer in enumerate(layers) if set(line.split(" | ")) <= layer]
        for line in shown
        if line != "```"
    ]
    assert all(len(place) == 1 for place in places), places
    assert sorted(places) == places
    assert len(places) > 7


def test_the_readme_shows_what_the_bot_really_answers(engine: Engine) -> None:
    """The lines of its example are the engine's own."""
    shown, _, last = README.split('ask "he has my pics and wants money"\n', 1)[1].partition("\n...\n")
    said = render.whole(engine.reply(Incoming(text="he has my pics and wants money")))
    assert said.startswith(shown)
    assert said.splitlines()[-1] == last.split("\n```", 1)[0]


def test_the_api_page_shows_what_the_api_really_answers(engine: Engine) -> None:
    """Shortened, but nothing in it is otherwise."""
    page = TEXTS["docs/api.md"]
    shown = json.loads(page.split("```json\n", 1)[1].split("```", 1)[0])
    said = contract(engine.reply(Incoming(text="he has my pics and wants money")))
    assert shown.keys() == said.keys()
    for name in ("lang", "tier", "safety", "topic"):
        assert shown[name] == said[name]
    assert shown["messages"][0].keys() == said["messages"][0].keys()
    assert said["messages"][0]["text"].startswith(shown["messages"][0]["text"].removesuffix(" …"))
    assert all(link in said["messages"][0]["links"] for link in shown["messages"][0]["links"])
    assert all(button in said["next"] for button in shown["next"])
