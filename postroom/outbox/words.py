"""Why a message is where it is, in words; the codes are those of rules.py."""

from dataclasses import dataclass
from datetime import datetime

from django.utils import formats
from django.utils.functional import Promise
from django.utils.timezone import localtime
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from postroom.outbox import rules
from postroom.outbox.letter import NotSendable
from postroom.outbox.models import Message

Text = str | Promise

# code: (what happened, what to do)
REASONS: dict[str, tuple[Text, Text]] = {
    rules.SERVER_LATER: (
        _("The mail server asked us to come again later."),
        _("We try again by ourselves."),
    ),
    rules.SERVER_REFUSED: (
        _("The mail server refused it."),
        _("Its own words, under Details, say why. Mend it and send it again."),
    ),
    rules.NOT_REACHED: (
        _("The mail server could not be reached, or hung up before it had the message."),
        _("We try again by ourselves."),
    ),
    rules.NO_ANSWER: (
        _("The message was handed over whole, and the mail server never said whether it took it."),
        _("Ask, or look in your Sent folder. Sent again, it may arrive twice."),
    ),
    rules.WORKER_GONE: (
        _("Postroom was stopped in the moment of sending, before the answer was written down."),
        _("Ask, or look in your Sent folder. Sent again, it may arrive twice."),
    ),
    rules.CATCH_UP: (
        _("It came due while nothing could leave."),
        _("Say in the Outbox whether it is still to go."),
    ),
    rules.OVERDUE: (_("It was of no use any more when it could have left."), ""),
    rules.FILE_MISSING: (
        _("The message’s own file is not on the disk."),
        _("Look whether a backup has it; then write it anew."),
    ),
    rules.ADDRESS_CHANGED: (
        _("The address was changed after the message was written."),
        _("Send it again to the new one."),
    ),
    rules.ADDRESS_BLOCKED: (_("The address was blocked after the message was written."), ""),
    rules.HAS_COME: (_("They have come meanwhile, on %(day)s, so it was not sent."), ""),
    rules.HAS_NEXT: (_("They have an appointment on %(day)s, so it was not sent."), ""),
    rules.BOUNCED: (
        _("It was sent, and came back: %(address)s does not get it."),
        _("Correct the address and send it again, or reach them another way."),
    ),
    rules.TAKEN_BACK: (_("Taken back before it left."), ""),
    rules.REPLACED: (_("It was sent again as another message."), ""),
    rules.BY_SENT_FOLDER: (_("It lies in the Sent folder, so it was sent."), ""),
    rules.BY_REPLY: (_("It was answered, so it arrived."), ""),
    rules.BY_BOUNCE: (_("A report came back about it, so it was sent."), ""),
    rules.BY_COPY: (_("A copy of it came into one of our mailboxes, so it was sent."), ""),
    rules.BY_MEMBER: (_("A member said so."), ""),
}
WITH_ADDRESS = {
    rules.SERVER_REFUSED: _("The mail server refused the address %(address)s. Nobody got it."),
    rules.SERVER_LATER: _("The mail server asked us to come again later for %(address)s."),
}
BOUNCES: dict[str, Text] = {
    "unknown": _("There is no such address: %(address)s."),
    "full": _("The mailbox of %(address)s is full."),
    "too-big": _("The message is too big for the mailbox of %(address)s."),
    "blocked": _("The mail server of %(address)s does not let our messages in."),
}
REFUSALS: dict[str, Text] = {
    rules.NO_RECIPIENT: _("Say to whom it goes."),
    rules.BAD_ADDRESS: _("“%(address)s” is not an email address such as anna@example.org."),
    rules.LINE_BREAK: _("A name, an address or the subject holds a line break. Take it out."),
    rules.TOO_MANY: _("%(count)d addresses are too many for one message: %(most)d at most."),
    rules.TOO_BIG: _("It is too big to travel: %(size)s MB, and %(most)s MB is the limit."),
    rules.ACCOUNT_OFF: _("The sending account “%(account)s” is switched off."),
}


@dataclass(frozen=True)
class Why:
    """A sentence, and what to do about it."""

    sentence: str
    advice: str = ""


def why(message: Message) -> Why:
    """Why a message is where it is; empty where there is nothing to say."""
    if not message.reason:
        return Why("")
    sentence, advice = REASONS.get(message.reason, ("", ""))
    facts = {"address": message.reason_data.get("address", ""), "day": _day(message)}
    if facts["address"]:
        sentence = WITH_ADDRESS.get(message.reason, sentence)
    if message.reason == rules.BOUNCED:
        sentence = BOUNCES.get(message.reason_data.get("why", ""), sentence)
    if message.state == Message.FAILED and message.reason in (
        *(rules.SERVER_LATER, rules.NOT_REACHED),
    ):
        advice = gettext("We tried for a day. Send it again when the cause is mended.")
    return Why(str(sentence) % facts, str(advice))


def _day(message: Message) -> str:
    start = message.reason_data.get("start", "")
    return formats.date_format(localtime(datetime.fromisoformat(start))) if start else ""


def refusal(error: NotSendable) -> str:
    """Why a letter cannot be queued."""
    data = dict(error.data)
    if error.code == rules.TOO_BIG:
        data = {name: f"{int(value) / 1_000_000:.1f}" for name, value in data.items()}
    return str(REFUSALS[error.code]) % data
