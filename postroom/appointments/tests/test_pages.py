"""The pages «Data from your system», and the card on a client's record."""

import csv
import io
import re
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from postroom.appointments import book_jobs
from postroom.appointments.actions import bring_in, feed_failed, save_feed, source_named
from postroom.appointments.models import Appointment, DueItem, Look
from postroom.appointments.values import Row
from postroom.kit.crypto import Keyring
from postroom.practice import longwork
from postroom.practice.models import AuditEvent, Job, Source
from tests.support.cast import Cast

FEED = "https://calendar.example/private-4f2c/basic.ics"
CSV = "ref,client,start\nA1,4182,2026-11-26 09:20\n"
BAD = CSV + "A2,1,soon\n"
DUE = "client,kind,due\n4182,Rabies,2026-12-01\n"
CALENDAR = (
    "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nBEGIN:VEVENT\r\nUID:a@x\r\n"
    "DTSTART:20261126T092000Z\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
)


@pytest.fixture
def browser(cast: Cast) -> Any:
    return cast.browser(cast.alice)


@pytest.fixture(autouse=True)
def no_queue(monkeypatch: Any, settings: Any, tmp_path: Any) -> None:
    monkeypatch.setattr(longwork, "_enqueue", lambda task, job: None)
    settings.IMPORTS_FOLDER = tmp_path / "imports"


def bring(browser: Any, text: str, kind: str = "appointments", **more: str) -> Any:
    """A file is sent; nobody has looked at it yet."""
    file = SimpleUploadedFile("book.csv", text.encode())
    data = {"file": file, "source": "Agenda", **more}
    return browser.post(f"/p/tern/settings/data/import/{kind}", data)


def check(browser: Any, text: str, kind: str = "appointments", **more: str) -> str:
    """A file is sent and checked; the address of its page."""
    answer = bring(browser, text, kind, **more)
    work()
    url: str = answer.url
    return url


def work() -> None:
    book_jobs.advance(Job.objects.latest("id").pk, clock=timezone.now)


def upload(browser: Any, text: str, kind: str = "appointments", **more: str) -> str:
    """A file is sent, checked and imported; its page."""
    url = check(browser, text, kind, **more)
    browser.post(f"{url}/start")
    work()
    return shown(browser, url)


def shown(browser: Any, url: str) -> str:
    text: str = browser.get(url).content.decode()
    return text


def figure(text: str, name: str) -> int:
    (found,) = re.findall(rf'data-figure="{name}"[^>]*>(\d+)<', text)
    return int(found)


def page(browser: Any) -> str:
    return browser.get("/p/tern/settings/data").content.decode()


def test_an_empty_page_says_what_to_do(browser: Any) -> None:
    assert "Nothing has come yet" in page(browser)


def test_a_file_is_checked_and_nothing_is_written(browser: Any) -> None:
    text = shown(browser, check(browser, CSV))
    assert "What would happen" in text
    assert (figure(text, "created"), figure(text, "bad")) == (1, 0)
    assert not Appointment.objects.exists() and not Source.objects.exists()


def test_a_file_is_read_when_its_page_is_left(browser: Any) -> None:
    url = bring(browser, CSV).url
    text = shown(browser, url)
    assert "You can leave this page." in text and 'hx-trigger="every 1s"' in text
    work()
    assert 'hx-trigger="every 1s"' not in shown(browser, url)


def test_a_good_file_is_imported_and_the_page_says_how_fresh_it_is(browser: Any) -> None:
    text = upload(browser, CSV)
    assert "The import is done" in text and figure(text, "created") == 1
    assert Appointment.objects.get().ref == "A1"
    text = page(browser)
    assert "1 new, 0 changed" in text and "As of" in text
    assert "more than a day ago" not in text
    home = shown(browser, "/p/tern/settings/data/import/appointments")
    assert "1 new, 0 changed, 0 as before" in home and "book.csv" in home


def test_who_started_an_import_is_written_down(browser: Any, cast: Cast) -> None:
    upload(browser, CSV)
    rows = AuditEvent.objects.filter(action__in=["start_import", "import_appointments"])
    assert [row.member for row in rows.order_by("id")] == [cast.alice, cast.alice]


def test_a_bad_row_is_told_and_left_out(browser: Any) -> None:
    url = check(browser, BAD)
    text = shown(browser, url)
    assert "Import, leave out 1 row" in text and "“soon” is not a day and time" in text
    assert not Appointment.objects.exists()
    browser.post(f"{url}/start")
    work()
    assert Appointment.objects.get().ref == "A1"


def test_rows_with_problems_are_downloaded_as_they_were(browser: Any) -> None:
    url = check(browser, BAD)
    answer = browser.get(f"{url}/problems")
    assert answer["Content-Disposition"] == 'attachment; filename="book-errors.csv"'
    heading, row = csv.reader(io.StringIO(answer.content.decode("utf-8-sig")))
    assert heading == ["ref", "client", "start", "Problem"]
    assert row[:3] == ["A2", "1", "soon"] and "start: “soon”" in row[3]


