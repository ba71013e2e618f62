"""What a search finds: of all that holds the words, what this member may read, newest first."""

from collections.abc import Generator, Iterable
from contextlib import closing
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Prefetch, prefetch_related_objects

from postroom.clients.models import Client
from postroom.kit.marking import Piece, excerpt, pieces
from postroom.practice.models import Member
from postroom.register import search, seeking
from postroom.register.looks import Look, look
from postroom.register.models import Attachment, Entry, EntryClient
from postroom.register.narrowing import AUTO, Narrowing
from postroom.register.paging import MOST, shown
from postroom.register.search import Asked, entry_of, key

SIZE = 25
LOOKED_AT = 5_000  # entries with the words that one page looks at, where most may not be read
FEW = 500  # entries of a client that are compared one by one
SNIPPET = 200  # characters
NAMED = 4  # files of an entry, on its line
FILES = Prefetch("attachments", Attachment.objects.filter(inline=False))


@dataclass(frozen=True)
class FileHit:
    pk: int
    name: list[Piece]


@dataclass(frozen=True)
class Marked:
    """An entry's words, parted where those searched stand; `line` is one line around the first."""

    subject: list[Piece]
    who: list[Piece]
    line: list[Piece]
    files: list[FileHit]

    @property
    def found_who(self) -> bool:
        return any(piece.marked for piece in self.who)

    @property
    def found_files(self) -> list[FileHit]:
        return [file for file in self.files if any(piece.marked for piece in file.name)]

    @property
    def named_files(self) -> list[FileHit]:
        """Those that its line has room for: the found ones first."""
        found = self.found_files
        return [*found, *(file for file in self.files if file not in found)][:NAMED]

    @property
    def unnamed_files(self) -> int:
        return max(0, len(self.files) - NAMED)


@dataclass(frozen=True)
class Hit(Marked):
    """An entry with the words marked where they stand; the clients one may open."""

    entry: Entry
    look: Look
    clients: list[Client]


@dataclass(frozen=True)
class Found:
    """`total` in words ("7", "200+"), "" on a later page; `next`: the key to go on from."""

    hits: list[Hit]
    next: int | None
    total: str


def found(
    member: Member,
    asked: Asked,
    narrowing: Narrowing,
    *,
    below: int | None = None,
    size: int | None = None,
    counted: bool = True,
) -> Found:
    """A page of what holds the words; `below`: the key of the last one seen."""
    counts, size = counted and below is None, size or SIZE
    keys, broken_off = _readable(member, asked, narrowing, below, MOST + 1 if counts else size + 1)
    following = keys[size - 1] if len(keys) > size else broken_off
    total = shown(len(keys), MOST) if counts and broken_off is None else ""
    return Found(_hits(member, asked, keys[:size]), following, total)


def marked(entries: list[Entry], asked: Asked) -> dict[int, Marked]:
    """The words marked in these entries, by id: two queries."""
    prefetch_related_objects(entries, FILES)
    texts = seeking.texts([key(entry.at, entry.pk) for entry in entries])
    return {entry.pk: Marked(**_marked(entry, asked, texts.get(entry.pk, ""))) for entry in entries}


def file_hits(member: Member, asked: Asked, most: int) -> list[tuple[Entry, FileHit]]:
    """Files whose name says so, each with its entry; the newest first."""
    keys, _ = _readable(member, asked.in_files, Narrowing(), None, most)
    entries = _entries(member, keys)
    listed = [
        (entry, file)
        for entry in entries
        for file in _files(entry, asked)
        if any(piece.marked for piece in file.name)
    ]
    return listed[:most]


def _readable(
    member: Member, asked: Asked, narrowing: Narrowing, below: int | None, most: int
) -> tuple[list[int], int | None]:
    """The keys of so many entries at most; and where looking was broken off, if it was."""
    keys: list[int] = []
    looked_at = 0
    with closing(_handfuls(member, asked, narrowing, below)) as handfuls:
        for handful in handfuls:
            mine = _mine(member, narrowing, handful)
            keys += [one for one in handful if entry_of(one) in mine]
            looked_at += len(handful)
            if len(keys) >= most:
                return keys[:most], None
            if looked_at >= LOOKED_AT:
                return keys, handful[-1]
    return keys, None


def _handfuls(
    member: Member, asked: Asked, narrowing: Narrowing, below: int | None
) -> Generator[list[int]]:
    if not asked:
        return
    practice = member.practice_id
    since, until = narrowing.span(ZoneInfo(member.practice.time_zone))
    above = key(since, 0) if since else None
    ends = [end for end in (below, key(until, 0) if until else None) if end is not None]
    top = min(ends, default=None)
    if narrowing.client and (few := _few(practice, narrowing.client)) is not None:
        within = [k for k in few if (top is None or k < top) and (above is None or k >= above)]
        yield seeking.keys_among(asked, (), within)
        return
    marks = search.rare_marks(
        narrowing.kind,
        narrowing.direction,
        files=narrowing.files,
        automatic=narrowing.how == AUTO,
    )
    yield from seeking.keys(practice, asked, marks, below=top, above=above)


def _few(practice: int, client: int) -> list[int] | None:
    """The keys of a client's entries; None where they are many."""
    rows = EntryClient.objects.filter(practice=practice, client=client).order_by("-at", "-entry_id")
    listed = list(rows.values_list("at", "entry_id")[: FEW + 1])
    return [key(at, pk) for at, pk in listed] if len(listed) <= FEW else None


def _mine(member: Member, narrowing: Narrowing, handful: Iterable[int]) -> set[int]:
    """Those of these entries that the member may read and the filters leave."""
    rows = Entry.objects.readable_by(member).filter(pk__in=[entry_of(one) for one in handful])
    rows = rows.filter(narrowing.entries())
    if narrowing.client:
        rows = rows.filter(placements__client=narrowing.client)
    return set(rows.values_list("pk", flat=True))


def _entries(member: Member, keys: Iterable[int]) -> list[Entry]:
    """The entries of keys that were found readable, in their order."""
    ids = [entry_of(one) for one in keys]
    rows = Entry.objects.filter(practice=member.practice_id, pk__in=ids)
    rows = rows.select_related("author").prefetch_related(
        Prefetch("clients", Client.objects.open_to(member).order_by("pk")),
        FILES,
    )
    known = {entry.pk: entry for entry in rows}
    return [known[pk] for pk in ids if pk in known]


def _hits(member: Member, asked: Asked, keys: list[int]) -> list[Hit]:
    texts = seeking.texts(keys)
    return [_hit(entry, asked, texts.get(entry.pk, "")) for entry in _entries(member, keys)]


def _hit(entry: Entry, asked: Asked, text: str) -> Hit:
    clients = list(entry.clients.all())
    return Hit(entry=entry, look=look(entry), clients=clients, **_marked(entry, asked, text))


def _marked(entry: Entry, asked: Asked, text: str) -> dict[str, Any]:
    words, beginning = asked.words, asked.beginning
    line = excerpt(text, words, beginning, SNIPPET) or [Piece(entry.snippet)]
    who = entry.sender_name or entry.sender_norm
    if entry.sender_name and any(p.marked for p in pieces(entry.sender_norm, words, beginning)):
        who = f"{entry.sender_name} ‹{entry.sender_norm}›"
    return {
        "subject": pieces(entry.subject, words, beginning),
        "who": pieces(who, words, beginning),
        "line": line,
        "files": _files(entry, asked),
    }


def _files(entry: Entry, asked: Asked) -> list[FileHit]:
    return [
        FileHit(one.pk, pieces(one.name, asked.words, asked.beginning))
        for one in entry.attachments.all()
    ]
