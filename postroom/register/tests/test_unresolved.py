"""The page Unresolved: the list, the desk, remembering an address, letters that come meanwhile."""

from datetime import timedelta
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client as Browser
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from postroom.register import actions, rules
from postroom.register.models import Entry
from postroom.register.tests.post import NOON, mail, pile, put
from tests.support.cast import Cast, make_client

PAGE = "/p/tern/unresolved"
HTMX = {"HX-Request": "true", "HX-Target": "desk"}


@pytest.fixture
def bob(cast: Cast) -> Browser:
    return cast.browser(cast.bob)


def words(response: Any) -> str:
    assert isinstance(response, HttpResponse)
    return " ".join(response.content.decode().split())


def cards(response: Any) -> dict[str, bool]:
    """Name -> chosen."""
    return {card.client.name: card.chosen for card in response.context["desk"].cards}


def test_a_waiting_letter_shows_sender_subject_address_and_reason(cast: Cast, bob: Browser) -> None:
    put(cast.practice)
    page = words(bob.get(PAGE))
    for expected in (
        "Hollis F.",
        "Biscuit’s insurance form",
        "hollis@farrow.example",
        "No client has the address ‹hollis@farrow.example›.",
        "please fill in the form.",
        "Possible: Hollis Farrow",
    ):
        assert expected in page


def test_the_newest_letter_is_on_the_desk_and_a_phone_shows_the_list(
    cast: Cast, bob: Browser
) -> None:
    newest, _ = pile(cast.practice, 2)
    page = words(bob.get(PAGE))
    assert f'data-shows="list" data-entry="{newest.pk}"' in page
    assert "1 of 2" in page


@pytest.mark.parametrize("pane", ["thread", "side"])
def test_the_address_says_which_letter_and_which_pane(cast: Cast, bob: Browser, pane: str) -> None:
    _, older = pile(cast.practice, 2)
    page = words(bob.get(PAGE, {"entry": older.pk, "pane": pane}))
    assert f'data-shows="{pane}" data-entry="{older.pk}"' in page
    assert f'class="panes" data-pane="{pane}"' in page


def test_a_letter_of_another_practice_is_not_there(cast: Cast, bob: Browser) -> None:
    foreign = put(cast.other)
    never = bob.get(PAGE, {"entry": foreign.pk + 1000})
    answer = bob.get(PAGE, {"entry": foreign.pk})
    assert (answer.status_code, never.status_code) == (404, 404)
    assert "insurance" not in words(bob.get(PAGE))


def test_unfiled_mail_of_somebodys_own_mailbox_is_not_there(cast: Cast, bob: Browser) -> None:
    private = put(cast.practice, owner=cast.alice)
    assert bob.get(PAGE, {"entry": private.pk}).status_code == 404
    assert "insurance" not in words(bob.get(PAGE))


def test_who_only_reads_may_not_file(cast: Cast) -> None:
    assert cast.browser(cast.rita).get(PAGE).status_code == 403


def test_nothing_waiting_says_so(cast: Cast, bob: Browser) -> None:
    put(cast.practice, clients=[cast.hollis])
    assert "Everything is filed." in words(bob.get(PAGE))


@pytest.mark.parametrize(
    "address", ["entry=x", "entry=-1", "before=x", "entry=" + "9" * 40, "client=" + "9" * 23]
)
def test_a_mistyped_address_still_shows_the_page(cast: Cast, bob: Browser, address: str) -> None:
    put(cast.practice)
    assert bob.get(f"{PAGE}?{address}").status_code == 200


def test_a_nul_among_the_words_looked_for_is_left_out(cast: Cast, bob: Browser) -> None:
    put(cast.practice)
    page = bob.get(f"{PAGE}?find=41%0082")
    assert page.context["desk"].find == "4182"
    assert cards(page) == {"Hollis Farrow": False}


def test_hostile_names_and_subjects_are_only_words(cast: Cast, bob: Browser) -> None:
    evil = '"><script>alert(1)</script>'
    raw = mail(
        sender='"<script>alert(2)</script>" <hollis@farrow.example>',
        subject=evil,
        files=[("<img src=x onerror=alert(3)>.png", "image/png", b"x")],
    )
    entry = put(cast.practice, raw, sender_name="<script>alert(2)</script>")
    client = make_client(cast.practice, "9", "<script>alert(4)</script>", ["hollis@farrow.example"])
    page = words(bob.get(PAGE, {"entry": entry.pk, "client": client.pk, "find": evil}))
    assert "<script>alert" not in page
    assert "<img src=x" not in page
    assert "&lt;script&gt;alert(4)" in page


