"""Builds the trained model into the wheel, so that an installed Porchlight starts at once and without scikit-learn.

Training takes a minute or two. Where PORCHLIGHT_CACHE names a folder that holds a model for exactly these phrases, that
one is taken instead, and a new one is stored there. An editable install gets none: its phrases are there to be changed,
and it trains at its first start.
"""

import atexit
import os
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

#: Where `bot.nlu.store` looks for it.
MODELS = "bot/data/models"


class ModelBuildHook(BuildHookInterface[Any]):
    """The build hook that hatchling finds in this file."""

    def dependencies(self) -> list[str]:
        """What the build needs: the program itself is imported, and what training needs beside it."""
        project = self.metadata.core
        return [*project.dependencies, *project.optional_dependencies["learn"]]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Train, and have the file put into the wheel. Content with a fault in it ends the build."""
        if version == "editable":
            return
        sys.path.insert(0, self.root)
        from bot.content import load
        from bot.nlu import store

        content = load.load(Path(self.root))
        if cache := os.environ.get("PORCHLIGHT_CACHE"):
            folder = Path(cache)
        else:
            folder = Path(tempfile.mkdtemp(prefix="porchlight-model-"))
            atexit.register(shutil.rmtree, folder, ignore_errors=True)  # it is needed until the wheel is written
        model = store.train_into(folder, content, self.app.display_info)
        build_data["force_include"][str(model.resolve())] = f"{MODELS}/{model.name}"
