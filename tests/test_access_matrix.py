"""Every route × method × role × own or another practice (RELIABILITY S2).

The routes come from the resolver: a new one joins by itself, and fails here until its view
declares its right and every object in its path is in NOUNS.
"""

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from django.db import transaction
from django.http import FileResponse
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils import timezone

from postroom.appointments.actions import save_feed
from postroom.clients import uploads
from postroom.clients.models import Contact, Group, GroupMember, Patient, SenderRule
from postroom.connections.models import DropFolder, MailAccount, Workflow
from postroom.practice import rules, tokens
from postroom.practice.models import (
    ClosedDay,
    Invitation,
    Job,
    Member,
    MemberAddress,
    Practice,
    Role,
)
from postroom.register.models import Attachment, Entry, EntryClient, StoredMail
from tests.support.cast import Cast, make_client, make_member

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
# No page knows these: one role asks for them at each route, another at the next.
UNKNOWN = METHODS[2:]

# What anybody may ask for, and what proves it is harmless.
PUBLIC = {
    "web:front": "sends to the sign-in page, or to one's own practice",
    "web:healthz": "says yes",
    "web:readyz": "says yes or no",
    "practice:sign_in": "is the door",
    "practice:sign_out": "ends one's own session",
    "practice:invitation": "gives a place to whoever has its link, once, for 48 hours",
    "practice:confirm_email": "changes an address for whoever has its link, once, for a day",
    "api:openapi-json": "says what the API understands, the same to everybody",
    "api:api-root": "says that there is nothing",
    "practice:proof": "asks for the second proof after the password",
    "practice:passkey_question": "gives out a random number",
    "practice:passkey_answer": "is the door, by passkey",
    "practice:provider_there": "leads to the practice's identity provider",
    "practice:provider_back": "is the door, from there",
    "practice:lock": "locks one's own browser; names who signed in there, to that browser alone",
    "practice:unlock": "is the door of a browser somebody signed in at before, by PIN",
    "practice:reset": "answers everybody the same",
    "practice:new_password": "opens by a random word that was mailed",
    "register:inline": "shows a picture to whoever has its signed, short-lived address",
}
# Path parameters that name no row.
PLAIN = {"n": 1, "token": "forged", "kind": "due", "ref": "4182", "other": "4182"}
NOUNS = (
    *("access_token", "account", "address", "attachment", "book_job", "client", "closed_day"),
    *(
        "contact",
        "correspondent",
        "drop",
        "entry",
        "group",
        "invitation",
        "job",
        "member",
        "patient",
        "point",
    ),
    *("role", "sender", "source", "workflow", "mailbox", "own_workflow"),
)
NEVER = 987_654_321


@dataclass(frozen=True)
class Route:
    name: str
    path: str
    view: Any

    @property
    def nouns(self) -> list[str]:
        names = re.findall(r"<(?:\w+:)?(\w+)>", self.path)
        return [name for name in names if name != "practice" and name not in PLAIN]

    def url(self, practice: str, ids: dict[str, int]) -> str:
        values = {"practice": practice, **PLAIN, **ids}
        return "/" + re.sub(r"<(?:\w+:)?(\w+)>", lambda m: str(values[m[1]]), self.path)


def routes() -> list[Route]:
    return list(_walk(get_resolver().url_patterns, "", ""))


def _walk(patterns: list[Any], path: str, space: str) -> Iterator[Route]:
    for pattern in patterns:
        here = path + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from _walk(pattern.url_patterns, here, pattern.namespace or space)
        elif isinstance(pattern, URLPattern):
            yield Route(f"{space}:{pattern.name}", here, pattern.callback)


ALL = routes()
# Programs come in by token: these paths name no practice, since the token does.
API = [route for route in ALL if route.name.startswith("api:") and route.name not in PUBLIC]
CLOSED = [route for route in ALL if route.name not in PUBLIC and route not in API]


@dataclass(frozen=True)
class World:
    cast: Cast
    members: dict[str, Member]  # one of each seeded role
    own: dict[str, int]
    foreign: dict[str, int]


@pytest.fixture
def world(cast: Cast) -> World:
    members = {
        role: make_member(cast.practice, f"{role.title()} Person", role) for role in rules.ROLES
    }
    hollis = cast.hollis
    elsewhere = make_client(cast.other, "77", "Nobody Here", ["nobody@example.net"])
    return World(cast, members, rows_of(cast.practice, hollis), rows_of(cast.other, elsewhere))


def asked(route: Route, world: World) -> Iterator[tuple[str, Member, tuple[str, ...]]]:
    """Who asks this route by which methods: every role, and one of them by all."""
    turn = CLOSED.index(route) % len(world.members)
    for n, (role, member) in enumerate(world.members.items()):
        yield role, member, METHODS if n == turn else tuple(m for m in METHODS if m not in UNKNOWN)


