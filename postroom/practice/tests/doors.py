"""What the tests of the door have in common."""

from datetime import datetime
from typing import Any

import pyotp
from django.conf import settings
from django.test import Client
from django.utils import timezone

from postroom.practice import factors
from postroom.practice.models import Factor, Member
from tests.support.cast import PASSWORD

SECURITY = "/p/tern/profile/security"


def give_app(member: Member, now: datetime | None = None) -> str:
    """An authenticator app for this person; its seed. The code of its making is used up."""
    sealed = factors.new_seed(member.user)
    seed = factors.seed_of(member.user, sealed)
    now = now or timezone.now()
    assert factors.set_app(member.user, sealed, code_of(seed, now), now)
    Factor.objects.filter(user=member.user).update(last_step=0)
    return seed


def code_of(seed: str, now: datetime | None = None) -> str:
    """What the app shows."""
    return pyotp.TOTP(seed).at(now or timezone.now())


def give_password(browser: Client, member: Member, **more: str) -> Any:
    """The first step at the door."""
    return browser.post("/sign-in", {"username": member.user.email, "password": PASSWORD, **more})


def come_in(browser: Client, member: Member) -> Client:
    """In by the door, with all that a browser keeps of it."""
    answer = give_password(browser, member)
    assert answer.status_code == 302
    return browser


def desk() -> Client:
    """A browser that stands somewhere."""
    return Client()


def is_in(browser: Client, slug: str = "tern") -> bool:
    """Whether the home of the practice opens."""
    return browser.get(f"/p/{slug}/").status_code == 200


def new_session(browser: Client) -> str:
    return browser.cookies[settings.SESSION_COOKIE_NAME].value
