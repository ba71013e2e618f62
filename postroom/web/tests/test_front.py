import re
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from postroom.appointments.models import Appointment
from postroom.clients.models import Client
from postroom.connections.models import MailAccount, Workflow
from postroom.practice.models import Member, Source
from postroom.register.models import Conversation, Entry, EntryClient
from postroom.web.context import bounded
from postroom.web.views import greeting
from tests.support.cast import Cast, make_client, make_member


def letter(cast: Cast, filing: str, subject: str = "Biscuit") -> Entry:
    now = timezone.now()
    entry = Entry.objects.create(
        practice=cast.practice,
        at=now,
        created_at=now,
        filing=filing,
        subject=subject,
        sender_name="Hollis Farrow",
    )
    if filing == Entry.RESOLVED:
        EntryClient.objects.create(practice=cast.practice, entry=entry, client=cast.hollis, at=now)
    return entry


def test_one_practice_needs_no_choice(cast: Cast) -> None:
    assert cast.browser(cast.bob).get("/").url == "/p/tern/"


def test_several_practices_are_offered(cast: Cast) -> None:
    role = cast.other.roles.get(key="assistant")
    Member.objects.create(practice=cast.other, user=cast.bob.user, role=role, name="Bob")
    page = cast.browser(cast.bob).get("/")
    assert "/p/tern/" in page.text
    assert "/p/other/" in page.text


def test_without_a_practice_one_is_told_whom_to_ask(cast: Cast) -> None:
    Member.objects.filter(pk=cast.bob.pk).update(active=False)
    assert "Ask its administrator" in cast.browser(cast.bob).get("/").text


def test_home_says_what_waits_and_where(cast: Cast) -> None:
    letter(cast, Entry.UNRESOLVED)
    letter(cast, Entry.FAILED)
    page = cast.browser(cast.bob).get("/p/tern/").text
    assert "2 messages to file" in page
    assert 'href="/p/tern/unresolved"' in page


def test_home_says_when_nothing_waits(cast: Cast) -> None:
    bob = cast.browser(cast.bob)
    assert "Everything is filed" not in bob.get("/p/tern/").text  # there was nothing to file yet
    letter(cast, Entry.RESOLVED)
    assert "Everything is filed" in bob.get("/p/tern/").text


def test_home_says_what_is_open_and_what_came_in(cast: Cast) -> None:
    for filing, subject in ((Entry.RESOLVED, "a"), (Entry.RESOLVED, "b"), (Entry.UNRESOLVED, "c")):
        entry = letter(cast, filing, subject)
    letter(cast, Entry.RESOLVED, "sent")
    Entry.objects.filter(subject="sent").update(direction="out")
    Entry.objects.filter(subject="a").update(at=timezone.now() - timedelta(days=2))
    account = MailAccount.objects.create(practice=cast.practice, name="Desk", host="imap.example")
    Workflow.objects.create(practice=cast.practice, account=account, kind=Workflow.INBOX)
    for owner in (None, cast.bob, cast.alice):
        talk = Conversation.objects.create(practice=cast.practice, owner=owner, last_at=entry.at)
        if owner is None:
            Entry.objects.filter(subject="a").update(conversation=talk)
    page = cast.browser(cast.bob).get("/p/tern/").text
    assert 'id="count-shared-inbox">1</span>' in page
    assert "2 messages came in today · 1 filed · 1 waiting" in page
    assert "1 open message in the shared inbox" in page
    page = cast.browser(cast.rita).get("/p/tern/").text
    assert "1 message came in today · 1 filed" in page
    assert "open message" not in page


def test_home_says_who_comes_today(cast: Cast) -> None:
    assert "Still to come today" not in cast.browser(cast.bob).get("/p/tern/").text
    noon = datetime(2026, 11, 20, 12, tzinfo=UTC)
    source = Source.objects.create(
        practice=cast.practice, name="Book", kind=Source.APPOINTMENTS, fresh_at=noon
    )
    closed = make_client(cast.practice, "9", "Wren Secret", [])
    Client.objects.filter(pk=closed.pk).update(restricted=True)
    for ref, client, hours, state in (
        ("1", cast.hollis, 2, "booked"),
        ("2", closed, 3, "booked"),
        ("3", cast.hollis, 4, "cancelled"),
        ("4", cast.hollis, -1, "done"),
        ("5", cast.hollis, 20, "booked"),
    ):
        Appointment.objects.create(
            practice=cast.practice, source=source, ref=ref, client=client, subject=f"Check {ref}",
            start=noon + timedelta(hours=hours), state=state, imported_at=noon,
        )  # fmt: skip
    with time_machine.travel(noon, tick=False):
        page = cast.browser(cast.bob).get("/p/tern/").text
    assert "Check 1" in page
    for unseen in ("Check 2", "Check 3", "Check 4", "Check 5", "Wren Secret"):
        assert unseen not in page


def test_home_says_what_was_filed_since_and_leaves_the_list_as_it_is(cast: Cast) -> None:
    first = letter(cast, Entry.RESOLVED, "First")
    bob = cast.browser(cast.bob)
    drawn = bob.get("/p/tern/").text
    assert "hx-preserve" not in drawn
    assert f'class="shown" name="row" value="{first.pk}"' in drawn
    letter(cast, Entry.RESOLVED, "Second")
    again = bob.get("/p/tern/", {"row": first.pk}).text
    assert "1 new entry" in again
    assert 'id="filed-last" aria-labelledby="latest" hx-preserve' in again
    assert "new entr" not in bob.get("/p/tern/").text


