"""Many letters in one act: ticked in the list, filed or set aside, and undone as one."""

from typing import Any

import pytest
from django.test import Client as Browser

from postroom.clients.models import ContactPoint, Patient
from postroom.register import actions
from postroom.register.models import EarlierChoice, Entry
from postroom.register.tests.post import NOON, mail, pile, put
from postroom.register.tests.test_resolve import act, toasts
from postroom.register.tests.test_unresolved import HTMX, PAGE, words
from tests.support.cast import Cast, make_client


@pytest.fixture
def bob(cast: Cast) -> Browser:
    return cast.browser(cast.bob)


def ticked(*entries: Entry) -> list[str]:
    return [f"{entry.pk}:{entry.version}" for entry in entries]


def filings() -> dict[str, str]:
    return dict(Entry.objects.values_list("subject", "filing"))


def test_those_that_are_ticked_are_filed_and_the_one_on_the_desk_is_not(
    cast: Cast, bob: Browser
) -> None:
    here, *others = pile(cast.practice, 3)
    more = {"clients": cast.hollis.pk, "together": ticked(*others), "remember": "1"}
    answer = act(bob, here, "resolve", **more)
    assert answer["Location"] == f"{PAGE}?entry={here.pk}"
    named = ".".join(str(one.pk) for one in others)
    said = "2 messages filed to Hollis Farrow. Address remembered."
    assert toasts(answer) == [(said, f"/p/tern/unresolved/undo?entries={named}")]
    assert filings() == {"Letter 0": "unresolved", "Letter 1": "resolved", "Letter 2": "resolved"}
    assert ContactPoint.objects.filter(norm="hollis@farrow.example").count() == 1


def test_all_of_it_is_undone_as_one(cast: Cast, bob: Browser) -> None:
    letters = pile(cast.practice, 3)
    answer = act(bob, letters[0], "ignore", together=ticked(*letters))
    assert set(filings().values()) == {"ignored"}
    answer = bob.post(toasts(answer)[0][1])
    assert answer["Location"] == f"{PAGE}?entry={letters[0].pk}#subject"
    assert set(filings().values()) == {"unresolved"}
    assert toasts(bob.post("/p/tern/unresolved/undo?entries=x.99"))[-1][0].startswith("This can no")


def test_the_ticked_ones_are_set_aside_without_script_too(cast: Cast, bob: Browser) -> None:
    here, *others = pile(cast.practice, 3)
    page = words(bob.get(PAGE))
    button = page[page.index("<noscript>") : page.index("</noscript>")]
    address = f"/p/tern/entries/{here.pk}/ignore"
    for said in ('form="file-to"', f'formaction="{address}"', 'name="only" value="ticked"'):
        assert said in button, said
    sent = {"version": here.version, "only": "ticked"}
    assert toasts(bob.post(address, sent)) == [("Tick messages first.", "")]
    assert set(filings().values()) == {"unresolved"}
    answer = bob.post(address, {**sent, "together": ticked(*others)})
    assert answer["Location"] == f"{PAGE}?entry={here.pk}"
    assert filings() == {"Letter 0": "unresolved", "Letter 1": "ignored", "Letter 2": "ignored"}


def test_what_somebody_else_filed_meanwhile_is_left_as_it_is(cast: Cast, bob: Browser) -> None:
    letters = pile(cast.practice, 3)
    seen = ticked(*letters)
    june = make_client(cast.practice, "77", "June Farrow", [])
    actions.resolve(letters[1], [june], by=cast.alice, now=NOON, version=1)
    answer = act(bob, letters[0], "resolve", clients=cast.hollis.pk, together=seen)
    assert toasts(answer)[0][0] == (
        "2 messages filed to Hollis Farrow. 1 was changed by somebody else meanwhile and is left as"
        " it is."
    )
    assert list(letters[1].clients.all()) == [june]


def test_of_several_senders_no_address_is_remembered(cast: Cast, bob: Browser) -> None:
    letters = [put(cast.practice, mail(sender=f"{name}@x.example")) for name in ("ada", "bea")]
    more = {"clients": cast.hollis.pk, "together": ticked(*letters), "remember": "1"}
    act(bob, letters[0], "resolve", **more)
    assert not ContactPoint.objects.filter(norm__endswith="@x.example").exists()


@pytest.mark.parametrize("nonsense", ["x", "1", "1:x", ":", "9" * 30 + ":1", "12:"])
def test_what_is_no_tick_files_the_letter_on_the_desk(
    cast: Cast, bob: Browser, nonsense: str
) -> None:
    entry = put(cast.practice)
    act(bob, entry, "resolve", clients=cast.hollis.pk, together=nonsense)
    assert Entry.objects.get().filing == Entry.RESOLVED


