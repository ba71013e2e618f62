"""The conversation of a letter as its page shows it: only what one may read, in order."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from postroom.practice.models import Member
from postroom.register.models import Entry, StoredMail, ThreadEntry
from postroom.register.paging import newer, older
from postroom.register.rules import CLAIMED, changed_subject

EACH_WAY = 50  # letters before and after this one that are listed
LOOKED_AT = 500  # each way, of which some may be somebody else's
OPEN = 3  # of the earlier ones that stand open


@dataclass(frozen=True)
class Conversing:
    """Letters in the order they were written; `folded` is the older part of those before."""

    folded: list[Entry]
    before: list[Entry]
    after: list[Entry]
    entry: Entry
    subject_changed: bool
    was_split: bool

    @property
    def previous(self) -> Entry | None:
        return self.before[-1] if self.before else None

    @property
    def next(self) -> Entry | None:
        return self.after[0] if self.after else None

    @property
    def unfiled(self) -> list[tuple[Entry, bool]]:
        """Those of the others that are on no record yet; True: whoever wrote it may only have
        named a letter of this conversation, which anybody can."""
        rest = (*self.folded, *self.before, *self.after)
        return [(one, one.reason in CLAIMED) for one in rest if one.may_be_filed]

    @property
    def count(self) -> int:
        return len(self.folded) + len(self.before) + 1 + len(self.after)


def newest_of(entry: Entry) -> int:
    """The last entry of its conversation that was kept, whoever may read it; itself in none."""
    newest = _with(entry.pk).order_by("-entry_id").values_list("entry_id", flat=True).first()
    return newest or entry.pk


def come_since(member: Member, entry: Entry, seen: int) -> list[Entry]:
    """What others put into its conversation after `seen`, of what this member may read."""
    later = _with(entry.pk).filter(entry__gt=seen)
    ids = list(later.order_by("-entry_id").values_list("entry_id", flat=True)[:LOOKED_AT])
    letters = Entry.objects.readable_by(member).filter(pk__in=ids).exclude(author=member)
    return list(letters.order_by("pk"))


def conversing(member: Member, entry: Entry) -> Conversing | None:
    """None where no other letter of it may be read, unless somebody took it apart."""
    place = ThreadEntry.objects.filter(entry=entry).select_related("thread").first()
    if place is None:
        return None
    there = ThreadEntry.objects.filter(thread=place.thread_id)
    readable = Entry.objects.readable_by(member)
    back = older(place.at, entry.pk, pk_field="entry_id")
    forth = newer(place.at, entry.pk, pk_field="entry_id")
    earlier = there.filter(back).order_by("-at", "-entry_id").values_list("entry_id", flat=True)
    later = there.filter(forth).order_by("at", "entry_id").values_list("entry_id", flat=True)
    ids = [*earlier[:LOOKED_AT], *later[:LOOKED_AT]]
    letters = _each_once(entry, sorted(readable.filter(pk__in=ids), key=_place))
    before = [letter for letter in letters if _place(letter) < _place(entry)][-EACH_WAY:]
    after = [letter for letter in letters if _place(letter) > _place(entry)][:EACH_WAY]
    was_split = place.thread.split_from_id is not None
    if not before and not after and not was_split:
        return None
    return Conversing(
        folded=before[:-OPEN],
        before=before[-OPEN:],
        after=after,
        entry=entry,
        subject_changed=bool(before) and changed_subject(before[-1].subject, entry.subject),
        was_split=was_split,
    )


def whole(entries: QuerySet[Entry], entry: int) -> list[int]:
    """The ids of the conversation of this entry as far as it is among `entries`, the oldest first;
    of an entry that is in none, itself."""
    found = entries.filter(pk__in=list(_with(entry).values_list("entry", flat=True)))
    ids = sorted(found.values_list("at", "pk"))
    return [pk for _, pk in ids] or list(entries.filter(pk=entry).values_list("pk", flat=True))


def _with(entry: int) -> QuerySet[ThreadEntry]:
    """All of the conversation of this entry, itself too; nothing where it is in none."""
    return ThreadEntry.objects.filter(thread__places__entry=entry)


def _place(entry: Entry) -> tuple[datetime, int]:
    return entry.at, entry.pk


def _each_once(entry: Entry, letters: list[Entry]) -> list[Entry]:
    """A letter that came to one's own mailbox as well as to the practice's is listed once: the
    copy on this page, else the practice's."""
    copies = StoredMail.objects.filter(entry__in=[entry.pk, *(one.pk for one in letters)])
    said: dict[int, set[str]] = {}
    for pk, fold in copies.exclude(fold_key="").values_list("entry", "fold_key"):
        said.setdefault(pk, set()).add(fold)
    told, kept = set(said.get(entry.pk, ())), []
    for one in sorted(letters, key=lambda letter: letter.owner_id is not None):
        folds = said.get(one.pk, set())
        if not folds & told:
            kept.append(one)
        told |= folds
    return sorted(kept, key=_place)