def test_home_shows_the_ten_letters_filed_last(cast: Cast) -> None:
    for n in range(12):
        letter(cast, Entry.RESOLVED, f"Letter {n:02}")
    page = cast.browser(cast.rita).get("/p/tern/").text
    assert "Letter 11" in page
    assert "Letter 02" in page
    assert "Letter 01" not in page


def test_who_may_not_file_sees_nothing_of_what_waits(cast: Cast) -> None:
    letter(cast, Entry.UNRESOLVED, "Only for those who file")
    page = cast.browser(cast.rita).get("/p/tern/").text
    assert "to file" not in page
    assert "/p/tern/unresolved" not in page


def test_hostile_subjects_stay_text(cast: Cast) -> None:
    letter(cast, Entry.RESOLVED, "<script>alert(1)</script>")
    page = cast.browser(cast.bob).get("/p/tern/").text
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)" in page


def test_home_asks_few_questions_however_much_there_is(
    cast: Cast, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for _ in range(12):
        letter(cast, Entry.RESOLVED)
        letter(cast, Entry.UNRESOLVED)
    browser = cast.browser(cast.alice)
    with django_assert_max_num_queries(22):  # two of them for the first hour
        browser.get("/p/tern/")


def test_counts_end_at_two_hundred() -> None:
    assert [bounded(n) for n in (0, 7, 200, 201)] == ["", "7", "200", "200+"]


def test_the_frame_says_how_the_accounts_are(cast: Cast) -> None:
    account = MailAccount.objects.create(
        practice=cast.practice,
        name="Front desk",
        host="imap.example",
        checked_at=timezone.now() - timedelta(minutes=2),
    )
    browser = cast.browser(cast.bob)
    assert "Checked 2 min ago" in browser.get("/p/tern/pulse").text
    account.trouble = "sign-in"
    account.save()
    assert "Front desk needs attention" in browser.get("/p/tern/pulse").text


def test_an_account_switched_off_troubles_nobody(cast: Cast) -> None:
    MailAccount.objects.create(
        practice=cast.practice, name="Old", host="imap.example", active=False, trouble="timeout"
    )
    assert "Old" not in cast.browser(cast.bob).get("/p/tern/pulse").text


@pytest.mark.parametrize(
    ("hour", "words"), [(8, "Good morning"), (14, "Good afternoon"), (20, "Good evening")]
)
def test_the_greeting_follows_the_clock(hour: int, words: str) -> None:
    assert greeting(datetime(2026, 11, 23, hour, tzinfo=UTC), "Ines") == f"{words}, Ines"


def test_names_are_escaped_in_the_frame(cast: Cast) -> None:
    member = make_member(cast.practice, "Eve <b>Bold</b>", "assistant")
    assert "<b>Bold</b>" not in cast.browser(member).get("/p/tern/").text


def test_the_settings_a_phone_shows_are_those_one_may_open(cast: Cast) -> None:
    page = cast.browser(cast.alice).get("/p/tern/settings/").text
    main = page[page.index("<main") : page.index("</main>")]
    assert [f"/settings/{name}" in main for name in ("accounts", "people", "practice")] == [
        True
    ] * 3
    page = cast.browser(cast.rita).get("/p/tern/settings/").text
    main = page[page.index("<main") : page.index("</main>")]
    assert "/settings/" not in main
    assert "/p/tern/profile" in main


def test_a_phones_bar_has_six_and_more_leads_to_the_rest(cast: Cast) -> None:
    def bar(member: Member) -> list[str]:
        page = cast.browser(member).get("/p/tern/settings/").text
        shown = page[page.index('class="tabbar"') :]
        return re.findall(r"<span>([^<]*)</span>", shown[: shown.index("</nav>")])

    def beside(member: Member) -> list[str]:
        page = cast.browser(member).get("/p/tern/settings/").text
        return re.findall(r'class="only-ph">.*?<b class="grow">([^<]*)</b>', page, re.DOTALL)

    assert bar(cast.bob) == ["Home", "Unresolved", "Write", "Clients", "Register", "More"]
    assert bar(cast.rita) == ["Home", "Clients", "Register", "More"]
    assert beside(cast.rita) == ["Outbox"]
    for owner in (None, cast.bob):
        account = MailAccount.objects.create(
            practice=cast.practice, name=f"Desk {owner}", host="imap.example", owner=owner
        )
        Workflow.objects.create(practice=cast.practice, account=account, kind=Workflow.INBOX)
    assert bar(cast.alice) == ["Home", "Shared", "Unresolved", "Write", "Register", "More"]
    assert bar(cast.bob) == ["Mine", "Shared", "Unresolved", "Write", "Register", "More"]
    assert beside(cast.bob) == ["Home", "Clients", "Outbox", "Drafts", "Templates"]
    page = cast.browser(cast.bob).get("/p/tern/clients").text
    more = page[page.index('href="/p/tern/settings/"', page.index('class="tabbar"')) :]
    assert 'aria-current="true"' in more[: more.index(">")]
