"""A stranger's picture is passed on as one of ours (RELIABILITY 4.2)."""

from io import BytesIO
from typing import Any

import pytest
from PIL import Image

from postroom.kit.redrawing import NoPicture, redrawn


def picture(form: str, mode: str = "RGB", size: tuple[int, int] = (40, 30), **more: Any) -> bytes:
    written = BytesIO()
    Image.new(mode, size, 1).save(written, form, **more)
    return written.getvalue()


@pytest.mark.parametrize(
    ("form", "mode", "becomes"),
    [
        ("PNG", "RGBA", "PNG"),
        ("PNG", "P", "PNG"),
        ("GIF", "P", "PNG"),
        ("JPEG", "CMYK", "JPEG"),
        ("WEBP", "RGB", "JPEG"),
        ("WEBP", "RGBA", "PNG"),
    ],
)
def test_it_looks_the_same_and_is_written_anew(form: str, mode: str, becomes: str) -> None:
    with Image.open(BytesIO(redrawn(picture(form, mode)))) as drawn:
        assert (drawn.format, drawn.size) == (becomes, (40, 30))


def test_nothing_is_carried_that_one_does_not_see() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # it was held upright
    exif[0x010E] = "a name and a place"
    given = picture("JPEG", exif=exif) + b"<script>alert(1)</script>"
    drawn = redrawn(given)
    assert b"script" in given and b"a name" in given
    assert b"script" not in drawn and b"a name" not in drawn
    with Image.open(BytesIO(drawn)) as upright:
        assert upright.size == (30, 40)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        picture("PNG")[:-30],
        picture("BMP"),
        picture("PNG", "1", (6000, 5000)),
    ],
    ids=["empty", "drawing", "broken", "another kind", "unfolds to much"],
)
def test_what_is_no_picture_is_not_passed_on(content: bytes) -> None:
    with pytest.raises(NoPicture):
        redrawn(content)
