"""Filing by hand, setting aside, taking back; two people and one letter."""

from typing import Any

import pytest
from django.contrib.messages import get_messages
from django.test import Client as Browser
from django.utils import timezone

from postroom.clients.models import ContactPoint
from postroom.connections.models import MailAccount
from postroom.register import actions, rules
from postroom.register.models import Entry
from postroom.register.tests.post import mail, pile, put
from postroom.register.tests.test_unresolved import HTMX, PAGE, words
from tests.support.cast import Cast, make_client


@pytest.fixture
def bob(cast: Cast) -> Browser:
    return cast.browser(cast.bob)


def act(browser: Browser, entry: Entry, verb: str, **more: Any) -> Any:
    headers = more.pop("headers", {})
    data = {"version": entry.version, **more}
    return browser.post(f"/p/tern/entries/{entry.pk}/{verb}", data, headers=headers)


def toasts(answer: Any) -> list[tuple[str, str]]:
    """What is said, and the address that undoes it."""
    return [(str(m), m.extra_tags) for m in get_messages(answer.wsgi_request)]


def test_filing_puts_the_letter_on_the_record_and_goes_on_to_the_next(
    cast: Cast, bob: Browser
) -> None:
    first, second = pile(cast.practice, 2)
    answer = act(bob, first, "resolve", clients=cast.hollis.pk)
    assert answer.status_code == 302
    assert answer["Location"] == f"{PAGE}?entry={second.pk}"
    first.refresh_from_db()
    assert (first.filing, first.filed_by) == (Entry.RESOLVED, cast.bob)
    assert list(first.clients.all()) == [cast.hollis]
    undo = f"/p/tern/entries/{first.pk}/undo"
    assert toasts(answer) == [("Filed to Hollis Farrow.", undo)]
    assert not ContactPoint.objects.filter(norm="hollis@farrow.example").exists()


def test_the_last_letter_of_the_list_is_followed_by_the_first(cast: Cast, bob: Browser) -> None:
    first, second = pile(cast.practice, 2)
    answer = act(bob, second, "resolve", clients=cast.hollis.pk)
    assert answer["Location"] == f"{PAGE}?entry={first.pk}"
    assert act(bob, first, "resolve", clients=cast.hollis.pk)["Location"] == PAGE


def test_the_address_is_remembered_when_asked(cast: Cast, bob: Browser) -> None:
    entry = put(cast.practice)
    answer = act(bob, entry, "resolve", clients=cast.hollis.pk, remember="1")
    assert toasts(answer)[0][0] == "Filed to Hollis Farrow. Address remembered."
    point = ContactPoint.objects.get(norm="hollis@farrow.example")
    assert list(point.contact.clients.all()) == [cast.hollis]


def test_a_general_address_is_remembered_when_a_person_ticks_it(cast: Cast, bob: Browser) -> None:
    entry = put(cast.practice, mail(sender="info@shop.example"))
    act(bob, entry, "resolve", clients=cast.hollis.pk, remember="1")
    assert ContactPoint.objects.filter(norm="info@shop.example").exists()


@pytest.mark.parametrize("own", ["bob@tern.example", "desk@tern.example"])
def test_the_practices_own_address_is_never_remembered(cast: Cast, bob: Browser, own: str) -> None:
    MailAccount.objects.create(
        practice=cast.practice, name="Desk", host="mail.example", user="Desk@tern.example"
    )
    entry = put(cast.practice, mail(sender=own), reason=rules.TAKEN_BACK)
    answer = act(bob, entry, "resolve", clients=cast.hollis.pk, remember="1")
    assert toasts(answer)[0][0] == "Filed to Hollis Farrow."
    assert not ContactPoint.objects.filter(norm=own).exists()


def test_a_letter_of_several_senders_teaches_no_address(cast: Cast, bob: Browser) -> None:
    entry = put(cast.practice, reason=rules.SEVERAL_SENDERS)
    act(bob, entry, "resolve", clients=cast.hollis.pk, remember="1")
    assert not ContactPoint.objects.filter(norm="hollis@farrow.example").exists()


