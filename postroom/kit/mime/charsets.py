"""From bytes to text: charsets as they are declared, and as they are."""

import codecs
import re
from encodings import normalize_encoding
from encodings.aliases import aliases
from functools import lru_cache

from charset_normalizer import from_bytes

from postroom.kit.mime.notes import Notes

GUESS_SAMPLE = 8_192
# What undeclared mail is written in. Windows' other Latin sets are not told from its western one
# in a few lines of French; UTF-16 would be found in any noise.
GUESS_FROM = 20  # bytes beyond ASCII
_LIKELY = ["cp1252", "cp1251", "koi8_r", "cp1253", "cp1255", "cp1256", "cp874"]
_LIKELY += ["shift_jis", "euc_jp", "iso2022_jp", "gb18030", "big5", "euc_kr"]

# Text codecs of Python which are no charset of a mail; punycode is quadratic besides.
_REFUSED = frozenset(
    {"idna", "punycode", "undefined", "unicode_escape", "raw_unicode_escape", "charmap", "mbcs"}
    | {"oem", "palmos", "base64_codec", "bz2_codec", "hex_codec", "quopri_codec", "rot_13"}
    | {"uu_codec", "zlib_codec", "utf_8_sig"}
)
# A larger brother where senders mean it (WHATWG Encoding), and names Python does not know.
_BROTHERS = {
    "ascii": "cp1252",
    "latin_1": "cp1252",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "hz_gb_2312": "hz",
    "euc_kr": "cp949",
    "shift_jis": "cp932",
    "big5": "big5hkscs",
    "iso8859_9": "cp1254",
    "tis_620": "cp874",
    "iso8859_11": "cp874",
    "iso2022_jp": "iso2022_jp_ext",
}
_NAMES = {
    "iso_8859_8_i": "iso8859_8",
    "iso_8859_8_e": "iso8859_8",
    "iso_8859_6_i": "iso8859_6",
    "x_sjis": "shift_jis",
    "x_gbk": "gbk",
    "x_euc_jp": "euc_jp",
    "x_mac_roman": "mac_roman",
    "x_user_defined": "cp1252",
    "windows_874": "cp874",
    "unicode_1_1_utf_7": "utf_7",
    "unicode_1_1_utf_8": "utf_8",
    "x_unicode_2_0_utf_7": "utf_7",
    "ansi_x3.110_1983": "cp1252",
    "cp_850": "cp850",
    "cp1252http_equiv": "cp1252",
}
_KNOWN = frozenset(aliases.values()) | {"utf_8", "utf_16", "utf_32", "latin_1", "ascii", "cp874"}
_META = re.compile(rb"""(?i)<meta\b[^>]{0,200}?charset\s{0,9}=\s{0,9}["']?([a-z0-9_.:-]{2,40})""")
_BOMS = (
    (codecs.BOM_UTF8, "utf_8"),
    (codecs.BOM_UTF32_LE, "utf_32"),
    (codecs.BOM_UTF32_BE, "utf_32"),
    (codecs.BOM_UTF16_LE, "utf_16"),
    (codecs.BOM_UTF16_BE, "utf_16"),
)


def decode(data: bytes, charset: str, notes: Notes, html: bool = False) -> str:
    """The text of a body declared in `charset` ('' when nothing is declared); never raises.

    A wrong or unknown declaration is noted as 'charset'; no byte is dropped for it.
    """
    codec = known(charset)
    if data.isascii() and codec in ("", "ascii", "utf_8", "latin_1", "cp1252"):
        if charset and not codec:
            notes.add("charset")
        return data.decode("ascii")
    if codec in ("utf_8", "ascii", ""):
        text = _utf8(data, declared=codec == "utf_8", notes=notes)
        if text is not None:
            if charset and not codec:
                notes.add("charset")
            return text
        if html and not codec and (found := known(_meta(data))):
            return _declared(data, found, notes)
        notes.add("charset")
        return _guessed(data, notes)
    return _declared(data, codec, notes)


