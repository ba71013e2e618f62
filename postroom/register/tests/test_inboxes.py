"""My inbox and the shared inbox: who sees what, filing out of them, closing."""

import re

import pytest
from django.test import Client as Browser
from django.utils import timezone

from postroom.cli.register import rows as exported
from postroom.clients.models import Client, ClientAccess
from postroom.connections.models import MailAccount, Workflow
from postroom.practice.models import AuditEvent, Event, Member
from postroom.register import actions, rules
from postroom.register.models import Conversation, Entry
from postroom.register.tests.post import PNG, mail, put
from postroom.register.tests.test_unresolved import words
from tests.support.cast import Cast, make_client

SECRET = "An offer of another post"


def in_inbox(cast: Cast, owner: Member | None = None, **changes) -> Entry:
    """A letter of an inbox: of this member, or the shared one."""
    entry = put(
        cast.practice,
        mail(subject=SECRET, files=[("cv.png", "image/png", PNG)]),
        filing=Entry.UNFILED,
        reason=rules.UNKNOWN_ADDRESS,
        owner=owner,
    )
    talk = Conversation.objects.create(practice=cast.practice, owner=owner, last_at=entry.at)
    Entry.objects.filter(pk=entry.pk).update(conversation=talk, **changes)
    entry.refresh_from_db()
    return entry


def everyone_else(cast: Cast) -> list[Browser]:
    return [cast.browser(member) for member in (cast.alice, cast.rita, cast.charlie)]


DOORS = (
    *("/p/tern/", "/p/tern/inbox", "/p/tern/inbox?show=closed", "/p/tern/shared-inbox"),
    *("/p/tern/unresolved", "/p/tern/clients", "/p/tern/settings/audit", "/p/tern/audit"),
    *("/p/tern/pulse", "/p/tern/entries/{entry}", "/p/tern/entries/{entry}/body"),
    *("/p/tern/entries/{entry}/raw", "/p/tern/entries/{entry}/file", "/p/tern/attachments/{file}"),
    *("/p/tern/unresolved?entry={entry}", "/p/tern/unresolved?before={entry}"),
    *("/p/tern/unresolved/arrivals?since=0", "/p/tern/clients/{client}?before={entry}"),
    "/p/tern/clients/{client}",
)


@pytest.mark.parametrize("door", DOORS)
def test_nobody_else_sees_what_is_in_ones_own_mailbox(cast: Cast, door: str) -> None:
    entry = in_inbox(cast, cast.bob)
    file = entry.attachments.get()
    path = door.format(entry=entry.pk, file=file.pk, client=cast.hollis.pk)
    for browser in everyone_else(cast):
        answer = browser.get(path)
        said = b"".join(answer) if answer.streaming else answer.content
        assert SECRET.encode() not in said
        assert b"farrow.example" not in said
        if "entry}" in door or "file}" in door:
            assert answer.status_code in (302, 403, 404), path
    assert not AuditEvent.objects.filter(object_kind="entry", action="read")


def test_what_is_in_ones_own_mailbox_is_in_no_export(cast: Cast) -> None:
    in_inbox(cast, cast.bob)
    waiting = put(cast.practice)
    found = list(exported(cast.practice))
    assert [row["entry"] for row in found] == [waiting.pk]


@pytest.mark.parametrize(
    "act", ["resolve", "ignore", "undo", "unassign", "close", "reopen", "file"]
)
def test_nobody_else_does_anything_to_it(cast: Cast, act: str) -> None:
    entry = in_inbox(cast, cast.bob)
    data = {"version": entry.version, "clients": cast.hollis.pk}
    answer = cast.browser(cast.alice).post(f"/p/tern/entries/{entry.pk}/{act}", data)
    assert answer.status_code == 404
    entry.refresh_from_db()
    assert (entry.filing, entry.conversation.state) == (Entry.UNFILED, Conversation.OPEN)


