"""Of what is in doubt: a template may say «rather twice than never», and a copy that comes back is
proof; no wire but a mailbox of our own."""

from datetime import timedelta

import pytest

from postroom.intake.tests.post import a_pass, account_at
from postroom.outbox import desk, rules, template_actions
from postroom.outbox.actions import queue
from postroom.outbox.doubting import see_to
from postroom.outbox.evidence import came_back
from postroom.outbox.models import Message
from postroom.outbox.template_actions import Wording
from postroom.outbox.template_models import Template
from postroom.outbox.tests.composing import HOLLIS, begin, push
from postroom.outbox.tests.post import NOW, a_letter, make_account
from postroom.practice.models import AuditEvent
from postroom.register.models import Entry
from tests.support.scripted_imap import ScriptedImap

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(minutes=16)


@pytest.fixture
def account(cast):
    return make_account(cast.practice)


def in_doubt(cast, account, **given):
    letter = a_letter(account)
    given = {"resend_if_uncertain": True, **given}
    message = queue(cast.practice, letter, key="k", by=cast.bob, now=NOW, **given)
    state = {"state": Message.UNCERTAIN, "settled_at": NOW, "reason": rules.NO_ANSWER}
    Message.objects.filter(pk=message.pk).update(**state)
    message.refresh_from_db()
    return message


def test_what_is_in_doubt_is_sent_again_once_where_its_template_said_so(cast, account):
    message = in_doubt(cast, account, useless_after=NOW + timedelta(days=1))
    assert (see_to(NOW + timedelta(minutes=14)), see_to(LATER), see_to(LATER)) == (0, 1, 0)
    again = desk.replacement_of(message)
    assert (again.state, again.not_before, again.useless_after) == (
        *("queued", LATER, message.useless_after),
    )
    assert AuditEvent.objects.get(action="send_again").member is None
    state = {"state": Message.UNCERTAIN, "settled_at": LATER}
    Message.objects.filter(pk=again.pk).update(**state)
    assert see_to(LATER + timedelta(hours=1)) == 0  # twice, not for ever


def test_without_that_word_it_waits_for_a_person(cast, account):
    in_doubt(cast, account, resend_if_uncertain=False)
    assert see_to(LATER) == 0


def test_what_a_person_has_decided_is_not_sent_again(cast, account):
    message = in_doubt(cast, account)
    desk.mark_failed(message, by=cast.bob, now=NOW)
    assert see_to(LATER) == 0


def test_what_cannot_be_sent_again_is_left_to_a_person(cast, account):
    message = in_doubt(cast, account)
    message.path.unlink()
    assert see_to(LATER) == 0
    message.refresh_from_db()
    assert (message.state, message.resend_if_uncertain) == ("uncertain", False)


def test_a_copy_that_comes_into_our_own_mailbox_says_that_it_was_sent(cast, account):
    message = in_doubt(cast, account)
    with ScriptedImap() as server:
        ours = account_at(server, cast.practice)
        travelled = b"Received: from there by here; 1 Jan 2026 00:00:00 +0000\r\n"
        server.put("Incoming", travelled + message.read())
        a_pass(ours)
    message.refresh_from_db()
    assert (message.state, message.reason) == ("sent", rules.BY_COPY)
    assert Entry.objects.get().status == Entry.SENT  # the copy is folded under it
    assert see_to(LATER) == 0


def test_a_copy_that_came_before_anybody_was_in_doubt_counts_too(cast, account):
    message = in_doubt(cast, account)
    Message.objects.filter(pk=message.pk).update(state=Message.SENDING)
    with ScriptedImap() as server:
        ours = account_at(server, cast.practice)
        server.put("Incoming", b"Received: from there by here\r\n" + message.read())
        a_pass(ours)
    Message.objects.filter(pk=message.pk).update(state=Message.UNCERTAIN)
    assert see_to(LATER) == 0
    message.refresh_from_db()
    assert (message.state, message.reason) == ("sent", rules.BY_COPY)


def test_a_copy_is_proof_in_its_own_practice_alone(cast, account):
    message = in_doubt(cast, account)
    assert came_back(cast.other.pk, [message.message_id], now=NOW) == 0
    assert came_back(cast.practice.pk, ["", message.message_id], now=NOW) == 1


def test_the_template_of_a_letter_says_it(cast, browser):
    fields = {
        "name": "Claim",
        "channel": "email",
        "purpose": "message",
        "language": "en",
        "subject": "Your claim",
        "body": "It is done.",
    }
    page = browser.post("/p/tern/templates/new", {**fields, "resend_if_uncertain": "on"})
    template = Template.objects.get()
    assert page.status_code == 302 and template.resend_if_uncertain
    draft = begin(browser, f"?client={cast.hollis.pk}")
    push(browser, draft, "template", template=template.pk)
    push(browser, draft, "send")
    assert Message.objects.get().resend_if_uncertain
    assert HOLLIS in Message.objects.get().recipients
    browser.post(f"/p/tern/templates/{template.pk}", fields)
    template.refresh_from_db()
    assert not template.resend_if_uncertain


def test_it_is_off_unless_somebody_switches_it_on(cast):
    facts = {"name": "A", "channel": "email", "purpose": "message", "language": "en"}
    made = template_actions.create(cast.practice, facts, Wording("A", "A"), by=None, now=NOW)
    assert not made.resend_if_uncertain
