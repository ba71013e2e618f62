"""The scripted server is a good IMAP server until it is told to be a bad one."""

import imaplib
import re
import threading
import time

import pytest
from imapclient import IMAPClient
from imapclient.exceptions import IMAPClientError, LoginError

from tests.support import rare_answers
from tests.support.mailbox import Mailbox, content_key
from tests.support.scripted_imap import ScriptedImap


def mail(number):
    return (
        f"From: a@b.test\r\nMessage-ID:\r\n <{number}@b.test>\r\nSubject: mail {number}\r\n\r\n"
        f"Text {number} é\r\n"
    ).encode()


@pytest.fixture
def server():
    with ScriptedImap() as one:
        for number in range(1, 6):
            one.put("Incoming", mail(number))
        yield one


@pytest.fixture
def client(server):
    with IMAPClient(server.host, server.port, ssl=False, timeout=10) as one:
        one.login("anyone", server.password)
        one.select_folder("Incoming")
        yield one


def test_it_serves_what_a_filing_program_asks_for(server, client):
    assert client.search() == [1, 2, 3, 4, 5]
    assert client.search(["UID", "3:*"]) == [3, 4, 5]
    assert client.search(["HEADER", "Message-ID", "<4@b.test>"]) == [4]
    assert client.search(["UNSEEN", "NOT", "FLAGGED", "OR", "UID", "1", "UID", "2"]) == [1, 2]
    rows = client.fetch([2, 4], ["BODY.PEEK[]", "RFC822.SIZE", "FLAGS", "INTERNALDATE"])
    assert {uid: row[b"BODY[]"] for uid, row in rows.items()} == {2: mail(2), 4: mail(4)}
    assert rows[2][b"RFC822.SIZE"] == len(mail(2))
    assert rows[2][b"FLAGS"] == ()
    fields = client.fetch(3, ["BODY.PEEK[HEADER.FIELDS (MESSAGE-ID)]"])[3]
    assert fields[b"BODY[HEADER.FIELDS (MESSAGE-ID)]"] == b"Message-ID:\r\n <3@b.test>\r\n\r\n"
    assert client.fetch(3, ["BODY.PEEK[]<0.4>"])[3][b"BODY[]<0>"] == b"From"
    assert client.folder_status("Resolved", ["UIDNEXT", "MESSAGES"]) == {
        b"UIDNEXT": 1,
        b"MESSAGES": 0,
    }
    assert client.namespace().personal == (("", "/"),)


def test_move_says_copyuid_and_takes_the_mails_away(server, client):
    client.move([2, 3], "Resolved")
    uidvalidity = server.dump()["Resolved"].uidvalidity
    assert client._imap.untagged_responses["COPYUID"] == [f"{uidvalidity} 2,3 1,2".encode()]
    assert client.search() == [1, 4, 5]
    assert [m.sha256 for m in server.dump()["Resolved"].messages] == [
        content_key(mail(2)),
        content_key(mail(3)),
    ]
    assert server.said("UID MOVE") == ['UID MOVE 2,3 "Resolved"']


def test_copy_and_uid_expunge_spare_other_peoples_deleted_mails(server, client):
    client.add_flags([1, 2], ["\\Deleted"])
    client.copy([1], "Resolved")
    client.uid_expunge([1])
    assert client.search() == [2, 3, 4, 5]


def test_folders_can_be_made_and_named_in_any_language(server, client):
    client.create_folder("Reçus/Été")
    assert "Reçus/Été" in [name for _, _, name in client.list_folders()]
    assert "Reçus/Été" in server.store.boxes
    client.append("Reçus/Été", mail(9), flags=["\\Seen"])
    assert server.dump()["Reçus/Été"].messages[0].flags == ("\\Seen",)
    with pytest.raises(IMAPClientError, match="NONEXISTENT"):
        client.select_folder("Nowhere")


def test_idle_tells_of_new_mail(server, client):
    client.idle()
    threading.Timer(0.1, server.put, ["Incoming", mail(6)]).start()
    assert (6, b"EXISTS") in client.idle_check(timeout=5)
    client.idle_done()
    assert client.search() == [1, 2, 3, 4, 5, 6]


def test_an_uidvalidity_reset_numbers_the_mails_anew(server, client):
    client.move([1], "Resolved")
    before = server.dump()["Incoming"]
    server.store.reset_uidvalidity("Incoming")
    after = server.dump()["Incoming"]
    assert after.uidvalidity > before.uidvalidity
    assert [m.uid for m in after.messages] == [1, 2, 3, 4]


