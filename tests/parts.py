"""Parts of other packages, as tests write them: a module and its entry point."""

from collections.abc import Callable, Iterator
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest

from siger_pipeline import plugins
from siger_pipeline.plugins import Kind

AddPart = Callable[[Kind, str, str], None]


@pytest.fixture
def add_part(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[AddPart]:
    """Installs a module of this text as a part of a kind, under a name."""
    installed = {}
    monkeypatch.syspath_prepend(tmp_path)

    def add(kind: Kind, name: str, text: str) -> None:
        module = f"part_of_{tmp_path.name}_{len(installed)}"
        (tmp_path / f"{module}.py").write_text(text)
        installed[EntryPoint(name, module, kind.folder)] = kind.folder
        plugins._modules.cache_clear()

    def entry_points(group: str) -> list[EntryPoint]:
        return [point for point, of in installed.items() if of == group]

    monkeypatch.setattr(plugins, "entry_points", entry_points)
    yield add
    plugins._modules.cache_clear()
