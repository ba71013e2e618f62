"""Changing how an account is reached, and the list of accounts."""

from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as house
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from postroom.connections import trying
from postroom.connections.models import MailAccount, Workflow
from postroom.connections.trying import Step, Trial
from postroom.practice.models import AuditEvent
from tests.support.cast import Cast
from tests.support.certificates import write_certificates

LIST = "/p/tern/settings/accounts"
TYPED = {
    "host": "imap.example.org",
    "security": "tls",
    "port": "993",
    "user": "post@ternthistle.example",
    "password": "tide-and-quill-77",
    "proof": "password",
}
GOOD = Trial([Step("name"), Step("port"), Step("folders"), Step("folder", "", "Incoming")])


class Server:
    """Stands in for the wire; what it was asked is in `asked`."""

    def __init__(self, trial: Trial) -> None:
        self.trial = trial
        self.asked: list[tuple[Any, Any, bool]] = []

    def __call__(self, settings: Any, folders: Any = (), *, create_folders: bool = False) -> Trial:
        self.asked.append((settings, tuple(folders), create_folders))
        return self.trial


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Server:
    stand_in = Server(GOOD)
    monkeypatch.setattr(trying, "try_account", stand_in)
    return stand_in


def account(cast: Cast, **fields: Any) -> MailAccount:
    """An account with a workflow, whose password is «kept-and-dry»."""
    made = MailAccount.objects.create(
        **{"practice": cast.practice, "name": "Front desk", "host": "imap.example.org", **fields}
    )
    if not made.password_sealed:
        made.password_sealed = house.KEYRING.seal("kept-and-dry", made.password_place)
        made.save()
    Workflow.objects.create(practice=cast.practice, account=made)
    return made


def send(cast: Cast, do: str = "save", path: str = "", **changes: Any):
    """Change the practice's only account; it is made where there is none."""
    if not path:
        only = MailAccount.objects.first() or account(cast)
        path = f"{LIST}/{only.pk}"
    return cast.browser(cast.alice).post(path, {**TYPED, "do": do, **changes})


def test_a_server_that_answers_is_saved_with_its_password_sealed(
    cast: Cast, server: Server
) -> None:
    assert send(cast).url == LIST
    saved = MailAccount.objects.get()
    assert saved.user == "post@ternthistle.example"
    assert "tide-and-quill-77" not in saved.password_sealed
    assert saved.password() == "tide-and-quill-77"
    assert saved.workflows.get().folders == ("Incoming", "Resolved", "Unresolved")
    assert AuditEvent.objects.get(object_kind="account").member == cast.alice


def test_a_test_saves_nothing_and_makes_no_folder(cast: Cast, server: Server) -> None:
    page = send(cast, "test")
    assert page.status_code == 200
    assert "The connection works" in page.text
    assert MailAccount.objects.get().password() == "kept-and-dry"
    assert server.asked[0][1:] == (("Incoming", "Resolved", "Unresolved"), False)


def test_what_the_server_cannot_do_is_said(cast: Cast, server: Server) -> None:
    server.trial = Trial(GOOD.steps, notes=["no-move", "no-idle"])
    page = send(cast, "test").text
    assert "This server cannot move messages in one step (MOVE)." in page
    assert "This server does not announce new messages (IDLE)." in page


@pytest.mark.parametrize(
    ("code", "words", "side"),
    [
        ("sign-in", "did not accept this user name or password", "In what was typed"),
        ("host-unknown", "There is no server called imap.example.org.", "In what was typed"),
        ("not-imap", "does not speak IMAP", "In what was typed"),
        ("token", "did not accept the access token of post@ternthistle", "In what was typed"),
        ("no-tokens", "takes no access tokens", "On the mail server’s side"),
        ("timeout", "did not answer on port 993 in time", "On the mail server’s side"),
        ("no-tls", "offers no encryption on port 993", "On the mail server’s side"),
        ("certificate", "could not be verified", "On the mail server’s side"),
        ("disk-full", "Postroom’s own disk is full", "On Postroom’s side"),
        ("something-new", "could not be checked", "On the mail server’s side"),
    ],
)
def test_a_failed_test_says_what_and_whose_side(
    cast: Cast, server: Server, code: str, words: str, side: str
) -> None:
    server.trial = Trial([Step("name"), Step("port", code, "NO <b>said</b>")])
    page = send(cast)
    assert page.status_code == 422
    assert words in page.text
    assert side in page.text
    assert "NO &lt;b&gt;said&lt;/b&gt;" in page.text
    assert "Nothing was changed." in page.text
    assert MailAccount.objects.get().password() == "kept-and-dry"


