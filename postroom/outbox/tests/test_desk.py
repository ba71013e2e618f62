"""What a person does with messages, and what evidence does; no wire."""

from datetime import timedelta

import pytest

from postroom.clients.models import ContactPoint
from postroom.custody.actions import merge
from postroom.kit.mime import read
from postroom.kit.processes import Worker
from postroom.outbox import desk, rules, words
from postroom.outbox.evidence import Heard, hear
from postroom.outbox.letter import NotSendable
from postroom.outbox.models import Message, SendingHold
from postroom.outbox.recording import claim, may_leave
from postroom.outbox.tests.post import NOW, make_account, put
from postroom.practice.models import AuditEvent
from postroom.register.models import Entry
from tests.support.cast import make_client

pytestmark = pytest.mark.django_db


@pytest.fixture
def account(cast):
    return make_account(cast.practice)


def become(message, state, **given):
    Message.objects.filter(pk=message.pk).update(state=state, **given)
    message.refresh_from_db()
    return message


def test_taken_back_in_time_it_was_never_there(cast, account):
    message = put(cast, account, by=cast.bob, clients=(cast.hollis.pk,))
    desk.cancel(message, by=cast.bob, now=NOW)
    message.refresh_from_db()
    assert (message.state, message.entry) == ("cancelled", None)
    assert not Entry.objects.exists()
    assert AuditEvent.objects.filter(action="cancel", member=cast.bob).count() == 2


def test_of_what_was_taken_back_no_word_stays(cast, account, django_capture_on_commit_callbacks):
    message = put(cast, account, subject="Of Hollis", clients=(cast.hollis.pk,))
    path = message.path
    with django_capture_on_commit_callbacks(execute=True):
        desk.cancel(message, by=cast.bob, now=NOW)
    message.refresh_from_db()
    assert (message.subject, path.exists()) == ("", False)


def test_what_has_left_is_not_taken_back(cast, account):
    message = put(cast, account)
    for state in ("claimed", "sending", "sent", "uncertain", "cancelled"):
        with pytest.raises(desk.TooLate):
            desk.cancel(become(message, state), by=cast.bob, now=NOW)
    assert Entry.objects.count() == 1


def test_a_letter_is_read_back_as_it_was(cast, account):
    first = put(cast, account)
    files = (("scan é.png", "image/png", b"\x89PNG"),)
    message = put(
        *(cast, account),
        key="second",
        cc=(("", "cc@client.example"),),
        bcc=(("", "Hidden@practice.example"),),
        html="<p>Good morning</p>",
        files=files,
        reply_to=(("Desk", "team@practice.example"),),
        in_reply_to=first.entry,
    )
    letter = desk.letter_of(message)
    assert (letter.cc, letter.bcc) == (
        *((("", "cc@client.example"),), (("", "Hidden@practice.example"),)),
    )
    assert letter.files == files
    assert letter.html.strip() == "<p>Good morning</p>"
    assert letter.reply_to == (("Desk", "team@practice.example"),)
    assert letter.in_reply_to == first.entry


def test_a_failed_address_is_corrected_and_sent_again(cast, account):
    wrong = (("Hollis", "holis@client.example"), ("", "other@client.example"))
    message = put(cast, account, to=wrong, clients=(cast.hollis.pk,))
    become(
        *(message, "failed"),
        reason=rules.SERVER_REFUSED,
        reason_data={"address": "holis@client.example"},
    )
    fresh = desk.send_again(message, by=cast.bob, now=NOW, address="hollis@client.example")
    assert fresh.recipients == ["hollis@client.example", "other@client.example"]
    assert (fresh.replaces, fresh.state, fresh.not_before) == (message, "queued", NOW)
    assert fresh.message_id != message.message_id
    assert list(fresh.entry.clients.all()) == [cast.hollis]
    message.refresh_from_db()
    assert (message.state, message.reason) == ("failed", rules.REPLACED)
    with pytest.raises(desk.TooLate):
        desk.send_again(message, by=cast.bob, now=NOW)


def test_a_wrong_correction_changes_nothing(cast, account):
    message = become(put(cast, account), "failed")
    with pytest.raises(NotSendable):
        desk.send_again(message, by=cast.bob, now=NOW, address="nobody")
    message.refresh_from_db()
    assert message.reason == "" and Message.objects.count() == 1


def test_a_doubtful_one_is_closed_by_a_person(cast, account):
    sent, failed, again = (become(put(cast, account, key=f"k{n}"), "uncertain") for n in range(3))
    desk.mark_sent(sent, by=cast.bob, now=NOW)
    desk.mark_failed(failed, by=cast.bob, now=NOW)
    desk.send_again(again, by=cast.bob, now=NOW)
    assert list(Message.objects.order_by("pk").values_list("state", "reason")) == [
        *(("sent", "member"), ("failed", "member"), ("uncertain", "replaced"), ("queued", "")),
    ]
    statuses = list(Entry.objects.order_by("pk").values_list("status", flat=True))
    assert statuses == ["sent", "failed", "uncertain", "waiting"]


