"""A look at a mailbox's past: what filing would do, and nothing done."""

from datetime import UTC, datetime
from typing import Any

import pytest

from postroom.clients.models import Client, Group, GroupMember, SenderRule
from postroom.connections.imap import HEADERS
from postroom.connections.models import MailAccount
from postroom.intake import trial, words
from postroom.intake.models import Sighting
from postroom.intake.rules import kind_of_sender
from postroom.intake.tests.post import mailbox_of
from postroom.practice.models import Practice
from postroom.register.models import Entry
from postroom.register.tests.post import put
from tests.support.cast import Cast, make_client
from tests.support.rare_answers import refuse
from tests.support.scripted_imap import ScriptedImap

WHEN = datetime(2026, 1, 5, 9, tzinfo=UTC)


def letter(sender: str, *headers: str) -> bytes:
    lines = [f"From: {sender}", "Subject: Hello", *headers, "", "A body nobody needs.", ""]
    return "\r\n".join(lines).encode()


def look(account: MailAccount, most: int = 500, **more: Any) -> trial.Look:
    with mailbox_of(account) as mailbox:
        return trial.look(
            mailbox,
            account.practice,
            "INBOX",
            host=account.host,
            own=account.user,
            most=most,
            **{"goes_on": lambda: True, **more},
        )


def test_it_counts_what_would_file_itself_and_what_would_wait(
    cast: Cast, account: MailAccount, server: ScriptedImap
) -> None:
    make_client(cast.practice, "5", "Ada Reed", ["home@shared.example"])
    make_client(cast.practice, "6", "Ben Reed", ["home@shared.example"])
    server.put("INBOX", letter("Hollis <HOLLIS.farrow@example.org>"), date=WHEN)
    server.put("INBOX", letter("hollis@farrowjoinery.example.com"))
    server.put("INBOX", letter("home@shared.example"))
    server.put("INBOX", letter("Results <lab@unknown.example>"))
    server.put("INBOX", letter("alice@tern.example"))
    server.put("INBOX", b"Subject: nobody\r\n\r\n")
    found = look(account)
    assert (found.looked, found.filed, found.clients) == (6, 2, 1)
    assert found.waiting == {
        "several-clients": 1,
        "unknown-address": 1,
        "own-address": 1,
        "no-sender": 1,
    }
    (shared,) = found.shared
    assert (shared["address"], len(shared["clients"])) == ("home@shared.example", 2)
    assert [one["address"] for one in found.senders] == [
        "alice@tern.example",
        "lab@unknown.example",
    ]
    assert found.oldest.startswith("2026-01-05T09:00")


def test_it_only_looks(cast: Cast, account: MailAccount, server: ScriptedImap) -> None:
    for _ in range(3):
        server.put("INBOX", letter("hollis.farrow@example.org"))
    before = server.dump()
    look(account)
    assert server.dump() == before
    verbs = {command.split()[0] for command in server.commands}
    assert "EXAMINE" in verbs
    assert not verbs & {"SELECT", "STORE", "COPY", "MOVE", "CREATE", "EXPUNGE"}
    assert not any("BODY[" in command for command in server.commands)
    assert not Entry.objects.exists()
    assert not Sighting.objects.exists()


def test_it_looks_at_the_last_ones_only_whatever_lies_before_them(
    account: MailAccount, server: ScriptedImap
) -> None:
    for number in range(HEADERS + 30):
        server.put("INBOX", letter(f"number{number}@else.example"))
    found = look(account, most=HEADERS + 10)
    assert found.looked == HEADERS + 10
    fetches = [command for command in server.commands if command.startswith("FETCH")]
    assert len(fetches) == 2
    assert not any("SEARCH" in command for command in server.commands)


def test_a_slow_server_ends_the_look_and_it_is_said(
    account: MailAccount, server: ScriptedImap
) -> None:
    for number in range(HEADERS + 30):
        server.put("INBOX", letter(f"number{number}@else.example"))
    answers = iter([True, False])
    found = look(account, goes_on=lambda: next(answers))
    assert (found.looked, found.whole) == (HEADERS, False)


def test_an_empty_folder_is_no_trouble(account: MailAccount) -> None:
    assert look(account).looked == 0


@pytest.mark.parametrize(
    ("address", "facts", "kind"),
    [
        ("anna@home.example", {}, ""),
        ("anna@home.example", {"letters": 5}, "often"),
        ("anna@home.example", {"letters": 3, "lists": 2}, "list"),
        ("anna@home.example", {"letters": 3, "automatic": 2}, "automatic"),
        ("results@idexx.example", {}, "laboratory"),
        ("befund@labor-nord.example", {}, "laboratory"),
        ("anna@collaborators.example", {}, ""),
        ("no-reply@shop.example", {}, "supplier"),
        ("noreply+77@shop.example", {}, "supplier"),
        ("newsletter@shop.example", {}, "supplier"),
        ("info@neighbour.example", {}, "general"),
        ("equipe@neighbour.example", {}, "general"),
        ("cabinet@neighbour.example", {}, "general"),
        ("information.desk@x.example", {}, ""),
    ],
)
def test_a_sender_looks_like_something(address: str, facts: dict[str, int], kind: str) -> None:
    assert kind_of_sender(address, **{"letters": 1, "lists": 0, "automatic": 0, **facts}) == kind


