"""Reading mail: `read` gives a Letter, `content` the bytes of one of its files."""

from postroom.kit.mime.letter import INSIDE, PARSE_LIMIT, Address, Failure, File, Letter
from postroom.kit.mime.reading import content, content_key, read

__all__ = [
    "INSIDE",
    "PARSE_LIMIT",
    "Address",
    "Failure",
    "File",
    "Letter",
    "content",
    "content_key",
    "read",
]