def test_hidden_capabilities_change_what_it_says():
    with ScriptedImap(hide=["UIDPLUS", "MOVE", "IDLE"]) as server:
        server.put("Incoming", mail(1))
        with IMAPClient(server.host, server.port, ssl=False) as client:
            client.login("anyone", server.password)
            assert not {b"UIDPLUS", b"MOVE", b"IDLE"} & set(client.capabilities())
            client.select_folder("Incoming")
            client.copy([1], "Resolved")
            assert "COPYUID" not in client._imap.untagged_responses
            assert len(server.dump()["Resolved"].messages) == 1


def test_the_tests_own_mailbox_can_talk_to_it(server):
    with Mailbox(imaplib.IMAP4(server.host, server.port), "anyone", server.password) as mailbox:
        mailbox.append("Unresolved", mail(7))
        assert mailbox.dump() == server.dump()


def test_a_refused_login_is_refused_so_often_as_asked(server):
    server.answer("LOGIN", rare_answers.login_refused, times=1)
    with IMAPClient(server.host, server.port, ssl=False) as client:
        with pytest.raises(LoginError, match="Authentication failed"):
            client.login("anyone", server.password)
        client.login("anyone", server.password)


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (rare_answers.throttled, "THROTTLED"),
        (rare_answers.overquota, "OVERQUOTA"),
        (rare_answers.expunge_issued, "EXPUNGEISSUED"),
    ],
)
def test_a_refusal_does_nothing_and_says_why(server, client, answer, words):
    server.answer("UID MOVE", answer, times=1)
    with pytest.raises(IMAPClientError, match=words):
        client.move([1], "Resolved")
    assert client.search() == [1, 2, 3, 4, 5]
    client.move([1], "Resolved")
    assert client.search() == [2, 3, 4, 5]


@pytest.mark.parametrize(
    ("answer", "incoming", "resolved", "copyuid"),
    [
        (rare_answers.ok_without_copyuid, [2, 3, 4, 5], [1], None),
        (rare_answers.ok_and_nothing_moved, [2, 3, 4, 5], [], None),
        (rare_answers.ok_and_left_in_place, [1, 2, 3, 4, 5], [], None),
        (rare_answers.wrong_copyuid, [2, 3, 4, 5], [1], b"1003 1 501"),
    ],
)
def test_an_ok_to_move_may_mean_anything(server, client, answer, incoming, resolved, copyuid):
    server.answer("UID MOVE", answer)
    client.move([1], "Resolved")
    said = client._imap.untagged_responses.get("COPYUID")
    assert said == ([copyuid] if copyuid else None)
    assert [m.uid for m in server.dump()["Incoming"].messages] == incoming
    assert [m.uid for m in server.dump()["Resolved"].messages] == resolved


def test_a_move_can_be_done_and_its_answer_lost(server, client):
    server.answer("UID MOVE", rare_answers.done_and_hang_up)
    with pytest.raises((IMAPClientError, OSError)):
        client.move([1, 2], "Resolved")
    assert [m.uid for m in server.dump()["Incoming"].messages] == [3, 4, 5]
    assert len(server.dump()["Resolved"].messages) == 2


@pytest.mark.parametrize(
    "answer",
    [rare_answers.bye_in_mid_fetch, rare_answers.bye_before_fetch, rare_answers.huge_literal],
)
def test_a_fetch_can_break_off(server, client, answer):
    server.answer("UID FETCH", answer)
    begin = time.monotonic()
    with pytest.raises((IMAPClientError, OSError)):
        client.fetch([1, 2, 3, 4], ["BODY.PEEK[]"])
    assert time.monotonic() - begin < 5


def test_uids_can_come_in_any_order(server):
    server.answer("UID SEARCH", rare_answers.uids_out_of_order)
    server.answer("UID FETCH", rare_answers.uids_out_of_order)
    with Mailbox(imaplib.IMAP4(server.host, server.port), "anyone", server.password) as mailbox:
        mailbox.select("Incoming")
        assert sorted(mailbox.uids()) == [1, 2, 3, 4, 5] != mailbox.uids()
        answer = repr(mailbox.imap.uid("FETCH", "1:3", "(BODY.PEEK[])"))
        assert re.findall(r"UID (\d)", answer) == ["3", "2", "1"]
        assert mailbox.raw(2) == mail(2)


def test_a_size_can_be_a_lie(server, client):
    server.answer("UID FETCH", rare_answers.wrong_size, times=1)
    row = client.fetch([1], ["RFC822.SIZE", "BODY.PEEK[]"])[1]
    assert row[b"RFC822.SIZE"] == len(row[b"BODY[]"]) + 1
    row = client.fetch([1], ["RFC822.SIZE", "BODY.PEEK[]"])[1]
    assert row[b"RFC822.SIZE"] == len(row[b"BODY[]"])


def test_unasked_news_does_not_spoil_the_ordinary_answer(server, client):
    server.answer("UID SEARCH", rare_answers.unasked_news)
    assert client.search() == [1, 2, 3, 4, 5]
