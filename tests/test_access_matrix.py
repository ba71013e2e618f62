"""Every route × method × role × own or another practice (RELIABILITY S2).

The routes come from the resolver: a new one joins by itself, and fails here until its view
declares its right and every object in its path is in NOUNS.
"""

import copy
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import pytest
from django.db import transaction
from django.http import FileResponse
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils import timezone

from postroom.connections.models import MailAccount, SmtpAccount
from postroom.outbox.draft_models import Draft
from postroom.practice import rules, tokens
from postroom.practice.models import Job, Member, MemberAddress
from postroom.register.models import Entry, InternalNote
from tests.support.cast import Cast, make_client, make_member
from tests.support.one_of_each import rows_of

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
    "register:outside": "shows a picture of the internet to whoever has its signed address",
}
# Path parameters that name no row.
PLAIN = {"n": 1, "token": "forged", "kind": "due", "ref": "4182", "other": "4182"}
PLAIN["what"] = "phone"  # a kind of note
NOUNS = (
    *("access_token", "account", "address", "attachment", "book_job", "client", "closed_day"),
    *(
        "contact",
        "correspondent",
        "drop",
        "entry",
        "group",
        "internal_note",
        "invitation",
        "job",
        "member",
        "note",
        "patient",
        "point",
    ),
    *("role", "sender", "source", "workflow", "mailbox", "own_workflow"),
    *("export", "erasure", "retention"),
    *("smtp", "own_smtp", "message", "draft", "enclosure", "template"),
)
NEVER = 987_654_321
PART = 12  # routes asked in one world


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


def some_of(routes: list[Route]) -> pytest.MarkDecorator:
    """A dozen routes a test: to make a world takes as long as they do."""
    parts = [routes[n : n + PART] for n in range(0, len(routes), PART)]
    return pytest.mark.parametrize("part", parts, ids=lambda part: f"from {part[0].name}")


def questions(part: list[Route], world: World) -> Iterator[tuple[Route, str, Client, str]]:
    """Who asks these routes by which methods: every role, and one of them by all."""
    browsers = {role: world.cast.browser(member) for role, member in world.members.items()}
    for route in part:
        turn = CLOSED.index(route) % len(browsers)
        for n, (role, browser) in enumerate(browsers.items()):
            for method in METHODS:
                if n == turn or method not in UNKNOWN:
                    yield route, role, browser, method


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


@some_of(CLOSED)
def test_nobody_comes_in_without_signing_in(part: list[Route], world: World) -> None:
    browser = world.cast.browser()
    for route in part:
        for method in METHODS:
            answer = ask(browser, method, route.url("tern", world.own), world.own)
            assert answer.status_code == 302, (route.name, method)
            assert answer.url.startswith("/sign-in?next="), (route.name, method)


@some_of(CLOSED)
def test_another_practice_does_not_exist(part: list[Route], world: World) -> None:
    for route, role, browser, method in questions(part, world):
        theirs = ask(browser, method, route.url("other", world.foreign), world.foreign)
        assert theirs.status_code == 404, (route.name, role, method)
        assert theirs.content == missing(browser, role, "never"), (route.name, role, method)


@some_of([route for route in CLOSED if route.nouns])
def test_another_practices_object_does_not_exist(part: list[Route], world: World) -> None:
    seen: dict[tuple[Route, str], set[int]] = {}
    for route, role, browser, method in questions(part, world):
        theirs = ask(browser, method, route.url("tern", world.foreign), world.foreign)
        if theirs.status_code == 404:
            assert theirs.content == missing(browser, role, "tern"), (route.name, role, method)
        seen.setdefault((route, role), set()).add(theirs.status_code)
    for (route, role), answers in seen.items():
        may = world.members[role].may(route.view.right)
        # A method the page does not know is refused before any row is looked for.
        assert 404 in answers or not may, (route.name, role)
        assert answers <= ({404, 405} if may else {403}), (route.name, role)


@some_of(CLOSED)
def test_a_role_opens_what_its_rights_say_and_nothing_else(part: list[Route], world: World) -> None:
    for route, role, browser, method in questions(part, world):
        member, signed_in = world.members[role], copy.deepcopy(browser.cookies)
        with transaction.atomic():
            give_own(world, member)
            answer = ask(browser, method, route.url("tern", world.own), world.own)
            transaction.set_rollback(True)
        browser.cookies = signed_in
        if member.may(route.view.right):
            if isinstance(answer, FileResponse):
                list(answer)  # read to its end, the file is closed
            assert answer.status_code < 500, (route.name, role, method)
            assert answer.status_code not in (403, 404), (route.name, role, method)
        else:
            assert answer.status_code == 403, (route.name, role, method)


def give_own(world: World, member: Member) -> None:
    """What each member has of their own is this one's."""
    Entry.objects.filter(pk=world.own["entry"]).update(filed_by=member)
    MemberAddress.objects.filter(pk=world.own["address"]).update(member=member)
    MailAccount.objects.filter(pk=world.own["mailbox"]).update(owner=member)
    export = Job.objects.filter(pk=world.own["export"])
    export.update(member=member, kind=f"export-{member.pk}")
    SmtpAccount.objects.filter(pk=world.own["own_smtp"]).update(owner=member)
    Draft.objects.filter(pk=world.own["draft"]).update(author=member)
    InternalNote.objects.filter(pk=world.own["internal_note"]).update(by=member)


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
