"""What may stay of a mail's HTML: elements, attributes and their values."""

import re
from collections.abc import Callable


def words(text: str) -> frozenset[str]:
    """The words of a string, as a set."""
    return frozenset(text.split())


VOID = words("br col hr img wbr")
FORMATTING = words("a b big code em font i nobr s small strike strong tt u")  # HTML 13.2.4.3
TAGS = (
    VOID
    | FORMATTING
    | words(
        "abbr acronym address article aside bdi blockquote caption center cite colgroup dd del "
        "dfn dir div dl dt figcaption figure footer h1 h2 h3 h4 h5 h6 header ins kbd li main mark "
        "nav ol p pre q rp rt ruby samp section span sub sup table tbody td tfoot th thead time "
        "tr ul var"
    )
)

# Everywhere. Ids, names and classes are dropped: nothing in our own document may answer to them.
COMMON = frozenset({"align", "bgcolor", "dir", "height", "lang", "style", "title", "valign"}) | {
    "background",  # never kept: seen only so that it can be counted
    "width",
}
OWN: dict[str, frozenset[str]] = {
    "a": frozenset({"href"}),
    "br": frozenset({"clear"}),
    "col": frozenset({"span"}),
    "colgroup": frozenset({"span"}),
    "font": frozenset({"color", "face", "size"}),
    "hr": frozenset({"color", "noshade", "size"}),
    "img": frozenset({"alt", "border", "hspace", "src", "vspace"}),
    "li": frozenset({"type", "value"}),
    "ol": frozenset({"reversed", "start", "type"}),
    "table": frozenset({"border", "bordercolor", "cellpadding", "cellspacing", "role"}),
    "td": frozenset({"colspan", "nowrap", "rowspan"}),
    "th": frozenset({"colspan", "nowrap", "rowspan", "scope"}),
    "ul": frozenset({"type"}),
}

_COLOUR = re.compile(r"#?[a-zA-Z0-9]{1,30}").fullmatch
_FLAG = re.compile(r"|nowrap|noshade|reversed|true", re.I).fullmatch
_LENGTH = re.compile(r"\d{1,5}(\.\d{1,4})?(px|%|\*)?", re.I).fullmatch
_NUMBER = re.compile(r"[-+]?\d{1,6}").fullmatch
_SPAN = re.compile(r"0?[1-9]\d?|100").fullmatch  # more makes a browser lay out millions of cells
_WORD = re.compile(r"[a-zA-Z]{1,20}").fullmatch

VALUES: dict[str, Callable[[str], object]] = {
    "align": _WORD,
    "bgcolor": _COLOUR,
    "border": _LENGTH,
    "bordercolor": _COLOUR,
    "cellpadding": _LENGTH,
    "cellspacing": _LENGTH,
    "clear": _WORD,
    "color": _COLOUR,
    "colspan": _SPAN,
    "dir": re.compile(r"ltr|rtl|auto", re.I).fullmatch,
    "face": re.compile(r"[\w ,.'\"-]{1,200}").fullmatch,
    "height": _LENGTH,
    "hspace": _LENGTH,
    "lang": re.compile(r"[a-zA-Z]{2,8}(-[a-zA-Z0-9]{1,8}){0,3}").fullmatch,
    "noshade": _FLAG,
    "nowrap": _FLAG,
    "reversed": _FLAG,
    "role": re.compile(r"presentation|none").fullmatch,  # layout tables, read as text
    "rowspan": _SPAN,
    "scope": _WORD,
    "size": _NUMBER,
    "span": _SPAN,
    "start": _NUMBER,
    "type": _WORD,
    "valign": _WORD,
    "value": _NUMBER,
    "vspace": _LENGTH,
    "width": _LENGTH,
}


def attributes_of(tag: str) -> frozenset[str]:
    """Names of the attributes that are looked at on an element."""
    return COMMON | OWN.get(tag, frozenset())


ATTRIBUTES = {tag: set(attributes_of(tag)) for tag in TAGS}
