"""Searching everything one may read: as one types, and on a page of its own."""

import re
from dataclasses import dataclass, field, replace
from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from postroom.clients.models import Client, Contact, Patient
from postroom.kit.text import fold
from postroom.practice.access import MemberRequest, member_required
from postroom.practice.models import Member
from postroom.practice.rules import READ
from postroom.register.hits import file_hits, found
from postroom.register.models import Entry
from postroom.register.narrowing import narrowing_of
from postroom.register.search import asked, key_of

FEW = 5  # of each kind, as one types
SHORTEST = 2  # letters that are looked for as one types


@dataclass(frozen=True)
class People:
    """Clients by their own names and numbers, animals by theirs; `more`: there are others."""

    clients: list[Client] = field(default_factory=list)
    patients: list[Patient] = field(default_factory=list)
    correspondents: list[Contact] = field(default_factory=list)
    more: bool = False

    def __len__(self) -> int:
        return len(self.clients) + len(self.patients) + len(self.correspondents)


@member_required(READ)
@require_safe
def search(request: MemberRequest) -> HttpResponse:
    """`?q` and the filters of narrowing.py; `?before` (a key) goes on from there."""
    narrowing = narrowing_of(request.GET.dict())
    only = None
    if narrowing.client:
        clients = Client.objects.open_to(request.member)
        only = get_object_or_404(clients, pk=narrowing.client)
    before = key_of(request.GET.get("before"))
    words = asked(narrowing.q)
    plain = not narrowing.narrows and before is None
    context = {
        "appcls": "tall",
        "narrowing": narrowing,
        "query": narrowing.query(),
        "before": before,
        "only": only,
        "without_client": narrowing.query(client=None),
        "without_filters": replace(narrowing_of({}), q=narrowing.q).query(),
        "kinds": Entry.KINDS,
        "people": _people(request.member, narrowing.q) if plain else People(),
        "found": found(request.member, words, narrowing, below=before),
    }
    return render(request, "register/search.html", context)


@member_required(READ)
@require_safe
def suggest(request: MemberRequest) -> HttpResponse:
    """The options below the search box of the top bar, in groups: a few of each."""
    narrowing = narrowing_of({"q": request.GET.get("q", "")})
    words, enough = asked(narrowing.q), len(narrowing.q.strip()) >= SHORTEST
    context: dict[str, Any] = {"narrowing": narrowing, "query": narrowing.query()}
    if enough:
        people = _people(request.member, narrowing.q)
        letters = found(request.member, words, narrowing, size=FEW, counted=False)
        files = file_hits(request.member, words, FEW)
        context |= {"people": people, "found": letters, "files": files}
        context["count"] = len(people) + len(letters.hits) + len(files)
    return render(request, "register/_found.html", context)


def _people(member: Member, typed: str) -> People:
    """Whoever has all these words in name, number or address; quotation marks mean nothing."""
    typed = re.sub('["“”„«»]', " ", typed).strip()
    if not typed:
        return People()
    mine = Client.objects.open_to(member)
    rows = list(mine.search(typed).order_by("name", "pk").prefetch_related("patients")[: FEW + 1])
    parts = fold(typed).split()
    named = [client for client in rows if _is_named(client, parts)]
    animals = [
        patient
        for client in rows
        for patient in client.patients.all()
        if any(fold(patient.name).startswith(part) for part in parts)
    ]
    others = Contact.objects.filter(practice=member.practice_id, professional=True)
    for part in parts:
        others = others.filter(search_name__contains=part)
    return People(
        clients=named[:FEW],
        patients=animals[:FEW],
        correspondents=list(others.order_by("name", "pk")[:FEW]),
        more=len(rows) > FEW,
    )


def _is_named(client: Client, parts: list[str]) -> bool:
    """Whether it is the client that was found, and not one of the animals alone."""
    animals = {fold(patient.name) for patient in client.patients.all()}
    animals_alone = all(any(name.startswith(part) for name in animals) for part in parts)
    return not animals_alone or all(part in fold(client.name) for part in parts)
