"""Which letters answer one another, the word that names a conversation, and taking one apart."""

import itertools
from collections.abc import Iterable
from datetime import timedelta
from email.message import EmailMessage
from typing import Any

import pytest
from django.test import Client as Browser

from postroom.kit.mime import Letter, read
from postroom.practice.models import AuditEvent, Member, Practice
from postroom.register import joining, rules, splitting
from postroom.register.conversing import conversing
from postroom.register.models import Entry, StoredMail, Thread, ThreadEntry, ThreadReference
from postroom.register.rules import bare_subject, changed_subject
from postroom.register.tests.post import NOON, put
from postroom.register.tests.test_unresolved import words
from tests.support.cast import Cast


def written(
    name: str, answers: Iterable[str] = (), *, to: str = "desk@tern.example", subject: str = ""
) -> bytes:
    """`answers`: References, the oldest first; the last one is what it answers."""
    message = EmailMessage()
    message["From"], message["To"] = "Hollis <hollis@farrow.example>", to
    message["Subject"] = subject or f"Letter {name}"
    message["Message-ID"] = f"<{name}@x.example>"
    named = [f"<{one}@x.example>" for one in answers]
    if named:
        message["In-Reply-To"], message["References"] = named[-1], " ".join(named)
    message.set_content(f"Words of {name}")
    return message.as_bytes()


def stored(practice: Practice, raw: bytes, **more: Any) -> tuple[Entry, Letter]:
    letter = read(raw)
    minutes = int("".join(filter(str.isdigit, letter.message_id)) or 0)
    entry = put(practice, raw, at=NOON + timedelta(minutes=minutes), **more)
    StoredMail.objects.filter(entry=entry).update(message_id=letter.message_id)
    return entry, letter


def come(practice: Practice, *raws: bytes, **more: Any) -> list[Entry]:
    """Letters taken in, in one batch."""
    new = [stored(practice, raw, **more) for raw in raws]
    joining.join(practice.pk, new)
    return [entry for entry, _ in new]


def together() -> list[list[str]]:
    """The subjects of each conversation that has letters."""
    rows = ThreadEntry.objects.order_by("thread", "at", "entry")
    of = rows.values_list("thread", "entry__subject")
    return [[subject for _, subject in found] for _, found in itertools.groupby(of, lambda r: r[0])]


CHAIN = [written("1"), written("2", ["1"]), written("3", ["1", "2"])]


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
@pytest.mark.parametrize("at_once", [True, False], ids=["one batch", "one by one"])
def test_letters_that_answer_one_another_are_together_in_whatever_order_they_come(
    cast: Cast, order: tuple[int, ...], at_once: bool
) -> None:
    raws = [CHAIN[n] for n in order]
    for batch in [raws] if at_once else [[raw] for raw in raws]:
        come(cast.practice, *batch)
    assert together() == [["Letter 1", "Letter 2", "Letter 3"]]


def test_a_letter_without_relatives_has_no_conversation(cast: Cast) -> None:
    come(cast.practice, written("1"), written("2", ["far"]))
    assert (together(), Thread.objects.count()) == ([], 0)


def test_two_letters_that_answer_one_we_never_had_are_together(cast: Cast) -> None:
    come(cast.practice, written("1", ["ours"]))
    come(cast.practice, written("2", ["ours"]), written("3", ["ours", "2"]))
    assert together() == [["Letter 1", "Letter 2", "Letter 3"]]


def test_what_came_between_two_conversations_makes_them_one(cast: Cast) -> None:
    come(cast.practice, written("1"), written("2", ["1"]))
    come(cast.practice, written("4", ["3"]), written("5", ["3"]))
    assert together() == [["Letter 1", "Letter 2"], ["Letter 4", "Letter 5"]]
    come(cast.practice, written("3", ["1", "2"]))
    assert together() == [[f"Letter {n}" for n in (1, 2, 3, 4, 5)]]


def test_the_same_subject_makes_no_conversation(cast: Cast) -> None:
    come(cast.practice, *(written(str(n), subject="Re: Biscuit") for n in range(3)))
    assert together() == []