def test_pages_of_fifty_follow_each_other_without_gap(cast: Cast, bob: Browser) -> None:
    pile(cast.practice, 55)
    first = bob.get(PAGE)
    assert len(first.context["rows"]) == 50
    rest = bob.get(PAGE, {"before": first.context["next"]})
    shown = [row.subject for row, _ in [*first.context["rows"], *rest.context["rows"]]]
    assert shown == [f"Letter {n}" for n in range(55)]
    assert rest.context["next"] is None


def test_letters_of_one_moment_are_neither_doubled_nor_lost(cast: Cast, bob: Browser) -> None:
    for n in range(52):
        put(cast.practice, mail(subject=f"Same {n}"), at=NOON)
    first = bob.get(PAGE)
    rest = bob.get(PAGE, {"before": first.context["next"]})
    shown = {row.pk for row, _ in [*first.context["rows"], *rest.context["rows"]]}
    assert len(shown) == 52


def test_counting_ends_at_two_hundred(cast: Cast, bob: Browser) -> None:
    Entry.objects.bulk_create(
        Entry(
            practice=cast.practice, at=NOON, created_at=NOON, filing=Entry.UNRESOLVED, subject="x"
        )
        for _ in range(205)
    )
    assert bob.get(PAGE).context["total"] == "200+"


