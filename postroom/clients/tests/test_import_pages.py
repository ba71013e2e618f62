"""The pages of an import, as a person walks through them."""

import csv
import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from postroom.clients import import_jobs
from postroom.clients.models import Client
from postroom.practice import longwork
from postroom.practice.models import Job

LIST = (
    "Nr,Name,Email,Phone\n"
    "C1,Ana,a@x.example,+44 20 7946 0018\n"
    "C2,=cmd|' /C calc'!A0,not-one,06 12\n"
    "C3,Cy,c@x.example,06 13\n"
)
HOME = "/p/tern/clients/import"


@pytest.fixture(autouse=True)
def no_queue(monkeypatch, settings, tmp_path):
    monkeypatch.setattr(longwork, "_enqueue", lambda task, job: None)
    settings.IMPORTS_FOLDER = tmp_path / "imports"


@pytest.fixture
def browser(cast):
    return cast.browser(cast.alice)


def bring(browser, text=LIST, name="list.csv"):
    file = SimpleUploadedFile(name, text.encode())
    return browser.post(HOME, {"file": file, "source": "Our system"})


def worked(job):
    import_jobs.advance(job.pk, clock=lambda: job.created_at)
    job.refresh_from_db()
    return job


def choose(browser, job, do="check", **columns):
    chosen = {"column-0": "reference", "column-1": "name", "column-2": "email", "column-3": "phone"}
    return browser.post(f"{HOME}/{job.pk}", {**chosen, **columns, "do": do})


def test_a_list_is_imported_from_the_browser(browser, cast):
    answer = bring(browser)
    job = Job.objects.get()
    assert answer.url == f"{HOME}/{job.pk}"
    page = browser.get(answer.url).content.decode()
    assert "3 rows" in page
    assert "not-one" in page
    assert choose(browser, job).url == answer.url
    job = worked(job)
    page = browser.get(answer.url).content.decode()
    assert "Import, leave out 1 row" in page
    assert "“not-one” is not an email address." in page
    assert browser.post(f"{answer.url}/start").url == answer.url
    page = browser.get(answer.url).content.decode()
    assert 'hx-trigger="every 1s"' in page
    assert "You can leave this page." in page
    worked(job)
    page = browser.get(answer.url).content.decode()
    assert "The import is done" in page
    assert 'hx-trigger="every 1s"' not in page
    assert sorted(Client.objects.filter(ref__startswith="C").values_list("ref", flat=True)) == [
        "C1",
        "C3",
    ]
    assert "2 new, 0 changed, 0 as before" in browser.get(HOME).content.decode()


def test_rows_with_problems_are_downloaded_mended_and_brought_again(browser, cast):
    bring(browser)
    job = Job.objects.get()
    choose(browser, job)
    worked(job)
    answer = browser.get(f"{HOME}/{job.pk}/problems")
    assert answer["Content-Disposition"] == 'attachment; filename="list-errors.csv"'
    heading, row = csv.reader(io.StringIO(answer.content.decode("utf-8-sig")))
    assert heading == ["Nr", "Name", "Email", "Phone", "Problem"]
    # No cell is a formula to a spreadsheet program.
    assert row[:4] == ["C2", "'=cmd|' /C calc'!A0", "not-one", "06 12"]
    assert row[4] == "Email: “not-one” is not an email address."
    mended = answer.content.decode("utf-8-sig").replace("not-one", "'+b@x.example")
    bring(browser, mended)
    second = Job.objects.latest("id")
    # The columns are known by now.
    assert second.data["places"] == {"reference": [0], "name": [1], "email": [2], "phone": [3]}
    choose(browser, second)
    worked(second)
    browser.post(f"{HOME}/{second.pk}/start")
    worked(second)
    assert Client.objects.get(ref="C2").name == "=cmd|' /C calc'!A0"
    assert Client.objects.search("+b@x.example").get().ref == "C2"


