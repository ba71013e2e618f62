"""A practice's system that speaks to the API, and what it says."""

import json
from typing import Any

from django.test import Client as Browser
from django.utils import timezone

from postroom.practice.models import AccessToken, Practice
from postroom.practice.tokens import create

HOLLIS = {"name": "Hollis Farrow", "emails": ["hollis@new.example"], "phones": ["020 7946 0018"]}
SLOT = {"start": "2026-11-26T09:20:00+01:00", "client": "4182", "subject": "Vaccine"}
DUE = {"client": "4182", "kind": "Rabies", "due": "2026-12-01"}
ONE_OF_EACH = {"clients": HOLLIS, "appointments": SLOT, "due": DUE}


def make_token(practice: Practice, **more: Any) -> tuple[AccessToken, str]:
    how = {"expires_at": None, "by": None, "now": timezone.now(), **more}
    return create(practice, "Practice system", **how)


class System:
    """A practice's system that speaks to the API."""

    def __init__(self, words: str) -> None:
        self.browser, self.headers = Browser(), {"Authorization": f"Bearer {words}"}

    def __call__(self, method: str, path: str, sent: Any = None) -> Any:
        body = b"" if sent is None else json.dumps(sent).encode()
        return self.browser.generic(
            method, f"/api/v1{path}", body, content_type="application/json", headers=self.headers
        )


def problem(answer: Any, status: int) -> Any:
    """The problem document of an answer."""
    assert answer.status_code == status, answer.content
    assert answer["Content-Type"] == "application/problem+json"
    told = answer.json()
    assert told["status"] == status and told["detail"]
    return told
