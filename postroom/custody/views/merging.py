"""Merging two clients: find the other, see both side by side, confirm."""

from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from postroom.clients.merging import twins
from postroom.clients.models import Client, ClientQuerySet, ContactPoint
from postroom.custody import actions
from postroom.kit.text import clean
from postroom.practice.access import MemberRequest, member_required
from postroom.practice.rules import UNASSIGN
from postroom.register.paging import number, shown

FOUND = 8
MOST = 200  # correspondence is counted this far


@dataclass(frozen=True)
class Side:
    """A client as the page shows it beside the other; `letters` is "12" or "200+"."""

    client: Client
    points: list[ContactPoint]
    letters: str
    appointments: str


@member_required(UNASSIGN)
@require_http_methods(["GET", "HEAD", "POST"])
def merge(request: MemberRequest, client: int) -> HttpResponse:
    """`?find` looks for the other one, `?with` shows both; a form with `gone` merges."""
    keep = get_object_or_404(_clients(request), pk=client)
    if request.method == "POST":
        return _merge(request, keep)
    other = number(request.GET.get("with"))
    context = {"nav": "clients", "appcls": "tall", "keep": keep}
    if other is None:
        words = clean(request.GET.get("find", "")).strip()[:100]
        rows = _clients(request).exclude(pk=keep.pk)
        found = rows.search(words) if words else rows.filter(name__iexact=keep.name)
        rows = found.prefetch_related("patients").order_by("name", "pk")[:FOUND]
        return render(request, "custody/choose.html", {**context, "words": words, "found": rows})
    gone = get_object_or_404(_clients(request).exclude(pk=keep.pk), pk=other)
    folded = twins(keep, gone)
    sides = [_side(keep), _side(gone)]
    context |= {"gone": gone, "sides": sides, "folded": [twin.kept.name for twin in folded]}
    return render(request, "custody/merge.html", context)


def _merge(request: MemberRequest, keep: Client) -> HttpResponse:
    gone = _clients(request).filter(pk=number(request.POST.get("gone")) or 0).first()
    try:
        if gone is None:
            raise actions.NotTwoClients
        actions.merge(keep, gone, by=request.member, now=timezone.now())
    except actions.NotTwoClients:
        messages.error(
            request, _("Nothing was merged: one of the two is no longer there. Choose again.")
        )
        return redirect("custody:merge", request.practice.slug, keep.pk)
    words = {"gone": gone.name, "keep": keep.name}
    messages.success(request, _("%(gone)s is merged into %(keep)s.") % words)
    return redirect("register:client", request.practice.slug, keep.pk)


def _clients(request: MemberRequest) -> ClientQuerySet:
    return Client.objects.open_to(request.member)


def _side(client: Client) -> Side:
    points = ContactPoint.objects.filter(practice=client.practice_id, contact__clients=client)
    return Side(
        client=client,
        points=list(points.order_by("kind", "-preferred", "pk")),
        letters=shown(len(client.placements.values_list("pk")[: MOST + 1])),
        appointments=shown(len(client.appointments.values_list("pk")[: MOST + 1])),
    )
