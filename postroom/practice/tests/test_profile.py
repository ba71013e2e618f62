"""One's own name, signature, language, theme and addresses."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.core import mail
from django.test import Client
from django.utils import timezone

from postroom.clients.matching import own_addresses
from postroom.practice import people
from postroom.practice.models import AuditEvent, Member, MemberAddress, OneTimeLink
from tests.support.cast import PASSWORD, Cast
from tests.support.pages import flat

PROFILE = "/p/tern/profile"
NEW = "bob.adeyemi@new.example"


def ask(cast: Cast, email: str = NEW, password: str = PASSWORD):
    form = {"email": email, "password": password}
    return cast.browser(cast.bob).post(f"{PROFILE}/email", form)


def link() -> str:
    found = re.search(r"http://localhost:8025(/\S+)", mail.outbox[-1].body)
    assert found
    return found[1]


def test_language_and_theme_are_ones_own(cast: Cast) -> None:
    browser = cast.browser(cast.rita)
    form = {"name": "Rita Sand", "language": "fr", "theme": "dark"}
    answer = browser.post(PROFILE, form, follow=True)
    assert 'lang="fr" data-theme="dark"' in flat(answer.text)
    assert "Votre profil est enregistré." in answer.text
    assert 'data-theme="dark"' not in cast.browser(cast.bob).get("/p/tern/").text


def test_the_seconds_to_undo_are_ones_own_from_0_to_60(cast: Cast) -> None:
    browser = cast.browser(cast.rita)
    form = {"name": "Rita Sand", "theme": "system"}
    assert browser.post(PROFILE, {**form, "undo_seconds": "30"}).status_code == 302
    for wrong in ("61", "-1", "soon"):
        assert browser.post(PROFILE, {**form, "undo_seconds": wrong}).status_code == 422
    browser.post(PROFILE, form)  # left out, it stays
    cast.rita.refresh_from_db()
    assert (cast.rita.undo_seconds, cast.bob.undo_seconds) == (30, 10)


def test_name_and_signature_are_ones_own(cast: Cast) -> None:
    form = {
        "name": "Bob Adé",
        "title": "Dr",
        "signature": "{name}",
        "theme": "system",
        "language": "",
    }
    cast.browser(cast.bob).post(PROFILE, form)
    cast.bob.refresh_from_db()
    assert (cast.bob.full_name, cast.bob.signature) == ("Dr Bob Adé", "{name}")
    event = AuditEvent.objects.exclude(action="sign-in").get()
    assert (event.member, event.data) == (cast.bob, {"fields": ["title", "name", "signature"]})


def test_a_placeholder_nobody_knows_is_refused(cast: Cast) -> None:
    form = {"name": "Bob", "signature": "{first-name}", "theme": "system"}
    answer = cast.browser(cast.bob).post(PROFILE, form)
    assert answer.status_code == 422
    assert "{first-name} cannot be filled in." in answer.text


def test_the_profile_changes_neither_role_nor_address(cast: Cast) -> None:
    form = {"name": "Bob", "theme": "system", "role": cast.alice.role_id, "email": NEW}
    cast.browser(cast.bob).post(PROFILE, form)
    member = Member.objects.get(pk=cast.bob.pk)
    assert (member.role.key, member.user.email) == ("reception", "bob@tern.example")


def test_a_further_address_is_the_practices_own_until_its_member_leaves(cast: Cast) -> None:
    browser = cast.browser(cast.bob)
    browser.post(f"{PROFILE}/addresses", {"address": "Bob@Home.example"})
    assert "bob@home.example" in own_addresses(cast.practice.pk)
    assert "bob@home.example" not in own_addresses(cast.other.pk)
    people.deactivate(cast.bob, by=cast.alice, now=timezone.now())
    assert "bob@home.example" not in own_addresses(cast.practice.pk)


def test_a_further_address_can_be_taken_out(cast: Cast) -> None:
    browser = cast.browser(cast.bob)
    browser.post(f"{PROFILE}/addresses", {"address": "bob@home.example"})
    browser.post(f"{PROFILE}/addresses/{MemberAddress.objects.get().pk}/remove")
    assert not MemberAddress.objects.exists()
    assert [e.action for e in AuditEvent.objects.exclude(action="sign-in").order_by("pk")] == [
        "add",
        "remove",
    ]


def test_a_colleagues_address_is_not_ones_own(cast: Cast) -> None:
    cast.browser(cast.rita).post(f"{PROFILE}/addresses", {"address": "rita@home.example"})
    browser = cast.browser(cast.bob)
    for address in ("rita@home.example", "alice@tern.example", "no address"):
        answer = browser.post(f"{PROFILE}/addresses", {"address": address})
        assert answer.status_code == 422, address
    assert (
        browser.post(f"{PROFILE}/addresses/{MemberAddress.objects.get().pk}/remove").status_code
        == 404
    )
    assert MemberAddress.objects.get().member == cast.rita


def test_another_address_for_signing_in_counts_once_it_is_confirmed_there(cast: Cast) -> None:
    assert ask(cast).url == PROFILE
    assert mail.outbox[0].to == [NEW]
    browser = Client()
    assert "Confirm your new address" in browser.get(link()).text
    cast.bob.user.refresh_from_db()
    assert cast.bob.user.email == "bob@tern.example"  # opening alone confirms nothing
    path = link()
    assert browser.post(path).status_code == 200
    cast.bob.user.refresh_from_db()
    assert cast.bob.user.email == NEW
    assert mail.outbox[-1].to == ["bob@tern.example"]
    assert NEW in mail.outbox[-1].body
    assert browser.post(path).status_code == 410
    assert AuditEvent.objects.filter(action="change", data={"fields": ["email"]}).count() == 1


def test_the_link_is_good_for_a_day(cast: Cast) -> None:
    ask(cast)
    with time_machine.travel(timezone.now() + timedelta(hours=24, minutes=1), tick=False):
        assert Client().post(link()).status_code == 410
    cast.bob.user.refresh_from_db()
    assert cast.bob.user.email == "bob@tern.example"


def test_only_the_newest_link_counts(cast: Cast) -> None:
    ask(cast)
    old = link()
    ask(cast, "bob@newer.example")
    assert Client().post(old).status_code == 410
    assert Client().post(link()).status_code == 200


def test_a_link_to_the_old_address_dies_with_it(cast: Cast) -> None:
    now = timezone.now()
    reset = OneTimeLink.objects.create(
        user=cast.bob.user,
        purpose=OneTimeLink.RESET,
        email="bob@tern.example",
        hash="r",
        created_at=now,
        expires_at=now + timedelta(hours=1),
    )
    ask(cast)
    Client().post(link())
    reset.refresh_from_db()
    assert reset.used_at is not None


def test_the_password_is_asked_for_and_guessing_slows_down(cast: Cast) -> None:
    answers = [ask(cast, password="wrong") for _ in range(6)]
    assert {answer.status_code for answer in answers} == {422}
    assert "This is not your password." in answers[0].text
    assert "Too many wrong passwords" in answers[-1].text
    assert not mail.outbox


def test_nobody_learns_that_an_address_is_somebody_elses(cast: Cast) -> None:
    taken, free = ask(cast, "charlie@other.example"), ask(cast, "free@other.example")
    assert (taken.status_code, taken.url) == (free.status_code, free.url)
    assert [letter.to for letter in mail.outbox] == [["free@other.example"]]


def test_an_address_taken_meanwhile_is_said(cast: Cast) -> None:
    ask(cast)
    path = link()
    cast.rita.user.email = NEW
    cast.rita.user.save()
    answer = Client().post(path)
    assert answer.status_code == 409
    assert "Somebody else signs in with this address by now." in answer.text


def test_without_a_mail_server_it_is_said_and_nothing_changes(cast: Cast, settings) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.console.EmailBackend"
    answer = ask(cast)
    assert answer.status_code == 422
    assert "Postroom could not send the link, so your address stays." in answer.text
    assert not OneTimeLink.objects.exists()


@pytest.mark.django_db
def test_a_made_up_link_is_closed() -> None:
    assert Client().get("/new-address/made-up").status_code == 410


def test_an_address_that_is_a_clients_too_is_kept_with_a_warning(cast: Cast) -> None:
    browser = cast.browser(cast.bob)
    form = {"address": "Hollis.Farrow@example.org"}
    answer = browser.post(f"{PROFILE}/addresses", form, follow=True)
    assert "is also on the record of a client" in answer.text
    assert "hollis.farrow@example.org" in own_addresses(cast.practice.pk)
    answer = browser.post(f"{PROFILE}/addresses", {"address": "bob@home.example"}, follow=True)
    assert "is also on the record" not in answer.text


def test_another_practices_client_is_not_told_of(cast: Cast) -> None:
    browser = cast.browser(cast.charlie)
    form = {"address": "hollis.farrow@example.org"}
    answer = browser.post("/p/other/profile/addresses", form, follow=True)
    assert "is also on the record" not in answer.text