@pytest.mark.parametrize("port", ["110", "995"])
def test_pop3_is_refused_in_plain_words(cast: Cast, server: Server, port: str) -> None:
    page = send(cast, port=port)
    assert page.status_code == 422
    assert "Postroom reads mail by IMAP only. This is POP3; Postroom needs IMAP" in page.text
    assert server.asked == []


def test_pop3_is_said_once_of_name_and_port_together(cast: Cast, server: Server) -> None:
    page = send(cast, host="pop.example.org", port="995")
    assert page.text.count("This is POP3; Postroom needs IMAP") == 1


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"host": "https://imap.example.org/"}, "Type the server’s name alone"),
        ({"host": "post@example.org"}, "Type the server’s name alone"),
        ({"port": "25"}, "IMAP answers on port 993 or 143."),
        ({"port": "0"}, "greater than or equal to 1"),
        ({"user": "post\r\nA1 LOGOUT"}, "a line break"),
        ({"password": ""}, "Type the password too"),
        ({"host": "pop.example.org"}, "This is POP3; Postroom needs IMAP"),
        ({"host": "smtp.example.org"}, "This is the server for sending."),
    ],
)
def test_what_cannot_be_right_never_reaches_the_wire(
    cast: Cast, server: Server, changes: dict[str, str], words: str
) -> None:
    page = send(cast, **changes)
    assert page.status_code == 422
    assert words in page.text
    assert server.asked == []


def test_the_password_is_never_sent_back(cast: Cast, server: Server) -> None:
    server.trial = Trial([Step("sign-in", "sign-in")])
    assert "tide-and-quill-77" not in send(cast).text


def test_a_certificate_file_must_be_one(cast: Cast, server: Server, tmp_path) -> None:
    page = send(cast, ca=SimpleUploadedFile("ca.pem", b"not a certificate"))
    assert "This is not a certificate in PEM form." in page.text


def test_private_networks_are_for_the_installer(cast: Cast, server: Server, settings) -> None:
    send(cast, "test")
    settings.PRIVATE_MAIL_HOSTS = True
    send(cast, "test", port="1143")
    assert [asked[0].anywhere for asked in server.asked] == [False, True]


def test_htmx_is_sent_on_after_saving(cast: Cast, server: Server) -> None:
    path = f"{LIST}/{account(cast).pk}"
    browser = cast.browser(cast.alice)
    answer = browser.post(path, {**TYPED, "do": "save"}, headers={"hx-request": "true"})
    assert answer.headers["HX-Redirect"] == LIST


def stored(cast: Cast, server: Server) -> MailAccount:
    """The account as TYPED, saved with its password; the server was asked nothing since."""
    send(cast)
    server.asked.clear()
    return MailAccount.objects.get()


def test_an_empty_password_keeps_the_one_there_is(cast: Cast, server: Server) -> None:
    saved = stored(cast, server)
    send(cast, path=f"{LIST}/{saved.pk}", password="", name="ignored")
    changed = MailAccount.objects.get()
    assert changed.name == "Front desk"
    assert changed.password() == "tide-and-quill-77"


