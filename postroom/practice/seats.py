"""Who sits at which browser: every sign-in is a row, and a desk is shared by locking.

    password and code, passkey, provider ──begin──→ open ──idle, «L»──→ locked ──PIN──→ open
                                                                          │
                                     five wrong PINs: only the full way in ┘

A seat is over 12 hours after `begin`. Each time it is taken it gets a new session: what one
person had in theirs never reaches another, and no page names a session.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.contrib import auth
from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import F, Min, OuterRef, Subquery
from django.utils import timezone

from postroom.practice import deeds, devices, pins
from postroom.practice.agents import describe
from postroom.practice.models import Member, SignedIn, User
from postroom.practice.sessions import SessionStore, stored_key

LONGEST = timedelta(hours=12)
WRONG_PINS = 5
SEEN_EVERY = timedelta(seconds=30)  # a row is not written for every request
IDLE = 30  # minutes, where no practice says
LEAST_IDLE = timedelta(minutes=1)  # no practice may say less
PROVED = "proved_at"  # in the session: when the full proof was given
BACKEND = "django.contrib.auth.backends.ModelBackend"


def sign_in(request: Any, user: User) -> SignedIn:
    """Let somebody in who proved fully who they are, in a session of their own."""
    request.session = SessionStore()
    auth.login(request, user, backend=BACKEND)
    return request.seat


def begin(sender: Any, request: Any, user: User, **_: Any) -> None:
    """Heard whenever somebody is let in, whichever way: the row of this session."""
    if hasattr(request, "returning"):
        return
    now, desk = timezone.now(), devices.name_desk(request)
    with transaction.atomic():
        before = SignedIn.objects.filter(desk=desk, user=user)
        page = before.values_list("page", flat=True).order_by("-seen_at").first()
        end(before)
        request.seat = SignedIn.objects.create(
            user=user,
            key=stored_key(request.session.session_key),
            browser=describe(request.META.get("HTTP_USER_AGENT", "")),
            network=request.META.get("REMOTE_ADDR", "")[:45],
            desk=desk,
            created_at=now,
            seen_at=now,
            page=page or "",
        )
        deeds.record_own(user, "sign-in", now=now)
    request.session[PROVED] = now.timestamp()
    request.session.set_expiry(now + LONGEST)
    request.came_in = user.email  # door.py puts it on the browser's cookie


def take_again(request: Any, seat: SignedIn, pin: str, now: datetime) -> bool:
    """Open a locked seat of this desk by its PIN; the try is counted before it is looked at."""
    tries = SignedIn.objects.filter(pk=seat.pk, pin_failures__lt=WRONG_PINS)
    if not tries.update(pin_failures=F("pin_failures") + 1):
        return False
    if not pins.is_right(seat.user, pin):
        return False
    request.returning = True
    request.session = SessionStore()
    auth.login(request, seat.user, backend=BACKEND)
    request.session.set_expiry(seat.created_at + LONGEST)
    with transaction.atomic():
        Session.objects.filter(session_key=seat.key).delete()
        seat.key = stored_key(request.session.session_key)
        seat.locked_at, seat.pin_failures, seat.seen_at = None, 0, now
        seat.save()
        deeds.record_own(seat.user, "unlock", now=now)
    request.seat = seat
    return True


def lock(seat: SignedIn, page: str, now: datetime) -> None:
    """Lock it; whoever sat there goes on at this page."""
    with transaction.atomic():
        free = SignedIn.objects.filter(pk=seat.pk, locked_at=None)
        if free.update(locked_at=now, page=page[:500]):
            deeds.record_own(seat.user, "lock", now=now)
    seat.refresh_from_db(fields=["locked_at", "page"])


def go_on_at(seat: SignedIn, page: str, *, over: bool) -> None:
    """Where the person of a locked seat goes on: here, unless that is known (`over`: even so)."""
    if page and (over or not seat.page):
        SignedIn.objects.filter(pk=seat.pk).update(page=page[:500])


def follow(request: Any) -> None:
    """The session was given another key, as after a new password: the seat keeps up."""
    key = stored_key(request.session.session_key)
    SignedIn.objects.filter(pk=request.seat.pk).update(key=key)
    request.seat.key = key


def of_session(key: str, now: datetime) -> SignedIn | None:
    """The seat of a session's key, locked by now if nobody touched it for too long."""
    mine = SignedIn.objects.filter(key=stored_key(key), created_at__gt=now - LONGEST)
    seat = next(iter(mine), None)
    # Only then is it asked how long the practices allow.
    if seat and seat.locked_at is None and now - seat.seen_at > LEAST_IDLE:
        seat = _with_idle(mine, now).first()
        if seat and _is_idle(seat, now):
            lock(seat, "", now)
    return seat


def open_among(ids: Iterable[int], now: datetime) -> set[int]:
    """Those of these seats at which somebody may still sit: there, not locked, not idle."""
    seats = _with_idle(SignedIn.objects.filter(pk__in=set(ids), locked_at=None), now)
    return {seat.pk for seat in seats if not _is_idle(seat, now)}


def touch(seat: SignedIn, now: datetime) -> None:
    """Somebody is at it."""
    if now - seat.seen_at > SEEN_EVERY:
        SignedIn.objects.filter(pk=seat.pk).update(seen_at=now)


def at_desk(request: Any, now: datetime) -> list[SignedIn]:
    """Everybody who signed in fully in this browser within 12 hours and has a place somewhere;
    `name` is what they are called. Newest first."""
    desk = devices.desk(request)
    if not desk:
        return []
    name = Member.objects.filter(user=OuterRef("user"), active=True).order_by("id").values("name")
    rows = SignedIn.objects.filter(
        desk=desk, created_at__gt=now - LONGEST, user__is_active=True
    ).annotate(name=Subquery(name[:1]))
    return list(rows.exclude(name=None).select_related("user").order_by("-seen_at", "-id"))


def name_of(seat: SignedIn) -> str:
    """What the person of a seat from `at_desk` is called."""
    return getattr(seat, "name", "") or seat.user.email


def takes_pin(seat: SignedIn) -> bool:
    """Whether a PIN still opens it."""
    return bool(seat.user.pin) and seat.pin_failures < WRONG_PINS


def end(seats: Any) -> int:
    """End these sessions, of a queryset of SignedIn, and forget their seats; how many they were."""
    with transaction.atomic():
        keys = list(seats.values_list("key", flat=True))
        Session.objects.filter(session_key__in=keys).delete()
        SignedIn.objects.filter(key__in=keys).delete()
    return len(keys)


def end_all(user: User, but: SignedIn | None = None) -> int:
    """End every session of a person, perhaps but one; from the next request on they are out."""
    seats = SignedIn.objects.filter(user=user)
    return end(seats.exclude(pk=but.pk) if but else seats)


def _with_idle(seats: Any, now: datetime) -> Any:
    """Seats that are not over, each with the minutes of the strictest of its person's practices."""
    strictest = (
        Member.objects.filter(user=OuterRef("user"), active=True)
        .values("user")
        .annotate(least=Min("practice__idle_minutes"))
        .values("least")
    )
    return seats.filter(created_at__gt=now - LONGEST).annotate(idle=Subquery(strictest))


def _is_idle(seat: SignedIn, now: datetime) -> bool:
    return now - seat.seen_at > timedelta(minutes=getattr(seat, "idle", None) or IDLE)


def sweep(now: datetime) -> int:
    """Forget what is over; how many rows went."""
    gone = SignedIn.objects.filter(created_at__lte=now - LONGEST).delete()[0]
    return gone + Session.objects.filter(expire_date__lt=now).delete()[0]
