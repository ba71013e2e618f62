"""The words for a sending account: as for a mailbox, but where sending is another matter."""

from dataclasses import replace
from typing import Any

from django.utils.translation import gettext_lazy as _

from postroom.connections.models import SmtpAccount
from postroom.connections.providers import provider_of_host
from postroom.connections.reaching import Settings
from postroom.connections.smtp_hosts import imap_host_of
from postroom.connections.trying import Step, Trial
from postroom.connections.words import SIDES, StepWords, Text, Words
from postroom.connections.words import TYPED as BY_US
from postroom.connections.words import step as step_of_a_mailbox
from postroom.connections.words import trouble as trouble_of_a_mailbox

# code: (what happened, what to do); the sides are those of words.py
TROUBLES: dict[str, tuple[Text, Text]] = {
    "host-unknown": (
        _("There is no server called %(host)s."),
        _("Check the spelling. Your mail host’s help pages name the SMTP server."),
    ),
    "port-closed": (
        _("%(host)s does not accept connections on port %(port)s."),
        _("The usual port is 465 with TLS, or 587 with STARTTLS."),
    ),
    "no-tls": (
        _("%(host)s offers no encryption on port %(port)s, so no password was sent."),
        _("Choose TLS with port 465. If that fails as well, ask your mail host."),
    ),
    "token": (
        _("%(host)s did not accept the access token of %(user)s. Nothing was changed."),
        _(
            "A token lives for about an hour, and only for the mailbox it was made for, with the"
            " right to send mail by SMTP. Make a new one and give it here."
        ),
    ),
    "not-smtp": (
        _("What answers on port %(port)s of %(host)s does not speak SMTP."),
        _("Check the server and the port: 465 with TLS, or 587 with STARTTLS."),
    ),
}
GREETING = (_("It speaks SMTP."), _("No conversation with %(host)s"))
WAITS = _("Held back: %(count)d messages in a row were refused. Look at why, then let it go on.")
OFF = _("Switched off. What waits in it stays here.")
UNTRIED = _("Nothing has been sent through it yet.")
WELL = _("All is well.")


def trouble(code: str, **facts: object) -> Words:
    """The words for a code, with what it speaks of: host, port, user, account, detail."""
    found = trouble_of_a_mailbox(code if code != "not-smtp" else "not-imap", **facts)
    if code in TROUBLES:
        sentence, advice = TROUBLES[code]
        found = replace(found, sentence=str(sentence) % facts, advice=str(advice) % facts)
    if code == "not-smtp":
        found = replace(found, side=str(SIDES[BY_US]))
    return found


def state(account: SmtpAccount) -> Words:
    """How a sending account is, for the list and for health."""
    if not account.active:
        return Words(str(OFF), tone="grey")
    if account.paused_at:
        return Words(str(WAITS) % {"count": account.refused}, tone="amber")
    if account.trouble:
        return trouble(
            account.trouble,
            host=account.host,
            port=account.port,
            user=account.user,
            account=account.name,
            detail=account.trouble_detail,
        )
    return Words(str(WELL)) if account.checked_at else Words(str(UNTRIED), tone="grey")


def steps(trial: Trial, settings: Settings) -> list[StepWords]:
    """The lines of a live test."""
    return [_step(one, settings) for one in trial.steps]


def _step(one: Step, settings: Settings) -> StepWords:
    facts: dict[str, Any] = {"host": settings.host, "port": settings.port, "user": settings.user}
    said = step_of_a_mailbox(
        one.name, one.code, one.detail, creates=False, account=settings.user, **facts
    )
    if one.name == "greeting":
        said = replace(said, title=str(GREETING[bool(one.code)]) % facts)
    if one.name == "sign-in" and not one.code and not settings.user:
        said = replace(said, title=str(_("%(host)s takes letters without a sign-in.")) % facts)
    if not one.code:
        return said
    why = trouble(one.code, **facts, account=settings.user, detail=one.detail)
    provider = provider_of_host(imap_host_of(settings.host))
    if one.code == "sign-in" and provider and provider.note:
        why = replace(why, advice=str(provider.note))
    return replace(said, why=why)