def test_its_owner_reads_and_files_it_and_then_the_team_reads_it(cast: Cast) -> None:
    entry = in_inbox(cast, cast.bob)
    bob, alice = cast.browser(cast.bob), cast.browser(cast.alice)
    assert SECRET in words(bob.get("/p/tern/inbox"))
    page = words(bob.get(f"/p/tern/entries/{entry.pk}"))
    assert "nobody else sees it" in page
    chosen = words(bob.get(f"/p/tern/entries/{entry.pk}/file?client={cast.hollis.pk}"))
    assert "everybody who may open the client’s record can read it" in chosen
    data = {"version": entry.version, "clients": cast.hollis.pk}
    bob.post(f"/p/tern/entries/{entry.pk}/file", data)
    assert SECRET in words(alice.get(f"/p/tern/clients/{cast.hollis.pk}"))
    assert SECRET in words(alice.get(f"/p/tern/entries/{entry.pk}"))
    undone = bob.post(f"/p/tern/entries/{entry.pk}/undo")
    assert undone.url == f"/p/tern/entries/{entry.pk}"
    assert alice.get(f"/p/tern/entries/{entry.pk}").status_code == 404
    assert Entry.objects.get().filing == Entry.UNFILED


def test_taken_off_its_last_record_it_is_its_owners_alone_again(cast: Cast) -> None:
    entry = in_inbox(cast, cast.bob)
    now = timezone.now()
    actions.resolve(entry, [cast.hollis], by=cast.bob, now=now, version=1)
    actions.unassign(entry, cast.hollis, by=cast.alice, now=now)
    assert entry.filing == Entry.UNFILED
    assert not Entry.objects.readable_by(cast.alice)
    assert Entry.objects.readable_by(cast.bob).get() == entry


def test_filing_does_not_open_a_restricted_clients_letter(cast: Cast) -> None:
    entry = in_inbox(cast, cast.bob)
    cast.hollis.restricted = True
    cast.hollis.save()
    ClientAccess.objects.create(practice=cast.practice, client=cast.hollis, member=cast.bob)
    actions.resolve(entry, [cast.hollis], by=cast.bob, now=timezone.now(), version=1)
    assert not Entry.objects.readable_by(cast.alice)


def test_a_letter_out_of_the_inbox_cannot_be_filed_without_a_client(cast: Cast) -> None:
    entry = in_inbox(cast)
    answer = cast.browser(cast.bob).post(f"/p/tern/entries/{entry.pk}/file", {"version": 1})
    assert answer.status_code == 422
    assert "Choose a client first." in words(answer)


def test_a_letter_of_an_inbox_is_filed_to_all_whom_it_concerns(cast: Cast) -> None:
    entry, bob = in_inbox(cast, sender_name="Farrow"), cast.browser(cast.bob)
    for ref in ("1", "2"):
        make_client(cast.practice, ref, f"Wren {ref}", ["hollis@farrow.example"])
    assert "It concerns them as well" in words(bob.get(f"/p/tern/entries/{entry.pk}/file"))
    one, two = Client.objects.filter(ref__in=("1", "2")).order_by("pk")
    data = {"version": 1, "clients": one.pk, "also": [two.pk]}
    bob.post(f"/p/tern/entries/{entry.pk}/file", data)
    assert set(entry.clients.all()) == {one, two}


# -- the shared inbox ------------------------------------------------------------------------


def test_the_shared_inbox_is_for_who_may_file(cast: Cast) -> None:
    in_inbox(cast)
    assert SECRET in words(cast.browser(cast.bob).get("/p/tern/shared-inbox"))
    assert cast.browser(cast.rita).get("/p/tern/shared-inbox").status_code == 403
    assert not Entry.objects.readable_by(cast.rita)


def test_general_mail_is_not_counted_in_unresolved(cast: Cast) -> None:
    in_inbox(cast)
    assert SECRET not in words(cast.browser(cast.bob).get("/p/tern/unresolved"))


def test_closing_and_opening_again(cast: Cast) -> None:
    entry, bob = in_inbox(cast), cast.browser(cast.bob)
    Event.objects.all().delete()
    bob.post(f"/p/tern/entries/{entry.pk}/close", {"version": 1})
    talk = Conversation.objects.get()
    assert (talk.state, talk.closed_by, talk.to_follow) == ("closed", cast.bob, True)
    assert SECRET not in words(bob.get("/p/tern/shared-inbox"))
    assert SECRET in words(bob.get("/p/tern/shared-inbox?show=closed"))
    assert Event.objects.get().object_id == entry.pk
    assert "Closed by Bob Adeyemi" in words(bob.get(f"/p/tern/entries/{entry.pk}"))
    bob.post(f"/p/tern/entries/{entry.pk}/reopen", {"version": 2})
    assert SECRET in words(bob.get("/p/tern/shared-inbox"))
    done = AuditEvent.objects.filter(object_kind="conversation")
    assert list(done.order_by("id").values_list("action", flat=True)) == ["close", "reopen"]


