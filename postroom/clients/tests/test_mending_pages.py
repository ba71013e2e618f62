"""The pages on which clients, people, groups and correspondents are made and mended."""

from typing import Any

import pytest
from django.test import Client as Browser

from postroom.clients.models import (
    Client,
    ClientAccess,
    Consent,
    Contact,
    ContactPoint,
    Group,
    GroupMember,
    Patient,
)
from tests.support.cast import Cast, make_client

ALL = "/p/tern/clients"


@pytest.fixture
def bob(cast: Cast) -> Browser:
    return cast.browser(cast.bob)


def as_shown(browser: Browser, address: str, **typed: Any) -> dict[str, Any]:
    """What a browser sends when the page's form is saved with some fields typed over."""
    context = browser.get(address).context
    data: dict[str, Any] = {}
    for form in [context["form"], *(context.get("consents") or [])]:
        for bound in form:
            value = bound.value()
            if value is False:
                value = None
            shown = bound.field.prepare_value(value)
            if shown not in (None, ""):
                data[bound.html_name] = shown
            if bound.field.show_hidden_initial:
                data[bound.html_initial_name] = "" if bound.value() is None else bound.value()
    data |= typed
    return {name: value for name, value in data.items() if value is not None}


def test_a_client_is_made_with_a_first_address_and_number(cast: Cast, bob: Browser) -> None:
    data = {
        "name": "Ada  Brook",
        "state": "active",
        "email": "Ada@Brook.example",
        "phone": "020 7946 0018",
    }
    answer = bob.post(f"{ALL}/new", data, follow=True)
    made = Client.objects.get(name="Ada Brook")
    assert answer.redirect_chain[-1][0] == f"{ALL}/{made.pk}/details"
    assert "Ada Brook is on the list." in answer.text
    points = ContactPoint.objects.filter(contact__clients=made).order_by("kind")
    assert [(point.norm, point.preferred, point.origin) for point in points] == [
        ("ada@brook.example", True, "member"),
        ("+442079460018", True, "member"),
    ]


def test_what_is_wrong_is_said_and_nothing_is_made(cast: Cast, bob: Browser) -> None:
    data = {"name": "Ada", "ref": "4182", "state": "active", "email": "ada brook@x.example"}
    page = bob.post(f"{ALL}/new", data)
    assert page.status_code == 422
    assert "There is a space at character 4" in page.text
    page = bob.post(f"{ALL}/new", {**data, "email": ""})
    assert page.status_code == 422
    assert "This number belongs to somebody else already." in page.text
    page = bob.post(f"{ALL}/new", {"state": "active", "birth_date": "2999-01-01"})
    assert "This day is still to come." in page.text
    assert Client.objects.filter(practice=cast.practice).count() == 1


def test_an_address_that_strangers_share_is_kept_and_warned_of(cast: Cast, bob: Browser) -> None:
    data = {"name": "Ada", "state": "active", "email": "hollis.farrow@example.org"}
    page = bob.post(f"{ALL}/new", data, follow=True)
    assert "is also an address of Hollis Farrow (4182)" in page.text
    assert ContactPoint.objects.filter(norm="hollis.farrow@example.org").count() == 2


def test_a_number_that_cannot_be_read_is_kept_as_written(cast: Cast, bob: Browser) -> None:
    data = {"name": "Ada", "state": "active", "phone": "ask her sister"}
    page = bob.post(f"{ALL}/new", data, follow=True)
    assert "cannot be read as a telephone number" in page.text
    assert ContactPoint.objects.get(kind="phone").norm == "?ask her sister"


def test_the_second_person_is_told_who_saved_what_and_keeps_their_words(
    cast: Cast, bob: Browser
) -> None:
    address = f"{ALL}/{cast.hollis.pk}/edit"
    mine = as_shown(bob, address, name="Bob’s name")
    alice = cast.browser(cast.alice)
    alice.post(address, as_shown(alice, address, name="Alice’s name", note="hers"))
    page = bob.post(address, mine)
    assert page.status_code == 409
    assert "Alice Moreau changed this at" in page.text
    assert "to “Alice’s name”" in page.text
    assert 'value="Bob’s name"' in page.text
    row = Client.objects.get(pk=cast.hollis.pk)
    assert (row.name, row.note) == ("Alice’s name", "hers")
    seen = {**mine, "initial-name": "Alice’s name"}
    assert 'name="initial-name" value="Alice’s name"' in page.text
    assert bob.post(address, seen).status_code == 302
    row.refresh_from_db()
    assert (row.name, row.note) == ("Bob’s name", "hers")