def test_another_practices_letters_are_no_relatives(cast: Cast) -> None:
    come(cast.other, written("1"))
    come(cast.practice, written("2", ["1"]))
    come(cast.other, written("3", ["2"]))
    assert together() == []


def test_a_batch_is_joined_by_a_few_queries(cast: Cast, django_assert_max_num_queries: Any) -> None:
    raws = [written(str(n), [str(n - 1)] if n % 3 else []) for n in range(60)]
    new = [stored(cast.practice, raw) for raw in raws]
    with django_assert_max_num_queries(8):
        joining.join(cast.practice.pk, new)
    assert len(together()) == 20
    assert not ThreadReference.objects.exists()


@pytest.mark.parametrize(
    ("subject", "bare"),
    [
        ("Re: Biscuit", "biscuit"),
        ("TR : Re: RE[2]: Aw: Biscuit", "biscuit"),
        ("[list] Fwd: Biscuit  limps", "biscuit limps"),
        ("Results: blood", "results: blood"),
        ("[Only this]", "[only this]"),
        ("Re:", ""),
    ],
)
def test_a_subject_is_compared_without_what_programs_put_before_it(subject: str, bare: str) -> None:
    assert bare_subject(subject) == bare


def test_only_other_words_are_another_subject() -> None:
    assert changed_subject("Biscuit", "Invoice 7")
    assert not changed_subject("Biscuit", "re: BISCUIT")
    assert not changed_subject("Biscuit", "Re:")


@pytest.fixture
def talk(cast: Cast) -> list[Entry]:
    """Four letters on Hollis’s record; the subject changes with the third."""
    subjects = ["Biscuit", "Re: Biscuit", "Invoice 7", "Re: Invoice 7"]
    raws = [
        written(str(n), [str(one) for one in range(1, n)], subject=subject)
        for n, subject in enumerate(subjects, 1)
    ]
    return come(cast.practice, *raws, clients=[cast.hollis])


def test_a_conversation_taken_apart_stays_so_until_a_person_puts_it_together(
    cast: Cast, talk: list[Entry]
) -> None:
    splitting.split(talk[2], by=cast.bob, now=NOON)
    apart = [["Biscuit", "Re: Biscuit"], ["Invoice 7", "Re: Invoice 7"]]
    assert together() == apart
    come(cast.practice, written("5", ["1", "2", "3"]), written("6", ["1", "2"]))
    assert together() == [[*apart[0], "Letter 6"], [*apart[1], "Letter 5"]]
    splitting.rejoin(talk[3], by=cast.bob, now=NOON)
    assert len(together()) == 1
    with pytest.raises(splitting.NothingToRejoin):
        splitting.rejoin(talk[3], by=cast.bob, now=NOON)
    done = AuditEvent.objects.filter(action__in=["split", "rejoin"]).order_by("id")
    assert [(line.action, line.member) for line in done] == [
        ("split", cast.bob),
        ("rejoin", cast.bob),
    ]


def test_the_first_of_a_conversation_cannot_be_split_off(cast: Cast, talk: list[Entry]) -> None:
    (alone,) = come(cast.practice, written("9"))
    for entry in (talk[0], alone):
        with pytest.raises(splitting.NothingToSplit):
            splitting.split(entry, by=cast.bob, now=NOON)


def test_the_page_shows_the_others_in_order_and_offers_a_split(
    cast: Cast, talk: list[Entry]
) -> None:
    bob, address = cast.browser(cast.bob), f"/p/tern/entries/{talk[2].pk}"
    page = words(bob.get(address))
    listed = page[page.index("Conversation") :]
    at = [listed.index(f'/p/tern/entries/{talk[n].pk}"') for n in (1, 3)]
    assert (
        f'rel="prev" data-key="k" aria-keyshortcuts="K" href="/p/tern/entries/{talk[1].pk}"' in page
    )
    assert (
        f'rel="next" data-key="j" aria-keyshortcuts="J" href="/p/tern/entries/{talk[3].pk}"' in page
    )
    assert at == sorted(at)
    assert "Split from here" in page
    assert "Split from here" not in words(bob.get(f"/p/tern/entries/{talk[1].pk}"))
    split = bob.post(f"{address}/split", follow=True)
    assert "A new conversation begins here." in words(split)
    assert f"{address}/rejoin" in words(split)
    assert f"/p/tern/entries/{talk[1].pk}" not in words(split)
    assert "Put them together again" in words(bob.get(address))
    bob.post(f"{address}/rejoin")
    assert f"/p/tern/entries/{talk[1].pk}" in words(bob.get(address))
    rita = cast.browser(cast.rita)
    assert "Split from here" not in words(rita.get(address))
    assert rita.post(f"{address}/split").status_code == 403


