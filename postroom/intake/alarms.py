"""What is so serious that somebody has to be told: raised, ended, and written about once a day."""

import logging
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import formats, timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from postroom.intake import health, health_words
from postroom.intake.conditions import RED, Condition
from postroom.intake.health import Health
from postroom.practice import notices
from postroom.practice.jobs import claim_slot, last_beat
from postroom.practice.models import Notification, Practice
from postroom.practice.notices import Matter

log = logging.getLogger(__name__)
Mail = Callable[..., int]  # notices.mail, or another way for the same letter
STAND_IN = "stand in"  # whose turn it is while the worker is silent
MACHINE = frozenset({"worker-silent", "clock-back", "queue-late", "disk-low", "no-key",
                     "mail-unsent"})  # fmt: skip


def watch_over(*, now: datetime, mail: Mail = notices.mail) -> int:
    """Look over every practice, and tell; how many matters are open. One practice's trouble is
    no reason not to look at the next."""
    found = 0
    for practice in Practice.objects.order_by("pk"):
        try:
            found += look_and_tell(practice, now=now, mail=mail)
        except Exception:
            log.exception("looking over practice %s", practice.pk)
    return found


def stand_in(*, now: datetime) -> int:
    """To be called by the pages' own process each minute: while the worker is silent, look over
    every practice in its place, and send the day's mail from here; how many matters are open.

    One question as long as the worker beats. Of several such processes one at a time.
    """
    if not health.is_silent(last_beat(), now):
        return 0
    minute = now.astimezone(UTC).replace(second=0, microsecond=0)
    if not claim_slot(STAND_IN, minute.isoformat(timespec="milliseconds")):
        return 0
    return watch_over(now=now, mail=notices.mail_at_once)


def look_and_tell(practice: Practice, *, now: datetime, mail: Mail = notices.mail) -> int:
    """Bring the notifications of one practice up to date and send the day's mail, if it is due."""
    seen = list(matters(health.look_over(practice, now=now)))
    notices.observe(practice, seen, now=now)
    with timezone.override(practice.zone):
        mail(practice, lambda so, over: _letter(practice, so, over), now=now)
    return len(seen)


@transaction.atomic
def notice_silence(practice: Practice, *, now: datetime) -> None:
    """To be called by an open page: while the worker is silent nobody else would say so."""
    beat = last_beat()
    known = practice.notifications.open().filter(kind="worker-silent").exists()
    if health.is_silent(beat, now) and not known:
        others = practice.notifications.open()
        kept = [Matter(n.kind, n.subject, n.since, n.data) for n in others]
        silent = Condition("worker-silent", RED, since=beat)
        told = Matter(silent.code, "", beat or now, _data(silent))
        notices.observe(practice, [*kept, told], now=now)


def matters(found: Health) -> Iterator[Matter]:
    """What of all this has to be told, each with the words' facts."""
    for condition in _alarming(found.machine.conditions):
        yield Matter(condition.code, "", condition.since or found.at, _data(condition))
    for one in found.accounts:
        owner = one.account.owner
        shown = owner.name if owner else one.account.name
        name = {"account": shown, "owner": one.account.owner_id}
        for condition in _alarming(one.conditions):
            gap = condition.code == "gap"
            folder = f"{one.account.pk} {condition.facts['folder']}"[:80] if gap else ""
            subject = folder or str(one.account.pk)
            yield Matter(
                "books" if gap else "account",
                subject,
                condition.since or found.at,
                _data(condition) | name,
            )
    for drop in found.drops:
        for condition in _alarming(drop.conditions):
            data = _data(condition) | {"name": drop.folder.name}
            yield Matter("drop", str(drop.folder.pk), condition.since or found.at, data)
    for subject, condition in found.sending:
        if condition.alarm:
            data = _data(condition) | {
                name: condition.facts[name]
                for name in ("account", "owner")
                if name in condition.facts
            }
            yield Matter(condition.code, subject, condition.since or found.at, data)
    for feed in found.feeds:
        for condition in _alarming(feed.conditions):
            data = _data(condition) | {"name": feed.source.name}
            yield Matter("feed", str(feed.source.pk), condition.since or found.at, data)
    for work in found.work:
        for condition in _alarming([work.condition]):
            yield Matter("work", str(work.job.pk), condition.since or found.at, _data(condition))


def _alarming(conditions: Iterable[Condition]) -> list[Condition]:
    return [condition for condition in conditions if condition.alarm]


def _data(condition: Condition) -> dict[str, object]:
    return {"code": condition.code, "facts": condition.facts}


def headline(notice: Notification) -> str:
    """One sentence on what is so, or that it is over."""
    if notice.ended_at:
        return health_words.over(notice.kind, {"account": "", "name": "", **notice.data})
    sentence = health_words.about(notice.data["code"], notice.data["facts"])[0]
    name = notice.data.get("account") or notice.data.get("name")
    return _("%(name)s: %(sentence)s") % {"name": name, "sentence": sentence} if name else sentence


def advice(notice: Notification) -> str:
    """What to do about it; nothing once it is over."""
    return (
        "" if notice.ended_at else health_words.about(notice.data["code"], notice.data["facts"])[1]
    )


def _letter(
    practice: Practice, is_so: Sequence[Notification], over: Sequence[Notification]
) -> tuple[str, str]:
    """Subject and body of the day's mail."""
    if is_so:
        subject = ngettext(
            "%(practice)s: %(n)d thing needs attention",
            "%(practice)s: %(n)d things need attention",
            len(is_so),
        )
    else:
        subject = _("%(practice)s: all is well again")
    lines = [_("Postroom of %(practice)s says how it stands.") % {"practice": practice.name}, ""]
    for notice in is_so:
        when = _("since %(when)s") % {"when": _moment(notice.since)}
        lines += [f"- {headline(notice)} ({when})", f"  {advice(notice)}".rstrip()]
    if over:
        lines += ["", _("Over since the last message:")]
        lines += [f"- {headline(notice)} ({_moment(notice.ended_at)})" for notice in over]
    page = settings.ADDRESS + reverse("web:health", args=[practice.slug])
    lines += ["", page, "", _("At most one such message is sent a day, for as long as it lasts.")]
    return subject % {"practice": practice.name, "n": len(is_so)}, "\n".join(lines) + "\n"


def _moment(at: datetime | None) -> str:
    return formats.date_format(timezone.localtime(at), "DATETIME_FORMAT") if at else ""
