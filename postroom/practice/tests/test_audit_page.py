"""The audit log on screen and as a file."""

import csv
import io
import json
import random
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from django.test import Client as Browser
from django.utils import timezone

from postroom.practice import audit, auditing, sealing
from postroom.practice.models import AuditChain, AuditEvent, Member
from postroom.practice.views.audit import Streamed
from tests.support.cast import PASSWORD, Cast

URL = "/p/tern/settings/audit"
NOW = timezone.now()


@pytest.fixture
def alice(cast: Cast) -> Browser:
    browser = cast.browser(cast.alice)
    AuditEvent.objects.all().delete()  # her signing in
    return browser


def write(
    cast: Cast,
    action: str = "read",
    kind: str = "entry",
    id: int = 1,
    *,
    by: Member | None = None,
    at: datetime = NOW,
    **data: Any,
) -> AuditEvent:
    return audit.record(cast.practice.pk, action, kind, id, by=by, now=at, data=data)


def shown(browser: Browser, query: str = "") -> list[tuple[str, str]]:
    answer = browser.get(f"{URL}{query}")
    assert answer.status_code == 200
    return [(line.words, line.row.who) for line in answer.context["lines"]]


def exported(browser: Browser, kind: str, **filters: str) -> str:
    answer = browser.post(f"{URL}/export", {"format": kind, **filters})
    assert answer.status_code == 200
    return b"".join(answer).decode()  # type: ignore[arg-type]


def test_lines_are_told_in_words_the_newest_first(cast: Cast, alice: Browser) -> None:
    write(cast, by=cast.bob, at=NOW - timedelta(minutes=1))
    write(cast, "file", at=NOW)
    assert shown(alice) == [("Took a message in", ""), ("Read a message", "Bob Adeyemi")]


def test_another_practices_lines_are_not_shown(cast: Cast, alice: Browser) -> None:
    audit.record(cast.other.pk, "read", "entry", 1, by=cast.charlie, now=NOW)
    assert shown(alice) == []


def test_only_who_may_audit_sees_it(cast: Cast) -> None:
    for member in (cast.bob, cast.rita):
        assert cast.browser(member).get(URL).status_code == 403


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("?what=reading", ["read"]),
        ("?what=filing", ["file"]),
        ("?what=signing-in", ["sign-in"]),
        ("?what=changes", ["change"]),
        ("?kind=account", ["change"]),
        ("?kind=entry&id=7", ["file"]),
        ("?who=postroom", ["file"]),
        ("?who={bob}", ["change", "sign-in", "read"]),
        ("?who={bob}&what=reading", ["read"]),
    ],
)
def test_the_filters_choose(cast: Cast, alice: Browser, query: str, expected: list[str]) -> None:
    write(cast, by=cast.bob)
    write(cast, "file", id=7)
    write(cast, "sign-in", "member", cast.bob.pk, by=cast.bob)
    write(cast, "change", "account", by=cast.bob)
    answer = alice.get(URL + query.format(bob=cast.bob.pk))
    assert [line.row.action for line in answer.context["lines"]] == expected


def test_days_are_those_of_the_practices_clocks(cast: Cast, alice: Browser) -> None:
    cast.practice.time_zone = "Pacific/Auckland"  # 13 hours ahead in November
    cast.practice.save()
    write(cast, at=datetime(2026, 11, 19, 10, 59, tzinfo=UTC))  # 23:59 on the 19th there
    write(cast, "file", at=datetime(2026, 11, 19, 11, 0, tzinfo=UTC))
    write(cast, "ignore", at=datetime(2026, 11, 20, 10, 59, tzinfo=UTC))
    write(cast, "undo", at=datetime(2026, 11, 20, 11, 0, tzinfo=UTC))
    answer = alice.get(f"{URL}?since=2026-11-20&until=2026-11-20")
    assert [line.row.action for line in answer.context["lines"]] == ["ignore", "file"]


@pytest.mark.parametrize(
    "query",
    ["?since=yesterday", "?since=2026-11-20&until=2026-11-19", "?who=999999", "?kind=x", "?id=-1"],
)
def test_filters_that_make_no_sense_are_told(alice: Browser, query: str) -> None:
    answer = alice.get(URL + query)
    assert answer.status_code == 422
    assert answer.context["lines"] == []


