"""Searching as people do it: the page of results, and the box of the top bar."""

from datetime import timedelta

import pytest
from django.test import Client as Browser
from pytest_django import DjangoAssertNumQueries

from postroom.clients.models import Client, ClientAccess, Contact, Patient
from postroom.clients.rules import search_name
from postroom.register import hits, search
from postroom.register.models import Entry
from postroom.register.tests.post import NOON, mail, put
from postroom.register.tests.test_unresolved import words
from tests.support.cast import Cast, make_client

PAGE, BOX = "/p/tern/search", "/p/tern/search/suggest"
HTMX = {"HX-Request": "true"}


@pytest.fixture
def rita(cast: Cast) -> Browser:
    return cast.browser(cast.rita)


def said(practice, subject="About the leg", body="", files=(), **fields) -> Entry:
    """An entry whose words are in the index."""
    raw = mail(subject=subject, text=body or "Hello", files=[(f, "image/png", b"x") for f in files])
    entry = put(practice, raw, **fields)
    search.index([search.Words(entry.pk, practice.pk, subject, "", body, " ".join(files))])
    return entry


def subjects(answer) -> list[str]:
    return [hit.entry.subject for hit in answer.context["found"].hits]


def test_words_are_marked_where_they_stand_and_escaped(cast: Cast, rita: Browser) -> None:
    evil = "<script>alert(1)</script> the Lég is <b>swollen</b>"
    said(cast.practice, "<i>Leg</i>", evil, ["my & leg.png"], clients=[cast.hollis])
    page = words(rita.get(PAGE, {"q": "leg "}))
    assert "&lt;i&gt;<mark>Leg</mark>&lt;/i&gt;" in page
    assert "the <mark>Lég</mark> is &lt;b&gt;swollen" in page
    assert "my &amp; <mark>leg</mark>.png" in page
    assert "<script>alert" not in page
    assert "Hollis Farrow" in page
    box = words(rita.get(BOX, {"q": "<script>leg"}, headers=HTMX))
    assert "<script>" not in box


def test_of_many_files_a_line_names_those_that_were_found(cast: Cast, rita: Browser) -> None:
    names = [*(f"page-{n}.pdf" for n in range(9)), "invoice.pdf"]
    said(cast.practice, files=names, clients=[cast.hollis])
    page = rita.get(PAGE, {"q": "invoice"}).text
    assert "<mark>invoice</mark>.pdf" in page
    assert (page.count("page-"), "6 more files" in page) == (3, True)


def test_each_filter_leaves_what_it_says(cast: Cast, rita: Browser) -> None:
    wren = make_client(cast.practice, "4183", "Wren Brook", [])
    here = {"clients": [cast.hollis]}
    for subject, fields in {
        "in": {},
        "out": {"direction": "out", "status": "sent", "author": cast.bob},
        "routine": {"direction": "out", "status": "sent", "kind": "sms"},
        "bounce": {"automatic": "bounce"},
        "call": {"kind": "phone", "author": cast.bob},
        "meeting": {"kind": "meeting", "direction": "", "author": cast.bob},
        "scan": {"files": ["leg.png"]},
        "old": {"at": NOON - timedelta(days=500)},
        "wren": {"clients": [wren]},
    }.items():
        said(cast.practice, subject, "the leg", **{**here, **fields})
    cases = [
        ({}, "bounce call in meeting old out routine scan wren"),
        ({"kind": "email"}, "bounce in old out scan wren"),
        ({"kind": "sms"}, "routine"),
        ({"kind": "phone"}, "call"),
        ({"direction": "out"}, "out routine"),
        ({"direction": "in"}, "bounce call in old scan wren"),
        ({"how": "auto"}, "bounce routine"),
        ({"how": "hand", "direction": "out"}, "out"),
        ({"files": "1"}, "scan"),
        ({"client": wren.pk}, "wren"),
        ({"client": cast.hollis.pk, "kind": "meeting"}, "meeting"),
        ({"until": "2026-01-01"}, "old"),
        ({"since": "2026-11-20", "until": "2026-11-20", "how": "hand"},
         "call in meeting out scan wren"),
        ({"since": "2026-11-21"}, ""),
        ({"since": "never", "kind": "x", "client": "y"},
         "bounce call in meeting old out routine scan wren"),
    ]  # fmt: skip
    for asked, expected in cases:
        answer = rita.get(PAGE, {"q": "leg ", **asked})
        assert sorted(subjects(answer)) == expected.split(), asked


def test_a_client_with_many_entries_is_searched_in_order(
    cast: Cast, rita: Browser, monkeypatch
) -> None:
    for n in range(4):
        said(cast.practice, f"Leg {n}", clients=[cast.hollis], at=NOON - timedelta(days=n))
    said(cast.practice, "Leg of Wren", clients=[make_client(cast.practice, "9", "Wren", [])])
    for few in (500, 2):
        monkeypatch.setattr(hits, "FEW", few)
        answer = rita.get(PAGE, {"q": "leg", "client": cast.hollis.pk})
        assert subjects(answer) == ["Leg 0", "Leg 1", "Leg 2", "Leg 3"]


