import threading
from contextlib import ExitStack
from datetime import timedelta

import pytest
import time_machine
from django.test import Client, RequestFactory
from django.utils import timezone

from postroom.practice import devices, throttle
from postroom.practice.models import SignInFailure
from tests.support.cast import PASSWORD, Cast

SENTENCE = "We do not know this email address with this password"


def sign_in(browser: Client, email: str, password: str, address: str = "192.0.2.7", **more: str):
    return browser.post(
        "/sign-in", {"username": email, "password": password, **more}, REMOTE_ADDR=address
    )


def test_the_right_password_opens_the_practice(cast: Cast) -> None:
    browser = cast.browser()
    answer = sign_in(browser, "alice@tern.example", PASSWORD)
    assert answer.url == "/"
    assert browser.get("/").url == "/p/tern/"


def test_capitals_and_spaces_around_the_address_do_not_matter(cast: Cast) -> None:
    assert sign_in(cast.browser(), " Alice@Tern.example ", PASSWORD).status_code == 302


def test_signing_in_gives_a_new_session(cast: Cast) -> None:
    browser = cast.browser()
    session = browser.session
    session["before"] = True
    session.save()
    before = session.session_key
    browser.cookies["postroom"] = before
    sign_in(browser, "alice@tern.example", PASSWORD)
    assert browser.session.session_key != before


def test_nobody_learns_whether_address_or_password_was_wrong(cast: Cast) -> None:
    wrong_password = sign_in(cast.browser(), "alice@tern.example", "not the password")
    unknown = sign_in(cast.browser(), "nobody@tern.example", "not the password")
    assert wrong_password.status_code == unknown.status_code == 422
    assert SENTENCE in wrong_password.text
    assert SENTENCE in unknown.text


def test_somebody_switched_off_is_told_no_more(cast: Cast) -> None:
    cast.alice.user.is_active = False
    cast.alice.user.save()
    assert SENTENCE in sign_in(cast.browser(), "alice@tern.example", PASSWORD).text


def test_one_returns_to_the_page_one_wanted(cast: Cast) -> None:
    browser = cast.browser()
    asked = browser.get("/p/tern/profile")
    assert asked.url == "/sign-in?next=/p/tern/profile"
    answer = sign_in(browser, "alice@tern.example", PASSWORD, next="/p/tern/profile")
    assert answer.url == "/p/tern/profile"


@pytest.mark.parametrize("next", ["https://evil.example/", "//evil.example", "javascript:alert(1)"])
def test_no_one_is_sent_to_another_site(cast: Cast, next: str) -> None:
    assert sign_in(cast.browser(), "alice@tern.example", PASSWORD, next=next).url == "/"


def test_five_wrong_passwords_and_the_sixth_is_not_looked_at(cast: Cast) -> None:
    browser = cast.browser()
    for _ in range(5):
        assert sign_in(browser, "alice@tern.example", "wrong").status_code == 422
    refused = sign_in(browser, "alice@tern.example", PASSWORD)
    assert refused.status_code == 429
    assert "Try again in 1 minute." in refused.text


def test_the_owner_still_comes_in_from_elsewhere(cast: Cast) -> None:
    for _ in range(6):
        sign_in(cast.browser(), "alice@tern.example", "wrong", address="198.51.100.66")
    answer = sign_in(cast.browser(), "alice@tern.example", PASSWORD, address="192.0.2.7")
    assert answer.status_code == 302


def test_the_pause_ends_by_itself(cast: Cast) -> None:
    with time_machine.travel(timezone.now(), tick=False) as clock:
        for _ in range(5):
            sign_in(cast.browser(), "alice@tern.example", "wrong")
        clock.shift(timedelta(seconds=31))
        assert sign_in(cast.browser(), "alice@tern.example", PASSWORD).status_code == 302
        assert sign_in(cast.browser(), "alice@tern.example", "wrong").status_code == 422
        assert sign_in(cast.browser(), "alice@tern.example", PASSWORD).status_code == 302


def test_pauses_grow_up_to_a_quarter_of_an_hour() -> None:
    seconds = [throttle.pause(tries).total_seconds() for tries in (4, 5, 6, 7, 9, 10, 99)]
    assert seconds == [0, 30, 60, 120, 480, 900, 900]


def tries(place: throttle.Place) -> int:
    return SignInFailure.objects.get(key=place.key).tries


def test_a_quiet_quarter_of_an_hour_begins_anew(db: None) -> None:
    now, place = timezone.now(), throttle.Place("a@b.example", "192.0.2.7")
    for _ in range(4):
        throttle.take_try(place, now)
    assert tries(place) == 4
    assert throttle.take_try(place, now + timedelta(minutes=16)) == timedelta(0)
    assert tries(place) == 1


def test_a_whole_ipv6_network_counts_as_one_place(db: None) -> None:
    now = timezone.now()
    for n in range(5):
        throttle.take_try(throttle.Place("a@b.example", f"2001:db8::{n:x}"), now)
    same = throttle.Place("a@b.example", "2001:db8::ffff")
    other = throttle.Place("a@b.example", "2001:db8:0:1::1")
    assert throttle.take_try(same, now) > timedelta(0)
    assert throttle.take_try(other, now) == timedelta(0)


def test_the_table_names_nobody(db: None) -> None:
    throttle.take_try(throttle.Place("alice@tern.example", "192.0.2.7"), timezone.now())
    keys = list(SignInFailure.objects.values_list("key", flat=True))
    assert not [key for key in keys if "alice" in key or "192.0" in key]
    assert {len(key) for key in keys} == {64}


