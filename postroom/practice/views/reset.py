"""A forgotten password: a link by mail, then a new one."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from postroom.practice import links, passwords, system_mail
from postroom.practice.forms.reset import AskResetForm, NewPasswordForm
from postroom.practice.models import OneTimeLink
from postroom.practice.sessions import SessionStore
from postroom.practice.views.signing_in import status_of


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def reset(request: Any) -> HttpResponse:
    """Ask for a link. The answer is the same whether the address is known here or not."""
    form = AskResetForm(request, request.POST or None)
    asked = ""
    if request.method == "POST" and system_mail.is_set_up() and form.is_valid():
        asked = form.cleaned_data["email"]
        passwords.ask_reset(asked)
    context = {"form": form, "asked": asked, "possible": system_mail.is_set_up()}
    return render(request, "practice/reset.html", context, status=status_of(form))


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def new_password(request: Any, token: str) -> HttpResponse:
    """What the link opens: it is used up only when a password is chosen."""
    now = timezone.now()
    link = links.find(token, OneTimeLink.RESET, now)
    if link is None or not link.user.is_active:
        return render(request, "practice/new_password.html", {"form": None}, status=404)
    form = NewPasswordForm(link.user, request.POST or None)
    if request.method == "POST" and form.is_valid():
        if not passwords.reset(link, form.cleaned_data["password"], now):
            return render(request, "practice/new_password.html", {"form": None}, status=404)
        if request.seat and request.seat.user_id == link.user_id:
            request.session = SessionStore()  # this one is over like the others
        messages.success(request, _("Your password is changed. Sign in with it now."))
        return redirect("practice:sign_in")
    context = {"form": form, "email": link.user.email}
    return render(request, "practice/new_password.html", context, status=status_of(form))
