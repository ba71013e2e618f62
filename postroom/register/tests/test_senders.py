"""Saying at the desk what a sender is, and applying that to what waits already."""

from typing import Any

import pytest
from django.contrib.messages import get_messages
from django.test import Client as Browser
from django.utils import timezone

from postroom.clients.models import SenderRule
from postroom.practice.models import AuditEvent
from postroom.register import actions, rules
from postroom.register.models import Entry
from postroom.register.tests.post import mail, put
from postroom.register.tests.test_unresolved import PAGE, words
from tests.support.cast import Cast, make_client

WAITING = "/p/tern/settings/senders/waiting"
HER = "hollis@farrow.example"


@pytest.fixture
def alice(cast: Cast) -> Browser:
    return cast.browser(cast.alice)


def say(browser: Browser, entry: Entry, rule: str) -> Any:
    return browser.post(
        f"/p/tern/entries/{entry.pk}/sender", {"rule": rule, "version": entry.version}
    )


def values(browser: Browser) -> list[str]:
    """What the desk lets one say."""
    rulings = browser.get(PAGE).context["desk"].rulings
    return [value for ruling in rulings for value, _ in ruling.choices]


def make(cast: Cast, pattern: str, kind: str = "ignore") -> SenderRule:
    return SenderRule.objects.create(
        practice=cast.practice, pattern=pattern, kind=kind, at=timezone.now()
    )


def fresh(entry: Entry) -> Entry:
    entry.refresh_from_db()
    return entry


def test_the_desk_offers_what_a_sender_may_be(cast: Cast, alice: Browser) -> None:
    put(cast.practice)
    offered = values(alice)
    assert offered == [
        *(f"ignore {HER}", "ignore farrow.example"),
        *(f"professional {HER}", "professional farrow.example"),
        *(f"own {HER}", "own farrow.example", f"form {HER}"),
    ]
    assert (
        values(cast.browser(cast.bob)) == offered[:4]
    )  # whom mail is trusted for is the settings' to say


def test_of_a_public_provider_only_the_address_is_offered(cast: Cast, alice: Browser) -> None:
    put(cast.practice, mail(sender="Shop <shop@gmail.com>"))
    assert {value.split()[1] for value in values(alice)} == {"shop@gmail.com"}
    assert say(alice, Entry.objects.get(), "ignore gmail.com").status_code == 302
    assert not SenderRule.objects.exists()


@pytest.mark.parametrize("reason", [rules.NO_SENDER, rules.SEVERAL_SENDERS])
def test_where_nobody_knows_who_wrote_nothing_is_offered(
    cast: Cast, alice: Browser, reason: str
) -> None:
    put(cast.practice, reason=reason)
    assert values(alice) == []


def test_an_ignored_sender_is_one_click_and_only_this_letter_goes_at_once(
    cast: Cast, alice: Browser
) -> None:
    this, other = put(cast.practice), put(cast.practice, mail(subject="Another"))
    answer = say(alice, this, f"ignore {HER}")
    rule = SenderRule.objects.get()
    assert (rule.pattern, rule.kind, rule.by) == (HER, "ignore", cast.alice)
    assert answer["Location"] == f"{WAITING}?sender={rule.pk}"
    assert (fresh(this).filing, this.reason) == (Entry.IGNORED, rules.SENDER_RULE)
    assert (this.reason_data["address"], this.reason_data["rule"]) == (HER, HER)
    assert fresh(other).is_waiting
    page = words(alice.get(answer["Location"]))
    assert "1 message waits in Unresolved from these senders." in page
    assert "Another" in page
    done = alice.post(answer["Location"])
    assert [str(m) for m in get_messages(done.wsgi_request)][-1] == "1 message set aside."
    assert fresh(other).filing == Entry.IGNORED
    assert alice.get(answer["Location"])["Location"] == "/p/tern/settings/senders"


def test_what_a_rule_set_aside_can_be_undone_like_any_act(cast: Cast, alice: Browser) -> None:
    entry = put(cast.practice)
    say(alice, entry, "ignore farrow.example")
    assert AuditEvent.objects.filter(object_kind="entry").latest("pk").action == "ignore"
    actions.undo(fresh(entry), by=cast.alice, now=timezone.now())
    assert (fresh(entry).filing, entry.reason) == (Entry.UNRESOLVED, rules.UNKNOWN_ADDRESS)


