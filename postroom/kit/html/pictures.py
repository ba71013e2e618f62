"""Which pictures of a mail are shown, and from where."""

import base64
import binascii
import re
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import unquote

from postroom.kit.html.links import web_address

SMALL = 100_000  # bytes of a picture carried in the mail's own HTML
_DATA = re.compile(r"data:image/(png|jpe?g|gif|webp);base64,([A-Za-z0-9+/=\s]+)", re.I).fullmatch
_SIGNATURES: dict[str, Callable[[bytes], bool]] = {
    "png": lambda head: head.startswith(b"\x89PNG\r\n\x1a\n"),
    "jpeg": lambda head: head.startswith(b"\xff\xd8\xff"),
    "jpg": lambda head: head.startswith(b"\xff\xd8\xff"),
    "gif": lambda head: head.startswith((b"GIF87a", b"GIF89a")),
    "webp": lambda head: head.startswith(b"RIFF") and head[8:12] == b"WEBP",
}


@dataclass
class Pictures:
    """Decides each picture of one mail, and counts the outside ones left out."""

    inline: Callable[[str], str | None]
    remote: Callable[[str], str | None] | None
    show_remote: bool
    blocked: int = 0
    shown: int = 0  # of the outside ones

    def source(self, src: str) -> str | None:
        """The src to write, None for no picture."""
        src = src.strip()
        kind = src.partition(":")[0].lower()
        if kind == "cid":
            return self.inline(unquote(src[4:]).strip().strip("<>"))
        if kind == "data":
            return src if _small_picture(src) else None
        address = web_address(f"https:{src}" if src.startswith(("//", "\\\\")) else src)
        if not address or not address.startswith("http"):
            return None
        shown = self._outside(address) if self.show_remote else None
        self.blocked += shown is None
        self.shown += shown is not None
        return shown

    def _outside(self, address: str) -> str | None:
        return self.remote(address) if self.remote else address


def _small_picture(src: str) -> bool:
    """Data pictures ask nobody for anything: allowed when small and truly of a plain kind."""
    if len(src) > SMALL * 4 // 3 + 64:
        return False
    match = _DATA(src)
    if not match:
        return False
    try:
        content = base64.b64decode(re.sub(r"\s", "", match[2]), validate=True)
    except binascii.Error:
        return False
    return len(content) <= SMALL and _SIGNATURES[match[1].lower()](content[:16])
