"""The same people in every test: Alice runs the practice, Bob is at the desk, Rita only reads,
Charlie runs another practice and must see nothing of this one."""

from dataclasses import dataclass
from functools import cache

from django.contrib.auth.hashers import make_password
from django.test import Client as Browser

from postroom.clients.models import Client, Contact, ContactLink, ContactPoint
from postroom.kit.text import fold
from postroom.practice import rules
from postroom.practice.models import Member, Practice, Role, User

PASSWORD = "correct horse battery"


@dataclass(frozen=True)
class Cast:
    practice: Practice
    other: Practice
    alice: Member
    bob: Member
    rita: Member
    charlie: Member
    hollis: Client

    def browser(self, member: Member | None = None) -> Browser:
        """A browser in which this person is signed in; without one, nobody is."""
        browser = Browser()
        if member:
            browser.force_login(member.user)
        return browser


def make_cast() -> Cast:
    practice = make_practice("tern", "Tern & Thistle Vets")
    other = make_practice("other", "Somewhere Else")
    return Cast(
        practice=practice,
        other=other,
        alice=make_member(practice, "Alice Moreau", rules.ADMINISTRATOR),
        bob=make_member(practice, "Bob Adeyemi", "reception"),
        rita=make_member(practice, "Rita Sand", "read-only"),
        charlie=make_member(other, "Charlie Voss", rules.ADMINISTRATOR),
        hollis=make_client(
            practice,
            "4182",
            "Hollis Farrow",
            ["hollis.farrow@example.org", "hollis@farrowjoinery.example.com"],
        ),
    )


def make_practice(slug: str, name: str) -> Practice:
    """A practice with the seeded roles."""
    practice = Practice.objects.create(slug=slug, name=name)
    Role.objects.bulk_create(
        Role(practice=practice, key=key, rights=list(rights)) for key, rights in rules.ROLES.items()
    )
    return practice


def make_member(practice: Practice, name: str, role: str) -> Member:
    """A member whose address is made of the first name and the practice."""
    email = f"{name.split()[0].lower()}@{practice.slug}.example"
    user = User.objects.create(email=email, password=_hashed())
    return Member.objects.create(
        practice=practice, user=user, role=practice.roles.get(key=role), name=name
    )


@cache
def _hashed() -> str:
    """Once for all: it is made to take long."""
    return make_password(PASSWORD)


def make_client(practice: Practice, ref: str, name: str, addresses: list[str]) -> Client:
    """A client with one main contact and these addresses."""
    client = Client.objects.create(
        practice=practice, ref=ref, name=name, search_name=fold(f"{name} {ref} {addresses}")
    )
    contact = Contact.objects.create(practice=practice, name=name)
    ContactLink.objects.create(practice=practice, contact=contact, client=client, main=True)
    ContactPoint.objects.bulk_create(
        ContactPoint(
            practice=practice,
            contact=contact,
            kind=ContactPoint.EMAIL,
            value=address,
            norm=address.lower(),
        )
        for address in addresses
    )
    return client
