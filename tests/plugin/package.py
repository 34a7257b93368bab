"""`tiny_parts` as an installed package, in a folder of its own."""

import shutil
from collections.abc import Mapping
from pathlib import Path

SOURCE = Path(__file__).with_name("tiny_parts")
PARTS = {
    "siger_pipeline.recommenders": {"neighbours": "tiny_parts.neighbours"},
    "siger_pipeline.graphs.recipes": {"common_users": "tiny_parts.common_users"},
    "siger_pipeline.data.sources": {"pairs": "tiny_parts.pairs"},
    "siger_pipeline.features.extractors": {"letters": "tiny_parts.letters"},
}


def install(folder: Path, parts: Mapping[str, Mapping[str, str]] = PARTS) -> Path:
    """The package and its entry points, as an installer leaves them; a folder for PYTHONPATH.

    Args:
        folder: to be filled.
        parts: group of entry points -> name -> module.
    """
    shutil.copytree(SOURCE, folder / "tiny_parts", ignore=shutil.ignore_patterns("__pycache__"))
    info = folder / "tiny_parts-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: tiny-parts\nVersion: 1.0\n")
    groups = (
        "\n".join([f"[{group}]", *(f"{name} = {module}" for name, module in points.items())])
        for group, points in parts.items()
    )
    (info / "entry_points.txt").write_text("\n\n".join(groups) + "\n")
    return folder
