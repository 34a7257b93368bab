"""A Plotly figure."""

from __future__ import annotations

import json
from typing import IO, Any, ClassVar

from kedro_datasets._typing import PlotlyPreview

from siger_pipeline.datasets.base import AtomicDataset, DataFileError


class FigureDataset(AtomicDataset):
    """A Plotly figure as the JSON that plotly.js draws; NaN and infinity are its nulls."""

    KIND: ClassVar[str] = "a Plotly figure (JSON)"

    def _read(self, path: str) -> Any:
        import plotly.io as pio

        with self._fs.open(path, "rb") as handle:
            return pio.from_json(handle.read())

    def _write(self, handle: IO[bytes], data: Any) -> None:
        from plotly.graph_objects import Figure

        if not isinstance(data, Figure):
            raise DataFileError(
                f"{self._filepath} takes a Plotly Figure, not a {type(data).__name__}."
            )
        # The engine is named: by default it is another one where orjson happens to be installed.
        handle.write(data.to_json(engine="json").encode())

    def preview(self) -> PlotlyPreview:
        """The figure, for Kedro-Viz."""
        with self._fs.open(self._existing_path(), "rb") as handle:
            return PlotlyPreview(json.load(handle))
