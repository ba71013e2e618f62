"""What choosing and removing recipients changes in a letter, and what it leaves alone."""

import pytest
from django.test import Client as Browser

from postroom.clients.models import Contact, ContactPoint
from postroom.connections.models import SmtpAccount
from postroom.outbox.draft_models import Draft
from postroom.outbox.models import Message
from postroom.outbox.tests.composing import COMPOSE, HOLLIS, begin, push, sent
from postroom.outbox.tests.post import make_account
from tests.support.cast import Cast, make_client


@pytest.fixture
def own(cast: Cast, desk: SmtpAccount) -> SmtpAccount:
    return make_account(cast.practice, owner=cast.bob, name="Bob", address="bob@tern.example")


@pytest.fixture
def lind(cast: Cast) -> str:
    """A professional, as a page names her."""
    contact = Contact.objects.create(
        practice=cast.practice, name="Dr Lind", professional=True, search_name="dr lind"
    )
    ContactPoint.objects.create(
        practice=cast.practice,
        contact=contact,
        kind="email",
        value="lind@clinic.example",
        norm="lind@clinic.example",
    )
    return f"{contact.pk}-0"


def hollis(cast: Cast) -> str:
    return f"{cast.hollis.contacts.get().pk}-{cast.hollis.pk}"


def ways(draft: Draft) -> tuple[SmtpAccount | None, str]:
    return draft.account, draft.replies


def test_the_first_recipient_leaves_alone_from_whom_somebody_has_chosen(
    cast: Cast, browser: Browser, own: SmtpAccount
) -> None:
    draft = begin(browser, text="Hello", account=own.pk, replies="me")
    push(browser, draft, f"pick:{hollis(cast)}")
    assert ways(draft) == (own, Draft.ME)
    assert (draft.client, draft.to_register) == (cast.hollis, True)  # nobody had said otherwise


def test_what_nobody_has_chosen_follows_the_recipient(
    cast: Cast, browser: Browser, desk: SmtpAccount, own: SmtpAccount, lind: str
) -> None:
    draft = begin(browser, text="Hello")
    push(browser, draft, f"pick:{lind}")
    assert ways(draft) == (own, Draft.ME)
    push(browser, draft, "drop:0")
    assert ways(draft) == (desk, Draft.TEAM)
    push(browser, draft, f"pick:{hollis(cast)}")
    assert ways(draft) == (desk, Draft.TEAM)


def test_of_two_ways_the_one_that_was_chosen_stays(
    cast: Cast, browser: Browser, desk: SmtpAccount, own: SmtpAccount, lind: str
) -> None:
    draft = begin(browser, text="Hello", account=own.pk)
    push(browser, draft, f"pick:{lind}", replies="team")
    assert ways(draft) == (own, Draft.ME)
    push(browser, draft, "save", account=desk.pk)
    push(browser, draft, "drop:0")
    assert ways(draft) == (desk, Draft.TEAM)


def test_a_removed_recipient_takes_their_record_along(cast: Cast, browser: Browser) -> None:
    draft = begin(browser, text="Hello")
    push(browser, draft, f"pick:{hollis(cast)}")
    push(browser, draft, "drop:0")
    assert (draft.client, draft.contact, draft.to_register) == (None, None, False)
    other = make_client(cast.practice, "77", "Ada Finch", ["ada@finch.example"])
    push(browser, draft, f"pick:{other.contacts.get().pk}-{other.pk}", subject="Hello")
    push(browser, draft, "send")
    entry = Message.objects.get().entry
    assert entry and [one.client for one in entry.placements.all()] == [other]


@pytest.mark.parametrize("where", ["to", "cc"])
def test_the_record_stays_while_somebody_of_it_is_written_to(
    cast: Cast, browser: Browser, where: str
) -> None:
    draft = begin(browser, text="Hello")
    push(browser, draft, f"pick:{hollis(cast)}")
    second = "hollis@farrowjoinery.example.com"
    if where == "to":
        push(browser, draft, "add", who=second)
    push(browser, draft, "drop:0", **({"cc": second} if where == "cc" else {}))
    assert draft.client == cast.hollis


def test_the_record_stays_where_somebody_or_the_page_had_named_it(
    cast: Cast, browser: Browser
) -> None:
    draft = begin(browser, text="Hello")
    push(browser, draft, f"about:{cast.hollis.pk}")
    push(browser, draft, f"pick:{hollis(cast)}")
    push(browser, draft, "drop:0")
    assert draft.client == cast.hollis
    from_the_record = begin(browser, f"?client={cast.hollis.pk}", text="Hello")
    push(browser, from_the_record, "drop:0")
    assert (from_the_record.to, from_the_record.client) == ([], cast.hollis)


def test_somebody_elses_going_takes_no_record_along(cast: Cast, browser: Browser) -> None:
    draft = begin(browser, text="Hello")
    push(browser, draft, f"pick:{hollis(cast)}")
    push(browser, draft, "add", who="else@where.example")
    push(browser, draft, "drop:1")
    assert (draft.client, draft.to) == (cast.hollis, [["Hollis Farrow", HOLLIS]])


def test_it_is_said_where_answers_to_oneself_go(cast: Cast, browser: Browser) -> None:
    page = browser.get(COMPOSE).content.decode()
    said = f"They go to {cast.bob.user.email}, the address you sign in with"
    assert said in page
    draft = begin(browser, f"?client={cast.hollis.pk}", subject="a", text="a", replies="me")
    push(browser, draft, "send")
    assert cast.bob.user.email in sent(Message.objects.get())["Reply-To"]
    make_account(cast.practice, owner=cast.bob, name="Bob", address="bob@tern.example")
    page = browser.get(COMPOSE).content.decode()
    assert "address you sign in with" not in page and "bob@tern.example" in page
