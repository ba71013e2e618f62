"""Sender rules, threads and groups in a pass over a mailbox: what is filed, and where it lies."""

from email.message import EmailMessage

from postroom.clients.models import ContactPoint, Group, GroupMember, SenderRule
from postroom.connections.models import MailAccount, Workflow
from postroom.intake.tests.post import NOW, a_pass
from postroom.register import actions
from postroom.register.models import EarlierChoice, Entry, ThreadEntry
from postroom.register.suggestions import pills
from postroom.register.words import why
from tests.support.cast import make_client
from tests.support.scripted_imap import ScriptedImap

SHARED = "hollis.farrow@example.org"


def put(server: ScriptedImap, number: int, sender: str, text: str = "", **headers: str) -> None:
    message = EmailMessage()
    message["From"], message["Subject"] = sender, f"Letter {number}"
    message["Message-ID"] = f"<n{number}@post.test>"
    for name, value in headers.items():
        message[name.replace("_", "-")] = value
    message.set_content(text or f"Letter {number}.")
    server.put("Incoming", message.as_bytes())


def taken(number: int) -> Entry:
    return Entry.objects.get(subject=f"Letter {number}")


def lies_in(server: ScriptedImap, folder: str) -> int:
    return len(server.store.boxes[folder].mails)


def test_an_ignored_sender_lies_in_resolved_and_waits_for_nobody(cast, account, server):
    SenderRule.objects.create(practice=cast.practice, pattern="shop.example", kind="ignore", at=NOW)
    put(server, 1, "offers@news.shop.example")
    a_pass(account)
    entry = taken(1)
    assert (entry.filing, entry.reason, entry.filed_by) == (Entry.IGNORED, "sender-rule", None)
    assert entry.filed_at
    assert (lies_in(server, "Resolved"), lies_in(server, "Unresolved")) == (1, 0)


def test_a_filing_taken_back_goes_back_to_unresolved_on_the_server(cast, account, server):
    SenderRule.objects.create(practice=cast.practice, pattern="a@b.example", kind="ignore", at=NOW)
    put(server, 1, SHARED)
    put(server, 2, "a@b.example")
    a_pass(account)
    assert lies_in(server, "Resolved") == 2
    for number in (1, 2):
        entry = taken(number)
        actions.take_back(entry, by=cast.bob, now=NOW, version=entry.version)
    a_pass(account)
    assert (lies_in(server, "Resolved"), lies_in(server, "Unresolved")) == (0, 2)
    a_pass(account)  # and nothing files them again by itself
    assert {taken(number).filing for number in (1, 2)} == {Entry.UNRESOLVED}


def test_what_a_person_chose_for_a_shared_address_holds_for_the_thread_alone(cast, account, server):
    june = make_client(cast.practice, "4183", "June Farrow", [SHARED])
    put(server, 1, SHARED)
    a_pass(account)
    first = taken(1)
    assert first.reason == "several-clients"
    actions.resolve(first, [june], by=cast.bob, now=NOW, version=first.version)
    put(server, 2, SHARED, References="<n1@post.test> <ours@tern.example>")
    put(server, 3, SHARED)
    a_pass(account)
    put(server, 4, SHARED, In_Reply_To="<n2@post.test>")  # an answer to what filed itself
    put(server, 5, "stranger@else.test", In_Reply_To="<n2@post.test>")
    a_pass(account)
    for number in (2, 4):
        assert (taken(number).reason, list(taken(number).clients.all())) == ("thread", [june])
    assert taken(3).reason == "several-clients"
    assert (taken(5).filing, taken(5).reason) == (Entry.UNRESOLVED, "other-address")
    assert taken(5).reason_data["thread"] == [june.pk]


def test_the_list_names_whose_telephone_number_a_waiting_letter_has(cast, account, server):
    ContactPoint.objects.create(
        practice=cast.practice,
        contact=cast.hollis.contacts.get(),
        kind="phone",
        value="020 7946 0018",
        norm="+442079460018",
    )
    put(server, 1, "Somebody <s@else.test>", "Biscuit limps.\n020 7946 0018")
    put(server, 2, "Hollis Farrow <h@else.test>", "Call +44 20 7946 0018 or 020 7946 0099.")
    put(server, 3, "Somebody <s@else.test>", "020 7946 0099")
    a_pass(account)
    found = pills(cast.bob, [taken(number) for number in (1, 2, 3)])
    assert [pill.text for pill in found.values()] == [
        "Possible: Hollis Farrow",
        "Very likely: Hollis Farrow",
        "No suggestion",
    ]


