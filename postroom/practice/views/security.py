"""How one signs in: second factors, PIN, password, and where one is signed in now."""

from typing import Any

from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from postroom.practice import (
    deeds,
    factors,
    passkeys,
    passwords,
    pins,
    rules,
    seats,
    throttle,
)
from postroom.practice.access import (
    MemberRequest,
    fresh_form,
    fresh_required,
    lacks_factor,
    member_required,
)
from postroom.practice.forms.reset import NewPasswordForm
from postroom.practice.forms.security import PasskeyNameForm, PinForm
from postroom.practice.models import Factor, SignedIn
from postroom.practice.views.signing_in import busy, status_of


@member_required(rules.READ, without_factor=True)
@fresh_required
@never_cache
@require_safe
def security(request: MemberRequest) -> HttpResponse:
    """Everything about one's own signing in, on one page."""
    return security_page(request)


@member_required(rules.READ, without_factor=True)
@fresh_required
@require_POST
def remove_factor(request: Any) -> HttpResponse:
    """Take an app or a passkey away."""
    chosen = _number(request, "which")
    if factors.remove(request.user, chosen, timezone.now()):
        messages.success(request, _("It is removed: it signs nobody in any more."))
    return to_security(request)


@member_required(rules.READ, without_factor=True)
@fresh_required
@never_cache
@require_POST
def recovery_codes(request: Any) -> HttpResponse:
    """Ten new codes in place of the old ones, shown this once."""
    if not factors.has_one(request.user):
        return to_security(request)
    return show_codes(request)


@member_required(rules.READ)
@fresh_form
@require_POST
def set_pin(request: Any) -> HttpResponse:
    """A new PIN, or none."""
    if "remove" in request.POST:
        pins.set_pin(request.user, "")
        deeds.record_own(request.user, "remove-pin", now=timezone.now())
        messages.success(request, _("You have no PIN any more."))
        return to_security(request)
    form = PinForm(request.POST)
    if not form.is_valid():
        return security_page(request, pin=form)
    try:
        with throttle.turn():
            pins.set_pin(request.user, form.cleaned_data["pin"])
    except throttle.Busy:
        return busy(request)
    deeds.record_own(request.user, "set-pin", now=timezone.now())
    messages.success(request, _("Your PIN is set."))
    return to_security(request)


@member_required(rules.READ)
@fresh_form
@require_POST
def change_password(request: Any) -> HttpResponse:
    """A new password; whoever is signed in as me elsewhere is out."""
    form = NewPasswordForm(request.user, request.POST)
    if not form.is_valid():
        return security_page(request, password=form)
    try:
        with throttle.turn():
            password = form.cleaned_data["password"]
            passwords.change(request.user, password, seat=request.seat, now=timezone.now())
    except throttle.Busy:
        return busy(request)
    update_session_auth_hash(request, request.user)
    seats.follow(request)
    messages.success(request, _("Your password is changed. You are signed out everywhere else."))
    return to_security(request)


@member_required(rules.READ, without_factor=True)
@fresh_required
@require_POST
def end_session(request: Any) -> HttpResponse:
    """End one session of mine, or all but this one."""
    if "others" in request.POST:
        count = seats.end_all(request.user, but=request.seat)
    else:
        mine = SignedIn.objects.filter(user=request.user, pk=_number(request, "which"))
        count = seats.end(mine.exclude(pk=request.seat.pk))
    if count:
        deeds.record_own(request.user, "end-sessions", now=timezone.now(), data={"count": count})
        text = ngettext("%(n)d session is ended.", "%(n)d sessions are ended.", count)
        messages.success(request, text % {"n": count})
    return to_security(request)


def security_page(
    request: Any,
    *,
    pin: Form | None = None,
    password: Form | None = None,
    passkey: Form | None = None,
) -> HttpResponse:
    """The page, with the form that was wrong in it."""
    now, user = timezone.now(), request.user
    mine = Factor.objects.filter(user=user).order_by("created_at", "id")
    sent = [form for form in (pin, password, passkey) if form is not None]
    status = max((status_of(form) for form in sent), default=200)
    due = factors.due(request.member)
    context = {
        "nav": "profile",
        "appcls": "tall",
        "app": next((one for one in mine if one.kind == Factor.TOTP), None),
        "passkeys": [one for one in mine if one.kind == Factor.PASSKEY],
        "possible": passkeys.are_possible(),
        "codes_left": factors.codes_left(user),
        "due": due,
        "lacks": lacks_factor(request.member),
        "pin": pin or PinForm(),
        "password": password or NewPasswordForm(user),
        "passkey": passkey or PasskeyNameForm(),
        "seats": _open_seats(user, now),
        "seat": request.seat,
    }
    return render(request, "practice/security.html", context, status=status)


def show_codes(request: Any) -> HttpResponse:
    """New recovery codes, in the answer itself: they are nowhere else."""
    codes = factors.new_codes(request.user, timezone.now())
    context = {"nav": "profile", "appcls": "tall", "codes": codes}
    return render(request, "practice/recovery_codes.html", context)


def to_security(request: Any) -> HttpResponse:
    return redirect(reverse("practice:security", args=[request.practice.slug]))


def _open_seats(user: Any, now: Any) -> list[SignedIn]:
    begun = now - seats.LONGEST
    return list(user.signed_in.filter(created_at__gt=begun).order_by("-seen_at", "-id"))


def _number(request: Any, name: str) -> int:
    """A row named in a form; -1, which no row has, for what is no number of a row."""
    text = request.POST.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 18 else -1
