"""Access tokens: shown once, kept as a digest, good until they expire or are revoked."""

from datetime import timedelta

import pytest
from django.test import Client as Browser
from django.utils import timezone

from postroom.practice import tokens
from postroom.practice.models import AccessToken, AuditEvent
from tests.support.cast import Cast

NOW = timezone.now()
URL = "/p/tern/settings/tokens"


def made(cast: Cast, **facts: object) -> tuple[AccessToken, str]:
    known = {"expires_at": None, "by": cast.alice, "now": NOW, **facts}
    return tokens.create(cast.practice, "System", **known)  # type: ignore[arg-type]


def test_a_token_opens_its_own_practice(cast: Cast) -> None:
    token, words = made(cast)
    found = tokens.authenticate(f"Bearer {words}", NOW)
    assert found == token
    assert found is not None
    assert found.practice == cast.practice


def test_its_words_are_kept_nowhere(cast: Cast) -> None:
    token, words = made(cast)
    row = AccessToken.objects.filter(pk=token.pk).values()[0]
    assert words not in str(row)
    assert row["ending"] == words[-4:]
    assert words not in str(list(AuditEvent.objects.values()))


@pytest.mark.parametrize(
    "header",
    [
        "",
        "Bearer",
        "Bearer ",
        "Basic {}",
        "{}",
        "Bearer {}x",
        "Bearer x{}",
        "Bearer postroom_",
        "Bearer {} {}",
        "Bearer " + "postroom_" + "a" * 100_000,
        "Bearer postroom_\x00é\ud800",
    ],
)
def test_anything_else_opens_nothing(cast: Cast, header: str) -> None:
    _token, words = made(cast)
    assert tokens.authenticate(header.replace("{}", words), NOW) is None


def test_an_expired_token_opens_nothing(cast: Cast) -> None:
    _token, words = made(cast, expires_at=NOW + timedelta(days=1))
    assert tokens.authenticate(f"bearer {words}", NOW) is not None
    assert tokens.authenticate(f"Bearer {words}", NOW + timedelta(days=1)) is None


def test_a_revoked_token_opens_nothing(cast: Cast) -> None:
    token, words = made(cast)
    assert tokens.revoke(token, by=cast.alice, now=NOW)
    assert not tokens.revoke(token, by=cast.alice, now=NOW)
    assert tokens.authenticate(f"Bearer {words}", NOW) is None
    assert AuditEvent.objects.filter(action="revoke", object_kind="token").count() == 1


def test_its_last_use_is_kept_once_a_minute(cast: Cast) -> None:
    token, words = made(cast)
    for seconds in (0, 30, 61):
        tokens.authenticate(f"Bearer {words}", NOW + timedelta(seconds=seconds))
        token.refresh_from_db()
        assert token.used_at == NOW + timedelta(seconds=61 if seconds == 61 else 0)


@pytest.fixture
def alice(cast: Cast) -> Browser:
    return cast.browser(cast.alice)


def test_a_new_token_is_shown_once(cast: Cast, alice: Browser) -> None:
    answer = alice.post(URL, {"name": "Our system", "days": "365"})
    (token,) = AccessToken.objects.all()
    words = answer.context["words"]
    assert words in answer.text
    assert "no-store" in answer["Cache-Control"]
    assert tokens.authenticate(f"Bearer {words}", timezone.now()) == token
    assert token.expires_at is not None
    assert words not in alice.get(URL).text
    assert "Our system" in alice.get(URL).text


def test_a_token_without_a_name_is_not_made(alice: Browser) -> None:
    answer = alice.post(URL, {"name": " ", "days": "365"})
    assert answer.status_code == 422
    assert not AccessToken.objects.exists()


def test_a_token_may_be_good_without_end(alice: Browser) -> None:
    alice.post(URL, {"name": "Our system", "days": ""})
    assert AccessToken.objects.get().expires_at is None


def test_a_token_is_revoked_on_its_page(cast: Cast, alice: Browser) -> None:
    token, words = made(cast)
    alice.post(f"{URL}/{token.pk}/revoke")
    assert tokens.authenticate(f"Bearer {words}", NOW) is None
    page = alice.get(URL).text
    assert "Revoked" in page
    assert "Revoke it" not in page
