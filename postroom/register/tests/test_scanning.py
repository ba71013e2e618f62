"""The virus scanner: asked once for each content, never believed to have said what it did not."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client as Browser

from postroom.connections.tests.fake_clamd import EICAR, clamd
from postroom.practice.models import AuditEvent
from postroom.register import scanning
from postroom.register.models import Attachment, Entry, Scan
from postroom.register.tests.post import NOON, mail, put
from postroom.register.tests.test_unresolved import words
from tests.support.cast import Cast

LATER = NOON + timedelta(days=1)


@pytest.fixture
def bob(cast: Cast) -> Browser:
    return cast.browser(cast.bob)


def with_files(cast: Cast, *contents: bytes) -> Entry:
    files = [(f"{n}.pdf", "application/pdf", content) for n, content in enumerate(contents)]
    return put(cast.practice, mail(files=files), clients=[cast.hollis])


def states(entry: Entry) -> list[str]:
    scans = scanning.scans_of(entry.attachments.all())
    return [scans[one.sha256].state for one in entry.attachments.order_by("n")]


def test_each_content_is_asked_about_once(cast: Cast, settings: Any) -> None:
    with clamd() as scanner:
        settings.CLAMD = scanner.where
        first, again = with_files(cast, b"%PDF-1", EICAR), with_files(cast, b"%PDF-1")
        for entry in (first, again):
            scanning.expect(entry.attachments.all(), now=NOON)
        assert states(first) == ["waiting", "waiting"]
        assert scanning.is_any_waiting(now=LATER)
        assert scanning.scan_waiting(now=LATER) == 2
        assert scanning.scan_waiting(now=LATER) == 0
        scanning.expect(again.attachments.all(), now=LATER)
    assert (states(first), states(again)) == (["clean", "infected"], ["clean"])
    assert len(scanner.asked) == 2


def test_without_a_scanner_everything_is_not_checked(cast: Cast, bob: Browser) -> None:
    entry = with_files(cast, b"%PDF-1")
    scanning.expect(entry.attachments.all(), now=NOON)
    assert not Scan.objects.exists()
    assert not scanning.is_any_waiting(now=LATER)
    found = entry.attachments.get()
    asked = words(bob.post(f"/p/tern/attachments/{found.pk}/scan", follow=True))
    assert "does not answer" in asked
    assert not Scan.objects.exists()
    page = words(bob.get(f"/p/tern/entries/{entry.pk}"))
    assert "Not checked for viruses" in page
    assert "no virus found" not in page


def test_a_scanner_that_does_not_answer_is_asked_five_times_and_then_nothing_is_known(
    cast: Cast, settings: Any
) -> None:
    settings.CLAMD = "/nowhere/clamd.sock"
    entry = with_files(cast, b"%PDF-1")
    scanning.expect(entry.attachments.all(), now=NOON)
    now = NOON
    for _ in range(scanning.MOST_TRIES):
        assert states(entry) == ["waiting"]
        now += timedelta(hours=1)
        assert scanning.scan_waiting(now=now) == 0
        assert scanning.scan_waiting(now=now) == 0  # not at once again
    assert states(entry) == ["unchecked"]
    assert Scan.objects.get().tries == scanning.MOST_TRIES


def test_what_the_scanner_refuses_or_the_disk_has_lost_is_not_checked(
    cast: Cast, settings: Any
) -> None:
    with clamd(lambda content: b"INSTREAM size limit exceeded. ERROR") as scanner:
        settings.CLAMD = scanner.where
        big, lost = with_files(cast, b"%PDF-1"), with_files(cast, b"%PDF-2")
        lost.mails.get().path.unlink()
        for entry in (big, lost):
            scanning.expect(entry.attachments.all(), now=NOON)
        scanning.scan_waiting(now=LATER)
    assert (states(big), states(lost)) == (["unchecked"], ["unchecked"])


def test_an_infected_file_is_had_by_an_administrator_who_insists_and_by_nobody_else(
    cast: Cast, bob: Browser
) -> None:
    entry = with_files(cast, EICAR)
    found = entry.attachments.get()
    scan = {"practice": cast.practice, "sha256": found.sha256, "attachment": found, "at": NOON}
    Scan.objects.create(**scan, state=Scan.INFECTED, virus="Eicar-Test-Signature")
    addresses = [f"/p/tern/attachments/{found.pk}", f"/p/tern/entries/{entry.pk}/raw"]
    addresses.append(f"/p/tern/attachments/{found.pk}/open")
    for address in addresses:
        for asked in (bob.get(address), bob.post(address)):
            assert asked.status_code in (403, 405), address
            assert EICAR not in asked.content
        alice = cast.browser(cast.alice).get(address)
        assert alice.status_code == 403
        assert "Eicar-Test-Signature" in words(alice)
        assert "Download it anyway" in words(alice)
    assert "Download it anyway" not in words(bob.get(addresses[0]))
    assert not AuditEvent.objects.filter(action="download").exists()
    given = cast.browser(cast.alice).post(addresses[0])
    assert (given.status_code, given.content) == (200, EICAR)
    assert given["Content-Disposition"].startswith("attachment")
    assert AuditEvent.objects.filter(action="download", member=cast.alice).count() == 1
    page = words(bob.get(f"/p/tern/entries/{entry.pk}"))
    assert "A virus was found" in page
    assert f'href="{addresses[0]}" download' not in page


def test_a_person_has_one_file_checked(cast: Cast, bob: Browser, settings: Any) -> None:
    entry = with_files(cast, EICAR)
    address = f"/p/tern/attachments/{entry.attachments.get().pk}/scan"
    settings.CLAMD = "/nowhere/clamd.sock"
    assert "does not answer" in words(bob.post(address, follow=True))
    assert states(entry) == ["waiting"]
    with clamd() as scanner:
        settings.CLAMD = scanner.where
        assert "A virus was found" in words(bob.post(address, follow=True))
    assert states(entry) == ["infected"]
    settings.CLAMD = "/nowhere/clamd.sock"
    bob.post(address)
    assert states(entry) == ["infected"]  # what was found stands


def test_a_program_is_warned_of_and_not_for_a_role_that_only_reads(
    cast: Cast, bob: Browser
) -> None:
    raw = mail(files=[("Invoice.pdf.exe", "application/octet-stream", b"MZ\x00")])
    found = put(cast.practice, raw, clients=[cast.hollis]).attachments.get()
    address = f"/p/tern/attachments/{found.pk}"
    warned = bob.get(address)
    assert warned.status_code == 403
    assert "This file is a program" in words(warned)
    assert bob.post(address).content == b"MZ\x00"
    rita = cast.browser(cast.rita)
    assert rita.post(address).status_code == 403
    assert "Download it anyway" not in words(rita.get(address))


def test_filing_a_letter_puts_its_files_before_the_scanner(
    cast: Cast, settings: Any, django_assert_num_queries: Any
) -> None:
    settings.CLAMD = "/nowhere/clamd.sock"
    entry = with_files(cast, b"%PDF-1", b"%PDF-1", b"%PDF-2")
    attachments = list(Attachment.objects.filter(entry=entry))
    with django_assert_num_queries(1):
        scanning.expect(attachments, now=NOON)
    assert Scan.objects.count() == 2