def missing(browser: Client, role: str, slug: str) -> bytes:
    """What this role gets in this practice for what never was: the same at each route."""
    if (role, slug) not in _MISSING:
        answer = browser.get(f"/p/{slug}/entries/{NEVER}")
        assert answer.status_code == 404
        _MISSING[role, slug] = answer.content
    return _MISSING[role, slug]


_MISSING: dict[tuple[str, str], bytes] = {}


def ask(browser: Client, method: str, url: str, ids: dict[str, int]) -> Any:
    """A request whose form names the same rows as its address."""
    return browser.generic(
        method, url, urlencode(ids), content_type="application/x-www-form-urlencoded"
    )


def rows_of(practice: Practice, client: Any) -> dict[str, int]:
    """One row of each noun, with the ids of the two practices never the same."""
    now = timezone.now()
    account = MailAccount.objects.create(practice=practice, name="Post", host="imap.example")
    workflow = Workflow.objects.create(practice=practice, account=account)
    entry = Entry.objects.create(
        practice=practice, account=account, at=now, created_at=now, filing=Entry.RESOLVED
    )
    EntryClient.objects.create(practice=practice, entry=entry, client=client, at=now)
    family = Group.objects.create(practice=practice, name="Family")
    GroupMember.objects.create(practice=practice, group=family, client=client)
    patient = Patient.objects.create(practice=practice, client=client, ref="1", name="Biscuit")
    contact = client.contacts.get()
    laboratory = Contact.objects.create(practice=practice, name="Laboratory", professional=True)
    key = f"{practice.slug:0>64}"
    mail = StoredMail.objects.create(
        practice=practice, entry=entry, content_key=key, raw_sha256=key, size=1
    )
    mail.path.parent.mkdir(parents=True, exist_ok=True)
    mail.path.write_bytes(LETTER)
    attachment = Attachment.objects.create(
        practice=practice, entry=entry, mail=mail, n=1, name="a.eml", type="message/rfc822", size=4
    )
    somebody = make_member(practice, "Mona Person", "reception")
    address = MemberAddress.objects.create(
        practice=practice, member=somebody, value="m@home.example", norm="m@home.example"
    )
    sender = SenderRule.objects.create(
        practice=practice, pattern="news.example", kind=SenderRule.IGNORE, at=now
    )
    mailbox = MailAccount.objects.create(
        practice=practice, name="Own", host="imap.example", owner=somebody
    )
    own_workflow = Workflow.objects.create(practice=practice, account=mailbox)
    closed_day = ClosedDay.objects.create(practice=practice, day=now.date())
    role = Role.objects.create(practice=practice, key="own", name="Own", rights=[rules.READ])
    invitation = Invitation.objects.create(
        practice=practice,
        email="new@person.example",
        name="New Person",
        role=role,
        hash=key,
        created_at=now,
        expires_at=now + timedelta(hours=48),
    )
    scans = DropFolder.objects.create(practice=practice, name="Scans", path=f"/{practice.slug}")
    token, _words = tokens.create(practice, "System", expires_at=None, by=None, now=now)
    feed = save_feed(practice, "Book", "https://book.example/a.ics", 15, by=None, now=now)
    kept = uploads.keep(io.BytesIO(b"reference,name\nC1,Ana\n"), 23)
    data = {"key": kept.key, "name": "list.csv", "rows": 1, "places": {}, "task": ""}
    job = Job.objects.create(
        practice=practice, kind="import.clients", state=Job.STOPPED, data=data, created_at=now
    )
    book = {"key": uploads.keep_raw(io.BytesIO(b"client,kind,due\n")), "name": "due.csv"}
    book |= {"of": "due", "source": "System", "mark_gone": False, "task": ""}
    book_job = Job.objects.create(
        practice=practice, kind="import.due", state=Job.STOPPED, data=book, created_at=now
    )
    return {
        "access_token": token.pk,
        "book_job": book_job.pk,
        "account": account.pk,
        "address": address.pk,
        "attachment": attachment.pk,
        "client": client.pk,
        "closed_day": closed_day.pk,
        "drop": scans.pk,
        "entry": entry.pk,
        "invitation": invitation.pk,
        "member": somebody.pk,
        "role": role.pk,
        "sender": sender.pk,
        "source": feed.pk,
        "job": job.pk,
        "contact": contact.pk,
        "correspondent": laboratory.pk,
        "group": family.pk,
        "patient": patient.pk,
        "workflow": workflow.pk,
        "mailbox": mailbox.pk,
        "own_workflow": own_workflow.pk,
        "point": contact.points.order_by("pk")[0].pk,
    }


