"""Who may send for a domain, as it says in the DNS: SPF (RFC 7208), DKIM, DMARC (RFC 7489); in
words, with what to publish (XP-13). Looked up seldom: an answer is kept for ten minutes."""

import time
from dataclasses import dataclass

from django.utils.translation import gettext as _

from postroom.connections import domains
from postroom.connections.providers import provider_of
from postroom.connections.smtp_hosts import imap_host_of
from postroom.connections.words import Words
from postroom.kit.addresses import normalise_email

RESERVED = ("", "test", "example", "invalid", "localhost", "local")  # RFC 6761: nobody to ask
KEPT = 600.0  # seconds
MOST = 200  # domains
# What the sending servers of a provider want in the domain's SPF.
INCLUDES = {
    "imap.gmail.com": "_spf.google.com",
    "outlook.office365.com": "spf.protection.outlook.com",
    "mail.infomaniak.com": "spf.infomaniak.ch",
    "ssl0.ovh.net": "mx.ovh.com",
    "mail.gandi.net": "_mailcust.gandi.net",
    "imap.fastmail.com": "spf.messagingengine.com",
    "imap.zoho.eu": "zohomail.eu",
    "imap.zoho.com": "zohomail.com",
    "imap.mailbox.org": "mailbox.org",
}
# Selectors that the usual hosts sign with; another one cannot be found from outside.
SELECTORS = ("google", "selector1", "selector2", "default", "dkim", "mail", "s1", "k1", "fm1")


@dataclass(frozen=True)
class Published:
    """What a domain publishes: its SPF and DMARC as text, and whether a DKIM key was found.

    `asked` False: the DNS did not answer, and nothing is known.
    """

    asked: bool
    spf: str = ""
    dmarc: str = ""
    dkim: bool = False


_known: dict[str, tuple[float, Published]] = {}


def published(domain: str) -> Published:
    """A domain's records. A few seconds at most."""
    at, found = _known.get(domain, (0.0, Published(False)))
    if at and time.monotonic() - at < KEPT:
        return found
    found = _look(domain)
    if len(_known) >= MOST:
        _known.clear()
    _known[domain] = (time.monotonic(), found)
    return found


def _look(domain: str) -> Published:
    texts = domains.texts(domain)
    if texts is None:
        return Published(False)
    spf = next((text for text in texts if text.lower().startswith("v=spf1")), "")
    policies = domains.texts(f"_dmarc.{domain}") or []
    dmarc = next((text for text in policies if text.lower().startswith("v=dmarc1")), "")
    dkim = any(domains.texts(f"{one}._domainkey.{domain}") for one in SELECTORS)
    return Published(True, spf, dmarc, dkim)


def in_words(address: str, host: str) -> list[Words]:
    """What is to be said of sending as this address through this server; [] where nothing is, or
    the domain is a provider's own. Asks the DNS."""
    domain = normalise_email(address).rpartition("@")[2]
    if not domain or provider_of(domain) or domain.rpartition(".")[2] in RESERVED:
        return []
    return judge(domain, host, published(domain))


def judge(domain: str, host: str, found: Published) -> list[Words]:
    """The sentences for what a domain publishes."""
    if not found.asked:
        return []
    facts = {"domain": domain, "host": host}
    wanted = INCLUDES.get(imap_host_of(host), "")
    said = []
    include = f"include:{wanted}" if wanted else f"a:{host}"
    if not found.spf:
        said.append(
            Words(
                _("%(domain)s does not say which servers may send for it (SPF).") % facts,
                _("Publish a TXT record at %(domain)s: %(record)s")
                % {**facts, "record": f"v=spf1 mx {include} ~all"},
                tone="amber",
            )
        )
    elif wanted and f"include:{wanted}" not in found.spf.lower():
        said.append(
            Words(
                _(
                    "%(domain)s names the servers that may send for it (SPF), and %(host)s is not"
                    " among them: letters may be taken for forged."
                )
                % facts,
                _("Add “%(include)s” to its SPF record.") % {"include": include},
                tone="amber",
            )
        )
    if not found.dkim:
        said.append(
            Words(
                _("We found no key with which letters of %(domain)s are signed (DKIM).") % facts,
                _("Switch DKIM on at your mail host, and publish the record it shows you."),
                tone="amber",
            )
        )
    if not found.dmarc:
        said.append(
            Words(
                _("%(domain)s does not say what is to become of forged letters (DMARC).") % facts,
                _("Publish a TXT record at _dmarc.%(domain)s: v=DMARC1; p=none") % facts,
                tone="amber",
            )
        )
    return said


def may_not_be(address: str, host: str) -> Words | None:
    """A warning before sending as this address through this server, if there is cause: its
    domain names other servers only."""
    for words in in_words(address, host):
        if "SPF" in words.sentence:
            return words
    return None
