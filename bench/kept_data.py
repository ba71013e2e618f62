"""A practice with a million entries, written straight into its tables within minutes.

Five years of it: most letters of clients, some files, calls, messages and notes; a few clients
have thousands; three members have mailboxes of their own; some hundreds of letters wait.

`python -m bench.kept_data ENTRIES CLIENTS`, in a house, fills it.
"""

import hashlib
import os
import random
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from itertools import accumulate, islice
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "postroom.settings")
django.setup()

from django.db import connection, models, transaction  # noqa: E402

from bench.words import paragraphs, some, vocabulary  # noqa: E402
from postroom.clients.models import (  # noqa: E402
    Client,
    ClientAccess,
    Contact,
    ContactLink,
    ContactPoint,
    Group,
    GroupMember,
    Patient,
)
from postroom.clients.rules import search_name  # noqa: E402
from postroom.connections.models import MailAccount, Workflow  # noqa: E402
from postroom.kit.mime import content_key  # noqa: E402
from postroom.practice.models import Member, Practice, User  # noqa: E402
from postroom.register import search  # noqa: E402
from postroom.register.models import (  # noqa: E402
    Attachment,
    Conversation,
    Entry,
    EntryClient,
    EntryPatient,
    StoredMail,
    mail_path,
)

SEED = 5
NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
DAYS = 5 * 365
WAITING = 400  # letters in Unresolved
OPEN = 150  # conversations of the shared inbox that somebody has to deal with
SHARED, OWN = 0.08, 0.06  # of the letters: once in the shared inbox; in members' own mailboxes
CLOSED_TO_OTHERS = 0.002  # of the clients
ARCHIVED, NOT_SENT = 0.03, 0.004  # of all; of what was sent
KINDS = {"email": 80, "sms": 8, "phone": 6, "letter": 3, "meeting": 2, "note": 1}
TEXTS = 8000  # paragraphs; every entry has some of its own
CHUNK = 20_000


@dataclass(frozen=True)
class House:
    practice: Practice
    account: MailAccount
    members: list[Member]


def fill(entries: int, clients: int) -> None:
    """Fill the house whose settings are loaded, and let the database look at what it has."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA synchronous = OFF")
    house = _house()
    rng = random.Random(SEED)
    with Bulk() as bulk:
        names = _clients(bulk, house, clients, rng)
        _entries(bulk, house, entries, clients, names, rng)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE" if connection.vendor == "postgresql" else "ANALYZE")
        if connection.vendor == "sqlite":
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")


class Bulk:
    """Rows of many models, written a thousand at a time in the database's quickest way."""

    def __init__(self) -> None:
        self.waiting: dict[type[models.Model], list[list[Any]]] = {}
        self.shapes: dict[type[models.Model], tuple[list[str], list[Any], dict[str, int]]] = {}

    def __enter__(self) -> "Bulk":
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("DROP INDEX register_entrytext_words")
        return self

    def __exit__(self, *failed: Any) -> None:
        if failed[0]:
            return
        self.flush()
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SET maintenance_work_mem = '512MB'")
                cursor.execute(
                    "CREATE INDEX register_entrytext_words ON register_entrytext USING gin (words)"
                )
                for model in self.shapes:
                    table = model._meta.db_table
                    cursor.execute(
                        f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), max(id))"
                        f" FROM {table}"
                    )

    def add(self, model: type[models.Model], **values: Any) -> None:
        if model not in self.shapes:
            self.shapes[model] = _shape(model)
        _, defaults, places = self.shapes[model]
        row = list(defaults)
        for name, value in values.items():
            row[places[name]] = value
        self.waiting.setdefault(model, []).append(row)

    def flush(self) -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            for model, rows in self.waiting.items():
                columns, _, _ = self.shapes[model]
                _write(cursor, model._meta.db_table, columns, rows)
        self.waiting.clear()


def _write(cursor: Any, table: str, columns: list[str], rows: Iterable[list[Any]]) -> None:
    names = ", ".join(f'"{column}"' for column in columns)
    if connection.vendor == "postgresql":
        with cursor.copy(f'COPY "{table}" ({names}) FROM STDIN') as copy:
            for row in rows:
                copy.write_row(row)
        return
    holes = ", ".join(["%s"] * len(columns))
    cursor.executemany(f'INSERT INTO "{table}" ({names}) VALUES ({holes})', rows)


def _shape(model: type[models.Model]) -> tuple[list[str], list[Any], dict[str, int]]:
    """Columns, what each is by itself, and where each field stands."""
    fields = list(model._meta.concrete_fields)
    defaults = [
        None if field.primary_key else field.get_db_prep_save(field.get_default(), connection)
        for field in fields
    ]
    # COPY takes plain values.
    defaults = ["[]" if _is_json(f, list) else "{}" if _is_json(f, dict) else d
                for f, d in zip(fields, defaults, strict=True)]  # fmt: skip
    places = {field.attname: n for n, field in enumerate(fields)}
    return [str(field.column) for field in fields], defaults, places


def _is_json(field: Any, default: Any) -> bool:
    return isinstance(field, models.JSONField) and field.default is default


