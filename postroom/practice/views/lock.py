"""The lock of a shared desk: who is here, and on they go where they were."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from postroom.practice import passkeys, seats, throttle
from postroom.practice.access import page_before
from postroom.practice.forms.lock import UnlockForm
from postroom.practice.models import SignedIn
from postroom.practice.views.signing_in import busy, safe


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def lock(request: Any) -> HttpResponse:
    """POST locks this browser; GET shows who may go on in it."""
    if request.user.is_authenticated:
        if request.method != "POST":
            return redirect("web:front")
        seats.lock(request.seat, page_before(request), timezone.now())
        return redirect("practice:lock")
    people = seats.at_desk(request, timezone.now())
    if not people:
        return redirect("practice:sign_in")
    return _page(request, people, UnlockForm(people, initial={"who": _first(request, people)}))


@require_POST
def unlock(request: Any) -> HttpResponse:
    """One of the people at this desk goes on, by their PIN."""
    now = timezone.now()
    people = seats.at_desk(request, now)
    form = UnlockForm(people, request.POST)
    if not form.is_valid():
        return _page(request, people, form)
    seat = form.seat()
    try:
        with throttle.turn():
            opened = seats.take_again(request, seat, form.cleaned_data["pin"], now)
    except throttle.Busy:
        return busy(request)
    if opened:
        return redirect(safe(request, seat.page) or reverse("web:front"))
    seat.refresh_from_db(fields=["pin_failures"])
    if not seats.takes_pin(seat):
        text = _("That was wrong too often. %(name)s signs in with the password now.")
        messages.error(request, text % {"name": seats.name_of(seat)})
        return redirect("practice:lock")
    left = seats.WRONG_PINS - seat.pin_failures
    form.add_error(
        "pin",
        ngettext(
            "This is not the PIN. You can try %(n)d more time.",
            "This is not the PIN. You can try %(n)d more times.",
            left,
        )
        % {"n": left},
    )
    return _page(request, people, form)


def _page(request: Any, people: list[SignedIn], form: UnlockForm) -> HttpResponse:
    chosen = form["who"].value()
    context = {
        "form": form,
        "chosen": int(chosen) if str(chosen or "").isdigit() else None,
        "by_pin": [seat for seat in people if seat.pk in form.people],
        "by_password": [seat for seat in people if seat.pk not in form.people],
        "passkeys": passkeys.are_possible(),
    }
    status = 422 if form.errors else 200
    return render(request, "practice/lock.html", context, status=status)


def _first(request: Any, people: list[SignedIn]) -> int | None:
    """Who is chosen already: whoever sat here last, if a PIN lets them go on."""
    last = request.seat.pk if request.seat else None
    known = [seat.pk for seat in people if seats.takes_pin(seat)]
    return last if last in known else next(iter(known), None)