def test_a_right_password_is_counted_nowhere(cast: Cast) -> None:
    sign_in(cast.browser(), "alice@tern.example", PASSWORD)
    assert [row.tries for row in SignInFailure.objects.all()] == [0, 0]


def test_many_networks_together_get_25_tries_an_hour_at_one_account(
    cast: Cast,
) -> None:
    own = cast.browser()
    assert sign_in(own, "alice@tern.example", PASSWORD).status_code == 302
    own.post("/sign-out")
    with time_machine.travel(timezone.now(), tick=False) as clock:
        for n in range(25):
            answer = sign_in(cast.browser(), " Alice@tern.example", "wrong", f"198.51.100.{n}")
            assert answer.status_code == 422
        refused = sign_in(cast.browser(), "alice@tern.example", PASSWORD, "203.0.113.1")
        assert refused.status_code == 429
        # The owner comes in from a browser that is known, whatever others do.
        assert sign_in(own, "alice@tern.example", PASSWORD).status_code == 302
        assert sign_in(cast.browser(), "bob@tern.example", PASSWORD).status_code == 302
        clock.shift(timedelta(minutes=61))
        answer = sign_in(cast.browser(), "alice@tern.example", PASSWORD, "203.0.113.1")
        assert answer.status_code == 302


def test_a_known_browser_may_not_guess_for_ever_nor_at_other_accounts(cast: Cast) -> None:
    now = timezone.now()
    places = [throttle.Place("a@b.example", f"198.51.100.{n}", "known") for n in range(26)]
    waits = [throttle.take_try(place, now) for place in places]
    assert [bool(wait) for wait in waits] == [False] * 25 + [True]


def test_a_known_browser_is_known_for_its_own_account_and_with_our_signature(cast: Cast) -> None:
    browser = cast.browser()
    sign_in(browser, "alice@tern.example", PASSWORD)
    cookie = browser.cookies["postroom-known"]
    assert cookie["httponly"]
    assert "alice" not in cookie.value
    request = RequestFactory().get("/")
    request.COOKIES["postroom-known"] = cookie.value
    assert devices.known(request, "Alice@tern.example")
    assert not devices.known(request, "bob@tern.example")
    request.COOKIES["postroom-known"] = "x" + cookie.value
    assert not devices.known(request, "alice@tern.example")


def test_one_network_gets_50_tries_an_hour_at_all_accounts(db: None) -> None:
    now = timezone.now()
    places = [throttle.Place(f"{n}@b.example", f"2001:db8::{n:x}") for n in range(51)]
    waits = [throttle.take_try(place, now) for place in places]
    assert [bool(wait) for wait in waits] == [False] * 50 + [True]
    assert throttle.take_try(throttle.Place("50@b.example", "192.0.2.7"), now) == timedelta(0)


def test_too_many_at_once_are_asked_to_come_back(cast: Cast, monkeypatch) -> None:
    monkeypatch.setattr(throttle, "PATIENCE", 0.01)
    with ExitStack() as others:
        for _ in range(throttle.AT_ONCE):
            others.enter_context(throttle.turn())
        busy = sign_in(cast.browser(), "alice@tern.example", PASSWORD)
        assert (busy.status_code, busy.headers["Retry-After"]) == (503, "10")
        assert "Postroom is very busy" in busy.text
    assert not SignInFailure.objects.exists()
    assert sign_in(cast.browser(), "alice@tern.example", PASSWORD).status_code == 302


def test_a_failed_sign_in_gives_its_turn_back(cast: Cast, monkeypatch) -> None:
    monkeypatch.setattr(throttle, "PATIENCE", 0.01)
    for _ in range(throttle.AT_ONCE + 1):
        assert sign_in(cast.browser(), "alice@tern.example", "wrong").status_code == 422


def test_the_queue_at_the_door_is_short(monkeypatch) -> None:
    monkeypatch.setattr(throttle, "_room", threading.BoundedSemaphore(1))
    with throttle.turn(), pytest.raises(throttle.Busy), throttle.turn():
        pytest.fail("there was no room for this one")


def test_signing_out_needs_a_button_and_ends_the_session(cast: Cast) -> None:
    browser = cast.browser(cast.alice)
    assert browser.get("/sign-out").status_code == 405
    assert browser.post("/sign-out").url == "/sign-in"
    assert browser.get("/p/tern/").status_code == 302


def htmx(browser: Client, page: str, path: str = "/p/tern/unresolved", method: str = "get"):
    ask = getattr(browser, method)
    return ask(path, headers={"hx-request": "true", "hx-current-url": page})


def test_when_the_session_is_over_htmx_opens_the_door_itself_and_comes_back(cast: Cast) -> None:
    answer = htmx(cast.browser(), "http://testserver/p/tern/clients?q=Farrow")
    assert "Location" not in answer.headers
    assert answer.headers["HX-Redirect"] == "/sign-in?next=/p/tern/clients%3Fq%3DFarrow"


@pytest.mark.parametrize(
    "page", ["https://evil.example/p/tern/", "//evil.example", "javascript:alert(1)", ""]
)
def test_the_page_htmx_names_is_of_this_site_or_none(cast: Cast, page: str) -> None:
    answer = htmx(cast.browser(), page)
    assert answer.headers["HX-Redirect"] == "/sign-in?next=/p/tern/"


def test_a_form_sent_too_late_leads_to_the_home_of_the_practice(cast: Cast) -> None:
    answer = cast.browser().post("/p/tern/settings/accounts/1/check")
    assert answer.url == "/sign-in?next=/p/tern/"


def test_the_form_at_the_door_has_an_address_of_its_own(cast: Cast) -> None:
    assert 'action="/sign-in"' in cast.browser().get("/sign-in?next=/p/tern/").text
