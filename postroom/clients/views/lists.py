"""The list of clients, and the search that names one."""

from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from postroom.clients.models import Client, ClientQuerySet
from postroom.kit.text import clean
from postroom.practice.access import MemberRequest, member_required
from postroom.practice.rules import READ

SIZE = 50
OPTIONS = 8
LONGEST = 100  # characters of a search


@member_required(READ)
@require_safe
def clients(request: MemberRequest) -> HttpResponse:
    """By name; `?q` narrows, `?after` (an id) goes on from there."""
    words = _words(request)
    after = request.GET.get("after", "")
    rows = _found(request, words)
    if after:
        rows = _after(rows, _last(request, after))
    found = list(rows.prefetch_related("patients", "groups")[: SIZE + 1])
    shown = found[:SIZE]
    context = {
        "nav": "clients",
        "words": words,
        "clients": shown,
        "next": shown[-1].pk if len(found) > SIZE else None,
        "after": after,
    }
    htmx = request.htmx  # type: ignore[attr-defined]
    fragment = htmx and not htmx.history_restore_request
    return render(request, "clients/_clients.html" if fragment else "clients/clients.html", context)


@member_required(READ)
@require_safe
def search(request: MemberRequest) -> HttpResponse:
    """The options of a combobox: at most eight clients, each with its id."""
    words = _words(request)
    found = _found(request, words) if words else Client.objects.none()
    options = list(found.prefetch_related("patients", "groups")[: OPTIONS + 1])
    context = {"words": words, "options": options[:OPTIONS], "more": len(options) > OPTIONS}
    return render(request, "clients/_options.html", context)


def _words(request: MemberRequest) -> str:
    return clean(request.GET.get("q", "")).strip()[:LONGEST]


def _found(request: MemberRequest, words: str) -> ClientQuerySet:
    return Client.objects.open_to(request.member).search(words).order_by("name", "pk")


def _after(rows: ClientQuerySet, last: Client) -> ClientQuerySet:
    return rows.filter(name__gte=last.name).filter(Q(name__gt=last.name) | Q(pk__gt=last.pk))


def _last(request: MemberRequest, after: str) -> Client:
    pk = int(after) if after.isascii() and after.isdigit() and len(after) < 19 else 0
    return get_object_or_404(Client.objects.open_to(request.member), pk=pk)
