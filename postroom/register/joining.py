"""Conversations: which letters answer one another (XP-16).

    a new letter ──→ the nearest letter it answers ──→ that one's thread
                 ──→ else a letter that answers the same missing one
                 ──→ else the thread that our own signed token names
                 ←── letters that came before it and answer it
                 ←→ its own copy in another mailbox, where that one has relatives

Never by subject alone. A thread that a person took apart is put together by nobody else.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from typing import TypeVar

from django.db import IntegrityError, transaction

from postroom.kit.mime import Letter
from postroom.kit.rows import insert_each
from postroom.register.models import Entry, StoredMail, Thread, ThreadEntry, ThreadReference
from postroom.register.reply_tokens import conversations_named
from postroom.register.threads import BATCH, ids_of

MERGES = 20  # of threads into one another that are followed


@dataclass(eq=False)
class _Group:
    """A thread as it will be: `rows` are those in the database that become one."""

    rows: list[Thread] = field(default_factory=list)
    new: dict[int, datetime] = field(default_factory=dict)  # entry -> at
    apart: bool = False
    into: "_Group | None" = None

    def final(self) -> "_Group":
        return self.into.final() if self.into else self


Place = tuple[int, datetime]  # an entry, and when it is of


@dataclass(frozen=True)
class _Mail:
    """A letter of the register. A member's own mailbox and the practice's may each hold a copy of
    one letter, which are two entries with the same `fold`."""

    entry: int
    at: datetime
    owner: int | None
    fold: str

    @property
    def place(self) -> Place:
        return self.entry, self.at


@dataclass
class _Known:
    """What the register holds of the letters that new ones are, or name: by Message-ID."""

    mails: dict[str, list[_Mail]]
    answering: dict[str, list[Place]]  # a letter that is not here
    groups: dict[int, _Group]  # by entry


def join(practice: int, new: Sequence[tuple[Entry, Letter]]) -> None:
    """Put new letters into the conversations they belong to: a few queries for the whole batch.

    Their mails are rows already, in the same transaction. Raises IntegrityError where another
    worker did the same with one of their relatives in between.
    """
    answers = {entry.pk: ids_of(letter) for entry, letter in new}
    own = {entry.pk: letter.message_id[:400] for entry, letter in new}
    known = _known(practice, answers.values(), own.values())
    named = _named(practice, new)
    missing: list[ThreadReference] = []
    for entry, _letter in sorted(new, key=lambda pair: (pair[0].at, pair[0].pk)):
        here = (entry.pk, entry.at)
        if parents := _nearest(entry, answers[entry.pk], known):
            for parent in parents:
                _together(known, parent, here)
        elif entry.pk in named:
            _into(known, named[entry.pk], here)
        for copy in _copies(entry.pk, known.mails.get(own[entry.pk], ())):
            if copy[0] in known.groups or entry.pk in known.groups:
                _together(known, copy, here)
        for child in known.answering.get(own[entry.pk], ()):
            if child[0] != entry.pk:
                _together(known, here, child)
        for one in answers[entry.pk]:
            if not known.mails.get(one):
                known.answering.setdefault(one, []).append(here)
                missing.append(ThreadReference(practice_id=practice, entry=entry, message_id=one))
    _write(practice, known)
    insert_each(missing)


def conversation_for(entry: Entry) -> Thread:
    """The conversation of an entry, made where it has none: what an answer's token names."""
    places = ThreadEntry.objects.filter(entry=entry).select_related("thread")
    if place := places.first():
        return place.thread
    try:
        with transaction.atomic():
            thread = Thread.objects.create(practice_id=entry.practice_id)
            put_in(thread, entry)
            return thread
    except IntegrityError:  # somebody else answers it at this moment
        return places.get().thread


def put_in(thread: Thread, entry: Entry) -> None:
    """An entry that belongs there for certain: what was sent from here as an answer."""
    ThreadEntry.objects.create(
        practice_id=entry.practice_id, thread=current(thread), entry=entry, at=entry.at
    )


def current(thread: Thread) -> Thread:
    """The thread that this one went into, or itself."""
    for _ in range(MERGES):
        if thread.merged_into is None:
            break
        thread = thread.merged_into
    return thread


def _known(practice: int, answers: Iterable[list[str]], own: Iterable[str]) -> _Known:
    asked = {one for ids in answers for one in ids}
    mails: dict[str, list[_Mail]] = defaultdict(list)
    answering: dict[str, list[Place]] = defaultdict(list)
    of_themselves = set(own) - {""}
    for ids in _batches(asked | of_themselves):
        of_mails = StoredMail.objects.filter(practice=practice, message_id__in=ids)
        fields = ("message_id", "entry", "entry__at", "entry__owner", "fold_key")
        for message_id, *found in of_mails.order_by("pk").values_list(*fields):
            mails[message_id].append(_Mail(*found))
    for ids in _batches(asked | of_themselves):
        waiting = ThreadReference.objects.filter(practice=practice, message_id__in=ids)
        for message_id, entry, at in waiting.order_by("pk").values_list(
            "message_id", "entry", "entry__at"
        ):
            answering[message_id].append((entry, at))
    entries = {one.entry for listed in mails.values() for one in listed}
    entries |= {pk for places in answering.values() for pk, _ in places}
    return _Known(dict(mails), dict(answering), _groups(entries))