def test_a_conversation_shows_only_the_letters_one_may_read(cast: Cast, talk: list[Entry]) -> None:
    (private,) = come(cast.practice, written("5", ["4"], subject="Secret"), owner=cast.alice)
    (waits,) = come(cast.practice, written("6", ["5"], subject="It waits"))
    shown = f"/p/tern/entries/{talk[3].pk}"
    bobs = words(cast.browser(cast.bob).get(shown))
    assert "It waits" in bobs
    assert "Secret" not in bobs
    assert "It waits" not in words(cast.browser(cast.rita).get(shown))
    assert ThreadEntry.objects.get(entry=private).thread == waits.place.thread


def test_whose_sender_nobody_knows_is_ticked_by_a_person_alone(
    cast: Cast, talk: list[Entry]
) -> None:
    known, forged = come(cast.practice, written("5", ["4"]), written("6", ["5"]))
    Entry.objects.filter(pk=known.pk).update(reason=rules.SEVERAL_CLIENTS)
    Entry.objects.filter(pk=forged.pk).update(reason=rules.OTHER_ADDRESS)
    page = cast.browser(cast.bob).get(f"/p/tern/entries/{talk[3].pk}").content.decode()
    assert f'value="{known.pk}:{known.version}" checked' in page
    assert f'value="{forged.pk}:{forged.version}">' in page


def test_the_rest_of_a_conversation_is_filed_in_one_act_and_undone_as_one(
    cast: Cast, talk: list[Entry]
) -> None:
    waits, later = come(cast.practice, written("5", ["4"]), written("6", ["5"]))
    (private,) = come(cast.practice, written("7", ["5"]), owner=cast.alice, filing=Entry.UNFILED)
    bob, address = cast.browser(cast.bob), f"/p/tern/entries/{talk[3].pk}"
    page = words(bob.get(address))
    assert "2 messages of it are on no record yet." in page
    assert "your own mailbox" not in page
    alices = words(cast.browser(cast.alice).get(address))
    assert "3 messages of it are on no record yet. Filed, those of your own mailbox" in alices
    assert f"{address}/whole" not in words(cast.browser(cast.rita).get(address))
    named = [f"{one.pk}:{one.version}" for one in (waits, later, private)]
    done = bob.post(f"{address}/whole", {"together": named}, follow=True)
    assert "2 messages filed to Hollis Farrow." in words(done)
    for entry in (waits, later):
        assert list(entry.clients.all()) == [cast.hollis]
    assert not private.clients.exists()
    assert "Tick messages first." in words(bob.post(f"{address}/whole", follow=True))
    again = bob.post(f"{address}/whole", {"together": named[:1]}, follow=True)
    assert "has just changed" in words(again)
    bob.post(f"/p/tern/unresolved/undo?entries={waits.pk}.{later.pk}")
    assert not waits.clients.exists()


def copied(cast: Cast, number: int, answers: Iterable[str] = ()) -> list[Entry]:
    """A letter to the practice, and its copy in Alice's own mailbox."""
    raw, copies = written(str(number), answers), []
    for owner, clients in ((cast.alice, []), (None, [cast.hollis])):  # a private copy came first
        entry, letter = stored(cast.practice, raw, owner=owner, clients=clients)
        StoredMail.objects.filter(entry=entry).update(fold_key=f"fold {number}")
        joining.join(cast.practice.pk, [(entry, letter)])
        copies.append(entry)
    return copies


def listed(cast: Cast, member: Member, entry: Entry) -> list[str]:
    """The conversation on the page of an entry, in order."""
    talk = conversing(member, entry)
    letters = [*talk.folded, *talk.before, entry, *talk.after] if talk else [entry]
    return [letter.subject for letter in letters]