@pytest.mark.parametrize(
    "crafted", [{"clients": "9" * 23}, {"clients": "x"}, {"version": "9" * 40}]
)
def test_numbers_no_database_holds_are_refused(
    cast: Cast, bob: Browser, crafted: dict[str, str]
) -> None:
    entry = put(cast.practice)
    answer = act(bob, entry, "resolve", **{"clients": str(cast.hollis.pk), **crafted})
    assert answer.status_code == 422
    assert Entry.objects.get().is_waiting


def test_with_script_the_next_letter_comes_as_a_fragment(cast: Cast, bob: Browser) -> None:
    first, second = pile(cast.practice, 2)
    answer = act(bob, first, "resolve", clients=cast.hollis.pk, headers=HTMX)
    assert answer["HX-Push-Url"] == f"{PAGE}?entry={second.pk}"
    page = words(answer)
    assert f'id="desk" class="desk" data-shows="thread" data-entry="{second.pk}"' in page
    assert f'<li id="row-{first.pk}" hx-swap-oob="delete">' in page
    assert "Filed to Hollis Farrow." in page
    assert f'action="/p/tern/entries/{first.pk}/undo"' in page
    assert "<html" not in page


@pytest.mark.parametrize("verb", ["resolve", "ignore"])
def test_with_script_the_list_is_filled_up_from_below(cast: Cast, bob: Browser, verb: str) -> None:
    first, second, third, _ = pile(cast.practice, 4)
    more = {"clients": cast.hollis.pk, "last": second.pk, "headers": HTMX}
    page = words(act(bob, first, verb, **more))
    added = page.partition('hx-swap-oob="beforeend:#rows"')[2].partition("</ul>")[0]
    assert f'id="row-{third.pk}"' in added
    assert added.count("<li") == 1
    assert f'name="last" value="{third.pk}"' in page
    assert f"?before={third.pk}" in page


def test_the_end_of_what_waits_is_no_longer_followed_by_older_ones(
    cast: Cast, bob: Browser
) -> None:
    first, second, third = pile(cast.practice, 3)
    page = words(act(bob, first, "ignore", last=second.pk, headers=HTMX))
    assert f'name="last" value="{third.pk}"' in page
    assert "?before=" not in page
    page = words(act(bob, second, "ignore", last=third.pk, headers=HTMX))
    assert page.partition('hx-swap-oob="beforeend:#rows"')[2].split("</ul>")[0].count("<li") == 0


def test_a_letter_opened_by_its_link_does_not_come_in_twice(cast: Cast, bob: Browser) -> None:
    first, second, third, fourth = pile(cast.practice, 4)
    more = {"last": second.pk, "opened": third.pk, "headers": HTMX}
    page = words(act(bob, first, "ignore", **more))
    added = page.partition('hx-swap-oob="beforeend:#rows"')[2].partition("</ul>")[0]
    assert f'id="row-{fourth.pk}"' in added
    assert f'id="row-{third.pk}"' not in added


def test_filing_the_last_one_with_script_says_that_everything_is_filed(
    cast: Cast, bob: Browser
) -> None:
    entry = put(cast.practice)
    page = words(act(bob, entry, "resolve", clients=cast.hollis.pk, headers=HTMX))
    assert "Everything is filed." in page


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_filing_to_nobody_is_refused_with_the_reason(
    cast: Cast, bob: Browser, headers: dict[str, str]
) -> None:
    entry = put(cast.practice)
    answer = act(bob, entry, "resolve", headers=headers)
    assert answer.status_code == 422
    assert "Choose a client first." in words(answer)
    assert Entry.objects.get().is_waiting


def test_a_client_of_another_practice_is_refused(cast: Cast, bob: Browser) -> None:
    entry = put(cast.practice)
    foreign = make_client(cast.other, "1", "Ada Brook", [])
    answer = act(bob, entry, "resolve", clients=foreign.pk)
    assert answer.status_code == 422
    assert Entry.objects.get().is_waiting


