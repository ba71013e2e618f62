"""Draws a picture anew, alone in a process: decoders are where a stranger's pictures do harm."""

import sys
from io import BytesIO

from PIL import Image, ImageOps

from postroom.kit.processes import Limits

FORMATS = ("PNG", "JPEG", "GIF", "WEBP")
PIXELS = 25_000_000  # a small file may unfold to any number
LIMITS = Limits(memory=768 << 20, written=64 << 20, seconds=10)
QUALITY = 85


def draw(content: bytes) -> bytes:
    """PNG, or JPEG of a photograph; of one that moves, how it begins. Raises what Pillow does, and
    ValueError where there are too many pixels."""
    with Image.open(BytesIO(content), formats=FORMATS) as found:
        if found.width * found.height > PIXELS:
            raise ValueError(f"{found.width} x {found.height} pixels")
        clear = found.has_transparency_data
        photograph = found.format in ("JPEG", "WEBP") and not clear
        upright = ImageOps.exif_transpose(found)  # how it was held is said beside the picture
        plain = upright.convert("RGBA" if clear else "RGB")
    plain.info.clear()
    drawn = BytesIO()
    if photograph:
        plain.save(drawn, "JPEG", quality=QUALITY)
    else:
        plain.save(drawn, "PNG")
    return drawn.getvalue()


if __name__ == "__main__":
    LIMITS.set()
    sys.stdout.buffer.write(draw(sys.stdin.buffer.read()))
