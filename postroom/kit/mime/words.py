"""Header values as people read them: raw bytes, folding, encoded words (RFC 2047)."""

import re

from postroom.kit.mime import charsets, transfer
from postroom.kit.text import clean

# Looking behind keeps long runs of spaces linear.
_FOLD = re.compile(r"(?<![ \t])[ \t]*+[\r\n]++[ \t]*+")
_CONTROLS = re.compile(r"[\n\t]+")
# Marks that turn what is written beside them: «gnp.exe» would be shown as «exe.png», and the words
# of the page around a name with it. Arabic and Hebrew turn by their own letters.
_TURNING = re.compile("[\u202a-\u202e\u2066-\u2069]")
# A "?" inside the text is wrong but seen; ten of them, so that hostile input stays linear.
_WORD = re.compile(
    r"=\?([^?\s]{1,60})\?([bBqQ])\?([^?]*+(?:\?(?!=)[^?]*+){0,10})\?="
    r"([ \t]*(?==\?[^?\s]{1,60}\?[bBqQ]\?))?"
)
_SPACES = re.compile(r"\s+")


def header_text(raw: bytes) -> str:
    """The header's value on one line, 8-bit read as UTF-8 or else Latin-1; words still encoded."""
    text = raw.decode("ascii") if raw.isascii() else charsets.decode_plain(raw)
    if "\n" in text or "\r" in text:
        text = _FOLD.sub(" ", text)
    return text.strip(" \t\n\r")


def words(text: str) -> str:
    """The text with its encoded words decoded, clean and on one line."""
    if "=?" in text:
        text = _decoded(text)
    text = clean(text)
    return _CONTROLS.sub(" ", text) if "\n" in text or "\t" in text else text


def shown(text: str) -> str:
    """As `words`, for what people read and nothing is found by: nothing in it turns the reading
    direction of what stands beside it."""
    text = words(text)
    return text if text.isascii() else _TURNING.sub("", text)


def _decoded(text: str) -> str:
    out: list[str] = []
    pending: list[tuple[str, str]] = []
    pending_charset = ""
    end = 0
    for match in _WORD.finditer(text):
        charset = match[1].lower()
        if match.start() > end or charset != pending_charset:
            out.append(_joined(pending_charset, pending))
            pending = []
            out.append(text[end : match.start()])
        pending.append((match[2].lower(), match[3]))
        pending_charset = charset
        end = match.end()
    out.append(_joined(pending_charset, pending))
    out.append(text[end:])
    return "".join(out)


def _joined(charset: str, found: list[tuple[str, str]]) -> str:
    """Neighbouring words of one charset, joined as bytes: a letter may be cut between two."""
    data: list[bytes] = []
    carried = ""
    for n, (kind, payload) in enumerate(found):
        if kind == "q":
            data.append(_quoted(charset, payload))
            continue
        packed = carried + payload.strip()
        goes_on = n + 1 < len(found) and found[n + 1][0] == "b"
        carried = packed if goes_on and len(packed) % 4 and len(packed) < 200 else ""
        if not carried:
            data.append(transfer.base64_loose(packed.encode("ascii", "ignore"))[0])
    return charsets.decode_word(b"".join(data), charset) if data else ""


def _quoted(charset: str, payload: str) -> bytes:
    payload = _SPACES.sub(" ", payload).replace("_", " ")
    # Letters beyond ASCII do not belong here; they have been read, and go back to their charset.
    return transfer.quoted_printable(charsets.encode_word(payload, charset))[0]
