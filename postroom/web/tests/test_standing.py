"""The page «How it stands», the banner on every page, the first hour."""

from datetime import timedelta

import pytest
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from postroom.connections.models import FolderState, MailAccount, Workflow
from postroom.practice import notices, tokens
from postroom.practice.models import Invitation, Notification, Practice
from postroom.practice.notices import Matter
from postroom.register.models import Entry
from tests.support.cast import Cast, make_member

PAGE = "/p/tern/settings/health"
SENTENCE = "imap.example did not accept this user name or password"


@pytest.fixture
def account(cast: Cast) -> MailAccount:
    made = MailAccount.objects.create(
        practice=cast.practice, name="Desk", host="imap.example", checked_at=timezone.now()
    )
    Workflow.objects.create(practice=cast.practice, account=made)
    return made


def trouble(cast: Cast, **data: object) -> Matter:
    facts = {"host": "imap.example", "port": 993, "user": "u", "account": "Desk"}
    told = {"code": "sign-in", "facts": facts, "account": "Desk", **data}
    matter = Matter("account", "1", timezone.now(), told)
    notices.observe(cast.practice, [matter], now=timezone.now())
    return matter


# -- the page --------------------------------------------------------------------------------


def test_the_books_stand_there_as_a_sum(cast: Cast, account) -> None:
    FolderState.objects.create(
        practice=cast.practice, account=account, folder="Resolved", counted=1204,
        counted_at=timezone.now(), books={"filed": 1200, "ignored": 1, "others": 1},
        gap_since=timezone.now(),
    )  # fmt: skip
    page = cast.browser(cast.alice).get(PAGE).text
    for words in (
        *("1,204 on the server", "1,200 filed", "1 not a client’s"),
        *("1 not put there by Postroom", "2 in no book"),
    ):
        assert words in page
    told = cast.browser(cast.alice).get(f"{PAGE}.json").json()
    (folder,) = told["accounts"][0]["folders"]
    parts = (
        "filed",
        "waiting",
        "ignored",
        "unreadable",
        "unfiled",
        "untaken",
        "early",
        "renumbered",
        "others",
        "gap",
    )
    assert folder["on_server"] == sum(folder[part] for part in parts)
    assert (folder["gap"], told["well"]) == (2, False)


def test_look_again_asks_for_a_full_comparison(cast: Cast, account) -> None:
    state = FolderState.objects.create(
        practice=cast.practice, account=account, folder="Incoming", next_uid=40
    )
    answer = cast.browser(cast.alice).post(f"/p/tern/settings/accounts/{account.pk}/again")
    assert answer.url == PAGE
    state.refresh_from_db()
    assert state.next_uid == 1


def test_somebodys_own_mailbox_shows_nothing_but_whose_it_is(cast: Cast, account) -> None:
    MailAccount.objects.update(
        owner=cast.bob, trouble="folder-missing", trouble_detail="Secret", name="Private"
    )
    FolderState.objects.create(
        practice=cast.practice, account=account, folder="Lovers", counted=2,
        counted_at=timezone.now(), books={"filed": 2},
    )  # fmt: skip
    browser = cast.browser(cast.alice)
    texts = [browser.get(PAGE).text, browser.get(f"{PAGE}.json").text]
    assert "Own mailbox of Bob Adeyemi" in texts[0]
    for text in texts:
        for secret in ("Secret", "Lovers", "Private", "imap.example"):
            assert secret not in text
    again = browser.post(f"/p/tern/settings/accounts/{account.pk}/again")
    assert again.status_code == 404


