"""Verbs of the clients room: addresses remembered and forgotten."""

from datetime import datetime

from django.db import transaction

from postroom.clients.holdings import refresh_search
from postroom.clients.models import Client, Contact, ContactLink, ContactPoint
from postroom.kit.addresses import normalise_email
from postroom.practice import audit
from postroom.practice.models import Member


def remember_address(
    client: Client, address: str, *, by: Member | None, now: datetime
) -> ContactPoint | None:
    """From now on, letters from this address are this client's (RX-117).

    The new point, so that the act can be taken back; None when nothing was added: it cannot be
    an address, or the client has it already.
    """
    norm = normalise_email(address)
    if not norm:
        return None
    with transaction.atomic():
        Client.objects.select_for_update().get(pk=client.pk)
        theirs = ContactPoint.objects.filter(
            contact__links__client=client, kind=ContactPoint.EMAIL, norm=norm
        )
        if theirs.exists():
            return None
        contact = _main_contact(client)
        point = contact.points.create(
            practice_id=client.practice_id,
            kind=ContactPoint.EMAIL,
            value=address.strip(),
            norm=norm,
            preferred=not contact.points.filter(kind=ContactPoint.EMAIL, preferred=True).exists(),
            origin=ContactPoint.MEMBER,
        )
        refresh_search(contact.links.values_list("client", flat=True))
        data = {"point": point.pk}
        audit.record(
            client.practice_id, "remember_address", "client", client.pk, by=by, now=now, data=data
        )
    return point


def forget_address(point: ContactPoint, *, by: Member | None, now: datetime) -> None:
    """Letters from this address are nobody's from now on; what is filed stays filed.

    Harmless when it is already forgotten. An address still in an imported list comes back with
    the next import of that list.
    """
    with transaction.atomic():
        data = {"point": point.pk}
        deleted, _ = ContactPoint.objects.filter(pk=point.pk).delete()
        if not deleted:
            return
        clients = list(point.contact.links.values_list("client", flat=True))
        refresh_search(clients)
        for client in clients:
            audit.record(
                point.practice_id, "forget_address", "client", client, by=by, now=now, data=data
            )


def _main_contact(client: Client) -> Contact:
    link = ContactLink.objects.filter(client=client, main=True).select_related("contact").first()
    if link:
        return link.contact
    contact = Contact.objects.create(
        practice_id=client.practice_id, name=client.name, language=client.language
    )
    contact.links.create(practice_id=client.practice_id, client=client, main=True)
    return contact
