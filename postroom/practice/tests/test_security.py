from datetime import timedelta

import pytest
import time_machine
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone

from postroom.practice import pins, system_mail
from postroom.practice.agents import describe
from postroom.practice.models import SignedIn
from postroom.practice.tests.doors import SECURITY, come_in, desk, give_app, give_password, is_in
from tests.support.cast import PASSWORD, Cast

CONFIRM = "/p/tern/profile/confirm"
BETTER = "quiet otter under bridge"


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(timezone.now(), tick=False) as clock:
        yield clock


# --- is it you? ------------------------------------------------------------------------------


def test_ten_minutes_after_signing_in_the_password_is_asked_again(cast: Cast, clock) -> None:
    browser = come_in(desk(), cast.bob)
    assert browser.get(SECURITY).status_code == 200
    clock.shift(timedelta(minutes=11))
    assert browser.get(SECURITY).url == f"{CONFIRM}?next=%2Fp%2Ftern%2Fprofile%2Fsecurity"
    assert browser.post(CONFIRM, {"password": PASSWORD, "next": SECURITY}).url == SECURITY
    assert browser.get(SECURITY).status_code == 200


def test_a_form_sent_too_late_changes_nothing_and_leads_back_to_its_page(cast: Cast, clock) -> None:
    browser = come_in(desk(), cast.bob)
    clock.shift(timedelta(minutes=24))
    assert browser.post(f"{SECURITY}/pin", {"pin": "12"}).status_code == 422  # time to fill it in
    clock.shift(timedelta(minutes=2))
    page = f"http://testserver{SECURITY}"
    answer = browser.post(f"{SECURITY}/pin", {"pin": "7391"}, headers={"referer": page})
    assert answer.url == f"{CONFIRM}?next=%2Fp%2Ftern%2Fprofile%2Fsecurity"
    cast.bob.user.refresh_from_db()
    assert cast.bob.user.pin == ""


def test_what_takes_no_filling_in_needs_the_proof_within_ten_minutes(cast: Cast, clock) -> None:
    give_app(cast.bob)
    browser = cast.browser(cast.bob)
    clock.shift(timedelta(minutes=11))
    which = cast.bob.user.factors.get().pk
    for path in ("remove", "codes", "end"):
        sent = {"which": which, "others": "yes"}
        assert browser.post(f"{SECURITY}/{path}", sent).url.startswith(CONFIRM)
    assert cast.bob.user.factors.exists()


def test_the_passwords_of_mailboxes_are_guarded_too(cast: Cast, clock) -> None:
    browser = come_in(desk(), cast.alice)
    assert browser.get("/p/tern/settings/accounts/add").status_code == 200
    clock.shift(timedelta(minutes=11))
    assert browser.get("/p/tern/settings/accounts").status_code == 200
    assert browser.get("/p/tern/settings/accounts/add").url.startswith(CONFIRM)
    assert browser.post("/p/tern/settings/accounts/add", {"address": "?"}).status_code == 422
    clock.shift(timedelta(minutes=15))
    assert browser.post("/p/tern/settings/accounts/add", {"address": "?"}).url.startswith(CONFIRM)


def test_htmx_is_led_to_the_question(cast: Cast, clock) -> None:
    browser = come_in(desk(), cast.bob)
    clock.shift(timedelta(minutes=11))
    answer = browser.get(SECURITY, headers={"hx-request": "true"})
    assert answer.headers["HX-Redirect"].startswith(CONFIRM)


@pytest.mark.parametrize("sent", [{}, {"password": ""}, {"password": "wrong"}, {"credential": ""}])
def test_without_the_proof_nothing_is_confirmed(cast: Cast, clock, sent: dict) -> None:
    browser = come_in(desk(), cast.bob)
    clock.shift(timedelta(minutes=11))
    assert browser.post(CONFIRM, sent).status_code in (302, 422)
    assert browser.get(SECURITY).url.startswith(CONFIRM)


def test_guessing_the_password_here_is_slow_too(cast: Cast) -> None:
    browser = come_in(desk(), cast.bob)
    for _ in range(5):
        assert browser.post(CONFIRM, {"password": "wrong"}).status_code == 422
    assert browser.post(CONFIRM, {"password": PASSWORD}).status_code == 429


def test_the_question_leads_to_pages_of_this_site_only(cast: Cast) -> None:
    browser = come_in(desk(), cast.bob)
    sent = {"password": PASSWORD, "next": "https://evil.example/"}
    assert browser.post(CONFIRM, sent).url == "/p/tern/"


# --- password --------------------------------------------------------------------------------


def new_password(browser: Client, password: str = BETTER, again: str = BETTER):
    return browser.post(f"{SECURITY}/password", {"password": password, "again": again})


