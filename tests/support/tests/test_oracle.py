"""The oracle finds each thing that can go wrong, and nothing where nothing has."""

import copy
import random
from dataclasses import replace

import pytest

from tests.support.mailbox import Folder, content_key
from tests.support.mails import KINDS, SHARED, client_rows, make_mails, put
from tests.support.oracle import CHECKS, Places, compare, read_register


class Books:
    """A server and a register on which everything is right, to be spoilt by a test."""

    def __init__(self, dovecot, mails):
        self.mails = mails
        user = dovecot.fresh_user()
        with dovecot.connect(user) as mailbox:
            for mail in mails:
                put(mailbox, "Resolved" if mail.client else "Unresolved", [mail])
        self.server = dovecot.dump(user)
        self.register = [self.line(mail) for mail in mails]

    def line(self, mail):
        folder = "Resolved" if mail.client else "Unresolved"
        there = next(m for m in self.server[folder].messages if m.sha256 == mail.key)
        return {
            "entry": mail.folds_under or mail.key,
            "message_id": there.message_id,
            "sha256": mail.key,
            "raw_sha256": there.raw_sha256,
            "account": "Desk",
            "folder": folder,
            "uidvalidity": self.server[folder].uidvalidity,
            "uid": there.uid,
            "filing": folder.lower(),
            "clients": [mail.client] if mail.client else [],
            "reason": "",
            "attachments": [{"name": n, "size": s, "sha256": h} for n, s, h in mail.attachments],
            "at": "2026-01-01T00:00:00Z",
        }

    def of(self, kind):
        return next(m for m in self.mails if m.kind == kind)

    def entry(self, kind):
        return next(e for e in self.register if e["sha256"] == self.of(kind).key)

    def messages(self, folder, messages):
        self.server[folder] = replace(self.server[folder], messages=tuple(messages))

    def compare(self, **how):
        return compare(self.mails, self.server, self.register, **how)

    def wrong(self, **how):
        return {name: len(rows) for name, rows in self.compare(**how).wrong.items()}


@pytest.fixture(scope="module")
def right(dovecot):
    return Books(dovecot, make_mails(40, random.Random(5)))


@pytest.fixture
def books(right):
    return copy.deepcopy(right)


def test_right_books_hold(books):
    finding = books.compare()
    assert finding.held
    assert str(finding) == "all held"


def test_the_same_seed_makes_the_same_mails_and_every_kind_is_among_the_first():
    assert make_mails(30, random.Random(1)) == make_mails(30, random.Random(1))
    mails = make_mails(len(KINDS), random.Random(2))
    assert [mail.kind for mail in mails] == list(KINDS)
    assert len({mail.key for mail in mails}) == len(mails)
    assert mails[1].copies == 2


def test_the_shared_address_belongs_to_two_clients():
    owners = [row["reference"] for row in client_rows() if SHARED in row["email"]]
    assert owners == ["C0001", "C0002"]
    assert {m.client for m in make_mails(60, random.Random(3)) if m.kind == "shared"} == {None}


def lose_on_server(books):
    kept = [m for m in books.server["Resolved"].messages if m.sha256 != books.of("plain").key]
    books.messages("Resolved", kept)


def lose_a_twin(books):
    twins = books.mails[1]
    folder = books.server["Resolved"].messages
    first = next(m for m in folder if m.sha256 == twins.key and m.uid != books.register[1]["uid"])
    books.messages("Resolved", [m for m in folder if m is not first])


def copy_on_server(books):
    folder = books.server["Resolved"].messages
    books.messages("Resolved", [*folder, replace(folder[0], uid=9999)])


def leave_behind(books):
    folder = books.server["Resolved"].messages
    books.messages("Incoming", [folder[-1]])
    books.messages("Resolved", folder[:-1])


def put_in_the_wrong_folder(books):
    key = books.of("unknown").key
    (message,) = [m for m in books.server["Unresolved"].messages if m.sha256 == key]
    kept = [m for m in books.server["Unresolved"].messages if m is not message]
    books.messages("Unresolved", kept)
    books.messages("Resolved", [*books.server["Resolved"].messages, replace(message, uid=9999)])
    books.entry("unknown").update(
        folder="Resolved", uid=9999, uidvalidity=books.server["Resolved"].uidvalidity
    )


