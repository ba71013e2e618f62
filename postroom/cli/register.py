"""`postroom register`: what the register holds, as lines of JSON."""

import argparse
import json
from collections.abc import Iterator
from datetime import UTC
from typing import Any

from django.db.models import Prefetch
from django.utils.translation import gettext as _

from postroom.cli.common import Failure, add_practice, need_ready
from postroom.clients.models import Client
from postroom.intake.models import Sighting
from postroom.practice.actions import the_practice
from postroom.practice.models import Practice
from postroom.register.models import Attachment, Entry, EntryClient, StoredMail


def add(commands: argparse._SubParsersAction) -> None:
    parser = commands.add_parser("register", help=_("what the register holds"))
    parser.add_argument("--client", metavar="REF", help=_("only this client's"))
    parser.add_argument("--unresolved", action="store_true", help=_("only what waits"))
    parser.add_argument("--json", action="store_true", help=_("one JSON object a line"))
    add_practice(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    need_ready()
    practice = the_practice(args.practice)
    if args.client and not Client.objects.filter(practice=practice, ref=args.client).exists():
        raise Failure(_("There is no client with the reference “%s”.") % args.client)
    for row in rows(practice, client=args.client, unresolved=args.unresolved):
        if args.json:
            print(json.dumps(row, ensure_ascii=False))
        else:
            clients = ", ".join(row["clients"]) or "–"
            print(f"{row['at'][:16]}  {row['filing']:<10}  {clients:<12}  {row['subject']}")
    return 0


def rows(practice: Practice, *, client: str | None, unresolved: bool) -> Iterator[dict[str, Any]]:
    """One object for each stored mail or dropped file, with the entry it lies under; what a
    member's own mailbox holds is nobody's business until its owner has filed it."""
    mails = StoredMail.objects.filter(practice=practice).order_by("id")
    files = Attachment.objects.filter(practice=practice, stored__isnull=False).order_by("id")
    mails = mails.exclude(entry__filing=Entry.UNFILED, entry__owner__isnull=False)
    if client:
        mails = mails.filter(entry__clients__ref=client)
        files = files.filter(entry__clients__ref=client)
    if unresolved:
        mails = mails.filter(entry__filing__in=("unresolved", "failed"))
        files = files.filter(entry__filing__in=("unresolved", "failed"))
    of_entry = (
        Prefetch("entry__placements", EntryClient.objects.select_related("client").order_by("id")),
        "entry__attachments",
    )
    mails = mails.select_related("entry__account").prefetch_related(
        *of_entry,
        Prefetch("sightings", Sighting.objects.select_related("account").order_by("-id")),
    )
    for mail in mails.iterator(chunk_size=500):
        yield _row(mail)
    files = files.select_related("entry", "stored").prefetch_related(*of_entry)
    for file in files.iterator(chunk_size=500):
        yield _row_of(file.entry, file.sha256, size=file.size, raw_sha256=file.sha256, problems=[])


def _row(mail: StoredMail) -> dict[str, Any]:
    entry = mail.entry
    lying = [s for s in mail.sightings.all() if s.state not in (Sighting.GONE, Sighting.STALE)]
    place = lying[0] if lying else None
    account = place.account if place else entry.account
    return _row_of(
        entry,
        mail.content_key,
        message_id=mail.message_id or None,
        raw_sha256=mail.raw_sha256,
        size=mail.size,
        account=account.name if account else None,
        folder=place.folder if place else None,
        uidvalidity=place.uidvalidity if place else None,
        uid=place.uid if place else None,
        problems=mail.problems,
    )


def _row_of(entry: Entry, key: str, **more: Any) -> dict[str, Any]:
    return {
        "entry": entry.pk,
        "kind": entry.kind,
        "direction": entry.direction,
        "at": entry.at.astimezone(UTC).isoformat(),
        "filed_at": entry.filed_at.astimezone(UTC).isoformat() if entry.filed_at else None,
        "message_id": None,
        "sha256": key,
        "subject": entry.subject,
        "sender": entry.sender_norm,
        **dict.fromkeys(("account", "folder", "uidvalidity", "uid")),
        "filing": entry.filing,
        "clients": [placement.client.ref for placement in entry.placements.all()],
        "reason": entry.reason,
        "attachments": [
            {"name": file.name, "size": file.size, "sha256": file.sha256}
            for file in entry.attachments.all()
        ],
        **more,
    }