def _groups(entries: Iterable[int]) -> dict[int, _Group]:
    """The threads those entries are in."""
    of_thread: dict[int, _Group] = {}
    found: dict[int, _Group] = {}
    for ids in _batches(entries):
        places = ThreadEntry.objects.filter(entry__in=ids).select_related("thread")
        for place in places:
            group = of_thread.setdefault(place.thread_id, _of_row(place.thread))
            found[place.entry_id] = group
    return found


def _of_row(thread: Thread) -> _Group:
    return _Group(rows=[thread], apart=thread.split_from_id is not None)


def _named(practice: int, new: Iterable[tuple[Entry, Letter]]) -> dict[int, Thread]:
    """The threads that our tokens in those letters name, by entry."""
    tokens = {entry.pk: conversations_named(letter) for entry, letter in new}
    wanted = {thread for named in tokens.values() for of, thread in named if of == practice}
    if not wanted:
        return {}
    rows = {row.pk: current(row) for row in Thread.objects.filter(practice=practice, pk__in=wanted)}
    found: dict[int, Thread] = {}
    for entry, named in tokens.items():
        there = [rows[thread] for of, thread in named if of == practice and thread in rows]
        if there:
            found[entry] = there[0]
    return found


def _nearest(entry: Entry, answers: Iterable[str], known: _Known) -> list[Place]:
    """The nearest letter it answers, that of its own mailbox before a copy elsewhere; else one
    that answers the same missing letter."""
    for message_id in answers:
        mails = [one for one in known.mails.get(message_id, ()) if one.entry != entry.pk]
        if mails:
            first = min(mails, key=lambda one: one.owner != entry.owner_id)
            return [first.place, *_copies(first.entry, mails)]
        waiting = [one for one in known.answering.get(message_id, ()) if one[0] != entry.pk]
        if waiting:
            return waiting[:1]
    return []


def _copies(entry: int, mails: Iterable[_Mail]) -> list[Place]:
    """The same letter as this entry's in other mailboxes. Of one mailbox, two letters that bear
    one Message-ID are two: there are machines that know no other."""
    mails = list(mails)
    mine = {(one.fold, one.owner) for one in mails if one.entry == entry and one.fold}
    return [
        one.place
        for one in mails
        if one.entry != entry
        and any(one.fold == fold and one.owner != owner for fold, owner in mine)
    ]


def _together(known: _Known, one: Place, other: Place) -> None:
    first, second = known.groups.get(one[0]), known.groups.get(other[0])
    first, second = first and first.final(), second and second.final()
    if first is None and second is None:
        first = _Group()
    if first is None or second is None:
        group = first or second
        assert group is not None
        for pk, at in (one, other):
            if pk not in known.groups:
                group.new[pk] = at
                known.groups[pk] = group
    elif first is not second and not (first.apart or second.apart):
        first.rows += second.rows
        first.new |= second.new
        second.into = first


def _into(known: _Known, thread: Thread, entry: Place) -> None:
    if entry[0] in known.groups:
        return
    groups = (group.final() for group in known.groups.values())
    group = next((one for one in groups if thread in one.rows), None) or _of_row(thread)
    group.new[entry[0]] = entry[1]
    known.groups[entry[0]] = group


def _write(practice: int, known: _Known) -> None:
    groups = {id(group): group for group in (one.final() for one in known.groups.values())}
    fresh = [group for group in groups.values() if not group.rows]
    threads = [Thread(practice_id=practice) for _ in fresh]
    insert_each(threads)
    for group, thread in zip(fresh, threads, strict=True):
        group.rows.append(thread)
    for group in groups.values():
        first, *others = sorted(group.rows, key=lambda row: row.pk)
        if others:
            ThreadEntry.objects.filter(thread__in=others).update(thread=first)
            Thread.objects.filter(pk__in=[row.pk for row in others]).update(merged_into=first)
        group.rows = [first]
    insert_each(
        ThreadEntry(practice_id=practice, thread=group.rows[0], entry_id=pk, at=at)
        for group in groups.values()
        for pk, at in group.new.items()
    )


Id = TypeVar("Id", int, str)


def _batches(ids: Iterable[Id]) -> Iterable[list[Id]]:
    rest = iter(ids)
    while batch := list(islice(rest, BATCH)):
        yield batch
