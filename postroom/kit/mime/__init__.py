"""Reading mail: `read` gives a Letter, `content` the bytes of one of its files."""

from postroom.kit.mime.letter import PARSE_LIMIT, Address, File, Letter
from postroom.kit.mime.reading import content, content_key, read

__all__ = ["PARSE_LIMIT", "Address", "File", "Letter", "content", "content_key", "read"]
