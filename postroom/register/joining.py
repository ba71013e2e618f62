"""Conversations: which letters answer one another (XP-16).

    a new letter ──→ the nearest letter it answers ──→ that one's thread
                 ──→ else a letter that answers the same missing one
                 ──→ else the thread that our own signed token names
                 ←── letters that came before it and answer it

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


@dataclass
class _Known:
    """What the register holds of the letters that new ones name: (entry, at) by Message-ID."""

    mails: dict[str, list[tuple[int, datetime]]]
    answering: dict[str, list[tuple[int, datetime]]]  # a letter that is not here
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
        if parent := _nearest(entry.pk, answers[entry.pk], known):
            _together(known, parent, here)
        elif entry.pk in named:
            _into(known, named[entry.pk], here)
        for child in known.answering.get(own[entry.pk], ()):
            if child[0] != entry.pk:
                _together(known, here, child)
        for one in answers[entry.pk]:
            if one not in known.mails:
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
    mails: dict[str, list[tuple[int, datetime]]] = defaultdict(list)
    answering: dict[str, list[tuple[int, datetime]]] = defaultdict(list)
    for ids in _batches(asked):
        of_mails = StoredMail.objects.filter(practice=practice, message_id__in=ids)
        fields = ("message_id", "entry", "entry__at")
        for message_id, entry, at in of_mails.order_by("pk").values_list(*fields):
            mails[message_id].append((entry, at))
    for ids in _batches(asked | (set(own) - {""})):
        waiting = ThreadReference.objects.filter(practice=practice, message_id__in=ids)
        for message_id, entry, at in waiting.order_by("pk").values_list(
            "message_id", "entry", "entry__at"
        ):
            answering[message_id].append((entry, at))
    entries = {pk for found in (mails, answering) for pairs in found.values() for pk, _ in pairs}
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


def _nearest(entry: int, answers: Iterable[str], known: _Known) -> tuple[int, datetime] | None:
    for message_id in answers:
        for found in (known.mails, known.answering):
            others = [one for one in found.get(message_id, ()) if one[0] != entry]
            if others:
                return others[0]
    return None


def _together(known: _Known, one: tuple[int, datetime], other: tuple[int, datetime]) -> None:
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


def _into(known: _Known, thread: Thread, entry: tuple[int, datetime]) -> None:
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
