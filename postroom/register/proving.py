"""Who a letter is from, as far as anybody vouches for it: in words, with the name of who does."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from postroom.clients.matching import is_own
from postroom.connections.models import MailAccount
from postroom.kit.mime import Letter, dmarc
from postroom.register.models import Entry

CONFIRMED, FAILED, UNKNOWN = "confirmed", "failed", "unknown"


@dataclass(frozen=True)
class Proof:
    """`state` with its `words`; `sentence` says who found it so; `outside`: not known to be from
    within the practice."""

    state: str
    words: str
    sentence: str
    outside: bool


def proof(entry: Entry, letter: Letter) -> Proof:
    """The receiving server's verdict, read again: filing keeps only a confirmation."""
    results = (value for _place, value in letter.auth_results)
    verdict = dmarc(results, entry.account.host if entry.account else "")
    named = {"server": verdict.by, "domain": entry.sender_norm.rpartition("@")[2]}
    if entry.verified:
        sentence = (
            _("%(server)s confirmed that it really comes from %(domain)s.") % named
            if verdict.by
            else _("The mail server confirmed that it really comes from %(domain)s.") % named
        )
        return Proof(CONFIRMED, _("Sender confirmed"), sentence, not _is_own(entry))
    if verdict.result == "fail":
        sentence = _("%(server)s could not confirm that it really comes from %(domain)s.") % named
        return Proof(FAILED, _("Sender check failed"), sentence, True)
    sentence = _("The mail server did not say whether the address is genuine.")
    return Proof(UNKNOWN, _("Sender not confirmed"), sentence, True)


def _is_own(entry: Entry) -> bool:
    users = MailAccount.objects.users_of(entry.practice_id)
    return is_own(entry.practice_id, entry.sender_norm, users)
