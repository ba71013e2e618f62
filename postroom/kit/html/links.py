"""Where a link truly goes, said beside it when its words name another place."""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, field
from html import escape, unescape
from urllib.parse import unquote, urlsplit

# The sanitiser's own output: every value in double quotes, < and > always written as entities.
_TOKEN = re.compile(r'<(/?)([a-z0-9]+)((?: [a-z-]+="[^"]*")*)>')
_ATTRIBUTE = re.compile(r' ([a-z-]+)="([^"]*)"')
_SHOWN_HOST = re.compile(
    r"(?<![\w.-])([a-z][a-z0-9+]{1,9}:/{0,3})?([\w.+-]{1,64}@)?"
    r"((?:[\w-]{1,63}\.){1,8}[^\W\d_][\w-]{1,62})(?![\w-])",
    re.I,
)
_SPACE = re.compile(r"[\x00-\x20\x7f-\xa0\u2000-\u200f\u2028-\u202f\u205f-\u206f\u3000\ufeff]+")


def web_address(href: str) -> str | None:
    """The address a browser would go to, written in one way; None for what is no link of ours."""
    href = re.sub(r"[\t\n\r]", "", href).strip("".join(map(chr, range(0x21))))
    scheme, colon, rest = href.partition(":")
    scheme = scheme.lower()
    if not colon:
        return None
    if scheme in ("mailto", "tel"):
        return f"{scheme}:{rest}" if rest.strip() else None
    if scheme not in ("http", "https"):
        return None
    # Browsers read a backslash as a slash and forgive their number (WHATWG URL 4.4).
    place, mark, query = re.match(r"([^?#]*)([?#]?)(.*)", rest, re.S).groups()  # type: ignore[union-attr]
    place = place.replace("\\", "/").lstrip("/")
    return f"{scheme}://{place}{mark}{query}" if place else None


def true_host(address: str) -> str:
    """Host of a web address in ASCII (xn-- for other letters); the domain of a mailto address."""
    try:
        parts = urlsplit(address)
        if parts.scheme == "mailto":
            host = unquote(parts.path).rpartition("@")[2]
        else:
            host = parts.hostname or ""
    except ValueError:
        return address.partition("://")[2].partition("/")[0][:255]
    return _ascii(unquote(host).strip().rstrip(".").lower())[:255]


def names_another_host(words: str, address: str) -> bool:
    """Do the words of a link name a host that is not where it goes, nor its parent or child?"""
    host = true_host(address)
    if not host or address.startswith("tel:"):
        return False
    if address.startswith("http") and "@" in urlsplit_netloc(address):
        return True  # https://bank.example@evil.example/
    if mixed_letters(host):
        return True
    mail = address.startswith("mailto:")
    return any(
        not _same_house(_ascii(shown.lower()), host)
        for scheme, user, shown in _SHOWN_HOST.findall(_SPACE.sub(" ", words))
        if mail or scheme or not user  # "a@b.example, unsubscribe here" names nobody's site
    )


def urlsplit_netloc(address: str) -> str:
    """User, host and port of a web address, as written."""
    return re.split(r"[/?#]", address.partition("://")[2], maxsplit=1)[0]


def clear(body: str, note: str, away: Callable[[str], str] | None = None) -> tuple[str, int]:
    """Give each link its title and, where its words mislead, its true host in brackets.

    `body` must come from the sanitiser. `note` is the title of the brackets, plain text; `away`
    gives the address to write for a web address. Returns the fragment and the number of links.
    """
    out: list[str] = []
    link: _Link | None = None
    count = at = 0
    for token in _TOKEN.finditer(body):
        between = body[at : token.start()]
        out.append(between)
        at = token.end()
        if link:
            link.words.append(unescape(between))
        if token[2] == "a" and not token[1]:
            link = _opened(token, away)
            out.append(link.tag)
            continue
        out.append(token[0])
        if token[2] == "a" and link:
            count += bool(link.address)
            out.append(_marker(link, note))
            link = None
        elif link:
            link.words.append(_alternative(token))
    out.append(body[at:])
    return "".join(out), count


@dataclass
class _Link:
    address: str
    tag: str
    words: list[str] = field(default_factory=list)


def _opened(token: re.Match[str], away: Callable[[str], str] | None) -> _Link:
    attributes = {name: unescape(value) for name, value in _ATTRIBUTE.findall(token[3])}
    address = attributes.get("href", "")
    if not address:
        return _Link("", "<a>")
    attributes.pop("title", None)  # its own would be free to lie
    attributes["title"] = true_host(address) if address.startswith("http") else address
    attributes["href"] = by_way_of(address, away)
    written = "".join(f' {name}="{escape(value)}"' for name, value in attributes.items())
    return _Link(address, f"<a{written}>")


def by_way_of(address: str, away: Callable[[str], str] | None) -> str:
    """What is written for an address: a web address goes by way of `away`."""
    return away(address) if away and address.startswith("http") else address


def _marker(link: _Link, note: str) -> str:
    if not link.address or not names_another_host("".join(link.words), link.address):
        return ""
    host = escape(true_host(link.address))
    return f' <span class="true-host" title="{escape(note)}">[{host}]</span>'


def _alternative(token: re.Match[str]) -> str:
    """What an element inside a link adds to its words: a picture's other text, a space for br."""
    if token[2] == "img":
        return f" {unescape(dict(_ATTRIBUTE.findall(token[3])).get('alt', ''))} "
    return " " if token[2] in ("br", "div", "p", "td", "tr", "li", "hr") else ""


def _same_house(shown: str, host: str) -> bool:
    shown, host = shown.removeprefix("www."), host.removeprefix("www.")
    return shown == host or host.endswith(f".{shown}") or shown.endswith(f".{host}")


def _ascii(host: str) -> str:
    if host.isascii():
        return host
    try:
        return host.encode("idna").decode("ascii")
    except UnicodeError:
        return host


def mixed_letters(host: str) -> bool:
    """Letters that are not Latin in a host: they can be drawn exactly as Latin ones."""
    if "xn--" not in host:
        return not host.isascii()
    try:
        letters = host.encode("ascii").decode("idna")
    except UnicodeError:
        return True
    return any(c.isalpha() and not unicodedata.name(c, "").startswith("LATIN") for c in letters)
