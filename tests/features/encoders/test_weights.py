"""Hashes of models."""

import subprocess
from pathlib import Path

from siger_pipeline.features.encoders.weights import folder_hash


def test_the_hash_of_a_folder_is_that_of_sha256sum(tmp_path: Path) -> None:
    for name, text in {"b.txt": "b", "a/c.json": "{}", ".git/x": "x", "a/.hidden": "y"}.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    command = "sha256sum a/c.json b.txt | sha256sum | cut -c1-64"
    printed = subprocess.check_output(["sh", "-c", command], cwd=tmp_path, text=True)
    before = folder_hash(tmp_path)
    assert before == printed.strip()
    (tmp_path / "b.txt").write_text("c")
    assert folder_hash(tmp_path) != before
