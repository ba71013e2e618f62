"""A client's record and the family's: the correspondence by day."""

from datetime import timedelta

import pytest
import time_machine
from django.test import Client as Browser
from pytest_django import DjangoAssertNumQueries

from postroom.clients.models import Client, Consent, Group, GroupMember, Patient
from postroom.practice.models import AuditEvent
from postroom.register.models import EntryClient, EntryPatient
from postroom.register.tests.post import NOON, mail, pile, put
from postroom.register.tests.test_unresolved import words
from tests.support.cast import Cast, make_client


@pytest.fixture
def rita(cast: Cast) -> Browser:
    return cast.browser(cast.rita)


@pytest.fixture
def wren(cast: Cast) -> Client:
    """Of the Farrow family, with Hollis."""
    client = make_client(cast.practice, "4183", "Wren Farrow", ["wren@example.org"])
    group = Group.objects.create(practice=cast.practice, name="Farrow family")
    for member in (cast.hollis, client):
        GroupMember.objects.create(practice=cast.practice, group=group, client=member)
    return client


def record_of(client: Client) -> str:
    return f"/p/tern/clients/{client.pk}"


def test_the_head_names_client_number_and_patients(cast: Cast, rita: Browser) -> None:
    for ref, name, kind in (("1", "Biscuit", "dog"), ("2", "Maple", "cat")):
        Patient.objects.create(
            practice=cast.practice, client=cast.hollis, ref=ref, name=name, kind=kind
        )
    page = words(rita.get(record_of(cast.hollis)))
    for expected in ("Hollis Farrow", "No. 4182", "Biscuit (dog), Maple (cat)"):
        assert expected in page
    assert "hollis.farrow@example.org" in page
    assert "Family group" not in page


def test_letters_stand_under_their_day_the_newest_first(cast: Cast, rita: Browser) -> None:
    for days, subject in ((0, "Now"), (1, "Before"), (1, "Before too"), (400, "Long ago")):
        put(
            cast.practice,
            mail(subject=subject),
            clients=[cast.hollis],
            at=NOON - timedelta(days=days, minutes=len(subject)),
        )
    with time_machine.travel(NOON, tick=False):
        cast.browser(cast.rita)
        page = words(cast.browser(cast.rita).get(record_of(cast.hollis)))
    order = ["Today", "Now", "Yesterday", "Before", "Before too", "2025", "Long ago"]
    places = [page.index(f">{word}<") if word != "2025" else page.index(word) for word in order]
    assert places == sorted(places)


def test_a_letter_shows_its_files_and_leads_to_its_page(cast: Cast, rita: Browser) -> None:
    raw = mail(files=[("left-leg.jpg", "image/jpeg", b"x" * 1200)])
    entry = put(cast.practice, raw, clients=[cast.hollis])
    page = words(rita.get(record_of(cast.hollis)))
    assert f'href="/p/tern/entries/{entry.pk}"' in page
    assert f'href="/p/tern/attachments/{entry.attachments.get().pk}"' in page
    assert "left-leg.jpg" in page


def test_only_letters_with_attachments_when_asked(cast: Cast, rita: Browser) -> None:
    put(cast.practice, mail(subject="Bare"), clients=[cast.hollis])
    raw = mail(subject="Laden", files=[("a.pdf", "application/pdf", b"x")])
    put(cast.practice, raw, clients=[cast.hollis])
    for asked in ({"files": "1"}, {"show": "files"}):  # the second as it was said before
        page = words(rita.get(record_of(cast.hollis), asked))
        assert "Laden" in page
        assert "Bare" not in page


def test_a_record_is_narrowed_and_its_address_says_how(cast: Cast, rita: Browser) -> None:
    biscuit = Patient.objects.create(
        practice=cast.practice, client=cast.hollis, ref="1", name="Biscuit"
    )
    everything = {
        "Mail in": {},
        "Mail out": {"direction": "out", "author": cast.bob},
        "A call": {"kind": "phone", "author": cast.alice, "body": "Eats again.\nCall tomorrow."},
        "A note": {"kind": "note", "direction": "", "author": cast.bob},
    }
    for subject, fields in everything.items():
        entry = put(cast.practice, mail(subject=subject), clients=[cast.hollis], **fields)
        if subject in ("A call", "Mail in"):
            EntryPatient.objects.create(
                practice=cast.practice, entry=entry, patient=biscuit, at=entry.at
            )
    cases = [
        ({"kind": "phone"}, ["A call"]),
        ({"kind": "email", "direction": "out"}, ["Mail out"]),
        ({"patient": biscuit.pk}, ["A call", "Mail in"]),
        ({"patient": biscuit.pk, "kind": "phone"}, ["A call"]),
        ({"member": cast.bob.pk}, ["A note", "Mail out"]),
        ({"kind": "nonsense", "member": "x"}, ["A call", "A note", "Mail in", "Mail out"]),
        ({"kind": "sms"}, []),
    ]
    for asked, expected in cases:
        answer = rita.get(record_of(cast.hollis), asked)
        days = answer.context["days"]
        assert sorted(i.entry.subject for d in days for i in d.items) == expected, asked
    assert "Nothing like this here" in words(answer)
    page = words(rita.get(record_of(cast.hollis)))
    for expected in ("they called · Alice Moreau", "sent by Bob Adeyemi", "Call tomorrow."):
        assert expected in page