def test_pages_go_on_where_the_one_before_ended(
    cast: Cast, alice: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(auditing, "SIZE", 3)
    rows = [write(cast, id=n, at=NOW - timedelta(seconds=n // 4)) for n in range(10)]
    expected = [row.pk for row in sorted(rows, key=lambda row: (row.at, row.pk), reverse=True)]
    seen, query = [], ""
    for _ in range(4):
        answer = alice.get(f"{URL}?what=reading&{query}")
        seen += [line.row.pk for line in answer.context["lines"]]
        query = answer.context["more"]
    assert seen == expected
    assert query == ""


@pytest.mark.parametrize("before", ["x", "-1", "9" * 40, "123456", "²"])
def test_a_place_that_is_none_is_no_error(alice: Browser, before: str) -> None:
    assert alice.get(URL, {"before": before}).status_code == 200


def test_a_line_leads_to_what_is_still_there(cast: Cast, alice: Browser) -> None:
    write(cast, "read", "client", cast.hollis.pk)
    write(cast, "read", "client", 4_000_000)
    there, gone = sorted(
        alice.get(URL).context["lines"], key=lambda line: line.row.object_id == 4_000_000
    )
    assert (there.label, there.url) == ("4182", f"/p/tern/clients/{cast.hollis.pk}")
    assert (gone.label, gone.url) == ("4000000", "")


def test_a_page_of_lines_asks_the_database_no_more_than_a_few(
    cast: Cast, alice: Browser, django_assert_max_num_queries: Any
) -> None:
    for n in range(40):
        write(cast, "read", "client", n, by=cast.bob)
        write(cast, "read", "entry", n, by=cast.bob)
    with django_assert_max_num_queries(17):
        alice.get(URL)


def test_checking_the_log_shows_that_all_is_well(cast: Cast, alice: Browser) -> None:
    write(cast)
    answer = alice.post(f"{URL}/check")
    assert answer.status_code == 302
    assert "Being checked" in alice.get(URL).text
    assert sealing.check_later.call(cast.practice.pk) == 0
    page = alice.get(URL).text
    assert "as they were written" in page
    assert "Being checked" not in page
    assert AuditEvent.objects.filter(action="check", member=cast.alice).count() == 1


def test_a_log_that_was_changed_says_so_in_a_sentence(cast: Cast, alice: Browser) -> None:
    AuditChain.objects.create(
        practice=cast.practice, checked_at=NOW, findings=[["missing", 4, 5], ["changed", 9, 9]]
    )
    page = alice.get(URL).text
    assert "Lines 4 to 5 were removed." in page
    assert "Line 9 was changed, or put in." in page


def test_an_export_holds_every_line_and_is_a_line_itself(
    cast: Cast, alice: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(auditing, "CHUNK", 4)
    for n in range(10):
        write(cast, id=n, by=cast.bob)
    rows = list(csv.DictReader(io.StringIO(exported(alice, "csv").removeprefix("\ufeff"))))
    assert [row["object_id"] for row in rows if row["action"] == "read"] == [
        str(n) for n in reversed(range(10))
    ]
    lines = [json.loads(line) for line in exported(alice, "jsonl").splitlines()]
    assert [line["action"] for line in lines].count("read") == 10
    own = AuditEvent.objects.filter(action="export", member=cast.alice).order_by("id")
    assert [row.data for row in own] == [{"format": "csv"}, {"format": "jsonl"}]


def test_an_export_holds_what_the_filters_choose(cast: Cast, alice: Browser) -> None:
    write(cast, by=cast.bob)
    write(cast, by=cast.rita)
    (line,) = exported(alice, "jsonl", who=str(cast.rita.pk)).splitlines()
    assert json.loads(line)["who"] == "Rita Sand"
    assert AuditEvent.objects.get(action="export").data["who"] == str(cast.rita.pk)


def test_an_export_with_filters_that_make_no_sense_is_none(alice: Browser) -> None:
    answer = alice.post(f"{URL}/export", {"format": "csv", "since": "never"})
    assert answer.status_code == 302
    assert not AuditEvent.objects.filter(action="export").exists()


@pytest.mark.django_db
def test_an_export_comes_in_pieces_under_asgi_too() -> None:
    async def pieces() -> list[bytes]:
        return [piece async for piece in Streamed(iter(["a", "b"]))]

    assert async_to_sync(pieces)() == [b"a", b"b"]


COMMANDS = [
    "=",
    "+",
    "-",
    "@",
    "\t=",
    "\r=",
    "\n=",
    " =",
    "\u00a0=",
    "\ufeff=",
    "＝",
    "＋",
    "－",
    "＠",
]
ENDS = [
    "cmd|' /C calc'!A0",
    'HYPERLINK("http://x")',
    "1+1",
    ",2",
    ";3",
    '"',
    "\r\nx",
    "\u2028",
    "\0",
]


def payloads() -> list[str]:
    """More than 500 things that a spreadsheet, or a reader of lines, might carry out."""
    source = random.Random(1)
    made = [begin + end for begin in COMMANDS for end in ENDS]
    letters = "=+-@\t\r\n\0\u2028\u2029\x85\x0b\x0c \"',;|%ab1éé＝"
    made += ["".join(source.choices(letters, k=source.randint(1, 12))) for _ in range(400)]
    return made


def test_no_cell_of_an_export_is_a_command_and_no_line_is_another(
    cast: Cast, alice: Browser
) -> None:
    planted = payloads()
    assert len(planted) >= 500
    AuditEvent.objects.bulk_create(
        AuditEvent(
            practice=cast.practice,
            at=NOW - timedelta(seconds=n),
            who=text.replace("\0", ""),
            action="read",
            object_kind=text.replace("\0", "")[:40],
            object_id=n,
            network=text.replace("\0", "")[:45],
            data={text.replace("\0", ""): text.replace("\0", "")},
        )
        for n, text in enumerate(planted)
    )
    text = exported(alice, "csv", what="reading").removeprefix("\ufeff")
    assert len(text.splitlines()) == len(planted) + 2  # the names, and the export itself
    header, *rows = csv.reader(io.StringIO(text, newline=""), strict=True)
    assert len(rows) == len(planted) + 1
    for row in rows:
        assert len(row) == len(header)
        for cell in row:
            bare = cell.lstrip(" \u00a0\ufeff")
            assert not bare.startswith(("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")), (
                cell
            )
    lines = exported(alice, "jsonl", what="reading").split("\n")
    told = {json.loads(line)["who"] for line in lines if line}
    assert told >= {text.replace("\0", "") for text in planted if text.replace("\0", "")}


# --- coming in and going out -----------------------------------------------------------------


def sign_in(browser: Browser, email: str, password: str) -> None:
    browser.post("/sign-in", {"username": email, "password": password}, REMOTE_ADDR="192.0.2.9")


def test_signing_in_and_out_are_lines_with_the_network(cast: Cast) -> None:
    browser = Browser()
    sign_in(browser, cast.bob.user.email, PASSWORD)
    browser.post("/sign-out")
    rows = AuditEvent.objects.order_by("id")
    assert [(row.action, row.who) for row in rows] == [
        ("sign-in", "Bob Adeyemi"),
        ("sign-out", "Bob Adeyemi"),
    ]
    assert rows[0].network == "192.0.2.9"


def test_a_wrong_password_is_a_line_of_whom_it_was_for(cast: Cast) -> None:
    sign_in(Browser(), cast.bob.user.email.upper(), "wrong wrong wrong")
    row = AuditEvent.objects.get()
    assert (row.action, row.object_id) == ("sign-in-refused", cast.bob.pk)
    assert "wrong" not in json.dumps(row.data)


def test_a_wrong_address_is_nobodys_line(cast: Cast) -> None:
    sign_in(Browser(), "stranger@example.org", "wrong wrong wrong")
    assert not AuditEvent.objects.exists()


def test_who_belongs_to_two_practices_comes_into_both(cast: Cast) -> None:
    role = cast.other.roles.get(key="reception")
    Member.objects.create(practice=cast.other, user=cast.bob.user, role=role, name="Bob A.")
    sign_in(Browser(), cast.bob.user.email, PASSWORD)
    assert {row.practice for row in AuditEvent.objects.all()} == {cast.practice, cast.other}


def test_whatever_is_done_in_a_request_says_from_where(cast: Cast) -> None:
    cast.browser(cast.alice).post("/lock", REMOTE_ADDR="2001:db8::7")
    assert AuditEvent.objects.get(action="lock").network == "2001:db8::7"
    audit.record(cast.practice.pk, "check", "audit", 1, by=cast.alice, now=timezone.now())
    assert AuditEvent.objects.latest("id").network == ""  # no request is being answered
