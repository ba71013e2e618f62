"""Mail addresses in the one form in which they are compared."""

import re
import unicodedata
from functools import lru_cache

import idna

ADDRESS_LIMIT = 254
LOCAL_LIMIT = 64

GMAIL = ("gmail.com", "googlemail.com")
# fmt: off
_PROVIDERS = frozenset({
    *GMAIL, "outlook.com", "outlook.fr", "hotmail.com", "hotmail.fr", "hotmail.co.uk", "live.com",
    "live.fr", "live.co.uk", "msn.com", "yahoo.com", "yahoo.fr", "yahoo.co.uk", "yahoo.de",
    "yahoo.ca", "ymail.com", "rocketmail.com", "icloud.com", "me.com", "mac.com", "aol.com",
    "gmx.com", "gmx.de", "gmx.net", "gmx.ch", "gmx.at", "gmx.fr", "web.de", "t-online.de",
    "freenet.de", "orange.fr", "wanadoo.fr", "free.fr", "sfr.fr", "neuf.fr", "bbox.fr",
    "laposte.net", "numericable.fr", "aliceadsl.fr", "club-internet.fr", "proton.me",
    "protonmail.com", "pm.me", "tutanota.com", "tuta.com", "fastmail.com", "hey.com", "zoho.com",
    "mail.com", "mail.ru", "yandex.com", "yandex.ru", "bluewin.ch", "hispeed.ch", "sunrise.ch",
    "skynet.be", "telenet.be", "proximus.be", "btinternet.com", "sky.com", "virginmedia.com",
    "talktalk.net", "ntlworld.com", "comcast.net", "verizon.net", "att.net", "sbcglobal.net",
    "cox.net", "charter.net", "bellsouth.net", "videotron.ca", "sympatico.ca", "bigpond.com",
    "xtra.co.nz", "libero.it", "virgilio.it", "tiscali.it", "alice.it", "terra.es", "ziggo.nl",
    "kpnmail.nl", "hetnet.nl", "qq.com", "163.com", "126.com", "naver.com",
})
_SUFFIXES = frozenset({
    "co.uk", "org.uk", "ac.uk", "gov.uk", "nhs.uk", "me.uk", "com.au", "net.au", "org.au",
    "co.nz", "co.za", "com.br", "co.jp", "co.in", "com.tr", "com.mx", "asso.fr", "gouv.fr",
})
# fmt: on

_ASCII_LOCAL = r"[a-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_PLAIN = re.compile(rf"{_ASCII_LOCAL}(?:\.{_ASCII_LOCAL})*@((?:{_LABEL}\.)*({_LABEL}))")
_UNICODE_LOCAL = re.compile(r"[^\x00-\x20\x7f-\xa0()<>\[\]:;@\\,.\"]+")
_QUOTED_LOCAL = re.compile(r'"([^"\\]*)"')
# Also what is not seen: zero-width and direction marks; and lone surrogates.
_CONTROL = re.compile(
    "[\x00-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ud800-\udfff]"
)


def normalise_email(text: str) -> str:
    """The address in lower case, NFC, domain in A-labels (UTS 46); '' when it is not one.

    Comments, address literals and a final dot are refused; at most 254 octets (RFC 5321).
    """
    return _normalised(text) if len(text) <= 2 * ADDRESS_LIMIT else ""


def normalise_domain(text: str) -> str:
    """A domain in the form in which an address ends; '' when it is none. «@» may stand before."""
    return normalise_email(f"x@{text.strip().removeprefix('@')}").partition("@")[2]


def domains_of(norm: str) -> tuple[str, ...]:
    """The domain of a compared address, then the domains it lies under, never a single label."""
    labels = norm.rpartition("@")[2].split(".")
    return tuple(".".join(labels[n:]) for n in range(len(labels) - 1))


def is_public(domain: str) -> bool:
    """May anybody have an address there (a provider's domain, a whole country's suffix)?"""
    return domain in _PROVIDERS or domain in _SUFFIXES or "." not in domain


def alike(norm: str) -> str:
    """A compared address without its tag, for Gmail without dots as well: for suggestions only,
    never to say who somebody is (MG-21)."""
    local, _, domain = norm.rpartition("@")
    if domain in GMAIL:
        return f"{local.partition('+')[0].replace('.', '')}@gmail.com"
    return f"{local.partition('+')[0] or local}@{domain}"


@lru_cache(maxsize=20_000)
def _normalised(text: str) -> str:
    if _CONTROL.search(text):
        return ""
    address = text.strip().lower()
    if not address.isascii() or '"' in address or "xn--" in address:
        address = _international(address)
    match = _PLAIN.fullmatch(address) if address.isascii() else _unicode_match(address)
    if not match or len(address.encode()) > ADDRESS_LIMIT:
        return ""
    if len(address.partition("@")[0].encode()) > LOCAL_LIMIT:
        return ""
    # "user@1.2.3.4" is a missing pair of brackets, not a name.
    return "" if match[2].isdigit() else address


def _international(address: str) -> str:
    local, _, domain = unicodedata.normalize("NFC", address).rpartition("@")
    if quoted := _QUOTED_LOCAL.fullmatch(local):
        # A quoted plain word is the same mailbox as the plain word (RFC 5321 4.1.2).
        local = quoted[1]
    if domain.isascii() and "xn--" not in domain:
        return f"{local}@{domain}"
    try:
        # With UTS 46 the ideographic full stops have become dots.
        encoded = idna.encode(domain, uts46=True, std3_rules=True).decode("ascii").lower()
    except (idna.IDNAError, UnicodeError, IndexError):
        return ""
    return f"{local}@{encoded}"


def _unicode_match(address: str) -> re.Match[str] | None:
    local, _, domain = address.rpartition("@")
    if not all(_UNICODE_LOCAL.fullmatch(atom) for atom in local.split(".")):
        return None
    return _PLAIN.fullmatch(f"x@{domain}")
