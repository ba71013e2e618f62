"""What a link in a letter opens: a place in a practice, a new address. Public: the link proves."""

from typing import Any

from django.contrib import messages
from django.contrib.auth import login
from django.contrib.auth.views import redirect_to_login
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from postroom.practice import addresses, devices, inviting, throttle
from postroom.practice.actions import Refused
from postroom.practice.forms.invitation import AcceptForm
from postroom.practice.models import Invitation, Member, User

FORMS = ["GET", "HEAD", "POST"]


@never_cache
@require_http_methods(FORMS)
def invitation(request: Any, token: str) -> HttpResponse:
    """Take the place that was kept: with a password of one's own, or the account one has."""
    found = inviting.find(token)
    if found is None:
        return _closed(request, _("We do not know this link. Open it whole, as it was sent."), 404)
    if not request.user.is_authenticated:
        translation.activate(found.language or found.practice.language)
    if why := _why_closed(found):
        return _closed(request, why, 410)
    if request.user.is_authenticated:
        return _join(request, found)
    if User.objects.filter(email=found.email).exists():
        return redirect_to_login(request.path)
    return _become_member(request, found)


@never_cache
@require_http_methods(FORMS)
def confirm_email(request: Any, token: str) -> HttpResponse:
    """Sign in with another address from now on. Only a press confirms: mail scanners open links."""
    link = addresses.find(token, now=timezone.now())
    if link is None:
        return _closed(
            request,
            _("This link was used, or is older than a day. Ask for a new one in your profile."),
            410,
        )
    if request.method == "POST":
        try:
            addresses.confirm_email(link, now=timezone.now())
        except Refused as why:
            return _closed(request, str(why), 409)
        messages.success(request, _("From now on you sign in with %s.") % link.email)
        return render(request, "practice/email_confirmed.html", {"email": link.email})
    return render(request, "practice/confirm_email.html", {"link": link})


def _join(request: Any, found: Invitation) -> HttpResponse:
    """Somebody who is signed in joins with this account, or is told that it is another's."""
    if request.user.email != found.email:
        context = {"invitation": found, "email": request.user.email}
        return render(request, "practice/invitation_for_another.html", context, status=403)
    if request.method != "POST":
        return render(request, "practice/join.html", {"invitation": found})
    try:
        member = inviting.accept(found, request.user, now=timezone.now())
    except Refused as why:
        return _closed(request, str(why), 410)
    return _welcome(request, member)


def _become_member(request: Any, found: Invitation) -> HttpResponse:
    form = AcceptForm(found, request.POST or None)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            with throttle.turn():
                member = inviting.accept_as_new(
                    found, data["name"], data["password"], now=timezone.now()
                )
        except throttle.Busy:
            page = render(request, "503.html", status=503)
            page.headers["Retry-After"] = "10"
            return page
        except Refused as why:
            form.add_error(None, str(why))
        else:
            login(request, member.user)
            answer = _welcome(request, member)
            devices.remember(request, answer, member.user.email)
            return answer
    context = {"invitation": found, "form": form}
    return render(request, "practice/accept.html", context, status=422 if form.errors else 200)


def _welcome(request: Any, member: Member) -> HttpResponse:
    messages.success(request, _("Welcome to %s.") % member.practice.name)
    return redirect("web:home", member.practice.slug)


def _why_closed(found: Invitation) -> str:
    match found.state(timezone.now()):
        case Invitation.ACCEPTED:
            return _("This invitation was used. If it was you, sign in.")
        case Invitation.WITHDRAWN:
            return _("This invitation was withdrawn. Ask the practice if you think it should not.")
        case Invitation.EXPIRED:
            return _("This invitation is older than 48 hours. Ask the practice to send it again.")
    return ""


def _closed(request: Any, why: str, status: int) -> HttpResponse:
    return render(request, "practice/link_closed.html", {"why": why}, status=status)
