"""A client's record: the correspondence of one client, or of a whole family, by day."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from django.db.models import Prefetch
from django.utils import timezone

from postroom.clients.models import Client, ContactPoint, Group
from postroom.practice.models import Member
from postroom.register.models import Attachment, Entry, EntryClient
from postroom.register.paging import SIZE, Page, cut, older
from postroom.register.reading import FileLine, file_lines


@dataclass(frozen=True)
class Item:
    entry: Entry
    files: list[FileLine]
    names: list[str]  # of the clients it is filed under
    about: list[str]  # the names of those of theirs whom it is about


@dataclass(frozen=True)
class Day:
    """One day of the timeline; `at` is a moment in it, for its heading."""

    at: datetime
    items: list[Item]


@dataclass(frozen=True)
class Family:
    group: Group
    clients: list[Client]


def timeline(
    member: Member, clients: Iterable[int], *, before: Entry | None, with_files: bool
) -> tuple[list[Day], int | None]:
    """The newest letters of these clients by day, and the id to ask for the next ones with.

    The walk is along (client, at); the letters are fetched after, through `readable_by`.
    """
    page = _placements(member, clients, before=before, with_files=with_files)
    files = Prefetch("attachments", Attachment.objects.filter(inline=False))
    letters = (
        Entry.objects.readable_by(member)
        .filter(pk__in=[row["entry_id"] for row in page.rows])
        .prefetch_related(files, Prefetch("clients", Client.objects.open_to(member)), "patients")
    )
    items = [
        Item(
            entry,
            file_lines(entry.attachments.all()),
            [client.name for client in entry.clients.all()],
            [patient.name for patient in entry.patients.all()],
        )
        # Sorted here: asked to, SQLite walks all letters by date instead of fetching these fifty.
        for entry in sorted(letters, key=lambda entry: (entry.at, entry.pk), reverse=True)
    ]
    by_day = groupby(items, key=lambda item: timezone.localdate(item.entry.at))
    days = [Day(found[0].entry.at, found) for found in (list(group) for _, group in by_day)]
    return days, page.next


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


def _placements(
    member: Member, clients: Iterable[int], *, before: Entry | None, with_files: bool
) -> Page:
    rows = EntryClient.objects.filter(practice=member.practice_id, client__in=clients)
    if with_files:
        rows = rows.filter(entry__files__gt=0)
    if before is not None:
        rows = rows.filter(older(before.at, before.pk, pk_field="entry_id"))
    newest = rows.order_by("-at", "-entry_id").values("entry_id", "at").distinct()
    return cut(list(newest[: SIZE + 1]), key=lambda row: row["entry_id"])
