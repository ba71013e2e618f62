"""Members: who sees them, changing them, ending and giving back access."""

from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from postroom.practice import people
from postroom.practice.actions import Refused
from postroom.practice.models import (
    AccessToken,
    AuditEvent,
    Event,
    Factor,
    Member,
    RecoveryCode,
    SignedIn,
)
from postroom.practice.sessions import stored_key
from postroom.practice.tests.at_once import at_once
from tests.support.cast import Cast, make_cast, make_member

TEAM = "/p/tern/settings/people"


def form_of(member: Member, **changes: object) -> dict[str, object]:
    facts = {"title": "", "name": member.name, "role": member.role_id, "job": "", "telephone": ""}
    return {**facts, **changes}


def test_the_team_shows_role_second_factor_and_last_time_here(cast: Cast) -> None:
    now = timezone.now()
    Factor.objects.create(user=cast.bob.user, kind=Factor.TOTP, created_at=now)
    for n, minutes in enumerate((500, 7)):
        at = now - timedelta(minutes=minutes)
        SignedIn.objects.create(user=cast.bob.user, key=f"{n}", created_at=at, seen_at=at)
    page = cast.browser(cast.alice).get(TEAM).text
    row = page[page.index("Bob Adeyemi") : page.index("Rita Sand")]
    assert "bob@tern.example" in row
    assert "Reception" in row
    assert "No second factor" not in row
    assert "Here 7 min ago" in row
    assert row.count("Here ") == 1
    assert "Charlie" not in page


def test_the_team_costs_the_same_however_large(cast: Cast) -> None:
    browser = cast.browser(cast.alice)
    with CaptureQueriesContext(connection) as few:
        browser.get(TEAM)
    for n in range(20):
        make_member(cast.practice, f"Person{n} X", "reception")
    with CaptureQueriesContext(connection) as many:
        assert browser.get(TEAM).text.count("Person") > 20
    assert len(many) <= len(few)


def test_a_members_facts_and_role_are_saved_with_names_of_fields_alone(cast: Cast) -> None:
    role = cast.practice.roles.get(key="practitioner")
    form = form_of(
        cast.bob,
        title="Dr",
        job="Surgeon",
        association="RCVS",
        association_number="711",
        practitioner="on",
        role=role.pk,
    )
    assert cast.browser(cast.alice).post(f"{TEAM}/{cast.bob.pk}", form).status_code == 302
    cast.bob.refresh_from_db()
    assert (cast.bob.full_name, cast.bob.job) == ("Dr Bob Adeyemi", "Surgeon")
    assert (cast.bob.association_number, cast.bob.practitioner) == ("711", True)
    assert cast.bob.role == role
    changed = AuditEvent.objects.get(action="change", object_kind="member")
    assert changed.data == {
        "fields": ["title", "job", "association", "association_number", "practitioner"]
    }
    assert AuditEvent.objects.get(action="role").data == {"from": "reception", "to": "practitioner"}
    assert Event.objects.filter(kind="member", object_id=cast.bob.pk).count() == 2


def test_what_did_not_change_is_not_written_down(cast: Cast) -> None:
    cast.browser(cast.alice).post(f"{TEAM}/{cast.bob.pk}", form_of(cast.bob))
    assert not AuditEvent.objects.filter(object_kind="member").exclude(action="sign-in").exists()


def test_another_role_counts_from_the_next_request(cast: Cast) -> None:
    bob = cast.browser(cast.bob)
    assert bob.get("/p/tern/unresolved").status_code == 200
    role = cast.practice.roles.get(key="read-only")
    people.change_role(cast.bob, role, by=cast.alice, now=timezone.now())
    assert bob.get("/p/tern/unresolved").status_code == 403


def test_ending_access_is_at_once_and_everywhere(cast: Cast) -> None:
    bob, now = cast.browser(cast.bob), timezone.now()
    assert bob.get("/p/tern/").status_code == 200
    key = stored_key(bob.session.session_key)
    assert SignedIn.objects.filter(user=cast.bob.user, key=key).exists()
    token = AccessToken.objects.create(
        practice=cast.practice, name="Till", hash="h", created_by=cast.bob, created_at=now
    )
    answer = cast.browser(cast.alice).post(f"{TEAM}/{cast.bob.pk}/deactivate", follow=True)
    assert "Bob Adeyemi no longer has access." in answer.text
    assert bob.get("/p/tern/").url == "/sign-in?next=/p/tern/"
    assert not Session.objects.filter(session_key=key).exists()
    assert not SignedIn.objects.filter(user=cast.bob.user).exists()
    token.refresh_from_db()
    assert token.revoked_at is not None
    assert AuditEvent.objects.filter(action="deactivate", object_id=cast.bob.pk).count() == 1


