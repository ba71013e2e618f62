"""Intake's part of an erasure: the ledgers forget the letters, and the server keeps its copies."""

import hashlib
from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet

from postroom.intake import rules
from postroom.intake.models import Dropped, Sighting
from postroom.register.models import Entry

HERE = (*Sighting.OPEN, Sighting.DONE)


@dataclass(frozen=True)
class Place:
    """Where copies stay: a folder of a mailbox, or a watched folder; `owner` is the member whose
    own mailbox it is, and then the folder is not told."""

    name: str
    folder: str
    owner: str
    count: int


def places(entries: QuerySet[Entry]) -> list[Place]:
    """What stays outside when these are erased: which folder, and how many copies."""
    rows = (
        Sighting.objects.filter(mail__entry__in=entries.order_by().values("pk"), state__in=HERE)
        .order_by()
        .values_list("account__name", "folder", "account__owner__name")
        .annotate(n=Count("pk"))
    )
    mails: dict[tuple[str, str, str], int] = {}
    for name, folder, owner, n in rows:
        place = (name, "" if owner else folder, owner or "")
        mails[place] = mails.get(place, 0) + n
    files = (
        _left_in_folder()
        .filter(entry__in=entries.order_by().values("pk"))
        .order_by()
        .values_list("folder__name", "folder__path")
        .annotate(n=Count("pk"))
    )
    found = [Place(*place, n) for place, n in mails.items()]
    found += [Place(name, path, "", n) for name, path, n in files]
    return sorted(found, key=lambda place: (place.owner, place.name, place.folder))


def let_go(practice: int, entries: Collection[int]) -> None:
    """Have the ledgers remember of these entries that they were erased, and no more. Call within
    a transaction, before the register deletes them."""
    ours = Sighting.objects.filter(practice=practice, mail__entry__in=entries)
    ours.filter(state__in=(Sighting.GONE, Sighting.STALE)).update(mail=None)
    ours.update(
        state=Sighting.ERASED,
        mail=None,
        target="",
        target_uidvalidity=None,
        target_next_uid=None,
        target_uid=None,
    )
    rows = Dropped.objects.filter(practice=practice, entry__in=entries)
    left = rows.filter(pk__in=_left_in_folder().values("pk"))
    for row in left:  # else the file would be read again at each look
        row.name, row.state, row.refusal = veiled(row.name), Dropped.REFUSED, rules.ERASED
        row.entry = None
        row.save(update_fields=["name", "state", "refusal", "entry"])
    rows.delete()


def veiled(name: str) -> str:
    """A file's name as it is remembered when the file was erased."""
    return f"erased:{hashlib.sha256(name.encode(errors='replace')).hexdigest()}"


def _left_in_folder() -> QuerySet[Dropped]:
    return Dropped.objects.filter(Q(folder__take_away=False), folder__isnull=False)
