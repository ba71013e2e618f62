"""A client's record, and the correspondence of the whole family (AK-42, RX-3)."""

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from postroom.appointments.records import card
from postroom.clients.models import Client
from postroom.practice import audit
from postroom.practice.access import MemberRequest, member_required
from postroom.practice.rules import READ, WRITE
from postroom.register.kinds import BY_HAND
from postroom.register.models import Entry
from postroom.register.paging import number
from postroom.register.records import addresses, family, timeline


@member_required(READ)
@require_safe
def client(request: MemberRequest, client: int) -> HttpResponse:
    """A record; that of a merged client leads to the one it was merged into."""
    kept = _merged_into(request, client)
    if kept is not None:
        return redirect("register:client", request.practice.slug, kept.pk)
    record = _record(request, client)
    return _page(request, record, [record.pk], tab="correspondence")


@member_required(READ)
@require_safe
def group(request: MemberRequest, client: int) -> HttpResponse:
    """Everybody's correspondence, mixed, the newest first."""
    record = _record(request, client)
    families = family(request.member, record)
    if not families:
        raise Http404
    everybody = {record.pk, *(row.pk for found in families for row in found.clients)}
    return _page(request, record, sorted(everybody), tab="group")


def _merged_into(request: MemberRequest, pk: int) -> Client | None:
    gone = Client.objects.filter(practice=request.practice, pk=pk, merged_into__isnull=False)
    kept = gone.values_list("merged_into", flat=True).first()
    return Client.objects.open_to(request.member).filter(pk=kept).first() if kept else None


def _record(request: MemberRequest, pk: int) -> Client:
    clients = Client.objects.open_to(request.member).prefetch_related("patients", "notes")
    return get_object_or_404(clients, pk=pk)


def _shown(clients: list[int], before: Entry | None) -> dict[str, Any]:
    """What the audit says of a page: whose correspondence besides, and from where on."""
    shown: dict[str, Any] = {"clients": clients} if len(clients) > 1 else {}
    return shown | ({"before": before.pk} if before else {})


def _page(request: MemberRequest, record: Client, clients: list[int], tab: str) -> HttpResponse:
    asked = number(request.GET.get("before"))
    before = None
    if asked is not None:
        before = get_object_or_404(Entry.objects.readable_by(request.member), pk=asked)
    audit.read(request, "client", record.pk, **_shown(clients, before))
    with_files = request.GET.get("show") == "files"
    days, following = timeline(request.member, clients, before=before, with_files=with_files)
    families = family(request.member, record)
    context = {
        "nav": "clients",
        "client": record,
        "tab": tab,
        "days": days,
        "next": following,
        "before": asked,
        "with_files": with_files,
        "addresses": addresses(record),
        "book": card(record, timezone.now()),
        "may_note": request.member.may(WRITE),
        "kinds": BY_HAND.values(),
        "families": families,
        "family_size": 1 + len({row.pk for found in families for row in found.clients}),
    }
    htmx = request.htmx  # type: ignore[attr-defined]
    more = htmx and not htmx.history_restore_request and before is not None
    return render(request, "register/_days.html" if more else "register/record.html", context)