def test_a_letter_of_another_practice_cannot_be_filed(cast: Cast, bob: Browser) -> None:
    foreign = put(cast.other)
    assert act(bob, foreign, "resolve", clients=cast.hollis.pk).status_code == 404
    assert act(bob, foreign, "ignore").status_code == 404
    assert Entry.objects.get().is_waiting


@pytest.mark.parametrize("headers", [{}, HTMX])
@pytest.mark.parametrize("verb", ["resolve", "ignore"])
def test_the_second_of_two_people_is_told_who_was_faster(
    cast: Cast, bob: Browser, verb: str, headers: dict[str, str]
) -> None:
    entry = put(cast.practice)
    wren = make_client(cast.practice, "4183", "Wren Farrow", [])
    seen = Entry.objects.get()
    actions.resolve(
        Entry.objects.get(), [cast.hollis], by=cast.alice, now=timezone.now(), version=seen.version
    )
    answer = act(bob, seen, verb, clients=wren.pk, headers=headers)
    assert answer.status_code == 409
    assert "Alice Moreau filed it under Hollis Farrow at" in words(answer)
    entry.refresh_from_db()
    assert (entry.filed_by, list(entry.clients.all())) == (cast.alice, [cast.hollis])


def test_a_link_to_a_letter_filed_meanwhile_says_so(cast: Cast, bob: Browser) -> None:
    entry = put(cast.practice)
    actions.ignore(entry, by=cast.alice, now=timezone.now(), version=entry.version)
    page = words(bob.get(PAGE, {"entry": entry.pk}))
    assert "Alice Moreau set it aside as not a client’s message at" in page


def test_setting_aside_goes_on_and_can_be_undone(cast: Cast, bob: Browser) -> None:
    entry = put(cast.practice)
    answer = act(bob, entry, "ignore")
    entry.refresh_from_db()
    assert entry.filing == Entry.IGNORED
    said, undo = toasts(answer)[0]
    assert said == "Set aside as not a client’s message."
    back = bob.post(undo)
    assert back["Location"] == f"{PAGE}?entry={entry.pk}#subject"
    entry.refresh_from_db()
    assert entry.filing == Entry.UNRESOLVED


def test_undoing_a_filing_forgets_the_address_again(cast: Cast, bob: Browser) -> None:
    entry = put(cast.practice)
    act(bob, entry, "resolve", clients=cast.hollis.pk, remember="1")
    assert bob.post(f"/p/tern/entries/{entry.pk}/undo").status_code == 302
    entry.refresh_from_db()
    assert entry.is_waiting
    assert not entry.clients.exists()
    assert not ContactPoint.objects.filter(norm="hollis@farrow.example").exists()


def test_what_somebody_else_did_is_not_mine_to_undo(cast: Cast, bob: Browser) -> None:
    entry = put(cast.practice)
    now = timezone.now()
    actions.resolve(entry, [cast.hollis], by=cast.alice, now=now, version=entry.version)
    answer = bob.post(f"/p/tern/entries/{entry.pk}/undo")
    assert toasts(answer)[0][0].startswith("This can no longer be undone")
    entry.refresh_from_db()
    assert entry.filing == Entry.RESOLVED


def test_who_only_reads_can_file_set_aside_and_undo_nothing(cast: Cast) -> None:
    entry = put(cast.practice)
    rita = cast.browser(cast.rita)
    for verb in ("resolve", "ignore", "undo", "unassign"):
        assert act(rita, entry, verb, clients=cast.hollis.pk).status_code == 403
    assert Entry.objects.get().is_waiting


def test_nothing_is_filed_by_following_a_link(cast: Cast, bob: Browser) -> None:
    entry = put(cast.practice)
    for verb in ("resolve", "ignore", "undo", "unassign"):
        assert bob.get(f"/p/tern/entries/{entry.pk}/{verb}").status_code == 405


def test_a_form_without_its_token_files_nothing(cast: Cast) -> None:
    entry = put(cast.practice)
    browser = Browser(enforce_csrf_checks=True)
    browser.force_login(cast.bob.user)
    assert act(browser, entry, "resolve", clients=cast.hollis.pk).status_code == 403
    assert Entry.objects.get().is_waiting
