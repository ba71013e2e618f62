"""Connecting a mailbox step by step, against a scripted server on this machine."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from postroom.connections import domains, drafts, ways
from postroom.connections.models import AccountDraft, MailAccount
from postroom.connections.providers import same_mailbox
from postroom.practice.models import AuditEvent, Member
from tests.support.cast import Cast
from tests.support.rare_answers import refuse
from tests.support.scripted_imap import ScriptedImap

ADD = "/p/tern/settings/accounts/add"
OWN = "/p/tern/profile/mailboxes/add"
FILING = {
    "kind": "filing",
    "incoming": "Incoming",
    "resolved": "Resolved",
    "unresolved": "Unresolved",
    "create_folders": "on",
    "minutes": "7",
}


@pytest.fixture(autouse=True)
def no_dns(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(domains, "_ask", lambda name, kind: [])


@pytest.fixture
def server(settings: Any) -> Iterator[ScriptedImap]:
    settings.PRIVATE_MAIL_HOSTS = True
    with ScriptedImap() as running:
        yield running


class Person:
    """Somebody who connects a mailbox."""

    def __init__(self, cast: Cast, member: Member, path: str = ADD) -> None:
        self.browser: Client = cast.browser(member)
        self.path = path

    def address(self, address: str = "desk@tern.example", **more: str) -> Any:
        typed = {"address": address, "password": "test-only", "name": "Desk", **more}
        return self.browser.post(self.path, typed)

    def server(self, server: ScriptedImap, do: str = "next", **more: Any) -> Any:
        typed = {
            **{"host": server.host, "port": server.port, "security": "none", "user": "desk"},
            **{"password": server.password, "do": do, **more},
        }
        return self.browser.post(f"{self.path}/server", typed)

    def folders(self, **more: str) -> Any:
        return self.browser.post(f"{self.path}/folders", {**FILING, **more})

    def finish(self, **more: str) -> Any:
        return self.browser.post(f"{self.path}/past", {"do": "finish", "begin": "all", **more})

    def all_steps(self, server: ScriptedImap, user: str = "desk", **last: str) -> Any:
        self.address()
        self.server(server, user=user)
        self.folders()
        return self.finish(**last)


def test_four_steps_connect_a_mailbox_and_nothing_is_saved_before_the_last(
    cast: Cast, server: ScriptedImap
) -> None:
    alice = Person(cast, cast.alice)
    assert alice.address().url == f"{ADD}/server"
    assert alice.server(server).url == f"{ADD}/folders"
    assert alice.folders().url == f"{ADD}/past"
    assert not MailAccount.objects.exists()
    assert alice.finish().url == "/p/tern/settings/accounts"
    saved = MailAccount.objects.get()
    assert (saved.name, saved.user, saved.owner) == ("Desk", "desk", None)
    assert saved.password() == "test-only"
    assert saved.connected_at
    work = saved.workflows.get()
    assert (work.kind, work.minutes, work.begins_at) == ("filing", 7, None)
    assert not AccountDraft.objects.exists()
    assert AuditEvent.objects.get(object_kind="account").member == cast.alice


def test_the_missing_folders_are_made_at_the_end_and_not_before(cast: Cast, settings: Any) -> None:
    settings.PRIVATE_MAIL_HOSTS = True
    with ScriptedImap(folders=("INBOX",)) as server:
        alice = Person(cast, cast.alice)
        alice.address()
        alice.server(server)
        alice.folders()
        assert set(server.store.boxes) == {"INBOX"}
        alice.finish()
        assert set(server.store.boxes) == {"INBOX", "Incoming", "Resolved", "Unresolved"}


def test_a_folder_that_is_not_there_is_refused_when_none_is_to_be_made(
    cast: Cast, server: ScriptedImap
) -> None:
    alice = Person(cast, cast.alice)
    alice.address()
    alice.server(server)
    page = alice.folders(incoming="Clients", create_folders="")
    assert page.status_code == 422
    assert "The folder “Clients” does not exist in this mailbox." in page.text


def test_a_known_provider_is_tested_at_once_and_says_what_it_wants(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Any] = []

    def refuse_all(settings: Any, folders: Any = (), **_more: Any) -> Any:
        asked.append(settings)
        steps = [drafts.trying.Step("port"), drafts.trying.Step("sign-in", "sign-in", "NO")]
        return drafts.Trial(steps)

    monkeypatch.setattr(drafts.trying, "try_account", refuse_all)
    alice = Person(cast, cast.alice)
    page = alice.browser.get(alice.address("tern.vets@gmail.com").url).text
    assert [(one.host, one.port, one.user) for one in asked] == [
        ("imap.gmail.com", 993, "tern.vets@gmail.com")
    ]
    assert "imap.gmail.com does not let tern.vets@gmail.com in" in page
    assert "Gmail wants an app password" in page
    assert "test-only" not in page


def test_a_guessed_server_gets_no_password_before_a_person_has_seen_its_name(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    def never(*_args: Any, **_more: Any) -> None:
        raise AssertionError("the password went out")

    monkeypatch.setattr(drafts.trying, "try_account", never)
    alice = Person(cast, cast.alice)
    page = alice.browser.get(alice.address("desk@unheard-of.example").url).text
    assert 'value="imap.unheard-of.example"' in page
    assert "The server is not known." in page


def test_a_provider_without_imap_says_so(cast: Cast) -> None:
    alice = Person(cast, cast.alice)
    page = alice.browser.get(alice.address("tern@proton.me").url).text
    assert "Proton cannot be reached by IMAP from here." in page
    assert "Proton Mail Bridge" in page


def test_a_failed_test_goes_no_further(cast: Cast, server: ScriptedImap) -> None:
    server.answer("LOGIN", refuse("[AUTHENTICATIONFAILED] Sorry"))
    alice = Person(cast, cast.alice)
    alice.address()
    page = alice.server(server)
    assert page.status_code == 422
    assert "did not accept this user name or password" in page.text
    assert "In what was typed for this account" in page.text
    assert alice.folders().url == f"{ADD}/server"
    assert alice.finish().url == f"{ADD}/server"


def test_other_settings_make_a_test_worth_nothing(cast: Cast, server: ScriptedImap) -> None:
    alice = Person(cast, cast.alice)
    alice.address()
    alice.server(server)
    draft = AccountDraft.objects.get()
    assert drafts.tested(draft)
    draft.user = "somebody"
    assert drafts.tested(draft) is None


def test_a_stored_password_is_kept_for_the_same_server_only(
    cast: Cast, server: ScriptedImap
) -> None:
    alice = Person(cast, cast.alice)
    alice.address()
    assert "Type the password too" in alice.server(server, password="").text
    alice.server(server)
    assert alice.server(server, password="").url == f"{ADD}/folders"


def test_nobody_finds_anothers_draft(cast: Cast, server: ScriptedImap) -> None:
    Person(cast, cast.alice).address()
    again = Person(cast, Member.objects.get(pk=cast.bob.pk), OWN)
    assert again.browser.get(f"{OWN}/server").url == OWN
    assert Person(cast, cast.alice, OWN).browser.get(f"{OWN}/server").url == OWN


def test_the_password_of_a_draft_is_sealed_and_goes_after_a_day(cast: Cast) -> None:
    Person(cast, cast.alice).address()
    draft = AccountDraft.objects.get()
    assert "test-only" not in draft.password_sealed
    assert draft.password() == "test-only"
    assert drafts.drop_old(timezone.now() + timedelta(hours=23)) == 0
    assert drafts.drop_old(timezone.now() + timedelta(hours=25)) == 1


def test_a_draft_whose_key_is_lost_begins_anew(cast: Cast) -> None:
    alice = Person(cast, cast.alice)
    alice.address()
    AccountDraft.objects.update(password_sealed="lost:AAAA")
    assert alice.browser.get(f"{ADD}/server").url == ADD
    assert not AccountDraft.objects.exists()


@pytest.mark.parametrize(
    ("begin", "expected"),
    [
        ({"begin": "all"}, None),
        ({"begin": "date", "since": "2026-01-31"}, datetime(2026, 1, 31, tzinfo=UTC)),
    ],
)
def test_letters_are_taken_in_from_the_chosen_day_on(
    cast: Cast, server: ScriptedImap, begin: dict[str, str], expected: datetime | None
) -> None:
    Person(cast, cast.alice).all_steps(server, **begin)
    assert MailAccount.objects.get().workflows.get().begins_at == expected


def test_from_now_on_is_now(cast: Cast, server: ScriptedImap) -> None:
    Person(cast, cast.alice).all_steps(server, begin="now")
    begins = MailAccount.objects.get().workflows.get().begins_at
    # Less the quarter of an hour that a server's clock may be behind ours.
    assert timedelta(minutes=15) <= timezone.now() - begins < timedelta(minutes=16)


@pytest.mark.parametrize(
    ("begin", "words"),
    [
        ({"begin": "date"}, "Say since which day."),
        ({"begin": "date", "since": "2999-01-01"}, "This day is not in the past"),
        ({"begin": "date", "since": "1066-10-14"}, "too far in it"),
    ],
)
def test_a_day_that_cannot_be_is_refused(
    cast: Cast, server: ScriptedImap, begin: dict[str, str], words: str
) -> None:
    page = Person(cast, cast.alice).all_steps(server, **begin)
    assert page.status_code == 422
    assert words in page.text
    assert not MailAccount.objects.exists()


def test_a_server_that_fails_at_the_end_saves_nothing_and_keeps_the_draft(
    cast: Cast, server: ScriptedImap
) -> None:
    alice = Person(cast, cast.alice)
    alice.address()
    alice.server(server)
    alice.folders()
    server.answer("SELECT", refuse("[NOPERM] Not yours"))
    page = alice.finish()
    assert page.status_code == 422
    assert "The folder “Incoming” cannot be used" in page.text
    assert "Nothing was saved." in page.text
    assert not MailAccount.objects.exists()
    assert AccountDraft.objects.exists()


def test_a_name_that_somebody_took_meanwhile_is_numbered(cast: Cast, server: ScriptedImap) -> None:
    alice = Person(cast, cast.alice)
    alice.address()
    alice.server(server)
    alice.folders()
    MailAccount.objects.create(practice=cast.practice, name="desk", host="other.example")
    alice.finish()
    assert set(MailAccount.objects.values_list("name", flat=True)) == {"desk", "Desk (2)"}


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"address": "nobody"}, "This is not an email address."),
        ({"address": "a@b\r\n.example"}, "a line break"),
        ({"password": ""}, "This field is required"),
        ({"name": "TAKEN"}, "There is an account of this name already."),
    ],
)
def test_what_cannot_be_right_is_said_at_once(
    cast: Cast, typed: dict[str, str], words: str
) -> None:
    MailAccount.objects.create(practice=cast.practice, name="Taken", host="imap.example")
    page = Person(cast, cast.alice).browser.post(
        ADD, {"address": "desk@tern.example", "password": "test-only", **typed}
    )
    assert page.status_code == 422
    assert words in page.text
    assert not AccountDraft.objects.exists()


def test_a_members_own_mailbox_is_theirs_alone(cast: Cast, server: ScriptedImap) -> None:
    Person(cast, cast.bob, OWN).all_steps(server)
    mine = MailAccount.objects.get()
    assert mine.owner == cast.bob
    page = f"/p/tern/profile/mailboxes/{mine.pk}"
    assert cast.browser(cast.bob).get(page).status_code == 200
    for path in (page, f"/p/tern/settings/accounts/{mine.pk}", f"{page}/trial"):
        assert cast.browser(cast.alice).get(path).status_code == 404
    work = mine.workflows.get()
    assert cast.browser(cast.alice).get(f"/p/tern/settings/workflows/{work.pk}").status_code == 404
    assert cast.browser(cast.alice).get(f"/p/tern/profile/workflows/{work.pk}").status_code == 404
    assert "Desk" not in cast.browser(cast.alice).get("/p/tern/profile/mailboxes").text
    row = AuditEvent.objects.get(object_kind="mailbox")
    assert (row.object_id, row.member) == (mine.pk, cast.bob)
    assert not AuditEvent.objects.filter(object_kind="account").exists()
    assert "Desk" not in cast.browser(cast.alice).get("/p/tern/settings/audit").text


def test_two_members_and_the_practice_may_use_one_name(cast: Cast, server: ScriptedImap) -> None:
    Person(cast, cast.bob, OWN).all_steps(server)
    Person(cast, cast.rita, OWN).all_steps(server)
    Person(cast, cast.alice).all_steps(server, user="everybody")
    owners = set(MailAccount.objects.filter(name="Desk").values_list("owner", flat=True))
    assert owners == {cast.bob.pk, cast.rita.pk, None}


@pytest.mark.parametrize("own", [True, False])
def test_one_mailbox_is_not_the_practices_and_somebodys_own(
    cast: Cast, server: ScriptedImap, own: bool
) -> None:
    first, second = Person(cast, cast.alice), Person(cast, cast.bob, OWN)
    if not own:
        first, second = second, first
    first.all_steps(server)
    second.address()
    said = "connected this mailbox"
    assert said not in second.server(server, user="other", password="wrong").text
    page = second.server(server, user="DESK")
    assert page.status_code == 422
    assert said in page.text
    assert MailAccount.objects.count() == 1
    MailAccount.objects.update(active=False)
    assert second.server(server).url.endswith("/folders")
    second.folders()
    MailAccount.objects.update(active=True)  # somebody switches it on meanwhile
    assert second.finish().url.endswith("/server")
    assert MailAccount.objects.count() == 1


def test_nor_is_it_by_another_way_to_it_or_by_switching_it_on(
    cast: Cast, server: ScriptedImap
) -> None:
    Person(cast, cast.alice).all_steps(server)
    Person(cast, cast.bob, OWN).all_steps(server, user="bob")
    mine = MailAccount.objects.get(owner=cast.bob)
    where = {"host": server.host, "port": server.port, "security": "none", "user": "desk"}
    browser, page = cast.browser(cast.bob), f"/p/tern/profile/mailboxes/{mine.pk}"
    changed = browser.post(page, {**where, "password": server.password, "do": "save"})
    assert changed.status_code == 422
    assert "It cannot be your own as well." in changed.text
    MailAccount.objects.filter(pk=mine.pk).update(user="desk", active=False)
    said = browser.post(f"{page}/activate", follow=True).text
    assert "It cannot be your own as well." in said
    assert not MailAccount.objects.get(pk=mine.pk).active


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (("imap.gmail.com", 993, "A@gmail.com"), ("imap.googlemail.com", 143, "a@gmail.com"), True),
        (("mail.example", 993, "a"), ("MAIL.example", 993, "a"), True),
        (("mail.example", 993, "a"), ("mail.example", 993, "b"), False),
        (("mail.example", 993, "a"), ("mail.example", 1993, "a"), False),
        (("mail.example", 993, "a"), ("mail.other.example", 993, "a"), False),
    ],
)
def test_what_is_one_mailbox(one: Any, other: Any, same: bool) -> None:
    assert same_mailbox(one, other) == same


def test_the_mailbox_of_a_member_who_left_is_not_looked_at(
    cast: Cast, server: ScriptedImap
) -> None:
    Person(cast, cast.bob, OWN).all_steps(server)
    assert MailAccount.objects.working().exists()
    Member.objects.filter(pk=cast.bob.pk).update(active=False)
    assert not MailAccount.objects.working().exists()


def test_nobody_tries_passwords_at_a_server_by_the_hundred(
    cast: Cast, server: ScriptedImap, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ways, "AN_HOUR", 3)
    rita, bob = Person(cast, cast.rita, OWN), Person(cast, cast.bob, OWN)
    rita.address()
    for guessed in ("one", "two"):
        assert rita.server(server, "test", password=guessed).status_code == 422
    knocked = len(server.said("LOGIN")) + len(server.said("AUTHENTICATE"))
    assert rita.server(server, "test", password="three").url == f"{OWN}/server"
    assert "very often" in rita.browser.get(f"{OWN}/server").text
    assert len(server.said("LOGIN")) + len(server.said("AUTHENTICATE")) == knocked == 2
    bob.address()
    assert bob.server(server, "test").status_code == 200