def test_held_nothing_is_claimed(cast, account):
    put(cast, account)
    desk.hold(cast.practice, by=cast.alice, now=NOW)
    desk.hold(cast.practice, by=cast.alice, now=NOW)
    later = NOW + timedelta(minutes=1)
    assert not may_leave(account) and SendingHold.objects.count() == 1
    assert claim(account, 5, worker=Worker.this(), now=later) == []
    desk.resume(cast.practice, by=cast.alice, now=NOW)
    assert len(claim(account, 5, worker=Worker.this(), now=later)) == 1


def test_sent_now_it_goes_before_all_that_waits(cast, account):
    message = put(cast, account, not_before=NOW + timedelta(days=3), level=5)
    desk.send_now(message, by=cast.bob, now=NOW)
    message.refresh_from_db()
    assert (message.not_before, message.level) == (NOW, 1)


def test_sent_now_a_blocked_address_still_stops_it(cast, account):
    point = ContactPoint.objects.filter(contact__clients=cast.hollis).first()
    to = (("", point.value),)
    message = put(cast, account, to=to, contact_points=(point.pk,), level=5)
    ContactPoint.objects.filter(pk=point.pk).update(state="blocked")
    desk.send_now(message, by=cast.bob, now=NOW)
    assert claim(account, 5, worker=Worker.this(), now=NOW) == []
    message.refresh_from_db()
    assert (message.state, message.reason) == ("withdrawn", rules.ADDRESS_BLOCKED)


def test_an_address_that_is_blocked_on_the_record_it_came_to_stops_it(cast, account):
    gone = make_client(cast.practice, "9001", "H. Farrow", ["second@example.org"])
    twin = ContactPoint.objects.get(norm="second@example.org")
    theirs = ContactPoint.objects.filter(contact__clients=cast.hollis).first()
    ContactPoint.objects.filter(pk=theirs.pk).update(
        value=twin.value, norm=twin.norm, state="blocked"
    )
    message = put(
        *(cast, account), to=(("", twin.value),), contact_points=(twin.pk,), level=5, not_before=NOW
    )
    merge(cast.hollis, gone, by=cast.alice, now=NOW)
    assert claim(account, 5, worker=Worker.this(), now=NOW) == []
    message.refresh_from_db()
    assert (message.state, message.reason) == ("withdrawn", rules.ADDRESS_BLOCKED)


def test_a_note_has_no_path_to_a_wire(cast, account):
    note = Entry.objects.create(
        practice=cast.practice,
        kind=Entry.NOTE,
        direction=Entry.NEITHER,
        at=NOW,
        created_at=NOW,
        filing=Entry.RESOLVED,
        body="only for us, canary-4711",
    )
    message = put(cast, account, in_reply_to=note)
    assert b"canary-4711" not in message.read()
    assert read(message.read()).in_reply_to == ()
    assert not note.messages.exists()


def answer(message, **head):
    lines = {"From": "hollis@client.example", "In-Reply-To": message.message_id, **head}
    raw = "".join(f"{name}: {value}\r\n" for name, value in lines.items()) + "\r\nThank you\r\n"
    return Heard(read(raw.encode()), raw.encode())


def bounce(message, address="hollis@client.example", action="failed", status="5.1.1"):
    raw = (
        "From: MAILER-DAEMON@mail.test\r\nTo: desk@practice.example\r\nSubject: Undelivered\r\n"
        "MIME-Version: 1.0\r\nMessage-ID: <b@mail.test>\r\nAuto-Submitted: auto-replied\r\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\r\n\r\n'
        "--b\r\nContent-Type: text/plain\r\n\r\nYour letter was not delivered.\r\n"
        "--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mail.test\r\n\r\n"
        f"Final-Recipient: rfc822; {address}\r\nAction: {action}\r\nStatus: {status}\r\n"
        f"Diagnostic-Code: smtp; 550 no such user\r\n\r\n"
        "--b\r\nContent-Type: message/rfc822\r\n\r\n" + message.read().decode() + "\r\n--b--\r\n"
    ).encode()
    return Heard(read(raw), raw)


def test_an_answer_says_that_a_doubtful_one_arrived(cast, account):
    message = become(put(cast, account), "uncertain")
    assert hear(cast.other.pk, [answer(message)], now=NOW) == 0
    assert hear(cast.practice.pk, [answer(message)], now=NOW) == 1
    message.refresh_from_db()
    assert (message.state, message.reason, message.entry.status) == ("sent", "reply", "sent")


