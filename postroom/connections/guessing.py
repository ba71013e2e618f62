"""The settings of a mailbox, guessed from its address: by the shipped table, else by the DNS."""

from dataclasses import dataclass

from postroom.connections import domains
from postroom.connections.providers import Provider, provider_of, provider_of_mx

TABLE, MX, SRV, PROPOSED, NONE = "table", "mx", "srv", "proposed", "none"


@dataclass(frozen=True)
class Guess:
    """Where a mailbox may be. `by`: how it is known.

    table      the provider's own domain
    mx         the domain's mail is with a provider of the table
    srv        the domain announces the server
    proposed   nothing is known: imap.DOMAIN, which is often right
    none       the provider cannot be reached by IMAP
    """

    by: str
    host: str
    port: int
    security: str
    user: str
    provider: Provider | None = None

    @property
    def sure(self) -> bool:
        """Whether the password may go there unasked: the DNS can be forged, our table not."""
        return self.by in (TABLE, MX)


def guess(address: str) -> Guess:
    """Where the mailbox of this address may be reached. Asks the DNS; a few seconds at most."""
    local, _, domain = address.rpartition("@")
    domain = domain.lower()
    provider, by = provider_of(domain), TABLE
    if not provider:
        provider, by = provider_of_mx(domains.mail_servers(domain)), MX
    if provider:
        user = local if provider.user == "local" else address
        by = by if provider.host else NONE
        return Guess(by, provider.host, provider.port, provider.security, user, provider)
    if found := domains.imap_of(domain):
        return Guess(SRV, found.host, found.port, found.security, address)
    return Guess(PROPOSED, f"imap.{domain}", 993, "tls", address)