def _house() -> House:
    practice = Practice.objects.get()
    desk = practice.members.get()
    account = MailAccount.objects.create(
        practice=practice, name="Desk", host="imap.example", checked_at=NOW
    )
    Workflow.objects.create(practice=practice, account=account)
    others = [
        Member.objects.create(
            practice=practice,
            user=User.objects.create(email=f"{name}@practice.test", password="!"),
            role=desk.role,
            name=name.title(),
        )
        for name in ("priya", "tomas")
    ]
    return House(practice, account, [desk, *others])


def _clients(bulk: Bulk, house: House, count: int, rng: random.Random) -> list[str]:
    """Clients 1 to `count` with a contact, an address, a number and mostly an animal each."""
    words = [word for word in vocabulary()[0] if len(word) > 3]
    practice, made = house.practice.pk, _text(NOW)
    names: list[str] = []
    for n in range(1, count + 1):
        name = f"{rng.choice(words)} {rng.choice(words)}".title()
        names.append(name)
        email = f"{name.replace(' ', '.').lower()}.{n}@example{n % 900}.org"
        number = f"+44{rng.randint(10**8, 10**9 - 1)}"
        animals = [rng.choice(("Biscuit", "Maple", "Pip", "Tilly"))] if n % 10 < 6 else []
        bulk.add(
            Client, id=n, practice_id=practice, ref=str(n), name=name, created_at=made,
            language=rng.choice(("", "en", "fr")), restricted=rng.random() < CLOSED_TO_OTHERS,
            search_name=search_name(name, str(n), animals, [(email, email), (number, number)]),
        )  # fmt: skip
        bulk.add(Contact, id=n, practice_id=practice, name=name)
        bulk.add(
            ContactLink, id=n, practice_id=practice, contact_id=n, client_id=n, main=True
        )  # fmt: skip
        for of, (kind, value) in enumerate((("email", email), ("phone", number))):
            bulk.add(
                ContactPoint, id=2 * n + of, practice_id=practice, contact_id=n, kind=kind,
                value=value, norm=value, preferred=not of, created_at=made,
            )  # fmt: skip
        for animal in animals:
            bulk.add(
                Patient, id=n, practice_id=practice, client_id=n, ref="1", name=animal, kind="dog"
            )
        if n % 5 < 3:  # families of three
            if n % 5 == 0:
                bulk.add(Group, id=n, practice_id=practice, name=f"{name.split()[1]} family {n}")
            if n >= 5:
                bulk.add(GroupMember, id=n, practice_id=practice, group_id=n - n % 5, client_id=n)
        if n % CHUNK == 0:
            bulk.flush()
    bulk.flush()
    for n in Client.objects.filter(restricted=True).values_list("pk", flat=True):
        bulk.add(
            ClientAccess, id=n, practice_id=practice, client_id=n, member_id=house.members[1].pk
        )
    bulk.flush()
    return names


def _entries(
    bulk: Bulk, house: House, count: int, clients: int, names: list[str], rng: random.Random
) -> None:
    texts = [" ".join(paragraphs(rng, rng.randint(40, 250))) for _ in range(TEXTS)]
    whose = _whose(rng, clients)
    step = timedelta(days=DAYS) / count
    table = "register_entrytext"
    for start in range(1, count + 1, CHUNK):
        said: list[tuple[Any, ...]] = []
        for n in range(start, min(start + CHUNK, count + 1)):
            at = (NOW - step * (count - n) - timedelta(seconds=rng.randint(0, 7200))).replace(
                microsecond=0
            )
            said.append(_entry(bulk, house, n, at, next(whose), names, texts, count, rng))
        bulk.flush()
        columns = ["key", "entry_id", "words", "said"]
        if connection.vendor == "sqlite":
            columns = ["rowid", "marks", "subject", "people", "files", "body", "said"]
        with transaction.atomic(), connection.cursor() as cursor:
            _write(cursor, table, columns, [list(row) for row in sorted(said)])
        print(f"{start + CHUNK - 1:,} entries", end="\r", flush=True)


def _whose(rng: random.Random, clients: int) -> Iterator[int]:
    """Clients at random: a few with thousands of letters, most with some."""
    order = list(range(1, clients + 1))
    rng.shuffle(order)
    weights = list(accumulate(1 / (rank + 30) ** 0.6 for rank in range(clients)))
    while True:
        yield from rng.choices(order, cum_weights=weights, k=50_000)


