"""Where a copy on the server belongs, and which ones may not lie there.

One function says where (`wanted_folder`); all the rest is how to find, among all that has ever
come, the few that have to be moved.
"""

from collections.abc import Iterable

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from postroom.connections.models import FolderState, Workflow
from postroom.intake.models import Sighting
from postroom.register.models import Conversation, Entry, Refiled, Spelt, StoredMail

FEW = 200  # mails that are named in one question
MANY = 500  # conversations of one pass
_LEFT = (Sighting.GONE, Sighting.STALE)


def wanted_folder(sighting: Sighting, workflow: Workflow) -> str:
    """Filing: Unresolved while a person has to look at it, Resolved once somebody has; what is
    not to be filed by itself stays where it came.

    Of the inbox nothing is moved before its conversation is closed; opened again, it returns.
    """
    entry = sighting.mail.entry if sighting.mail else None
    if workflow.kind == Workflow.INBOX:
        talk = entry.conversation if entry else None
        closed = talk is not None and not talk.is_open
        goes = closed and workflow.after_close == Workflow.TO_RESOLVED
        return workflow.folder_resolved if goes else workflow.folder_in
    if entry is not None and entry.filing == Entry.UNFILED:
        # General mail of the practice's inbox that somebody put here is left where they put it.
        return workflow.folder_in if workflow.account.owner_id else sighting.folder
    waits = entry is None or entry.is_waiting
    return workflow.folder_unresolved if waits else workflow.folder_resolved


def note_turned(practice_id: int) -> None:
    """Mark the copies of what was filed otherwise since the last look."""
    while rows := list(Refiled.objects.filter(practice=practice_id).order_by("pk")[:FEW]):
        copies = Sighting.objects.filter(mail__entry__in={row.entry_id for row in rows}).exclude(
            state__in=_LEFT
        )
        kinds = copies.values_list("pk", "workflow__kind")
        with transaction.atomic():
            marked = [pk for pk, kind in kinds if kind == Workflow.FILING]
            Sighting.objects.filter(pk__in=marked).update(turned=rows[-1].pk)
            Refiled.objects.filter(pk__in=[row.pk for row in rows]).delete()


def strayed(workflow: Workflow, done: QuerySet[Sighting]) -> Iterable[Sighting]:
    """Those of the settled sightings whose entry is known to have changed its mind: by their own
    mark, or in the inbox by that of their conversation."""
    if workflow.kind == Workflow.INBOX:
        turned = StoredMail.objects.filter(entry__conversation__in=_to_follow(workflow))
        found = _lying(done, turned.values_list("pk", flat=True))
    else:
        found = done.filter(turned__isnull=False)
    for sighting in found:
        if sighting.folder != wanted_folder(sighting, workflow):
            yield sighting


def all_strayed(workflow: Workflow, done: QuerySet[Sighting]) -> Iterable[Sighting]:
    """The same without any mark: once a day, and after a change of the workflow's folders.

    What was resolved is looked for among the few that do not lie in Resolved, what was taken back
    among the few that wait.
    """
    if workflow.kind == Workflow.INBOX:
        yield from strayed(workflow, done)
        return
    known = FolderState.objects.filter(account=workflow.account_id).values_list("folder", flat=True)
    others = {workflow.folder_unresolved, *known} - {workflow.folder_resolved}
    yield from done.filter(
        folder__in=others, mail__entry__filing__in=(Entry.RESOLVED, Entry.IGNORED)
    )
    waiting = Entry.objects.filter(practice=workflow.practice_id).waiting()
    mails = waiting.values_list("mails", flat=True)
    yield from _lying(done.exclude(folder=workflow.folder_unresolved), mails)
    if workflow.account.owner_id:
        put_back = Entry.objects.filter(
            owner=workflow.account.owner_id,
            filing=Spelt(Entry.UNFILED),
            filed_at__isnull=False,
        )
        mails = put_back.values_list("mails", flat=True)
        yield from _lying(done.exclude(folder=workflow.folder_in), mails)


def _lying(done: QuerySet[Sighting], mails: Iterable[int]) -> Iterable[Sighting]:
    """The sightings of these mails: the few that are named first, never the many that lie well."""
    named = list(mails)
    for start in range(0, len(named), FEW):
        yield from done.filter(mail__in=named[start : start + FEW])


def forget_followed(workflow: Workflow) -> None:
    """Take the mark off what lies where it belongs: off copies, or off conversations all of
    whose copies do.

    Only if it is still as it was looked at: it may have been filed or opened again since.
    """
    if workflow.kind != Workflow.INBOX:
        marked = Sighting.objects.filter(workflow=workflow, turned__isnull=False)
        for one in marked.select_related("mail__entry", "workflow__account"):
            if _rests(one):
                Sighting.objects.filter(pk=one.pk, turned=one.turned).update(turned=None)
        return
    talks = Conversation.objects.filter(pk__in=_to_follow(workflow))
    for talk in talks.only("pk", "version", "state"):
        copies = Sighting.objects.filter(
            mail__entry__conversation=talk, workflow__kind=Workflow.INBOX, workflow__active=True
        ).select_related("mail__entry__conversation", "workflow")
        if all(_rests(one) for one in copies):
            Conversation.objects.filter(pk=talk.pk, version=talk.version).update(to_follow=False)


def _rests(sighting: Sighting) -> bool:
    if sighting.state in _LEFT:
        return True
    there = sighting.folder == wanted_folder(sighting, sighting.workflow)
    return sighting.state == Sighting.DONE and there


def _to_follow(workflow: Workflow) -> list[int]:
    marked = Conversation.objects.filter(practice=workflow.practice_id, to_follow=True)
    # Only what has a copy here: another account that is out of reach may have many that wait.
    copies = Sighting.objects.filter(mail__entry__conversation=OuterRef("pk"), workflow=workflow)
    ours = marked.filter(Exists(copies), owner=workflow.account.owner_id)
    return list(ours.order_by("pk").values_list("pk", flat=True)[:MANY])
