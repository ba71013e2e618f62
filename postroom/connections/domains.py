"""What a domain says of its mail in the DNS: SRV (RFC 6186), MX, TXT. Slow or silent: nothing."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import dns.exception
import dns.name
import dns.resolver

SECONDS = 3.0  # for one question, all of its tries together


@dataclass(frozen=True)
class Service:
    """A server as a domain announces it."""

    host: str
    port: int
    security: str  # tls, starttls


def imap_of(domain: str) -> Service | None:
    """Where the domain says its IMAP server is: `_imaps._tcp`, else `_imap._tcp`."""
    return _service(domain, (("_imaps._tcp", "tls"), ("_imap._tcp", "starttls")))


def submission_of(domain: str) -> Service | None:
    """Where the domain says its mail is handed in (RFC 6186; RFC 8314 for TLS at once)."""
    return _service(domain, (("_submissions._tcp", "tls"), ("_submission._tcp", "starttls")))


def _service(domain: str, kinds: Iterable[tuple[str, str]]) -> Service | None:
    for service, security in kinds:
        rows = _ask(f"{service}.{domain}", "SRV")
        for row in sorted(rows, key=lambda row: (row.priority, -row.weight)):
            # «.» says that the service is decidedly not there (RFC 2782).
            if host := _text(row.target):
                return Service(host, row.port, security)
    return None


def mail_servers(domain: str) -> list[str]:
    """The names of the servers that take in the domain's mail, best first."""
    rows = sorted(_ask(domain, "MX"), key=lambda row: row.preference)
    return [name for row in rows if (name := _text(row.exchange))]


def texts(name: str) -> list[str] | None:
    """The TXT records of a name; None where the DNS did not answer, [] where there are none."""
    try:
        rows = dns.resolver.Resolver().resolve(name, "TXT", lifetime=SECONDS)
    except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
        return []
    except (dns.exception.DNSException, OSError, UnicodeError):
        return None
    return [b"".join(row.strings).decode("utf-8", "replace") for row in rows]


def _ask(name: str, kind: str) -> list[Any]:
    # A row's fields hang on its kind, which the library's types do not know.
    try:
        answer = dns.resolver.Resolver().resolve(name, kind, lifetime=SECONDS)
    except (dns.exception.DNSException, OSError, UnicodeError):
        return []  # no resolver, no answer, no such name: it is only a guess
    return list(answer)


def _text(name: dns.name.Name) -> str:
    return name.to_text(omit_final_dot=True).lower().strip(".")