def test_of_a_calendar_the_problems_alone_are_downloaded(browser: Any) -> None:
    broken = CALENDAR.replace("DTSTART:20261126T092000Z", "SUMMARY:No time")
    url = check(browser, broken)
    rows = list(csv.reader(io.StringIO(browser.get(f"{url}/problems").content.decode("utf-8-sig"))))
    assert len(rows) == 2 and rows[1][0] == "1"


def test_a_worker_that_dies_is_followed_by_another(browser: Any, monkeypatch: Any) -> None:
    url = check(browser, CSV)
    browser.post(f"{url}/start")
    job = Job.objects.latest("id")
    with monkeypatch.context() as dying:
        dying.setattr(book_jobs, "bring_in", killed)
        with pytest.raises(SystemExit):
            work()
    work()  # another worker, while the first may still live
    assert not Appointment.objects.exists()
    later = timezone.now() + book_jobs.READING + longwork.LEASE + timedelta(seconds=1)
    book_jobs.advance(job.pk, clock=lambda: later)
    assert "The import is done" in shown(browser, url)
    assert Appointment.objects.count() == 1


def killed(*args: Any, **more: Any) -> None:
    raise SystemExit


def test_an_import_that_is_stopped_says_so(browser: Any) -> None:
    url = check(browser, CSV)
    browser.post(f"{url}/start")
    browser.post(f"{url}/stop")
    work()
    assert "The import was stopped" in shown(browser, url)
    assert not Appointment.objects.exists()


def test_a_checked_file_is_forgotten_with_its_copy(browser: Any, settings: Any) -> None:
    url = check(browser, CSV)
    assert len(list(settings.IMPORTS_FOLDER.iterdir())) == 1
    browser.post(f"{url}/discard")
    assert browser.get(url).status_code == 404
    assert not list(settings.IMPORTS_FOLDER.iterdir())


def test_two_imports_of_a_kind_wait_for_each_other(browser: Any, settings: Any) -> None:
    bring(browser, CSV)
    answer = bring(browser, CSV)
    assert answer.status_code == 422
    assert "Another import is under way." in answer.content.decode()
    assert len(list(settings.IMPORTS_FOLDER.iterdir())) == 1  # nothing is kept of the second
    assert bring(browser, DUE, "due").status_code == 302


def test_what_is_missing_is_marked_gone_when_asked(browser: Any) -> None:
    upload(browser, CSV + "A2,1,2026-11-26 10:00\n")
    assert figure(upload(browser, CSV, mark_gone="on"), "gone") == 1
    assert Appointment.objects.get(ref="A2").gone_at


def test_due_dates_have_their_page(browser: Any) -> None:
    assert "Import due dates" in browser.get("/p/tern/settings/data/import/due").content.decode()
    upload(browser, DUE, kind="due")
    assert DueItem.objects.get().kind == "Rabies"


def test_clients_have_no_page_here(browser: Any) -> None:
    assert browser.get("/p/tern/settings/data/import/clients").status_code == 404


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "The file is empty."),
        ("a,b\n1,2\n", "The file has no column “reference”. Columns found: a, b."),
    ],
)
def test_a_file_that_will_not_do_is_refused_in_a_sentence(
    browser: Any, settings: Any, text: str, words: str
) -> None:
    answer = bring(browser, text)
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert not settings.IMPORTS_FOLDER.exists()


def test_a_calendar_that_cannot_be_read_is_refused_in_a_sentence(browser: Any) -> None:
    text = shown(browser, check(browser, "BEGIN:VCALENDAR\r\nnonsense"))
    assert "The import could not be finished" in text
    assert "This begins like a calendar, but cannot be read as one." in text


def test_a_file_that_is_too_large_is_refused(browser: Any, monkeypatch: Any) -> None:
    monkeypatch.setattr("postroom.appointments.forms.MOST_MB", 0)
    assert "The file is larger than 0 MB." in bring(browser, CSV).content.decode()


def test_markup_in_a_file_is_text_on_the_page(browser: Any) -> None:
    text = shown(browser, check(browser, "ref,start\n1,<script>alert(1)</script>\n"))
    assert "<script>alert" not in text
    assert "&lt;script&gt;alert" in text


def test_a_feed_is_added_and_never_shown_whole_again(browser: Any, cast: Cast) -> None:
    data = {"name": "Agenda", "url": FEED.replace("https", "webcal"), "minutes": "15"}
    assert browser.post("/p/tern/settings/data/feeds/add", data).status_code == 302
    look = Look.objects.get()
    assert look.next_at and look.next_at <= timezone.now()
    text = page(browser)
    assert "https://calendar.example/…" in text
    assert "private-4f2c" not in text
    assert "Every 15 minutes" in text and "done within seconds" in text
    assert AuditEvent.objects.get(action="save_feed").data == {"minutes": 15}


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("http://calendar.example/a.ics", "it must begin with https://"),
        ("file:///etc/passwd", "This is not an address."),
        ("https://", "This is not an address."),
        ("https://a b/", "This is not an address."),
        ("https://[::1", "This is not an address."),
        ("", "This field is required."),
    ],
)
def test_an_address_that_will_not_do_is_refused(browser: Any, url: str, words: str) -> None:
    data = {"name": "Agenda", "url": url, "minutes": "15"}
    answer = browser.post("/p/tern/settings/data/feeds/add", data)
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert not Source.objects.exists()


