"""The register's part of a merge: one client's correspondence goes to another's record."""

from postroom.clients.models import Client
from postroom.register.models import EarlierChoice, EntryClient


def move_client(keep: Client, gone: Client) -> int:
    """Put every entry of `gone` on the record of `keep`; how many were not there already.

    Call within a transaction. An entry that is on both stands once.
    """
    placed = EntryClient.objects.filter(practice=keep.practice_id)
    theirs = placed.filter(client=gone)
    theirs.filter(entry__in=placed.filter(client=keep).values("entry")).delete()
    choices = EarlierChoice.objects.filter(practice=keep.practice_id)
    known = choices.filter(client=keep).values("norm")
    choices.filter(client=gone).filter(norm__in=known).delete()
    choices.filter(client=gone).update(client=keep)
    return theirs.update(client=keep)
