"""The register's part of a merge: one client's correspondence goes to another's record."""

from collections.abc import Iterable

from postroom.clients.merging import Twin
from postroom.clients.models import Client
from postroom.register.models import EarlierChoice, EntryClient, EntryPatient, PictureChoice


def move_client(keep: Client, gone: Client, folded: Iterable[Twin] = ()) -> int:
    """Put every entry of `gone` on the record of `keep`; how many were not there already.

    Call within a transaction, before the patients are folded. An entry that is on both stands
    once; what is about a folded patient is about the kept one.
    """
    for twin in folded:
        about = EntryPatient.objects.filter(patient=twin.gone)
        there = EntryPatient.objects.filter(patient=twin.kept).values("entry")
        about.filter(entry__in=list(there.values_list("entry", flat=True))).delete()
        about.update(patient=twin.kept)
    placed = EntryClient.objects.filter(practice=keep.practice_id)
    theirs = placed.filter(client=gone)
    theirs.filter(entry__in=placed.filter(client=keep).values("entry")).delete()
    choices = EarlierChoice.objects.filter(practice=keep.practice_id)
    known = choices.filter(client=keep).values("norm")
    choices.filter(client=gone).filter(norm__in=known).delete()
    choices.filter(client=gone).update(client=keep)
    pictures = PictureChoice.objects.filter(practice=keep.practice_id)
    if not pictures.filter(client=keep).exists():
        pictures.filter(client=gone).update(client=keep)
    return theirs.update(client=keep)
