"""Plotly figures as JSON."""

import json
from pathlib import Path

import numpy as np
import plotly.graph_objects as go
import pytest

from siger_pipeline.datasets.base import DataFileError
from siger_pipeline.datasets.figure import FigureDataset


def figure() -> go.Figure:
    curve = go.Scatter(x=np.arange(3), y=[0.5, float("nan"), float("inf")], name="<b>λ</b>")
    return go.Figure(curve, layout={"title": "Learning curves"})


def test_a_figure_comes_back(tmp_path: Path) -> None:
    dataset = FigureDataset(filepath=tmp_path / "curves.json")
    dataset.save(figure())
    loaded = dataset.load()
    assert isinstance(loaded, go.Figure)
    assert loaded.layout.title.text == "Learning curves"
    assert loaded.data[0].name == "<b>λ</b>"
    assert list(loaded.data[0].y) == [0.5, None, None]


def test_the_same_figure_is_the_same_bytes(tmp_path: Path) -> None:
    paths = [tmp_path / "one.json", tmp_path / "two.json"]
    for path in paths:
        FigureDataset(filepath=path).save(figure())
    first, second = (path.read_bytes() for path in paths)
    assert first == second


def test_the_bytes_do_not_depend_on_what_else_is_installed(tmp_path: Path) -> None:
    path = tmp_path / "curves.json"
    FigureDataset(filepath=path).save(figure())
    assert path.read_bytes() == figure().to_json(engine="json").encode()


def test_kedro_viz_gets_what_plotly_draws(tmp_path: Path) -> None:
    dataset = FigureDataset(filepath=tmp_path / "curves.json")
    dataset.save(figure())
    preview = dataset.preview()
    assert set(preview) == {"data", "layout"}
    assert preview["layout"]["title"] == {"text": "Learning curves"}
    json.dumps(preview, allow_nan=False)


def test_something_else_than_a_figure_is_refused(tmp_path: Path) -> None:
    dataset = FigureDataset(filepath=tmp_path / "curves.json")
    with pytest.raises(DataFileError, match=r"curves\.json takes a Plotly Figure, not a dict"):
        dataset.save({"data": []})
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("text", ["{", '{"data": [{"type": "no such trace"}]}'])
def test_a_damaged_file_is_named(tmp_path: Path, text: str) -> None:
    path = tmp_path / "curves.json"
    path.write_text(text)
    with pytest.raises(DataFileError, match=r"curves\.json cannot be read as a Plotly figure"):
        FigureDataset(filepath=path).load()