@pytest.mark.parametrize("state", ["uncertain", "sent"])
def test_a_bounce_says_that_it_did_not_arrive(cast, account, state):
    message = become(put(cast, account), state, sent_at=NOW)
    assert hear(cast.practice.pk, [bounce(message)], now=NOW) == 1
    message.refresh_from_db()
    assert (message.state, message.reason, message.entry.status) == ("failed", "bounced", "failed")
    assert words.why(message).sentence == "There is no such address: hollis@client.example."


THREE = (("", "a@client.example"), ("", "b@client.example"), ("", "c@client.example"))


def returned(cast, message, *addresses):
    for address in addresses:
        hear(cast.practice.pk, [bounce(message, address)], now=NOW)
    message.refresh_from_db()
    return message


def test_come_back_from_one_of_several_it_is_sent_again_to_that_one_alone(cast, account):
    message = become(put(cast, account, to=THREE[:2], cc=THREE[2:]), "sent", sent_at=NOW)
    returned(cast, message, "b@client.example")
    fresh = desk.send_again(message, by=cast.bob, now=NOW, address="bea@client.example")
    assert fresh.recipients == ["bea@client.example"]
    assert b"a@client.example" not in fresh.read().replace(b"bea@client.example", b"")


def test_what_comes_back_from_a_second_one_is_not_lost(cast, account):
    message = become(put(cast, account, to=THREE), "sent", sent_at=NOW)
    returned(cast, message, "a@client.example", "b@client.example", "b@client.example")
    assert desk.returned_from(message) == ["a@client.example", "b@client.example"]
    desk.send_again(message, by=cast.bob, now=NOW)
    returned(cast, message, "a@client.example")
    assert message.reason == rules.REPLACED  # the same report once more
    returned(cast, message, "c@client.example")
    assert (message.reason, desk.returned_from(message)) == ("bounced", ["c@client.example"])
    assert desk.send_again(message, by=cast.bob, now=NOW).recipients == ["c@client.example"]


def test_led_on_elsewhere_the_address_that_was_written_to_is_corrected(cast, account):
    message = become(put(cast, account), "sent", sent_at=NOW)
    returned(cast, message, "hollis@elsewhere.example")
    fresh = desk.send_again(message, by=cast.bob, now=NOW, address="h.farrow@client.example")
    assert fresh.recipients == ["h.farrow@client.example"]


def test_sent_again_and_taken_back_it_can_be_sent_again(cast, account):
    message = become(put(cast, account), "uncertain", reason=rules.NO_ANSWER)
    desk.cancel(desk.send_again(message, by=cast.bob, now=NOW), by=cast.bob, now=NOW)
    message.refresh_from_db()
    assert (message.state, message.reason) == ("uncertain", rules.NO_ANSWER)
    again = desk.send_again(message, by=cast.bob, now=NOW)
    assert (again.state, Message.objects.count()) == ("queued", 3)
    with pytest.raises(desk.TooLate):
        desk.send_again(message, by=cast.bob, now=NOW)


def test_a_doubtful_one_that_was_sent_again_asks_nobody_when_it_comes_back(cast, account):
    message = become(put(cast, account), "uncertain")
    desk.send_again(message, by=cast.bob, now=NOW)
    returned(cast, message, "hollis@client.example")
    assert (message.state, message.reason) == ("failed", rules.REPLACED)


def test_a_delay_says_that_the_server_has_it(cast, account):
    message = become(put(cast, account), "uncertain")
    hear(cast.practice.pk, [bounce(message, action="delayed", status="4.4.1")], now=NOW)
    message.refresh_from_db()
    assert (message.state, message.reason) == ("sent", "bounce")


def test_every_reason_has_words():
    codes = {value for name, value in vars(rules).items() if name.isupper() and name in REASONS}
    assert codes <= set(words.REASONS) | set(words.REFUSALS)


REASONS = {
    *("SERVER_LATER", "SERVER_REFUSED", "NOT_REACHED", "NO_ANSWER", "WORKER_GONE", "OVERDUE"),
    *("FILE_MISSING", "ADDRESS_CHANGED", "ADDRESS_BLOCKED", "BOUNCED", "TAKEN_BACK", "REPLACED"),
    *("BY_SENT_FOLDER", "BY_REPLY", "BY_BOUNCE", "BY_MEMBER", "NO_RECIPIENT", "BAD_ADDRESS"),
    *("BY_COPY", "CATCH_UP", "HAS_COME", "HAS_NEXT"),
    *("LINE_BREAK", "TOO_MANY", "TOO_BIG", "ACCOUNT_OFF"),
}
