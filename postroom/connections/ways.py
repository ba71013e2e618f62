"""Two ways to the same pages: the practice's accounts, and a member's own mailbox."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import wraps
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django_htmx.http import HttpResponseClientRedirect

from postroom.connections import drafts, words
from postroom.connections.models import AccountDraft, MailAccount
from postroom.connections.reaching import Settings
from postroom.connections.trying import Trial
from postroom.practice import throttle
from postroom.practice.access import MemberRequest
from postroom.practice.models import Member

ADDRESS, SERVER, FOLDERS, PAST = "address", "server", "folders", "past"
AN_HOUR = 60  # of a member: what connects to a server and what only might
View = Callable[..., HttpResponse]


@dataclass(frozen=True)
class Way:
    """Which of the two; the names of its pages, and whose accounts it may see."""

    own: bool
    pages: dict[str, str]
    nav: str

    def url(self, page: str, practice: str, *ids: int) -> str:
        return reverse(self.pages[page], args=[practice, *ids])

    def accounts(self, member: Member) -> QuerySet[MailAccount]:
        if self.own:
            return MailAccount.objects.of_member(member)
        return MailAccount.objects.of_practice(member.practice)

    def owner(self, member: Member) -> Member | None:
        return member if self.own else None

    def draft(self, member: Member) -> AccountDraft | None:
        return drafts.of(member, own=self.own)


def _pages(prefix: str) -> dict[str, str]:
    names = (ADDRESS, SERVER, FOLDERS, "account", "workflow", "add_workflow")
    verbs = ("check", "activate", "deactivate", "rest_workflow", "wake_workflow")
    return {
        "list": f"connections:{prefix}accounts",
        # Of the room above, which can judge a letter: known by name only.
        PAST: f"intake:{prefix}past",
        "trial": f"intake:{prefix}trial",
        **{name: f"connections:{prefix}{name}" for name in (*names, *verbs)},
    }


PRACTICE = Way(False, _pages(""), "accounts")
OWN = Way(True, _pages("own_"), "profile")


@dataclass(frozen=True)
class StepItem:
    """One step of the way, for the list beside the page: where it stands, and its address once
    it can be opened."""

    n: int
    title: str
    hint: str
    url: str
    state: str  # done, here, later


def steps(
    way: Way, here: str, request: MemberRequest, draft: AccountDraft | None
) -> list[StepItem]:
    """The four steps, for the list at the side. Only a step whose facts are there is a link."""
    trial = drafts.tested(draft) if draft else None
    reached = {
        ADDRESS: True,
        SERVER: draft is not None,
        FOLDERS: bool(trial and trial.ok),
        PAST: bool(trial and trial.ok and draft and draft.plan),
    }
    done = {
        ADDRESS: draft is not None,
        SERVER: reached[FOLDERS],
        FOLDERS: reached[PAST],
        PAST: False,
    }
    texts = {
        ADDRESS: (_("Mailbox"), draft.address if draft else _("Address and password")),
        SERVER: (_("Test the connection"), draft.host if draft else _("Server and encryption")),
        FOLDERS: (_("Folders"), _("What is done with which")),
        PAST: (_("A look at the past"), _("And from when on")),
    }
    return [
        StepItem(
            n,
            *texts[step],
            way.url(step, request.practice.slug) if reached[step] and step != here else "",
            "here" if step == here else "done" if done[step] else "later",
        )
        for n, step in enumerate(texts, 1)
    ]


def frame(
    way: Way, here: str, request: MemberRequest, draft: AccountDraft | None
) -> dict[str, Any]:
    """What every step's page is given."""
    items = steps(way, here, request, draft)
    slug = request.practice.slug
    return {
        "nav": way.nav,
        "appcls": "tall",
        "own": way.own,
        "draft": draft,
        "steps_of_way": items,
        "back": next((item.url for item in reversed(items[: _place(items)]) if item.url), ""),
        "list_url": way.url("list", slug),
    }


def _place(items: list[StepItem]) -> int:
    return next(n for n, item in enumerate(items) if item.state == "here")


def go(request: Any, url: str) -> HttpResponse:
    """On to another page, also for htmx, which would lay it into this one."""
    return HttpResponseClientRedirect(url) if request.htmx else redirect(url)


def sparingly(view: View) -> View:
    """Each POST to the view may knock at a server of somebody else, with a password: so many an
    hour for each member, or it would guess passwords and look for open doors for them."""

    @wraps(view)
    def wrapped(request: MemberRequest, *args: Any, **ids: Any) -> HttpResponse:
        if request.method == "POST":
            wait = throttle.take_turn("connect", request.member.pk, AN_HOUR, timezone.now())
            if wait:
                minutes = -(-wait // timedelta(minutes=1))
                text = ngettext(
                    "You have tried to connect very often. Try again in %(n)d minute.",
                    "You have tried to connect very often. Try again in %(n)d minutes.",
                    minutes,
                )
                messages.error(request, text % {"n": minutes})
                return go(request, request.path)
        return view(request, *args, **ids)

    return wrapped


def told(
    trial: Trial | None,
    at: MailAccount | AccountDraft | Settings,
    *,
    name: str,
    creates: bool = False,
) -> list[words.StepWords]:
    """A test's steps in words; none without a test."""
    facts = {"host": at.host, "port": at.port, "user": at.user, "account": name}
    return [
        words.step(step.name, step.code, step.detail, step.said, creates=creates, **facts)
        for step in (trial.steps if trial else ())
    ]


def notes(trial: Trial) -> list[str]:
    """What the server cannot do, in words."""
    return [str(words.NOTES[note]) for note in trial.notes if note in words.NOTES]
