"""What goes wrong with mail servers: full, read-only, renumbered, missing folders, restarts."""

import threading
import time

import pytest

from tests.support.dovecot import Dovecot
from tests.support.office import at_dovecot
from tests.support.postroom import sync_report

# A session that loses its index under it may hang at the server: it is given up after 90 s (PE-12).
HUNG = 150  # seconds


def test_a_read_only_folder_keeps_the_mail_where_it_is_until_it_can_be_written(house, dovecot):
    office = at_dovecot(house, dovecot)
    dovecot.set_rights(office.post.user, "Resolved", "lookup", "read")
    office.put_new(16)
    done = house.sync(check=False)
    assert done.returncode != 0
    assert not sync_report(done)[0]["well"], done
    finding = office.finding()
    assert set(finding.wrong) == {"left_behind"}, f"{finding}\n{done}"
    everything = ("lookup", "read", "write", "write-seen", "insert", "expunge", "write-deleted")
    dovecot.set_rights(office.post.user, "Resolved", *everything)
    time.sleep(1)
    house.calm(also=office.all_filed)
    office.check()


def test_a_full_mailbox_loses_nothing_and_comes_back(house):
    with Dovecot(hide=["MOVE"]) as server:  # MOVE works in a full mailbox, COPY does not
        office = at_dovecot(house, server)
        office.put_new(16)
        server.quota(office.post.user, 1)
        done = house.sync(check=False)
        assert done.returncode != 0
        assert "full" in sync_report(done)[0]["trouble"]
        finding = office.finding()
        assert set(finding.wrong) == {"left_behind"}, finding
        server.quota(office.post.user, 0)
        time.sleep(1)
        house.calm(also=office.all_filed)
        office.check()


def test_a_full_mailbox_does_not_stop_a_server_that_can_move(house, dovecot):
    office = at_dovecot(house, dovecot)
    office.put_new(14)
    dovecot.quota(office.post.user, 1)
    house.sync()
    office.check()


def test_a_missing_folder_is_named_and_filing_goes_on_when_it_is_back(house, dovecot):
    office = at_dovecot(house, dovecot)
    with office.post.connect() as mailbox:
        mailbox.imap.delete("Unresolved")
    office.put_new(16)
    done = house.sync(check=False)
    assert done.returncode != 0
    assert "Unresolved" in done.stdout + done.stderr
    assert set(office.finding().wrong) == {"left_behind"}
    dovecot.add_folders(office.post.user, "Unresolved")
    time.sleep(1)
    house.calm(also=office.all_filed)
    office.check()


@pytest.mark.parametrize("keep_uids", [False, True])
def test_twenty_uidvalidity_resets_while_filing_lose_and_double_nothing(house, dovecot, keep_uids):
    office = at_dovecot(house, dovecot)
    worker = house.spawn("worker")
    try:
        for number in range(20):
            office.put_new(14 if number % 2 else 3, seed=number)
            time.sleep(0.1 * (number % 4))
            dovecot.reset_uidvalidity(office.post.user, "Incoming", keep_uids=keep_uids)
            if number % 4 == 3:
                house.wait_idle(HUNG, office.all_filed)
        house.wait_idle(HUNG, office.all_filed)
        assert worker.poll() is None
    finally:
        house.stop(worker)
    office.check(rest=True)


@pytest.mark.parametrize("folder", ["Resolved", "Unresolved"])
def test_a_reset_of_a_folder_that_is_filed_into_doubles_nothing(house, dovecot, folder):
    office = at_dovecot(house, dovecot)
    office.put_new(14)
    house.sync()
    before = house.register()
    dovecot.reset_uidvalidity(office.post.user, folder)
    office.put_new(14, seed=2)
    house.sync()
    office.check(uids=False)
    after = house.register()
    assert [line["entry"] for line in after[: len(before)]] == [line["entry"] for line in before]


def test_what_was_numbered_anew_can_still_be_filed_by_hand(house, dovecot):
    office = at_dovecot(house, dovecot)
    office.put_new(14)
    house.sync()
    dovecot.reset_uidvalidity(office.post.user, "Unresolved")
    office.assign(next(m for m in office.mails if m.kind == "unknown"), "C0005")
    house.calm()
    office.check(uids=False)


def test_a_restart_of_the_server_is_waited_out(house):
    with Dovecot() as server:
        office = at_dovecot(house, server)
        worker = house.spawn("worker")
        try:
            office.put_new(14)
            house.wait_idle(30, office.all_filed)
            server.stop()
            time.sleep(1)
            server.start()
            office.put_new(14, seed=2)
            house.wait_idle(30, office.all_filed)
        finally:
            assert house.stop(worker) == 0
        office.check()


def test_two_workers_at_once_file_each_mail_once(house, dovecot):
    office = at_dovecot(house, dovecot)
    workers = [house.spawn("worker", "--name", name) for name in ("one", "two")]
    feeder = threading.Thread(target=lambda: [office.put_new(10, seed) for seed in range(100, 108)])
    try:
        feeder.start()
        feeder.join()
        house.wait_idle(90, office.all_filed)
    finally:
        assert [house.stop(worker) for worker in workers] == [0, 0]
    office.check(rest=True)


def test_two_accounts_one_of_them_dead_and_the_other_is_served(house, dovecot):
    office = at_dovecot(house, dovecot, name="Alive")
    with Dovecot() as dead:
        at_dovecot(house, dead, name="Dead")
    office.put_new(14)
    done = house.sync(check=False)
    assert done.returncode != 0
    assert {row["account"]: row["well"] for row in sync_report(done)} == {
        "Alive": True,
        "Dead": False,
    }
    office.check()


def test_the_same_mail_in_two_accounts_is_one_correspondence(house, dovecot):
    first = at_dovecot(house, dovecot, name="First")
    second = at_dovecot(house, dovecot, name="Second")
    mails = first.put_new(14)
    second.put(mails)
    house.sync()
    assert sorted(line["sha256"] for line in house.register()) == sorted(m.key for m in mails)
    for office in (first, second):
        finding = office.finding(uids=False)
        assert not [name for name in finding.wrong if name.endswith("_on_server")], finding
        assert office.all_filed()
