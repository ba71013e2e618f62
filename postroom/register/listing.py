"""The table of the register: entries narrowed by filters, a page at a time, by key.

A walk goes along one index in the order of the page, and stops when the page is full. Which index:
that of a client, of a group's clients or of a patient where one is chosen; else that of the date,
with what the filters ask in its own columns, so that what does not fit is passed over unread.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet, prefetch_related_objects

from postroom.clients.models import Client, GroupMember
from postroom.practice.models import Member
from postroom.register import filters, search, seeking
from postroom.register.filters import Wanted
from postroom.register.models import Entry, EntryClient, EntryPatient, Spelt
from postroom.register.paging import MOST, SIZE
from postroom.register.search import Asked

Key = tuple[datetime, int]  # when, and the entry's number
# Up to so many entries with these words are looked through; of more, the newest are tried.
RARE = 3_000
FIRST_TRIED, MOST_TRIED = 200, 100_000
FEW = 900  # keys in one question
CHUNK = 500  # rows of an export that are held


@dataclass(frozen=True)
class Found:
    """`count`: how many there are, up to MOST and one more; None where it was not looked for.
    `next`: the entry to go on from, None at the end."""

    entries: list[Entry]
    next: int | None
    count: int | None = None


def page(member: Member, wanted: Wanted, after: Entry | None) -> Found:
    """The entries of one page; of the first one also how many there are, where few are asked."""
    counts = after is None and wanted.narrowed
    start = (after.at, after.pk) if after else None
    keys, broken_off = _keys(member, wanted, start, MOST + 1 if counts else SIZE + 1)
    shown = keys[:SIZE]
    last = shown[-1] if len(keys) > SIZE else broken_off
    count = len(keys) if counts and broken_off is None else None
    return Found(_fetched(member, shown), last[1] if last else None, count)


def news(member: Member, wanted: Wanted, shown: Sequence[int]) -> tuple[int, int]:
    """How many entries the first page would show besides these, and how many of these not any
    more: said above the table, which stays as it is (DESIGN 8.12)."""
    if wanted.impossible:
        return 0, 0
    keys, _broken_off = _keys(member, wanted, None, SIZE)
    there = set(_walk(member, wanted, None, list(shown)).order_by())
    end = (max if wanted.oldest else min)(there, default=None) if len(shown) >= SIZE else None
    came = [
        key
        for key in keys
        if key[1] not in shown and (end is None or (key < end if wanted.oldest else key > end))
    ]
    return len(came), len(set(shown) - {pk for _, pk in there})


def every(member: Member, wanted: Wanted) -> Iterator[list[Entry]]:
    """All entries the filters leave, some hundred at a time, each with those of its clients whom
    the member may open, and its patients: for an export."""
    start: Key | None = None
    while True:
        keys, broken_off = _keys(member, wanted, start, CHUNK)
        if keys:
            found = _fetched(member, keys)
            clients = Prefetch("clients", _open(member).order_by("pk"))
            prefetch_related_objects(found, clients, "patients")
            yield found
        start = keys[-1] if len(keys) == CHUNK else broken_off
        if start is None:
            return


def many(member: Member, wanted: Wanted, most: int) -> bool:
    """Whether there are more than `most`, or nobody can say so quickly."""
    keys, broken_off = _keys(member, wanted, None, most + 1)
    return len(keys) > most or broken_off is not None


def _keys(
    member: Member, wanted: Wanted, start: Key | None, most: int
) -> tuple[list[Key], Key | None]:
    """The keys of so many entries behind `start`; and where to go on if the search broke off."""
    if wanted.impossible:
        return [], None
    if not wanted.q:
        return list(_walk(member, wanted, start)[:most]), None
    asked = search.asked(wanted.q)
    if not asked:
        return list(_walk(member, wanted, start)[:most]), None
    marks = search.rare_marks(wanted.kind, wanted.direction, files=wanted.files)
    if (found := _rare(member, wanted, asked, marks)) is not None:
        # Sorted here: asked to, SQLite walks all entries by date for the few that are meant.
        keys = list(_walk(member, wanted, start, found).order_by())
        return sorted(keys, reverse=not wanted.oldest)[:most], None
    if wanted.oldest or wanted.in_small_index:
        return _tried(member, wanted, start, asked, most)
    return _sought(member, wanted, start, asked, marks, most)


def _rare(member: Member, wanted: Wanted, asked: Asked, marks: Sequence[str]) -> list[int] | None:
    """All entries that hold these words, if they are few."""
    found: list[int] = []
    above, below = _ends(member, wanted)
    for keys in seeking.keys(member.practice_id, asked, marks, below=below, above=above):
        found += map(search.entry_of, keys)
        if len(found) > RARE:
            return None
    return found


def _sought(
    member: Member,
    wanted: Wanted,
    start: Key | None,
    asked: Asked,
    marks: Sequence[str],
    most: int,
) -> tuple[list[Key], Key | None]:
    """Words that many entries hold: the newest of those are asked for what else is wanted."""
    keys: list[Key] = []
    tried = 0
    above, below = _ends(member, wanted)
    if start is not None:
        below = search.key(*start)
    for handful in seeking.keys(member.practice_id, asked, marks, below=below, above=above):
        ids = [search.entry_of(one) for one in handful]
        fit = {search.key(*one): one for one in _walk(member, wanted, None, ids).order_by()}
        keys += [fit[one] for one in handful if one in fit]
        if len(keys) >= most:
            return keys[:most], None
        tried += len(handful)
        if tried >= MOST_TRIED and (last := _last(member, ids)):
            return keys, last
    return keys, None


def _last(member: Member, ids: list[int]) -> Key | None:
    """The oldest of these that one may read: to go on from there."""
    readable = Entry.objects.readable_by(member).filter(pk__in=ids)
    return min(readable.order_by().values_list("at", "pk"), default=None)


def _tried(
    member: Member,
    wanted: Wanted,
    start: Key | None,
    asked: Asked,
    most: int,
) -> tuple[list[Key], Key | None]:
    """The same the other way round: the entries that are wanted are asked for the words."""
    keys: list[Key] = []
    tried, size = 0, FIRST_TRIED
    while tried < MOST_TRIED:
        batch = list(_walk(member, wanted, start)[:size])
        places = {search.key(*key): key for key in batch}
        hits = set(seeking.keys_among(asked, (), list(places)))
        keys += [key for place, key in places.items() if place in hits]
        if len(keys) >= most or len(batch) < size:
            return keys[:most], None
        start, tried, size = batch[-1], tried + size, min(size * 2, FEW)
    return keys, start


def _walk(member: Member, wanted: Wanted, start: Key | None, of: Any = None) -> QuerySet[Any, Key]:
    """The keys of entries in their order; only `of` these where they are named."""
    readable = Entry.objects.readable_by(member)
    rows: QuerySet[Any]
    if wanted.patient:
        rows = EntryPatient.objects.filter(
            patient=wanted.patient, patient__client__in=_open(member)
        )
        entry = "entry__"
        if clients := _clients(member, wanted):
            placed = EntryClient.objects.filter(entry=OuterRef("entry"), client__in=clients[0])
            rows = rows.filter(Exists(placed))
    elif clients := _clients(member, wanted):
        rows = EntryClient.objects.filter(client__in=clients[0])
        entry = "entry__"
        rows = rows.distinct() if len(clients[0]) > 1 else rows
    else:
        rows, entry = readable, ""
    if entry:
        rows = rows.filter(practice=member.practice_id)
        rows = rows.filter(Exists(readable.filter(pk=OuterRef("entry"))))
    rows = rows.filter(_asked(wanted, entry), _between(member, wanted))
    if of is not None:
        rows = rows.filter(**{f"{entry}pk__in": of})
    pk = "entry_id" if entry else "pk"
    if start is not None:
        rows = rows.filter(_behind(start, pk, wanted.oldest))
    order = ("at", pk) if wanted.oldest else ("-at", f"-{pk}")
    return rows.order_by(*order).values_list("at", pk)


def _clients(member: Member, wanted: Wanted) -> list[list[int]]:
    """The clients asked for, as the one item of a list; empty where any will do."""
    if wanted.client:
        return [list(_open(member).filter(pk=wanted.client).values_list("pk", flat=True))]
    if wanted.group:
        of_group = GroupMember.objects.filter(
            practice=member.practice_id, group=wanted.group, client__in=_open(member)
        )
        return [list(of_group.values_list("client", flat=True))]
    return []


def _open(member: Member) -> QuerySet[Client]:
    return Client.objects.open_to(member)


def _asked(wanted: Wanted, entry: str) -> Q:
    """What the filters ask of an entry, found at this path of a query."""
    said: dict[str, Any] = {"archived_at__isnull": not wanted.archived}
    if wanted.kind:
        said["kind"] = wanted.kind
    if wanted.direction:
        said["direction"] = wanted.direction
    if wanted.member:
        said["author"] = wanted.member
    if wanted.files:
        said["files__gt"] = 0
    if wanted.bare:
        said["files"] = 0
    if wanted.how == filters.BY_ITSELF:
        said |= {"author": None, "filed_by": None}
    asked = Q(**{f"{entry}{name}": value for name, value in said.items()})
    if wanted.how == filters.HAND:
        asked &= Q(**{f"{entry}author__isnull": False}) | Q(**{f"{entry}filed_by__isnull": False})
    return asked & _stands(wanted.state, entry)


def _stands(state: str, entry: str) -> Q:
    if state in filters.SENDING:
        # In so many words: SQLite knows by them that the small index holds what is asked for.
        return Q(**{f"{entry}status": state}) & ~Q(**{f"{entry}status": Spelt("")})
    filings = {
        filters.FILED: (Entry.RESOLVED,),
        filters.UNRESOLVED: Entry.WAITING,
        filters.IGNORED: (Entry.IGNORED,),
        # What was set aside as no client's is asked for by name; one's own mailbox is elsewhere.
        "": (Entry.RESOLVED, *Entry.WAITING),
    }[state]
    if not state:
        # Sent for the practice and kept, though it is about no client: one looks for it here.
        # Asked for the owner last and by itself: the rest stands in the index, the owner does not.
        filed = Q(**{f"{entry}filing__in": filings})
        kept = Q(**{f"{entry}filing__in": (*filings, Entry.UNFILED)})
        kept &= filed | Q(**{f"{entry}direction": Entry.OUT})
        return kept & (filed | Q(**{f"{entry}owner": None}))
    if state == filters.UNRESOLVED:
        return Q(**{f"{entry}filing__in": [Spelt(filing) for filing in filings]})
    return Q(**{f"{entry}filing__in": filings})


def _between(member: Member, wanted: Wanted) -> Q:
    since, until = _span(member, wanted)
    asked = Q(at__gte=since) if since else Q()
    return asked & Q(at__lt=until) if until else asked


def _ends(member: Member, wanted: Wanted) -> tuple[int | None, int | None]:
    """The same as keys of the search index: from this one on, and before that one."""
    since, until = _span(member, wanted)
    first = search.key(since, 0) if since else None
    return first, search.key(until, 0) if until else None


def _span(member: Member, wanted: Wanted) -> tuple[datetime | None, datetime | None]:
    """From when on, and before when, by the clock on the practice's wall."""
    zone, midnight = ZoneInfo(member.practice.time_zone), datetime.min.time()
    since = datetime.combine(wanted.since, midnight, zone) if wanted.since else None
    after = wanted.until + timedelta(days=1) if wanted.until else None
    return since, datetime.combine(after, midnight, zone) if after else None


def _behind(start: Key, pk_field: str, oldest: bool) -> Q:
    """What comes after this key."""
    at, pk = start
    way = "gt" if oldest else "lt"
    return Q(**{f"at__{way}e": at}) & (Q(**{f"at__{way}": at}) | Q(**{f"{pk_field}__{way}": pk}))


def _fetched(member: Member, keys: list[Key]) -> list[Entry]:
    """The entries of these keys, in order, with their authors."""
    rows = Entry.objects.filter(practice=member.practice_id, pk__in=[pk for _, pk in keys])
    # Sorted here: SQLite would walk all entries by date to fetch these few.
    found = {entry.pk: entry for entry in rows.select_related("author")}
    return [found[pk] for _, pk in keys if pk in found]
