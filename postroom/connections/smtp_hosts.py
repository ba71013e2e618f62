"""The settings of a sending server, guessed from the address like those of its mailbox."""

from dataclasses import dataclass

from postroom.connections import domains
from postroom.connections.guessing import NONE, PROPOSED, SRV, guess
from postroom.connections.providers import STARTTLS, TLS, Provider

# By the provider's IMAP server, as the providers publish it for mail programs. «True»: what is
# sent through it lies in Sent by itself.
SERVERS: dict[str, tuple[str, int, str, bool]] = {
    "imap.gmail.com": ("smtp.gmail.com", 465, TLS, True),
    "outlook.office365.com": ("smtp.office365.com", 587, STARTTLS, True),
    "imap.mail.yahoo.com": ("smtp.mail.yahoo.com", 465, TLS, False),
    "imap.aol.com": ("smtp.aol.com", 465, TLS, False),
    "imap.mail.me.com": ("smtp.mail.me.com", 587, STARTTLS, False),
    "imap.gmx.net": ("mail.gmx.net", 465, TLS, False),
    "imap.gmx.com": ("mail.gmx.com", 465, TLS, False),
    "imap.web.de": ("smtp.web.de", 587, STARTTLS, False),
    "secureimap.t-online.de": ("securesmtp.t-online.de", 465, TLS, False),
    "mx.freenet.de": ("mx.freenet.de", 587, STARTTLS, False),
    "imap.orange.fr": ("smtp.orange.fr", 465, TLS, False),
    "imap.free.fr": ("smtp.free.fr", 465, TLS, False),
    "imap.sfr.fr": ("smtp.sfr.fr", 465, TLS, False),
    "imap4.bbox.fr": ("smtp.bbox.fr", 587, STARTTLS, False),
    "imap.laposte.net": ("smtp.laposte.net", 465, TLS, False),
    "mail.infomaniak.com": ("mail.infomaniak.com", 465, TLS, False),
    "ssl0.ovh.net": ("ssl0.ovh.net", 465, TLS, False),
    "mail.gandi.net": ("mail.gandi.net", 465, TLS, False),
    "imap.ionos.com": ("smtp.ionos.com", 465, TLS, False),
    "imap.strato.de": ("smtp.strato.de", 465, TLS, False),
    "imap.hostinger.com": ("smtp.hostinger.com", 465, TLS, False),
    "imap.fastmail.com": ("smtp.fastmail.com", 465, TLS, False),
    "imap.zoho.com": ("smtp.zoho.com", 465, TLS, True),
    "imap.zoho.eu": ("smtp.zoho.eu", 465, TLS, True),
    "imaps.bluewin.ch": ("smtpauths.bluewin.ch", 465, TLS, False),
    "posteo.de": ("posteo.de", 465, TLS, False),
    "imap.mailbox.org": ("smtp.mailbox.org", 465, TLS, False),
}


@dataclass(frozen=True)
class SendingGuess:
    """Where an address may send. `by` as in guessing.Guess; `files_copies`: see SERVERS."""

    by: str
    host: str
    port: int
    security: str
    user: str
    files_copies: bool = False
    provider: Provider | None = None


def guess_sending(address: str) -> SendingGuess:
    """Where a letter of this address may be handed in. Asks the DNS; a few seconds at most."""
    found = guess(address)
    if found.provider and found.provider.host in SERVERS:
        host, port, security, files = SERVERS[found.provider.host]
        return SendingGuess(found.by, host, port, security, found.user, files, found.provider)
    domain = address.rpartition("@")[2].lower()
    if found.by == NONE:
        return SendingGuess(NONE, "", 465, TLS, address, provider=found.provider)
    if service := domains.submission_of(domain):
        return SendingGuess(SRV, service.host, service.port, service.security, address)
    return SendingGuess(PROPOSED, f"smtp.{domain}", 465, TLS, address)


def files_copies(host: str) -> bool:
    """Whether what is sent through this server lies in Sent by itself."""
    return any(server == host.lower() and files for server, _, _, files in SERVERS.values())


def imap_host_of(host: str) -> str:
    """The IMAP server of the provider whose sending server this is, or ""."""
    return next((imap for imap, row in SERVERS.items() if row[0] == host.lower()), "")
