"""A dataset of the small project that may be saved several times in one run."""

import json
from pathlib import Path, PurePosixPath
from typing import Any, ClassVar

from kedro.io.core import AbstractVersionedDataset, Version

from kedro_fresh.temporary import temporary_beside


class JsonFile(AbstractVersionedDataset[Any, Any]):
    """A JSON file; an instance may replace the version that it wrote itself."""

    WITHOUT_EFFECT: ClassVar[frozenset[str]] = frozenset({"hint"})

    def __init__(
        self,
        *,
        filepath: str,
        version: Version | None = None,
        hint: str = "",
        indent: int | None = None,
        metadata: dict[str, Any] | None = None,
    ) -> None:
        super().__init__(PurePosixPath(filepath), version)
        self.hint, self.indent, self.metadata = hint, indent, metadata
        self.written: PurePosixPath | None = None

    def load(self) -> Any:
        return json.loads(Path(self._get_load_path()).read_text())

    def save(self, data: Any) -> None:
        path = Path(self._get_save_path())
        path.parent.mkdir(parents=True, exist_ok=True)
        with temporary_beside(path) as temporary:
            temporary.write_text(json.dumps(data, indent=self.indent))
            temporary.replace(path)
        self.written = PurePosixPath(path)

    def _get_save_path(self) -> PurePosixPath:
        version = self.resolve_save_version()
        if version and self.written == self._get_versioned_path(version):
            return self.written
        return super()._get_save_path()

    def _describe(self) -> dict[str, Any]:
        return {"filepath": self._filepath, "version": self._version}


class Cache(JsonFile):
    """A JSON file that spares a node some work and changes nothing of what it makes."""

    CACHE = True
