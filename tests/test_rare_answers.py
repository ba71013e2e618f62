"""Answers a good server never gives: whatever it says, nothing is lost and nothing doubled."""

import time

import pytest

from tests.support import rare_answers as rare
from tests.support.office import at_scripted
from tests.support.scripted_imap import ScriptedImap


@pytest.fixture
def server():
    with ScriptedImap() as one:
        yield one


@pytest.fixture
def office(house, server):
    return at_scripted(house, server)


def settle(office):
    """Passes until one goes well and nothing waits; the first of them may fail."""
    for _ in range(8):
        done = office.house.sync(check=False)
        assert office.post.server.given(), "the answer was never given: it proves nothing"
        if done.returncode == 0 and office.all_filed():
            return
        time.sleep(0.5)
    pytest.fail(f"no rest after eight passes: {done}")


@pytest.mark.parametrize(
    ("answer", "times"),
    [
        (rare.ok_without_copyuid, 1),
        (rare.ok_and_left_in_place, 1),
        (rare.ok_and_left_in_place, 3),
        (rare.done_and_hang_up, 1),
        (rare.done_and_hang_up, 2),
        (rare.expunge_issued, 2),
        (rare.throttled, 2),
        (rare.overquota, 2),
        (rare.refuse("[TRYCREATE] Mailbox doesn't exist"), 2),
        (rare.refuse("Something went wrong"), 2),
    ],
)
def test_any_answer_to_move_ends_well(office, server, answer, times):
    server.answer("UID MOVE", answer, times=times)
    office.put_new(16)
    settle(office)
    office.check(rest=True)


def test_a_server_that_never_says_copyuid_is_asked_where_the_mails_went(office, server):
    server.answer("UID MOVE", rare.ok_without_copyuid)
    office.put_new(16)
    office.house.sync()
    office.check()
    assert all(line["uid"] for line in office.house.register())


def test_an_ok_for_mails_another_hand_took_is_no_proof_of_a_move(office, server):
    server.answer("UID MOVE", rare.ok_and_nothing_moved)
    office.put_new(16)
    settle(office)
    taken = {message.sha256 for message in server.dump()["Personal"].messages}
    assert taken == {mail.key for mail in office.mails}
    office.check(meddled=taken)  # the register must not claim a folder they are not in


def test_a_wrong_copyuid_does_not_lose_the_mail_when_it_is_filed_by_hand(office, server):
    server.answer("UID MOVE", rare.wrong_copyuid)
    office.put_new(16)
    settle(office)
    office.check(uids=False)
    server.calm()
    office.assign(next(m for m in office.mails if m.kind == "unknown"), "C0005")
    office.house.sync()
    office.check(uids=False)


@pytest.mark.parametrize(
    "answer",
    [
        rare.bye_in_mid_fetch,
        rare.bye_before_fetch,
        rare.huge_literal,
        rare.wrong_size,
        rare.throttled,
        rare.refuse("[UNAVAILABLE] Try again later"),
    ],
)
def test_a_broken_fetch_is_fetched_again(office, server, answer):
    server.answer("UID FETCH", rare.for_bodies(answer), times=2)
    office.put_new(16)
    settle(office)
    office.check(rest=True)


def test_one_mail_that_never_comes_does_not_keep_the_others_away(office, server):
    office.put_new(16)
    bad = office.mails[5]
    uid = next(m.uid for m in server.dump()["Incoming"].messages if m.sha256 == bad.key)

    def never(session, tag, args):
        with session.store.lock:
            asked = [mail.uid for mail in session.box.chosen(args[0])]
        return session.box.name == "Incoming" and uid in asked and broken(session, tag, args)

    broken = rare.refuse("[SERVERBUG] Internal error")
    server.answer("UID FETCH", rare.for_bodies(never))
    office.house.sync(check=False)
    finding = office.finding()
    assert set(finding.wrong) <= {"left_behind", "lost_in_register"}, finding
    assert len(finding.wrong["lost_in_register"]) == 1
    assert server.store.boxes["Incoming"].mails.keys() == {uid}
    server.calm()
    office.house.sync()
    office.check()


@pytest.mark.parametrize("command", ["UID SEARCH", "UID FETCH"])
def test_the_order_of_uids_means_nothing(office, server, command):
    server.answer(command, rare.uids_out_of_order)
    office.put_new(16)
    settle(office)
    office.check(rest=True)


def test_talk_nobody_asked_for_is_listened_to_with_patience(office, server):
    for command in ("SELECT", "UID SEARCH", "UID FETCH", "UID MOVE", "NOOP", "STATUS"):
        server.answer(command, rare.unasked_news)
    office.put_new(16)
    office.house.sync()
    office.check()
