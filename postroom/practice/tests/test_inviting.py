"""A place is kept for 48 hours, opened once, by whom it was kept for."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.core import mail
from django.test import Client
from django.utils import timezone, translation

from postroom.practice.inviting import accept_as_new, keep_place
from postroom.practice.models import AuditEvent, Invitation, Member, User
from postroom.practice.tests.at_once import at_once
from tests.support.cast import PASSWORD, Cast, make_cast, make_member

INVITE = "/p/tern/settings/people/invite"
GOOD = "seven quiet herons"


def invite(cast: Cast, email: str = "nadia@tern.example", role: str = "reception") -> str:
    """Alice invites Nadia; the path of the link she is sent."""
    chosen = cast.practice.roles.get(key=role)
    form = {"email": email, "name": "Nadia Rahmani", "role": chosen.pk}
    answer = cast.browser(cast.alice).post(INVITE, form)
    assert answer.status_code == 302, answer.text
    return path_in(mail.outbox[-1].body)


def path_in(text: str) -> str:
    found = re.search(r"http://localhost:8025(/\S+)", text)
    assert found, text
    return found[1]


def test_the_letter_names_who_invites_and_what_for(cast: Cast) -> None:
    invite(cast)
    (letter,) = mail.outbox
    assert letter.to == ["nadia@tern.example"]
    assert letter.subject == "Your place at Tern & Thistle Vets"
    assert "Alice Moreau keeps a place for you in the post room of Tern & Thistle Vets." in (
        letter.body
    )


def test_the_letter_speaks_the_practices_language(cast: Cast) -> None:
    cast.practice.language = "fr"
    cast.practice.save()
    cast.alice.language = "en"
    cast.alice.save()
    with pytest.MonkeyPatch.context() as patch:
        spoken: list[str | None] = []

        def listen(*_given: object, **_named: object) -> str:
            spoken.append(translation.get_language())
            return "http://localhost:8025/x"

        patch.setattr("postroom.practice.inviting.render_to_string", listen)
        invite(cast)
    assert spoken == ["fr"]


def test_a_new_person_chooses_a_password_and_is_in(cast: Cast) -> None:
    path, browser = invite(cast), Client()
    assert "nadia@tern.example" in browser.get(path).text
    answer = browser.post(path, {"name": "Nadia R.", "password": GOOD})
    assert answer.url == "/p/tern/"
    page = browser.get(answer.url)
    assert page.status_code == 200
    assert "Welcome to Tern &amp; Thistle Vets." in page.text
    member = Member.objects.get(user__email="nadia@tern.example")
    assert (member.name, member.role.key, member.active) == ("Nadia R.", "reception", True)
    joined = AuditEvent.objects.get(action="join")
    assert (joined.member, joined.object_id) == (member, member.pk)


@pytest.mark.parametrize(
    ("password", "sentence"),
    [("short one", "at least 12 characters"), ("password1234", "too common"), ("", "required")],
)
def test_a_weak_password_is_refused_and_nobody_is_made(
    cast: Cast, password: str, sentence: str
) -> None:
    path = invite(cast)
    answer = Client().post(path, {"name": "Nadia", "password": password})
    assert answer.status_code == 422
    assert sentence in answer.text
    assert not User.objects.filter(email="nadia@tern.example").exists()
    assert Invitation.objects.get().state(timezone.now()) == Invitation.OPEN


def test_a_link_works_once(cast: Cast) -> None:
    path = invite(cast)
    Client().post(path, {"name": "Nadia", "password": GOOD})
    for again in (Client().get(path), Client().post(path, {"name": "Eve", "password": GOOD})):
        assert again.status_code == 410
        assert "This invitation was used." in again.text
    assert Member.objects.filter(practice=cast.practice).count() == 4


def test_a_link_is_dead_after_48_hours(cast: Cast) -> None:
    path, now = invite(cast), timezone.now()
    with time_machine.travel(now + timedelta(hours=47, minutes=59), tick=False):
        assert Client().get(path).status_code == 200
    with time_machine.travel(now + timedelta(hours=48, minutes=1), tick=False):
        answer = Client().post(path, {"name": "Nadia", "password": GOOD})
        assert answer.status_code == 410
        assert "older than 48 hours" in answer.text
    assert not User.objects.filter(email="nadia@tern.example").exists()


def test_a_withdrawn_link_opens_nothing(cast: Cast) -> None:
    path = invite(cast)
    id = Invitation.objects.get().pk
    cast.browser(cast.alice).post(f"/p/tern/settings/invitations/{id}/withdraw")
    answer = Client().get(path)
    assert answer.status_code == 410
    assert "withdrawn" in answer.text
    assert AuditEvent.objects.filter(action="withdraw", object_id=id).count() == 1


def test_a_link_nobody_made_opens_nothing(cast: Cast) -> None:
    assert Client().get("/invitation/made-up").status_code == 404


def test_sending_again_makes_a_new_link_and_kills_the_old(cast: Cast) -> None:
    old = invite(cast)
    id = Invitation.objects.get().pk
    with time_machine.travel(timezone.now() + timedelta(days=5), tick=False):
        cast.browser(cast.alice).post(f"/p/tern/settings/invitations/{id}/again")
        new = path_in(mail.outbox[-1].body)
        assert Client().get(old).status_code == 404
        assert Client().get(new).status_code == 200


def test_what_lies_in_the_database_opens_nothing(cast: Cast) -> None:
    path = invite(cast)
    token = path.rpartition("/")[2]
    kept = Invitation.objects.values().get()
    assert len(token) >= 43
    assert not any(token in str(value) for value in kept.values())


def test_somebody_with_an_account_signs_in_and_joins(cast: Cast) -> None:
    path = invite(cast, email=cast.charlie.user.email, role="practitioner")
    browser = Client()
    door = browser.get(path)
    assert door.url == f"/sign-in?next={path}"
    form = {"username": "charlie@other.example", "password": PASSWORD, "next": path}
    assert browser.post("/sign-in", form).url == path
    assert "You join with your account charlie@other.example." in browser.get(path).text
    assert browser.post(path).url == "/p/tern/"
    assert browser.get("/p/tern/").status_code == 200
    assert browser.get("/p/other/").status_code == 200
    assert "Change practice" in browser.get("/p/tern/").text


def test_an_existing_password_cannot_be_replaced_by_a_link(cast: Cast) -> None:
    path = invite(cast, email=cast.charlie.user.email)
    Client().post(path, {"name": "Eve", "password": GOOD})
    cast.charlie.user.refresh_from_db()
    assert cast.charlie.user.check_password(PASSWORD)


def test_an_invitation_is_for_its_address_alone(cast: Cast) -> None:
    path = invite(cast)
    answer = cast.browser(cast.charlie).post(path)
    assert answer.status_code == 403
    assert "This invitation is for nadia@tern.example" in answer.text
    assert not Member.objects.filter(practice=cast.practice, user=cast.charlie.user).exists()


def test_a_member_is_not_invited_again(cast: Cast) -> None:
    form = {"email": " Bob@Tern.example ", "name": "Bob", "role": cast.bob.role_id}
    answer = cast.browser(cast.alice).post(INVITE, form)
    assert answer.status_code == 422
    assert "bob@tern.example is a member already." in answer.text
    assert not mail.outbox


def test_one_address_is_invited_once_at_a_time(cast: Cast) -> None:
    invite(cast)
    role = cast.practice.roles.get(key="reception")
    form = {"email": "nadia@tern.example", "name": "Nadia", "role": role.pk}
    answer = cast.browser(cast.alice).post(INVITE, form)
    assert answer.status_code == 422
    assert "is invited already" in answer.text


@pytest.mark.parametrize("name", ["Nadia\r\nBcc: eve@evil.example", "Nadia\nX: y", "a\x00b"])
def test_no_name_adds_a_header_to_the_letter(cast: Cast, name: str) -> None:
    role = cast.practice.roles.get(key="reception")
    form = {"email": "nadia@tern.example", "name": name, "role": role.pk}
    assert cast.browser(cast.alice).post(INVITE, form).status_code == 422
    assert not mail.outbox


def test_without_a_mail_server_the_link_is_shown_once(cast: Cast, settings) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.console.EmailBackend"
    role = cast.practice.roles.get(key="reception")
    form = {"email": "nadia@tern.example", "name": "Nadia", "role": role.pk}
    browser = cast.browser(cast.alice)
    page = browser.post(INVITE, form)
    assert page.status_code == 200
    assert "Postroom has no mail server for its own letters yet." in page.text
    found = re.search(r'value="http://localhost:8025(/invitation/[\w-]+)"', page.text)
    assert found
    assert Client().get(found[1]).status_code == 200
    team = browser.get("/p/tern/settings/people").text
    assert "not sent by Postroom" in team
    assert found[1] not in team


def test_a_mail_server_that_refuses_is_said_and_the_link_shown(cast: Cast, monkeypatch) -> None:
    def refuse(*_given: object, **_named: object) -> None:
        raise ConnectionRefusedError

    monkeypatch.setattr("django.core.mail.backends.locmem.EmailBackend.send_messages", refuse)
    role = cast.practice.roles.get(key="reception")
    form = {"email": "nadia@tern.example", "name": "Nadia", "role": role.pk}
    page = cast.browser(cast.alice).post(INVITE, form)
    assert "The mail server did not take the letter." in page.text
    assert "/invitation/" in page.text
    assert Invitation.objects.get().sent_at is None


def test_nobody_invites_to_a_role_that_may_do_more(cast: Cast) -> None:
    desk = cast.practice.roles.create(key="desk", name="Desk", rights=["read", "members"])
    dana = make_member(cast.practice, "Dana Oke", "reception")
    dana.role = desk
    dana.save()
    administrator = cast.practice.roles.get(key="administrator")
    form = {"email": "eve@x.example", "name": "Eve", "role": administrator.pk}
    answer = cast.browser(dana).post(INVITE, form)
    assert answer.status_code == 422
    assert "Choose one of the roles in the list." in answer.text
    assert not Invitation.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_two_who_open_one_link_at_once_get_one_place() -> None:
    cast, now = make_cast(), timezone.now()
    role = cast.practice.roles.get(key="reception")
    invitation = keep_place(
        cast.practice, "nadia@tern.example", "Nadia", role, by=cast.alice, now=now
    ).invitation

    def accept(name: str) -> None:
        accept_as_new(invitation, name, GOOD, now=now)

    assert sorted(at_once(accept, ["Nadia", "Eve"])) == ["", "Refused"]
    assert Member.objects.filter(user__email="nadia@tern.example").count() == 1
