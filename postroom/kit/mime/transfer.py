"""Content-Transfer-Encoding undone: base64, quoted-printable, uuencode. Nothing here raises."""

import binascii
import re

from fast_mail_parser import ParseError, parse_email

_ALPHABET = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
_FOREIGN = bytes(set(range(256)) - set(_ALPHABET + b"="))
_BLANK = b" \t\r\n"
_VISIBLE_FOREIGN = bytes(set(_FOREIGN) - set(_BLANK + b"\x00"))
QUICK_FROM = 500  # bytes; below it the standard library is as quick
QUICK_TO = 8_000_000
PADDING = 6  # "==" and line ends around it
_QUICK_HEAD = b"Content-Type: application/x-part\r\nContent-Transfer-Encoding: base64\r\n\r\n"

_PIECES_LIMIT = 1_000
CHUNK = 1_000_000
MENDED_TO = 10_000_000  # beyond it, wrong spaces of quoted-printable stay
_PIECE = re.compile(rb"([^=]++)(=*+)")

_QP_WRONG = re.compile(rb"=(?![0-9A-Fa-f]{2}|\r?\n|\Z)")
_QP_SPACED = re.compile(rb"=[ \t]+(?=\r?\n|\Z)")
# Looking behind keeps a run of spaces linear: it is tried once, at its start.
_QP_TRAILING = re.compile(rb"(?<![ \t])[ \t]++(?=\r?\n)")

_UU_LINE = re.compile(rb"[^\r\n]+")
_UU_BEGIN = re.compile(rb"^begin [0-7]{3,4} ?[^\r\n]*\r?\n", re.M)


def decoded(data: bytes, encoding: str) -> tuple[bytes, str]:
    """The bytes meant by `data`, and a problem code or ''. An unknown encoding means as it is."""
    if encoding == "base64":
        return base64(data)
    if encoding == "quoted-printable":
        return quoted_printable(data)
    if encoding in ("x-uuencode", "uuencode", "x-uue", "uue"):
        return uuencode(data)
    return data, ""


def base64(data: bytes) -> tuple[bytes, str]:
    """RFC 2045 6.8. What is damaged is decoded as far as it can be, with the problem 'base64'."""
    found = quick_base64(data)
    return base64_guarded(data) if found is None else (found, "")


def quick_base64(data: bytes) -> bytes | None:
    """The bytes of faultless base64, ten times faster than binascii; None when unsure.

    fast-mail-parser refuses any foreign character and any wrong length. A "=" before the end,
    which it takes, is left to the guarded way, as is what would need much memory.
    """
    if not QUICK_FROM <= len(data) <= QUICK_TO or data.find(b"=", 0, -PADDING) != -1:
        return None
    try:
        mail = parse_email(_QUICK_HEAD + data)
        found = mail.attachments[0].content
    except (ParseError, IndexError):
        return None
    return found if isinstance(found, bytes) else None


def base64_guarded(data: bytes) -> tuple[bytes, str]:
    """The same with the standard library, and with care for what is damaged."""
    return _base64_piece(data) if len(data) <= CHUNK else _base64_pieces(data)


def _base64_piece(data: bytes) -> tuple[bytes, str]:
    packed = data.translate(None, _BLANK)
    padding = len(packed) - len(packed.rstrip(b"="))
    try:
        found = binascii.a2b_base64(packed)
    except binascii.Error:
        return base64_loose(data)
    # Anything foreign would have been left out, and the length would show it.
    faultless = len(packed) % 4 == 0 and len(found) == len(packed) // 4 * 3 - padding
    return (found, "") if faultless else base64_loose(data)


def _base64_pieces(data: bytes) -> tuple[bytes, str]:
    """The same in chunks, so that fifty megabytes do not stand in memory five times."""
    if _is_prose(data):
        return data, "base64"
    out = bytearray()
    problems = {""}
    carried = b""
    for pos in range(0, len(data), CHUNK):
        chunk = data[pos : pos + CHUNK]
        if _has_foreign(chunk):
            problems.add("base64")
        piece = carried + chunk.translate(None, _FOREIGN)
        # Whole quartets only; a "=" with letters after it ends one, and a new count begins.
        body = piece.rstrip(b"=")
        end = body.rfind(b"=") + 1
        end += (len(body) - end) // 4 * 4
        if pos + CHUNK >= len(data) or len(piece) - end > CHUNK:
            end = len(piece)
        carried = piece[end:]
        found, problem = _base64_piece(piece[:end])
        out += found
        problems.add(problem)
    return bytes(out), max(problems)


def base64_loose(data: bytes) -> tuple[bytes, str]:
    """Base64 with foreign characters, lost padding or several pieces one after another."""
    if _is_prose(data):
        return data, "base64"
    wrong = _has_foreign(data)
    packed = data.translate(None, _FOREIGN)
    if packed.count(b"=") > _PIECES_LIMIT:
        packed = packed.replace(b"=", b"")
        wrong = True
    out: list[bytes] = []
    for piece, padding in _PIECE.findall(packed):
        rest = len(piece) % 4
        if out and (rest + len(padding)) % 4:
            # After the end of the data: the words of a footer, not base64.
            wrong = True
            break
        if rest == 1:
            # Six bits make no byte.
            piece, wrong = piece[:-1], True
        out.append(binascii.a2b_base64(piece + b"=" * (-len(piece) % 4)))
    return b"".join(out), "base64" if wrong else ""


def _is_prose(data: bytes) -> bool:
    # Words that say they are base64: decoding would destroy them.
    return data.count(b" ") * 12 > len(data)


def _has_foreign(data: bytes) -> bool:
    return len(data.translate(None, _VISIBLE_FOREIGN)) != len(data)


def quoted_printable(data: bytes) -> tuple[bytes, str]:
    """RFC 2045 6.7. A "=" that starts nothing stays, with the problem 'quoted-printable'."""
    if len(data) <= CHUNK:
        return _quoted_printable(data, mend=True)
    out = []
    problems = set()
    pos = 0
    while pos < len(data):
        # Cut after a line end: no escape goes over it. Patterns that match everywhere need
        # fifty times the memory of their text, so they see one chunk at a time.
        end = data.find(b"\n", pos + CHUNK) + 1 or len(data)
        piece, problem = _quoted_printable(data[pos:end], mend=pos < MENDED_TO)
        out.append(piece)
        problems.add(problem)
        pos = end
    return b"".join(out), max(problems)


def uuencode(data: bytes) -> tuple[bytes, str]:
    """The first file of the text between its begin and end lines; the text itself when none."""
    begin = _UU_BEGIN.search(data)
    if not begin:
        return data, "uuencode"
    out = bytearray()
    problem = ""
    for match in _UU_LINE.finditer(data, begin.end()):
        line = match[0]
        if line == b"end":
            break
        try:
            out += binascii.a2b_uu(line)
        except binascii.Error:
            # Some encoders count the bits of the last triple wrong.
            length = (((line[0] - 32) & 63) * 4 + 5) // 3
            try:
                out += binascii.a2b_uu(line[:length])
            except binascii.Error:
                problem = "uuencode"
    return bytes(out), problem


def _quoted_printable(data: bytes, mend: bool) -> tuple[bytes, str]:
    problem = ""
    if _QP_WRONG.search(data):
        if mend:
            data = _QP_SPACED.sub(b"=", data)
        if not mend or _QP_WRONG.search(data):
            problem = "quoted-printable"
    if mend and (b" \n" in data or b" \r\n" in data or b"\t\n" in data or b"\t\r\n" in data):
        data = _QP_TRAILING.sub(b"", data)
    return binascii.a2b_qp(data), problem