def test_a_row_that_is_only_worth_a_look_is_downloaded_apart(browser, cast):
    bring(browser)
    job = Job.objects.get()
    choose(browser, job)
    worked(job)
    answer = browser.get(f"{HOME}/{job.pk}/problems?kind=warning")
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert [row[0] for row in rows[1:]] == ["C3"]  # C2 is not imported at all
    assert "cannot be read as a telephone number" in rows[1][4]


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "The file is empty."),
        (b"PK\x03\x04" + bytes(60), "This workbook cannot be read"),
        (b"{", "This is not JSON"),
    ],
)
def test_a_file_that_is_no_list_is_told_at_the_field(browser, data, sentence):
    file = SimpleUploadedFile("a.csv", data)
    answer = browser.post(HOME, {"file": file, "source": "Our system"})
    assert answer.status_code == 422
    assert sentence in answer.content.decode()


def test_the_preview_follows_the_columns_and_changes_nothing(browser, cast):
    bring(browser)
    job = Job.objects.get()
    page = choose(browser, job, "show", **{"column-1": "", "column-3": "name"})
    assert page.status_code == 200
    assert "06 12" in page.content.decode()
    assert Job.objects.get().data == job.data


@pytest.mark.parametrize(
    ("columns", "sentence"),
    [
        ({"column-0": ""}, "Say which column is this: Number."),
        ({"column-2": "name"}, "Another column is read as this already."),
    ],
)
def test_columns_that_make_no_sense_are_told(browser, columns, sentence):
    bring(browser)
    job = Job.objects.get()
    answer = choose(browser, job, **columns)
    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    job.refresh_from_db()
    assert job.state == Job.DRAFT


def test_the_columns_of_a_checked_file_can_be_changed(browser, cast):
    bring(browser)
    job = Job.objects.get()
    choose(browser, job)
    worked(job)
    assert "Which column is which?" in browser.get(f"{HOME}/{job.pk}?columns=1").content.decode()
    choose(browser, job, **{"column-2": ""})
    assert worked(job).result["bad"] == 0


def test_a_second_import_waits_for_the_first(browser, cast):
    for _ in range(2):
        bring(browser)
    first, second = Job.objects.order_by("id")
    choose(browser, first)
    answer = choose(browser, second)
    page = browser.get(answer.url).content.decode()
    assert "Another import is under way." in page
    browser.post(f"{HOME}/{first.pk}/stop")
    choose(browser, second)
    second.refresh_from_db()
    assert second.state == Job.WAITING


def test_an_import_can_be_stopped_and_a_draft_forgotten(browser, cast):
    bring(browser)
    job = Job.objects.get()
    choose(browser, job)
    browser.post(f"{HOME}/{job.pk}/stop")
    page = browser.get(f"{HOME}/{job.pk}").content.decode()
    assert "The import was stopped" in page
    bring(browser)
    draft = Job.objects.latest("id")
    browser.post(f"{HOME}/{draft.pk}/discard")
    assert Job.objects.get() == job


def test_nothing_is_started_that_was_not_checked(browser, cast):
    bring(browser)
    job = Job.objects.get()
    browser.post(f"{HOME}/{job.pk}/start")
    job.refresh_from_db()
    assert job.state == Job.DRAFT


def test_most_of_a_source_goes_only_on_a_second_word(browser, cast):
    many = "Nr,Name,Email,Phone\n" + "".join(f"C{n},Name {n},,\n" for n in range(30))
    for text in (many, "Nr,Name,Email,Phone\nC1,Name 1,,\n"):
        bring(browser, text)
        job = Job.objects.latest("id")
        choose(browser, job, gone_too="on")
        worked(job)
        browser.post(f"{HOME}/{job.pk}/start")
        worked(job)
    assert job.state == Job.DRAFT
    page = browser.get(f"{HOME}/{job.pk}").content.decode()
    assert "29 of the 30 clients from here are not in this list." in page
    browser.post(f"{HOME}/{job.pk}/start", {"sure": "yes"})
    assert worked(job).result["gone"] == 29


def test_a_member_without_the_right_finds_no_way_in(cast):
    bob = cast.browser(cast.bob)
    assert bob.get(HOME).status_code == 403
    assert HOME not in bob.get("/p/tern/clients").content.decode()
