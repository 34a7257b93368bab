"""Small product pictures: a silhouette on a plain wall, covered with the item's look.

A look (visual style) is a pattern in two colours. No pattern and no pair of colours belongs to
one look alone, so that shape and colour are both needed to tell looks apart.
Shapes: pictures are uint8 [size, size, 3], RGB.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from tools.sample.records import Picture

Mask = NDArray[np.bool_]
Colour = tuple[int, int, int]
Pattern = Callable[[NDArray[np.int64], NDArray[np.int64], int], Mask]


def _rows(y: NDArray[np.int64], x: NDArray[np.int64], period: int) -> Mask:
    return y % period < period // 2


def _columns(y: NDArray[np.int64], x: NDArray[np.int64], period: int) -> Mask:
    return x % period < period // 2


def _slant(y: NDArray[np.int64], x: NDArray[np.int64], period: int) -> Mask:
    return (y + x) % period < period // 2


def _checks(y: NDArray[np.int64], x: NDArray[np.int64], period: int) -> Mask:
    return _rows(y, x, period) ^ _columns(y, x, period)


def _dots(y: NDArray[np.int64], x: NDArray[np.int64], period: int) -> Mask:
    centre = period // 2
    return (y % period - centre) ** 2 + (x % period - centre) ** 2 <= (period // 3) ** 2


def _zigzag(y: NDArray[np.int64], x: NDArray[np.int64], period: int) -> Mask:
    return (y + np.abs(x % (2 * period) - period)) % period < period // 2


@dataclass(frozen=True)
class Look:
    """A visual style."""

    pattern: Pattern
    ink: Colour
    ground: Colour


NAVY, CREAM = (32, 52, 104), (240, 230, 205)
BRICK, SAND = (168, 62, 44), (226, 196, 148)
MOSS, MINT = (62, 98, 52), (190, 222, 196)
PLUM, ROSE = (104, 44, 92), (238, 186, 192)

LOOKS = (
    Look(_rows, NAVY, CREAM),
    Look(_rows, BRICK, SAND),
    Look(_columns, MOSS, MINT),
    Look(_columns, PLUM, ROSE),
    Look(_slant, NAVY, CREAM),
    Look(_slant, MOSS, MINT),
    Look(_checks, BRICK, SAND),
    Look(_checks, PLUM, ROSE),
    Look(_dots, NAVY, CREAM),
    Look(_dots, PLUM, ROSE),
    Look(_zigzag, BRICK, SAND),
    Look(_zigzag, MOSS, MINT),
)


def silhouette(kind: int, size: int, reach: int) -> Mask:
    """Where the product is [size, size]: a disc, a slab or a vase that reaches `reach` pixels."""
    y, x = np.mgrid[:size, :size] - size // 2
    outlines = (
        y**2 + x**2 <= reach**2,
        np.maximum(np.abs(y), np.abs(x)) <= reach,
        (np.abs(y) <= reach) & (np.abs(x) <= reach - np.abs(y) // 2),
    )
    return outlines[kind % len(outlines)]


def _tinted(colour: Colour, tint: NDArray[np.int64]) -> Picture:
    return np.clip(np.array(colour) + tint, 0, 255).astype(np.uint8)


def draw_picture(look: Look, size: int, rng: Generator) -> Picture:
    """Photograph one product of this look: [size, size, 3].

    Light (one tint a picture), wall, silhouette, its size, and the pattern's scale and phase
    differ from picture to picture.
    """
    y, x = np.mgrid[:size, :size]
    tint = rng.integers(-14, 15, size=3)
    wall = int(rng.integers(176, 250))
    kind, phase_y, phase_x = (int(n) for n in rng.integers(0, 60, size=3))
    reach = int(rng.integers(size * 3 // 8, size // 2 + 1))
    period = 2 * int(rng.integers(size // 10, size // 7 + 1))
    inked = look.pattern(y + phase_y, x + phase_x, period)
    cloth = np.where(inked[..., None], _tinted(look.ink, tint), _tinted(look.ground, tint))
    product = silhouette(kind, size, reach)
    return np.where(product[..., None], cloth, _tinted((wall, wall, wall), tint)).astype(np.uint8)