@pytest.mark.parametrize(
    ("spoil", "checks"),
    [
        (lose_on_server, {"lost_on_server": 1, "wrong_folder": 1, "wrong_uid": 1}),
        (lose_a_twin, {"lost_on_server": 1, "flags_lost": 0}),
        (copy_on_server, {"extra_on_server": 1}),
        (leave_behind, {"left_behind": 1, "wrong_folder": 1, "wrong_uid": 1}),
        (lambda b: b.register.remove(b.entry("html")), {"lost_in_register": 1}),
        (lambda b: b.register.append(b.entry("no-id")), {"twice_in_register": 1}),
        (lambda b: b.register.append(b.entry("html") | {"sha256": "f" * 64}), {"ghosts": 1}),
        (lambda b: b.entry("html").update(sha256="f" * 64), {"ghosts": 1, "lost_in_register": 1}),
        (put_in_the_wrong_folder, {"wrong_place": 1}),
        (
            lambda b: b.entry("8bit").update(folder="Unresolved"),
            {"wrong_folder": 1, "wrong_uid": 1},
        ),
        (lambda b: b.entry("8bit").update(uid=b.entry("plain")["uid"]), {"wrong_uid": 1}),
        (lambda b: b.entry("8bit").update(uidvalidity=7), {"wrong_uid": 1}),
        (lambda b: b.entry("plain").update(clients=["C9999"]), {"wrong_client": 1}),
        (lambda b: b.entry("plain").update(clients=[]), {"wrong_client": 1}),
        (lambda b: b.entry("shared").update(clients=["C0001"]), {"wrong_client": 1}),
        (lambda b: b.entry("plain").update(filing="failed"), {"wrong_place": 1}),
        (lambda b: b.entry("empty").update(raw_sha256="0" * 64), {"wrong_bytes": 1}),
        (lambda b: b.entry("attachment").update(attachments=[]), {"wrong_attachments": 1}),
        (
            lambda b: b.entry("attachment")["attachments"][0].update(size=1),
            {"wrong_attachments": 1},
        ),
        (
            lambda b: b.entry("plain").update(
                attachments=[{"name": "x", "size": 1, "sha256": "0" * 64}]
            ),
            {"wrong_attachments": 1},
        ),
        (lambda b: b.entry("relayed").update(entry="own"), {"wrong_fold": 1}),
        (lambda b: b.entry("html").update(entry=b.entry("no-id")["entry"]), {"wrong_fold": 1}),
    ],
)
def test_what_is_wrong_is_found(books, spoil, checks):
    spoil(books)
    wrong = books.wrong()
    assert wrong.items() >= {name: n for name, n in checks.items() if n}.items()
    assert set(wrong) <= set(checks)


def test_a_lost_flag_is_found(books):
    assert any(mail.flagged for mail in books.mails)
    for name, folder in books.server.items():
        books.messages(name, [replace(m, flags=()) for m in folder.messages])
    assert books.wrong() == {"flags_lost": sum(mail.flagged > 0 for mail in books.mails)}


def test_a_mail_another_hand_took_need_not_be_filed_but_must_not_be_lied_about(books):
    touched = {books.of("html").key}
    lose = [m for m in books.server["Resolved"].messages if m.sha256 not in touched]
    books.messages("Resolved", lose)
    books.server["Personal"] = Folder(99, 2, ())
    assert books.wrong(meddled=touched) == {"wrong_folder": 1, "wrong_uid": 1}
    books.entry("html").update(folder=None, uid=None, uidvalidity=None)
    assert books.wrong(meddled=touched) == {}
    books.register.remove(books.entry("html"))
    assert books.wrong(meddled=touched) == {}


def test_uids_may_be_left_out_after_a_reset(books):
    books.server["Resolved"] = replace(books.server["Resolved"], uidvalidity=12345)
    assert set(books.wrong()) == {"wrong_uid"}
    assert books.wrong(uids=False) == {}


def test_folders_may_have_other_names(books):
    books.server = {"Post": books.server["Incoming"], "OK": books.server["Resolved"],
                    "Open": books.server["Unresolved"]}  # fmt: skip
    for line in books.register:
        line["folder"] = {"Resolved": "OK", "Unresolved": "Open"}[line["folder"]]
    assert books.compare(places=Places(("Post",), "OK", "Open")).held


def test_every_check_can_fail_in_words(books):
    finding = books.compare()
    for name in CHECKS:
        finding.found[name] = ["it"]
    assert not finding.held
    assert len(str(finding).splitlines()) == len(CHECKS)


def test_the_register_is_read_line_by_line():
    assert read_register('{"entry": 1}\n\n{"entry": 2}\n') == [{"entry": 1}, {"entry": 2}]


def test_a_content_key_does_not_hang_on_line_ends():
    assert content_key(b"a\r\nb\n") == content_key(b"a\nb\r\n") != content_key(b"a\rb\n")
