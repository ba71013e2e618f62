"""Looking at the practice's calendar feeds, each at its own interval.

    Look.next_at ── claimed by changing it ──→ GET (no transaction) ──→ 304: fresh again
                                                  │ 200                 trouble: later again
                                                  └──→ rows ──→ brought in, what is missing gone

A worker that dies in between has moved `next_at` on already: the feed is looked at again then.
"""

import logging
from datetime import datetime, timedelta

from django.conf import settings

from postroom.appointments.actions import bring_in, feed_failed, feed_unchanged
from postroom.appointments.calendars import read_calendar
from postroom.appointments.feeds import address
from postroom.appointments.formats import is_calendar
from postroom.appointments.models import Look
from postroom.connections import http
from postroom.connections.trouble import KEY_MISSING, Trouble
from postroom.kit.crypto import KeyMissing, Tampered
from postroom.kit.tables import NotATable

log = logging.getLogger(__name__)
UNREADABLE, EMPTY = "unreadable", "empty"
AGAIN = timedelta(minutes=5)  # after the first failure; then twice as long each time
LATEST = timedelta(hours=6)


def due(now: datetime) -> list[int]:
    """The feeds it is time to look at."""
    return list(Look.objects.due(now).order_by("next_at").values_list("pk", flat=True)[:100])


def look_at(pk: int, *, now: datetime) -> bool:
    """Look at one feed, if nobody else does; whether it was read. Never raises for its sake."""
    look = Look.objects.due(now).filter(pk=pk).select_related("source__practice").first()
    if look is None:
        return False
    until = now + timedelta(minutes=look.source.minutes)
    if not Look.objects.filter(pk=pk, next_at=look.next_at).update(next_at=until):
        return False
    try:
        _look(look, now)
    except Trouble as trouble:
        wait = min(AGAIN * 2 ** min(look.failures, 10), LATEST)
        log.warning("The feed %s of %s: %s", look.source_id, look.practice_id, trouble.code)
        feed_failed(look, trouble.code, trouble.detail, next_at=now + wait, now=now)
        return False
    return True


def _look(look: Look, now: datetime) -> None:
    """Raises Trouble."""
    source = look.source
    try:
        url = address(source)
    except (KeyMissing, Tampered) as error:
        raise Trouble(KEY_MISSING, str(error), final=True) from error
    # Once a day it is read whole: what repeats reaches a day further then.
    today = look.at is not None and look.at.date() == now.date()
    asked = {"If-None-Match": look.etag, "If-Modified-Since": look.last_modified} if today else {}
    way = http.Way(anywhere=settings.PRIVATE_FEEDS)
    answer = http.get(url, headers={name: text for name, text in asked.items() if text}, way=way)
    if answer.status == 304:
        feed_unchanged(look, now=now)
        return
    if not is_calendar(answer.body):
        raise Trouble(UNREADABLE)
    try:
        zone = source.practice.zone
        rows = read_calendar(answer.body, zone=zone, now=now)
    except NotATable as error:
        raise Trouble(UNREADABLE, error.code) from error
    if not any(not row.errors for row in rows):
        # A book is never empty: were it believed, every appointment would be gone.
        raise Trouble(EMPTY)
    # What is wrong in a feed cannot be mended here; the rest must not wait for it.
    bring_in(source, rows, by=None, now=now, way=Look.FEED, skip_bad=True, mark_gone=True)
    Look.objects.filter(pk=look.pk).update(
        etag=_told(answer, "etag", 300), last_modified=_told(answer, "last-modified", 100)
    )


def _told(answer: http.Answer, name: str, most: int) -> str:
    """A header to be given back; one cut short would be another."""
    text = answer.headers.get(name, "")
    return text if len(text) <= most and text.isascii() and text.isprintable() else ""
