"""Texts, and what Kedro-Viz shows of them."""

from pathlib import Path

from siger_pipeline.datasets.text import TextDataset


def test_a_text_is_shown_as_it_is(tmp_path: Path) -> None:
    dataset = TextDataset(filepath=tmp_path / "a.md")
    dataset.save("# A < B\r\n\n| 1 |")
    assert dataset.load() == "# A < B\r\n\n| 1 |"
    assert dataset.preview() == "<pre># A &lt; B\r\n\n| 1 |</pre>"


def test_of_a_page_the_title_and_the_way_to_it_are_shown(tmp_path: Path) -> None:
    path = tmp_path / "a & b.html"
    dataset = TextDataset(filepath=path)
    dataset.save("<html><head><title>Gift &amp; co</title></head><script>run()</script></html>")
    shown = dataset.preview()
    assert "<p>Gift &amp; co</p>" in shown
    assert f"{tmp_path}/a &amp; b.html" in shown
    assert "script" not in shown
