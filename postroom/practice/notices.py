"""Being told: one row for each matter for as long as it lasts, and one mail a day about them.

    seen ──→ open ──── not seen any more ──→ ended
               └── told by mail ──────────────┴── told by mail that it is over

What the matters are, and their words, is known further up: here are only their rows.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import translation

from postroom.practice import audit, events
from postroom.practice.mailing import send
from postroom.practice.models import Member, NoticeMail, Notification, Practice
from postroom.practice.rules import SETTINGS
from postroom.practice.system_mail import NotSent, deliver, is_set_up

RECENT = timedelta(days=1)  # so long it is said that something is over
KEPT = timedelta(days=90)


@dataclass(frozen=True)
class Matter:
    """Something to be told of: a kind, which one of its kind, and since when it has been so."""

    kind: str
    subject: str
    since: datetime
    data: dict[str, Any] = field(default_factory=dict)


Letter = tuple[str, str, str]  # to, subject, body
Write = Callable[[Sequence[Notification], Sequence[Notification]], tuple[str, str]]


@transaction.atomic
def observe(practice: Practice, matters: Iterable[Matter], *, now: datetime) -> None:
    """Open a notification for each matter that has none, end those that are no matter any more.

    Safe to run twice, and by two at once: the constraint has the last word.
    """
    seen = {(matter.kind, matter.subject): matter for matter in matters}
    known = {(n.kind, n.subject): n for n in practice.notifications.open()}
    changed = []
    for key, matter in seen.items():
        before = known.get(key)
        if before is None:
            given = {"data": matter.data, "since": matter.since, "raised_at": now}
            made, new = Notification.objects.get_or_create(
                practice=practice, kind=key[0], subject=key[1], ended_at=None, defaults=given
            )
            changed += [made.pk] if new else []
        elif before.data != matter.data:
            Notification.objects.filter(pk=before.pk).update(data=matter.data)
            changed.append(before.pk)
    over = [notice.pk for key, notice in known.items() if key not in seen]
    Notification.objects.filter(pk__in=over, ended_at=None).update(ended_at=now)
    if changed or over:
        events.tell(practice.pk, events.NOTICE, [*changed, *over], now=now)


def lately(practice: Practice, now: datetime) -> list[Notification]:
    """What is so, the oldest first; then what has ended within a day, the latest first."""
    lately = Q(ended_at=None) | Q(ended_at__gt=now - RECENT)
    rows = list(practice.notifications.filter(lately).order_by("since", "pk"))
    over = sorted(
        ((notice.ended_at, notice.pk, notice) for notice in rows if notice.ended_at), reverse=True
    )
    return [*(n for n in rows if n.ended_at is None), *(notice for _, _, notice in over)]


def is_due(practice: Practice, now: datetime) -> bool:
    """Whether the day's mail is to be written now.

    The first alarm goes out at once, unless there was a mail within a day; all else at the hour
    that the practice has chosen.
    """
    mails = NoticeMail.objects.filter(practice=practice)
    local = now.astimezone(practice.zone)
    if mails.filter(day=local.date()).exists():
        return False
    news = practice.notifications.open().filter(told_at=None).exists()
    if news and not mails.filter(at__gt=now - RECENT).exists():
        return True
    to_tell = practice.notifications.open().exists() or _over(practice).exists()
    return local.hour >= practice.notice_hour and to_tell


@transaction.atomic
def mail(practice: Practice, write: Write, *, now: datetime) -> int:
    """Have the worker send the day's mail to the administrators, if it is due; how many were
    written to.

    `write` makes subject and body of what is so and what is over, in the language that is active.
    """
    letters = _letters(practice, write, now)
    for letter in letters:
        send(*letter)
    return len(letters)


def mail_at_once(practice: Practice, write: Write, *, now: datetime) -> int:
    """The same mail, handed to the mail server here and now: for when no worker is there to send
    it. How many were written to.

    The day's right to a mail is taken before, so that a worker that comes back sends no second
    one; it is given back where the mail server took none.
    """
    with transaction.atomic():
        letters = _letters(practice, write, now)
    told = sum(_is_taken(letter) for letter in letters)
    if letters and not told:
        _forget_mail(practice, now)
    return told


def _letters(practice: Practice, write: Write, now: datetime) -> list[Letter]:
    """The day's mail, one for each administrator, if it is due and nobody else's by now."""
    if not is_set_up() or not is_due(practice, now):
        return []
    day = now.astimezone(practice.zone).date()
    _, ours = NoticeMail.objects.get_or_create(practice=practice, day=day, defaults={"at": now})
    if not ours:
        return []
    is_so = list(practice.notifications.open().order_by("since", "pk"))
    over = list(_over(practice).order_by("ended_at", "pk"))
    letters = []
    for member in administrators(practice):
        with translation.override(member.language or practice.language):
            letters.append((member.user.email, *write(is_so, over)))
    rows = practice.notifications
    rows.filter(pk__in=[n.pk for n in is_so], told_at=None).update(told_at=now)
    rows.filter(pk__in=[n.pk for n in over]).update(end_told_at=now)
    return letters


def _is_taken(letter: Letter) -> bool:
    try:
        deliver(*letter)
    except NotSent:  # said in the log
        return False
    return True


@transaction.atomic
def _forget_mail(practice: Practice, at: datetime) -> None:
    NoticeMail.objects.filter(practice=practice, at=at).delete()
    practice.notifications.filter(told_at=at).update(told_at=None)
    practice.notifications.filter(end_told_at=at).update(end_told_at=None)


def administrators(practice: Practice) -> list[Member]:
    """Who is told: everybody who may change the practice's settings."""
    members = practice.members.filter(active=True).select_related("role", "user").order_by("pk")
    return [member for member in members if member.may(SETTINGS)]


@transaction.atomic
def set_hour(practice: Practice, hour: int, *, by: Member, now: datetime) -> None:
    """At which hour of the practice's day its mail goes out, 0 to 23."""
    practice.notice_hour = hour
    practice.save(update_fields=["notice_hour"])
    data = {"fields": ["notice_hour"]}
    audit.record(practice.pk, "change", "practice", practice.pk, by=by, now=now, data=data)


def sweep(now: datetime) -> int:
    """Forget what was over long ago; how many rows went."""
    NoticeMail.objects.filter(at__lt=now - KEPT).delete()
    return Notification.objects.filter(ended_at__lt=now - KEPT).delete()[0]


def _over(practice: Practice) -> QuerySet[Notification]:
    """What was told and has ended since, without anybody having been told that."""
    ended = Q(ended_at__isnull=False, told_at__isnull=False, end_told_at=None)
    return practice.notifications.filter(ended)
