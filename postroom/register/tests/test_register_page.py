"""The table of the register: filters, pages, views, archive, export, and who may read what."""

import csv
import io
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import openpyxl
import pytest
from django.utils import timezone

from postroom.clients.models import Client, Group, GroupMember, Patient
from postroom.practice.models import AuditEvent, Job
from postroom.register import list_exports, listing, noting, search
from postroom.register.filters import Wanted
from postroom.register.models import Entry, EntryPatient, SavedView
from postroom.register.noting import Said
from postroom.register.tests.post import NOON, mail, put
from postroom.register.tests.test_unresolved import words
from tests.support.cast import Cast, make_client


@pytest.fixture
def told(cast: Cast) -> dict[str, Entry]:
    """One of each: by name."""
    wren = make_client(cast.practice, "4183", "Wren Farrow", [])
    group = Group.objects.create(practice=cast.practice, name="Farrow family")
    for client in (cast.hollis, wren):
        GroupMember.objects.create(practice=cast.practice, group=group, client=client)
    pet = Patient.objects.create(practice=cast.practice, client=wren, ref="1", name="Biscuit")
    raw = mail(subject="mail", files=[("a.pdf", "application/pdf", b"x")])
    entries = {
        "mail": put(cast.practice, raw, clients=[cast.hollis]),
        "sent": put(
            cast.practice,
            mail(subject="sent"),
            clients=[wren],
            at=NOON - timedelta(days=1),
            direction="out",
            status="sent",
            author=cast.alice,
        ),
        "waits": put(cast.practice, mail(subject="waits"), at=NOON - timedelta(days=2)),
        "aside": put(cast.practice, mail(subject="aside"), filing=Entry.IGNORED),
    }
    for n, kind in enumerate(("phone", "meeting"), 3):
        said = Said(
            *(kind, NOON - timedelta(days=n), f"{kind} about insurance", kind),
            direction="in" if kind == "phone" else "",
            clients=(wren,),
            patients=(pet,),
        )
        entries[kind] = noting.note(cast.practice, said, by=cast.bob, now=timezone.now())
    for name in ("mail", "sent"):
        search.index([search.Words(entries[name].pk, cast.practice.pk, name, "", "insurance", "")])
    noting.archive(
        cast.practice.pk,
        [put(cast.practice, mail(subject="old"), clients=[cast.hollis]).pk],
        by=cast.bob,
        now=NOON,
    )
    return entries


FILTERS: dict[str, tuple[Callable[[Cast], Wanted], str]] = {
    "nothing": (lambda c: Wanted(), "mail sent waits phone meeting"),
    "oldest": (lambda c: Wanted(oldest=True), "meeting phone waits sent mail"),
    "kind": (lambda c: Wanted(kind="phone"), "phone"),
    "direction": (lambda c: Wanted(direction="out"), "sent"),
    "client": (lambda c: Wanted(client=c.hollis.pk), "mail"),
    "group": (lambda c: Wanted(group=Group.objects.get().pk), "mail sent phone meeting"),
    "patient": (lambda c: Wanted(patient=Patient.objects.get().pk), "phone meeting"),
    "patient of a client": (
        lambda c: Wanted(patient=Patient.objects.get().pk, client=c.hollis.pk),
        "",
    ),
    "member": (lambda c: Wanted(member=c.bob.pk), "phone meeting"),
    "dates": (lambda c: Wanted(since=date(2026, 11, 18), until=date(2026, 11, 19)), "sent waits"),
    "by hand": (lambda c: Wanted(how="hand"), "sent phone meeting"),
    "by itself": (lambda c: Wanted(how="auto"), "mail waits"),
    "files": (lambda c: Wanted(files=True), "mail"),
    "sent": (lambda c: Wanted(state="sent"), "sent"),
    "unresolved": (lambda c: Wanted(state="unresolved"), "waits"),
    "aside": (lambda c: Wanted(state="ignored"), "aside"),
    "archived": (lambda c: Wanted(archived=True), "old"),
    "words": (lambda c: Wanted(q="insur"), "mail sent phone meeting"),
    "words and a group": (
        lambda c: Wanted(q="insurance", group=Group.objects.get().pk, kind="email"),
        "mail sent",
    ),
    "impossible": (lambda c: Wanted(kind="meeting", direction="in"), ""),
}


