"""Content-Type and Content-Disposition: the value and its parameters (RFC 2045, 2231)."""

import re
from functools import lru_cache
from urllib.parse import unquote_to_bytes

from postroom.kit.mime import charsets
from postroom.kit.mime.words import words

PARAMETERS_LIMIT = 200
CACHED_LENGTH = 200

Valued = tuple[str, tuple[tuple[str, str], ...]]

_PARAMETER = re.compile(
    r";\s*+([^\s=;\"]++)\s*+=\s*+(?:\"((?:[^\"\\]|\\.)*+)(?:\"|$)|([^;]*+))", re.S
)
# "C:\temp\x" is a path: only what must be escaped is unescaped.
_ESCAPED = re.compile(r'\\(["\\])')
_TYPE = re.compile(r"\s*([a-z0-9!#$&^_.+%*'`{}|~-]+)\s*/\s*([a-z0-9!#$&^_.+%*'`{}|~-]+)")
_COMMENT = re.compile(r"\([^()]*\)")
_SECTION = re.compile(r"([^*]+)(?:\*([0-9]{1,4}))?(\*)?")


def content_type(value: str) -> Valued:
    """("text/plain", parameters); the type is '' when the header has none that can be."""
    return _short_type(value) if len(value) < CACHED_LENGTH else _type(value)


def disposition(value: str) -> Valued:
    """("attachment", parameters); the word is '' when the header has none."""
    return _short_disposition(value) if len(value) < CACHED_LENGTH else _disposition(value)


def parameters(value: str) -> tuple[tuple[str, str], ...]:
    """Name in lower case and value of each parameter, pieces joined by number, words decoded."""
    if ";" not in value:
        return ()
    plain: dict[str, str] = {}
    pieces: dict[str, dict[int, tuple[str, bool]]] = {}
    for n, match in enumerate(_PARAMETER.finditer(value)):
        if n == PARAMETERS_LIMIT:
            break
        name, quoted, bare = match.groups()
        text = _ESCAPED.sub(r"\1", quoted) if quoted is not None else _bare(bare)
        name = name.lower()
        section = _SECTION.fullmatch(name) if "*" in name else None
        if section:
            number = int(section[2] or 0)
            pieces.setdefault(section[1], {}).setdefault(number, (text, bool(section[3])))
        elif text or name not in plain:
            plain.setdefault(name, words(text))
    for name, numbered in pieces.items():
        # The extended form wins over the plain one, which is for old readers (RFC 6266 4.3).
        plain[name] = _joined(numbered) or plain.get(name, "")
    return tuple(plain.items())


def _type(value: str) -> Valued:
    head = value.partition(";")[0].lower()
    match = _TYPE.match(_COMMENT.sub("", head) if "(" in head else head)
    return (f"{match[1]}/{match[2]}" if match else ""), parameters(value)


def _disposition(value: str) -> Valued:
    head = value.partition(";")[0]
    word = _COMMENT.sub("", head) if "(" in head else head
    return word.strip(' \t"').lower(), parameters(value)


def _bare(text: str) -> str:
    text = text.strip()
    return _COMMENT.sub("", text).strip() if text.endswith(")") and " (" in text else text


def _joined(numbered: dict[int, tuple[str, bool]]) -> str:
    charset = ""
    out: list[bytes] = []
    for number in sorted(numbered):
        text, extended = numbered[number]
        if not extended:
            out.append(text.encode("utf-8", "replace"))
            continue
        if not out and text.count("'") >= 2:
            charset, _, text = text.split("'", 2)
        out.append(unquote_to_bytes(text))
    # Plain pieces between extended ones are ASCII: any charset reads them.
    return words(charsets.decode_word(b"".join(out), charset or "utf-8"))


_short_type = lru_cache(maxsize=500)(_type)
_short_disposition = lru_cache(maxsize=500)(_disposition)