def test_narrowing_is_kept_from_page_to_page(cast: Cast, rita: Browser) -> None:
    pile(cast.practice, 52, clients=[cast.hollis], kind="sms")
    put(cast.practice, mail(subject="Not an SMS"), clients=[cast.hollis])
    first = rita.get(record_of(cast.hollis), {"kind": "sms"})
    assert f'href="?kind=sms&amp;before={first.context["next"]}"' in words(first)
    rest = rita.get(
        record_of(cast.hollis), {"kind": "sms", "before": first.context["next"]}
    ).context["days"]
    assert [i.entry.subject for d in rest for i in d.items] == ["Letter 50", "Letter 51"]


def test_the_record_says_what_the_client_wishes(cast: Cast, rita: Browser) -> None:
    Client.objects.filter(pk=cast.hollis.pk).update(channel="sms", language="fr", note="Rings <b>")
    points = list(cast.hollis.contacts.get().points.order_by("pk"))
    for point, purpose, given in (
        (points[0], "reminder", True),
        (points[0], "marketing", False),
        (points[1], "marketing", False),
        (points[0], "care", True),
        (points[1], "care", False),
    ):
        Consent.objects.create(
            practice=cast.practice, point=point, purpose=purpose, given=given, at=NOON
        )
    page = words(rita.get(record_of(cast.hollis)))
    for expected in (
        *("Prefers SMS", "French", "Reminders: yes", "News and offers: no", "Rings &lt;b&gt;"),
        f"Care: yes, but not to {points[1].value}",
    ):
        assert expected in page


def test_the_record_goes_on_page_by_page(cast: Cast, rita: Browser) -> None:
    pile(cast.practice, 53, clients=[cast.hollis])
    first = rita.get(record_of(cast.hollis))
    after = {"before": first.context["next"]}
    rest = rita.get(record_of(cast.hollis), after)
    days = [*first.context["days"], *rest.context["days"]]
    shown = [item.entry.subject for day in days for item in day.items]
    assert shown == [f"Letter {n}" for n in range(53)]
    more = rita.get(record_of(cast.hollis), after, headers={"HX-Request": "true"})
    assert words(more).startswith('<div class="days">')