def test_who_was_let_go_is_at_the_door_with_the_next_request(cast: Cast) -> None:
    bob = cast.browser(cast.bob)
    people.deactivate(cast.bob, by=cast.alice, now=timezone.now())
    assert bob.get("/p/tern/").url == "/sign-in?next=/p/tern/"


def test_ending_access_here_leaves_another_practice_open(cast: Cast) -> None:
    role = cast.other.roles.get(key="assistant")
    Member.objects.create(practice=cast.other, user=cast.bob.user, role=role, name="Bob")
    people.deactivate(cast.bob, by=cast.alice, now=timezone.now())
    assert cast.browser(cast.bob).get("/p/other/").status_code == 200


def test_the_page_says_what_ending_access_means_before_it_does(cast: Cast) -> None:
    page = cast.browser(cast.alice).get(f"{TEAM}/{cast.bob.pk}/deactivate").text
    assert "signed out everywhere at once" in page
    cast.bob.refresh_from_db()
    assert cast.bob.active


def test_access_can_be_given_again(cast: Cast) -> None:
    people.deactivate(cast.bob, by=cast.alice, now=timezone.now())
    browser = cast.browser(cast.alice)
    assert "No longer here" in browser.get(TEAM).text
    browser.post(f"{TEAM}/{cast.bob.pk}/readmit")
    assert cast.browser(cast.bob).get("/p/tern/").status_code == 200


def test_the_last_administrator_stays(cast: Cast) -> None:
    now = timezone.now()
    with pytest.raises(Refused, match="last administrator"):
        people.deactivate(cast.alice, by=None, now=now)
    with pytest.raises(Refused, match="last administrator"):
        people.change_role(cast.alice, cast.bob.role, by=None, now=now)
    form = form_of(cast.alice, role=cast.bob.role_id)
    answer = cast.browser(cast.alice).post(f"{TEAM}/{cast.alice.pk}", form)
    assert answer.status_code == 422
    assert "Alice Moreau is the last administrator." in answer.text


def test_an_administrator_who_left_is_no_other_administrator(cast: Cast) -> None:
    second, now = make_member(cast.practice, "Zoe Hart", "administrator"), timezone.now()
    people.deactivate(second, by=cast.alice, now=now)
    with pytest.raises(Refused, match="last administrator"):
        people.change_role(cast.alice, cast.bob.role, by=None, now=now)


def test_nobody_ends_their_own_access(cast: Cast) -> None:
    make_member(cast.practice, "Zoe Hart", "administrator")
    with pytest.raises(Refused, match="ask another administrator"):
        people.deactivate(cast.alice, by=cast.alice, now=timezone.now())


def test_who_may_do_less_cannot_touch_who_may_do_more(cast: Cast) -> None:
    make_member(cast.practice, "Zoe Hart", "administrator")
    dana = make_member(cast.practice, "Dana Oke", "reception")
    dana.role = cast.practice.roles.create(key="desk", name="Desk", rights=["read", "members"])
    dana.save()
    now, administrator = timezone.now(), cast.alice.role
    with pytest.raises(Refused, match="may do more"):
        people.deactivate(cast.alice, by=dana, now=now)
    with pytest.raises(Refused, match="may do more"):
        people.change_role(dana, administrator, by=dana, now=now)
    form = form_of(dana, role=administrator.pk)
    assert cast.browser(dana).post(f"{TEAM}/{dana.pk}", form).status_code == 422
    dana.refresh_from_db()
    assert dana.role.key == "desk"


def test_forgetting_a_second_factor_signs_out_and_is_written_down(cast: Cast) -> None:
    user, now = cast.bob.user, timezone.now()
    Factor.objects.create(user=user, kind=Factor.TOTP, created_at=now)
    RecoveryCode.objects.create(user=user, hash="h")
    SignedIn.objects.create(user=user, key="k", created_at=now, seen_at=now)
    assert people.reset_second_factor(cast.bob, by=None, now=now) == 1
    assert not user.factors.exists()
    assert not user.recovery_codes.exists()
    assert not user.signed_in.exists()
    assert AuditEvent.objects.filter(action="reset-factor", object_id=cast.bob.pk).exists()


@pytest.mark.django_db(transaction=True)
def test_two_administrators_who_demote_each_other_at_once_leave_one() -> None:
    cast, now = make_cast(), timezone.now()
    zoe = make_member(cast.practice, "Zoe Hart", "administrator")
    role = cast.practice.roles.get(key="reception")

    def demote(pair: tuple[Member, Member]) -> None:
        people.change_role(pair[0], role, by=pair[1], now=now)

    assert sorted(at_once(demote, [(cast.alice, zoe), (zoe, cast.alice)])) == ["", "Refused"]
    left = Member.objects.filter(practice=cast.practice, role__key="administrator")
    assert left.count() == 1