def decode_word(data: bytes, charset: str) -> str:
    """The text of a few bytes of a header; an unknown charset is read as UTF-8, else cp1252."""
    codec = known(charset.partition("*")[0])
    if codec and codec != "ascii":
        try:
            return data.decode(_BROTHERS.get(codec, codec))
        except (UnicodeError, ValueError):
            pass
    return decode_plain(data) if codec in ("", "ascii", "utf_8") else _mixed(data, codec)


def encode_word(text: str, charset: str) -> bytes:
    """The inverse of `decode_word`, where the charset has the letters; else UTF-8."""
    codec = known(charset.partition("*")[0])
    if codec and not text.isascii():
        try:
            return text.encode(_BROTHERS.get(codec, codec))
        except (UnicodeError, ValueError):
            pass
    return text.encode("utf-8", "replace")


def decode_plain(data: bytes) -> str:
    """Bytes without any declaration: UTF-8, else Windows' western set, else Latin-1."""
    for codec in ("utf_8", "cp1252"):
        try:
            return data.decode(codec)
        except UnicodeDecodeError:
            continue
    return data.decode("latin_1")


def known(charset: str) -> str:
    """Python's name of the codec, '' when we do not read this charset.

    Names are looked up in a table first: a codec is never imported because a mail names it.
    """
    return _known(charset) if 0 < len(charset) <= 60 else ""


@lru_cache(maxsize=500)
def _known(charset: str) -> str:
    name = re.sub(r"(?i)^(?:charset=)+", "", charset.strip(" \t\"';,")).lower()
    name = normalize_encoding(name).lower()
    name = _NAMES.get(name, name)
    name = aliases.get(name) or aliases.get(name.replace(".", "_")) or name
    return name if name in _KNOWN and name not in _REFUSED else ""


def _utf8(data: bytes, declared: bool, notes: Notes) -> str | None:
    for bom, codec in _BOMS:
        if data.startswith(bom):
            return data.decode(codec, "replace").removeprefix("\ufeff")
    try:
        return data.decode()
    except UnicodeDecodeError:
        if not declared:
            return None
    text = data.decode(errors="replace")
    # A few broken letters in a UTF-8 text; otherwise the declaration is wrong.
    if text.count("\ufffd") * 50 > len(text) - text.isascii():
        return None
    notes.add("charset")
    return _mixed(data, "utf_8")


def _declared(data: bytes, codec: str, notes: Notes) -> str:
    try:
        return data.decode(_BROTHERS.get(codec, codec)).removeprefix("\ufeff")
    except (UnicodeError, ValueError):
        pass
    if codec in ("latin_1", "iso8859_9"):
        return data.decode(codec)
    notes.add("charset")
    try:
        return data.decode()
    except UnicodeDecodeError:
        return _mixed(data, codec)


def _mixed(data: bytes, codec: str) -> str:
    try:
        return data.decode(_BROTHERS.get(codec, codec), _AS_WINDOWS)
    except (UnicodeError, ValueError):
        return data.decode("latin_1")


def _guessed(data: bytes, notes: Notes) -> str:
    # The sample starts where the first odd byte stands: ASCII teaches nothing.
    start = max(0, next(_ODD.finditer(data)).start() - 200)
    sample = data[start : start + GUESS_SAMPLE]
    odd = len(sample.translate(None, _ASCII))
    # French has one accent in twenty letters; other alphabets are odd nearly throughout.
    foreign = odd >= GUESS_FROM and odd * 5 > len(sample.translate(None, _SPACES)) * 2
    if foreign and notes.may_guess():
        best = from_bytes(sample, cp_isolation=_LIKELY).best()
        if best:
            try:
                return data.decode(best.encoding)
            except (UnicodeError, ValueError):
                pass
    return decode_plain(data)


def _meta(data: bytes) -> str:
    found = _META.search(data, 0, 4_096)
    return found[1].decode("ascii") if found else ""


def _as_windows(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    wrong = error.object[error.start : error.end]
    return wrong.decode("cp1252", "ignore") or wrong.decode("latin_1"), error.end


_ASCII = bytes(range(128))
_SPACES = b" \t\r\n"
_ODD = re.compile(rb"[\x80-\xff]")
_AS_WINDOWS = "postroom-as-windows"
codecs.register_error(_AS_WINDOWS, _as_windows)
