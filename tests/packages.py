"""Small packages that tests write and look at."""

from pathlib import Path

from kedro_fresh.code import SourceCode
from kedro_fresh.contents import Contents


def package(folder: Path, files: dict[str, str]) -> SourceCode:
    for name, text in files.items():
        path = folder / "pack" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return SourceCode("pack", {"pack": [folder / "pack"]}, Contents(folder / "memo.json"))