def test_a_client_at_an_ignored_domain_goes_on_being_asked_about(
    cast: Cast, alice: Browser
) -> None:
    make_client(cast.practice, "9", "Hollis F.", [HER])
    make_client(cast.practice, "10", "June F.", [HER])
    client, other = put(cast.practice), put(cast.practice, mail(sender="x@farrow.example"))
    make(cast, "farrow.example")
    alice.post(WAITING)
    assert fresh(client).is_waiting
    assert fresh(other).filing == Entry.IGNORED


@pytest.mark.parametrize(
    ("kind", "reason"), [("professional", rules.PROFESSIONAL), ("own", rules.OWN_ADDRESS)]
)
def test_a_professional_or_our_own_goes_on_waiting_and_says_why(
    cast: Cast, alice: Browser, kind: str, reason: str
) -> None:
    entry = put(cast.practice)
    answer = say(alice, entry, f"{kind} farrow.example")
    assert answer["Location"] == f"{PAGE}?entry={entry.pk}"
    assert (fresh(entry).filing, entry.reason) == (Entry.UNRESOLVED, reason)
    assert entry.reason_data == {"address": HER}
    assert (
        AuditEvent.objects.filter(object_kind="entry")
        .order_by("pk")
        .exclude(action="read")
        .last()
        .action
        == "mark"
    )


def form_letter(reply: str) -> bytes:
    return f"Reply-To: {reply}\r\n".encode() + mail(sender="Form <wp@forms.example>")


def test_a_form_files_what_waits_by_reply_to(cast: Cast, alice: Browser) -> None:
    address = "Hollis <hollis.farrow@example.org>"
    known = put(cast.practice, form_letter(address))
    unknown = put(cast.practice, form_letter("x@y.example"))
    unclear = put(cast.practice, form_letter("x@y.example, z@y.example"))
    doubted = put(cast.practice, form_letter(address), reason=rules.DMARC)
    say(alice, known, "form wp@forms.example")
    alice.post(f"{WAITING}?sender={SenderRule.objects.get().pk}")
    assert (fresh(known).filing, known.reason) == (Entry.RESOLVED, rules.ADDRESS)
    assert list(known.clients.all()) == [cast.hollis]
    assert known.sender_norm == "hollis.farrow@example.org"
    page = words(alice.get(f"/p/tern/entries/{known.pk}"))
    assert "It came by your form ‹wp@forms.example›." in page
    assert (fresh(unknown).reason, unknown.sender_norm) == ("unknown-address", "x@y.example")
    assert fresh(unclear).reason == rules.FORM_UNCLEAR
    assert fresh(doubted).reason == rules.DMARC
    assert alice.get(WAITING).status_code == 302  # nothing is left to do


def test_what_a_person_put_back_no_rule_takes_away_again(cast: Cast, alice: Browser) -> None:
    entry = put(cast.practice, reason=rules.TAKEN_BACK)
    make(cast, HER)
    alice.post(WAITING)
    assert fresh(entry).is_waiting


def test_rules_touch_no_filed_letter_nobodys_mailbox_and_no_other_practice(
    cast: Cast, alice: Browser
) -> None:
    filed = put(cast.practice, clients=[cast.hollis])
    private = put(cast.practice, owner=cast.bob)
    mine = put(cast.practice, owner=cast.alice)
    theirs = put(cast.other)
    make(cast, HER)
    alice.post(WAITING)
    assert [fresh(one).filing for one in (filed, private, mine, theirs)] == [
        *(Entry.RESOLVED, Entry.UNRESOLVED, Entry.UNRESOLVED, Entry.UNRESOLVED)
    ]
    foreign = SenderRule.objects.create(
        practice=cast.other, pattern=HER, kind="ignore", at=timezone.now()
    )
    assert alice.get(f"{WAITING}?sender={foreign.pk}").status_code == 404


def test_who_was_slower_makes_no_rule(cast: Cast, alice: Browser) -> None:
    entry = put(cast.practice)
    seen = Entry.objects.get(pk=entry.pk)
    actions.resolve(entry, [cast.hollis], by=cast.bob, now=timezone.now(), version=entry.version)
    answer = say(alice, seen, f"ignore {HER}")
    assert "This message is filed already" in words(alice.get(answer["Location"]))
    assert not SenderRule.objects.exists()
