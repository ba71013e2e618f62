"""Whose appointment it is: the client, the patient and the practitioner that a row names."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Exists, OuterRef

from postroom.appointments.models import WAITING, Appointment, DueItem
from postroom.appointments.values import Row
from postroom.clients.matching import known
from postroom.clients.models import Client, Patient
from postroom.kit.rows import update_each
from postroom.kit.text import fold
from postroom.practice.models import Member

BATCH = 500
MERGES = 5  # a client merged into one that was merged itself; more would be a circle


@dataclass
class Whose:
    """What the practice knows of the names in a batch of rows."""

    clients: dict[str, int] = field(default_factory=dict)  # reference -> the client it leads to
    addresses: dict[str, tuple[str, int]] = field(default_factory=dict)  # -> its one client
    patients: dict[tuple[int, str], int] = field(default_factory=dict)
    members: dict[str, int] = field(default_factory=dict)

    def client_of(self, row: Row, told: str) -> tuple[str, int | None]:
        """The reference to keep, and the client where it is known already."""
        if told in self.clients:
            return told, self.clients[told]
        for kind, text in row.hints:
            if kind == "ref" and text in self.clients:
                return text, self.clients[text]
            if kind == "email" and text in self.addresses:
                return self.addresses[text]
        return told, None

    def patient_of(self, client: int | None, told: str) -> int | None:
        return self.patients.get((client, fold(told))) if client and told else None

    def member_of(self, name: str) -> int | None:
        return self.members.get(_plain(name)) if name else None


def whose(practice_id: int, rows: Iterable[Row], kept: Iterable[str] = ()) -> Whose:
    """What is known of all these rows, and of the clients they had before, in few queries."""
    refs: set[str] = set(kept)
    addresses: set[str] = set()
    for row in rows:
        refs.add(row.values.get("client_ref", ""))
        for kind, text in row.hints:
            (refs if kind == "ref" else addresses).add(text)
    found = Whose(members=members(practice_id))
    found.clients = clients_by_ref(practice_id, refs - {""})
    holders = known(practice_id, addresses).clients if addresses else {}
    single = {norm: min(some) for norm, some in holders.items() if len(some) == 1}
    refs_of = dict(Client.objects.filter(pk__in=single.values()).values_list("pk", "ref"))
    found.addresses = {norm: (refs_of[client], client) for norm, client in single.items()}
    found.patients = patients({*found.clients.values(), *single.values()})
    return found


def clients_by_ref(practice_id: int, refs: Iterable[str]) -> dict[str, int]:
    """Reference -> client; a merged client's reference leads to the one that was kept."""
    wanted, found = list(refs), {}
    merged: dict[str, int] = {}
    for start in range(0, len(wanted), BATCH):
        clients = Client.objects.filter(practice=practice_id, ref__in=wanted[start : start + BATCH])
        for ref, pk, into in clients.values_list("ref", "pk", "merged_into"):
            found[ref] = pk
            if into:
                merged[ref] = into
    for _ in range(MERGES):
        if not merged:
            break
        found |= merged
        further = Client.objects.filter(pk__in=merged.values()).exclude(merged_into=None)
        onwards = {pk: into for pk, into in further.values_list("pk", "merged_into") if into}
        merged = {ref: onwards[pk] for ref, pk in merged.items() if pk in onwards}
    return found


def patients(clients: set[int]) -> dict[tuple[int, str], int]:
    """(client, folded reference or name) -> patient; a name that two of a client have is none's."""
    ordered = sorted(clients)
    by_name: dict[tuple[int, str], set[int]] = defaultdict(set)
    found: dict[tuple[int, str], int] = {}
    for start in range(0, len(ordered), BATCH):
        batch = Patient.objects.filter(client__in=ordered[start : start + BATCH])
        for pk, client, ref, name in batch.values_list("pk", "client", "ref", "name"):
            found[client, fold(ref)] = pk
            by_name[client, fold(name)].add(pk)
    for key, some in by_name.items():
        if len(some) == 1:
            found.setdefault(key, min(some))
    return found


def members(practice_id: int) -> dict[str, int]:
    """Folded name -> member: the whole name, and the last word of it where it is one person's."""
    found: dict[str, set[int]] = defaultdict(set)
    for pk, name in Member.objects.filter(practice=practice_id, active=True).values_list(
        "pk", "name"
    ):
        plain = _plain(name)
        for spelling in {plain, plain.rpartition(" ")[2]}:
            found[spelling].add(pk)
    return {spelling: min(some) for spelling, some in found.items() if len(some) == 1}


def link_waiting() -> int:
    """Give each row whose client came later its client and patient; how many were linked.

    Called by the clock: a list of clients may come after the book.
    """
    linked = 0
    for model in (Appointment, DueItem):
        same = Client.objects.filter(practice=OuterRef("practice"), ref=OuterRef("client_ref"))
        rows = model.objects.filter(WAITING).filter(Exists(same)).order_by("practice", "id")
        while batch := list(rows[:BATCH]):
            linked += _link(batch)
    return linked


def _link(rows: list[Any]) -> int:
    for practice in {row.practice_id for row in rows}:
        ours = [row for row in rows if row.practice_id == practice]
        clients = clients_by_ref(practice, {row.client_ref for row in ours})
        animals = patients(set(clients.values()))
        for row in ours:
            row.client_id = clients.get(row.client_ref)
            if row.client_id and row.patient_ref:
                row.patient_id = animals.get((row.client_id, fold(row.patient_ref)))
    update_each(rows, ["client", "patient"])
    return len(rows)


_TITLES = {"dr", "drs", "dre", "docteur", "doctor", "prof", "pr", "mr", "mrs", "ms", "mme", "m"}


def _plain(name: str) -> str:
    """A name as compared: «Dr. Alice MOREAU» is «alice moreau»."""
    words = fold(name).replace(".", " ").replace(",", " ").split()
    return " ".join(word for word in words if word not in _TITLES) or fold(name).strip()