def test_nothing_of_another_practice_is_filed_by_its_number(cast: Cast, bob: Browser) -> None:
    foreign, own = put(cast.other), put(cast.practice)
    act(bob, own, "ignore", together=ticked(foreign))
    assert set(Entry.objects.values_list("filing", flat=True)) == {"unresolved"}


def test_with_script_all_their_rows_leave_the_list(cast: Cast, bob: Browser) -> None:
    letters = pile(cast.practice, 4)
    more = {"together": ticked(*letters[:2]), "last": letters[2].pk, "headers": HTMX}
    page = words(act(bob, letters[0], "ignore", **more))
    assert page.count('hx-swap-oob="delete"') == 2
    assert f'data-entry="{letters[2].pk}"' in page
    added = page.partition('hx-swap-oob="beforeend:#rows"')[2].partition("</ul>")[0]
    assert f'id="row-{letters[3].pk}"' in added


def test_all_of_one_sender_are_listed_alone_and_ticked(cast: Cast, bob: Browser) -> None:
    first, *_ = pile(cast.practice, 3)
    put(cast.practice, mail(sender="else@where.example", subject="Other"))
    assert "Select all 3 from this address" in words(bob.get(PAGE, {"entry": first.pk}))
    page = bob.get(PAGE, {"entry": first.pk, "same": first.pk})
    assert [row.subject for row, _ in page.context["rows"]] == ["Letter 0", "Letter 1", "Letter 2"]
    assert page.content.decode().count('data-sender="hollis@farrow.example" checked') == 3


# --- two at one list ----------------------------------------------------------------------


def test_a_row_that_somebody_filed_leaves_the_other_list_and_who_reads_it_is_told(
    cast: Cast, bob: Browser
) -> None:
    first, second, third = pile(cast.practice, 3)
    asked: dict[str, Any] = {"row": [first.pk, second.pk, third.pk], "on_desk": first.pk}
    assert "delete" not in words(bob.get(f"{PAGE}/arrivals", asked))
    actions.resolve(first, [cast.hollis], by=cast.alice, now=NOON, version=1)
    page = words(bob.get(f"{PAGE}/arrivals", asked))
    assert page.count('hx-swap-oob="delete"') == 1
    assert f'<li id="row-{first.pk}" hx-swap-oob="delete">' in page
    assert "Alice Moreau filed it under Hollis Farrow" in page
    mine = words(cast.browser(cast.alice).get(f"{PAGE}/arrivals", asked))
    assert "filed it under" not in mine  # who did it knows


# --- whom it is about, and whom it concerns ------------------------------------------------


def test_a_letter_is_about_those_of_its_clients_who_are_ticked(cast: Cast, bob: Browser) -> None:
    june = make_client(cast.practice, "77", "June Farrow", [])
    moss, fern = (
        Patient.objects.create(practice=cast.practice, client=client, ref="1", name=name)
        for client, name in ((cast.hollis, "Moss"), (june, "Fern"))
    )
    entry = put(cast.practice, mail(subject="Moss limps"))
    desk = bob.get(PAGE, {"client": cast.hollis.pk, "also": june.pk}).context["desk"]
    told = {
        card.client.name: [(p.patient.name, p.named) for p in card.patients] for card in desk.cards
    }
    assert told == {"Hollis Farrow": [("Moss", True)], "June Farrow": [("Fern", False)]}
    assert [card.client.name for card in desk.cards if card.also] == ["June Farrow"]
    act(bob, entry, "resolve", clients=cast.hollis.pk, patients=[moss.pk, fern.pk])
    assert list(entry.patients.all()) == [moss]  # Fern is nobody's whom it is filed to
    assert "Moss" in words(bob.get(f"/p/tern/clients/{cast.hollis.pk}")).partition("limps")[2]
    bob.post(f"/p/tern/entries/{entry.pk}/undo")
    assert not entry.patients.exists()


def test_an_earlier_choice_is_told_and_forgotten_with_its_undoing(cast: Cast, bob: Browser) -> None:
    first, second = pile(cast.practice, 2)
    act(bob, first, "resolve", clients=cast.hollis.pk)
    desk = bob.get(PAGE, {"entry": second.pk}).context["desk"]
    assert desk.cards[0].speaks_for[0] == "An earlier message from this address was filed here"
    bob.post(f"/p/tern/entries/{first.pk}/undo")
    assert not EarlierChoice.objects.exists()


def test_a_professionals_letter_says_nothing_of_the_next(cast: Cast, bob: Browser) -> None:
    entry = put(cast.practice, reason="professional")
    act(bob, entry, "resolve", clients=cast.hollis.pk)
    assert not EarlierChoice.objects.exists()