LETTER = b"""From: Hollis <hollis.farrow@example.org>
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary=b

--b
Content-Type: text/plain

Hello
--b
Content-Type: text/plain; name=note.txt
Content-Disposition: attachment; filename=note.txt

note
--b--
""".replace(b"\n", b"\r\n")


def test_every_route_is_public_on_purpose_or_declares_a_right() -> None:
    for route in CLOSED:
        assert "<slug:practice>" in route.path, f"{route.name} names no practice"
        right = getattr(route.view, "right", None)
        assert right in rules.RIGHTS, f"{route.name} declares no right"


def test_every_object_in_a_path_is_known_to_this_matrix() -> None:
    for route in ALL:
        assert set(route.nouns) <= set(NOUNS), f"{route.name}: who owns {route.nouns}?"


def test_public_routes_exist() -> None:
    assert set(PUBLIC) <= {route.name for route in ALL}


@pytest.mark.parametrize("route", CLOSED, ids=lambda route: route.name)
def test_nobody_comes_in_without_signing_in(route: Route, world: World) -> None:
    browser = world.cast.browser()
    for method in METHODS:
        answer = ask(browser, method, route.url("tern", world.own), world.own)
        assert answer.status_code == 302, method
        assert answer.url.startswith("/sign-in?next="), method


@pytest.mark.parametrize("route", CLOSED, ids=lambda route: route.name)
def test_another_practice_does_not_exist(route: Route, world: World) -> None:
    for role, member, methods in asked(route, world):
        browser = world.cast.browser(member)
        for method in methods:
            theirs = ask(browser, method, route.url("other", world.foreign), world.foreign)
            assert theirs.status_code == 404, (role, method)
            assert theirs.content == missing(browser, role, "never"), (role, method)


@pytest.mark.parametrize(
    "route", [route for route in CLOSED if route.nouns], ids=lambda route: route.name
)
def test_another_practices_object_does_not_exist(route: Route, world: World) -> None:
    for role, member, methods in asked(route, world):
        browser, seen = world.cast.browser(member), set()
        for method in methods:
            theirs = ask(browser, method, route.url("tern", world.foreign), world.foreign)
            if theirs.status_code == 404:
                assert theirs.content == missing(browser, role, "tern"), (role, method)
            seen.add(theirs.status_code)
        # A method the page does not know is refused before any row is looked for.
        assert 404 in seen or not member.may(route.view.right), role
        assert seen <= ({404, 405} if member.may(route.view.right) else {403}), role


@pytest.mark.parametrize("route", CLOSED, ids=lambda route: route.name)
def test_a_role_opens_what_its_rights_say_and_nothing_else(route: Route, world: World) -> None:
    for role, member, methods in asked(route, world):
        browser = world.cast.browser(member)
        Entry.objects.filter(pk=world.own["entry"]).update(filed_by=member)
        MemberAddress.objects.filter(pk=world.own["address"]).update(member=member)
        MailAccount.objects.filter(pk=world.own["mailbox"]).update(owner=member)
        for method in methods:
            with transaction.atomic():
                answer = ask(browser, method, route.url("tern", world.own), world.own)
                transaction.set_rollback(True)
            if member.may(route.view.right):
                if isinstance(answer, FileResponse):
                    list(answer)  # read to its end, the file is closed
                assert answer.status_code < 500, (role, method)
                assert answer.status_code not in (403, 404), (role, method)
            else:
                assert answer.status_code == 403, (role, method)


def test_the_api_has_routes() -> None:
    assert API


@pytest.mark.parametrize("route", API, ids=lambda route: route.name)
def test_the_api_knows_nobody_without_a_token_whoever_is_signed_in(
    route: Route, world: World
) -> None:
    browsers = [world.cast.browser(), *map(world.cast.browser, world.members.values())]
    for browser in browsers:
        answers = [ask(browser, method, route.url("tern", {}), {}) for method in METHODS]
        seen = {answer.status_code for answer in answers}
        assert seen == {401, 405}  # a method that is not there is refused to everybody


@pytest.mark.parametrize("route", API, ids=lambda route: route.name)
def test_another_practices_token_finds_nothing_of_this_one(route: Route, world: World) -> None:
    now = timezone.now()
    _, words = tokens.create(world.cast.other, "Theirs", expires_at=None, by=None, now=now)
    browser = Client(headers={"Authorization": f"Bearer {words}"})
    before = list(world.cast.practice.clients.values())
    for method in ("DELETE", "POST", "PUT"):
        answer = browser.generic(
            method, route.url("tern", {}), "{}", content_type="application/json"
        )
        assert answer.status_code in (404, 405, 422), method
    assert list(world.cast.practice.clients.values()) == before
