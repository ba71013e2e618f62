"""Data from the practice's own system: how fresh they are, and feeds."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_htmx.http import HttpResponseClientRedirect

from postroom.appointments import actions
from postroom.appointments.forms import FeedForm
from postroom.appointments.records import SourceState
from postroom.kit.crypto import KeyMissing
from postroom.practice import rules
from postroom.practice.access import MemberRequest, member_required
from postroom.practice.models import Source


@member_required(rules.SETTINGS)
@require_safe
def sources(request: MemberRequest) -> HttpResponse:
    """Every source with its age, its last result and its feed."""
    now = timezone.now()
    found = Source.objects.filter(practice=request.practice).select_related("look")
    states = [SourceState(source, now) for source in found.order_by("kind", "name")]
    return render(request, "appointments/sources.html", {"nav": "sources", "sources": states})


@member_required(rules.SETTINGS)
@require_http_methods(["GET", "HEAD", "POST"])
def add_feed(request: MemberRequest) -> HttpResponse:
    """Look at a calendar's address from now on; the worker does so within seconds."""
    form, status = FeedForm(request.practice, request.POST or None), 200
    if request.method == "POST":
        if form.is_valid():
            try:
                return _save_feed(request, form.cleaned_data)
            except KeyMissing:
                form.add_error(None, _("The key file is missing, so nothing can be sealed."))
        status = 422
    context = {"nav": "sources", "form": form}
    return render(request, "appointments/add_feed.html", context, status=status)


@member_required(rules.SETTINGS)
@require_POST
def look_now(request: MemberRequest, source: int) -> HttpResponse:
    """Look at a feed at once rather than in a few minutes."""
    chosen = get_object_or_404(_feeds(request), pk=source)
    actions.look_now(chosen, now=timezone.now())
    messages.success(request, _("%(name)s is being looked at now.") % {"name": chosen.name})
    return _to_sources(request)


@member_required(rules.SETTINGS)
@require_POST
def remove_feed(request: MemberRequest, source: int) -> HttpResponse:
    """Look at a feed no more; what came from it stays."""
    chosen = get_object_or_404(_feeds(request), pk=source)
    actions.remove_feed(chosen, by=request.member, now=timezone.now())
    messages.success(
        request,
        _("%(name)s is looked at no more. What came from it stays.") % {"name": chosen.name},
    )
    return _to_sources(request)


def _save_feed(request: MemberRequest, data: dict[str, Any]) -> HttpResponse:
    source = actions.save_feed(
        request.practice,
        data["name"],
        data["url"],
        data["minutes"],
        by=request.member,
        now=timezone.now(),
    )
    messages.success(
        request, _("%(name)s is being looked at for the first time.") % {"name": source.name}
    )
    return _to_sources(request)


def _feeds(request: MemberRequest) -> Any:
    return Source.objects.filter(practice=request.practice).exclude(url_sealed="")


def _to_sources(request: Any) -> HttpResponse:
    answer: HttpResponseRedirect = redirect("appointments:sources", request.practice.slug)
    return HttpResponseClientRedirect(answer.url) if request.htmx else answer