def test_a_longer_record_asks_the_database_no_more(
    cast: Cast, rita: Browser, wren: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for n in range(45):
        raw = mail(subject=f"Letter {n}", files=[("a.pdf", "application/pdf", b"x")])
        put(cast.practice, raw, clients=[cast.hollis, wren], at=NOON - timedelta(minutes=n))
    for page in (record_of(cast.hollis), f"{record_of(cast.hollis)}/group"):
        with django_assert_max_num_queries(26):  # one of them asks how old the book is
            rita.get(page)


def test_the_family_page_mixes_everybodys_letters_once_each(
    cast: Cast, rita: Browser, wren: Client
) -> None:
    put(cast.practice, mail(subject="From Hollis"), clients=[cast.hollis])
    put(cast.practice, mail(subject="From Wren"), clients=[wren], at=NOON - timedelta(hours=1))
    put(cast.practice, mail(subject="About both"), clients=[cast.hollis, wren])
    stranger = make_client(cast.practice, "5", "Ada Brook", [])
    put(cast.practice, mail(subject="Not theirs"), clients=[stranger])
    answer = rita.get(f"{record_of(cast.hollis)}/group")
    shown = [item.entry.subject for day in answer.context["days"] for item in day.items]
    assert sorted(shown) == ["About both", "From Hollis", "From Wren"]
    assert shown[-1] == "From Wren"
    own = words(rita.get(record_of(cast.hollis)))
    assert "From Wren" not in own
    assert f'href="{record_of(wren)}"' in own


def test_an_open_record_is_told_what_came_and_what_was_taken_off(
    cast: Cast, rita: Browser, wren: Client
) -> None:
    old = put(cast.practice, mail(subject="Old"), clients=[cast.hollis])
    page = record_of(cast.hollis)
    since = rita.get(page).context["newest"]
    asked = {"news": since, "row": [old.pk]}
    assert words(rita.get(page, asked)).strip() == ""
    reads = AuditEvent.objects.filter(action="read").count()
    put(cast.practice, mail(subject="Hers"), clients=[wren])
    assert words(rita.get(page, asked)).strip() == ""
    assert "1 new entry" in words(rita.get(f"{page}/group", asked))
    put(cast.practice, mail(subject="New"), clients=[cast.hollis], at=NOON - timedelta(days=9))
    restricted = make_client(cast.practice, "9", "Closed", [])
    Client.objects.filter(pk=restricted.pk).update(restricted=True)
    put(cast.practice, mail(subject="Closed"), clients=[cast.hollis, restricted])
    EntryClient.objects.filter(entry=old).delete()
    news = words(rita.get(page, {**asked, "kind": "email"}))
    for said in ("1 new entry", "1 is no longer here", 'href="?kind=email"'):
        assert said in news, said
    assert "new entry" not in words(rita.get(page, {**asked, "kind": "phone"}))
    assert AuditEvent.objects.filter(action="read").count() == reads


def test_the_family_page_is_searched_and_handed_over_as_a_whole(
    cast: Cast, rita: Browser, wren: Client
) -> None:
    family = wren.groups.get()
    page = words(rita.get(f"{record_of(cast.hollis)}/group"))
    form = page[page.index('role="search" action="/p/tern/register"') :]
    assert f'<input type="hidden" name="group" value="{family.pk}">' in form
    handed = f"/p/tern/groups/{family.pk}/export"
    assert handed not in page
    alices = words(cast.browser(cast.alice).get(f"{record_of(cast.hollis)}/group"))
    assert handed in alices
    own = words(cast.browser(cast.alice).get(record_of(cast.hollis)))
    assert f"{record_of(cast.hollis)}/export" in own
    group = words(rita.get(f"/p/tern/groups/{family.pk}"))
    assert f"{record_of(cast.hollis)}/group?group={family.pk}" in group


def test_of_several_groups_one_can_be_chosen(cast: Cast, rita: Browser, wren: Client) -> None:
    ada = make_client(cast.practice, "5", "Ada Brook", [])
    herd = Group.objects.create(practice=cast.practice, name="The herd")
    for client in (cast.hollis, ada):
        GroupMember.objects.create(practice=cast.practice, group=herd, client=client)
    for client in (cast.hollis, wren, ada):
        put(cast.practice, mail(subject=client.name), clients=[client])
    page = f"{record_of(cast.hollis)}/group"

    def shown(query: str) -> set[str]:
        days = rita.get(page + query).context["days"]
        return {item.entry.subject for day in days for item in day.items}

    family = wren.groups.get()
    assert shown("") == {"Hollis Farrow", "Wren Farrow", "Ada Brook"}
    assert shown(f"?group={herd.pk}") == {"Hollis Farrow", "Ada Brook"}
    assert shown(f"?group={family.pk}&kind=email") == {"Hollis Farrow", "Wren Farrow"}
    assert shown("?group=999") == shown("")
    said = words(rita.get(f"{page}?group={herd.pk}"))
    assert f"?group={herd.pk}&amp;kind=phone" in said
    assert f'href="?group={family.pk}"' in said


def test_who_is_in_no_group_has_no_family_page(cast: Cast, rita: Browser) -> None:
    assert rita.get(f"{record_of(cast.hollis)}/group").status_code == 404


@pytest.mark.parametrize("tab", ["", "/group"])
def test_another_practices_client_is_not_there(cast: Cast, rita: Browser, tab: str) -> None:
    foreign = make_client(cast.other, "1", "Ada Brook", [])
    assert rita.get(record_of(foreign) + tab).status_code == 404


def test_waiting_letters_are_on_no_record(cast: Cast, rita: Browser) -> None:
    put(cast.practice, mail(sender="hollis.farrow@example.org", subject="Still waiting"))
    page = words(rita.get(record_of(cast.hollis)))
    assert "Still waiting" not in page
    assert "No correspondence yet" in page


def test_hostile_words_on_a_record_are_only_words(cast: Cast, rita: Browser) -> None:
    evil = "<script>alert(1)</script>"
    client = make_client(cast.practice, evil, evil, [f"{evil}@example.org"])
    raw = mail(subject=evil, text=evil, files=[(f"{evil}.pdf", "application/pdf", b"x")])
    put(cast.practice, raw, clients=[client])
    assert "<script>alert" not in words(rita.get(record_of(client)))


def test_the_files_of_a_record_stand_by_themselves(cast: Cast, rita: Browser, wren: Client) -> None:
    scan = [("scan.pdf", "application/pdf", b"%PDF-1.7 x")]
    for number in range(51):
        put(
            cast.practice,
            mail(subject=f"Scan {number}", files=scan),
            clients=[cast.hollis],
            at=NOON - timedelta(hours=number),
        )
    put(cast.practice, mail(subject="Nothing with it"), clients=[cast.hollis])
    put(cast.practice, mail(files=[("hers.pdf", "application/pdf", b"x")]), clients=[wren])
    first = rita.get(f"{record_of(cast.hollis)}/files")
    page = words(first)
    assert page.count("scan.pdf") >= 50
    assert "Nothing with it" not in page
    assert "hers.pdf" not in page
    older = words(rita.get(f"{record_of(cast.hollis)}/files?before={first.context['next']}"))
    assert "Scan 50" in older
    assert "Scan 49" not in older
    Client.objects.filter(pk=cast.hollis.pk).update(restricted=True)
    assert rita.get(f"{record_of(cast.hollis)}/files").status_code == 404