def test_a_new_password_ends_the_sessions_elsewhere_and_keeps_this_one(cast: Cast) -> None:
    here, there = come_in(desk(), cast.bob), come_in(desk(), cast.bob)
    assert new_password(here).url == SECURITY
    assert is_in(here) and not is_in(there)
    assert give_password(desk(), cast.bob).status_code == 422
    assert SignedIn.objects.count() == Session.objects.count() == 1


@pytest.mark.parametrize(
    ("password", "again", "words"),
    [
        ("short", "short", "at least 12 characters"),
        ("password1234", "password1234", "too common"),
        (BETTER, "something else here", "This is not the same as above."),
        (BETTER, "", "This field is required."),
    ],
)
def test_a_poor_password_is_refused_with_a_reason(
    cast: Cast, password: str, again: str, words: str
) -> None:
    answer = new_password(come_in(desk(), cast.bob), password, again)
    assert answer.status_code == 422
    assert words in answer.text


def test_its_owner_hears_of_a_new_password_by_mail(cast: Cast, queue, mailoutbox) -> None:
    new_password(come_in(desk(), cast.bob))
    queue.work_off()
    (mail,) = mailoutbox
    assert mail.to == ["bob@tern.example"]
    assert "was changed just now" in mail.body and BETTER not in mail.body


# --- PIN -------------------------------------------------------------------------------------


def test_a_pin_is_set_changed_and_taken_away(cast: Cast) -> None:
    browser = come_in(desk(), cast.bob)
    for pin in ("7391", "20461975"):
        assert browser.post(f"{SECURITY}/pin", {"pin": pin}).url == SECURITY
        cast.bob.user.refresh_from_db()
        assert pins.is_right(cast.bob.user, pin)
    browser.post(f"{SECURITY}/pin", {"remove": "yes", "pin": ""})
    cast.bob.user.refresh_from_db()
    assert cast.bob.user.pin == ""


@pytest.mark.parametrize("pin", ["", "123", "12a4", "123456789", "1234", "٣٤٥٦", " 7391x"])
def test_what_is_no_pin_is_refused(cast: Cast, pin: str) -> None:
    assert come_in(desk(), cast.bob).post(f"{SECURITY}/pin", {"pin": pin}).status_code == 422
    cast.bob.user.refresh_from_db()
    assert cast.bob.user.pin == ""


# --- sessions --------------------------------------------------------------------------------


def test_one_sees_where_one_is_signed_in(cast: Cast) -> None:
    firefox = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"
    other = Client(headers={"user-agent": firefox}, REMOTE_ADDR="192.0.2.44")
    come_in(other, cast.bob)
    come_in(desk(), cast.rita)
    page = come_in(desk(), cast.bob).get(SECURITY).text
    assert "Firefox, Linux" in page and "192.0.2.44" in page and "This one" in page
    others = SignedIn.objects.filter(user=cast.bob.user).order_by("id")[:1]
    assert _named(page) == [str(seat.pk) for seat in others]


def _named(page: str) -> list[str]:
    return [part.partition('"')[0] for part in page.split('name="which" value="')[1:]]


def test_one_session_is_ended_or_all_others(cast: Cast) -> None:
    here, first, second, third = (come_in(desk(), cast.bob) for _ in range(4))
    which = SignedIn.objects.order_by("id")[1].pk
    browser_page = here.post(f"{SECURITY}/end", {"which": which}, follow=True)
    assert "1 session is ended." in browser_page.text
    assert [is_in(one) for one in (here, first, second, third)] == [True, False, True, True]
    here.post(f"{SECURITY}/end", {"others": "yes"})
    assert [is_in(one) for one in (here, second, third)] == [True, False, False]


def test_nobody_ends_somebody_elses_session_nor_by_mistake_ones_own(cast: Cast) -> None:
    bob, rita = come_in(desk(), cast.bob), come_in(desk(), cast.rita)
    for seat in SignedIn.objects.all():
        bob.post(f"{SECURITY}/end", {"which": seat.pk})
    bob.post(f"{SECURITY}/end", {"which": "nonsense"})
    assert is_in(bob) and is_in(rita)


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        ("(Windows NT 10.0) AppleWebKit/537 Chrome/126.0 Safari/537 Edg/126", "Edge, Windows"),
        ("(Macintosh; Intel Mac OS X 14) Version/17 Safari/605", "Safari, macOS"),
        ("(iPhone; CPU iPhone OS 17 like Mac OS X) CriOS/126 Safari/604", "Chrome, iPhone"),
        ("(Linux; Android 14) Chrome/126.0 Mobile Safari/537", "Chrome, Android"),
        ("curl/8.0", ""),
        ("", ""),
    ],
)
def test_a_browser_is_called_by_its_name(agent: str, words: str) -> None:
    assert describe(agent) == words


def test_mail_is_possible_where_the_installer_named_a_server(settings) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
    assert not system_mail.is_set_up()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    assert system_mail.is_set_up()
