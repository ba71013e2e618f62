"""Queued with its cause: bytes first, one commit for the row and its place in the register."""

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from postroom.kit.mime import read
from postroom.outbox import desk, rules
from postroom.outbox.letter import NotSendable
from postroom.outbox.models import Message
from postroom.outbox.tests.post import NOW, a_letter, make_account, put
from postroom.practice.models import AuditEvent, Event
from postroom.register.models import Entry

pytestmark = pytest.mark.django_db


@pytest.fixture
def account(cast):
    return make_account(cast.practice)


def test_a_letter_is_queued_and_waits_on_the_records_of_its_clients(cast, account):
    message = put(
        *(cast, account),
        by=cast.bob,
        clients=(cast.hollis.pk,),
        files=(("plan.pdf", "application/pdf", b"%PDF"),),
        bcc=(("", "copy@practice.example"),),
    )
    assert (message.state, message.not_before, message.level) == ("queued", NOW + rules.UNDO, 0)
    assert message.recipients == ["hollis@client.example", "copy@practice.example"]
    entry = Entry.objects.readable_by(cast.bob).get(clients=cast.hollis)
    assert (entry.direction, entry.status, entry.filing) == ("out", "waiting", "resolved")
    assert (entry.to, entry.files) == ([["Hollis Farrow", "hollis@client.example"]], 1)
    letter = read(message.read())
    assert (letter.message_id, letter.subject) == (message.message_id, "Your appointment")
    assert b"copy@practice.example" not in message.read()
    assert entry.mails.get().read() == message.read()
    assert AuditEvent.objects.filter(object_kind="message", action="queue").count() == 1
    assert Event.objects.filter(kind="message", object_id=message.pk).exists()


def test_the_same_cause_queues_once(cast, account):
    assert put(cast, account).pk == put(cast, account, subject="Another").pk
    assert Message.objects.count() == Entry.objects.count() == 1


def test_when_its_cause_is_rolled_back_so_is_the_message(cast, account):
    with pytest.raises(RuntimeError), transaction.atomic():
        put(cast, account)
        raise RuntimeError
    assert not Message.objects.exists() and not Entry.objects.exists()


def test_without_the_tick_nothing_stands_in_the_register(cast, account):
    message = put(cast, account, to_register=False)
    assert message.entry is None and not Entry.objects.exists()
    assert read(message.read()).message_id == message.message_id


def test_an_answer_names_what_it_answers(cast, account):
    first = put(cast, account)
    answer = put(cast, account, key="test:2", in_reply_to=first.entry)
    third = put(cast, account, key="test:3", in_reply_to=answer.entry)
    letter = read(third.read())
    assert letter.in_reply_to == (answer.message_id,)
    assert letter.references == (first.message_id, answer.message_id)


@pytest.mark.parametrize(
    "given, code",
    [
        ({"to": ()}, rules.NO_RECIPIENT),
        ({"to": (("", "nobody"),)}, rules.BAD_ADDRESS),
        ({"to": (("", "a@b.example, c@d.example"),)}, rules.BAD_ADDRESS),
        ({"to": (("", "a@b.example\r\nRCPT TO:<c@d.example>"),)}, rules.LINE_BREAK),
        ({"to": (("A\r\nBcc: c@d.example", "a@b.example"),)}, rules.LINE_BREAK),
        ({"subject": "Hello\nBcc: c@d.example"}, rules.LINE_BREAK),
        ({"subject": "Hello\0"}, rules.LINE_BREAK),
        ({"reply_to": (("", "a@b.example\r"),)}, rules.LINE_BREAK),
        ({"files": (("a\nb.pdf", "application/pdf", b"x"),)}, rules.LINE_BREAK),
        ({"to": tuple(("", f"a{n}@b.example") for n in range(101))}, rules.TOO_MANY),
    ],
)
def test_what_cannot_leave_is_refused_before_anything_is_written(cast, account, given, code):
    with pytest.raises(NotSendable) as refusal:
        put(cast, account, **given)
    assert refusal.value.code == code
    assert not Message.objects.exists() and not Entry.objects.exists()


def test_mail_to_many_says_where_it_ends_also_when_sent_again(cast, account):
    way = "https://post.practice.example/leave/44.aBc?x=1"
    message = put(cast, account, level=3, unsubscribe=way)
    for one in (message, sent_again(message, cast)):
        head = one.read().partition(b"\r\n\r\n")[0].decode().split("\r\n")
        assert f"List-Unsubscribe: <{way}>" in head
        assert "List-Unsubscribe-Post: List-Unsubscribe=One-Click" in head
    own = put(cast, account, key="own").read()
    assert b"List-Unsubscribe" not in own and b"Precedence" not in own


def sent_again(message, cast):
    Message.objects.filter(pk=message.pk).update(state=Message.FAILED)
    return desk.send_again(message, by=cast.bob, now=NOW)


@pytest.mark.parametrize("way", ["http://x.example/", "mailto:x@y.example", "https://x>\r\nBcc: z"])
def test_a_way_out_that_is_not_one_click_is_refused(cast, account, way):
    with pytest.raises(ValueError):
        put(cast, account, unsubscribe=way)
    assert not Message.objects.exists()


def test_a_letter_that_is_too_big_is_refused(cast, account, monkeypatch):
    monkeypatch.setattr(rules, "MOST_BYTES", 5000)
    with pytest.raises(NotSendable) as refusal:
        put(cast, account, files=(("scan.tif", "image/tiff", b"x" * 6000),))
    assert refusal.value.code == rules.TOO_BIG


def test_no_account_client_or_file_of_another_practice_is_taken(cast, account):
    with pytest.raises(ValueError):
        put(cast, make_account(cast.other))
    for wrong in ({"clients": (cast.hollis.pk + 1,)}, {"files": (("a", "text/plain", 1),)}):
        with pytest.raises(ValueError):
            put(cast, account, **wrong)


local = st.from_regex(r"[a-zA-Z0-9+._-]{1,12}", fullmatch=True)
people = st.lists(st.tuples(st.text(max_size=20).map(rules.one_line), local), max_size=3)


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(to=people, cc=people, bcc=people)
def test_the_envelope_is_whom_the_person_saw_and_nobody_else(cast, account, to, cc, bcc):
    shown = [
        tuple((name, f"{part}@client.example") for name, part in some) for some in (to, cc, bcc)
    ]
    wanted = {address.lower() for some in shown for _, address in some}
    letter = {"to": shown[0], "cc": shown[1], "bcc": shown[2]}
    try:
        message = put(cast, account, key=f"test:{hash(str(shown))}", **letter)
    except NotSendable as refusal:
        assert refusal.code in (rules.NO_RECIPIENT, rules.BAD_ADDRESS)
        return
    assert {address.lower() for address in message.recipients} == wanted
    assert len(message.recipients) == len(wanted)
    assert a_letter(account, **letter).to == shown[0]
    written = read(message.read())
    assert [one.address for one in written.to] == [address for _, address in shown[0]]
    assert [one.address for one in written.cc] == [address for _, address in shown[1]]
