"""Rights as ticks: what a role may do, and what nobody can take or give."""

from datetime import timedelta

import pytest
from django.utils import timezone

from postroom.practice import roles, rules
from postroom.practice.actions import Refused
from postroom.practice.models import AuditEvent, Invitation, Role
from postroom.practice.words import RIGHTS
from tests.support.cast import Cast, make_member

ROLES = "/p/tern/settings/roles"


def test_every_right_has_words() -> None:
    assert set(RIGHTS) == set(rules.RIGHTS)


def test_the_page_ticks_what_each_role_may_do(cast: Cast) -> None:
    page = cast.browser(cast.alice).get(ROLES).text
    row = page[page.index("File unresolved messages") : page.index("Take off what others filed")]
    assert (row.count(">yes<"), row.count(">no<")) == (4, 1)


def test_a_role_of_ones_own_opens_what_is_ticked(cast: Cast) -> None:
    form = {"name": "Nurse", "rights": ["resolve", "unassign"]}
    assert cast.browser(cast.alice).post(f"{ROLES}/add", form).url == ROLES
    nurse = Role.objects.get(practice=cast.practice, key="nurse")
    assert nurse.rights == ["read", "resolve", "unassign"]
    cast.rita.role = nurse
    cast.rita.save()
    rita = cast.browser(cast.rita)
    assert rita.get("/p/tern/unresolved").status_code == 200
    assert rita.get(ROLES).status_code == 403


def test_differences_are_written_down(cast: Cast) -> None:
    role = cast.practice.roles.get(key="reception")
    form = {"name": "Front desk", "rights": ["read", "write", "unassign"]}
    cast.browser(cast.alice).post(f"{ROLES}/{role.pk}", form)
    role.refresh_from_db()
    assert (str(role), role.rights) == ("Front desk", ["read", "write", "unassign"])
    assert AuditEvent.objects.get(object_kind="role").data == {
        "added": ["unassign"],
        "removed": ["resolve"],
        "renamed": True,
    }


def test_a_seeded_role_under_its_own_name_stays_translated(cast: Cast) -> None:
    role = cast.practice.roles.get(key="reception")
    roles.save_role(role, "Reception", ["read"], by=cast.alice, now=timezone.now())
    role.refresh_from_db()
    assert role.name == ""


def test_the_administrator_keeps_members_and_everybody_reads(cast: Cast) -> None:
    now = timezone.now()
    administrator = cast.alice.role
    roles.save_role(administrator, "Administrator", [], by=cast.alice, now=now)
    administrator.refresh_from_db()
    assert administrator.rights == ["members", "read"]
    # And can give the rest back, though not having it.
    roles.save_role(administrator, "Administrator", rules.RIGHTS, by=cast.alice, now=now)
    administrator.refresh_from_db()
    assert administrator.rights == list(rules.RIGHTS)


def test_two_roles_cannot_have_one_name(cast: Cast) -> None:
    answer = cast.browser(cast.alice).post(f"{ROLES}/add", {"name": "reception", "rights": []})
    assert answer.status_code == 422
    assert "There is a role of this name already." in answer.text


def test_a_right_that_does_not_exist_is_refused(cast: Cast) -> None:
    form = {"name": "Wizard", "rights": ["everything"]}
    assert cast.browser(cast.alice).post(f"{ROLES}/add", form).status_code == 422


def test_nobody_gives_a_right_they_do_not_have(cast: Cast) -> None:
    dana = make_member(cast.practice, "Dana Oke", "reception")
    dana.role = cast.practice.roles.create(key="desk", name="Desk", rights=["members", "read"])
    dana.save()
    now = timezone.now()
    with pytest.raises(Refused, match="rights that you have yourself"):
        roles.save_role(dana.role, "Desk", ["members", "settings"], by=dana, now=now)
    with pytest.raises(Refused, match="rights that you have yourself"):
        roles.save_role(cast.bob.role, "Reception", [], by=dana, now=now)
    with pytest.raises(Refused, match="rights that you have yourself"):
        roles.add_role(cast.practice, "More", ["audit"], by=dana, now=now)


def test_a_role_of_ones_own_goes_when_nobody_needs_it(cast: Cast) -> None:
    now = timezone.now()
    nurse = roles.add_role(cast.practice, "Nurse", ["write"], by=cast.alice, now=now)
    cast.rita.role = nurse
    cast.rita.save()
    with pytest.raises(Refused, match="role of somebody"):
        roles.remove_role(nurse, by=cast.alice, now=now)
    cast.rita.role = cast.bob.role
    cast.rita.save()
    Invitation.objects.create(
        practice=cast.practice,
        email="n@x.example",
        name="N",
        role=nurse,
        hash="h",
        created_at=now,
        expires_at=now + timedelta(hours=1),
    )
    with pytest.raises(Refused, match="invited"):
        roles.remove_role(nurse, by=cast.alice, now=now)
    Invitation.objects.update(withdrawn_at=now)
    answer = cast.browser(cast.alice).post(f"{ROLES}/{nurse.pk}/remove", follow=True)
    assert "The role “Nurse” is gone." in answer.text
    assert not Role.objects.filter(pk=nurse.pk).exists()


def test_the_roles_every_practice_has_stay(cast: Cast) -> None:
    assistant = cast.practice.roles.get(key="assistant")
    answer = cast.browser(cast.alice).post(f"{ROLES}/{assistant.pk}/remove", follow=True)
    assert "It stays." in answer.text
    assert Role.objects.filter(pk=assistant.pk).exists()


def test_names_in_any_letters_give_different_keys(cast: Cast) -> None:
    now = timezone.now()
    keys = [
        roles.add_role(cast.practice, name, [], by=cast.alice, now=now).key
        for name in ("Nurse", "nurse!", "看護師", "ممرضة", "Administrator 2", "Administrator")
    ]
    assert len(set(keys)) == len(keys)
    assert "administrator" not in keys
