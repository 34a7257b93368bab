"""Damaged files of Amazon's vectors: those that are there, or one sentence with file and byte.

`FUZZ=500` in the environment tries more than the few that the suite does.
"""

import os
import re
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import ibis
import numpy as np
import pyarrow as pa
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from siger_pipeline.datasets import keyed_vectors
from siger_pipeline.datasets.keyed_vectors import KeyedVectorsDataset
from siger_pipeline.errors import UserError
from siger_pipeline.features.extractors.amazon_vectors import Config, extract

EXAMPLES = int(os.environ.get("FUZZ", "40"))
ITEMS = ["B000000001", "0000000007", "B00000000X", "B000000002"]
ROWS = [[1.0, -2.5, 0.0], [3.0, 0.0, 1e-3], [0.0, 0.0, 0.0], [1e30, 2.0, 4.0], [5.0, 6.0, 7.0]]
IDS = [*ITEMS[:3], "B999999999", ITEMS[0]]
RECORD = struct.Struct("<10s3f")
CONTENT = b"".join(RECORD.pack(i.encode(), *row) for i, row in zip(IDS, ROWS, strict=True))
INDEX = ibis.memtable(pa.table({"item_id": range(4), "item": ITEMS, "row": [None] * 4}))
NASTY = (
    *(b"\0", b"\xff", b"\0" * 10, b" " * 10, b"\n", b"caf\xe9", "🏖️".encode(), b"\x1f\x8b\x08"),
    *(struct.pack("<f", value) for value in (np.nan, np.inf, -np.inf, -0.0, 1e-45, 3e38)),
    *(b"<!DOCTYPE html>", b"\x93NUMPY", b"{}", b"B000000001", b"\x7f", b"\0" * RECORD.size),
)


@st.composite
def damaged(draw: Callable[[Any], Any]) -> bytes:
    """The file with pieces replaced, removed, inserted, repeated or cut off, at records or not."""
    content = CONTENT
    for _ in range(draw(st.integers(0, 3))):
        step = draw(st.sampled_from([1, RECORD.size]))
        at = draw(st.integers(0, len(content) // step)) * step
        end = at + draw(st.integers(0, 2)) * step
        piece = draw(st.sampled_from(NASTY))
        content = draw(
            st.sampled_from(
                [
                    content[:at] + piece + content[at + len(piece) :],
                    content[:at] + piece + content[at:],
                    content[:at] + content[end:],
                    content[:end] + content[at:],
                    content[:at],
                ]
            )
        )
    return content


def by_hand(content: bytes) -> dict[str, tuple[float, ...]]:
    """The first vector of each item."""
    found: dict[str, tuple[float, ...]] = {}
    for name, *row in RECORD.iter_unpack(content):
        found.setdefault(name.decode("ascii"), tuple(row))
    return found


@settings(
    max_examples=EXAMPLES,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(content=damaged(), records=st.integers(1, 4))
@example(content=CONTENT, records=2)
def test_a_damaged_file_is_its_vectors_or_one_sentence(
    content: bytes, records: int, tmp_path: Path
) -> None:
    path = tmp_path / "image_features.b"
    path.write_bytes(content)
    block, keyed_vectors.BLOCK = keyed_vectors.BLOCK, records * RECORD.size
    try:
        vectors = KeyedVectorsDataset(filepath=path, id_bytes=10, dimension=3).load()
        features, missing, _ = extract(INDEX, Config(), vectors)
    except UserError as error:
        told = str(error)
        assert content != CONTENT and told.startswith(str(path)), told
        # Where in the file: a byte, an item, or how much of it there is.
        assert re.search(r"byte \d|item '|has \d+ bytes|none of its \d+ vectors|gzip", told), told
        assert "\n" not in told and len(told) < 500, told
        return
    finally:
        keyed_vectors.BLOCK = block
    found = by_hand(content)
    expected = np.float32([found.get(item, (0.0, 0.0, 0.0)) for item in ITEMS])
    np.testing.assert_array_equal(features, expected)
    np.testing.assert_array_equal(missing, ~expected.any(axis=1))
