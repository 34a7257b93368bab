"""What Kedro-Viz shows of a matrix: a few facts, and a picture of its numbers."""

from __future__ import annotations

import base64
import io
from collections.abc import Mapping
from html import escape
from typing import TYPE_CHECKING, Any

from kedro_datasets._typing import HTMLPreview

if TYPE_CHECKING:
    import numpy as np
    from scipy.sparse import csr_matrix

ROWS, COLUMNS = 96, 128  # cells of a picture at most
WIDTH = 384  # pixels
INK, RED, BLUE = (16, 42, 92), (178, 34, 52), (33, 84, 168)


def shown(facts: Mapping[str, Any], picture: bytes = b"", caption: str = "") -> HTMLPreview:
    """Facts by name, and below them a picture with a sentence on it."""
    rows = "".join(
        f"<tr><td>{escape(name)}</td><td>{escape(str(value))}</td></tr>"
        for name, value in facts.items()
    )
    image = base64.b64encode(picture).decode()
    below = f'<p>{escape(caption)}</p><img alt="" src="data:image/png;base64,{image}">'
    return HTMLPreview(f"<table>{rows}</table>{below if picture else ''}")


def picture_of_sparse(matrix: csr_matrix) -> bytes:
    """PNG of where values are stored: a cell is the darker, the more of them fall into it."""
    import numpy as np

    height, width = (min(most, n) for most, n in zip((ROWS, COLUMNS), matrix.shape, strict=True))
    entries = matrix.tocoo()
    row = entries.row.astype(np.int64) * height // matrix.shape[0]
    column = entries.col.astype(np.int64) * width // matrix.shape[1]
    counts = np.bincount(row * width + column, minlength=height * width).reshape(height, width)
    strength = np.log1p(counts) / max(np.log1p(counts.max(initial=0)), 1e-9)
    return _png(_mixed(strength[..., None], INK))


def picture_of_dense(matrix: np.ndarray) -> bytes:
    """PNG of some rows and columns, evenly spread: positive values blue, negative ones red."""
    import numpy as np

    rows, columns = (
        np.linspace(0, n - 1, min(most, n)).astype(np.int64)
        for most, n in zip((ROWS, COLUMNS), matrix.shape, strict=True)
    )
    values = np.nan_to_num(np.asarray(matrix[rows], dtype=np.float32)[:, columns])
    scale = float(np.quantile(np.abs(values), 0.99)) or 1.0
    strength = np.clip(np.abs(values) / scale, 0, 1)[..., None]
    return _png(np.where(values[..., None] < 0, _mixed(strength, RED), _mixed(strength, BLUE)))


def _mixed(strength: np.ndarray, ink: tuple[int, int, int]) -> np.ndarray:
    """White where the strength is 0, ink where it is 1."""
    import numpy as np

    return 255 + (np.array(ink) - 255) * strength


def _png(pixels: np.ndarray) -> bytes:
    import numpy as np
    from PIL import Image

    image = Image.fromarray(np.round(pixels).astype(np.uint8))
    height = max(1, round(WIDTH * image.height / image.width))
    buffer = io.BytesIO()
    image.resize((WIDTH, height), Image.Resampling.NEAREST).save(buffer, "PNG")
    return buffer.getvalue()
