import base64
import time
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils import timezone
from joserfc.jwk import RSAKey

from postroom.practice import provider
from postroom.practice.models import Identity
from postroom.practice.tests.doors import SECURITY, come_in, desk, is_in
from tests.support.cast import Cast
from tests.support.identity import CLIENT, SECRET, Provider, identity_provider

THERE, BACK = "/sign-in/provider", "/sign-in/provider/back"
UNTRUSTED = "could not be trusted"
UNKNOWN = "Nobody here has this address"


@pytest.fixture
def idp(settings, monkeypatch):
    monkeypatch.setattr(provider, "_known", {})
    with identity_provider() as one:
        settings.OIDC_ISSUER, settings.OIDC_NAME = one.issuer, "Tern accounts"
        settings.OIDC_CLIENT_ID, settings.OIDC_CLIENT_SECRET = CLIENT, SECRET
        yield one


def go(browser: Client, idp: Provider, next: str = "", **answer: str) -> Any:
    """There and back."""
    there = browser.get(THERE, {"next": next})
    return browser.get(BACK, {**idp.agree(there.url), **answer})


def told(browser: Client) -> str:
    return browser.get("/sign-in").text


def test_a_verified_address_of_a_person_known_here_lets_in(cast: Cast, idp: Provider) -> None:
    browser = desk()
    assert go(browser, idp, "/p/tern/profile").url == "/p/tern/profile"
    assert is_in(browser)
    assert Identity.objects.get().user == cast.bob.user


def test_state_nonce_and_pkce_go_along_and_the_secret_only_to_the_token(
    cast: Cast, idp: Provider
) -> None:
    browser = desk()
    go(browser, idp)
    sent = idp.query
    assert sent["response_type"] == "code" and sent["code_challenge_method"] == "S256"
    assert min(len(sent[name]) for name in ("state", "nonce", "code_challenge")) >= 43
    assert sent["redirect_uri"] == f"http://localhost:8025{BACK}"
    assert "prompt" not in sent
    (authorization,) = [auth for path, _, auth in idp.asked if path == "/token"]
    assert base64.b64decode(authorization.split()[1]).decode() == f"{CLIENT}:{SECRET}"
    assert SECRET not in str(sent)


def test_whoever_came_before_may_have_another_address_now(cast: Cast, idp: Provider) -> None:
    go(desk(), idp)
    idp.claims = {"email": "robert@elsewhere.example", "email_verified": False}
    browser = desk()
    go(browser, idp)
    assert is_in(browser)


@pytest.mark.parametrize(
    "claims",
    [
        {"email": "stranger@tern.example"},
        {"email_verified": False},
        {"email_verified": "true"},
        {"email_verified": None},
        {"email": None},
    ],
)
def test_nobody_else_is_let_in(cast: Cast, idp: Provider, claims: dict) -> None:
    idp.claims = claims
    browser = desk()
    assert go(browser, idp).url == "/sign-in"
    assert UNKNOWN in told(browser)
    assert not is_in(browser)
    assert not Identity.objects.exists()


def test_an_address_that_passed_to_somebody_new_there_opens_nothing(
    cast: Cast, idp: Provider
) -> None:
    go(desk(), idp)
    idp.claims = {"sub": "person-2"}
    browser = desk()
    assert go(browser, idp).url == "/sign-in"
    assert not is_in(browser)


def test_who_left_or_is_switched_off_is_not_let_in(cast: Cast, idp: Provider) -> None:
    go(desk(), idp)
    cast.bob.active = False
    cast.bob.save()
    browser = desk()
    assert go(browser, idp).url == "/sign-in"
    cast.bob.active = True
    cast.bob.save()
    cast.bob.user.is_active = False
    cast.bob.user.save()
    assert go(browser, idp).url == "/sign-in"


@pytest.mark.parametrize(
    "claims",
    [
        {"iss": "https://evil.example"},
        {"aud": "another-client"},
        {"aud": [CLIENT, "other"], "azp": "other"},
        {"nonce": "another"},
        {"nonce": None},
        {"exp": 1_000_000_000},
        {"exp": None},
        {"iat": None},
        {"sub": None},
        {"iat": 9_000_000_000},
    ],
    ids=str,
)
def test_a_token_that_is_not_for_us_now_proves_nothing(
    cast: Cast, idp: Provider, claims: dict
) -> None:
    idp.claims = claims
    browser = desk()
    assert go(browser, idp).url == "/sign-in"
    assert UNTRUSTED in told(browser)
    assert not is_in(browser)


def test_a_token_signed_by_somebody_else_proves_nothing(cast: Cast, idp: Provider) -> None:
    browser = desk()
    there = browser.get(THERE)
    answer = idp.agree(there.url)
    genuine, idp.key = idp.key, RSAKey.generate_key(2048, {"kid": "one"})
    forged = idp.token()
    idp.key = genuine
    idp.token = lambda: forged  # type: ignore[method-assign]
    assert browser.get(BACK, answer).url == "/sign-in"
    assert UNTRUSTED in told(browser)


