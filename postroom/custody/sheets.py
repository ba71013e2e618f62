"""An entry as it leaves the house: its words, people and files, for a page, a PDF or an archive."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Prefetch, QuerySet

from postroom.custody.rules import unlike
from postroom.kit.mime import Letter
from postroom.kit.text import clean, safe_file_name
from postroom.practice.models import Member, Practice
from postroom.register.kinds import telling
from postroom.register.letters import letter
from postroom.register.list_words import kind_of, person
from postroom.register.models import Attachment, Entry, EntryClient, EntryPatient, StoredMail
from postroom.register.reading import hidden_from, people
from postroom.register.versions import versions

LONGEST = 100_000  # letters of one entry on paper; its own mail holds them all


@dataclass(frozen=True)
class Sheet:
    """`number` is its place in what is handed over. `mails` and `files` are with the names they
    have there. `told`: the fields of its kind, name and words. `others`: it is on somebody else's
    record too."""

    number: int
    entry: Entry
    at: datetime
    what: str  # the kind in words
    sender: str
    to: list[str]
    cc: list[str]
    bcc: list[str]
    subject: str
    text: str
    cut: bool
    clients: list[str]
    patients: list[str]
    others: bool
    author: str
    told: list[tuple[str, str]]
    files: list[tuple[str, Attachment]]
    mails: list[tuple[str, StoredMail]]

    @property
    def attached(self) -> list[tuple[str, Attachment]]:
        """The files a reader sees; pictures inside a letter's own page are not among them."""
        return [(name, file) for name, file in self.files if not file.inline]

    def earlier(self, clients: Collection[int]) -> list[dict[str, Any]]:
        """What a note said before it was changed, the newest change first; of records, only these
        clients' are named."""
        return [
            {
                "at": version.at.isoformat(),
                "by": version.who,
                "was": [
                    {"name": one.name, "value": one.at.isoformat() if one.at else one.words}
                    for one in version.was
                ],
            }
            for version in versions(self.entry, clients)
        ]

    @property
    def internal(self) -> list[dict[str, Any]]:
        """What the team said beside it: of no paper, but who asks what is kept is told."""
        notes = self.entry.internal_notes.select_related("by").order_by("at", "pk")
        return [
            {"at": note.at.isoformat(), "by": note.by.name if note.by else "", "text": note.text}
            for note in notes
        ]


def readable(practice: Practice, member: Member | None) -> QuerySet[Entry]:
    """What this member may read; None is who runs the server, who may read what is filed."""
    if member is not None:
        return Entry.objects.readable_by(member)
    return Entry.objects.filter(practice=practice)


def sheets(
    entries: QuerySet[Entry], wanted: Sequence[tuple[int, int]], clients: Collection[int]
) -> list[Sheet]:
    """Those of `wanted` (place, entry) that are among `entries`, in their order; `clients` are
    those of whom is told."""
    placed = EntryClient.objects.select_related("client").order_by("id")
    about = EntryPatient.objects.select_related("patient").order_by("id")
    rows = entries.filter(pk__in=[pk for _, pk in wanted]).select_related("author")
    rows = rows.prefetch_related(
        Prefetch("placements", placed),
        Prefetch("about", about),
        Prefetch("mails", StoredMail.objects.order_by("id")),
        Prefetch("attachments", Attachment.objects.select_related("mail", "stored")),
    )
    found = {row.pk: row for row in rows}
    return [_sheet(number, found[pk], clients) for number, pk in wanted if pk in found]


def _sheet(number: int, entry: Entry, clients: Collection[int]) -> Sheet:
    mail = letter(entry)
    text = mail.text if entry.kind == Entry.EMAIL and not entry.body else entry.body
    placements = list(entry.placements.all())
    mine = [one.client.name for one in placements if one.client_id in clients]
    files = list(entry.attachments.all())
    names = unlike(safe_file_name(file.name) or "file" for file in files)
    return Sheet(
        number=number,
        entry=entry,
        at=entry.at,
        what=kind_of(entry),
        sender=_sender(entry, mail),
        to=people(mail.to) or _told(entry, "to"),
        cc=people(mail.cc) or _told(entry, "cc"),
        bcc=hidden_from(entry),
        subject=entry.subject,
        text=clean(text)[:LONGEST].strip(),
        cut=len(text) > LONGEST,
        clients=mine,
        patients=[
            one.patient.name for one in entry.about.all() if one.patient.client_id in clients
        ],
        others=len(mine) < len(placements),
        author=person(entry),
        told=telling(entry),
        files=list(zip(names, files, strict=True)),
        mails=list(_mails(number, entry.mails.all())),
    )


def _sender(entry: Entry, mail: Letter) -> str:
    said = people(mail.senders)
    if said:
        return ", ".join(said)
    if entry.sender_norm and entry.sender_name != entry.sender_norm:
        return f"{entry.sender_name} ‹{entry.sender_norm}›".strip()
    return entry.sender_name


def _told(entry: Entry, way: str) -> list[str]:
    """To whom something written here went: [name, address], of a copy with a third word."""
    rows = [row for row in entry.to if isinstance(row, list | tuple) and len(row) >= 2]
    chosen = [row for row in rows if (len(row) > 2 and row[2] == "cc") == (way == "cc")]
    return [f"{row[0]} ‹{row[1]}›" if row[0] else str(row[1]) for row in chosen]


def _mails(number: int, mails: Iterable[StoredMail]) -> Iterable[tuple[str, StoredMail]]:
    for n, mail in enumerate(mails, 1):
        yield (f"{number:05}.eml" if n == 1 else f"{number:05}-{n}.eml"), mail
