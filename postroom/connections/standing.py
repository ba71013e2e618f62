"""Who may send for a domain, as it says in the DNS: SPF (RFC 7208), DKIM, DMARC (RFC 7489); in
words, with what to publish (XP-13). Looked up seldom: an answer is kept for ten minutes."""

import time
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from django.db.models import Q
from django.utils.translation import gettext as _

from postroom.connections import domains
from postroom.connections.models import SmtpAccount
from postroom.connections.providers import provider_of
from postroom.connections.smtp_hosts import imap_host_of
from postroom.connections.words import Words
from postroom.kit.addresses import normalise_email

RESERVED = ("", "test", "example", "invalid", "localhost", "local")  # RFC 6761: nobody to ask
KEPT = 600.0  # seconds
MOST = 200  # domains
DAILY = timedelta(days=1)
FEW = 5  # accounts in one go
GRAVE = "red"  # letters may not arrive: told to whoever writes one, too
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


def look_up(account: SmtpAccount, *, now: datetime) -> list[Words]:
    """What is to be said of sending as this address through this server; [] where nothing is, or
    the domain is a provider's own. Asks the DNS, and keeps what it says with the account."""
    domain = _domain(account)
    found = published(domain) if domain else Published(False)
    rows = SmtpAccount.objects.filter(pk=account.pk, address=account.address)
    if found.asked:
        account.published = asdict(found)
    rows.update(published=account.published, published_at=now)
    return judge(domain, account.host, found)


def look_again(now: datetime) -> int:
    """Look up what the domains of a few accounts say, a day after the last time; how many. An
    hour later the next few, so that no task waits for the DNS for long."""
    old = Q(published_at=None) | Q(published_at__lt=now - DAILY)
    accounts = SmtpAccount.objects.working().filter(old).order_by("published_at", "pk")[:FEW]
    for account in accounts:
        look_up(account, now=now)
    return len(accounts)


def warning(account: SmtpAccount) -> Words | None:
    """What a person is told before sending through this account, if there is cause: its domain
    names other servers only. By what was last looked up."""
    if not account.published:
        return None
    said = judge(_domain(account), account.host, Published(**account.published))
    return next((words for words in said if words.tone == GRAVE), None)


def _domain(account: SmtpAccount) -> str:
    """The domain to be asked about; "" for a provider's own and for what nobody could ask for."""
    domain = normalise_email(account.address).rpartition("@")[2]
    if provider_of(domain) or domain.rpartition(".")[2] in RESERVED:
        return ""
    return domain


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
                tone=GRAVE,
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
