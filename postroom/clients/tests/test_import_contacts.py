"""What a list says of people: further contacts, birthdays, who has died."""

import pytest

from postroom.clients.matching import match_all
from postroom.clients.models import Client, Contact, ContactLink
from postroom.clients.rules import One
from postroom.clients.tests.test_import_clients import counts, emails

KIN = "reference,name,contacts,client state,birth_date\n"
JUNE = '"June Ruiz (mother, responsible): june@x.example, 020 7946 0018"'


def kin(client):
    links = ContactLink.objects.filter(client=client, main=False).order_by("contact__name")
    return [(link.contact.name, link.role, link.responsible) for link in links]


def test_further_contacts_come_with_role_and_addresses(bring):
    bring(KIN + f"C1,Ana,{JUNE},,\n")
    ana = Client.objects.get(ref="C1")
    assert kin(ana) == [("June Ruiz", "mother", True)]
    assert emails(ana) == ["june@x.example"]
    assert Client.objects.search("june@x.example").get() == ana
    assert match_all(ana.practice_id, ["june@x.example"]) == {"june@x.example": One(ana.pk)}
    assert counts(bring(KIN + f"C1,Ana,{JUNE},,\n")) == (0, 0, 1, 0)


@pytest.mark.parametrize(
    "changed",
    [
        JUNE.replace("mother", "aunt"),
        JUNE.replace(", responsible", ""),
        JUNE.replace("june@", "june.ruiz@"),
        JUNE.replace("0018", "0019"),
        JUNE.replace('18"', '18; Max Ruiz"'),
        "",
    ],
)
def test_any_change_of_a_contact_is_one_update_and_then_nothing(bring, changed):
    bring(KIN + f"C1,Ana,{JUNE},,\n")
    assert counts(bring(KIN + f"C1,Ana,{changed},,\n")) == (0, 1, 0, 0)
    assert counts(bring(KIN + f"C1,Ana,{changed},,\n")) == (0, 0, 1, 0)
    assert counts(bring(KIN + f"C1,Ana,{JUNE},,\n")) == (0, 1, 0, 0)
    assert kin(Client.objects.get(ref="C1")) == [("June Ruiz", "mother", True)]


def test_a_contact_that_leaves_the_list_is_gone_unless_somebody_wrote_of_them(bring):
    bring(KIN + f"C1,Ana,{JUNE},,\nC2,Bo,Max (uncle): max@x.example,,\n")
    max_ = Contact.objects.get(name="Max")
    max_.points.create(
        practice=max_.practice, kind="email", value="m@x.example", norm="m@x.example"
    )
    bring(KIN + "C1,Ana,,,\nC2,Bo,,,\n")
    assert not Contact.objects.filter(name="June Ruiz").exists()
    assert [point.norm for point in max_.points.filter(origin="member")] == ["m@x.example"]
    assert kin(Client.objects.get(ref="C1")) == kin(Client.objects.get(ref="C2")) == []


def test_a_contact_that_a_member_added_is_left_alone(cast, bring):
    bring(KIN + "C1,Ana,,,\n")
    ana = Client.objects.get(ref="C1")
    june = Contact.objects.create(practice=cast.practice, name="June Ruiz")
    ContactLink.objects.create(practice=cast.practice, contact=june, client=ana, role="friend")
    bring(KIN + "C1,Ana,Max (uncle),,\n")
    bring(KIN + f"C1,Ana,{JUNE},,\n")
    assert kin(ana) == [("June Ruiz", "friend", False)]


def test_the_day_of_the_birthday_is_kept_beside_the_date(bring):
    bring(KIN + "C1,Ana,,,1980-12-31\nC2,Bo,,,--02-29\nC3,Cy,,,\n")
    found = dict(Client.objects.filter(ref__startswith="C").values_list("ref", "birthday"))
    assert found == {"C1": 1231, "C2": 229, "C3": None}


def test_a_list_says_who_has_died_and_an_empty_cell_says_nothing(bring):
    bring(KIN + "C1,Ana,,deceased,\nC2,Bo,,inactif,\nC3,Cy,,,\n")
    bring(KIN + "C1,Ana,,,\nC2,Bo,,active,\nC3,Cy,,,\n")
    states = Client.objects.filter(ref__startswith="C").order_by("ref")
    assert list(states.values_list("state", flat=True)) == ["deceased", "active", "active"]
