"""What a practice says of itself: its words, its place, its signature."""

import re

import pytest
from django.utils import timezone

from postroom.practice.actions import found_practice
from postroom.practice.countries import COUNTRIES, country_choices
from postroom.practice.models import AuditEvent, Practice
from postroom.practice.signatures import signature_of
from tests.support.cast import Cast

PAGE = "/p/tern/settings/practice"


def form_of(practice: Practice, **changes: object) -> dict[str, object]:
    facts = {
        "name": practice.name,
        "kind": "veterinary",
        "client_word": "client",
        "patient_word": "animal",
        "telephone": "",
        "address": "",
        "country": "GB",
        "region": "",
        "time_zone": "Europe/London",
        "language": "en",
        "languages": ["en"],
        "signature": "",
        "idle_minutes": "30",
    }
    return {**facts, **changes}


def test_saving_writes_down_which_fields_changed_and_no_content(cast: Cast) -> None:
    form = form_of(cast.practice, name="Tern Vets", signature="{name}\n{practice}", region="SCT")
    answer = cast.browser(cast.alice).post(PAGE, form, follow=True)
    assert "The settings of the practice are saved." in answer.text
    cast.practice.refresh_from_db()
    assert (cast.practice.name, cast.practice.region) == ("Tern Vets", "SCT")
    event = AuditEvent.objects.exclude(action="sign-in").get()
    assert (event.action, event.object_kind) == ("change", "practice")
    assert event.data == {"fields": ["name", "region", "signature"]}


def test_saving_nothing_new_is_not_written_down(cast: Cast) -> None:
    assert cast.browser(cast.alice).post(PAGE, form_of(cast.practice)).status_code == 302
    assert not AuditEvent.objects.exclude(action="sign-in").exists()


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("name", "", "required"),
        ("time_zone", "Mars/Olympus", "There is no time zone “Mars/Olympus”."),
        ("time_zone", "../../etc/passwd", "There is no time zone"),
        ("country", "XX", "not one of the available choices"),
        ("language", "xx", "not one of the available choices"),
        ("signature", "{sirname}", "{sirname} cannot be filled in."),
        ("idle_minutes", "0", "greater than or equal to 1"),
        ("idle_minutes", "721", "less than or equal to 720"),
        ("client_word", "victim", "not one of the available choices"),
    ],
)
def test_what_cannot_be_is_refused_in_a_sentence(
    cast: Cast, field: str, value: str, sentence: str
) -> None:
    answer = cast.browser(cast.alice).post(PAGE, form_of(cast.practice, **{field: value}))
    assert answer.status_code == 422
    assert sentence in answer.text
    cast.practice.refresh_from_db()
    assert getattr(cast.practice, field) != value


def test_the_region_of_another_country_is_let_go(cast: Cast) -> None:
    browser = cast.browser(cast.alice)
    browser.post(PAGE, form_of(cast.practice, region="SCT"))
    browser.post(PAGE, form_of(cast.practice, country="FR", region="SCT"))
    cast.practice.refresh_from_db()
    assert (cast.practice.country, cast.practice.region) == ("FR", "")


def test_choosing_a_country_offers_its_regions_and_saves_nothing(cast: Cast) -> None:
    form = form_of(cast.practice, country="FR", name="", do="region")
    page = cast.browser(cast.alice).post(PAGE, form)
    assert page.status_code == 200
    assert ">Moselle</option>" in page.text
    cast.practice.refresh_from_db()
    assert cast.practice.country == "GB"


def test_the_preview_is_signed_by_who_looks(cast: Cast) -> None:
    form = form_of(cast.practice, signature="{first_name}, {job|Reception}", do="preview")
    page = cast.browser(cast.alice).post(PAGE, form).text
    assert '<div class="sunken">Alice, Reception</div>' in page


def test_a_signature_is_text_never_markup(cast: Cast) -> None:
    form = form_of(cast.practice, signature="<script>alert(1)</script>", do="preview")
    page = cast.browser(cast.alice).post(PAGE, form).text
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert" in page


def test_a_member_signs_with_their_own_signature_else_with_the_practices(cast: Cast) -> None:
    cast.practice.signature = "{title} {name}\n{job}\n{practice}, {telephone}"
    cast.practice.telephone = "01632 960 001"
    cast.bob.practice = cast.practice
    assert signature_of(cast.bob) == "Bob Adeyemi\nTern & Thistle Vets, 01632 960 001"
    cast.bob.signature = "{first_name} {last_name}"
    assert signature_of(cast.bob) == "Bob Adeyemi"


def test_the_language_of_the_pages_comes_first_of_those_written_in(cast: Cast) -> None:
    form = form_of(cast.practice, language="fr", languages=["en", "fr"])
    cast.browser(cast.alice).post(PAGE, form)
    cast.practice.refresh_from_db()
    assert cast.practice.languages == ["fr", "en"]


def test_a_country_without_a_name_of_ours_is_kept(cast: Cast) -> None:
    assert country_choices("JP")[0] == ("JP", "JP")
    assert len(country_choices("FR")) == len(COUNTRIES)
    cast.practice.country = "JP"
    cast.practice.save()
    cast.browser(cast.alice).post(PAGE, form_of(cast.practice, country="JP", telephone="03"))
    cast.practice.refresh_from_db()
    assert (cast.practice.country, cast.practice.telephone) == ("JP", "03")


@pytest.mark.parametrize(
    ("client_word", "patient_word", "words"),
    [
        ("client", "animal", ["<h1>Clients</h1>", "Search clients"]),
        ("patient", "none", ["<h1>Patients</h1>", "Search patients"]),
        ("owner", "animal", ["<h1>Owners</h1>", "Search owners"]),
    ],
)
def test_pages_use_the_practices_own_words(
    cast: Cast, client_word: str, patient_word: str, words: list[str]
) -> None:
    cast.practice.client_word, cast.practice.patient_word = client_word, patient_word
    cast.practice.save()
    page = cast.browser(cast.bob).get("/p/tern/clients").text
    assert [word for word in words if word not in page] == []
    headings = re.findall(r'<th scope="col">(.*?)</th>', page)
    assert ("Animals" in headings) == (patient_word == "animal")


@pytest.mark.parametrize(
    ("client_word", "patient_word", "title", "button"),
    [
        ("owner", "animal", "New owner", "Add an animal"),
        ("patient", "child", "New patient", "Add a child"),
        ("client", "patient", "New client", "Add a patient"),
    ],
)
def test_sentences_use_the_practices_own_words(
    cast: Cast, client_word: str, patient_word: str, title: str, button: str
) -> None:
    cast.practice.client_word, cast.practice.patient_word = client_word, patient_word
    cast.practice.save()
    browser = cast.browser(cast.alice)
    assert f">{title}</h1>" in browser.get("/p/tern/clients/new").text
    assert f"No {client_word} found for" in browser.get("/p/tern/clients?q=zzz").text
    assert button in browser.get(f"/p/tern/clients/{cast.hollis.pk}/details").text
    kept = browser.get(f"/p/tern/clients/{cast.hollis.pk}/merge").text
    assert f"Merge with another {client_word}" in kept


@pytest.mark.parametrize(
    ("kind", "nouns"),
    [("veterinary", ("client", "animal")), ("medical", ("patient", "none"))],
)
def test_a_new_practice_speaks_as_its_kind_does(
    db: None, kind: str, nouns: tuple[str, str]
) -> None:
    practice = found_practice("Quay", now=timezone.now(), kind=kind)
    assert (practice.client_word, practice.patient_word) == nouns
