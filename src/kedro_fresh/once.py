"""One node in a process of its own, its outputs below a folder: a half of `kedro fresh verify`."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from kedro.framework.session import KedroSession
from kedro.io import AbstractDataset, CatalogProtocol, DataCatalog
from kedro.pipeline import Pipeline
from kedro.runner import SequentialRunner, Task

from kedro_fresh.pinned import PinnedCatalog

if TYPE_CHECKING:
    from pluggy import PluginManager


class CopyingCatalog(PinnedCatalog):
    """A catalog that loads what it holds, and saves below another folder what is to be compared."""

    def __init__(self, catalog: DataCatalog, folder: Path) -> None:
        super().__init__(catalog, {})
        self.folder = folder
        self.copies: dict[str, AbstractDataset[Any, Any] | None] = {}

    def save(self, name: str, data: Any) -> None:
        """Save a dataset of the same kind elsewhere; what has no file is not saved."""
        if name not in self.copies:
            self.copies[name] = self._copy(name)
        if copy := self.copies[name]:
            copy.save(data)

    def _copy(self, name: str) -> AbstractDataset[Any, Any] | None:
        config = dict(self._catalog.config_resolver.resolve_pattern(name))
        config.pop("versioned", None)
        for key in ("filepath", "path"):
            if key in config:
                config[key] = str(self.folder / name / Path(config[key]).name)
                return AbstractDataset.from_config(name, config)
        return None


class CopyingRunner(SequentialRunner):
    """Runs nodes from what the catalog holds, and leaves what it holds as it is."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self.folder = folder

    def _run(
        self,
        pipeline: Pipeline,
        catalog: CatalogProtocol,
        hook_manager: PluginManager | None = None,
        run_id: str | None = None,
    ) -> None:
        copying = CopyingCatalog(cast(DataCatalog, catalog), self.folder)
        for node in pipeline.nodes:
            Task(node, cast(DataCatalog, copying), False, hook_manager, run_id).execute()


def main() -> None:
    """Run what the first argument says, as JSON: see `verify.Verification`."""
    asked = json.loads(sys.argv[1])
    with KedroSession.create(**asked["session"]) as session:
        cast(KedroSession, session).run(runner=CopyingRunner(Path(asked["folder"])), **asked["run"])