def test_two_feeds_of_one_name_are_refused(browser: Any, cast: Cast) -> None:
    save_feed(cast.practice, "Agenda", FEED, 15, by=None, now=timezone.now())
    data = {"name": "agenda", "url": FEED, "minutes": "15"}
    answer = browser.post("/p/tern/settings/data/feeds/add", data)
    assert "There is a feed of this name already." in answer.content.decode()


def test_a_feed_is_looked_at_and_removed_from_the_page(browser: Any, cast: Cast) -> None:
    source = save_feed(cast.practice, "Agenda", FEED, 15, by=None, now=timezone.now())
    Look.objects.update(next_at=timezone.now() + timedelta(days=1))
    browser.post(f"/p/tern/settings/data/{source.pk}/look")
    assert Look.objects.get().next_at <= timezone.now()
    browser.post(f"/p/tern/settings/data/{source.pk}/remove-feed")
    source.refresh_from_db()
    assert source.url_sealed == ""
    assert browser.post(f"/p/tern/settings/data/{source.pk}/look").status_code == 404


def test_trouble_of_a_feed_is_said_with_what_to_do(browser: Any, cast: Cast) -> None:
    now = timezone.now()
    save_feed(cast.practice, "Agenda", FEED, 15, by=None, now=now)
    feed_failed(Look.objects.get(), "refused", "HTTP 404", next_at=now, now=now)
    text = page(browser)
    assert "The server refuses this address." in text and "HTTP 404" in text


def test_without_the_key_the_page_opens_all_the_same(
    browser: Any, cast: Cast, settings: Any
) -> None:
    save_feed(cast.practice, "Agenda", FEED, 15, by=None, now=timezone.now())
    settings.KEYRING = Keyring(["another key altogether, long enough"])
    assert "calendar.example" not in page(browser)


def test_old_data_are_said_to_be_old(browser: Any, cast: Cast) -> None:
    source = source_named(cast.practice, "appointments", "Agenda")
    bring_in(source, [], by=None, now=timezone.now() - timedelta(hours=25))
    assert "That is more than a day ago." in page(browser)


# --- the client's record --------------------------------------------------------------------


def record(cast: Cast) -> str:
    answer = cast.browser(cast.rita).get(f"/p/tern/clients/{cast.hollis.pk}")
    assert answer.status_code == 200
    return answer.content.decode()


def booked(cast: Cast, *rows: Row, hours: int = 0) -> None:
    source = source_named(cast.practice, "appointments", "Agenda")
    bring_in(source, rows, by=None, now=timezone.now() - timedelta(hours=hours))


def slot(ref: str, days: int, subject: str, **more: Any) -> Row:
    start = timezone.now() + timedelta(days=days)
    return Row(1, ref, {"client_ref": "4182", "start": start, "subject": subject, **more})


def test_a_record_shows_no_appointments_where_no_book_ever_came(cast: Cast) -> None:
    assert "Appointments as of" not in record(cast)


def test_a_record_shows_the_next_appointment_and_the_last(cast: Cast) -> None:
    booked(
        cast,
        slot("1", -30, "Long ago"),
        slot("2", -2, "Check-up", state="missed"),
        slot("3", 5, "Vaccine", practitioner_name="Dr Moreau"),
        slot("4", 50, "Much later"),
        slot("5", 1, "Called off", state="cancelled"),
    )
    text = record(cast)
    assert "Vaccine" in text and "Alice Moreau" in text
    assert "Check-up" in text and "Missed" in text
    for other in ("Long ago", "Much later", "Called off"):
        assert other not in text
    assert "Appointments as of" in text and "aged" not in text


def test_a_record_warns_when_the_book_is_older_than_a_day(cast: Cast) -> None:
    booked(cast, slot("1", 5, "Vaccine"), hours=25)
    assert "aged" in record(cast)


def test_a_record_shows_what_is_due(cast: Cast) -> None:
    booked(cast, slot("1", 5, "Vaccine"))
    source = source_named(cast.practice, "due", "Agenda")
    due = {"client_ref": "4182", "kind": "Rabies booster", "due_on": timezone.localdate()}
    bring_in(source, [Row(1, "d", due)], by=None, now=timezone.now())
    assert "Rabies booster" in record(cast)


def test_an_appointment_that_is_gone_is_not_shown(cast: Cast) -> None:
    booked(cast, slot("1", 5, "Vaccine"))
    Appointment.objects.update(gone_at=timezone.now())
    text = record(cast)
    assert "Vaccine" not in text and "None booked" in text
