"""How long things are kept: off at first, tried dry, nothing unseen, nothing held, nothing open."""

from datetime import timedelta

import pytest

from postroom.custody import holding, retaining
from postroom.custody.actions import merge
from postroom.custody.tests.things import NOW, clock, erase, letter, note
from postroom.outbox.actions import queue
from postroom.outbox.models import Message
from postroom.outbox.tests.post import a_letter, make_account
from postroom.practice.models import AuditEvent, Job
from postroom.register.models import Conversation, Entry, Tombstone
from postroom.register.tests.post import put
from tests.support.cast import Cast, make_client

OLD = NOW - timedelta(days=800)


@pytest.fixture
def old(cast: Cast) -> list[Entry]:
    return [letter(cast, [cast.hollis], f"Old {n}", at=OLD) for n in range(3)]


def keep(cast: Cast, months: int, agreed: int = 0) -> None:
    months_of, seen = {"email": months}, {"email": agreed}
    retaining.save(cast.practice, months_of, seen, by=cast.alice, now=NOW)


def night(cast: Cast) -> Job | None:
    job = retaining.run(cast.practice, now=NOW)
    if job is not None:
        retaining.advance(job.pk, clock=clock)
        job.refresh_from_db()
    return job


def test_nothing_goes_before_somebody_says_so(cast: Cast, old: list[Entry]) -> None:
    assert retaining.run_all(NOW) == 0
    keep(cast, 0)
    assert night(cast) is None
    assert Entry.objects.count() == 3


def test_what_is_too_old_goes_and_leaves_tombstones(cast: Cast, old: list[Entry]) -> None:
    path = old[0].mails.get().path
    young = letter(cast, [cast.hollis], "Young", at=NOW - timedelta(days=700))
    call = note(cast, cast.hollis, "Another kind")
    Entry.objects.filter(pk=call.pk).update(at=OLD)
    keep(cast, 24)
    job = night(cast)
    assert (job.state, job.result["erased"]) == (Job.DONE, {"email": 3})
    assert set(Entry.objects.all()) == {young, call}
    assert (Tombstone.objects.count(), path.exists()) == (3, False)
    assert AuditEvent.objects.get(action="end_retention").data == {"kinds": {"email": 3}}


def test_the_dry_run_says_who_how_many_and_the_oldest_and_changes_nothing(
    cast: Cast, old: list[Entry]
) -> None:
    holding.hold(old[0], "", by=cast.alice, now=NOW)
    (found,) = retaining.due(cast.practice, {"email": 24, "note": 0}, now=NOW)
    assert (found.count, found.clients, found.oldest, found.held) == (2, 1, OLD, 1)
    assert Entry.objects.count() == 3


def test_what_was_sent_and_kept_out_of_the_register_goes_too_but_not_of_who_is_held(
    cast: Cast, commit
) -> None:
    account = make_account(cast.practice)
    to_hollis, third = (("", "hollis.farrow@example.org"),), (("", "lab@else.example"),)
    about = (cast.hollis.pk,)
    letters = [(third, ()), (third, ()), (third, about), (to_hollis, ()), (third, ())]
    messages = []
    for n, (to, clients) in enumerate(letters):
        plain = a_letter(account, to=to, clients=clients, to_register=False, not_before=OLD)
        messages.append(queue(cast.practice, plain, key=str(n), by=cast.bob, now=OLD))
    Message.objects.update(state=Message.SENT)
    Message.objects.filter(pk=messages[4].pk).update(state=Message.UNCERTAIN)  # it waits for a word
    holding.hold(cast.hollis, "", by=cast.alice, now=NOW)
    (found,) = retaining.due(cast.practice, {"email": 24}, now=NOW)
    assert (found.count, found.apart, found.held, found.oldest) == (2, 2, 2, OLD)
    keep(cast, 24, agreed=2)
    with commit(execute=True):
        assert night(cast).result["erased"] == {"email": 2}
    assert set(Message.objects.all()) == set(messages[2:])
    assert [one.path.exists() for one in messages] == [False, False, True, True, True]
    assert Tombstone.objects.count() == 2  # a copy in Sent is not taken in
    holding.release(cast.hollis, by=cast.alice, now=NOW)
    assert retaining.due(cast.practice, {"email": 24}, now=NOW)[0].count == 2
    erase(cast, cast.hollis)
    assert list(Message.objects.all()) == [messages[4]]


@pytest.fixture
def commit(django_capture_on_commit_callbacks):
    """What is to happen after a commit happens."""
    return django_capture_on_commit_callbacks


def test_held_open_waiting_and_private_letters_are_left_alone(cast: Cast, old: list[Entry]) -> None:
    open_, closed = (
        Conversation.objects.create(practice=cast.practice, state=state, last_at=OLD)
        for state in (Conversation.OPEN, Conversation.CLOSED)
    )
    Entry.objects.filter(pk=old[0].pk).update(conversation=open_)
    Entry.objects.filter(pk=old[1].pk).update(conversation=closed)
    put(cast.practice, at=OLD)
    put(cast.practice, at=OLD, filing=Entry.UNFILED, owner=cast.bob)
    holding.hold(old[2], "", by=cast.alice, now=NOW)
    keep(cast, 24)
    assert night(cast).result["erased"] == {"email": 1}
    assert Entry.objects.count() == 4
    holding.release(old[2], by=cast.alice, now=NOW)
    holding.hold(cast.hollis, "", by=cast.alice, now=NOW)
    assert night(cast) is None


