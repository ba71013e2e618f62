"""A letter as somebody writes it: its page, its buttons, and what leaves."""

from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from django.test import Client as Browser

from postroom.outbox.draft_models import Draft
from postroom.outbox.models import Message

COMPOSE = "/p/tern/compose"
HOLLIS = "hollis.farrow@example.org"


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


def words(letter: EmailMessage, kind: str = "plain") -> str:
    part = letter.get_body((kind,))
    assert part
    text: str = part.get_content()
    return text.replace("\r\n", "\n")


def asked(answer: Any) -> str:
    """What a page asks before sending, or says why it cannot."""
    assert answer.status_code == 422
    return " ".join(answer.context.get("asks") or answer.context.get("refused") or [])
