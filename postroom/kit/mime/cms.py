"""What an S/MIME signature wraps (RFC 5652): the words inside, unchecked.

Outlook can send a signed letter as one DER file with the letter in its middle; without this it
would be an empty page. Only lengths and tags are followed; no signature is looked at.
"""

from collections.abc import Iterator

TYPES = ("application/pkcs7-mime", "application/x-pkcs7-mime")
SIGNED = bytes.fromhex("2a864886f70d010702")  # 1.2.840.113549.1.7.2
DEEPEST = 20
VALUES = 10_000  # pieces of one string

_OBJECT_ID, _OCTETS, _SEQUENCE, _CONTEXT_0 = 0x06, 0x04, 0x30, 0xA0
_CONSTRUCTED = 0x20

Value = tuple[int, int, int]  # tag, where its content starts, where it ends


def signed_content(data: bytes) -> bytes:
    """The mail that was signed, or b"" where this holds none. Never raises."""
    try:
        kind, wrapped = list(_values(data, *_only(data, 0, len(data), _SEQUENCE)))[:2]
        if data[kind[1] : kind[2]] != SIGNED:
            return b""
        signed = _only(data, wrapped[1], wrapped[2], _SEQUENCE)
        for tag, start, end in _values(data, *signed):
            if tag == _SEQUENCE:  # the first one: the others are sets
                inside = list(_values(data, start, end))
                if len(inside) < 2 or inside[1][0] != _CONTEXT_0:
                    return b""
                return _octets(data, next(_values(data, *inside[1][1:])), DEEPEST)
    except (ValueError, IndexError, StopIteration):
        pass
    return b""


def _only(data: bytes, start: int, end: int, tag: int) -> tuple[int, int]:
    found, inner, last = next(_values(data, start, end))
    if found != tag:
        raise ValueError("another structure")
    return inner, last


def _octets(data: bytes, value: Value, depth: int) -> bytes:
    """A string, put together where it comes in pieces."""
    tag, start, end = value
    if tag & ~_CONSTRUCTED != _OCTETS or depth == 0:
        raise ValueError("no string")
    if not tag & _CONSTRUCTED:
        return data[start:end]
    return b"".join(_octets(data, one, depth - 1) for one in _values(data, start, end))


def _values(data: bytes, start: int, end: int) -> Iterator[Value]:
    at = start
    for _ in range(VALUES):
        if at >= end or data[at : at + 2] == b"\0\0":
            return
        tag, inner, last, at = _value(data, at, end, DEEPEST)
        yield tag, inner, last


def _value(data: bytes, at: int, end: int, depth: int) -> tuple[int, int, int, int]:
    """Tag, start and end of the content, and where the next value starts."""
    tag, size = data[at], data[at + 1]
    at += 2
    if size == 0x80:
        return tag, at, *_unmeasured(data, at, end, depth)
    if size > 0x80:
        digits = size & 0x7F
        if digits > 8:
            raise ValueError("too long")
        size = int.from_bytes(data[at : at + digits], "big")
        at += digits
    if at + size > end:
        raise ValueError("cut short")
    return tag, at, at + size, at + size


def _unmeasured(data: bytes, at: int, end: int, depth: int) -> tuple[int, int]:
    """The end of a content that says no length: it goes to two zeros."""
    if depth == 0:
        raise ValueError("too deep")
    for _ in range(VALUES):
        if data[at : at + 2] == b"\0\0":
            return at, at + 2
        *_, at = _value(data, at, end, depth - 1)
        if at >= end:
            break
    raise ValueError("without end")
