"""Adding and changing a sending account, and what its domain says; at a server of our own."""

import pytest
from django.urls import reverse

from postroom.connections import smtp_hosts, standing
from postroom.connections.models import SmtpAccount
from postroom.connections.providers import PROVIDERS
from postroom.connections.standing import Published, judge
from postroom.outbox.tests.post import NOW, make_account
from tests.support.smtp_sink import Sink

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def allowed(settings):
    settings.PRIVATE_MAIL_HOSTS = True


def url(name, *ids):
    return reverse(f"connections:{name}", args=["tern", *ids])


def form(port, **changed):
    given = {
        "address": "desk@practice.example",
        "host": "127.0.0.1",
        "port": str(port),
        "security": "none",
        "user": "desk",
        "password": "s3cret",
        "proof": "password",
        "copies": "append",
        "lines": "3",
        "do": "save",
    }
    return {**given, **changed}


def test_an_account_is_saved_after_a_good_test_alone(cast):
    browser = cast.browser(cast.alice)
    with Sink(password="other") as sink:
        answer = browser.post(url("add_sending"), form(sink.port))
        assert answer.status_code == 422
        assert "did not accept this user name or password" in answer.content.decode()
        assert "s3cret" not in answer.content.decode()
    assert not SmtpAccount.objects.exists()
    with Sink() as sink:
        assert browser.post(url("add_sending"), form(sink.port, do="test")).status_code == 200
        assert not SmtpAccount.objects.exists()
        assert browser.post(url("add_sending"), form(sink.port)).status_code == 302
        assert sink.ledger() == []
    account = SmtpAccount.objects.get()
    assert (account.name, account.password(), account.owner) == (
        *("desk@practice.example", "s3cret", None),
    )
    assert "desk@practice.example" in browser.get(url("sending")).content.decode()


def test_the_password_we_have_goes_nowhere_else(cast):
    browser = cast.browser(cast.alice)
    with Sink() as sink, Sink() as other:
        browser.post(url("add_sending"), form(sink.port))
        pk = SmtpAccount.objects.get().pk
        kept = form(sink.port, password="", display_name="The practice")
        assert browser.post(url("sending_account", pk), kept).status_code == 302
        moved = form(other.port, password="")
        answer = browser.post(url("sending_account", pk), moved)
        assert answer.status_code == 422 and other.connections == 0
    account = SmtpAccount.objects.get()
    assert (account.display_name, account.password(), account.port) == (
        *("The practice", "s3cret", sink.port),
    )


def test_with_the_address_alone_the_server_is_looked_for(cast):
    sent = form(465, address="desk@gmail.com", host="", user="", password="", do="test")
    seen = cast.browser(cast.alice).post(url("add_sending"), sent).content.decode()
    assert 'value="smtp.gmail.com"' in seen and 'value="desk@gmail.com"' in seen


def test_an_account_of_ones_own_is_shown_to_nobody_else(cast):
    with Sink() as sink:
        cast.browser(cast.bob).post(url("own_add_sending"), form(sink.port))
    account = SmtpAccount.objects.get()
    assert account.owner == cast.bob
    assert (
        "desk@practice.example" in cast.browser(cast.bob).get(url("own_sending")).content.decode()
    )
    alice = cast.browser(cast.alice)
    assert "desk@practice.example" not in alice.get(url("sending")).content.decode()
    assert alice.get(url("own_sending_account", account.pk)).status_code == 404
    assert alice.get(url("sending_account", account.pk)).status_code == 404


def test_held_back_it_goes_on_when_a_person_says_so(cast):
    with Sink() as sink:
        cast.browser(cast.alice).post(url("add_sending"), form(sink.port))
    account = SmtpAccount.objects.get()
    for do, active in (("off", False), ("on", True), ("resume", True)):
        cast.browser(cast.alice).post(url("switch_sending", account.pk), {"do": do})
        account.refresh_from_db()
        assert account.active is active and account.paused_at is None


def test_what_a_domain_lacks_is_said_with_what_to_publish():
    nothing = judge("practice.example", "smtp.gmail.com", Published(True))
    assert [words.tone for words in nothing] == ["amber"] * 3
    assert "v=spf1 mx include:_spf.google.com ~all" in nothing[0].advice
    assert "_dmarc.practice.example" in nothing[2].advice
    other = Published(True, "v=spf1 include:mx.ovh.com -all", "v=DMARC1; p=none", True)
    [words] = judge("practice.example", "smtp.gmail.com", other)
    assert "is not among them" in words.sentence
    assert judge("practice.example", "ssl0.ovh.net", other) == []
    assert judge("practice.example", "smtp.gmail.com", Published(False)) == []


def test_a_providers_own_domain_and_one_nobody_can_ask_are_not_judged(cast, monkeypatch):
    monkeypatch.setattr(standing, "published", lambda domain: Published(True))
    account = make_account(cast.practice, host="smtp.gmail.com")
    for address in ("desk@gmail.com", "desk@practice.example"):
        account.address = address
        assert standing.look_up(account, now=NOW) == []


def test_who_writes_is_warned_where_the_domain_names_other_servers_only(cast, monkeypatch):
    found = Published(True, "v=spf1 include:mx.ovh.com -all")
    monkeypatch.setattr(standing, "published", lambda domain: found)
    account = make_account(cast.practice, host="smtp.gmail.com", address="desk@tern-vets.co.uk")
    assert standing.warning(account) is None  # nobody has asked yet
    assert (standing.look_again(NOW), standing.look_again(NOW)) == (1, 0)
    account.refresh_from_db()
    warning = standing.warning(account)
    assert warning and "is not among them" in warning.sentence
    page = cast.browser(cast.bob).get(f"/p/{cast.practice.slug}/compose").content.decode()
    assert "tern-vets.co.uk names the servers that may send for it" in page
    found = Published(False)  # no answer today: what was known goes on holding
    assert standing.look_again(NOW + 2 * standing.DAILY) == 1
    account.refresh_from_db()
    assert standing.warning(account)


def test_every_sending_server_of_the_table_belongs_to_a_mailbox_server_of_it():
    hosts = {provider.host for provider in PROVIDERS}
    assert set(smtp_hosts.SERVERS) <= hosts
