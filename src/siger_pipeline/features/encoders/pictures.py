"""Pictures as contents of encoders."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from PIL import Image

Opener: TypeAlias = "Callable[[], Image.Image]"


def pixels_hash(picture: Image.Image) -> str:
    """SHA-256 of a picture's size and pixels: of what is shown, not of how its file is written."""
    digest = hashlib.sha256(f"{picture.mode} {picture.width}x{picture.height}\n".encode())
    digest.update(picture.tobytes())
    return digest.hexdigest()
