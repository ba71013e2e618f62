"""The names that stand beside the entries of a list: on whose records they are, and whom they are
about. A question each for the whole list, of nothing but the names."""

from collections import defaultdict
from collections.abc import Iterable

from postroom.clients.models import Client
from postroom.practice.models import Member
from postroom.register.models import EntryPatient


def clients_on(member: Member, entries: Iterable[int]) -> dict[int, list[str]]:
    """Entry -> those of its clients whom the member may open."""
    rows = Client.objects.open_to(member).filter(placements__entry__in=list(entries))
    return _listed(rows.order_by("pk").values_list("placements__entry", "name"))


def patients_in(member: Member, entries: Iterable[int]) -> dict[int, list[str]]:
    """Entry -> the patients it is about; the entries are known to be the member's to read."""
    rows = EntryPatient.objects.filter(practice=member.practice_id, entry__in=list(entries))
    return _listed(rows.order_by("patient").values_list("entry", "patient__name"))


def _listed(rows: Iterable[tuple[int, str]]) -> dict[int, list[str]]:
    found: dict[int, list[str]] = defaultdict(list)
    for entry, name in rows:
        found[entry].append(name)
    return found
