"""`postroom register`: what the register holds, as lines of JSON."""

import argparse
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet
from django.utils.translation import gettext as _

from postroom.cli.common import Failure, add_practice, need_ready
from postroom.clients.models import Client, Group
from postroom.intake.models import Sighting
from postroom.practice.actions import the_practice
from postroom.practice.models import Practice
from postroom.register import search
from postroom.register.models import Attachment, Entry, EntryClient, StoredMail


@dataclass(frozen=True)
class Narrowed:
    """What is asked for. `until` is a day, this one too; `group` a group's name."""

    client: str | None = None
    group: str | None = None
    unresolved: bool = False
    kind: str | None = None
    direction: str | None = None
    since: date | None = None
    until: date | None = None
    files: bool = False
    no_files: bool = False
    text: str | None = None


def add(commands: argparse._SubParsersAction) -> None:
    parser = commands.add_parser("register", help=_("what the register holds"))
    parser.add_argument("--client", metavar="REF", help=_("only this client's"))
    parser.add_argument("--group", metavar="NAME", help=_("only this family group's"))
    parser.add_argument("--unresolved", action="store_true", help=_("only what waits"))
    parser.add_argument("--kind", choices=[kind for kind, _words in Entry.KINDS])
    parser.add_argument("--direction", choices=[Entry.IN, Entry.OUT])
    parser.add_argument(
        "--from", dest="since", type=_day, metavar="DAY", help=_("from this day on: 2026-11-26")
    )
    parser.add_argument(
        "--to", dest="until", type=_day, metavar="DAY", help=_("up to this day, with it")
    )
    parser.add_argument("--files", action="store_true", help=_("only what has attachments"))
    parser.add_argument("--no-files", action="store_true", help=_("only what has none"))
    parser.add_argument("--text", metavar="WORDS", help=_("only what holds these words"))
    parser.add_argument("--json", action="store_true", help=_("one JSON object a line"))
    add_practice(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    need_ready()
    practice = the_practice(args.practice)
    if args.client and not Client.objects.filter(practice=practice, ref=args.client).exists():
        raise Failure(_("There is no client with the reference “%s”.") % args.client)
    if args.group and not Group.objects.filter(practice=practice, name=args.group).exists():
        raise Failure(_("There is no group with the name “%s”.") % args.group)
    names = Narrowed.__dataclass_fields__
    narrowed = Narrowed(**{name: getattr(args, name) for name in names})
    for row in rows(practice, narrowed):
        if args.json:
            print(json.dumps(row, ensure_ascii=False))
        else:
            clients = ", ".join(row["clients"]) or "–"
            print(f"{row['at'][:16]}  {row['filing']:<10}  {clients:<12}  {row['subject']}")
    return 0


def rows(practice: Practice, narrowed: Narrowed = Narrowed()) -> Iterator[dict[str, Any]]:
    """One object for each stored mail, each dropped file and each entry without either, with the
    entry it lies under; what a member's own mailbox holds is nobody's business until its owner has
    filed it."""
    zone = ZoneInfo(practice.time_zone)
    entries = _entries(practice, narrowed, zone)
    of_entry = (
        Prefetch("placements", EntryClient.objects.select_related("client").order_by("id")),
        "attachments",
        "patients",
    )
    of_row = tuple(
        Prefetch(f"entry__{one.prefetch_through}", one.queryset)
        if isinstance(one, Prefetch)
        else f"entry__{one}"
        for one in of_entry
    )
    narrow = () if narrowed == Narrowed() else (Q(entry__in=entries),)
    mails = StoredMail.objects.filter(*narrow, practice=practice).order_by("id")
    mails = mails.exclude(entry__filing=Entry.UNFILED, entry__owner__isnull=False)
    mails = mails.select_related("entry__account", "entry__author").prefetch_related(
        *of_row,
        Prefetch("sightings", Sighting.objects.select_related("account").order_by("-id")),
    )
    for mail in mails.iterator(chunk_size=500):
        yield _row(mail)
    files = Attachment.objects.filter(*narrow, practice=practice, stored__isnull=False)
    files = files.select_related("entry__author", "stored").order_by("id")
    for file in files.prefetch_related(*of_row).iterator(chunk_size=500):
        if not file.entry.is_noted:
            yield _row_of(
                file.entry, file.sha256, size=file.size, raw_sha256=file.sha256, problems=[]
            )
    mailless = ~Exists(StoredMail.objects.filter(entry=OuterRef("pk")))
    others = entries.filter(mailless).select_related("author", "account").order_by("id")
    for entry in others.prefetch_related(*of_entry).iterator(chunk_size=500):
        if entry.is_noted or not any(one.stored_id for one in entry.attachments.all()):
            account = entry.account.name if entry.account else None
            more: dict[str, Any] = {
                "raw_sha256": None,
                "size": None,
                "problems": [],
                "account": account,
            }
            yield _row_of(entry, None, **more)


def _entries(practice: Practice, narrowed: Narrowed, zone: ZoneInfo) -> QuerySet[Entry]:
    found = Entry.objects.filter(practice=practice)
    found = found.exclude(filing=Entry.UNFILED, owner__isnull=False)
    if narrowed.client:
        found = found.filter(clients__ref=narrowed.client)
    if narrowed.group:
        placed = EntryClient.objects.filter(
            client__groups__name=narrowed.group, client__groups__practice=practice
        )
        found = found.filter(pk__in=placed.values("entry"))
    if narrowed.unresolved:
        found = found.filter(filing__in=Entry.WAITING)
    for name in ("kind", "direction"):
        if value := getattr(narrowed, name):
            found = found.filter(**{name: value})
    if narrowed.since:
        found = found.filter(at__gte=_midnight(narrowed.since, zone))
    if narrowed.until:
        found = found.filter(at__lt=_midnight(narrowed.until + timedelta(days=1), zone))
    if narrowed.files:
        found = found.filter(files__gt=0)
    if narrowed.no_files:
        found = found.filter(files=0)
    if narrowed.text:
        found = found.filter(pk__in=search.matching(practice.pk, narrowed.text))
    return found


def _day(text: str) -> date:
    """Raises ValueError, of which argparse makes a sentence."""
    return date.fromisoformat(text)


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=zone)


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


def _row_of(entry: Entry, key: str | None, **more: Any) -> dict[str, Any]:
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
        "status": entry.status or None,
        "automatic": entry.automatic or None,
        "author": entry.author.name if entry.author else entry.details.get("by"),
        "with": entry.sender_name or None,
        "patients": [patient.name for patient in entry.patients.all()],
        "text": entry.body or None,
        "details": {name: value for name, value in entry.details.items() if name != "noted"},
        "archived_at": entry.archived_at.astimezone(UTC).isoformat() if entry.archived_at else None,
        "attachments": [
            {"name": file.name, "size": file.size, "sha256": file.sha256}
            for file in entry.attachments.all()
        ],
        **more,
    }
