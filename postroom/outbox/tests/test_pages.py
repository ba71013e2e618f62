"""The Outbox in a browser without script: what one sees, what one may do."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from postroom.clients.models import ClientAccess
from postroom.intake.alarms import matters
from postroom.intake.health import look_over
from postroom.outbox import listing, rules
from postroom.outbox.models import Message, SendingHold
from postroom.outbox.tests.post import make_account, put
from tests.support.pages import flat

pytestmark = pytest.mark.django_db


@pytest.fixture
def account(cast):
    return make_account(cast.practice)


def url(name, *ids):
    return reverse(f"outbox:{name}", args=["tern", *ids])


def page(cast, member, name="outbox", *ids, query=""):
    return cast.browser(member).get(url(name, *ids) + query).content.decode()


def become(message, state, **given):
    Message.objects.filter(pk=message.pk).update(state=state, **given)
    return message


def test_each_message_stands_where_it_is_with_its_reason(cast, account):
    long_ago = timezone.now() - timedelta(hours=1)
    put(cast, account, key="1", subject="Still here")
    given = {"settled_at": long_ago, "reason": rules.NO_ANSWER}
    become(put(cast, account, key="2", subject="Who knows"), "uncertain", **given)
    fresh = {"settled_at": timezone.now(), "reason": rules.NO_ANSWER}
    become(put(cast, account, key="3", subject="Too early to ask"), "uncertain", **fresh)
    address = {"address": "hollis@client.example"}
    refused = {"reason": rules.SERVER_REFUSED, "reason_data": address, "settled_at": long_ago}
    become(put(cast, account, key="4", subject="Refused"), "failed", **refused)
    become(put(cast, account, key="5", subject="Gone"), "sent", sent_at=long_ago)
    seen = page(cast, cast.bob)
    for words in ("Still here", "Who knows", "Refused", "Gone", "never said whether it took it"):
        assert words in seen
    assert "refused the address hollis@client.example" in seen
    assert "Too early to ask" not in seen


def test_what_was_withdrawn_hides_nothing_that_failed(cast, account):
    given = {"reason": rules.SERVER_REFUSED, "settled_at": timezone.now()}
    become(put(cast, account, key="0", subject="Refused"), "failed", **given)
    for n in range(1, 60):
        given = {"reason": rules.OVERDUE, "settled_at": timezone.now()}
        become(put(cast, account, key=f"{n}"), "withdrawn", **given)
    seen = page(cast, cast.bob)
    failed, unneeded = seen.index('id="failed"'), seen.index('id="unneeded"')
    assert failed < seen.index("Refused") < unneeded
    assert "It was of no use any more" not in seen[failed:unneeded]
    assert "It was of no use any more" in seen[unneeded:]


def test_of_a_list_with_more_than_it_shows_it_is_said_and_all_are_shown_elsewhere(
    cast, account, monkeypatch
):
    shown = {"waiting": 2, "doubtful": 2, "failed": 2, "unneeded": 2, "sent": 2}
    monkeypatch.setattr(listing, "ROWS", shown)
    monkeypatch.setattr(listing, "PAGE", 2)
    states = {"waiting": "queued", "doubtful": "uncertain", "failed": "failed"}
    states |= {"unneeded": "withdrawn", "sent": "sent"}
    old = timezone.now() - timedelta(hours=1)
    for name, state in states.items():
        for n in range(2):
            message = put(cast, account, key=f"{name}{n}", subject=f"{name} {n}")
            become(message, state, settled_at=old, sent_at=old)
    assert "There are more" not in page(cast, cast.bob)
    for name, state in states.items():
        message = put(cast, account, key=f"{name}2", subject=f"{name} 2")
        become(message, state, settled_at=old, sent_at=old)
    seen = flat(page(cast, cast.bob))
    assert "More than 2 messages are waiting." in seen
    for name in ("waiting", "doubtful", "failed", "unneeded"):
        assert f'id="more-{name}" href="{url(name)}"' in seen
    for name in states:
        first = page(cast, cast.bob, name)
        assert [f"{name} {n}" in first for n in range(3)] == [False, True, True]
        older = re.search(r"\?before=\d+", first)
        assert older and f"{name} 0" in page(cast, cast.bob, name, query=older[0])


def test_a_message_about_a_client_one_may_not_open_is_not_there(cast, account):
    message = put(cast, account, clients=(cast.hollis.pk,), subject="Private matter")
    cast.hollis.restricted = True
    cast.hollis.save()
    ClientAccess.objects.create(practice=cast.practice, client=cast.hollis, member=cast.alice)
    assert "Private matter" in page(cast, cast.alice)
    assert "Private matter" not in page(cast, cast.bob)
    assert cast.browser(cast.bob).get(url("message", message.pk)).status_code == 404
    assert cast.browser(cast.bob).post(url("cancel", message.pk)).status_code == 404


def test_what_leaves_by_a_members_own_account_is_their_own(cast):
    mine = make_account(cast.practice, owner=cast.bob, name="Bob's")
    put(cast, mine, by=cast.bob, subject="From Bob", clients=(cast.hollis.pk,))
    assert "From Bob" in page(cast, cast.bob)
    assert "From Bob" not in page(cast, cast.alice)


def test_who_only_reads_sees_no_button(cast, account):
    message = put(cast, account, clients=(cast.hollis.pk,), subject="Still here")
    seen = page(cast, cast.rita) + page(cast, cast.rita, "message", message.pk)
    assert "Still here" in seen
    for button in ("hold", "cancel-some", "send-now", "cancel"):
        assert f'id="{button}"' not in seen


def test_sending_is_paused_and_goes_on(cast, account):
    browser = cast.browser(cast.bob)
    browser.post(url("hold"))
    assert SendingHold.objects.get().by == cast.bob
    assert "Nothing leaves." in browser.get(url("outbox")).content.decode()
    browser.post(url("resume"))
    assert not SendingHold.objects.exists()


def test_several_are_taken_back_at_once(cast, account):
    messages = [put(cast, account, key=f"k{n}") for n in range(3)]
    become(messages[2], "sent")
    ids = [message.pk for message in messages]
    cast.browser(cast.bob).post(url("cancel_some"), {"message": ids})
    states = Message.objects.order_by("pk").values_list("state", flat=True)
    assert list(states) == ["cancelled", "cancelled", "sent"]


def test_an_address_is_corrected_on_the_page_and_a_wrong_one_is_said(cast, account):
    message = become(put(cast, account), "failed", reason=rules.SERVER_REFUSED)
    browser = cast.browser(cast.bob)
    answer = browser.post(url("send_again", message.pk), {"address": "nobody"})
    assert answer.status_code == 422 and "is not an email address" in answer.content.decode()
    browser.post(url("send_again", message.pk), {"address": "new@client.example"})
    assert Message.objects.get(replaces=message).recipients == ["new@client.example"]
    seen = page(cast, cast.bob, "message", message.pk)
    assert "sent again as another message" in seen and 'id="send-again"' not in seen


def test_somebody_who_comes_too_late_is_told_how_it_stands(cast, account):
    message = put(cast, account)
    browser = cast.browser(cast.bob)
    become(message, "sent", sent_at=timezone.now())
    answer = browser.post(url("cancel", message.pk), follow=True)
    assert "Meanwhile it is another matter: Sent." in answer.content.decode()
    assert Message.objects.get().state == "sent"


def test_administrators_are_told_what_needs_them(cast, account):
    now = timezone.now()
    long_ago = now - timedelta(hours=1)
    become(put(cast, account), "uncertain", settled_at=long_ago)
    account.paused_at, account.refused = long_ago, 10
    account.save()
    told = {matter.kind for matter in matters(look_over(cast.practice, now=now))}
    assert {"sending-paused", "sending-doubtful"} <= told
    seen = cast.browser(cast.alice).get(reverse("web:health", args=["tern"])).content.decode()
    assert "10 messages in a row were refused" in seen and "Of 1 message nobody knows" in seen