def _entry(
    bulk: Bulk,
    house: House,
    n: int,
    at: datetime,
    client: int,
    names: list[str],
    texts: list[str],
    count: int,
    rng: random.Random,
) -> tuple[Any, ...]:
    """One entry with all that hangs on it; its row of the search index."""
    practice, when, name = house.practice.pk, _text(at), names[client - 1]
    kind = rng.choices(list(KINDS), weights=list(KINDS.values()))[0]
    waits = n > count - WAITING * 3 and n % 3 == 0
    kind = Entry.EMAIL if waits else kind
    email = f"{name.replace(' ', '.').lower()}.{client}@example{client % 900}.org"
    email = email if not waits or n % 2 else f"somebody.{n}@elsewhere{n % 50}.org"
    subject = " ".join(some(rng, rng.randint(2, 7))).capitalize()
    body = " ".join(rng.choice(texts) for _ in range(rng.choice((1, 1, 2, 2, 3, 4))))
    place = rng.random()
    own = kind == Entry.EMAIL and not waits and place < OWN
    shared = kind == Entry.EMAIL and not waits and OWN <= place < OWN + SHARED
    member = house.members[n % 3]
    direction = {"meeting": "", "note": ""}.get(kind, "out" if rng.random() < 0.15 else "in")
    files = [f"{rng.choice(some(rng, 1))}-{n % 97}.pdf"] if rng.random() < 0.2 else []
    filing = Entry.UNRESOLVED if waits else Entry.UNFILED if own else Entry.RESOLVED
    at_hand = kind in ("phone", "meeting", "note")
    sent = direction == "out" and kind in ("email", "sms")
    status = (Entry.NOT_SENT if rng.random() < NOT_SENT else Entry.SENT) if sent else ""
    if own or shared:
        state = "open" if shared and count - n < OPEN * 12 else "closed"
        bulk.add(
            Conversation, id=n, practice_id=practice, owner_id=member.pk if own else None,
            state=state, last_at=when,
        )  # fmt: skip
    entry = Entry(
        pk=n, practice_id=practice, kind=kind, direction=direction, at=at, files=len(files),
        author_id=member.pk if at_hand or sent else None,
    )  # fmt: skip
    bulk.add(
        Entry, id=n, practice_id=practice, kind=kind, direction=direction, at=when,
        created_at=when, subject=subject, snippet=body[:160], files=len(files), filing=filing,
        owner_id=member.pk if own else None, author_id=entry.author_id, status=status,
        archived_at=when if not waits and rng.random() < ARCHIVED else None,
        account_id=house.account.pk if kind == Entry.EMAIL else None,
        conversation_id=n if own or shared else None,
        sender_name=name, sender_norm="" if at_hand else email,
        body=body if at_hand or kind == "sms" else "",
        reason="unknown-address" if waits else "address",
        filed_at=None if waits or own else when,
    )  # fmt: skip
    if filing == Entry.RESOLVED:
        bulk.add(EntryClient, id=n, practice_id=practice, entry_id=n, client_id=client, at=when)
        if client % 10 < 6 and n % 2:
            bulk.add(
                EntryPatient, id=n, practice_id=practice, entry_id=n, patient_id=client, at=when
            )
    raw = _letter(n, email, name, subject, body) if waits else b""
    mail = _mail(bulk, house, n, raw) if waits or files else None
    for file in files:
        bulk.add(
            Attachment, id=n, practice_id=practice, entry_id=n, n=1, name=file, mail_id=mail,
            type="application/pdf", size=rng.randint(10_000, 900_000), sha256="0" * 64,
        )  # fmt: skip
    words = search.Words(n, practice, subject, f"{name} {email}", body, " ".join(files))
    return search.prepared(words, entry)


def _letter(n: int, email: str, name: str, subject: str, body: str) -> bytes:
    message = EmailMessage()
    message["From"], message["To"] = f"{name} <{email}>", "Desk <desk@practice.test>"
    message["Subject"], message["Message-ID"] = subject, f"<{n}@example.org>"
    message.set_content(body)
    message.add_alternative(f"<p>{body}</p>", subtype="html")
    return message.as_bytes()


def _mail(bulk: Bulk, house: House, n: int, raw: bytes) -> int:
    """What waits can be read: its raw bytes lie where they should. Of others there is the row."""
    practice, key = house.practice.pk, content_key(raw or str(n).encode())
    if raw:
        path = mail_path(practice, key)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(raw)
    bulk.add(
        StoredMail, id=n, practice_id=practice, entry_id=n, content_key=key, size=len(raw),
        raw_sha256=hashlib.sha256(raw).hexdigest(), message_id=f"<{n}@example.org>",
    )  # fmt: skip
    return n


def _text(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M:%S}"


def typical(rng: random.Random, count: int, texts: list[str]) -> list[str]:
    """Searches as people make them: words rare and frequent, beginnings, several; phrases out of
    these texts."""
    words, weights = vocabulary()
    drawn = iter(lambda: rng.choices(words, cum_weights=weights)[0], None)
    long = (word for word in drawn if len(word) > 3)
    found = []
    for _ in range(count):
        kind = rng.random()
        if kind < 0.35:
            found.append(f"{next(long)} ")
        elif kind < 0.6:
            word = next(long)
            found.append(word[: rng.randint(3, len(word))])
        elif kind < 0.9:
            found.append(" ".join(islice(long, rng.randint(2, 3))))
        else:
            said = rng.choice(texts).split()
            at = rng.randrange(max(len(said) - 3, 1))
            found.append(f'"{" ".join(said[at : at + rng.randint(2, 3)])}"')
    return found


if __name__ == "__main__":
    fill(int(sys.argv[1]), int(sys.argv[2]))
