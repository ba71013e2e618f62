import json
from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from postroom.practice.models import Factor
from postroom.practice.tests.doors import SECURITY, desk, give_app, give_password, is_in
from tests.support.cast import Cast
from tests.support.passkey import SecurityKey


@pytest.fixture(autouse=True)
def address(settings) -> None:
    settings.ADDRESS, settings.PASSKEY_HOST = "http://localhost:8025", "localhost"


def add(browser: Client, key: SecurityKey, name: str = "Key ring"):
    options = json.loads(browser.post(f"{SECURITY}/passkey/offer").content)
    return browser.post(f"{SECURITY}/passkey", {"name": name, "credential": key.create(options)})


def question(browser: Client) -> dict:
    return json.loads(browser.post("/sign-in/passkey/question").content)


def sign_in(browser: Client, key: SecurityKey, **more: str):
    credential = key.get(question(browser))
    return browser.post("/sign-in/passkey", {"credential": credential, **more})


@pytest.fixture
def key(cast: Cast) -> SecurityKey:
    """Bob's."""
    made = SecurityKey()
    assert add(cast.browser(cast.bob), made).status_code == 200
    return made


def test_a_passkey_signs_in_without_a_password(cast: Cast, key: SecurityKey) -> None:
    browser = desk()
    assert sign_in(browser, key, next="/p/tern/profile").url == "/p/tern/profile"
    assert is_in(browser)


def test_it_counts_as_both_factors(cast: Cast, key: SecurityKey) -> None:
    give_app(cast.bob)
    browser = desk()
    assert sign_in(browser, key).url == "/"
    assert is_in(browser)


def test_it_may_be_the_second_step_after_the_password(cast: Cast, key: SecurityKey) -> None:
    browser = desk()
    assert give_password(browser, cast.bob, next="/p/tern/profile").url == "/sign-in/proof"
    assert "Use your passkey" in browser.get("/sign-in/proof").text
    assert sign_in(browser, key).url == "/p/tern/profile"


def test_the_first_passkey_brings_recovery_codes(cast: Cast) -> None:
    browser = cast.browser(cast.bob)
    assert add(browser, SecurityKey()).text.count("<li><code>") == 10
    assert add(browser, SecurityKey(), "Second").url == SECURITY
    page = browser.get(SECURITY).text
    assert "Key ring" in page and "Second" in page


def test_an_answer_is_good_once(cast: Cast, key: SecurityKey) -> None:
    browser = desk()
    credential = key.get(question(browser))
    assert browser.post("/sign-in/passkey", {"credential": credential}).url == "/"
    again = desk()
    question(again)
    assert again.post("/sign-in/passkey", {"credential": credential}).url == "/sign-in"
    assert not is_in(again)


def test_without_a_question_of_ours_no_answer_counts(cast: Cast, key: SecurityKey) -> None:
    credential = key.get({"challenge": "AAAA"})
    assert desk().post("/sign-in/passkey", {"credential": credential}).url == "/sign-in"


def test_a_question_is_good_for_five_minutes(cast: Cast, key: SecurityKey) -> None:
    browser = desk()
    with time_machine.travel(timezone.now(), tick=False) as clock:
        credential = key.get(question(browser))
        clock.shift(timedelta(minutes=6))
        assert browser.post("/sign-in/passkey", {"credential": credential}).url == "/sign-in"


@pytest.mark.parametrize(
    "wrong",
    [
        {"origin": "https://evil.example"},
        {"host": "evil.example"},
        {"verifies": False},
        {"id": b"x" * 32},
        {"private": SecurityKey().private},
    ],
    ids=lambda wrong: next(iter(wrong)),
)
def test_an_answer_that_is_not_quite_right_opens_nothing(
    cast: Cast, key: SecurityKey, wrong: dict
) -> None:
    for name, value in wrong.items():
        setattr(key, name, value)
    browser = desk()
    answer = sign_in(browser, key)
    assert answer.url == "/sign-in"
    assert "This passkey did not open Postroom." in browser.get("/sign-in").text
    assert not is_in(browser)


@pytest.mark.parametrize(
    "sent", ["", "{}", "[]", "null", "nonsense", '{"id": 1}', '{"rawId": "é"}']
)
def test_nonsense_is_refused_kindly(cast: Cast, sent: str) -> None:
    browser = desk()
    question(browser)
    assert browser.post("/sign-in/passkey", {"credential": sent}).url == "/sign-in"
    inside = cast.browser(cast.bob)
    inside.post(f"{SECURITY}/passkey/offer")
    answer = inside.post(f"{SECURITY}/passkey", {"name": "X", "credential": sent})
    assert answer.status_code == 422
    assert "The device made no passkey." in answer.text


def test_a_copied_key_is_found_by_its_count(cast: Cast, key: SecurityKey) -> None:
    sign_in(desk(), key)
    sign_in(desk(), key)
    key.used = 0  # the copy has not counted along
    browser = desk()
    assert sign_in(browser, key).url == "/sign-in"


def test_a_key_that_does_not_count_may_sign_in_again(cast: Cast) -> None:
    still = SecurityKey(counts=False)
    add(cast.browser(cast.bob), still)
    for _ in range(2):
        assert sign_in(desk(), still).url == "/"


def test_a_key_that_does_not_know_its_owner_is_not_taken(cast: Cast) -> None:
    answer = add(cast.browser(cast.bob), SecurityKey(verifies=False))
    assert answer.status_code == 422
    assert not Factor.objects.exists()


def test_a_passkey_belongs_to_one_account(cast: Cast, key: SecurityKey) -> None:
    assert add(cast.browser(cast.rita), key).status_code == 422
    assert Factor.objects.get().user == cast.bob.user


def test_a_passkey_needs_a_name(cast: Cast) -> None:
    assert add(cast.browser(cast.bob), SecurityKey(), name=" ").status_code == 422
    assert not Factor.objects.exists()


def test_somebody_switched_off_has_no_passkey_any_more(cast: Cast, key: SecurityKey) -> None:
    cast.bob.user.is_active = False
    cast.bob.user.save()
    assert sign_in(desk(), key).url == "/sign-in"


@pytest.mark.parametrize(
    ("host", "secure", "shown"),
    [
        ("localhost", False, True),
        ("post.tern.example", True, True),
        ("post.tern.example", False, False),
        ("192.0.2.7", True, False),
        ("127.0.0.1", False, False),
    ],
)
def test_passkeys_are_offered_where_a_browser_takes_them(
    cast: Cast, settings, host: str, secure: bool, shown: bool
) -> None:
    settings.PASSKEY_HOST, settings.SECURE = host, secure
    settings.CSRF_COOKIE_SECURE = settings.SESSION_COOKIE_SECURE = False
    assert ("Sign in with a passkey" in desk().get("/sign-in").text) is shown
