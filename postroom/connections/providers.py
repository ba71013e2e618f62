"""Mail hosts that many people use: their servers, and what each of them is peculiar about.

The addresses are those the providers publish for mail programs. `mx` are the ends of the names of
the servers that take in mail for other people's domains, by which such a domain is recognised.
"""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

TLS, STARTTLS = "tls", "starttls"


@dataclass(frozen=True)
class Provider:
    """`user` is what one signs in with: the whole address, or what stands before its @.

    Without a host the provider cannot be reached by IMAP from elsewhere, and `note` says so.
    """

    name: str
    domains: tuple[str, ...]
    host: str
    note: str | Promise = ""
    port: int = 993
    security: str = TLS
    user: str = "address"
    mx: tuple[str, ...] = ()


_APP_PASSWORD = _(
    "It wants an app password: switch on two-step verification in your mail account, make an app"
    " password for Postroom there and use it instead of your own."
)
_SWITCH = _(
    "Switch IMAP on in the settings of your mail account first (often under “POP3 and IMAP”)."
)

PROVIDERS = (
    Provider(
        "Gmail",
        ("gmail.com", "googlemail.com"),
        "imap.gmail.com",
        _(
            "Gmail wants an app password: switch on 2-Step Verification in your Google account,"
            " make an app password for Postroom there and use it instead of your own. In a company"
            " account the administrator may have to allow it."
        ),
        mx=("google.com", "googlemail.com"),
    ),
    Provider(
        "Microsoft 365, Outlook.com",
        (
            "outlook.com",
            "outlook.fr",
            "hotmail.com",
            "hotmail.fr",
            "live.com",
            "live.fr",
            "msn.com",
        ),
        "outlook.office365.com",
        _(
            "Microsoft takes no passwords from programs any more: an OAuth 2 access token is"
            " needed, which the person who runs Postroom can give it. Shared mailboxes: sign in"
            " as yourself and name the mailbox as user."
        ),
        mx=("mail.protection.outlook.com", "outlook.com"),
    ),
    Provider(
        "Yahoo",
        ("yahoo.com", "yahoo.fr", "yahoo.de", "yahoo.co.uk", "ymail.com", "rocketmail.com"),
        "imap.mail.yahoo.com",
        _(
            "Yahoo wants an app password: make one under “Account security” and use it instead of"
            " your own."
        ),
        mx=("yahoodns.net",),
    ),
    Provider(
        "AOL",
        ("aol.com", "aol.fr", "aol.de"),
        "imap.aol.com",
        _APP_PASSWORD,
    ),
    Provider(
        "iCloud",
        ("icloud.com", "me.com", "mac.com"),
        "imap.mail.me.com",
        _(
            "Apple wants an app-specific password: make one at account.apple.com under “Sign-In"
            " and Security” and use it instead of your own."
        ),
        mx=("mail.icloud.com",),
    ),
    Provider(
        "GMX",
        ("gmx.de", "gmx.net", "gmx.at", "gmx.ch"),
        "imap.gmx.net",
        _(
            "GMX lets programs in only once “POP3 and IMAP” is switched on in the mail settings;"
            " with two-factor sign-in it wants an application password."
        ),
    ),
    Provider(
        "GMX",
        ("gmx.com", "gmx.fr", "gmx.us"),
        "imap.gmx.com",
        _SWITCH,
    ),
    Provider(
        "WEB.DE",
        ("web.de",),
        "imap.web.de",
        _(
            "WEB.DE lets programs in only once “POP3 and IMAP” is switched on in the mail settings;"
            " with two-factor sign-in it wants an application password."
        ),
    ),
    Provider(
        "T-Online",
        ("t-online.de", "magenta.de"),
        "secureimap.t-online.de",
        _(
            "T-Online wants its own password for mail programs: set one under “Email password” in"
            " the customer centre."
        ),
    ),
    Provider("freenet", ("freenet.de",), "mx.freenet.de"),
    Provider(
        "Orange",
        ("orange.fr", "wanadoo.fr"),
        "imap.orange.fr",
        _("Orange lets programs in once access by mail programs is allowed in the mail settings."),
    ),
    Provider(
        "Free",
        ("free.fr", "aliceadsl.fr"),
        "imap.free.fr",
        _("Free signs in with the name before the @, unless your mailbox was made otherwise."),
        user="local",
    ),
    Provider(
        "SFR",
        ("sfr.fr", "neuf.fr", "cegetel.net", "club-internet.fr"),
        "imap.sfr.fr",
    ),
    Provider("Bouygues Telecom", ("bbox.fr",), "imap4.bbox.fr"),
    Provider(
        "La Poste",
        ("laposte.net",),
        "imap.laposte.net",
        _("La Poste signs in with the name before the @, and wants IMAP switched on first."),
        user="local",
    ),
    Provider(
        "Infomaniak",
        ("infomaniak.com", "ik.me", "ikmail.com", "etik.com"),
        "mail.infomaniak.com",
        _("With two-step sign-in Infomaniak wants an application password for each program."),
        mx=("infomaniak.ch", "infomaniak.com"),
    ),
    Provider(
        "OVHcloud",
        ("ovh.com", "ovh.net"),
        "ssl0.ovh.net",
        _("Newer OVHcloud mailboxes are at imap.mail.ovh.net; your control panel names yours."),
        mx=("mail.ovh.net",),
    ),
    Provider("Gandi", ("gandi.net",), "mail.gandi.net", mx=("mail.gandi.net",)),
    Provider(
        "IONOS",
        ("ionos.com", "ionos.de", "ionos.fr", "1und1.de", "online.de"),
        "imap.ionos.com",
        mx=("ionos.com", "ionos.de", "ionos.fr", "kundenserver.de"),
    ),
    Provider("STRATO", ("strato.de",), "imap.strato.de", mx=("rzone.de",)),
    Provider("Hostinger", (), "imap.hostinger.com", mx=("hostinger.com",)),
    Provider(
        "Fastmail",
        ("fastmail.com", "fastmail.fm", "sent.com"),
        "imap.fastmail.com",
        _(
            "Fastmail wants an app password: make one under “Privacy & Security” and use it"
            " instead of your own."
        ),
        mx=("messagingengine.com",),
    ),
    Provider(
        "Zoho",
        ("zoho.com", "zohomail.com"),
        "imap.zoho.com",
        _(
            "Zoho wants IMAP switched on in the mail settings. Mailboxes kept in Europe are at"
            " imap.zoho.eu, those of a company at imappro.zoho.com or imappro.zoho.eu."
        ),
        mx=("zoho.com",),
    ),
    Provider(
        "Zoho",
        ("zoho.eu", "zohomail.eu"),
        "imap.zoho.eu",
        _(
            "Zoho wants IMAP switched on in the mail settings. The mailboxes of a company are at"
            " imappro.zoho.eu."
        ),
        mx=("zoho.eu",),
    ),
    Provider("Bluewin", ("bluewin.ch", "bluemail.ch"), "imaps.bluewin.ch"),
    Provider(
        "HIN",
        ("hin.ch",),
        "",
        _(
            "HIN mailboxes are reached through the HIN client on a computer of yours. The person"
            " who runs Postroom can connect it on the machine itself."
        ),
    ),
    Provider("Posteo", ("posteo.de", "posteo.net"), "posteo.de", mx=("posteo.de",)),
    Provider(
        "mailbox.org",
        ("mailbox.org",),
        "imap.mailbox.org",
        _("With two-factor sign-in mailbox.org wants an application password."),
        mx=("mailbox.org",),
    ),
    Provider(
        "Proton",
        ("proton.me", "protonmail.com", "protonmail.ch", "pm.me"),
        "",
        _(
            "Proton keeps mail encrypted and has no IMAP server. With Proton Mail Bridge running on"
            " the machine of Postroom, the person who runs it can connect the mailbox there."
        ),
        mx=("protonmail.ch",),
    ),
    Provider(
        "Tuta",
        ("tuta.com", "tutanota.com", "tutanota.de", "tutamail.com", "tuta.io"),
        "",
        _("Tuta keeps mail encrypted and cannot be reached by IMAP. Use another mailbox."),
        mx=("tutanota.de",),
    ),
)

