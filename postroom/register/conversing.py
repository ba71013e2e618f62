"""The conversation of a letter as its page shows it: only what one may read, in order."""

from dataclasses import dataclass

from postroom.practice.models import Member
from postroom.register.models import Entry, ThreadEntry
from postroom.register.paging import newer, older
from postroom.register.rules import changed_subject

EACH_WAY = 50  # letters before and after this one that are listed
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
    def count(self) -> int:
        return len(self.folded) + len(self.before) + 1 + len(self.after)


def conversing(member: Member, entry: Entry) -> Conversing | None:
    """None where no other letter of it may be read, unless somebody took it apart."""
    place = ThreadEntry.objects.filter(entry=entry).select_related("thread").first()
    if place is None:
        return None
    there = ThreadEntry.objects.filter(thread=place.thread_id)
    back = older(place.at, entry.pk, pk_field="entry_id")
    forth = newer(place.at, entry.pk, pk_field="entry_id")
    earlier = there.filter(back).order_by("-at", "-entry_id").values_list("entry_id", flat=True)
    later = there.filter(forth).order_by("at", "entry_id").values_list("entry_id", flat=True)
    ids = [*earlier[:EACH_WAY], *later[:EACH_WAY]]
    letters = sorted(
        Entry.objects.readable_by(member).filter(pk__in=ids),
        key=lambda letter: (letter.at, letter.pk),
    )
    here = (entry.at, entry.pk)
    before = [letter for letter in letters if (letter.at, letter.pk) < here]
    after = [letter for letter in letters if (letter.at, letter.pk) > here]
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
