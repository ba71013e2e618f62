"""Templates: what may stand in them, how they change, what they are for a real client."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client as Browser

from postroom.appointments.models import Appointment, DueItem
from postroom.clients.models import Patient
from postroom.outbox import filling, starters, template_actions, template_fields, templating
from postroom.outbox.template_actions import Wording
from postroom.outbox.template_fields import Recipient
from postroom.outbox.template_models import Template
from postroom.practice.models import AuditEvent, Practice, Source
from tests.support.cast import Cast, make_practice

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
NEW = "/p/tern/templates/new"
FIELDS = {
    "name": "Claim",
    "channel": "email",
    "purpose": "message",
    "language": "en",
    "subject": "Your claim",
    "body": "Dear {first_name|there},\n\nit is done.",
}


@pytest.fixture
def browser(cast: Cast) -> Browser:
    return cast.browser(cast.bob)


def made(cast: Cast, **changes: Any) -> Template:
    facts = {name: FIELDS[name] for name in ("name", "channel", "purpose", "language")}
    wording = Wording(changes.pop("subject", "Hello"), changes.pop("body", "Dear {first_name},\n"))
    return template_actions.create(cast.practice, facts | changes, wording, by=cast.bob, now=NOW)


def test_a_template_is_written_and_listed(cast: Cast, browser: Browser) -> None:
    answer = browser.post(NEW, FIELDS)
    assert answer.status_code == 302, answer.context["form"].errors
    template = Template.objects.get()
    assert template.current.body == "Dear {first_name|there},\n\nit is done.\n"
    assert b"Claim" in browser.get("/p/tern/templates").content
    assert AuditEvent.objects.filter(action="add", object_kind="template").exists()
    assert b"called so" in browser.post(NEW, FIELDS).content


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"body": "Dear {firstname},"}, "no field {firstname} here. Do you mean {first_name}?"),
        ({"subject": "{qwertz}"}, "no field {qwertz} here. The list beside"),
        ({"body": "{due_date}", "purpose": "birthday"}, "no field {due_date} here"),
        ({"body": "Dear {first_name|},"}, "Write a word after {first_name|"),
        ({"subject": ""}, "An email needs a subject"),
    ],
)
def test_what_would_not_work_is_refused_by_name(
    browser: Browser, changes: dict[str, str], said: str
) -> None:
    answer = browser.post(NEW, FIELDS | changes)
    assert answer.status_code == 422
    assert said in answer.content.decode().replace("&#x27;", "'")
    assert Template.objects.count() == 0


@pytest.mark.parametrize(
    ("fields", "kind", "flagged"),
    [
        ({"subject": "{due_kind|x}"}, "veterinary", True),
        ({"body": "{due_kind|x}"}, "veterinary", False),
        ({"body": "{due_kind|x}", "channel": "sms"}, "veterinary", True),
        ({"subject": "{due_kind|x}"}, "accounting", False),
    ],
)
def test_what_speaks_of_health_is_flagged_where_others_may_see_it(
    cast: Cast, browser: Browser, fields: dict[str, str], kind: str, flagged: bool
) -> None:
    Practice.objects.update(kind=kind)
    browser.post(NEW, FIELDS | fields)
    page = browser.get(f"/p/tern/templates/{Template.objects.get().pk}").content.decode()
    assert ("may tell of somebody’s health" in page) == flagged
    assert ("Speaks of health" in browser.get("/p/tern/templates").content.decode()) == flagged


def test_a_version_that_was_used_stays_as_it_was(cast: Cast, browser: Browser) -> None:
    template = made(cast)
    url = f"/p/tern/templates/{template.pk}"
    browser.post(url, FIELDS | {"body": "First"})
    assert [one.body for one in template.versions.all()] == ["First\n"]
    template_actions.mark_used(template.current, now=NOW)
    browser.post(url, FIELDS | {"body": "Second"})
    assert [(v.n, v.body) for v in template.versions.order_by("n")] == [
        (1, "First\n"),
        (2, "Second\n"),
    ]
    browser.post(url, FIELDS | {"body": "Second"})
    assert template.versions.count() == 2


def test_its_files_go_along_from_version_to_version(cast: Cast, browser: Browser) -> None:
    file = SimpleUploadedFile("form.pdf", b"%PDF-1", "application/pdf")
    browser.post(NEW, FIELDS | {"enclosed": file})
    template = Template.objects.get()
    template_actions.mark_used(template.current, now=NOW)
    held = template.current.enclosures.get()
    url = f"/p/tern/templates/{template.pk}"
    browser.post(url, FIELDS | {"body": "New", "keeps": held.pk})
    fresh = Template.objects.get()
    assert (fresh.current.n, fresh.current.enclosures.get().read()) == (2, b"%PDF-1")
    browser.post(url, FIELDS | {"body": "New"})
    assert Template.objects.get().current.enclosures.count() == 0


def test_it_is_put_away_and_taken_out_again(cast: Cast, browser: Browser) -> None:
    template = made(cast)
    for archived in (True, False):
        browser.post(f"/p/tern/templates/{template.pk}/archive")
        page = browser.get("/p/tern/compose").content.decode()
        assert (f'<option value="{template.pk}"' in page) != archived


def test_a_preview_shows_a_real_client_and_what_is_not_known(cast: Cast, browser: Browser) -> None:
    url = f"{NEW}?do=preview"
    unsaved = FIELDS | {"body": "Dear **{first_name}**, {due_date}", "client": cast.hollis.pk}
    page = browser.post(url, unsaved).content.decode()
    assert "<p>Dear <strong>Hollis</strong>, {due_date}</p>" in page
    assert "Nothing is known for {due_date} (Due on)" in page
    assert Template.objects.count() == 0


def test_no_name_is_read_as_formatting(cast: Cast) -> None:
    contact = cast.hollis.contacts.get()
    contact.name = "**Hollis** [x](https://evil.example) <b>"
    whom = Recipient(cast.practice, cast.bob, contact, cast.hollis)
    version = made(cast, body="Dear {full_name},\n").current
    done = filling.laid(version, whom, NOW)
    assert done.text == "Dear \\*\\*Hollis\\*\\* \\[x\\]\\(https://evil.example\\) <b>,\n"


@pytest.mark.parametrize(
    ("name", "first"), [("Dr Lind", ""), ("Mme Anne Roux", "Anne"), ("Farrow", ""), ("", "")]
)
def test_a_title_is_no_first_name(cast: Cast, name: str, first: str) -> None:
    contact = cast.hollis.contacts.get()
    contact.name = name
    whom = Recipient(cast.practice, cast.bob, contact, cast.hollis)
    assert template_fields.values(whom, "en", NOW)["first_name"] == first


def test_dates_stand_in_the_language_of_the_template(cast: Cast) -> None:
    source = Source.objects.create(practice=cast.practice, kind="due", name="System")
    common = {"practice": cast.practice, "source": source, "client": cast.hollis}
    Patient.objects.create(practice=cast.practice, client=cast.hollis, ref="1", name="Biscuit")
    at = datetime(2026, 12, 3, 9, 30, tzinfo=UTC)
    Appointment.objects.create(ref="a", start=at, imported_at=NOW, subject="Teeth", **common)
    for day in ("2026-10-01", "2027-02-05"):
        DueItem.objects.create(ref=day, kind="Vaccine", due_on=day, imported_at=NOW, **common)
    whom = Recipient(cast.practice, cast.bob, None, cast.hollis)
    english, french = (template_fields.values(whom, code, NOW) for code in ("en", "fr"))
    assert (english["appointment_date"], english["appointment_time"]) == (
        "Thursday 3 December",
        "09:30",
    )
    assert french["appointment_date"] == "jeudi 3 décembre"
    assert (english["due_date"], french["due_date"]) == ("5 February 2027", "5 février 2027")
    assert (english["patient_name"], english["due_kind"]) == ("Biscuit", "Vaccine")


def test_every_starter_could_have_been_typed(cast: Cast) -> None:
    for kind, _words in Practice.KINDS:
        for language in starters.languages():
            _could_be_typed(make_practice(f"{kind}-{language}", kind), kind, language)


def _could_be_typed(practice: Practice, kind: str, language: str) -> None:
    practice.kind, practice.languages = kind, [language]
    shelf = starters.starters(kind, language)
    assert template_actions.install_starters(practice, by=None, now=NOW) == len(shelf) >= 8
    assert template_actions.install_starters(practice, by=None, now=NOW) == 0
    assert {one.key for one in shelf} == {one.key for one in starters.starters(kind, "en")}
    for one in shelf:
        known = {field.name: "" for field in template_fields.offered(one.purpose)}
        assert templating.unknown(f"{one.subject}\n{one.body}", known) == []
        seen = f"{one.subject} {one.body if one.channel == 'sms' else ''}"
        assert not template_fields.health(template_fields.named(seen), practice)


def test_starters_are_added_by_a_button_and_do_not_come_back(cast: Cast, browser: Browser) -> None:
    assert b"Templates to begin with" in browser.get("/p/tern/templates").content
    browser.post("/p/tern/templates/starters")
    count = Template.objects.count()
    assert count == len(starters.starters("veterinary", "en"))
    Template.objects.filter(starter="claim").update(name="Ours", archived_at=NOW)
    browser.post("/p/tern/templates/starters")
    assert Template.objects.count() == count
    assert b"Templates to begin with" not in browser.get("/p/tern/templates").content


def test_the_help_page_lists_every_field(browser: Browser) -> None:
    page = browser.get("/p/tern/help/templates").content.decode()
    assert all(f"{{{name}}}" in page for name in template_fields.NAMES)
