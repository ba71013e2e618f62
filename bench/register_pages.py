"""`python -m bench.register_pages ROUNDS`, in a filled house: asks, prints the seconds."""

import json
import os
import sys
import time
from collections.abc import Callable
from datetime import date
from itertools import combinations
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "postroom.settings")
django.setup()

from django.db import connection  # noqa: E402 - after the settings
from django.db.models import Count  # noqa: E402
from django.test import Client as Browser  # noqa: E402

from bench.words import vocabulary  # noqa: E402
from postroom.clients.models import Patient  # noqa: E402
from postroom.practice.models import Member, Practice  # noqa: E402
from postroom.register import listing  # noqa: E402
from postroom.register.filters import Wanted  # noqa: E402
from postroom.register.models import Entry, EntryPatient  # noqa: E402

PAGE, KEYS, RAW = "page", "keys", "raw SQL"


def main(rounds: int) -> None:
    practice = Practice.objects.get()
    member = Member.objects.select_related("practice", "role").order_by("pk")[0]
    browser = Browser(HTTP_HOST="localhost")
    browser.force_login(member.user)
    found: dict[str, dict[str, list[float]]] = {PAGE: {}, KEYS: {}, RAW: {}}
    # SQLite works in this process: its processor time says what it costs on a busy machine too.
    clock = time.process_time if connection.vendor == "sqlite" else time.perf_counter
    address = f"/p/{practice.slug}/register"
    browser.get(address)
    for name, wanted in pairs(known()):
        for _ in range(rounds):
            for kind, ask in (
                (PAGE, lambda w=wanted: browser.get(f"{address}?{w.query()}")),
                (KEYS, lambda w=wanted: listing.page(member, w, None)),
                (RAW, raw(practice, wanted)),
            ):
                if ask is not None:
                    began = clock()
                    ask()
                    found[kind].setdefault(name, []).append(clock() - began)
    print(json.dumps(found))


def pairs(who: dict[str, Any]) -> list[tuple[str, Wanted]]:
    """Each filter alone, and each pair of two; a frequent value and a rare one where there are."""
    words = vocabulary()[0]
    values: dict[str, dict[str, Any]] = {
        "kind": {"kind": "letter"},
        "direction": {"direction": "in"},
        "client": {"client": who["client"]},
        "group": {"group": who["group"]},
        "patient": {"patient": who["patient"]},
        "member": {"member": who["member"]},
        "dates": {"since": date(2024, 3, 1), "until": date(2024, 3, 31)},
        "by itself": {"how": "auto"},
        "files": {"files": True},
        "failed": {"state": "failed"},
        "unresolved": {"state": "unresolved"},
        "archived": {"archived": True},
        "rare word": {"q": words[-1]},
        "frequent word": {"q": words[0]},
    }
    alone = [(name, Wanted(**said)) for name, said in values.items()]
    both = [
        (f"{one} + {other}", Wanted(**values[one], **values[other]))
        for one, other in combinations(values, 2)
        if not set(values[one]) & set(values[other])
    ]
    return [("nothing", Wanted()), *alone, *both]


def raw(practice: Practice, wanted: Wanted) -> Callable[[], Any] | None:
    """The filters as somebody would write them, of columns of the entries alone."""
    if any((wanted.q, wanted.group, wanted.patient, wanted.client)):
        return None
    said = wanted.said
    terms = [f"practice_id = {practice.pk}"]
    terms += [f"{name} = '{said[name]}'" for name in ("kind", "direction") if name in said]
    terms += [f"author_id = {wanted.member}"] if wanted.member else []
    terms += ["files > 0"] if wanted.files else []
    terms += ["author_id IS NULL AND filed_by_id IS NULL"] if wanted.how else []
    terms += [f"archived_at IS {'NOT ' if wanted.archived else ''}NULL"]
    terms += [f"at >= '{wanted.since}' AND at < '{wanted.until}'"] if wanted.since else []
    state = {"failed": "status = 'failed'", "unresolved": "filing IN ('unresolved', 'failed')"}
    terms += [state.get(wanted.state, "filing IN ('resolved', 'unresolved', 'failed')")]
    query = (
        f"SELECT id FROM register_entry WHERE {' AND '.join(terms)}"
        " ORDER BY at DESC, id DESC LIMIT 201"
    )

    def ask() -> Any:
        with connection.cursor() as cursor:
            cursor.execute(query)
            return cursor.fetchall()

    return ask


def known() -> dict[str, Any]:
    """Whom the filters name: a client who writes often and has a family and an animal, and who
    notes down most calls."""
    placed = EntryPatient.objects.filter(patient__client__restricted=False)
    placed = placed.filter(patient__client__groups__isnull=False)
    patient = placed.values_list("patient", flat=True).annotate(n=Count("id")).order_by("-n")[0]
    client = Patient.objects.get(pk=patient).client
    authors = Entry.objects.exclude(author=None).values_list("author", flat=True)
    return {
        "client": client.pk,
        "group": client.memberships.values_list("group", flat=True)[0],
        "patient": patient,
        "member": authors.annotate(n=Count("id")).order_by("-n")[0],
    }


if __name__ == "__main__":
    main(int(sys.argv[1]))
