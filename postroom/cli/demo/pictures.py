"""Small drawn pictures, as PNG files, in the place of the photographs that clients send."""

from __future__ import annotations

import random
import struct
import zlib
from functools import cache

WIDTH, HEIGHT = 480, 360
COATS = ((134, 94, 60), (60, 56, 54), (214, 178, 128), (176, 170, 166), (240, 232, 220))
ROOMS = (((196, 212, 222), (232, 226, 214)), ((222, 206, 178), (240, 232, 216)))
GROUNDS = ((112, 140, 84), (152, 116, 84), (178, 158, 140))

Colour = tuple[int, int, int]


@cache
def animal_photo(shape: str, variant: int) -> bytes:
    """An animal looking at us, PNG; `shape` is a species, every `variant` has other colours."""
    rng = random.Random(f"{shape}/{variant}")
    coat, (top, bottom), ground = rng.choice(COATS), rng.choice(ROOMS), rng.choice(GROUNDS)
    page = _Page(top, bottom)
    page.ellipse(240, 400, 420, 130, ground)
    x, y = rng.randrange(200, 280), rng.randrange(140, 165)
    dark = _shade(coat, 0.7)
    page.ellipse(x, y + 150, 105, 120, _shade(coat, 0.9))
    if shape in ("dog", "pony"):
        page.ellipse(x - 78, y + 10, 26, 62, dark)
        page.ellipse(x + 78, y + 10, 26, 62, dark)
    elif shape == "rabbit":
        page.ellipse(x - 34, y - 100, 18, 66, dark)
        page.ellipse(x + 34, y - 100, 18, 66, dark)
    else:
        page.triangle(x - 48, y - 46, 34, 62, dark)
        page.triangle(x + 48, y - 46, 34, 62, dark)
    page.ellipse(x, y, 82, 74, coat)
    page.ellipse(x, y + 34, 42, 32, _shade(coat, 1.2))
    for side in (-1, 1):
        page.ellipse(x + side * 32, y - 12, 11, 12, (30, 26, 22))
        page.ellipse(x + side * 32 + 4, y - 16, 3, 3, (250, 250, 250))
    page.ellipse(x, y + 20, 13, 9, (48, 36, 36))
    return page.png()


@cache
def close_up(variant: int) -> bytes:
    """A healing wound with its row of stitches beside a coin, PNG."""
    rng = random.Random(f"close-up/{variant}")
    skin = rng.choice(((226, 190, 172), (214, 176, 160), (234, 204, 190)))
    page = _Page(_shade(skin, 0.92), skin)
    for _ in range(60):
        page.ellipse(rng.randrange(WIDTH), rng.randrange(HEIGHT), 3, 14, _shade(skin, 0.86))
    slope = rng.uniform(-0.3, 0.3)
    for step in range(-120, 121, 4):
        page.ellipse(220 + step, int(190 + slope * step), 12, 7, (206, 134, 126))
    for step in range(-100, 101, 40):
        page.ellipse(220 + step, int(190 + slope * step), 3, 16, (52, 60, 92))
    page.ellipse(410, 290, 38, 38, (186, 150, 82))
    page.ellipse(410, 290, 31, 31, (206, 172, 104))
    return page.png()


@cache
def logo(variant: int) -> bytes:
    """The little mark under a firm's signature, PNG."""
    page = _Page((255, 255, 255), (255, 255, 255), 96, 48)
    colour = ((14, 107, 92), (48, 84, 150), (150, 60, 70))[variant % 3]
    page.ellipse(24, 24, 20, 20, colour)
    page.ellipse(24, 24, 9, 9, (255, 255, 255))
    page.ellipse(64, 24, 24, 7, colour)
    return page.png()


class _Page:
    """Rows of RGB bytes; shapes that leave the page are cut at its edge."""

    def __init__(
        self, top: Colour, bottom: Colour, width: int = WIDTH, height: int = HEIGHT
    ) -> None:
        self.width = width
        self.rows = []
        for y in range(height):
            mixed = (a + (b - a) * y // height for a, b in zip(top, bottom, strict=True))
            self.rows.append(bytearray(bytes(mixed) * width))

    def ellipse(self, x: int, y: int, half_width: int, half_height: int, colour: Colour) -> None:
        for dy in range(-half_height, half_height + 1):
            reach = int(half_width * max(0.0, 1 - (dy / half_height) ** 2) ** 0.5)
            self._line(y + dy, x - reach, x + reach, colour)

    def triangle(self, x: int, y: int, half_width: int, height: int, colour: Colour) -> None:
        for dy in range(height):
            reach = half_width * dy // height
            self._line(y - height // 2 + dy, x - reach, x + reach, colour)

    def _line(self, y: int, left: int, right: int, colour: Colour) -> None:
        left, right = max(0, left), min(self.width, right)
        if 0 <= y < len(self.rows) and left < right:
            self.rows[y][left * 3 : right * 3] = bytes(colour) * (right - left)

    def png(self) -> bytes:
        header = struct.pack(">IIBBBBB", self.width, len(self.rows), 8, 2, 0, 0, 0)
        pixels = zlib.compress(b"".join(b"\0" + bytes(row) for row in self.rows), 6)
        chunks = (_chunk(b"IHDR", header), _chunk(b"IDAT", pixels), _chunk(b"IEND", b""))
        return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


def _shade(colour: Colour, factor: float) -> Colour:
    red, green, blue = (min(255, int(part * factor)) for part in colour)
    return red, green, blue


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
