"""Reading mail: `read` and `read_guarded` give a Letter, `content` the bytes of one file of it."""

from postroom.kit.mime.guarded import read_guarded
from postroom.kit.mime.letter import INSIDE, PARSE_LIMIT, Address, Failure, File, Letter
from postroom.kit.mime.reading import content, content_key, read
from postroom.kit.mime.verdicts import Verdict, dmarc

__all__ = [
    "INSIDE",
    "PARSE_LIMIT",
    "Address",
    "Failure",
    "File",
    "Letter",
    "Verdict",
    "content",
    "content_key",
    "dmarc",
    "read",
    "read_guarded",
]