def test_saving_a_page_unchanged_changes_nothing(cast: Cast, bob: Browser) -> None:
    Client.objects.filter(pk=cast.hollis.pk).update(
        birth_date="1980-12-31",
        language="nl",
        note="two\nlines",
        restricted=True,
        practitioner=cast.alice,
    )
    for member in (cast.bob, cast.rita):
        ClientAccess.objects.create(practice=cast.practice, client=cast.hollis, member=member)
    cast.rita.active = False
    cast.rita.save()
    address = f"{ALL}/{cast.hollis.pk}/edit"
    before = Client.objects.filter(pk=cast.hollis.pk).values().get()
    assert bob.post(address, as_shown(bob, address)).status_code == 302
    assert Client.objects.filter(pk=cast.hollis.pk).values().get() == before
    assert cast.hollis.access.count() == 2
    assert "Changed" not in bob.get(f"{ALL}/{cast.hollis.pk}/details").text


def test_the_details_tell_what_is_kept_and_what_happened(cast: Cast, bob: Browser) -> None:
    address = f"{ALL}/{cast.hollis.pk}/edit"
    bob.post(address, as_shown(bob, address, state="archived", note="moved"))
    page = bob.get(f"{ALL}/{cast.hollis.pk}/details").text
    assert "state: Active → Archived" in page
    assert "Bob Adeyemi" in page
    assert "hollis@farrowjoinery.example.com" in page


def test_who_only_reads_sees_no_buttons(cast: Cast) -> None:
    page = cast.browser(cast.rita).get(f"{ALL}/{cast.hollis.pk}/details").text
    assert "Hollis Farrow" in page
    assert f"/clients/{cast.hollis.pk}/edit" not in page
    assert "<form" not in page.partition("<main")[2].partition("</main>")[0]


def test_patients_are_added_and_mended(cast: Cast, bob: Browser) -> None:
    bob.post(f"{ALL}/{cast.hollis.pk}/patients/new", {"name": "Biscuit", "kind": "dog"})
    patient = Patient.objects.get()
    address = f"/p/tern/patients/{patient.pk}"
    wrong = as_shown(bob, address, birth_date="2020-01-02", died_on="2019-01-01")
    assert "before the date of birth" in bob.post(address, wrong).text
    bob.post(address, as_shown(bob, address, birth_date="2020-01-02", archived="on"))
    patient.refresh_from_db()
    assert (patient.birth_date.isoformat(), patient.archived) == ("2020-01-02", True)


def test_people_are_added_mended_and_removed(cast: Cast, bob: Browser) -> None:
    bob.post(f"{ALL}/{cast.hollis.pk}/people/new", {"name": "June", "role": "mother"})
    june = Contact.objects.get(name="June")
    address = f"{ALL}/{cast.hollis.pk}/people/{june.pk}"
    bob.post(address, as_shown(bob, address, responsible="on"))
    assert june.links.get().responsible
    bob.post(f"{address}/remove")
    assert not Contact.objects.filter(name="June").exists()
    main = cast.hollis.contacts.get()
    page = bob.post(f"{ALL}/{cast.hollis.pk}/people/{main.pk}/remove", follow=True)
    assert "This is who the record is about" in page.text


def test_an_address_and_its_consents_are_mended_and_removed(cast: Cast, bob: Browser) -> None:
    point = ContactPoint.objects.get(norm="hollis.farrow@example.org")
    address = f"/p/tern/points/{point.pk}"
    typed = {"label": "home", "reminder-given": "no", "reminder-source": "form of 3 May"}
    stale = as_shown(bob, address, **{"reminder-given": "yes"})
    bob.post(address, as_shown(bob, address, **typed))
    point.refresh_from_db()
    assert (point.label, Consent.objects.get().source) == ("home", "form of 3 May")
    page = bob.post(address, stale)
    assert page.status_code == 409
    assert "Somebody else noted another consent meanwhile" in page.text
    assert not Consent.objects.get().given
    page = bob.post(address, as_shown(bob, address, value="hollis at home"))
    assert page.status_code == 422
    bob.post(f"{address}/remove")
    assert not ContactPoint.objects.filter(pk=point.pk).exists()


def test_the_same_number_twice_is_refused_in_words(cast: Cast, bob: Browser) -> None:
    contact = cast.hollis.contacts.get()
    address = f"/p/tern/people/{contact.pk}/points/new"
    data = {"kind": "email", "value": "HOLLIS.Farrow@example.org"}
    page = bob.post(address, data)
    assert page.status_code == 422
    assert "Hollis Farrow has this already." in page.text