def test_a_hold_goes_along_when_two_clients_become_one(cast: Cast, old: list[Entry]) -> None:
    keep(cast, 24)
    kept = make_client(cast.practice, "9001", "Maud Ibsen", ["maud@example.org"])
    holding.hold(cast.hollis, "A complaint", by=cast.alice, now=NOW)
    merge(kept, cast.hollis, by=cast.alice, now=NOW)
    assert night(cast) is None
    holding.release(kept, by=cast.alice, now=NOW)
    assert night(cast).result["erased"] == {"email": 3}


def test_of_two_holds_on_one_client_both_reasons_stay_and_one_end_ends_it(cast: Cast) -> None:
    kept = make_client(cast.practice, "9001", "Maud Ibsen", ["maud@example.org"])
    holding.hold(kept, "An insurer", by=cast.alice, now=NOW)
    holding.hold(cast.hollis, "A complaint", by=cast.alice, now=NOW)
    merge(kept, cast.hollis, by=cast.alice, now=NOW)
    (left,) = holding.holds_on([kept, cast.hollis])
    assert left.reason == "An insurer; A complaint"


@pytest.mark.parametrize("of", ["client", "note"])
def test_a_note_under_hold_is_not_removed_by_hand(cast: Cast, of: str) -> None:
    said = note(cast, cast.hollis, "He complained")
    Entry.objects.filter(pk=said.pk).update(details={"noted": "hand"})
    holding.hold(cast.hollis if of == "client" else said, "", by=cast.alice, now=NOW)
    address = f"/p/tern/entries/{said.pk}/remove"
    answer = cast.browser(cast.alice).post(address, {"version": 1}, follow=True)
    assert "under legal hold" in answer.content.decode()
    assert Entry.objects.filter(pk=said.pk).exists()


def test_more_than_usual_waits_for_a_person_and_no_more_than_was_counted_goes(
    cast: Cast, old: list[Entry], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("postroom.custody.rules.FEW", 1)
    keep(cast, 24, agreed=2)
    job = night(cast)
    assert (job.state, job.stage, Entry.objects.count()) == (Job.DRAFT, retaining.ASKS, 3)
    alice = cast.browser(cast.alice)
    page = alice.get("/p/tern/settings/retention").text
    assert "3 entries are too old to be kept" in page
    letter(cast, [cast.hollis], "Came since", at=OLD - timedelta(days=1))
    alice.post(f"/p/tern/settings/retention/{job.pk}", {"do": "go"})
    retaining.advance(job.pk, clock=clock)
    job.refresh_from_db()
    assert (job.state, job.result["erased"], job.member) == (Job.DONE, {"email": 3}, cast.alice)
    assert Entry.objects.count() == 1


def test_declined_nothing_goes_and_the_next_night_asks_again(
    cast: Cast, old: list[Entry], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("postroom.custody.rules.FEW", 1)
    keep(cast, 24)
    job = night(cast)
    cast.browser(cast.alice).post(f"/p/tern/settings/retention/{job.pk}", {"do": "no"})
    assert (Job.objects.count(), Entry.objects.count()) == (0, 3)
    assert night(cast).stage == retaining.ASKS


def test_the_page_saves_only_what_was_tried_dry(cast: Cast, old: list[Entry]) -> None:
    alice = cast.browser(cast.alice)
    page = alice.post("/p/tern/settings/retention", {"email": "24", "do": "save"}).text
    assert 'name="seen-email-24" value="3"' in page
    assert retaining.settings_of(cast.practice) == {}
    data = {"email": "24", "do": "save", "seen-email-24": "3"}
    assert alice.post("/p/tern/settings/retention", data).status_code == 302
    row = cast.practice.retentions.get()
    assert (row.kind, row.months, row.agreed, row.by) == ("email", 24, 3, cast.alice)
    assert alice.post("/p/tern/settings/retention", {"email": "-1"}).status_code == 422


def test_erasing_wants_the_number_typed_and_a_fresh_proof(cast: Cast, old: list[Entry]) -> None:
    alice, url = cast.browser(cast.alice), f"/p/tern/clients/{cast.hollis.pk}/erase"
    assert "3 entries that are on this record alone" in alice.get(url).text
    wrong = alice.post(url, {"word": "4183"})
    assert (wrong.status_code, Job.objects.count()) == (422, 0)
    session = alice.session
    session["proved_at"] = 0.0
    session.save()
    stale = alice.post(url, {"word": "4182"})
    assert (stale.status_code, Job.objects.count()) == (302, 0)
    assert "/profile/confirm" in stale.url
    again = cast.browser(cast.alice).post(url, {"word": " 4182 "})
    job = Job.objects.get()
    assert again.url == f"/p/tern/erasures/{job.pk}"
    assert cast.browser(cast.bob).get(url).status_code == 403
