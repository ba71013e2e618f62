"""The list of clients, and the search that names one."""

from typing import Any
from urllib.parse import urlencode

from django.db.models import Q
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from postroom.clients.models import Client, ClientQuerySet, Group
from postroom.kit.text import clean
from postroom.practice.access import MemberRequest, member_required
from postroom.practice.models import Member
from postroom.practice.rules import READ, WRITE

SIZE = 50
OPTIONS = 8
LONGEST = 100  # characters of a search
LONGEST_ID = 18  # digits: what every database can hold


@member_required(READ)
@require_safe
def clients(request: MemberRequest) -> HttpResponse:
    """By name; `?q`, `?state`, `?practitioner` and `?group` narrow, `?after` (an id) goes on."""
    words = words_of(request, "q")
    narrowed, chosen = _narrowed(request)
    after = request.GET.get("after", "")
    if after:
        narrowed = _after(narrowed, _last(request, after))
    rows = narrowed.search(words).order_by("name", "pk")
    found = list(rows.prefetch_related("patients", "groups")[: SIZE + 1])
    shown = found[:SIZE]
    query = {"q": words, **{name: value for name, value in chosen.items() if name != "named"}}
    htmx = request.htmx  # type: ignore[attr-defined]
    fragment = htmx and not htmx.history_restore_request
    context = {
        "nav": "clients",
        "words": words,
        "clients": shown,
        "next": shown[-1].pk if len(found) > SIZE else None,
        "after": after,
        "chosen": chosen,
        "narrowed": any(chosen.values()),
        "query": urlencode({name: value for name, value in query.items() if value}),
        "first": urlencode({name: value for name, value in query.items() if value}) or "q=",
        "merged": _merged(request, words),
        "may_edit": request.member.may(WRITE),
        **({} if fragment else _filters(request, query)),
    }
    return render(request, "clients/_clients.html" if fragment else "clients/clients.html", context)


@member_required(READ)
@require_safe
def search(request: MemberRequest) -> HttpResponse:
    """The options of a combobox: at most eight clients, each with its id."""
    words = words_of(request, "q")
    mine = Client.objects.open_to(request.member)
    found = mine.search(words).order_by("name", "pk") if words else mine.none()
    options = list(found.prefetch_related("patients", "groups")[: OPTIONS + 1])
    context = {"words": words, "options": options[:OPTIONS], "more": len(options) > OPTIONS}
    return render(request, "clients/_options.html", context)


def words_of(request: MemberRequest, name: str) -> str:
    """Words out of the address bar."""
    return clean(request.GET.get(name, "")).strip()[:LONGEST]


def number(text: str) -> int:
    """An id out of the address bar; 0, which nothing has, for anything else."""
    plain = text.isascii() and text.isdigit() and len(text) <= LONGEST_ID
    return int(text) if plain else 0


def group_of(request: MemberRequest, pk: int) -> Group:
    """A group of which one may open a client. Raises Http404: its name would tell of the others."""
    group = get_object_or_404(Group, practice=request.practice, pk=pk)
    if not Client.objects.open_to(request.member).filter(groups=group).exists():
        raise Http404
    return group


def _narrowed(request: MemberRequest) -> tuple[ClientQuerySet, dict[str, Any]]:
    """The clients the filters leave, and the filters that are set."""
    rows = Client.objects.open_to(request.member)
    chosen: dict[str, Any] = {"state": "", "practitioner": "", "group": "", "named": None}
    if (state := request.GET.get("state", "")) in dict(Client.STATES):
        rows, chosen["state"] = rows.filter(state=state), state
    if practitioner := number(request.GET.get("practitioner", "")):
        rows = rows.filter(practitioner=practitioner)
        chosen["practitioner"] = practitioner
    if group := number(request.GET.get("group", "")):
        chosen["named"] = group_of(request, group)
        rows = rows.filter(memberships__group=group)
        chosen["group"] = group
    return rows, chosen


def _filters(request: MemberRequest, query: dict[str, Any]) -> dict[str, Any]:
    """What there is to choose from, each state with its address."""
    others = {name: value for name, value in query.items() if value and name != "state"}
    states = [
        ("", urlencode(others) or "q="),
        *((state, urlencode({**others, "state": state})) for state, _ in Client.STATES),
    ]
    responsible = Q(practitioner=True) | Q(
        pk__in=Client.objects.filter(practice=request.practice).values("practitioner")
    )
    members = Member.objects.filter(responsible, practice=request.practice)
    names = dict(Client.STATES)
    return {
        "states": [(state, names.get(state, ""), address) for state, address in states],
        "practitioners": members.order_by("name", "pk"),
    }


def _merged(request: MemberRequest, words: str) -> Client | None:
    """Whom a number leads to that was given to a client who was merged."""
    gone = Client.objects.filter(practice=request.practice, ref=words, merged_into__isnull=False)
    kept = gone.values_list("merged_into", flat=True).first() if words else None
    return Client.objects.open_to(request.member).filter(pk=kept).first() if kept else None


def _after(rows: ClientQuerySet, last: Client) -> ClientQuerySet:
    return rows.filter(name__gte=last.name).filter(Q(name__gt=last.name) | Q(pk__gt=last.pk))


def _last(request: MemberRequest, after: str) -> Client:
    return get_object_or_404(Client.objects.open_to(request.member), pk=number(after))