def test_a_token_signed_with_the_clients_secret_proves_nothing(cast: Cast, idp: Provider) -> None:
    idp.algorithm = "HS256"
    browser = desk()
    assert go(browser, idp).url == "/sign-in"
    assert UNTRUSTED in told(browser)


def test_an_answer_to_another_question_is_refused(cast: Cast, idp: Provider) -> None:
    browser = desk()
    assert go(browser, idp, state="forged").url == "/sign-in"
    assert "Try again." in told(browser)
    stranger = desk()
    answer = idp.agree(desk().get(THERE).url)
    assert stranger.get(BACK, answer).url == "/sign-in"
    assert not is_in(browser) and not is_in(stranger)


def test_an_answer_of_another_issuer_is_refused(cast: Cast, idp: Provider) -> None:
    browser = desk()
    assert go(browser, idp, iss="https://evil.example").url == "/sign-in"
    assert UNTRUSTED in told(browser)


def test_an_answer_is_good_once_and_for_ten_minutes(cast: Cast, idp: Provider) -> None:
    browser = desk()
    answer = idp.agree(browser.get(THERE).url)
    browser.get(BACK, answer)
    browser.post("/sign-out")
    assert browser.get(BACK, answer).url == "/sign-in"
    with time_machine.travel(timezone.now(), tick=False) as clock:
        late = desk()
        answer = idp.agree(late.get(THERE).url)
        clock.shift(timedelta(minutes=11))
        assert late.get(BACK, answer).url == "/sign-in"
        assert not is_in(late)


def test_whoever_did_not_agree_there_is_told(cast: Cast, idp: Provider) -> None:
    browser = desk()
    idp.agree(browser.get(THERE).url)
    answer = {"error": "access_denied", "state": idp.query["state"]}
    assert browser.get(BACK, answer).url == "/sign-in"
    assert "You were not signed in there." in told(browser)


@pytest.mark.parametrize("status", [302, 500])
def test_a_provider_out_of_order_is_named_and_followed_nowhere(
    cast: Cast, idp: Provider, status: int
) -> None:
    idp.status = status
    browser = desk()
    assert browser.get(THERE).url == "/sign-in"
    assert "does not answer" in told(browser)


def test_a_provider_that_is_not_there_is_named(cast: Cast, idp: Provider, settings) -> None:
    settings.OIDC_ISSUER = "http://127.0.0.1:9"
    browser = desk()
    assert browser.get(THERE).url == "/sign-in"
    assert "does not answer" in told(browser)


def test_a_description_of_somebody_else_is_not_believed(cast: Cast, idp: Provider) -> None:
    genuine = idp.answer
    idp.answer = lambda path, form: genuine(path, form) | {"issuer": "https://evil.example"}  # type: ignore[method-assign]
    assert desk().get(THERE).url == "/sign-in"


def test_it_confirms_that_one_is_still_oneself(cast: Cast, idp: Provider) -> None:
    with time_machine.travel(timezone.now()) as clock:
        browser = come_in(desk(), cast.bob)
        clock.shift(timedelta(minutes=11))
        idp.claims = {"auth_time": int(time.time())}
        assert go(browser, idp, SECURITY).url == SECURITY
        assert (idp.query["prompt"], idp.query["max_age"]) == ("login", "0")
        assert browser.get(SECURITY).status_code == 200


@pytest.mark.parametrize("asked", [None, "yes", 1_000_000_000])
def test_who_was_not_asked_again_there_confirms_nothing(
    cast: Cast, idp: Provider, asked: Any
) -> None:
    with time_machine.travel(timezone.now()) as clock:
        browser = come_in(desk(), cast.bob)
        clock.shift(timedelta(minutes=11))
        idp.claims = {"auth_time": asked}
        go(browser, idp, SECURITY)
        assert browser.get(SECURITY).status_code == 302


def test_somebody_else_confirms_nothing_and_takes_no_seat(cast: Cast, idp: Provider) -> None:
    with time_machine.travel(timezone.now()) as clock:
        browser = come_in(desk(), cast.rita)
        clock.shift(timedelta(minutes=11))
        idp.claims = {"auth_time": int(time.time())}
        go(browser, idp, SECURITY)
        assert browser.get(SECURITY).status_code == 302
        assert browser.get("/p/tern/profile").context["shell"].member == cast.rita


def test_the_door_names_the_provider_where_there_is_one(cast: Cast, idp: Provider) -> None:
    page = desk().get("/sign-in?next=/p/tern/clients%3Fq%3Dx").text
    assert "Sign in with Tern accounts" in page
    assert f'href="{THERE}?next=%2Fp%2Ftern%2Fclients%3Fq%3Dx"' in page


def test_without_a_provider_there_is_no_such_door(cast: Cast) -> None:
    assert desk().get(THERE).status_code == desk().get(BACK).status_code == 404
    assert THERE not in desk().get("/sign-in").text