def test_groups_are_typed_renamed_and_left(cast: Cast, bob: Browser) -> None:
    wren = make_client(cast.practice, "1", "Wren Farrow", [])
    bob.post(f"{ALL}/{cast.hollis.pk}/groups/join", {"name": "Farrow family"})
    group = Group.objects.get()
    address = f"/p/tern/groups/{group.pk}"
    assert "Wren Farrow" in bob.get(address, {"find": "wren"}).text
    bob.post(f"{ALL}/{wren.pk}/groups/join", {"name": "Farrow family", "from": "group"})
    assert group.clients.count() == 2
    bob.post(f"{address}/rename", as_shown(bob, f"{address}/rename", name="Farrow & Co"))
    assert "Farrow &amp; Co" in bob.get(address).text
    assert "Farrow &amp; Co" in bob.get("/p/tern/groups/names", {"name": "far"}).text
    assert len(bob.get(ALL, {"group": group.pk}).context["clients"]) == 2
    for client in (wren, cast.hollis):
        bob.post(f"{ALL}/{client.pk}/groups/{group.pk}/leave", {"from": "group"})
    assert not Group.objects.exists()


def test_a_group_of_closed_clients_alone_is_not_there(cast: Cast, bob: Browser) -> None:
    group = Group.objects.create(practice=cast.practice, name="Secret")
    GroupMember.objects.create(practice=cast.practice, group=group, client=cast.hollis)
    Client.objects.filter(pk=cast.hollis.pk).update(restricted=True)
    assert bob.get(f"/p/tern/groups/{group.pk}").status_code == 404
    assert bob.get(ALL, {"group": group.pk}).status_code == 404
    assert "Secret" not in bob.get("/p/tern/groups/names", {"name": "sec"}).text


def test_correspondents_are_listed_made_and_mended(cast: Cast, bob: Browser) -> None:
    make = {"name": "Vetlab", "calling": "laboratory", "organisation": "Vetlab plc"}
    answer = bob.post("/p/tern/correspondents/new", make)
    lab = Contact.objects.get(professional=True)
    assert answer.url == f"/p/tern/correspondents/{lab.pk}"
    data = {"kind": "email", "value": "results@vetlab.example"}
    answer = bob.post(f"/p/tern/people/{lab.pk}/points/new", data)
    assert answer.url == f"/p/tern/correspondents/{lab.pk}"
    for query in ({"q": "vetlab.ex"}, {"q": "plc", "calling": "laboratory"}):
        assert list(bob.get("/p/tern/correspondents", query).context["contacts"]) == [lab]
    assert not bob.get("/p/tern/correspondents", {"calling": "insurer"}).context["contacts"]
    address = f"/p/tern/correspondents/{lab.pk}/edit"
    bob.post(address, as_shown(bob, address, calling="insurer"))
    lab.refresh_from_db()
    assert lab.calling == "insurer"


def test_the_list_is_narrowed_by_state_practitioner_and_pages_keep_it(
    cast: Cast, bob: Browser
) -> None:
    for n in range(55):
        made = make_client(cast.practice, f"a{n}", f"Ada {n:02}", [])
        Client.objects.filter(pk=made.pk).update(state="archived", practitioner=cast.alice)
    query = {"state": "archived", "practitioner": cast.alice.pk}
    page = bob.get(ALL, query)
    assert len(page.context["clients"]) == 50
    assert f"state=archived&amp;practitioner={cast.alice.pk}&amp;after=" in page.text
    rest = bob.get(ALL, {**query, "after": page.context["next"]})
    assert len(rest.context["clients"]) == 5
    assert bob.get(ALL, {"state": "deceased"}).context["clients"] == []
    assert len(bob.get(ALL, {"state": "active"}).context["clients"]) == 1


def test_the_number_of_a_merged_client_leads_on(cast: Cast, bob: Browser) -> None:
    gone = make_client(cast.practice, "77", "Gone", [])
    Client.objects.filter(pk=gone.pk).update(merged_into=cast.hollis)
    page = bob.get(ALL, {"q": "77"})
    assert page.context["clients"] == []
    assert "was merged into <b>Hollis Farrow</b>" in page.text
    assert bob.get(f"{ALL}/{gone.pk}").url == f"{ALL}/{cast.hollis.pk}"


def test_a_members_address_on_a_record_is_kept_with_a_warning(cast):
    browser = cast.browser(cast.bob)
    contact = cast.hollis.contacts.get()
    form = {"kind": "email", "value": "Rita@tern.example", "automatic": "on"}
    page = browser.post(f"/p/tern/people/{contact.pk}/points/new", form, follow=True)
    assert "is the address of somebody of the practice" in page.text
    assert contact.points.filter(norm="rita@tern.example").exists()
