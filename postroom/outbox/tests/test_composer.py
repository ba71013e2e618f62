"""Writing a letter: drafts that survive, one sending, questions asked before it."""

from collections.abc import Iterator
from datetime import timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from django.conf import LazySettings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client as Browser
from django.utils import timezone

from postroom.clients.models import Client, Contact, ContactPoint, Patient
from postroom.connections.models import SmtpAccount
from postroom.outbox import drafting, hurdles, template_actions
from postroom.outbox.draft_models import Draft
from postroom.outbox.models import Message
from postroom.outbox.template_actions import Wording
from postroom.practice.models import Practice
from postroom.register.models import Entry
from postroom.register.tests.post import mail, put
from tests.support.cast import Cast, make_client

COMPOSE = "/p/tern/compose"
HOLLIS = "hollis.farrow@example.org"


@pytest.fixture
def desk(cast: Cast) -> SmtpAccount:
    """The practice's account."""
    return make_account(cast.practice)


@pytest.fixture
def browser(cast: Cast, desk: SmtpAccount) -> Browser:
    return cast.browser(cast.bob)


def make_account(practice: Practice, **more: Any) -> SmtpAccount:
    fields = {"name": "Desk", "address": "desk@tern.example", "host": "smtp.tern.example"}
    return SmtpAccount.objects.create(practice=practice, **{**fields, **more})


def begin(browser: Browser, query: str = "", **fields: Any) -> Draft:
    """A draft as somebody types it: the page is opened, and its form comes in."""
    page = browser.get(f"{COMPOSE}{query}")
    assert page.status_code == 200
    press(browser, COMPOSE, page, **fields)
    return Draft.objects.latest("pk")


def press(browser: Browser, url: str, page: Any, do: str = "save", **fields: Any) -> Any:
    """The form of a page with these fields, sent by this button."""
    draft, form = page.context["draft"], page.context["form"]
    held: dict[str, Any] = {
        "key": draft.key,
        "version": draft.version,
        "cc": form["cc"].value(),
        "bcc": form["bcc"].value(),
        "subject": form["subject"].value(),
        "text": form["text"].value(),
        "replies": draft.replies,
        "patients": draft.patients,
        "account": draft.account_id or "",
        "do": do,
    }
    held |= {"to_register": "on"} if draft.to_register else {}
    held |= {"quote": "on"} if draft.quote else {}
    if not draft.pk and draft.origin_id:
        held |= {"entry": draft.origin_id, "as": draft.way}
    elif not draft.pk and draft.client_id:
        held |= {"client": draft.client_id}
    return browser.post(url, {**held, **fields})


def push(browser: Browser, draft: Draft, do: str, **fields: Any) -> Any:
    """A button of a draft that is saved."""
    url = f"/p/tern/drafts/{draft.pk}"
    answer = press(browser, url, browser.get(url), do, **fields)
    if Draft.objects.filter(pk=draft.pk).exists():
        draft.refresh_from_db()
    return answer


def sent(message: Message) -> EmailMessage:
    parsed = message_from_bytes(message.read(), policy=policy.default)
    assert isinstance(parsed, EmailMessage)
    return parsed


def test_a_letter_to_a_client_is_addressed_written_and_queued(cast: Cast, browser: Browser) -> None:
    draft = begin(browser, f"?client={cast.hollis.pk}", subject="Hello", text="A **good** day")
    assert draft.to == [["Hollis Farrow", HOLLIS]]
    assert (draft.client, draft.to_register, draft.replies) == (cast.hollis, True, Draft.TEAM)
    answer = push(browser, draft, "send")
    assert answer.url == f"/p/tern/clients/{cast.hollis.pk}"
    message = Message.objects.get()
    letter = sent(message)
    assert letter["To"] == f"Hollis Farrow <{HOLLIS}>"
    text, html = letter.get_body(("plain",)), letter.get_body(("html",))
    assert text and html
    assert text.get_content().startswith("A good day\n\nBob Adeyemi\n")
    assert "<p>A <strong>good</strong> day</p>" in html.get_content()
    assert list(message.entry.clients.all()) == [cast.hollis]
    wait = message.not_before - message.created_at
    assert wait == timedelta(seconds=10)
