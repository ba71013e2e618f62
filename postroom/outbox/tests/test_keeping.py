"""What was sent without a place in the register is put there afterwards (AK-36)."""

from datetime import timedelta

import pytest
from django.urls import reverse

from postroom.clients.models import ClientAccess
from postroom.intake.tests.post import a_pass, account_at
from postroom.outbox import desk, keeping
from postroom.outbox.models import Message
from postroom.outbox.tests.composing import begin, push
from postroom.outbox.tests.post import NOW, make_account, put
from postroom.practice.models import AuditEvent
from postroom.register import joining
from postroom.register.letters import letter as letter_of
from postroom.register.models import Entry, ThreadEntry
from postroom.register.tests.post import mail
from postroom.register.tests.post import put as put_in_register
from tests.support.scripted_imap import ScriptedImap

pytestmark = pytest.mark.django_db
HOLLIS = "hollis.farrow@example.org"


@pytest.fixture
def account(cast):
    return make_account(cast.practice)


def sent_outside(cast, account, **given):
    given = {"by": cast.bob, "to": (("Hollis Farrow", HOLLIS),), "to_register": False, **given}
    message = put(cast, account, **given)
    sent_at = NOW + timedelta(minutes=1)
    Message.objects.filter(pk=message.pk).update(state=Message.SENT, sent_at=sent_at)
    message.refresh_from_db()
    assert not Entry.objects.exists()
    return message


def url(name, message):
    return reverse(f"outbox:{name}", args=["tern", message.pk])


def test_its_writer_puts_it_on_a_record_and_colleagues_can_read_it(cast, account):
    files = (("scan.png", "image/png", b"\x89PNG"),)
    message = sent_outside(cast, account, files=files, bcc=(("", "hidden@client.example"),))
    browser = cast.browser(cast.bob)
    seen = browser.get(url("message", message)).content.decode()
    assert "Put it in the register" in seen and "Hollis Farrow · 4182" in seen
    answer = browser.post(url("keep", message), {"client": cast.hollis.pk}, follow=True)
    assert "It is in the register now." in answer.content.decode()
    entry = Entry.objects.get()
    message.refresh_from_db()
    assert (message.entry, entry.direction, entry.status) == (entry, Entry.OUT, Entry.SENT)
    assert (entry.at, entry.author, entry.files) == (message.sent_at, cast.bob, 1)
    assert entry.details["bcc"] == [["", "hidden@client.example"]]
    assert [one.client for one in entry.placements.all()] == [cast.hollis]
    assert letter_of(entry).text.startswith("Good morning,")
    assert AuditEvent.objects.filter(action="keep", member=cast.bob).count() == 1
    page = cast.browser(cast.alice).get(url("message", message)).content.decode()
    assert "Open the letter" in page and "Put it in the register" not in page


def test_a_second_click_makes_no_second_entry(cast, account):
    message = sent_outside(cast, account)
    browser = cast.browser(cast.bob)
    for _ in range(2):
        answer = browser.post(url("keep", message), {"client": cast.hollis.pk})
        assert answer.status_code == 302
    assert Entry.objects.count() == 1


def test_nobody_else_makes_it_public(cast, account):
    message = sent_outside(cast, account)
    browser = cast.browser(cast.alice)
    assert "Put it in the register" not in browser.get(url("message", message)).content.decode()
    assert browser.post(url("keep", message), {"client": cast.hollis.pk}).status_code == 404
    assert not Entry.objects.exists()


def test_only_on_a_record_that_one_may_open(cast, account):
    message = sent_outside(cast, account)
    cast.hollis.restricted = True
    cast.hollis.save()
    ClientAccess.objects.create(practice=cast.practice, client=cast.hollis, member=cast.alice)
    browser = cast.browser(cast.bob)
    found = browser.get(url("message", message), {"record": "Hollis"}).content.decode()
    assert "Hollis Farrow · 4182" not in found
    assert browser.post(url("keep", message), {"client": cast.hollis.pk}).status_code == 404


def test_on_no_record_it_is_in_the_register_all_the_same(cast, account):
    message = sent_outside(cast, account)
    entry = keeping.keep(message, [], by=cast.bob, now=NOW)
    assert (entry.filing, entry.placements.count()) == (Entry.UNFILED, 0)


def test_what_was_taken_back_is_not_put_there(cast, account):
    message = put(cast, account, by=cast.bob, to_register=False)
    assert keeping.may_keep(message, cast.bob)
    desk.cancel(message, by=cast.bob, now=NOW)
    message.refresh_from_db()
    assert not keeping.may_keep(message, cast.bob)


def test_what_waits_leaves_with_its_entry(cast, account):
    message = put(cast, account, by=cast.bob, to_register=False)
    entry = keeping.keep(message, [cast.hollis], by=cast.bob, now=NOW)
    assert (entry.status, entry.at) == (Entry.WAITING_TO_GO, message.due)
    message.refresh_from_db()
    desk.cancel(message, by=cast.bob, now=NOW)
    assert not Entry.objects.exists()


def test_it_stands_in_its_conversation_with_the_answer_that_came_meanwhile(cast, browser):
    question = put_in_register(
        cast.practice, b"Message-ID: <q@x.example>\r\n" + mail(), clients=[cast.hollis]
    )
    draft = begin(browser, f"?entry={question.pk}&as=reply", text="Yes.")
    push(browser, draft, "send", to_register="")
    ours = Message.objects.get()
    assert ours.entry is None
    back = f"In-Reply-To: {ours.message_id}\r\n".encode() + mail(subject="Thank you")
    answer = put_in_register(cast.practice, back)
    joining.join(cast.practice.pk, [(answer, letter_of(answer))])
    entry = keeping.keep(ours, [cast.hollis], by=cast.bob, now=NOW)
    places = ThreadEntry.objects.filter(thread=entry.place.thread)
    assert {place.entry_id for place in places} == {question.pk, entry.pk, answer.pk}


def test_a_copy_that_came_in_is_not_doubled(cast, account):
    message = sent_outside(cast, account)
    with ScriptedImap() as server:
        ours = account_at(server, cast.practice)
        server.put("Incoming", b"Received: from there by here\r\n" + message.read())
        a_pass(ours)
    copy = Entry.objects.get()
    with pytest.raises(keeping.KeptAlready) as kept:
        keeping.keep(message, [cast.hollis], by=cast.bob, now=NOW)
    assert kept.value.entry == copy


def test_where_its_bytes_are_gone_it_is_said(cast, account):
    message = sent_outside(cast, account)
    message.path.unlink()
    answer = cast.browser(cast.bob).post(url("keep", message), follow=True)
    assert "own file is not on the disk" in answer.content.decode()
