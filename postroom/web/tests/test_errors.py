import errno
from datetime import timedelta

import pytest
from django.db import OperationalError
from django.test import Client, RequestFactory
from django.utils import timezone

from postroom.practice.jobs import HEART, claim_slot
from postroom.practice.models import Tick
from postroom.web import errors, health, views
from tests.support.cast import Cast


def failing(error: Exception, monkeypatch: pytest.MonkeyPatch, cast: Cast):
    def fail(*args: object) -> None:
        raise error

    monkeypatch.setattr(views, "greeting", fail)
    browser = cast.browser(cast.alice)
    browser.raise_request_exception = False
    return browser.get("/p/tern/")


@pytest.mark.parametrize(
    ("error", "status", "words"),
    [
        (RuntimeError("secret detail"), 500, "Something went wrong on our side"),
        (OSError(errno.ENOSPC, "secret detail"), 507, "The disk is full"),
        (OperationalError("database or disk is full: secret detail"), 507, "The disk is full"),
        (OperationalError("database is locked: secret detail"), 503, "very busy"),
    ],
)
def test_an_error_says_what_to_do_and_no_detail(
    error: Exception, status: int, words: str, monkeypatch: pytest.MonkeyPatch, cast: Cast
) -> None:
    page = failing(error, monkeypatch, cast)
    assert page.status_code == status
    assert words in page.text
    assert "secret detail" not in page.text


def test_a_missing_page_looks_like_the_house(cast: Cast) -> None:
    page = cast.browser().get("/nothing")
    assert page.status_code == 404
    assert "There is nothing here" in page.text


def test_a_missing_right_is_explained(cast: Cast) -> None:
    page = cast.browser(cast.rita).get("/p/tern/settings/accounts")
    assert page.status_code == 403
    assert "Your role does not include this." in page.text


def test_too_much_at_once_is_413(cast: Cast, settings) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 10
    page = cast.browser(cast.bob).post("/p/tern/profile", {"language": "x" * 50})
    assert page.status_code == 413
    assert "This is too big" in page.text


def test_what_cannot_be_understood_is_400() -> None:
    page = errors.bad_request(RequestFactory().get("/"), ValueError("secret detail"))
    assert page.status_code == 400
    assert "secret detail" not in page.content.decode()


def test_a_form_without_its_token_is_explained(cast: Cast) -> None:
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(cast.bob.user)
    page = browser.post("/p/tern/profile", {"theme": "dark"})
    assert page.status_code == 403
    assert "This page was open too long" in page.text
    assert page.headers["Postroom-Reason"] == "csrf"
    cast.bob.refresh_from_db()
    assert cast.bob.theme == "system"


def test_health_answers_without_a_database() -> None:
    assert health.healthz(RequestFactory().get("/healthz")).content == b'{"ok": true}'


def test_readiness_needs_database_migrations_and_key(cast: Cast, settings) -> None:
    browser = cast.browser()
    ready = browser.get("/readyz")
    assert (ready.status_code, ready.json()["ok"]) == (200, True)
    settings.KEYRING = type(settings.KEYRING)()
    unready = browser.get("/readyz")
    assert unready.status_code == 503
    checks = {"key": False, "database": True, "migrations": True, "worker": False}
    assert unready.json() == {"ok": False, **checks}


def test_readiness_tells_whether_the_worker_lives_and_needs_it_not(cast: Cast) -> None:
    browser, now = cast.browser(), timezone.now()
    assert browser.get("/readyz").json()["worker"] is False
    claim_slot(HEART, (now - timedelta(minutes=1)).isoformat())
    alive = browser.get("/readyz")
    assert (alive.status_code, alive.json()["worker"]) == (200, True)
    Tick.objects.all().delete()
    claim_slot(HEART, (now - timedelta(minutes=6)).isoformat())
    silent = browser.get("/readyz")
    assert (silent.status_code, silent.json()["worker"]) == (200, False)


def test_readiness_says_when_the_database_is_away(db: None, monkeypatch) -> None:
    def away(*args: object) -> None:
        raise OperationalError("secret detail")

    monkeypatch.setattr(health, "MigrationExecutor", away)
    answer = health.readyz(RequestFactory().get("/readyz"))
    assert answer.status_code == 503
    assert b"secret detail" not in answer.content


def test_an_address_for_forms_only_says_so(cast: Cast) -> None:
    browser = cast.browser(cast.alice)
    page = browser.get("/p/tern/settings/accounts/1/check")
    assert (page.status_code, page.headers["Allow"]) == (405, "POST")
    assert "It only takes what a button on a page sends to it." in page.text
    assert "no-store" in page.headers["Cache-Control"]
    assert browser.head("/p/tern/settings/accounts/1/check").content == b""
