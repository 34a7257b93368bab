"""Vectors of many contents: those kept from earlier runs, and the others batch by batch.

Shapes: n contents, d dimensions.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from time import monotonic
from typing import Any, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from siger_pipeline.errors import InputError
from siger_pipeline.features.encoders.encoder import Batch, Encoder

Content = TypeVar("Content")
Say = Callable[[str], None]
BATCHES_IN_A_SHARD = 16
SECONDS_BETWEEN_LINES = 10.0


class Shelf(Protocol):
    """Where vectors of one encoder are kept, by the fingerprints of their contents."""

    def has(self, fingerprints: Sequence[str]) -> NDArray[np.bool_]:
        """Which of them have a vector."""

    def keep(self, fingerprints: Sequence[str], vectors: NDArray[np.float32], cut: Any) -> None:
        """Add vectors, all or none of them."""

    def rows(self, fingerprints: Sequence[str | None]) -> Batch:
        """Their vectors in this order, zero for None, mapped from a file; and which were cut."""


class Store(Protocol):
    """Where vectors of all encoders are kept."""

    def shelf(self, identity: Mapping[str, Any], dimension: int) -> Shelf:
        """The place of an encoder's."""


def encoded(
    contents: Mapping[str, Content],
    order: Sequence[str | None],
    encoder: Encoder[Content],
    store: Store,
    say: Say,
    now: Callable[[], float] = monotonic,
) -> Batch:
    """The vectors of contents in an order, [n, d], and which contents were cut off.

    Equal contents are encoded once, and those not at all that an earlier run has encoded. The
    others go through the encoder from the longest to the shortest and are kept shard by shard: a
    run that was killed goes on after its last shard with the very batches that it would have had,
    so that the bytes are the same. Only a shard of vectors is in memory; the matrix is mapped from
    a file.

    Args:
        contents: hexadecimal SHA-256 -> the text or picture that has it.
        order: n of these, with repetitions; None has a row of zeros.
        encoder: of such contents.
        store: of vectors.
        say: takes a line at the beginning, and now and then how far it is.
        now: seconds.

    Raises:
        InputError: a vector is not finite.
    """
    shelf = store.shelf(encoder.identity, encoder.dimension)
    marks = list(contents)
    new = [mark for mark, there in zip(marks, shelf.has(marks), strict=True) if not there]
    if new:
        old = len(marks) - len(new)
        kept = f"; {old:,} are kept from earlier" if old else ""
        say(f"{encoder.name}: {len(new):,} contents to encode{kept}")
    new.sort(key=lambda mark: (-encoder.length(contents[mark]), mark))
    progress = _Progress(encoder.name, len(new), say, now)
    for shard in _cuts(new, encoder.batch_size * BATCHES_IN_A_SHARD):
        vectors = np.empty((len(shard), encoder.dimension), dtype=np.float32)
        cut = np.empty(len(shard), dtype=bool)
        for rows in _slices(len(shard), encoder.batch_size):
            batch = [contents[mark] for mark in shard[rows]]
            vectors[rows], cut[rows] = encoder.encode(batch)
            progress.note(len(batch))
        _require_finite(vectors, encoder)
        shelf.keep(shard, vectors, cut)
    return shelf.rows(order)


def _cuts(whole: list[str], size: int) -> Iterator[list[str]]:
    return (whole[rows] for rows in _slices(len(whole), size))


def _slices(length: int, size: int) -> Iterator[slice]:
    return (slice(start, start + size) for start in range(0, length, size))


def _require_finite(vectors: NDArray[np.float32], encoder: Encoder[Content]) -> None:
    wrong = int((~np.isfinite(vectors).all(axis=1)).sum())
    if wrong:
        precision = encoder.identity.get("precision", "float32")
        raise InputError(
            f"{encoder.name} gave {wrong:,} of {len(vectors):,} vectors that are not finite, in"
            f" {precision}: its weights are damaged, or the precision is too low for it (float32 is"
            " the highest)."
        )


class _Progress:
    """A line now and then."""

    def __init__(self, name: str, total: int, say: Say, now: Callable[[], float]) -> None:
        self._name, self._total, self._say, self._now = name, total, say, now
        self._done = 0
        self._start = self._said = now()

    def note(self, number: int) -> None:
        """Count contents that are encoded."""
        self._done += number
        now = self._now()
        if now - self._said >= SECONDS_BETWEEN_LINES or (
            self._done == self._total and self._said > self._start
        ):
            self._said = now
            rate = self._done / max(now - self._start, 1e-9)
            self._say(
                f"{self._name}: {self._done:,} of {self._total:,} encoded, {rate:,.1f} a second"
            )
