"""A client's record: the correspondence of one client, or of a whole family, by day."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

from django.db.models import Exists, Max, OuterRef, Prefetch, QuerySet
from django.utils import timezone

from postroom.clients.models import Client, Consent, ContactPoint, Group, Patient
from postroom.practice.models import Member
from postroom.register.file_lines import FileLine, file_lines
from postroom.register.looks import Look, look
from postroom.register.models import Attachment, Entry, EntryClient, EntryPatient
from postroom.register.names import clients_on, patients_in
from postroom.register.narrowing import Narrowing
from postroom.register.paging import SIZE, Page, cut, older

# What the timeline shows of an entry; the rest stays where it is.
LINE = (
    *("kind", "direction", "status", "automatic", "at", "subject", "snippet", "body", "details"),
    "author__name",
)
SHOWN = 600  # characters of a note that the timeline shows
NEW = 20  # what came is counted this far


@dataclass(frozen=True)
class Item:
    entry: Entry
    look: Look
    text: str  # what was said: the beginning of a letter, the whole of a short note
    files: list[FileLine]
    names: list[str]  # of the clients it is filed under, where they are several
    patients: list[str]  # whom it is about


@dataclass(frozen=True)
class Day:
    """One day of the timeline; `at` is a moment in it, for its heading."""

    at: datetime
    items: list[Item]


@dataclass(frozen=True)
class Family:
    group: Group
    clients: list[Client]


@dataclass(frozen=True)
class Wish:
    """Whether a client may be written to for a purpose: `given` None where addresses differ."""

    purpose: str
    given: bool | None
    but: list[str]  # the addresses that say otherwise


def timeline(
    member: Member,
    clients: Iterable[int],
    narrowing: Narrowing,
    *,
    before: Entry | None,
    named: bool,
) -> tuple[list[Day], int | None]:
    """The newest letters of these clients by day, and the id to ask for the next ones with;
    `named`: each with the names of its clients.

    The walk is along (client, at); the letters are fetched after, through `readable_by`.
    """
    page = _placements(member, list(clients), narrowing, before)
    ids = [row["entry_id"] for row in page.rows]
    letters = Entry.objects.readable_by(member).filter(pk__in=ids)
    files = Prefetch("attachments", Attachment.objects.filter(inline=False))
    letters = letters.select_related("author").prefetch_related(files).only(*LINE)
    # Sorted here: asked to, SQLite walks all letters by date instead of fetching these fifty.
    newest = sorted(letters, key=lambda entry: (entry.at, entry.pk), reverse=True)
    items = _items(member, newest, named)
    by_day = groupby(items, key=lambda item: timezone.localdate(item.entry.at))
    days = [Day(found[0].entry.at, found) for found in (list(group) for _, group in by_day)]
    return days, page.next


def newest(practice: int) -> int:
    """The number of the last filing on any record: what has a higher one came after."""
    return EntryClient.objects.filter(practice=practice).aggregate(last=Max("pk"))["last"] or 0


def news(
    member: Member, clients: Iterable[int], narrowing: Narrowing, shown: Collection[int], since: int
) -> tuple[int, int]:
    """How many entries came to these records after that filing (at most NEW), and how many of
    those shown are on them no more."""
    placed = EntryClient.objects.filter(practice=member.practice_id, client__in=list(clients))
    came = placed.filter(narrowing.entries("entry__"), pk__gt=since).exclude(entry__in=shown)
    if narrowing.patient:
        about = EntryPatient.objects.filter(entry=OuterRef("entry"), patient=narrowing.patient)
        came = came.filter(Exists(about))
    ids = list(came.order_by("-pk").values_list("entry", flat=True)[:NEW])
    there = set(placed.filter(entry__in=shown).values_list("entry", flat=True))
    readable = Entry.objects.readable_by(member).filter(pk__in={*ids, *there})
    mine = set(readable.values_list("pk", flat=True))
    return len(mine & set(ids)), len(set(shown) - (mine & there))


def family(member: Member, client: Client) -> list[Family]:
    """The groups this client belongs to, with those of their clients one may open."""
    return [
        Family(group, [row for row in group.clients.all() if row.pk != client.pk])
        for group in client.groups.order_by("name").prefetch_related(
            Prefetch("clients", Client.objects.open_to(member).order_by("name", "pk"))
        )
    ]


def addresses(client: Client) -> list[ContactPoint]:
    """The addresses and numbers by which this client's letters are recognised."""
    points = ContactPoint.objects.filter(practice=client.practice_id, contact__clients=client)
    return list(points.select_related("contact").order_by("kind", "-preferred", "pk"))


def wishes(client: Client) -> list[Wish]:
    """What a client's addresses and numbers may be used for, as far as anybody said."""
    rows = Consent.objects.filter(
        practice=client.practice_id, point__contact__clients=client
    ).select_related("point")
    said: dict[str, dict[str, bool]] = {}
    for row in rows.order_by("pk"):
        said.setdefault(row.purpose, {})[row.point.value] = row.given
    return [
        _wish(str(words), said[purpose]) for purpose, words in Consent.PURPOSES if purpose in said
    ]


def writers(member: Member) -> QuerySet[Member]:
    """Those of the practice whose entries one may ask for."""
    return Member.objects.filter(practice=member.practice_id).order_by("name", "pk")


def _wish(purpose: str, answers: dict[str, bool]) -> Wish:
    given = set(answers.values())
    if len(given) == 1:
        return Wish(purpose, given.pop(), [])
    return Wish(purpose, None, [point for point, yes in answers.items() if not yes])


def _items(member: Member, entries: list[Entry], named: bool) -> list[Item]:
    ids = [entry.pk for entry in entries]
    clients, patients = clients_on(member, ids) if named else {}, patients_in(member, ids)
    return [
        Item(
            entry=entry,
            look=look(entry),
            text=entry.body[:SHOWN].rstrip() + "…" * (len(entry.body) > SHOWN) or entry.snippet,
            files=file_lines(entry.attachments.all()),
            names=clients.get(entry.pk, []),
            patients=patients[entry.pk],
        )
        for entry in entries
    ]


def _placements(
    member: Member, clients: list[int], narrowing: Narrowing, before: Entry | None
) -> Page:
    """The walk along (client, at), or along (patient, at) where one animal is asked for."""
    rows: QuerySet[Any] = EntryClient.objects.filter(client__in=clients)
    if narrowing.patient:
        placed = EntryClient.objects.filter(entry=OuterRef("entry"), client__in=clients)
        rows = EntryPatient.objects.filter(Exists(placed), patient=narrowing.patient)
    rows = rows.filter(narrowing.entries("entry__"), practice=member.practice_id)
    if before is not None:
        rows = rows.filter(older(before.at, before.pk, pk_field="entry_id"))
    newest = rows.order_by("-at", "-entry_id").values("entry_id", "at")
    if len(clients) > 1:
        newest = newest.distinct()
    return cut(list(newest[: SIZE + 1]), key=lambda row: row["entry_id"])


def patients_of(member: Member, clients: Iterable[int]) -> list[Patient]:
    """Whose letters one may ask for alone."""
    rows = Patient.objects.filter(practice=member.practice_id, client__in=list(clients))
    return list(rows.order_by("name", "pk"))
