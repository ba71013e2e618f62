"""Whose a file is, by its name: filed only where exactly one client can be meant."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from postroom.clients.models import Client, Patient
from postroom.intake import rules
from postroom.intake.naming import Reference, references, whose, words_of
from postroom.kit.text import fold
from tests.support.cast import Cast, make_client


@pytest.fixture
def book(cast: Cast) -> dict[str, int]:
    """Some clients and their animals."""
    dupont = make_client(cast.practice, "12345", "Élise Dupont", ["e@dupont.example"])
    cooper = make_client(cast.practice, "C123", "Anna Cooper", ["a@cooper.example"])
    other = make_client(cast.practice, "C124", "Ben Cooper", ["b@cooper.example"])
    year = make_client(cast.practice, "2026", "Paul Neville", ["p@n.example"])
    few = make_client(cast.practice, "7", "Nora Quill", ["n@q.example"])
    dashed = make_client(cast.practice, "AB-12/3", "Ivo Lund", ["i@l.example"])
    for client, ref, name in ((cooper, "P50", "Rex"), (other, "P51", "Tom"), (few, "P52", "Rex")):
        Patient.objects.create(practice=cast.practice, client=client, ref=ref, name=name)
        client.search_name += fold(f" {name}")
        client.save()
    return {
        **{"hollis": cast.hollis.pk, "dupont": dupont.pk, "cooper": cooper.pk},
        **{"other": other.pk, "year": year.pk, "few": few.pk, "dashed": dashed.pk},
    }


@pytest.mark.parametrize(
    ("name", "whom"),
    [
        ("C123 Rex xray.jpg", "cooper"),
        ("c123.jpg", "cooper"),
        ("12345_Dupont_2026-01.pdf", "dupont"),
        ("P50_radio.png", "cooper"),
        ("2026-01 Elise DUPONT.pdf", "dupont"),
        ("dupont élise bilan.pdf", "dupont"),
        ("scan Cooper Tom.pdf", "other"),
        ("xray C124 Cooper.jpg", "other"),
        ("AB-12-3.pdf", None),  # a slash cannot be in a file's name
        ("2026 Neville.pdf", "year"),
        ("7 Quill.pdf", "few"),
        ("12345 scan.pdf", "dupont"),
        # What may mean another, or nobody:
        ("2026-01.pdf", None),
        ("20260105_113000.jpg", None),
        ("7.jpg", None),
        ("IMG_4182.jpg", None),
        ("IMG_12345.jpg", None),
        ("Rex.jpg", None),
        ("Cooper.pdf", None),
        ("xray.jpg", None),
        ("C123 Elise Dupont.pdf", None),  # two clients named
        ("C123 C124 Cooper.pdf", None),
        ("Anna Cooper, Ben Cooper.pdf", None),
        ("", None),
        ("....", None),
    ],
)
def test_a_files_name_means_one_client_or_a_person_is_asked(cast, book, name, whom) -> None:
    found = whose(cast.practice.pk, name)
    assert found.sure == (whom is not None), found
    if whom:
        assert found.clients == (book[whom],)


@pytest.mark.parametrize(
    ("name", "whom"),
    [
        ("12345.pdf", "dupont"),
        ("12345_2026-01.pdf", "dupont"),
        ("12345 (2).pdf", "dupont"),
        ("7.jpg", "few"),
        ("2026.pdf", "year"),
    ],
)
def test_numbers_alone_are_offered_and_never_sure(cast, book, name, whom) -> None:
    found = whose(cast.practice.pk, name)
    assert (found.clients, found.numbers, found.sure) == ((book[whom],), True, False)


def test_several_are_offered(cast: Cast, book: dict[str, int]) -> None:
    found = whose(cast.practice.pk, "C123 Elise Dupont.pdf")
    assert set(found.clients) == {book["cooper"], book["dupont"]}


def test_another_practices_clients_are_not_meant(cast: Cast, book: dict[str, int]) -> None:
    assert not whose(cast.other.pk, "C123 Anna Cooper.pdf").clients


def test_a_merged_clients_reference_means_the_one_that_was_kept(cast, book) -> None:
    Client.objects.filter(pk=book["other"]).update(merged_into=book["cooper"])
    assert whose(cast.practice.pk, "C124 xray.jpg").clients == (book["cooper"],)


def test_a_name_that_too_many_have_is_not_trusted(cast: Cast, monkeypatch) -> None:
    monkeypatch.setattr("postroom.intake.naming.MOST", 2)
    for number in range(4):
        make_client(cast.practice, f"X{number}", "Jean Martin", [f"{number}@m.example"])
    assert not whose(cast.practice.pk, "Jean Martin.pdf").sure


@given(st.text(max_size=60))
def test_any_name_is_cut_in_pieces(name: str) -> None:
    for piece in references(name):
        assert isinstance(piece, Reference)
        assert 0 < len(piece.text) <= 64
    assert all(word == fold(word) for word in words_of(name))


@pytest.mark.parametrize(
    ("name", "begin", "fault"),
    [
        ("a.pdf", b"%PDF-1.7", ""),
        ("a.PDF.exe", b"MZ", rules.PROGRAM),
        ("invoice.pdf", b"MZ\x90\x00", rules.PROGRAM),
        ("a.scr. ", b"xx", rules.PROGRAM),
        ("a.sh", b"echo", rules.PROGRAM),
        ("a", b"\x7fELF\x02", rules.PROGRAM),
        ("a", b"#!/bin/sh", rules.PROGRAM),
        ("a.jpg", b"\xff\xd8\xff", ""),
    ],
)
def test_programs_are_not_taken(name: str, begin: bytes, fault: str) -> None:
    assert rules.file_fault(name, len(begin), begin) == fault


def test_nothing_empty_and_nothing_too_big_is_taken() -> None:
    assert rules.file_fault("a.pdf", 0, b"") == rules.EMPTY
    assert rules.file_fault("a.pdf", rules.LARGEST_FILE + 1, b"%PDF-") == rules.TOO_BIG


def test_what_is_being_written_is_left_alone() -> None:
    for name in (".a.pdf", "~$a.docx", "a.part", "a.pdf.CRDOWNLOAD", "Thumbs.db", "a.tmp"):
        assert not rules.is_file_for_us(name)
    assert rules.is_file_for_us("a.pdf")


@pytest.mark.parametrize(
    ("name", "begin", "kind"),
    [
        ("a.txt", b"\x89PNG\r\n\x1a\nxx", "image/png"),
        ("a.png", b"<html>", "application/octet-stream"),
        ("a.webp", b"RIFF1234WEBP", "image/webp"),
        ("a", b"%PDF-1.4", "application/pdf"),
        ("a.heic", b"....ftypheic", "image/heic"),
        ("a.xyzzy", b"..", "application/octet-stream"),
    ],
)
def test_a_file_is_what_its_bytes_say(name: str, begin: bytes, kind: str) -> None:
    assert rules.file_type(name, begin) == kind