@pytest.mark.parametrize("rare", [3_000, 0], ids=["few", "many"])
def test_each_filter_leaves_what_it_says(
    cast: Cast, told: dict[str, Entry], rare: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listing, "RARE", rare)  # words of few entries, or of many
    for name, (wanted, expected) in FILTERS.items():
        found = listing.page(cast.bob, wanted(cast), None)
        assert [entry.subject for entry in found.entries] == expected.split(), name


def test_pages_follow_each_other_without_gap_or_double(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    for n in range(7):  # three at the same moment
        put(cast.practice, mail(subject=f"{n}"), clients=[cast.hollis], at=NOON - timedelta(n // 3))
    for module in (listing,):
        monkeypatch.setattr(module, "SIZE", 2)
        monkeypatch.setattr(module, "CHUNK", 3)
    for entry in Entry.objects.all():
        search.index([search.Words(entry.pk, cast.practice.pk, "letter", "", "", "")])
    for wanted in (
        Wanted(),
        Wanted(oldest=True),
        Wanted(client=cast.hollis.pk),
        Wanted(q="letter"),
    ):
        seen, after = [], None
        while True:
            found = listing.page(cast.bob, wanted, after)
            seen += [entry.pk for entry in found.entries]
            if found.next is None:
                break
            after = Entry.objects.get(pk=found.next)
        assert len(seen) == len(set(seen)) == 7
        every = [entry.pk for entries in listing.every(cast.bob, wanted) for entry in entries]
        assert every == seen


def test_words_of_many_entries_are_looked_for_among_the_oldest_and_then_further(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    for n in range(6):
        entry = put(
            cast.practice, mail(subject=f"{n}"), clients=[cast.hollis], at=NOON - timedelta(n)
        )
        body = "needle" if n == 0 else "hay"
        search.index([search.Words(entry.pk, cast.practice.pk, "", "", body, "")])
    for name, value in (("RARE", 0), ("FIRST_TRIED", 3), ("MOST_TRIED", 3)):
        monkeypatch.setattr(listing, name, value)
    wanted = Wanted(q="needle", oldest=True)
    first = listing.page(cast.bob, wanted, None)
    assert (first.entries, first.count) == ([], None)
    further = listing.page(cast.bob, wanted, Entry.objects.get(pk=first.next))
    assert [entry.subject for entry in further.entries] == ["0"]
    assert [e.subject for found in listing.every(cast.bob, wanted) for e in found] == ["0"]


def test_nobody_sees_more_in_the_table_than_elsewhere(cast: Cast, told: dict[str, Entry]) -> None:
    def shown(member: Any, **asked: Any) -> set[str]:
        return {entry.subject for entry in listing.page(member, Wanted(**asked), None).entries}

    assert "waits" not in shown(cast.rita)  # may not file
    cast.hollis.restricted = True
    cast.hollis.save()
    for asked in ({}, {"client": cast.hollis.pk}, {"group": Group.objects.get().pk}, {"q": "mail"}):
        assert "mail" not in shown(cast.alice, **asked)
    assert shown(cast.charlie) == set()
    foreign = cast.browser(cast.charlie).get("/p/other/register", {"client": cast.hollis.pk})
    assert "Hollis" not in words(foreign)
    Entry.objects.update(owner=cast.alice, filing=Entry.UNFILED)
    assert shown(cast.alice) == shown(cast.bob) == set()


def test_what_was_sent_and_is_about_no_client_is_in_the_register(cast: Cast) -> None:
    loose: dict[str, Any] = {"filing": Entry.UNFILED, "direction": "out", "status": "sent"}
    put(cast.practice, mail(subject="taxes"), **loose)
    put(cast.practice, mail(subject="bob’s own"), owner=cast.bob, **loose)
    put(cast.practice, mail(subject="in an inbox"), filing=Entry.UNFILED)
    for member in (cast.bob, cast.alice):
        for wanted in (Wanted(), Wanted(kind="email"), Wanted(direction="out")):
            found = listing.page(member, wanted, None)
            assert [entry.subject for entry in found.entries] == ["taxes"]


def test_what_has_no_attachment_is_asked_for_too(cast: Cast, told: dict[str, Entry]) -> None:
    bob = cast.browser(cast.bob)
    page = words(bob.get("/p/tern/register", {"bare": "1"}))
    assert f'id="entry-{told["mail"].pk}"' not in page
    assert f'id="entry-{told["phone"].pk}"' in page
    assert 'href="?files=1"' in page  # the one takes the other's place
    assert words(bob.get("/p/tern/register", {"bare": "1", "files": "1"})).count("entry-") == 0
    found = words(bob.get("/p/tern/search", {"q": "insurance", "bare": "1"}))
    assert f"hit-{told['sent'].pk}" in found
    assert f"hit-{told['mail'].pk}" not in found


def test_the_menu_of_a_row_offers_what_can_be_done_with_it(
    cast: Cast, told: dict[str, Entry]
) -> None:
    alice = cast.browser(cast.alice)
    page = words(alice.get("/p/tern/register"))
    of_mail, of_note = (f"/p/tern/entries/{told[name].pk}" for name in ("mail", "phone"))
    for entry in (of_mail, of_note):  # without script there is the way to the entry’s own page
        assert f'hx-get="{entry}/menu"' in page
        assert f'<a href="{entry}">' in page
    menu = words(alice.get(f"{of_mail}/menu"))
    assert f"{of_mail}/assign" in menu
    assert f"{of_mail}/take-back" in menu
    menu = words(alice.get(f"{of_note}/menu"))
    assert f"{of_note}/remove" in menu
    assert f"{of_note}/take-back" not in menu
    assert "take-back" not in words(cast.browser(cast.rita).get(f"{of_mail}/menu"))


def test_the_words_searched_are_marked_wherever_they_stand_in_a_row(
    cast: Cast, django_assert_max_num_queries: Any
) -> None:
    files = [("X-ray of Biscuit.pdf", "application/pdf", b"x"), ("b.pdf", "application/pdf", b"y")]
    entry = put(cast.practice, mail(subject="Biscuit <b>", files=files), clients=[cast.hollis])
    Entry.objects.filter(pk=entry.pk).update(sender_name="Biscuit Farrow")
    text = f"{'Long before. ' * 30}And then Biscuit limps again"
    search.index([search.Words(entry.pk, cast.practice.pk, "Biscuit <b>", "", text, "x-ray")])
    bob = cast.browser(cast.bob)
    with django_assert_max_num_queries(32):
        page = words(bob.get("/p/tern/register", {"q": "biscuit"}))
    for marked in (
        "<mark>Biscuit</mark> &lt;b&gt;",
        "<mark>Biscuit</mark> Farrow",
        "And then <mark>Biscuit</mark> limps again",
        "X-ray of <mark>Biscuit</mark>.pdf",
    ):
        assert marked in page, marked
    assert "b.pdf" not in page
    assert "<mark>" not in words(bob.get("/p/tern/register"))


def test_the_page_names_its_filters_and_leads_without_them(
    cast: Cast, told: dict[str, Entry]
) -> None:
    bob = cast.browser(cast.bob)
    page = words(bob.get("/p/tern/register", {"kind": "phone", "q": "insurance"}))
    assert 'href="?q=insurance" aria-label="Without the filter “Kind”"' in page
    assert "phone about <mark>insurance</mark>" in page
    assert 'name="query" value="q=insurance&amp;kind=phone"' in page
    part = words(bob.get("/p/tern/register", {"q": "nobody"}, headers={"HX-Request": "true"}))
    assert part.startswith('<div id="found"')
    assert "No entry is like this" in part
    meant = words(bob.get("/p/tern/register", {"who": "farrow", "kind": "phone"}))
    group = Group.objects.get().pk
    assert f'href="?kind=phone&amp;client={cast.hollis.pk}"' in meant
    assert f'href="?kind=phone&amp;group={group}"' in meant
    assert "<script>" not in words(
        bob.get("/p/tern/register", {"who": "<script>", "q": "<script>"})
    )


def test_a_longer_page_asks_the_database_no_more(
    cast: Cast, django_assert_max_num_queries: Any
) -> None:
    pet = Patient.objects.create(practice=cast.practice, client=cast.hollis, ref="1", name="Pip")
    for n in range(20):
        entry = put(cast.practice, mail(subject=f"{n}"), clients=[cast.hollis], author=cast.bob)
        EntryPatient.objects.create(practice=cast.practice, entry=entry, patient=pet, at=entry.at)
    bob = cast.browser(cast.bob)
    with django_assert_max_num_queries(20):
        bob.get("/p/tern/register")


def test_views_are_ones_own_or_the_teams(cast: Cast) -> None:
    bob, alice = cast.browser(cast.bob), cast.browser(cast.alice)
    save = "/p/tern/register/views"
    bob.post(save, {"name": "Calls", "query": "kind=phone&after=3&evil=1"})
    bob.post(save, {"name": "Complaints", "query": "q=complaint", "shared": "on"})
    bob.post(save, {"name": "Calls", "query": "kind=phone&direction=in"})
    assert SavedView.objects.get(name="Calls").query == "kind=phone&direction=in"
    assert 'href="?kind=phone&amp;direction=in"' in words(bob.get("/p/tern/register"))
    theirs = words(alice.get("/p/tern/register"))
    assert "Complaints" in theirs
    assert "Calls" not in theirs
    for browser in (cast.browser(cast.rita), cast.browser(cast.charlie)):
        for view in SavedView.objects.all():
            browser.post(f"{save}/remove", {"view": view.pk})
    own = SavedView.objects.get(name="Calls").pk
    alice.post(f"{save}/remove", {"view": own})
    assert SavedView.objects.count() == 2
    alice.post(f"{save}/remove", {"view": SavedView.objects.get(shared=True).pk})
    bob.post(f"{save}/remove", {"view": own})
    assert not SavedView.objects.exists()


def test_many_are_archived_at_once_and_brought_back(cast: Cast, told: dict[str, Entry]) -> None:
    bob = cast.browser(cast.bob)
    chosen = [told["mail"].pk, told["phone"].pk]
    foreign = put(cast.other, mail(subject="foreign"))
    page = bob.post(
        "/p/tern/register/archive",
        {"entries": [*chosen, foreign.pk], "query": "q=insurance"},
        follow=True,
    )
    assert page.redirect_chain[0][0].endswith("/register?q=insurance")
    assert "2 entries are archived." in words(page)
    undo = f"/p/tern/register/archive?back=1&entries={chosen[0]}&entries={chosen[1]}"
    assert undo.replace("&", "&amp;") in words(page)
    foreign.refresh_from_db()
    assert foreign.archived_at is None
    assert told["mail"].pk not in {e.pk for e in listing.page(cast.bob, Wanted(), None).entries}
    bob.post(undo)
    assert not Entry.objects.filter(pk__in=chosen, archived_at__isnull=False).exists()
    assert AuditEvent.objects.filter(action="unarchive").count() == 2
    assert cast.browser(cast.rita).post("/p/tern/register/archive").status_code == 403


def sheet(answer: Any, ending: str) -> list[list[str]]:
    data = b"".join(answer.streaming_content)
    if ending == "csv":
        return list(csv.reader(io.StringIO(data.decode("utf-8-sig"))))
    book = openpyxl.load_workbook(io.BytesIO(data))
    assert not any(cell.data_type == "f" for row in book.active.rows for cell in row)
    return [[cell or "" for cell in row] for row in book.active.iter_rows(values_only=True)]


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_an_export_holds_what_is_shown_with_no_cell_a_command(
    cast: Cast, told: dict[str, Entry], ending: str
) -> None:
    Entry.objects.filter(pk=told["mail"].pk).update(subject='=HYPERLINK("http://x")\x0b\r\n+1')
    answer = cast.browser(cast.bob).post(
        "/p/tern/register/export",
        {"format": ending, "query": "kind=email&state=filed&q=insurance"},
    )
    rows = sheet(answer, ending)
    assert rows[0][:3] == ["Number", "Date", "Kind"]
    assert [row[9] for row in rows[1:]] == ['\'=HYPERLINK("http://x") +1', "sent"]
    assert rows[2][2:6] == ["Email", "Sent", "Wren Farrow", "4183"]
    line = AuditEvent.objects.get(action="export_register")
    asked = {"kind": "email", "state": "filed", "searched": True}
    assert line.data == {"format": ending, **asked}


def test_a_long_export_is_a_job_whose_file_only_its_owner_gets(
    cast: Cast, told: dict[str, Entry], settings: Any, tmp_path: Any, monkeypatch: Any
) -> None:
    settings.IMPORTS_FOLDER = tmp_path
    monkeypatch.setattr(list_exports, "AT_ONCE", 2)
    bob, alice = cast.browser(cast.bob), cast.browser(cast.alice)
    answer = bob.post("/p/tern/register/export", {"format": "xlsx", "query": ""})
    assert answer.url == "/p/tern/register/exports"
    job = Job.objects.get(kind=list_exports.KIND)
    assert "Waiting" in words(bob.get(answer.url))
    list_exports.advance(job.pk, clock=timezone.now)
    job.refresh_from_db()
    assert (job.state, job.result["rows"]) == (Job.DONE, 5)
    file = f"/p/tern/register/exports/file?n={job.pk}"
    assert file in words(bob.get(answer.url))
    assert len(sheet(bob.get(file), "xlsx")) == 6
    assert alice.get(file).status_code == 302
    assert f"n={job.pk}" not in words(alice.get("/p/tern/register/exports"))
    assert list_exports.drop_closed() == 0
    Client.objects.filter(pk=cast.hollis.pk).update(restricted=True)  # it may be named in there
    assert bob.get(file).status_code == 404
    assert file not in words(bob.get(answer.url))
    assert (list_exports.drop_closed(), list_exports.path_of(job).exists()) == (1, False)
    bob.post("/p/tern/register/export", {"format": "csv", "query": ""})
    cast.bob.active = False
    cast.bob.save()
    later = Job.objects.filter(kind=list_exports.KIND).latest("pk")
    list_exports.advance(later.pk, clock=timezone.now)
    later.refresh_from_db()
    assert later.state == Job.FAILED


def test_an_open_table_is_told_what_came_and_went(cast: Cast, told: dict[str, Entry]) -> None:
    bob = cast.browser(cast.bob)

    def news(**asked: Any) -> str:
        return words(bob.get("/p/tern/register", {"news": 1, **asked})).strip()

    drawn = words(bob.get("/p/tern/register", {"kind": "email"}))
    assert 'hx-get="/p/tern/register?kind=email&amp;news=1"' in drawn
    rows = [told[name].pk for name in ("mail", "sent", "waits")]
    assert all(f'class="shown" name="row" value="{row}"' in drawn for row in rows)
    assert news(kind="email", row=rows) == ""
    put(cast.practice, mail(subject="new"), clients=[cast.hollis])
    put(cast.practice, mail(subject="hers"), owner=cast.alice, filing=Entry.UNFILED)
    noting.archive(cast.practice.pk, rows[:1], by=cast.bob, now=timezone.now())
    said = news(kind="email", row=rows)
    assert "1 new entry" in said
    assert "1 is no longer here" in said
    assert 'href="/p/tern/register?kind=email"' in said
    assert news(kind="phone", row=[told["phone"].pk]) == ""
