import base64
import io

from PIL import Image

from siger_pipeline.errors import InputError
from siger_pipeline.reporting.thumbnails import data_uri, thumbnails


def decoded(uri: str) -> Image.Image:
    head, _, packed = uri.partition(",")
    assert head == "data:image/jpeg;base64"
    return Image.open(io.BytesIO(base64.b64decode(packed, validate=True))).convert("RGB")


def test_a_picture_is_shown_whole_on_white() -> None:
    small = decoded(data_uri(Image.new("RGB", (400, 200), (0, 0, 255))))
    assert small.size == (72, 72)
    red, _, blue = small.getpixel((36, 36))
    assert (red < 30, blue > 220) == (True, True)
    assert min(small.getpixel((36, 2))) > 240


def test_what_is_transparent_is_white() -> None:
    for mode in ("RGBA", "LA"):
        small = decoded(data_uri(Image.new(mode, (50, 50), 0)))
        assert min(small.getpixel((36, 36))) > 240


def test_only_pictures_that_are_asked_for_are_opened() -> None:
    def broken() -> Image.Image:
        raise AssertionError("opened")

    pictures = {"a": lambda: Image.new("L", (9, 9)), "b": broken}
    assert set(thumbnails(["a", "a", "c"], pictures)) == {"a"}


def test_a_picture_that_cannot_be_read_is_left_out() -> None:
    def broken() -> Image.Image:
        raise InputError("The picture b.jpg cannot be read")

    pictures = {"a": lambda: Image.new("RGB", (9, 9)), "b": broken}
    assert set(thumbnails(["a", "b"], pictures)) == {"a"}


def test_the_same_picture_is_the_same_text_and_small() -> None:
    noise = Image.effect_noise((900, 900), 80)
    assert data_uri(noise) == data_uri(noise)
    assert len(data_uri(noise)) < 8000