def test_a_longer_list_asks_the_database_no_more(
    cast: Cast, bob: Browser, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    pile(cast.practice, 45)
    make_client(cast.practice, "77", "Hollis F.", ["hollis@farrow.example"])
    with django_assert_max_num_queries(47):
        bob.get(PAGE)


def test_choosing_another_letter_brings_only_the_desk(cast: Cast, bob: Browser) -> None:
    entry = put(cast.practice)
    fragment = words(bob.get(PAGE, {"entry": entry.pk}, headers=HTMX))
    assert fragment.startswith('<div id="desk"')
    assert "<html" not in fragment
    back = {**HTMX, "HX-History-Restore-Request": "true"}
    assert "<html" in words(bob.get(PAGE, {"entry": entry.pk}, headers=back))


# --- remembering the address --------------------------------------------------------------


@pytest.mark.parametrize(
    ("sender", "reason", "ticked", "note"),
    [
        ("ada@example.org", rules.UNKNOWN_ADDRESS, True, "The next message from it files itself."),
        ("info@example.org", rules.UNKNOWN_ADDRESS, False, "Several people may write from it."),
        ("held@example.org", rules.UNKNOWN_ADDRESS, False, "Ada Brook has it too."),
        ("ada@example.org", rules.DMARC, False, "The sender is not confirmed."),
        ("lab@example.org", rules.PROFESSIONAL, False, "It belongs to a professional"),
    ],
)
def test_remembering_is_ticked_only_for_a_persons_own_address(
    cast: Cast, bob: Browser, sender: str, reason: str, ticked: bool, note: str
) -> None:
    make_client(cast.practice, "1", "Ada Brook", ["held@example.org"])
    entry = put(cast.practice, mail(sender=sender), reason=reason)
    page = bob.get(PAGE, {"entry": entry.pk, "client": cast.hollis.pk})
    chosen = page.context["desk"].chosen
    assert (chosen.remember, chosen.ticked) == (True, ticked)
    assert chosen.note.startswith(note)


@pytest.mark.parametrize("verified", [True, False])
def test_a_name_alone_ticks_the_box_only_for_a_confirmed_sender(
    cast: Cast, bob: Browser, verified: bool
) -> None:
    entry = put(cast.practice, sender_name="FARROW, Hollis", verified=verified)
    page = bob.get(PAGE, {"entry": entry.pk, "client": cast.hollis.pk})
    chosen = page.context["desk"].chosen
    assert (chosen.remember, chosen.ticked) == (True, verified)
    assert chosen.note.startswith("Only the name is the same.") is not verified


def test_whoever_a_letter_is_less_likely_from_does_not_get_its_address(
    cast: Cast, bob: Browser
) -> None:
    other = make_client(cast.practice, "1", "Ada Brook", ["ada@example.org"])
    raw = b"Reply-To: hollis.farrow@example.org\n" + mail()
    entry = put(cast.practice, raw, sender_name="Hollis Farrow", verified=True)
    page = bob.get(PAGE, {"entry": entry.pk, "client": other.pk})
    chosen = page.context["desk"].chosen
    assert (chosen.client, chosen.remember, chosen.ticked) == (other, True, False)
    assert chosen.note == "More speaks for Hollis Farrow. Tick it if you know better."


def test_before_anybody_is_chosen_the_box_is_not_ticked(cast: Cast, bob: Browser) -> None:
    put(cast.practice, sender_name="FARROW, Hollis")
    box = bob.get(PAGE).context["desk"].anybody
    assert (box.ticked, box.note) == (False, "Tick it if you know the address is theirs.")


def test_an_address_the_client_has_already_needs_no_remembering(cast: Cast, bob: Browser) -> None:
    put(cast.practice, mail(sender="hollis.farrow@example.org"))
    assert bob.get(PAGE).context["desk"].chosen.remember is False


# --- new ones -----------------------------------------------------------------------------


def test_new_letters_are_announced_and_move_nothing(cast: Cast, bob: Browser) -> None:
    put(cast.practice)
    since = bob.get(PAGE).context["newest"]
    assert "new message" not in words(bob.get(f"{PAGE}/arrivals", {"since": since}))
    for minute in (1, 2):
        put(cast.practice, mail(subject=f"New {minute}"), at=NOON + timedelta(minutes=minute))
    answer = words(bob.get(f"{PAGE}/arrivals", {"since": since}))
    assert "2 new messages" in answer
    assert '<span id="total" class="pill amber" hx-swap-oob="true">3<' in answer


def test_a_letter_put_back_is_announced_like_a_new_one(cast: Cast, bob: Browser) -> None:
    entry, _ = pile(cast.practice, 2)
    now = timezone.now()
    actions.ignore(entry, by=cast.alice, now=now, version=entry.version)
    page = bob.get(PAGE)
    asked = {"since": page.context["newest"], "made": page.context["made"]}
    assert "new message" not in words(bob.get(f"{PAGE}/arrivals", asked))
    actions.undo(entry, by=cast.alice, now=timezone.now())
    answer = words(bob.get(f"{PAGE}/arrivals", asked))
    assert "1 new message" in answer
    assert ">2<" in answer


@pytest.mark.parametrize("made", ["x", "-1", "9" * 18, "9" * 40])
def test_a_mistyped_moment_announces_nothing(cast: Cast, bob: Browser, made: str) -> None:
    entry = put(cast.practice)
    answer = bob.get(f"{PAGE}/arrivals", {"since": entry.pk, "made": made})
    assert "new message" not in words(answer)


def test_a_link_to_a_letter_of_a_later_page_shows_it_on_top(cast: Cast, bob: Browser) -> None:
    *_, last = pile(cast.practice, 52)
    page = words(bob.get(PAGE, {"entry": last.pk}))
    listed = page.partition('<ul class="rows" id="rows">')[2]
    assert listed.strip().startswith(f'<li class="row" id="row-{last.pk}"')
    assert page.count("Opened by its link") == 1
    assert page.count('aria-current="true"') == 1
    assert "Opened by its link" not in words(bob.get(PAGE))


def test_what_waits_is_asked_for_in_the_words_of_its_own_index(cast: Cast) -> None:
    assert "IN ('unresolved', 'failed')" in str(Entry.objects.waiting().query)


def test_what_waits_for_a_member_is_what_they_may_read_of_it(cast: Cast) -> None:
    for fields in (
        {},
        {"filing": Entry.FAILED},
        {"owner": cast.alice},
        {"owner": cast.bob, "filing": Entry.FAILED},
        {"owner": cast.rita},
        {"filing": Entry.IGNORED},
        {"filing": Entry.UNFILED},
        {"clients": [cast.hollis]},
    ):
        put(cast.practice, **fields)
    put(cast.other)
    for member, count in ((cast.alice, 3), (cast.bob, 3), (cast.rita, 1), (cast.charlie, 1)):
        waiting = set(Entry.objects.waiting_for(member))
        assert waiting == set(Entry.objects.readable_by(member).waiting())
        assert len(waiting) == count