def test_the_page_asks_few_questions_however_many_accounts(
    cast: Cast, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for n in range(20):
        one = MailAccount.objects.create(practice=cast.practice, name=f"Desk {n}", host="h")
        Workflow.objects.create(practice=cast.practice, account=one)
    browser = cast.browser(cast.alice)
    with django_assert_max_num_queries(32):
        browser.get(PAGE)


def test_a_monitor_sees_the_same_with_a_token(cast: Cast, account) -> None:
    _, words = tokens.create(cast.practice, "Monitor", expires_at=None, by=None, now=timezone.now())
    bearer = {"Authorization": f"Bearer {words}"}
    told = cast.browser().get("/api/v1/health", headers=bearer).json()
    assert [one["name"] for one in told["accounts"]] == ["Desk"]
    assert cast.browser().get("/api/v1/health").status_code == 401


def test_the_hour_of_the_mail_is_chosen_there(cast: Cast) -> None:
    browser = cast.browser(cast.alice)
    browser.post(f"{PAGE}/hour", {"hour": "17"})
    assert Practice.objects.get(pk=cast.practice.pk).notice_hour == 17
    for wrong in ("24", "-1", "x", ""):
        answer = browser.post(f"{PAGE}/hour", {"hour": wrong}, follow=True)
        assert "Choose an hour from 0 to 23" in answer.text
    assert Practice.objects.get(pk=cast.practice.pk).notice_hour == 17


# -- the banner ------------------------------------------------------------------------------


def test_administrators_see_on_every_page_what_is_wrong_and_others_do_not(cast: Cast) -> None:
    trouble(cast)
    for page in ("/p/tern/", "/p/tern/clients", "/p/tern/pulse", PAGE):
        assert SENTENCE in cast.browser(cast.alice).get(page).text
    for member in (cast.bob, cast.rita):
        assert SENTENCE not in cast.browser(member).get("/p/tern/").text
    assert SENTENCE not in cast.browser(cast.charlie).get("/p/other/").text


def test_the_owner_of_a_mailbox_is_told_of_it(cast: Cast) -> None:
    trouble(cast, owner=cast.bob.pk)
    assert SENTENCE in cast.browser(cast.bob).get("/p/tern/").text
    assert SENTENCE not in cast.browser(cast.rita).get("/p/tern/").text


def test_it_is_put_away_for_the_day_and_comes_back_while_it_lasts(cast: Cast, monkeypatch) -> None:
    trouble(cast)
    browser = cast.browser(cast.alice)
    browser.post("/p/tern/notices/hide")
    assert SENTENCE not in browser.get("/p/tern/").text
    assert SENTENCE in cast.browser(cast.alice).get("/p/tern/").text  # another seat
    monkeypatch.setattr("postroom.web.context.today", lambda practice: "tomorrow")
    assert SENTENCE in browser.get("/p/tern/").text


def test_what_is_new_is_shown_though_the_rest_was_put_away(cast: Cast) -> None:
    first = trouble(cast)
    browser = cast.browser(cast.alice)
    browser.post("/p/tern/notices/hide")
    disk = Matter("no-key", "", timezone.now(), {"code": "no-key", "facts": {}})
    notices.observe(cast.practice, [first, disk], now=timezone.now())
    page = browser.get("/p/tern/").text
    assert "The key file is not here" in page
    assert SENTENCE not in page


def test_it_says_recovered_when_it_is_over(cast: Cast) -> None:
    trouble(cast)
    notices.observe(cast.practice, [], now=timezone.now())
    page = cast.browser(cast.alice).get("/p/tern/").text
    assert "The mailbox “Desk” works again." in page
    assert "Recovered:" in page
    Notification.objects.update(ended_at=timezone.now() - timedelta(days=2))
    assert "Recovered:" not in cast.browser(cast.alice).get("/p/tern/").text


# -- the first hour --------------------------------------------------------------------------


def done(cast: Cast) -> list[str]:
    page = cast.browser(cast.alice).get("/p/tern/").text
    keys = ("practice", "account", "folders", "clients", "sorted", "team")
    return [key for key in keys if f'class="task done" id="first-{key}"' in page]


def test_the_first_hour_ticks_itself_from_what_is_there(cast: Cast) -> None:
    cast.practice.members.exclude(pk=cast.alice.pk).update(active=False)
    assert done(cast) == ["clients"]
    Practice.objects.update(telephone="020 7946 0000")
    account = MailAccount.objects.create(practice=cast.practice, name="Desk", host="h")
    Workflow.objects.create(practice=cast.practice, account=account)
    assert done(cast) == ["practice", "account", "clients"]
    MailAccount.objects.update(checked_at=timezone.now())
    role = cast.practice.roles.get(key="reception")
    now = timezone.now()
    Invitation.objects.create(
        practice=cast.practice, email="a@b.test", name="A", role=role, hash="h", created_at=now,
        expires_at=now,
    )  # fmt: skip
    assert done(cast) == ["practice", "account", "folders", "clients", "team"]
    Entry.objects.bulk_create(
        Entry(practice=cast.practice, at=now, created_at=now, filed_by=cast.alice, filing="ignored")
        for _ in range(10)
    )
    assert "The first hour" not in cast.browser(cast.alice).get("/p/tern/").text


def test_the_first_hour_is_for_who_may_do_it_and_for_two_months(cast: Cast) -> None:
    assert "The first hour" in cast.browser(cast.alice).get("/p/tern/").text
    assert "The first hour" not in cast.browser(cast.bob).get("/p/tern/").text
    Practice.objects.update(founded_at=timezone.now() - timedelta(days=61))
    assert "The first hour" not in cast.browser(cast.alice).get("/p/tern/").text


def test_an_administrator_alone_has_nobody_yet(cast: Cast) -> None:
    cast.practice.members.exclude(pk=cast.alice.pk).update(active=False)
    assert "team" not in done(cast)
    make_member(cast.practice, "Dora New", "assistant")
    assert "team" in done(cast)