_BY_DOMAIN = {domain: provider for provider in PROVIDERS for domain in provider.domains}
_BY_HOST = {provider.host: provider for provider in reversed(PROVIDERS) if provider.host}
_BY_HOST["imap.googlemail.com"] = _BY_HOST["imap.gmail.com"]


def provider_of(domain: str) -> Provider | None:
    """Whose mailboxes have addresses in this domain."""
    return _BY_DOMAIN.get(domain.lower())


def provider_of_host(host: str) -> Provider | None:
    """Whose IMAP server this is."""
    return _BY_HOST.get(host.lower())


def same_mailbox(one: tuple[str, int, str], other: tuple[str, int, str]) -> bool:
    """Whether two ways, each a host, a port and a user, lead to one mailbox.

    The two usual ports are one server's, and a provider's hosts are one host.
    """
    (host, port, user), (host2, port2, user2) = one, other
    same_port = port == port2 or {port, port2} == {143, 993}
    if user.casefold() != user2.casefold() or not same_port:
        return False
    provider = provider_of_host(host)
    return host.casefold() == host2.casefold() or (
        provider is not None and provider == provider_of_host(host2)
    )


def provider_of_mx(names: list[str]) -> Provider | None:
    """Who takes in the mail of a domain whose servers for it have these names, best first."""
    for name in names:
        for provider in PROVIDERS:
            if any(name == end or name.endswith("." + end) for end in provider.mx):
                return provider
    return None