def test_copies_in_ones_own_mailbox_are_in_the_conversation_and_listed_once(cast: Cast) -> None:
    (first, shared) = copied(cast, 1)
    (answer,) = come(cast.practice, written("2", ["1"]), clients=[cast.hollis])
    (private,) = come(cast.practice, written("3", ["1"]), owner=cast.alice)
    everything = ["Letter 1", "Letter 2", "Letter 3"]
    for entry in (first, shared, answer, private):
        assert listed(cast, cast.alice, entry) == everything
    for entry in (shared, answer):
        assert listed(cast, cast.bob, entry) == everything[:2]


def test_a_copy_that_comes_later_finds_the_conversation(cast: Cast) -> None:
    shared, answer = come(cast.practice, written("1"), written("2", ["1"]), clients=[cast.hollis])
    StoredMail.objects.filter(entry=shared).update(fold_key="fold 1")
    (first, _shared) = copied(cast, 1)
    assert ThreadEntry.objects.get(entry=first).thread == answer.place.thread
    alone, _ = copied(cast, 7)
    assert not ThreadEntry.objects.filter(entry=alone).exists()


def test_machines_that_know_one_message_id_alone_make_no_conversation(cast: Cast) -> None:
    entries = come(cast.practice, written("1"), written("1"))
    StoredMail.objects.filter(entry__in=entries).update(fold_key="fold 1")
    come(cast.practice, written("2", ["1"]), written("1"))
    assert [len(found) for found in together()] == [2]


def test_a_split_leaves_ones_own_letters_to_their_reader_and_hidden_from_others(
    cast: Cast,
) -> None:
    copied(cast, 1)
    private = come(cast.practice, written("2", ["1"]), owner=cast.alice)[0]
    own, shared = copied(cast, 3, ["1", "2"])
    later = come(cast.practice, written("4", ["3"]), owner=cast.alice)[0]
    (filed,) = come(cast.practice, written("5", ["3"]), clients=[cast.hollis])
    splitting.split(shared, by=cast.bob, now=NOON)
    halves = [["Letter 1", "Letter 2"], ["Letter 3", "Letter 4", "Letter 5"]]
    assert listed(cast, cast.alice, private) == halves[0]
    for entry in (own, shared, later, filed):
        assert listed(cast, cast.alice, entry) == halves[1]
    assert listed(cast, cast.bob, filed) == ["Letter 3", "Letter 5"]
    after = come(cast.practice, written("6", ["1", "3", "4"]), owner=cast.alice)[0]
    assert listed(cast, cast.alice, after) == [*halves[1], "Letter 6"]
    assert listed(cast, cast.bob, filed) == ["Letter 3", "Letter 5"]


def test_nobody_learns_by_a_split_that_private_letters_came_before(cast: Cast) -> None:
    come(cast.practice, written("1"), owner=cast.alice)
    (second,) = come(cast.practice, written("2", ["1"]), clients=[cast.hollis])
    with pytest.raises(splitting.NothingToSplit):
        splitting.split(second, by=cast.bob, now=NOON)
    assert splitting.split(second, by=cast.alice, now=NOON)


def test_letters_one_may_not_read_take_no_place_in_the_list(cast: Cast, monkeypatch: Any) -> None:
    monkeypatch.setattr("postroom.register.conversing.EACH_WAY", 2)
    come(cast.practice, written("1"), clients=[cast.hollis])
    come(cast.practice, *(written(str(n), [str(n - 1)]) for n in range(2, 6)), owner=cast.alice)
    (last,) = come(cast.practice, written("6", ["5"]), clients=[cast.hollis])
    assert listed(cast, cast.bob, last) == ["Letter 1", "Letter 6"]


def test_older_letters_are_folded(cast: Cast) -> None:
    raws = [written(str(n), [str(n - 1)]) for n in range(1, 9)]
    *_, last = come(cast.practice, *raws, clients=[cast.hollis])
    page = words(Browser.get(cast.browser(cast.bob), f"/p/tern/entries/{last.pk}"))
    assert "4 older messages" in page
