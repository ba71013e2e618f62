"""What the receiving server says of a sender (RFC 8601), when it can be believed."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

# Where a provider's verdicts carry another name than its mail host.
_VERDICTS_OF = {
    "imap.gmail.com": ("mx.google.com",),
    "imap.googlemail.com": ("mx.google.com",),
    "outlook.office365.com": ("protection.outlook.com", "outlook.com"),
    "imap.mail.me.com": ("mail.icloud.com", "icloud.com"),
    "imap.mail.yahoo.com": ("mail.yahoo.com", "yahoo.com"),
}


_SERVICES = {"imap", "imaps", "imap4", "mail", "mx", "pop", "pop3", "smtp", "webmail", "ssl"}


@dataclass(frozen=True)
class Verdict:
    """`result` is pass, fail, none ... or "" without one; `by` the server that says so."""

    result: str = ""
    by: str = ""


def dmarc(results: Iterable[str], host: str) -> Verdict:
    """The receiving server's own DMARC verdict.

    Only an Authentication-Results header by the account's own provider counts (RFC 8601, 5):
    anybody can write one into a letter. The topmost is the last one added.
    """
    service, _, domain = host.partition(".")
    # Of «imap.example.org» the whole domain is believed; the parent of «example.co.uk» is not.
    ours = (*_VERDICTS_OF.get(host, ()), host, *([domain] if service in _SERVICES else []))
    for value in results:
        server, *verdicts = _plain(value).split(";")
        name = (server.split() or [""])[0].lower()
        if any(name == own or name.endswith("." + own) for own in ours if "." in own):
            said = [v.strip().lower() for v in verdicts]
            found = [m[1] for v in said if (m := re.match(r"dmarc\s*=\s*([a-z]+)", v))]
            return Verdict("fail" if "fail" in found else (found or [""])[0], name[:255])
    return Verdict()


def _plain(header: str) -> str:
    """A header without its comments and quoted strings: a sender chooses what stands in them."""
    header = re.sub(r'"(?:[^"\\]|\\.)*"', "", header)
    while (plain := re.sub(r"\([^()]*\)", "", header)) != header:
        header = plain
    return header