def test_a_thread_in_somebodys_own_mailbox_says_nothing_elsewhere(cast, account, server):
    put(server, 1, SHARED)
    a_pass(account)
    Entry.objects.update(owner=cast.alice)
    put(server, 2, "stranger@else.test", In_Reply_To="<n1@post.test>")
    a_pass(account)
    assert taken(2).reason == "unknown-address"


def test_a_family_is_filed_together_where_the_workflow_says_so(cast, account, server):
    june = make_client(cast.practice, "4183", "June Farrow", [SHARED])
    group = Group.objects.create(practice=cast.practice, name="Farrow")
    for client in (cast.hollis, june):
        GroupMember.objects.create(practice=cast.practice, group=group, client=client)
    put(server, 1, SHARED)
    a_pass(account)
    assert taken(1).reason == "same-group"
    Workflow.objects.update(to_group=True)
    put(server, 2, SHARED)
    a_pass(account)
    assert taken(2).reason == "group"
    assert set(taken(2).clients.all()) == {cast.hollis, june}


def test_a_form_is_filed_by_reply_to_and_shows_who_filled_it_in(cast, account, server):
    form = "form@tern.example"
    SenderRule.objects.create(practice=cast.practice, pattern=form, kind="form", at=NOW)
    put(server, 1, form, Reply_To=f"Hollis <{SHARED}>")
    a_pass(account)
    entry = taken(1)
    assert (entry.filing, entry.sender_norm) == (Entry.RESOLVED, SHARED)
    assert entry.sender_name == "Hollis"
    assert list(entry.clients.all()) == [cast.hollis]


def test_answers_join_their_conversation_in_a_pass(cast, account, server):
    put(server, 3, SHARED, References="<n1@post.test> <n2@post.test>")
    put(server, 1, SHARED)
    a_pass(account)
    put(server, 2, SHARED, In_Reply_To="<n1@post.test>")
    put(server, 4, SHARED)
    a_pass(account)
    places = ThreadEntry.objects.order_by("at", "entry").values_list("thread", "entry__subject")
    assert len({thread for thread, _ in places}) == 1
    assert {subject for _, subject in places} == {"Letter 1", "Letter 2", "Letter 3"}


def test_what_was_sent_by_another_program_is_filed_as_sent_and_waits_when_taken_back(
    cast, account, server
):
    MailAccount.objects.update(user="desk@tern.example")
    put(server, 1, "Desk <desk@tern.example>", To=f"Hollis <{SHARED}>", Cc="bob@tern.example")
    put(server, 2, "desk@tern.example", To="bob@tern.example")
    put(server, 3, "desk@tern.example", To="somebody@else.test")
    put(server, 4, "bob@tern.example", To=SHARED)  # nobody says that Bob wrote it
    a_pass(account)
    sent = taken(1)
    assert (sent.filing, sent.direction, sent.status) == (Entry.RESOLVED, Entry.OUT, "")
    assert list(sent.clients.all()) == [cast.hollis]
    assert sent.to == [["Hollis", SHARED], ["", "bob@tern.example"]]
    assert f"to ‹{SHARED}›, which is on the record" in why(sent)
    kept = [(taken(n).direction, taken(n).filing, taken(n).reason) for n in (2, 3, 4)]
    waits = (Entry.UNRESOLVED, "own-address")
    assert kept == [(Entry.IN, *waits), (Entry.OUT, *waits), (Entry.IN, *waits)]
    assert "sent it from another program" in why(taken(3))
    actions.take_back(sent, by=cast.bob, now=NOW, version=sent.version)
    assert taken(1).filing == Entry.UNRESOLVED
    again = taken(1)
    actions.resolve(again, [cast.hollis], by=cast.bob, now=NOW, version=again.version)
    assert not EarlierChoice.objects.exists()  # our own address says nothing of the next letter
