from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from postroom.practice import throttle
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
        assert not SignInFailure.objects.exists()


def test_pauses_grow_up_to_a_quarter_of_an_hour() -> None:
    seconds = [throttle.pause(tries).total_seconds() for tries in (4, 5, 6, 7, 9, 10, 99)]
    assert seconds == [0, 30, 60, 120, 480, 900, 900]


def test_a_quiet_quarter_of_an_hour_begins_anew(db: None) -> None:
    now = timezone.now()
    for _ in range(4):
        throttle.take_try("a@b.example", "192.0.2.7", now)
    later = now + timedelta(minutes=16)
    assert throttle.take_try("a@b.example", "192.0.2.7", later) == timedelta(0)
    assert SignInFailure.objects.get().tries == 1


def test_a_whole_ipv6_network_counts_as_one_place(db: None) -> None:
    now = timezone.now()
    for n in range(5):
        throttle.take_try("a@b.example", f"2001:db8::{n:x}", now)
    assert throttle.take_try("a@b.example", "2001:db8::ffff", now) > timedelta(0)
    assert throttle.take_try("a@b.example", "2001:db8:0:1::1", now) == timedelta(0)


def test_the_table_names_nobody(db: None) -> None:
    throttle.take_try("alice@tern.example", "192.0.2.7", timezone.now())
    key = SignInFailure.objects.get().key
    assert "alice" not in key
    assert len(key) == 64


def test_signing_out_needs_a_button_and_ends_the_session(cast: Cast) -> None:
    browser = cast.browser(cast.alice)
    assert browser.get("/sign-out").status_code == 405
    assert browser.post("/sign-out").url == "/sign-in"
    assert browser.get("/p/tern/").status_code == 302