def test_closing_is_undone_from_its_toast_and_only_that_closing(cast: Cast) -> None:
    entry, bob = in_inbox(cast), cast.browser(cast.bob)
    page = bob.post(f"/p/tern/entries/{entry.pk}/close", {"version": 1}, follow=True).text
    (undo,) = re.findall(r'<form method="post" action="([^"]+reopen\?[^"]+)"', page)
    assert 'data-key="u" aria-keyshortcuts="U"' in page
    assert "Open again." in words(bob.post(undo, follow=True))
    assert Conversation.objects.get().is_open
    cast.browser(cast.alice).post(f"/p/tern/entries/{entry.pk}/close", {"version": 3})
    assert "Alice Moreau has closed it already." in words(bob.post(undo, follow=True))
    assert not Conversation.objects.get().is_open


def test_the_slower_of_two_is_told_who_closed_it(cast: Cast) -> None:
    entry = in_inbox(cast)
    cast.browser(cast.alice).post(f"/p/tern/entries/{entry.pk}/close", {"version": 1})
    bob = cast.browser(cast.bob)
    answer = bob.post(f"/p/tern/entries/{entry.pk}/close", {"version": 1}, follow=True)
    assert "Alice Moreau has closed it already." in words(answer)
    assert Conversation.objects.get().version == 2


def test_an_open_list_is_told_what_came_and_went_and_is_not_drawn_anew(cast: Cast) -> None:
    first, second = in_inbox(cast), in_inbox(cast)
    bob, page = cast.browser(cast.bob), "/p/tern/shared-inbox"
    shown = words(bob.get(page))
    assert f'hx-get="{page}?news=1" hx-trigger="live:entry from:body"' in shown
    assert shown.count("live:entry") == 2  # the other one is the frame's, which swaps nothing
    rows = {"news": 1, "row": [first.pk, second.pk]}
    assert f'name="row" value="{first.pk}"' in shown
    assert words(bob.get(page, rows)).strip() == ""
    third = in_inbox(cast)
    in_inbox(cast, cast.bob)  # his own, which is in another list
    bob.post(f"/p/tern/entries/{first.pk}/close", {"version": 1})
    news = words(bob.get(page, rows))
    for said in ("1 new entry", "1 is no longer here", f'href="{page}"'):
        assert said in news, said
    closed = words(bob.get(page, {**rows, "row": [], "show": "closed"}))
    assert "1 new entry" in closed
    assert f'href="{page}?show=closed"' in closed
    assert words(bob.get(page, {"news": 1, "row": [second.pk, third.pk]})).strip() == ""


def test_older_conversations_are_on_the_next_page(cast: Cast) -> None:
    for _ in range(51):
        in_inbox(cast)
    bob = cast.browser(cast.bob)
    first = bob.get("/p/tern/shared-inbox")
    assert len(first.context["rows"]) == 50
    then = bob.get(f"/p/tern/shared-inbox?before={first.context['next']}")
    assert (len(then.context["rows"]), then.context["next"]) == (1, None)


def test_the_inboxes_are_in_the_navigation_where_there_are_any(cast: Cast) -> None:
    bob = cast.browser(cast.bob)
    assert "/p/tern/inbox" not in bob.get("/p/tern/").content.decode()
    account = MailAccount.objects.create(practice=cast.practice, owner=cast.bob, name="Bob")
    desk = MailAccount.objects.create(practice=cast.practice, name="Desk")
    Workflow.objects.create(practice=cast.practice, account=account, kind=Workflow.INBOX)
    assert "/p/tern/shared-inbox" not in bob.get("/p/tern/").content.decode()
    Workflow.objects.create(practice=cast.practice, account=desk, kind=Workflow.INBOX)
    page = bob.get("/p/tern/").content.decode()
    assert '"/p/tern/inbox"' in page and '"/p/tern/shared-inbox"' in page
    assert '"/p/tern/inbox"' not in cast.browser(cast.alice).get("/p/tern/").content.decode()