def test_another_mailbox_is_another_account_that_does_the_same_work(
    cast: Cast, server: Server
) -> None:
    saved = stored(cast, server)
    MailAccount.objects.filter(pk=saved.pk).update(checked_at=timezone.now())
    Workflow.objects.create(
        practice=cast.practice, account=saved, kind="inbox", folder_in="INBOX", minutes=9
    )
    send(cast, path=f"{LIST}/{saved.pk}", user="other@ternthistle.example")
    old, new = MailAccount.objects.order_by("pk")
    assert (old.active, new.active, new.name) == (False, True, "Front desk")
    assert [(one.kind, one.minutes) for one in new.workflows.all()] == [("filing", 5), ("inbox", 9)]


@pytest.mark.parametrize("do", ["test", "save"])
@pytest.mark.parametrize(
    "change",
    [
        {"host": "imap.elsewhere.example"},
        {"port": "143"},
        {"security": "starttls"},
        {"user": "somebody@else.example"},
        {"ca": "ca.pem"},
    ],
    ids=lambda change: next(iter(change)),
)
def test_a_stored_password_goes_to_no_other_server(
    cast: Cast, server: Server, do: str, change: dict[str, Any], tmp_path: Path
) -> None:
    saved = stored(cast, server)
    if "ca" in change:
        write_certificates(tmp_path)
        change = {"ca": SimpleUploadedFile("ca.pem", (tmp_path / "ca.pem").read_bytes())}
    page = send(cast, do, f"{LIST}/{saved.pk}", password="", **change)
    assert page.status_code == 422
    assert "Type the password too" in page.text
    assert server.asked == []
    unchanged = MailAccount.objects.get()
    assert (unchanged.host, unchanged.port, unchanged.user) == (saved.host, 993, saved.user)


def test_another_server_is_taken_with_its_password(cast: Cast, server: Server) -> None:
    saved = stored(cast, server)
    send(cast, path=f"{LIST}/{saved.pk}", password="new one", host="imap2.example.org")
    changed = MailAccount.objects.get()
    assert (changed.host, changed.password()) == ("imap2.example.org", "new one")


def test_a_lost_key_asks_for_the_password_again(cast: Cast, server: Server) -> None:
    lost = account(cast, password_sealed="lost:AAAA", user=TYPED["user"])
    page = send(cast, path=f"{LIST}/{lost.pk}", password="")
    assert page.status_code == 422
    assert "Put the key file back, or type the password again." in page.text


def test_the_list_says_how_each_account_is(cast: Cast) -> None:
    account(cast, name="Well", checked_at=timezone.now())
    account(cast, name="Resting", active=False)
    account(cast, name="Refused", trouble="sign-in", trouble_detail="NO <script>", user="lab@x")
    page = cast.browser(cast.alice).get(LIST).text
    assert "All is well." in page
    assert "Switched off. Its mail stays on the server." in page
    assert "did not accept this user name or password" in page
    assert "NO &lt;script&gt;" in page


def test_the_page_says_what_filing_does_and_does_not_do(cast: Cast) -> None:
    page = cast.browser(cast.alice).get(LIST + "/add").text
    assert "It does not replace your mail program" in page
    assert "It does not touch mail in other folders" in page
    assert "It does not work with POP3, only with IMAP." in page


def test_an_account_rests_and_wakes(cast: Cast) -> None:
    post = account(cast)
    browser = cast.browser(cast.alice)
    browser.post(f"{LIST}/{post.pk}/deactivate")
    post.refresh_from_db()
    assert not post.active
    browser.post(f"{LIST}/{post.pk}/activate")
    post.refresh_from_db()
    assert post.active


def test_check_now_wakes_the_worker(cast: Cast) -> None:
    post = account(cast, retry_at=timezone.now())
    page = cast.browser(cast.alice).post(f"{LIST}/{post.pk}/check", follow=True)
    assert "Front desk is being checked now." in page.text
    assert cast.practice.events.filter(kind="check", object_id=post.pk).exists()


def test_no_account_of_a_member_is_shown_to_the_practice(cast: Cast) -> None:
    account(cast, name="Bob’s own", owner=cast.bob)
    page = cast.browser(cast.alice).get(LIST).text
    assert "Bob’s own" not in page
    assert "With a mailbox of their own, which only they see: Bob Adeyemi." in page
