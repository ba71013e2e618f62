"""Where mails lie in a folder, by their content alone."""

from collections import defaultdict
from collections.abc import Collection, Sequence

from postroom.connections.bodies import Seen
from postroom.connections.imap import Folder, Mailbox
from postroom.connections.models import Workflow
from postroom.intake.models import Sighting
from postroom.intake.rules import BATCH_MAILS
from postroom.kit.mime import content_key

FEW = 200  # mails that may all be compared
SEARCHES = 50  # by Message-ID, one request each; beyond that the whole folder is compared


def find(
    mailbox: Mailbox, workflow: Workflow, folder: Folder, sightings: Sequence[Sighting]
) -> dict[int, int]:
    """Where these mails lie in the open folder: sighting's id to UID, by content alone.

    A UID that another sighting holds is taken: of two equal mails each has its own.
    """
    since = min((_looked_from(s, folder) for s in sightings), default=1)
    likely = _likely(mailbox, sightings) if since == 1 else []
    found = _among(mailbox, workflow, folder, likely, sightings) if likely else {}
    left = [s for s in sightings if s.pk not in found]
    if left:  # a search by Message-ID that finds nothing proves nothing: see `_likely`
        others = set(mailbox.uids(since)) - set(found.values())
        found |= _among(mailbox, workflow, folder, others, left)
    return found


def _among(
    mailbox: Mailbox,
    workflow: Workflow,
    folder: Folder,
    uids: Collection[int],
    sightings: Sequence[Sighting],
) -> dict[int, int]:
    """Which of the mails lie under these UIDs of the open folder; what is alike in size first."""
    taken = set(
        Sighting.objects.filter(
            account=workflow.account_id,
            folder=folder.name,
            uidvalidity=folder.uidvalidity,
            uid__gte=min(uids, default=1),
        ).values_list("uid", flat=True)
    )
    free = mailbox.look(set(uids) - taken)
    sizes = {s.mail.size for s in sightings if s.mail}
    found = _same_content(mailbox, [seen for seen in free if seen.size in sizes], sightings)
    left = [s for s in sightings if s.pk not in found]
    if left and len(free) <= FEW:  # not every server counts a size as we do
        others = [seen for seen in free if seen.size not in sizes]
        found |= _same_content(mailbox, others, left)
    return found


def _same_content(
    mailbox: Mailbox, candidates: Sequence[Seen], sightings: Sequence[Sighting]
) -> dict[int, int]:
    lying: dict[str, list[int]] = defaultdict(list)
    for start in range(0, len(candidates), BATCH_MAILS):
        for seen, raw in mailbox.bodies(candidates[start : start + BATCH_MAILS]):
            lying[content_key(raw)].append(seen.uid)
    found: dict[int, int] = {}
    for sighting in sightings:
        if lying[sighting.content_key]:
            found[sighting.pk] = lying[sighting.content_key].pop(0)
    return found


def _likely(mailbox: Mailbox, sightings: Sequence[Sighting]) -> list[int]:
    """UIDs to be compared first in a folder whose history is unknown: by Message-ID, if all have
    one.

    Only the hits count. The search is by our reading of the header: it cannot be asked for one
    with accents, and some servers search only words, or an index that lags behind.
    """
    ids = [s.mail.message_id if s.mail else "" for s in sightings]
    if len(ids) > SEARCHES or not all(ids):
        return []
    return sorted({uid for message_id in set(ids) for uid in mailbox.with_message_id(message_id)})


def _looked_from(sighting: Sighting, folder: Folder) -> int:
    same = sighting.target == folder.name and sighting.target_uidvalidity == folder.uidvalidity
    return (sighting.target_next_uid or 1) if same else 1
