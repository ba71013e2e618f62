"""Setting up a second factor, and confirming that it is still oneself."""

from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from postroom.practice import arriving, factors, passkeys, provider, rules, throttle
from postroom.practice.access import MemberRequest, fresh_form, member_required
from postroom.practice.forms.security import AppForm, ConfirmForm, PasskeyNameForm
from postroom.practice.models import Factor
from postroom.practice.views.security import security_page, show_codes, to_security
from postroom.practice.views.signing_in import busy, safe, say_refused, status_of

SEED = "new_app"  # in the session: the sealed seed of an app whose first code is awaited


@member_required(rules.READ, without_factor=True)
@fresh_form
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def app(request: Any) -> HttpResponse:
    """An authenticator app: its QR code, and then the first code it shows."""
    user = request.user
    if request.method != "POST" or SEED not in request.session:
        request.session[SEED] = factors.new_seed(user)
    sealed = request.session[SEED]
    form = AppForm(user, sealed, request.POST or None)
    if request.method == "POST" and form.is_valid():
        del request.session[SEED]
        messages.success(request, _("Your authenticator app is set up."))
        return _codes_or_back(request)
    seed = factors.seed_of(user, sealed)
    context = {
        "nav": "profile",
        "appcls": "tall",
        "form": form,
        "drawing": factors.drawing(user, seed, f"Postroom {request.practice.name}"),
        "seed": " ".join(seed[n : n + 4] for n in range(0, len(seed), 4)),
    }
    return render(request, "practice/app.html", context, status=status_of(form))


@member_required(rules.READ, without_factor=True)
@fresh_form
@require_POST
def passkey_offer(request: Any) -> HttpResponse:
    """What the browser is asked in order to make a passkey."""
    challenge = arriving.new_challenge(request, timezone.now())
    options = passkeys.registration(request.user, request.member.name, challenge)
    return HttpResponse(options, content_type="application/json")


@member_required(rules.READ, without_factor=True)
@fresh_form
@never_cache
@require_POST
def add_passkey(request: Any) -> HttpResponse:
    """Keep the passkey that the browser made."""
    now = timezone.now()
    form = PasskeyNameForm(request.POST)
    challenge = arriving.take_challenge(request, now)
    if not form.is_valid():
        return security_page(request, passkey=form)
    answer, name = request.POST.get("credential", ""), form.cleaned_data["name"]
    try:
        if challenge is None:
            raise passkeys.NotProven("no challenge")
        passkeys.add(request.user, answer, challenge, name, now)
    except passkeys.NotProven:
        form.add_error("name", _("The device made no passkey. Nothing was changed. Try again."))
        return security_page(request, passkey=form)
    messages.success(request, _("The passkey is added. Next time you can sign in with it alone."))
    return _codes_or_back(request)


@member_required(rules.READ, without_factor=True)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def confirm(request: MemberRequest) -> HttpResponse:
    """The password again, or a passkey, before credentials are touched."""
    home = reverse("web:home", args=[request.practice.slug])
    back = safe(request, request.POST.get("next") or request.GET.get("next", "")) or home
    form = ConfirmForm(request, request.POST if request.method == "POST" else None)
    if request.method == "POST":
        if "credential" in request.POST:
            return _confirm_by_passkey(request, back)
        try:
            with throttle.turn():
                proven = form.is_valid()
        except throttle.Busy:
            return busy(request)
        if proven:
            arriving.prove(request, timezone.now())
            return redirect(back)
    has_passkey = Factor.objects.filter(user=request.member.user, kind=Factor.PASSKEY).exists()
    context = {
        "nav": "profile",
        "appcls": "tall",
        "form": form,
        "next": back,
        "passkey": has_passkey and passkeys.are_possible(),
        "provider": settings.OIDC_NAME if provider.is_there() else "",
    }
    return render(request, "practice/confirm.html", context, status=status_of(form))


def _confirm_by_passkey(request: Any, back: str) -> HttpResponse:
    now = timezone.now()
    challenge = arriving.take_challenge(request, now)
    try:
        if challenge is None:
            raise passkeys.NotProven("no challenge")
        if passkeys.owner(request.POST["credential"], challenge, now) != request.user:
            raise passkeys.NotProven("somebody else's")
    except passkeys.NotProven as why:
        say_refused(request, why)
        query = urlencode({"next": back})
        return redirect(f"{request.path}?{query}")
    arriving.prove(request, now)
    return redirect(back)


def _codes_or_back(request: Any) -> HttpResponse:
    """With the first factor come recovery codes."""
    return to_security(request) if factors.codes_left(request.user) else show_codes(request)
