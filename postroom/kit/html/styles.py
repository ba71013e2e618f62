"""Inline styles: which declarations of a style attribute may stay.

Refused whatever the property: functions other than rgb() and hsl() (url, var, expression, calc,
image-set), escapes, comments, and negative lengths (they slide one thing over another).
"""

import re

from postroom.kit.html.allowed import words

_SIDES = ("top", "right", "bottom", "left")
_BOX = {f"{box}-{side}" for box in ("margin", "padding", "border") for side in _SIDES}
_BORDER = {f"border-{side}-{part}" for side in _SIDES for part in ("color", "style", "width")}
_CORNERS = {f"border-{a}-{b}-radius" for a in ("top", "bottom") for b in ("left", "right")}

PROPERTIES = (
    frozenset(_BOX)
    | _BORDER
    | _CORNERS
    | words(
        "background background-color border border-collapse border-color border-radius "
        "border-spacing border-style border-width box-sizing caption-side clear color direction "
        "display empty-cells float font font-family font-size font-style font-variant font-weight "
        "height letter-spacing line-height list-style list-style-position list-style-type margin "
        "max-height max-width min-height min-width padding table-layout text-align text-decoration "
        "text-indent text-transform vertical-align white-space width word-break word-spacing "
        "word-wrap overflow-wrap"
    )
)

_DISPLAY = words(
    "block inline inline-block inline-table list-item none table table-caption table-cell "
    "table-column table-column-group table-footer-group table-header-group table-row "
    "table-row-group"
)
_COLOUR_FUNCTION = re.compile(r"\b(?:rgb|hsl)a?\([\d\s.,%/]{1,60}\)", re.I)
_PLAIN_VALUE = re.compile(r"[\w\s.,%#'\"!/+-]{1,300}").fullmatch
_NEGATIVE = re.compile(r"(?:^|[\s,/])-\.?\d")
_ESCAPE = re.compile(r"\\([0-9a-fA-F]{1,6})\s?|\\(.)", re.S)
_FETCHING = re.compile(r"url\s*\(|image(?:-set)?\s*\(|src\s*\(|@import", re.I)


def kept(style: str) -> str:
    """The declarations of a style attribute that may stay, in order; may be empty."""
    return ";".join(filter(None, map(_declaration, style[:20_000].split(";"))))


def fetches(style: str) -> int:
    """How many outside things a style asks for: css functions that load, escapes undone."""
    remote = re.sub(r"url\(\s*['\"]?\s*(?:cid|data):", "", _unescaped(style), flags=re.I)
    return len(_FETCHING.findall(remote))


def _declaration(text: str) -> str:
    name, colon, value = text.partition(":")
    name, value = name.strip().lower(), value.strip()
    if not colon or name not in PROPERTIES:
        return ""
    plain = _COLOUR_FUNCTION.sub("0", value)
    if not _PLAIN_VALUE(plain) or _NEGATIVE.search(plain):
        return ""
    if name == "display" and value.lower().replace("!important", "").strip() not in _DISPLAY:
        return ""
    return f"{name}:{value}"


def _unescaped(style: str) -> str:
    return _ESCAPE.sub(lambda m: _character(m[1]) if m[1] else m[2], style)


def _character(digits: str) -> str:
    number = int(digits, 16)
    return chr(number) if 0 < number < 0x110000 else "\ufffd"
