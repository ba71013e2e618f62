"""Mail servers differ in what they can do, what they call things, and who they say they are."""

import time

import pytest

from tests.support import rare_answers
from tests.support.certificates import WRONG_NAMES, write_certificates
from tests.support.dovecot import Dovecot
from tests.support.faultproxy import FaultProxy
from tests.support.mailbox import Folder
from tests.support.office import at_dovecot, at_scripted
from tests.support.oracle import Places
from tests.support.scripted_imap import ScriptedImap

NO_COPYUID = ("s2c", rb"\[COPYUID[^\]]*\] ", b"")


def without_deleted(dump):
    """The server without what is marked \\Deleted: for those that cannot expunge it by UID."""
    return {
        name: Folder(
            folder.uidvalidity,
            folder.uidnext,
            tuple(m for m in folder.messages if "\\Deleted" not in m.flags),
        )
        for name, folder in dump.items()
    }


# -- what they can do --------------------------------------------------------------------


@pytest.mark.parametrize("security", ["tls", "starttls", "none"])
def test_each_way_to_connect_files_the_mail(house, dovecot, security):
    office = at_dovecot(house, dovecot, security=security)
    office.put_new(14)
    house.sync()
    office.check()


def test_a_server_without_move_is_never_asked_to_move(house, dovecot_without_move):
    server = dovecot_without_move
    office = at_dovecot(house, server)
    server.watch(office.post.user)
    office.put_new(16)
    house.sync()
    office.check(rest=True)
    said = server.commands(office.post.user)
    assert any(line.startswith("UID COPY") for line in said)
    assert not any("MOVE" in line for line in said)
    assert "EXPUNGE" not in said  # it would take other people's deleted mails too


def test_other_peoples_deleted_mails_are_not_expunged(house, dovecot_without_move):
    office = at_dovecot(house, dovecot_without_move)
    office.put_new(6)
    house.sync()
    with office.post.connect() as mailbox:
        mailbox.select("Resolved")
        mailbox.flag(1, "\\Deleted")
    office.put_new(6, seed=2)
    house.sync()
    office.check()


@pytest.mark.parametrize(
    "hide", [["UIDPLUS"], ["UIDPLUS", "MOVE"], ["MOVE", "IDLE"], ["UIDPLUS", "MOVE", "IDLE"]]
)
def test_a_server_that_can_do_less_is_served_more_slowly(house, hide):
    with Dovecot(hide=hide) as server:
        rewrite = [NO_COPYUID] if "UIDPLUS" in hide else []
        with FaultProxy(server.ports["none"], rewrite=rewrite) as proxy:
            office = at_dovecot(house, server, security="none", port=proxy.port)
            server.watch(office.post.user)
            office.put_new(16)
            house.sync()
            office.check(server=without_deleted(office.post.dump()), rest=True)
            said = server.commands(office.post.user)
        assert not [line for line in said if line == "EXPUNGE"]
        if "UIDPLUS" in hide:
            assert not [line for line in said if line.startswith("UID EXPUNGE")]


@pytest.mark.parametrize("hide", [[], ["IDLE"]])
def test_a_worker_files_what_comes_in_with_and_without_idle(house, hide):
    with Dovecot(hide=hide) as server:
        office = at_dovecot(house, server)
        server.watch(office.post.user)
        worker = house.spawn("worker")
        try:
            for seed in (1, 2):
                office.put_new(14, seed)
                house.wait_idle(30, office.all_filed)
            if not hide:
                limit = time.monotonic() + 60
                while "IDLE" not in server.commands(office.post.user):
                    assert time.monotonic() < limit, "it never waited for news"
                    time.sleep(0.1)
        finally:
            status = house.stop(worker)
        assert status == 0
        assert not hide or "IDLE" not in server.commands(office.post.user)
        office.check()


def test_a_dot_may_part_folders_and_their_names_may_be_of_any_language(house):
    places = Places(("Courrier.Reçu",), "Courrier.Classé été", "Courrier.À classer & 受信")
    with Dovecot(separator=".") as server:
        office = at_dovecot(house, server, places=places)
        office.put_new(14)
        house.sync()
        office.check()


def test_inbox_may_be_the_folder_mails_come_in_by(house, dovecot):
    office = at_dovecot(house, dovecot, places=Places(("INBOX",), "Resolved", "Unresolved"))
    office.put_new(14)
    house.sync()
    office.check()


def test_missing_folders_are_made_when_asked_for_and_named_when_not(house, dovecot):
    user = dovecot.fresh_user("Incoming")
    done = house.add_account(dovecot, user, check=False)
    assert done.returncode != 0
    assert "Resolved" in done.stdout + done.stderr
    house.add_account(dovecot, user, more=["--create-folders"])
    assert {"Resolved", "Unresolved"} <= set(dovecot.dump(user))


def test_reading_leaves_every_mail_unread(office):
    office.put_new(14)
    office.house.sync()
    flags = {f for folder in office.post.dump().values() for m in folder.messages for f in m.flags}
    assert "\\Seen" not in flags
    office.check()


# -- who they are ------------------------------------------------------------------------


def refused(house, server, **account):
    """Adding this account must fail before anything secret was said."""
    user = server.fresh_user()
    server.watch(user)
    done = house.add_account(server, user, check=False, **account)
    assert done.returncode != 0, done.stdout
    assert server.commands(user) == []
    return done.stdout + done.stderr


@pytest.mark.parametrize("security", ["tls", "starttls"])
def test_a_certificate_for_someone_else_is_refused(house, security):
    with Dovecot(names=WRONG_NAMES) as server:
        refused(house, server, security=security)


def test_a_certificate_that_has_run_out_is_refused(house):
    with Dovecot(days=-1) as server:
        refused(house, server)


def test_starttls_that_is_not_offered_is_not_done_without(house, tmp_path):
    write_certificates(tmp_path)
    with ScriptedImap() as server:
        server.ca_file = tmp_path / "ca.pem"
        done = house.add_account(
            server, "anyone", security="starttls", port=server.port, check=False
        )
        assert done.returncode != 0
        assert server.commands  # it did come, and then would not go on
        assert server.said("LOGIN") + server.said("AUTHENTICATE") == []


def test_a_wrong_password_saves_nothing_and_is_not_tried_for_ever(house):
    with ScriptedImap() as server:
        at_scripted(house, server)
        server.answer("LOGIN", rare_answers.login_refused)
        server.answer("AUTHENTICATE", rare_answers.login_refused)
        before = len(server.said("LOGIN") + server.said("AUTHENTICATE"))
        worker = house.spawn("worker")
        try:
            time.sleep(8)  # forty times the retry of a house under test
            assert worker.poll() is None, house.log()
        finally:
            house.stop(worker)
        tried = len(server.said("LOGIN") + server.said("AUTHENTICATE")) - before
        assert 1 <= tried <= 3, tried