def test_only_what_one_may_read_is_found(cast: Cast, rita: Browser) -> None:
    secret = make_client(cast.practice, "4183", "Wren Legget", [])
    Client.objects.filter(pk=secret.pk).update(restricted=True)
    ClientAccess.objects.create(practice=cast.practice, client=secret, member=cast.bob)
    said(cast.practice, "Leg, restricted", files=["leg.png"], clients=[secret])
    said(cast.practice, "Leg, on both", clients=[secret, cast.hollis])
    said(cast.practice, "Leg, unresolved")
    own = {"owner": cast.alice, "filing": Entry.UNFILED}
    said(cast.practice, "Leg, Alice’s own", **own)
    said(cast.other, "Leg, elsewhere")
    said(cast.practice, "Leg, filed", clients=[cast.hollis])
    expected = {
        cast.rita: ["Leg, filed"],
        cast.bob: ["Leg, filed", "Leg, on both", "Leg, restricted", "Leg, unresolved"],
        cast.alice: ["Leg, Alice’s own", "Leg, filed", "Leg, unresolved"],
    }
    for member, found in expected.items():
        browser = cast.browser(member)
        assert sorted(subjects(browser.get(PAGE, {"q": "leg"}))) == found, member
        box = words(browser.get(BOX, {"q": "leg"}, headers=HTMX))
        assert ("leg</mark>.png" in box) == (member == cast.bob)
        assert ("Wren Legget" in box) == (member == cast.bob)
    assert rita.get(PAGE, {"q": "leg", "client": secret.pk}).status_code == 404


def test_results_go_on_page_by_page_and_are_counted_so_far(
    cast: Cast, rita: Browser, monkeypatch
) -> None:
    monkeypatch.setattr(hits, "SIZE", 4)
    monkeypatch.setattr(hits, "MOST", 8)
    for n in range(10):
        said(cast.practice, f"Leg {n}", clients=[cast.hollis], at=NOON - timedelta(days=n))
    seen, address = [], f"{PAGE}?q=leg"
    for total in ("8+", "", ""):
        answer = rita.get(address)
        assert answer.context["found"].total == total
        seen += [hit.entry.subject for hit in answer.context["found"].hits[:4]]
        address = f"{PAGE}?q=leg&before={answer.context['found'].next}"
    assert seen == [f"Leg {n}" for n in range(10)]


def test_looking_ends_where_hardly_anything_may_be_read(
    cast: Cast, rita: Browser, monkeypatch
) -> None:
    monkeypatch.setattr(hits, "LOOKED_AT", 3)
    monkeypatch.setattr("postroom.register.seeking.HANDFUL", 3)
    for n in range(4):
        said(cast.practice, f"Leg {n}", at=NOON - timedelta(days=n))  # unresolved: not Rita's
    said(cast.practice, "Leg, filed", clients=[cast.hollis], at=NOON - timedelta(days=9))
    first = rita.get(PAGE, {"q": "leg"})
    assert subjects(first) == []
    assert "Look further back" in words(first)
    rest = rita.get(PAGE, {"q": "leg", "before": first.context["found"].next})
    assert subjects(rest) == ["Leg, filed"]


def test_people_and_animals_stand_before_the_letters(cast: Cast, rita: Browser) -> None:
    for name, animal in (("Leganza Bright", "Pip"), ("Ada Moss", "Legolas")):
        client = make_client(cast.practice, name[:4], name, [])
        Patient.objects.create(practice=cast.practice, client=client, ref="1", name=animal)
        Client.objects.filter(pk=client.pk).update(
            search_name=search_name(name, client.ref, [animal], [])
        )
    Contact.objects.create(
        practice=cast.practice, name="Legat laboratory", professional=True,
        search_name="legat laboratory",
    )  # fmt: skip
    people = rita.get(PAGE, {"q": "lega"}).context["people"]
    assert [client.name for client in people.clients] == ["Leganza Bright"]
    people = rita.get(PAGE, {"q": "leg"}).context["people"]
    assert [client.name for client in people.clients] == ["Leganza Bright"]
    assert [patient.name for patient in people.patients] == ["Legolas"]
    assert [one.name for one in people.correspondents] == ["Legat laboratory"]
    box = words(rita.get(BOX, {"q": "leg"}, headers=HTMX))
    for expected in ("Leganza Bright", "Legolas", "Legat laboratory", "3 found"):
        assert expected in box


@pytest.mark.parametrize("typed", ["", " ", '"', "-", "* & | !", "a OR b", "x' --", "'", "\\", "é"])
def test_whatever_is_typed_is_answered(cast: Cast, rita: Browser, typed: str) -> None:
    said(cast.practice, "Leg", clients=[cast.hollis])
    assert rita.get(PAGE, {"q": typed}).status_code == 200
    assert rita.get(PAGE, {"q": typed, "before": "1"}).status_code == 200
    assert rita.get(BOX, {"q": typed}, headers=HTMX).status_code == 200


def test_more_results_ask_the_database_no_more(
    cast: Cast, rita: Browser, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for n in range(25):
        said(cast.practice, f"Leg {n}", files=["leg.png"], clients=[cast.hollis])
    with django_assert_max_num_queries(22):
        rita.get(PAGE, {"q": "leg"})
