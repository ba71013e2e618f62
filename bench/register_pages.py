"""`python -m bench.register_pages ENTRIES ROUNDS`, in a house: fills it, asks, prints seconds."""

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

from django.db import connection, transaction  # noqa: E402 - after the settings
from django.test import Client as Browser  # noqa: E402

from postroom.clients.models import Client, Group, GroupMember, Patient  # noqa: E402
from postroom.practice.models import Member, Practice, User  # noqa: E402
from postroom.register import listing  # noqa: E402
from postroom.register.filters import Wanted  # noqa: E402

CLIENTS, MEMBERS = 20_000, 8
PAGE, KEYS, RAW = "page", "keys", "raw SQL"
ROWS = """
    INSERT INTO register_entry (id, practice_id, kind, direction, status, at, created_at, subject,
        snippet, sender_name, sender_norm, "to", body, details, files, filing, reason, reason_data,
        verified, automatic, version, author_id, filed_by_id)
    SELECT n, {practice},
        CASE WHEN n % 100 < 78 THEN 'email' WHEN n % 100 < 88 THEN 'sms'
             WHEN n % 100 < 94 THEN 'phone' WHEN n % 100 < 97 THEN 'letter'
             WHEN n % 100 < 99 THEN 'note' ELSE 'meeting' END,
        CASE WHEN n % 100 >= 97 THEN '' WHEN n % 5 < 3 THEN 'in' ELSE 'out' END,
        CASE WHEN n % 100 >= 88 OR n % 5 < 3 THEN '' WHEN n % 1000 = 3 THEN 'failed'
             ELSE 'sent' END,
        {at}, {at}, 'Letter ' || n, 'What stands in letter ' || n, 'Hollis Farrow',
        'client' || (n % {clients}) || '@example.org', '[]', '', '{{}}',
        CASE WHEN n % 7 = 0 THEN 1 ELSE 0 END,
        CASE WHEN n % 200 = 1 THEN 'unresolved' WHEN n % 50 = 2 THEN 'ignored' ELSE 'resolved' END,
        'address', '{{}}', {false}, '', 1,
        CASE WHEN n % 5 >= 3 OR n % 100 >= 88 THEN {member} + n % {members} END, NULL
    FROM numbers
"""
NUMBERS = {
    "sqlite": "WITH RECURSIVE numbers(n) AS"
    " (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < {})",
    "postgresql": "WITH numbers AS (SELECT generate_series(1, {}) AS n)",
}
AT = {
    "sqlite": "strftime('%Y-%m-%d %H:%M:%S', '2016-01-01', '+' || (n * 300) || ' seconds')",
    "postgresql": "timestamptz '2016-01-01' + n * interval '300 seconds'",
}


def main(entries: int, rounds: int) -> None:
    practice, member = Practice.objects.get(), Member.objects.select_related("practice").get()
    known = fill(practice, member, entries)
    browser = Browser(HTTP_HOST="localhost")
    browser.force_login(member.user)
    found: dict[str, dict[str, list[float]]] = {PAGE: {}, KEYS: {}, RAW: {}}
    # SQLite works in this process: its processor time says what it costs on a busy machine too.
    clock = time.process_time if connection.vendor == "sqlite" else time.perf_counter
    address = f"/p/{practice.slug}/register"
    browser.get(address)
    for name, wanted in pairs(known):
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


def pairs(known: dict[str, Any]) -> list[tuple[str, Wanted]]:
    """Each filter alone, and each pair of two; a frequent value and a rare one where there are."""
    values: dict[str, dict[str, Any]] = {
        "kind": {"kind": "letter"},
        "direction": {"direction": "in"},
        "client": {"client": known["client"]},
        "group": {"group": known["group"]},
        "patient": {"patient": known["patient"]},
        "member": {"member": known["member"]},
        "dates": {"since": date(2017, 3, 1), "until": date(2017, 3, 31)},
        "by itself": {"how": "auto"},
        "files": {"files": True},
        "failed": {"state": "failed"},
        "unresolved": {"state": "unresolved"},
        "archived": {"archived": True},
        "rare word": {"q": "needle"},
        "frequent word": {"q": "letter"},
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
    terms += [f"at >= '{wanted.since}' AND at < '2017-04-01'"] if wanted.since else []
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


def fill(practice: Practice, member: Member, entries: int) -> dict[str, Any]:
    """So many entries of five years, each on a client's record and in the search index."""
    vendor = connection.vendor
    others = [
        Member.objects.create(
            practice=practice,
            user=User.objects.create(email=f"m{n}@practice.test"),
            role=member.role,
            name=f"Member {n}",
        )
        for n in range(MEMBERS)
    ]
    clients = Client.objects.bulk_create(
        (Client(practice=practice, ref=str(n), name=f"Client {n}") for n in range(CLIENTS)),
        batch_size=5_000,
    )
    first, group = clients[0].pk, Group.objects.create(practice=practice, name="Family")
    for client in clients[7:11]:
        GroupMember.objects.create(practice=practice, group=group, client=client)
    patient = Patient.objects.create(practice=practice, client=clients[7], ref="1", name="Pip")
    numbers = NUMBERS[vendor].format(entries)
    rows = ROWS.format(
        practice=practice.pk,
        at=AT[vendor],
        clients=CLIENTS,
        member=others[0].pk,
        members=MEMBERS,
        false="0" if vendor == "sqlite" else "false",
    )
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"{numbers} {rows.strip()}")
        cursor.execute(
            "INSERT INTO register_entryclient (practice_id, entry_id, client_id, at)"
            f" SELECT practice_id, id, {first} + id % {CLIENTS}, at FROM register_entry"
            " WHERE filing = 'resolved'"
        )
        cursor.execute(
            "INSERT INTO register_entrypatient (practice_id, entry_id, patient_id, at)"
            f" SELECT practice_id, entry_id, {patient.pk}, at FROM register_entryclient"
            f" WHERE client_id = {patient.client_id}"
        )
        said = (
            "subject || ' what stands in letter ' || id || CASE WHEN id % 20011 = 5"
            " THEN ' needle' ELSE '' END"
        )
        if vendor == "sqlite":
            cursor.execute(
                "INSERT INTO register_entrytext (rowid, practice, subject, people, body, files)"
                f" SELECT id, 'zp{practice.pk}', '', '', {said}, '' FROM register_entry"
            )
        else:
            cursor.execute(
                "INSERT INTO register_entrytext (entry_id, words) SELECT id,"
                f" to_tsvector('simple', 'zp{practice.pk} ' || {said}) FROM register_entry"
            )
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE" if vendor == "postgresql" else "ANALYZE")
    return {
        "client": clients[7].pk,
        "group": group.pk,
        "patient": patient.pk,
        "member": others[0].pk,
    }


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
