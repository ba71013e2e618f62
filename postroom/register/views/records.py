"""A client's record, and the correspondence of the whole family (AK-42, RX-3)."""

from dataclasses import replace
from typing import Any

from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django.views.decorators.http import require_safe

from postroom.appointments.records import card
from postroom.clients.models import Client, Group
from postroom.practice import audit
from postroom.practice.access import MemberRequest, member_required
from postroom.practice.rules import AUDIT, READ, WRITE
from postroom.register.kinds import BY_HAND, LOOKS
from postroom.register.known import known
from postroom.register.models import Entry
from postroom.register.narrowing import Narrowing, narrowing_of
from postroom.register.paging import number, numbers
from postroom.register.records import (
    Family,
    addresses,
    family,
    newest,
    news,
    patients_of,
    timeline,
    wishes,
    writers,
)

# Of several, as the chips of a record say.
KINDS = {
    Entry.EMAIL: _("Emails"),
    Entry.SMS: _("SMS"),
    Entry.PHONE: _("Calls"),
    Entry.MEETING: _("Meetings"),
    Entry.LETTER: pgettext_lazy("on paper", "Letters"),
    Entry.NOTE: _("Notes"),
}


@member_required(READ)
@require_safe
def client(request: MemberRequest, client: int) -> HttpResponse:
    """A record; that of a merged client leads to the one it was merged into."""
    record = _records(request).filter(pk=client).first()
    if record is None:
        kept = _merged_into(request, client)
        return redirect("register:client", request.practice.slug, kept.pk)
    return _page(request, record, [record.pk], tab="correspondence")


@member_required(READ)
@require_safe
def group(request: MemberRequest, client: int) -> HttpResponse:
    """Everybody's correspondence, mixed, the newest first."""
    record = get_object_or_404(_records(request), pk=client)
    families = family(request.member, record)
    if not families:
        raise Http404
    chosen = number(request.GET.get("group"))
    some = [found for found in families if found.group.pk == chosen] or families
    everybody = {record.pk, *(row.pk for found in some for row in found.clients)}
    return _page(request, record, sorted(everybody), tab="group", families=families)


@member_required(READ)
@require_safe
def files(request: MemberRequest, client: int) -> HttpResponse:
    """Every file on the record, the newest first, with the entry it came by."""
    record = get_object_or_404(_records(request), pk=client)
    asked, before = number(request.GET.get("before")), None
    if asked is not None:
        before = get_object_or_404(Entry.objects.readable_by(request.member), pk=asked)
    audit.read(request, "client", record.pk, files=True, **_shown([record.pk], before))
    only = Narrowing(files=True)
    days, following = timeline(request.member, [record.pk], only, before=before, named=False)
    head = _head(request, record, family(request.member, record), "files")
    context = {**head, "days": days, "next": following, "before": asked}
    return render(request, "register/record_files.html", context)


def _merged_into(request: MemberRequest, pk: int) -> Client:
    """The record that has taken this one in. Raises Http404."""
    gone = Client.objects.filter(practice=request.practice, pk=pk, merged_into__isnull=False)
    kept = gone.values_list("merged_into", flat=True).first()
    return get_object_or_404(Client.objects.open_to(request.member), pk=kept)


def _records(request: MemberRequest) -> QuerySet[Client]:
    return Client.objects.open_to(request.member).prefetch_related("patients", "notes")


def _shown(clients: list[int], before: Entry | None) -> dict[str, Any]:
    """What the audit says of a page: whose correspondence besides, and from where on."""
    shown: dict[str, Any] = {"clients": clients} if len(clients) > 1 else {}
    return shown | ({"before": before.pk} if before else {})


def _page(
    request: MemberRequest, record: Client, clients: list[int], tab: str,
    families: list[Family] | None = None,
) -> HttpResponse:  # fmt: skip
    narrowing = _narrowing(request, families or [])
    query = narrowing.query()
    first = f"?{query}" if query else request.path
    if (since := number(request.GET.get("news"))) is not None:
        rows = numbers(request.GET.getlist("row"))
        came, left = news(request.member, clients, narrowing, rows, since)
        context = {"came": came, "left": left, "again": first}
        return render(request, "register/_news.html", context)
    asked = number(request.GET.get("before"))
    before = None
    if asked is not None:
        before = get_object_or_404(Entry.objects.readable_by(request.member), pk=asked)
    audit.read(request, "client", record.pk, **_shown(clients, before))
    days, following = timeline(
        request.member, clients, narrowing, before=before, named=tab == "group"
    )
    context = {
        "newest": newest(request.practice.pk),
        "client": record,
        "tab": tab,
        "days": days,
        "next": following,
        "before": asked,
        "narrowing": narrowing,
        "query": query,
        "first": first,
    }
    htmx = request.htmx  # type: ignore[attr-defined]
    if htmx and not htmx.history_restore_request and before is not None:
        return render(request, "register/_days.html", context)
    if families is None:
        families = family(request.member, record)
    context |= _head(request, record, families, tab) | {
        "groups": _groups(narrowing, families) if tab == "group" and len(families) > 1 else [],
        "may_hand_over": request.member.may(AUDIT),
        "kinds": _kinds(narrowing),
        "chips": _chips(narrowing),
        "patients": patients_of(request.member, clients)
        if tab == "group"
        else list(record.patients.all()),
        "members": writers(request.member),
        "addresses": addresses(record),
        "known": len(known(request.member, record)),
        "wishes": wishes(record),
        "book": card(record, timezone.now()),
    }
    return render(request, "register/record.html", context)


def _head(
    request: MemberRequest, record: Client, families: list[Family], tab: str
) -> dict[str, Any]:
    """What stands above every page of a record."""
    return {
        "nav": "clients",
        "client": record,
        "tab": tab,
        "may_note": request.member.may(WRITE),
        "by_hand": BY_HAND.values(),
        "families": families,
        "family_size": 1 + len({row.pk for found in families for row in found.clients}),
    }


def _narrowing(request: MemberRequest, families: list[Family]) -> Narrowing:
    """Words are searched on a page of their own, and the client is that of the page."""
    asked = narrowing_of(request.GET.dict())
    if request.GET.get("show") == "files":  # as it was said before
        asked = replace(asked, files=True)
    chosen = number(request.GET.get("group"))
    group = chosen if chosen in [found.group.pk for found in families] else None
    return replace(asked, q="", client=None, group=group, since=None, until=None, how="")


def _groups(narrowing: Narrowing, families: list[Family]) -> list[tuple[Group, str, bool]]:
    """A chip for each group of a client who is in several (AK-44): address, and whether it is
    the chosen one."""
    chosen = narrowing.group
    return [
        (found.group, narrowing.query(group=found.group.pk), found.group.pk == chosen)
        for found in families
    ]


def _kinds(narrowing: Narrowing) -> list[tuple[str, str, str, str, bool]]:
    """A chip for each kind: key, words, icon, address, and whether it is set."""
    return [
        (kind, str(KINDS[kind]), LOOKS[kind][0], narrowing.query(kind=kind), narrowing.kind == kind)
        for kind in KINDS
    ]


def _chips(narrowing: Narrowing) -> dict[str, str]:
    """Where the other chips lead."""
    return {
        "all": narrowing.query(kind=""),
        "all_groups": narrowing.query(group=None),
        "files": narrowing.query(files=not narrowing.files, bare=False),
    }
