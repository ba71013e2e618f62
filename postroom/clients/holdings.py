"""All that is kept about a client, read for many at once."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from postroom.clients.models import (
    Client,
    ClientQuerySet,
    Contact,
    ContactLink,
    ContactPoint,
    GroupMember,
    Patient,
)
from postroom.clients.rules import search_name


@dataclass
class Held:
    """A client with all that is kept about it; for a new one, nothing yet."""

    client: Client
    contact: Contact | None = None  # the client in person
    points: list[ContactPoint] = field(default_factory=list)
    kin: list["Kin"] = field(default_factory=list)  # further contacts
    patients: list[Patient] = field(default_factory=list)
    groups: dict[str, int] = field(default_factory=dict)  # name -> membership

    def search_name(
        self, points: Iterable[tuple[str, str]] = (), patients: Iterable[str] = ()
    ) -> str:
        """The words of all that is kept, and of what is about to be added: pairs (value, norm) of
        addresses and numbers, names of patients."""
        pairs = [(point.value, point.norm) for point in self.points]
        pairs += [(point.value, point.norm) for kin in self.kin for point in kin.points]
        names = [patient.name for patient in self.patients]
        return search_name(
            self.client.name, self.client.ref, [*names, *patients], [*pairs, *points]
        )


@dataclass
class Kin:
    """A further contact of a client."""

    link: ContactLink
    contact: Contact
    points: list[ContactPoint] = field(default_factory=list)


def refresh_search(client_ids: Iterable[int]) -> None:
    """Let searches find these clients by what is kept about them now."""
    for held in holdings(Client.objects.filter(pk__in=list(client_ids))):
        words = held.search_name()
        if words != held.client.search_name:
            Client.objects.filter(pk=held.client.pk).update(search_name=words)


def holdings(clients: ClientQuerySet) -> list[Held]:
    """The clients with all that is kept about them: five queries, whatever their number."""
    held = {client.pk: Held(client) for client in clients}
    links = ContactLink.objects.filter(client__in=held).select_related("contact")
    points: dict[int, list[list[ContactPoint]]] = defaultdict(list)  # of a contact: who has them
    for link in links:
        one = held[link.client_id]
        if link.main:
            one.contact = link.contact
            points[link.contact_id].append(one.points)
        else:
            one.kin.append(Kin(link, link.contact))
            points[link.contact_id].append(one.kin[-1].points)
    for point in ContactPoint.objects.filter(contact__in=points).order_by("id"):
        for theirs in points[point.contact_id]:
            theirs.append(point)
    for patient in Patient.objects.filter(client__in=held):
        held[patient.client_id].patients.append(patient)
    members = GroupMember.objects.filter(client__in=held)
    for client, name, pk in members.values_list("client", "group__name", "id"):
        held[client].groups[name] = pk
    return list(held.values())