def test_a_list_is_seen_by_its_headers(account: MailAccount, server: ScriptedImap) -> None:
    server.put("INBOX", letter("chief@talk.example", "List-Id: <talk.example>"))
    server.put("INBOX", letter("robot@talk.example", "Auto-Submitted: auto-generated"))
    kinds = {one["address"]: one["kind"] for one in look(account).senders}
    assert kinds == {"chief@talk.example": "list", "robot@talk.example": "automatic"}


def test_the_page_shows_the_look_and_closed_records_only_as_a_number(
    cast: Cast, account: MailAccount, server: ScriptedImap
) -> None:
    make_client(cast.practice, "5", "Ada Reed", ["home@shared.example"])
    hidden = make_client(cast.practice, "6", "Secret Reed", ["home@shared.example"])
    hidden.restricted = True
    hidden.save()
    server.put("INBOX", letter("Lab <lab@<script>.example"))
    server.put("INBOX", letter("home@shared.example"))
    path = f"/p/tern/settings/accounts/{account.pk}/trial"
    page = cast.browser(cast.alice).post(path, {"do": "look", "folder": "INBOX", "most": "100"})
    assert page.status_code == 200
    assert "The last 2 letters of INBOX" in page.text
    assert "Ada Reed" in page.text
    assert "a record closed to you" in page.text
    assert "Secret Reed" not in page.text
    assert "<script>." not in page.text


def test_a_look_before_there_are_clients_says_to_bring_them_in(
    cast: Cast, account: MailAccount, server: ScriptedImap
) -> None:
    server.put("INBOX", letter("lab@lab.example"))
    path = f"/p/tern/settings/accounts/{account.pk}/trial"
    asked = {"do": "look", "folder": "INBOX", "most": "100"}
    assert "Bring them in" not in cast.browser(cast.alice).post(path, asked).text
    Client.objects.filter(practice=cast.practice).delete()
    page = cast.browser(cast.alice).post(path, asked).text
    assert (
        "No client is known yet, so nothing can be filed. Bring them in, then look again." in page
    )


def test_a_server_that_refuses_is_said_with_its_side(
    cast: Cast, account: MailAccount, server: ScriptedImap
) -> None:
    server.answer("LOGIN", refuse("[AUTHENTICATIONFAILED] Sorry"))
    path = f"/p/tern/settings/accounts/{account.pk}/trial"
    page = cast.browser(cast.alice).post(path, {"do": "look", "folder": "INBOX", "most": "100"})
    assert page.status_code == 422
    assert "did not accept this user name or password" in page.text
    assert "In what was typed for this account" in page.text


def test_every_reason_has_words_and_a_new_one_is_no_trouble() -> None:
    waiting = {"unknown-address": 2, "dmarc": 1, "brand-new": 3}
    said = words.reasons(waiting, Practice(client_word="owner"))
    assert said == [
        "2 from addresses that no owner has",
        "1 whose sender could not be confirmed",
        "3 for another reason",
    ]


def test_it_knows_threads_families_and_senders_as_filing_does(
    cast: Cast, account: MailAccount, server: ScriptedImap
) -> None:
    one = make_client(cast.practice, "5", "Ada Reed", ["home@shared.example"])
    two = make_client(cast.practice, "6", "Ben Reed", ["home@shared.example"])
    SenderRule.objects.create(
        practice=cast.practice, pattern="shop@else.example", kind=SenderRule.IGNORE, at=WHEN
    )
    first = put(cast.practice, letter("home@shared.example"), clients=[one], reason="by-member")
    first.mails.update(message_id="<first@shared.example>")
    server.put("INBOX", letter("home@shared.example", "In-Reply-To: <first@shared.example>"))
    server.put("INBOX", letter("home@shared.example"))
    server.put("INBOX", letter("shop@else.example"))

    found = look(account)
    assert (found.filed, found.ignored) == (1, 1)
    assert (found.waiting, found.senders) == ({"several-clients": 1}, [])
    assert look(account, owner=cast.alice.pk).filed == 0  # of the practice's threads it knows none

    family = Group.objects.create(practice=cast.practice, name="Reed")
    for client in (one, two):
        GroupMember.objects.create(practice=cast.practice, group=family, client=client)
    assert look(account).filed == 1
    assert look(account, to_group=True).filed == 2
    assert Entry.objects.get() == first
