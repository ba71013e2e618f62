"""Small tools for words: cleaning, folding for search, snippets, safe file names."""

import re
import unicodedata

_UNWANTED = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_SURROGATE = re.compile("[\ud800-\udfff]")
_SPACES = re.compile(r"\s+")
# What NFKD leaves whole, though people type it as plain letters.
_LETTERS = (
    *(("œ", "oe"), ("æ", "ae"), ("ß", "ss"), ("ø", "o"), ("đ", "d"), ("ð", "d")),
    *(("ł", "l"), ("þ", "th"), ("ı", "i")),
)
_MARKS_LIMIT = 40  # different ones in a text; any language needs fewer

SNIPPET_SOURCE = 20_000
_ATTRIBUTION_LIMIT = 400
_ATTRIBUTION = re.compile(
    r"(?i)^(?:on\b.{1,200}\bwrote|le\b.{1,200}\ba écrit|am\b.{1,200}\bschrieb.{0,80}"
    r"|-{3,} ?(?:original message|message d'origine|forwarded message|message transféré) ?-{3,}"
    r"|_{20,})\s*:?\s*$"
)

NAME_LIMIT = 200
_EXTENSION_LIMIT = 20
# Controls, and the marks that turn the reading direction ("gnp.exe" shown as "exe.png").
_NOT_IN_NAMES = re.compile(
    "[\x00-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]"
)
_NOT_ON_WINDOWS = re.compile(r'[<>:"|?*]')
_DEVICE = re.compile(r"(?i)^(?:con|prn|aux|nul|conin\$|conout\$|(?:com|lpt)[0-9¹²³])\s*(?:\.|$)")


def clean(text: str) -> str:
    """The text with line ends as LF, lone surrogates as U+FFFD, no NUL and no C0 but LF and TAB.

    PostgreSQL refuses NUL in text, sqlite3 refuses lone surrogates.
    """
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    if not text.isascii() and _has_surrogate(text):
        text = _SURROGATE.sub("\ufffd", text)
    if _UNWANTED.search(text):
        text = _UNWANTED.sub("", text)
    return text


def fold(text: str) -> str:
    """The text as searched: lower case, no accent, œ as oe, æ as ae, ß as ss."""
    if text.isascii():
        return text.lower()
    folded = _without_marks(unicodedata.normalize("NFKD", _spelt_out(text.casefold())))
    # Compatibility forms may come apart into capitals (™ -> TM).
    return _spelt_out(folded.casefold())


def snippet(text: str, length: int = 160) -> str:
    """One line of at most `length` characters: what the writer says, without quotes or signature.

    When nothing but quotes and signature is there, these are used.
    """
    lines = text[:SNIPPET_SOURCE].splitlines()
    line = _one_line("\n".join(_own_lines(lines))) or _one_line("\n".join(lines))
    if len(line) <= length:
        return line
    cut = line[: max(length - 1, 0)]
    head = cut.rpartition(" ")[0]
    return (head if len(head) >= length // 2 else cut).rstrip() + "…"


def safe_file_name(name: str) -> str:
    """The name as one may show and save it, '' when nothing is left (RELIABILITY 4.3).

    No folder, control, direction mark or Windows device; at most 200 characters, extension kept.
    """
    name = name.replace("\\", "/").rpartition("/")[2]
    name = _SURROGATE.sub("\ufffd", name)
    name = _NOT_IN_NAMES.sub("", name.replace("\t", " ").replace("\n", " ").replace("\r", " "))
    name = _one_line(_NOT_ON_WINDOWS.sub("_", name))
    # A leading dot hides the file, a trailing one is dropped by Windows.
    name = name.lstrip(". ").rstrip(". ")
    if _DEVICE.match(name):
        name = "_" + name
    return _shortened(name)


def _spelt_out(text: str) -> str:
    for letter, plain in _LETTERS:
        text = text.replace(letter, plain)
    return text


def _without_marks(text: str) -> str:
    """One replacement for each accent, not one look at each letter: five times as fast."""
    marks = [letter for letter in set(text) if unicodedata.combining(letter)]
    if len(marks) > _MARKS_LIMIT:
        return text.translate(dict.fromkeys(map(ord, marks)))
    for mark in marks:
        text = text.replace(mark, "")
    return text


def _has_surrogate(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return True
    return False


def _own_lines(lines: list[str]) -> list[str]:
    own = []
    for line in lines:
        line = line.strip()
        if line == "--" or (len(line) < _ATTRIBUTION_LIMIT and _ATTRIBUTION.match(line)):
            break
        if not line.startswith(">"):
            own.append(line)
    return own


def _one_line(text: str) -> str:
    return _SPACES.sub(" ", text).strip()


def _shortened(name: str) -> str:
    if len(name) <= NAME_LIMIT:
        return name
    stem, dot, extension = name.rpartition(".")
    if not dot or len(extension) > _EXTENSION_LIMIT:
        return name[:NAME_LIMIT].rstrip(". ")
    return stem[: NAME_LIMIT - len(extension) - 1].rstrip(". ") + "." + extension
