"""What is built and installed: the wheel carries content and a trained model, and needs nothing else to answer."""

import os
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest
from fakes.served import CACHE, ROOT, command, environment, fetch, free_port, served

from bot.nlu.store import file_name
from bot.schema import Content

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("engine")]  # so that the build finds a trained model


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of this checkout, with the model that the tests use."""
    folder = tmp_path_factory.mktemp("wheel")
    pip = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation", "--no-index"]
    subprocess.run([*pip, "--wheel-dir", str(folder), str(ROOT)], env=environment(CACHE=CACHE), check=True)
    (built,) = folder.iterdir()
    return built


def test_the_wheel_carries_content_intents_and_the_model_of_both(wheel: Path, content: Content) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    models = {name for name in names if name.endswith(".npz")}
    assert models == {f"bot/data/models/{file_name(content)}"}
    for folder in ("content", "intents"):
        own = {path.relative_to(ROOT).as_posix() for path in (ROOT / folder).rglob("*.yaml")}
        assert own
        assert {f"bot/data/{name}" for name in own} <= names
    assert {name.split("/")[0] for name in names} == {
        "bot",
        wheel.name.removesuffix("-py3-none-any.whl") + ".dist-info",
    }


def test_what_is_installed_answers_from_an_empty_folder_and_writes_nothing(wheel: Path, tmp_path: Path) -> None:
    installed, home, here = (tmp_path / name for name in ("installed", "home", "here"))
    home.mkdir()
    here.mkdir()
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-index", "--no-compile"]
    subprocess.run([*pip, "--target", str(installed), str(wheel)], check=True)
    port = free_port()
    env = {
        "HOME": str(home),
        "PATH": os.defpath,
        "PYTHONPATH": str(installed),
        "PYTHONDONTWRITEBYTECODE": "1",
        "PORCHLIGHT_PORT": str(port),
    }
    before = {path: path.stat().st_mtime_ns for path in installed.rglob("*")}
    hidden = "sys.modules.update(dict.fromkeys(('sklearn', 'scipy', 'joblib', 'rich')))"
    with served(port, argv=command(before=hidden), env=env, cwd=here):
        assert "911" in fetch(f"http://127.0.0.1:{port}/api/reply", b'{"text": "i want to die"}')
        assert "911" in fetch(f"http://127.0.0.1:{port}/")
    assert [*home.iterdir(), *here.iterdir()] == []
    assert {path: path.stat().st_mtime_ns for path in installed.rglob("*")} == before


def test_a_wheel_can_be_built_from_the_source_archive(tmp_path: Path) -> None:
    hatchling = [sys.executable, "-m", "hatchling", "build", "--target", "sdist", "--directory", str(tmp_path)]
    subprocess.run(hatchling, cwd=ROOT, check=True, capture_output=True)
    (archive,) = tmp_path.iterdir()
    with tarfile.open(archive) as packed:
        names = {name.partition("/")[2] for name in packed.getnames()}
    assert {"pyproject.toml", "hatch_build.py", "README.md", "LICENSE", "Makefile", "bot/cli.py"} <= names
    assert {"requirements.lock", "requirements-build.lock", "requirements-dev.lock"} <= names
    assert {"intents/en/greeting.yaml", "content/topics.yaml", "bot/nlu/data/en.txt"} <= names


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-build.lock", "requirements-dev.lock"])
def test_a_lock_names_versions_and_hashes_and_no_address(lock: str) -> None:
    lines = (ROOT / lock).read_text("utf-8").splitlines()
    pinned = [line for line in lines if line and not line.startswith((" ", "#"))]
    assert pinned
    assert all("==" in line and line.endswith("\\") for line in pinned)
    assert not any("://" in line or line.startswith("-") for line in lines)
