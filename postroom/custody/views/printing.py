"""Pages to be printed by the browser: where no PDF is made here, and for who wants paper."""

from collections.abc import Collection, Sequence

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from postroom.clients.models import Client
from postroom.custody.sheets import Sheet, sheets
from postroom.practice import audit
from postroom.practice.access import MemberRequest, fresh_form, member_required
from postroom.practice.rules import AUDIT, READ
from postroom.register.conversing import whole
from postroom.register.models import Entry, EntryClient
from postroom.register.paging import number, older

ON_A_PAGE = 100


@member_required(READ)
@require_safe
def print_entry(request: MemberRequest, entry: int) -> HttpResponse:
    """One entry, or a hundred of its conversation from the oldest on."""
    mine = Entry.objects.readable_by(request.member)
    letter = get_object_or_404(mine, pk=entry)
    ids, following = [letter.pk], ""
    first = 1
    if request.GET.get("whole"):
        every = whole(mine, letter.pk)
        first = max(number(request.GET.get("from")) or 1, 1)
        ids = every[first - 1 :][:ON_A_PAGE]
        if len(every) >= first + ON_A_PAGE:
            following = f"whole=on&from={first + ON_A_PAGE}"
        audit.read(request, "entry", letter.pk, conversation=ids)
    else:
        audit.read(request, "entry", letter.pk)
    clients = Client.objects.open_to(request.member).filter(
        pk__in=EntryClient.objects.filter(entry__in=ids).values("client")
    )
    found = sheets(mine, list(enumerate(ids, first)), set(clients.values_list("pk", flat=True)))
    return _page(request, letter.subject, found, following, newer=True)


@member_required(AUDIT)
@fresh_form
@require_safe
def print_client(request: MemberRequest, client: int) -> HttpResponse:
    """The register of a client, the newest first, a hundred entries a page."""
    record = get_object_or_404(Client.objects.open_to(request.member), pk=client)
    mine = Entry.objects.readable_by(request.member)
    rows = mine.filter(placements__client=record).order_by("-at", "-pk")
    before = number(request.GET.get("before"))
    if before is not None:
        last = get_object_or_404(mine, pk=before)
        rows = rows.filter(older(last.at, last.pk))
    audit.read(request, "client", record.pk)
    ids = list(rows.values_list("pk", flat=True)[: ON_A_PAGE + 1])
    found = sheets(mine, list(enumerate(ids[:ON_A_PAGE], 1)), {record.pk})
    following = f"before={ids[ON_A_PAGE - 1]}" if len(ids) > ON_A_PAGE else ""
    return _page(request, record.name, found, following)


def _page(
    request: MemberRequest, title: str, found: Sequence[Sheet], following: str, *,
    newer: bool = False,
) -> HttpResponse:  # fmt: skip
    names: Collection[str] = sorted({name for sheet in found for name in sheet.clients})
    context = {
        "title": title,
        "names": names,
        "sheets": found,
        "next": following,
        "newer": newer,
        "practice": request.practice,
        "now": timezone.now(),
    }
    return render(request, "custody/print.html", context)
