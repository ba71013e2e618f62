"""Signing in at the practice's identity provider: there and back."""

import logging
from dataclasses import asdict
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from postroom.practice import arriving, provider
from postroom.practice.provider import Journey, NotLetIn
from postroom.practice.sessions import SessionStore
from postroom.practice.views.signing_in import let_in, safe

log = logging.getLogger(__name__)


@never_cache
@require_GET
def provider_there(request: Any) -> HttpResponse:
    """To the provider. A link, not a form: forms of ours lead to our own pages only."""
    if not provider.is_there():
        raise Http404
    known = request.user.is_authenticated
    back = safe(request, request.GET.get("next", ""))
    journey = Journey.begin(back, timezone.now(), again=known)
    try:
        address = provider.address_of(journey)
    except NotLetIn as error:
        return _say(request, error)
    if not known:
        request.session = SessionStore()
        request.session.set_expiry(provider.LASTS)
    request.session["journey"] = asdict(journey)
    return redirect(address)


@never_cache
@require_GET
def provider_back(request: Any) -> HttpResponse:
    """Back from the provider: in, or confirmed, or told why not."""
    if not provider.is_there():
        raise Http404
    now, kept = timezone.now(), request.session.pop("journey", None)
    try:
        if kept is None:
            raise NotLetIn(provider.STALE, "no journey")
        journey = Journey(**kept)
        user = provider.arrive(journey, request.GET.dict(), now)
        if not request.user.is_authenticated:
            return let_in(request, user, journey.back)
        if user != request.user:
            raise NotLetIn(provider.UNKNOWN, "somebody else")
    except NotLetIn as error:
        return _say(request, error)
    arriving.prove(request, now)
    return redirect(journey.back or "web:front")


def _say(request: Any, error: NotLetIn) -> HttpResponse:
    log.warning("Sign-in at the identity provider: %s", error)
    words = {
        provider.AWAY: _(
            "The sign-in service of your practice does not answer. Try again in a few minutes, "
            "or sign in with your password."
        ),
        provider.DECLINED: _("You were not signed in there. Try again."),
        provider.STALE: _("That took too long, or was begun in another window. Try again."),
        provider.FALSE: _(
            "The answer of the sign-in service could not be trusted. Nobody was signed in. Tell "
            "whoever looks after Postroom."
        ),
        provider.OLD: _(
            "The sign-in service did not ask you again. Confirm with your password or a passkey."
        ),
        provider.UNKNOWN: _(
            "Nobody here has this address, or it is not verified there. Ask an administrator of "
            "your practice to invite you."
        ),
    }
    messages.error(request, words[error.code])
    return redirect("web:front" if request.user.is_authenticated else "practice:sign_in")
