"""A client, or a correspondent, made of a letter; and letters that addresses explain by now."""

import pytest
from django.test import Client as Browser

from postroom.clients import contacting
from postroom.clients.models import Client, Contact
from postroom.register import actions
from postroom.register.models import Entry
from postroom.register.tests.post import NOON, mail, pile, put
from postroom.register.tests.test_resolve import toasts
from postroom.register.tests.test_unresolved import PAGE, words
from tests.support.cast import Cast, make_client

TEXT = "Do you see tortoises?\n\nJ. Penhallow\n020 7946 0018\n> our number is 0121 496 0000"
FROM = "PENHALLOW, June <june.p@home.example>"


@pytest.fixture
def bob(cast: Cast) -> Browser:
    return cast.browser(cast.bob)


def held(browser: Browser, entry: Entry, kind: str = "client") -> dict[str, str]:
    form = browser.get(f"/p/tern/entries/{entry.pk}/new-{kind}").context["form"]
    return {name: form.initial[name] for name in ("name", "email", "phone")}


def test_name_address_and_telephone_are_taken_from_the_letter(cast: Cast, bob: Browser) -> None:
    entry = put(cast.practice, mail(sender=FROM, text=TEXT))
    assert held(bob, entry) == {
        "name": "June Penhallow",
        "email": "june.p@home.example",
        "phone": "020 7946 0018",
    }
    entry = put(cast.practice, mail(sender="info@home.example"))
    assert held(bob, entry)["email"] == ""  # several people may write from it
    assert held(bob, entry, "correspondent")["email"] == "info@home.example"


def test_a_new_client_has_the_letter_at_once_and_waiting_mail_is_offered(
    cast: Cast, bob: Browser
) -> None:
    letters = [put(cast.practice, mail(sender=FROM, text=TEXT, subject=f"L{n}")) for n in range(3)]
    data = {
        "version": 1,
        "name": "June Penhallow",
        "email": "june.p@home.example",
        "phone": "020 7946 0018",
        "patient": "Shelly",
    }
    answer = bob.post(f"/p/tern/entries/{letters[0].pk}/new-client", data)
    june = Client.objects.get(name="June Penhallow")
    assert list(letters[0].clients.all()) == [june]
    assert [one.name for one in letters[0].patients.all()] == ["Shelly"]
    assert answer["Location"].startswith(f"{PAGE}?entry=")
    page = bob.get(f"/p/tern/clients/{june.pk}")
    assert "2 waiting messages are from addresses of this record." in words(page)
    assert bob.get(PAGE).context["known"] == 2
    shown = bob.get("/p/tern/unresolved/known", {"client": june.pk})
    assert len(shown.context["found"]) == 2
    tick = {"together": f"{letters[1].pk}:1"}
    answer = bob.post(f"/p/tern/unresolved/known?client={june.pk}", tick)
    letters[1].refresh_from_db(), letters[2].refresh_from_db()
    assert (letters[1].filing, letters[2].filing) == ("resolved", "unresolved")
    bob.post(toasts(answer)[-1][1])
    letters[1].refresh_from_db()
    assert letters[1].is_waiting


def test_somebody_who_is_on_the_list_already_is_shown_first(cast: Cast, bob: Browser) -> None:
    entry = put(cast.practice, mail(sender="Hollis Farrow <new@home.example>"))
    data = {"version": 1, "name": "Hollis Farrow", "email": "new@home.example"}
    page = bob.post(f"/p/tern/entries/{entry.pk}/new-client", data)
    assert page.status_code == 422
    assert [client.pk for client in page.context["same"]] == [cast.hollis.pk]
    assert Client.objects.filter(name="Hollis Farrow").count() == 1
    bob.post(f"/p/tern/entries/{entry.pk}/new-client", {**data, "sure": "1"})
    assert Client.objects.filter(name="Hollis Farrow").count() == 2


@pytest.mark.parametrize("kind", ["client", "correspondent"])
def test_nobody_is_added_for_a_letter_that_somebody_filed_meanwhile(
    cast: Cast, bob: Browser, kind: str
) -> None:
    entry = put(cast.practice)
    Entry.objects.filter(pk=entry.pk).update(version=2)
    data = {"version": 1, "name": "June", "calling": "laboratory"}
    answer = bob.post(f"/p/tern/entries/{entry.pk}/new-{kind}", data)
    assert "Nobody was added." in toasts(answer)[0][0]
    assert not Client.objects.filter(name="June").exists()
    assert not Contact.objects.filter(name="June").exists()


@pytest.mark.parametrize(("aside", "filing"), [({}, "unresolved"), ({"set_aside": "1"}, "ignored")])
def test_a_correspondents_letter_asks_about_whom_or_is_about_nobody(
    cast: Cast, bob: Browser, aside: dict[str, str], filing: str
) -> None:
    entry = put(cast.practice, mail(sender="Results <lab@lab.example>"))
    data = {"version": 1, "name": "Lab", "calling": "laboratory", "email": "lab@lab.example"}
    bob.post(f"/p/tern/entries/{entry.pk}/new-correspondent", data | aside)
    entry.refresh_from_db()
    made = Contact.objects.get(name="Lab")
    assert (entry.filing, entry.contact, made.professional) == (filing, made, True)
    assert entry.reason == ("not-a-client" if aside else "professional")


def test_a_wrong_address_is_said_and_nobody_is_added(cast: Cast, bob: Browser) -> None:
    entry = put(cast.practice)
    data = {"version": 1, "name": "June", "email": "no address"}
    page = bob.post(f"/p/tern/entries/{entry.pk}/new-client", data)
    assert (page.status_code, list(page.context["form"].errors)) == (422, ["email"])
    assert Entry.objects.get().is_waiting


def test_what_is_known_by_now_is_offered_by_the_rules_that_file(cast: Cast, bob: Browser) -> None:
    letters = pile(cast.practice, 2)
    actions.resolve(letters[1], [cast.hollis], by=cast.bob, now=NOON, version=1)
    actions.take_back(letters[1], by=cast.alice, now=NOON, version=2)
    point = {"kind": "email", "value": "hollis@farrow.example", "norm": "hollis@farrow.example"}
    contacting.add_point(cast.hollis.contacts.get(), point, by=cast.bob, now=NOON)
    found = bob.get("/p/tern/unresolved/known").context["found"]
    assert [one.entry.pk for one in found] == [letters[0].pk]  # the other was taken back by hand
    make_client(cast.practice, "77", "June Farrow", ["hollis@farrow.example"])
    assert bob.get("/p/tern/unresolved/known").status_code == 302  # two have it now
