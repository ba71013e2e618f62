"""Signing in and out: the password, then the second proof where there is one."""

import logging
from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib import auth, messages
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.views import LoginView
from django.forms import BaseForm, Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from postroom.kit.crypto import KeyMissing, Tampered
from postroom.practice import arriving, deeds, factors, passkeys, provider, seats, throttle
from postroom.practice.forms import guessing
from postroom.practice.forms.signing_in import ProofForm, SignInForm
from postroom.practice.models import Factor, Member, SignedIn, User

log = logging.getLogger(__name__)


class SignIn(LoginView):
    form_class = SignInForm
    template_name = "practice/sign_in.html"
    redirect_authenticated_user = True

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """One's turn first: it comes before the database too, which has few connections."""
        try:
            with throttle.turn():
                return super().post(request, *args, **kwargs)
        except throttle.Busy:
            return busy(request)

    def form_valid(self, form: AuthenticationForm) -> HttpResponse:
        user: Any = form.get_user()
        if factors.has_one(user):
            back = self.get_redirect_url()
            arriving.await_proof(self.request, user, back, timezone.now())
            return redirect("practice:proof")
        return let_in(self.request, user, self.get_redirect_url())

    def form_invalid(self, form: BaseForm) -> HttpResponse:
        waits = form.has_error("__all__", code=guessing.WAIT)
        return self.render_to_response(
            self.get_context_data(form=form), status=429 if waits else 422
        )

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        people = seats.at_desk(self.request, timezone.now())
        asked = self.request.GET.get("seat", "")
        named = next((seat for seat in people if str(seat.pk) == asked), None)
        context = super().get_context_data(**kwargs)
        return context | {
            "named": named,
            "address": named.user.email if named else "",
            "people": people,
            "passkeys": passkeys.are_possible(),
            "provider": settings.OIDC_NAME if provider.is_there() else "",
        }


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def proof(request: Any) -> HttpResponse:
    """The second proof; until it is given, nobody is signed in."""
    found = arriving.awaited(request, timezone.now())
    if found is None:
        return redirect("practice:sign_in")
    user, back = found
    form = ProofForm(request, user, request.POST or None)
    try:
        if request.method == "POST" and form.is_valid():
            return let_in(request, user, back)
    except (KeyMissing, Tampered):
        form.add_error(
            "code", _("Postroom’s key file does not open your app’s secret. Use a recovery code.")
        )
    kinds = set(Factor.objects.filter(user=user).values_list("kind", flat=True))
    context = {
        "form": form,
        "passkey": Factor.PASSKEY in kinds and passkeys.are_possible(),
        "app": Factor.TOTP in kinds,
    }
    return render(request, "practice/proof.html", context, status=status_of(form))


@require_POST
def passkey_question(request: Any) -> HttpResponse:
    """What the browser asks a passkey, with a challenge that is good once."""
    challenge = arriving.new_challenge(request, timezone.now())
    return HttpResponse(passkeys.asking(challenge), content_type="application/json")


@require_POST
def passkey_answer(request: Any) -> HttpResponse:
    """In by passkey: the device knows its owner, so it stands for both factors."""
    now = timezone.now()
    back = safe(request, request.POST.get("next", ""))
    found = arriving.awaited(request, now)
    challenge = arriving.take_challenge(request, now)
    try:
        if challenge is None:
            raise passkeys.NotProven("no challenge")
        user = passkeys.owner(request.POST.get("credential", ""), challenge, now)
    except passkeys.NotProven as why:
        say_refused(request, why)
        return redirect("practice:sign_in")
    return let_in(request, user, back or (found[1] if found and found[0] == user else ""))


@require_POST
def sign_out(request: Any) -> HttpResponse:
    """End this session and give up the seat, locked or not."""
    if request.seat:
        deeds.record_own(request.seat.user, "sign-out", now=timezone.now())
        seats.end(SignedIn.objects.filter(pk=request.seat.pk))
    auth.logout(request)
    return redirect("practice:sign_in")


def say_refused(request: Any, why: passkeys.NotProven) -> None:
    """The person is told that it did not open, the log why."""
    log.info("a passkey was refused: %s", why)
    messages.error(request, _("This passkey did not open Postroom. Try again."))


def let_in(request: Any, user: User, back: str) -> HttpResponse:
    """Sign in, and on to the page that was wanted, or where this person was at this desk."""
    seat = seats.sign_in(request, user)
    remind(request, user, timezone.now())
    return redirect(back or safe(request, seat.page) or reverse("web:front"))


def remind(request: Any, user: User, now: datetime) -> None:
    """An administrator without a second factor is told until when there is time."""
    for member in Member.objects.of(user):
        since = factors.due(member)
        if since and now < since:
            days = max((since - now).days, 1)
            text = ngettext(
                "Set up a second factor in your profile. %(n)d day is left for it.",
                "Set up a second factor in your profile. %(n)d days are left for it.",
                days,
            )
            messages.warning(request, text % {"n": days})
            return


def safe(request: HttpRequest, page: str) -> str:
    """A page of this site, else ""."""
    here, secure = {request.get_host()}, request.is_secure()
    return page if url_has_allowed_host_and_scheme(page, here, require_https=secure) else ""


def busy(request: HttpRequest) -> HttpResponse:
    """Too many are proving who they are at this moment."""
    page = render(request, "503.html", status=503)
    page.headers["Retry-After"] = "10"
    return page


def status_of(form: Form) -> int:
    """200, 422 for what is wrong, 429 for what was wrong too often."""
    if not form.errors:
        return 200
    waits = any(form.has_error(name, code=guessing.WAIT) for name in form.fields)
    return 429 if waits else 422
