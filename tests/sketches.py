"""Pictures in previews."""

import base64
import io
import re

from PIL import Image


def picture_in(preview: str) -> Image.Image:
    """The picture of a preview."""
    (found,) = re.findall(r'src="data:image/png;base64,([^"]+)"', preview)
    return Image.open(io.BytesIO(base64.b64decode(found)))
