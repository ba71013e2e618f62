"""What a letter says itself is offered with its reason, and never decides (RX-116, RX-119, PE-23,
PE-31, MG-21, XP-43)."""

from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any

import pytest
from django.test import Client as Browser

from postroom.clients.models import Client, ClientAccess, Patient
from postroom.kit.mime import guarded, read
from postroom.register import rules
from postroom.register.hints import hints
from postroom.register.models import Entry, StoredMail
from postroom.register.tests.post import mail, put
from postroom.register.tests.test_unresolved import PAGE
from tests.support.cast import Cast, make_client

HIS = "hollis.farrow@example.org"


@pytest.fixture
def bob(cast: Cast) -> Browser:
    return cast.browser(cast.bob)


def cards(browser: Browser, entry: Entry) -> dict[str, list[str]]:
    """Client -> what speaks for them."""
    desk = browser.get(PAGE, {"entry": entry.pk}).context["desk"]
    return {card.client.name: card.speaks_for for card in desk.cards}


def chosen(browser: Browser, entry: Entry) -> Any:
    card = browser.get(PAGE, {"entry": entry.pk}).context["desk"].chosen
    return card and card.client.name


def stranger(cast: Cast, headers: str = "", text: str = "Hello", **more: Any) -> Entry:
    raw = mail(sender="Somebody <some@body.example>", text=text, **more)
    return put(cast.practice, headers.encode() + raw)


@pytest.mark.parametrize(
    ("headers", "text", "said"),
    [
        (f"Reply-To: {HIS}\n", "", "Answers are to go to an address of this record"),
        (f"X-Original-From: {HIS}\n", "", "Answers are to go to an address of this record"),
        (f"Cc: Hollis <{HIS}>\n", "", "The message went to this client too"),
        (
            "",
            f"-- Forwarded --\nFrom: Hollis <{HIS}>\n",
            "The message names an address of this record",
        ),
        ("", f"write to {HIS}.", "The message names an address of this record"),
    ],
)
def test_an_address_beside_the_senders_is_offered_with_its_reason(
    cast: Cast, bob: Browser, headers: str, text: str, said: str
) -> None:
    entry = stranger(cast, headers, text or "Hello")
    assert cards(bob, entry) == {"Hollis Farrow": [said]}
    assert chosen(bob, entry) is None
    desk = bob.get(PAGE, {"entry": entry.pk}).context["desk"]
    assert (desk.cards[0].remember, desk.cards[0].ticked) == (True, False)


def test_each_client_whom_a_colleagues_letter_concerns_is_offered_and_filed_to(
    cast: Cast, bob: Browser
) -> None:
    june = make_client(cast.practice, "4183", "June Farrow", ["june@example.net"])
    entry = put(
        cast.practice,
        f"Cc: {HIS}\n".encode()
        + mail(sender="Alice <alice@tern.example>", text="From: june@example.net wrote"),
        reason=rules.OWN_ADDRESS,
    )
    assert set(cards(bob, entry)) == {"Hollis Farrow", "June Farrow"}
    data = {"version": entry.version, "clients": june.pk, "also": [cast.hollis.pk, june.pk]}
    bob.post(f"/p/tern/entries/{entry.pk}/resolve", data)
    assert set(entry.clients.all()) == {june, cast.hollis}


def test_whoever_wrote_a_letter_forwarded_whole_is_offered(cast: Cast, bob: Browser) -> None:
    inside = mail(sender=f"Hollis <{HIS}>", text="Forwarded whole")
    entry = stranger(cast, files=[("letter.eml", "application/octet-stream", inside)])
    assert cards(bob, entry) == {}  # some file, not a letter inside the letter
    message = EmailMessage()
    message["From"], message["Subject"] = "Alice <alice@tern.example>", "Fwd"
    message.set_content("See below")
    message.add_attachment(message_from_bytes(inside, policy=default))
    entry = put(cast.practice, message.as_bytes(), reason=rules.OWN_ADDRESS)
    assert cards(bob, entry) == {"Hollis Farrow": ["The message names an address of this record"]}


def test_a_letter_inside_that_would_take_too_much_is_not_read_for_suggestions(
    cast: Cast, bob: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    inside = EmailMessage()
    inside["From"], inside["Subject"] = f"Hollis <{HIS}>", "Inside"
    inside.set_content("Attached whole")
    message = EmailMessage()
    message["From"], message["Subject"] = "Alice <alice@tern.example>", "Fwd"
    message.set_content("See below")
    message.add_attachment(inside)
    raw = message.as_bytes()
    entry = put(cast.practice, raw, reason=rules.OWN_ADDRESS)
    letter = read(raw)
    assert hints(cast.bob, entry, letter) == {cast.hollis.pk: ["in-text"]}
    monkeypatch.setattr(guarded, "is_suspicious", lambda raw: True)
    monkeypatch.setattr(guarded, "_in_a_child", lambda raw, what: None)
    assert hints(cast.bob, entry, letter) == {}


def test_our_own_addresses_are_nobodys_even_where_a_record_has_them(
    cast: Cast, bob: Browser
) -> None:
    make_client(cast.practice, "1", "Bob at home", ["bob@tern.example"])
    entry = stranger(cast, "Cc: bob@tern.example\n", "bob@tern.example wrote")
    assert cards(bob, entry) == {}


@pytest.mark.parametrize("subject", ["About C4182", "re: c 4182!", "(C-4182)"])
def test_a_reference_in_the_subject_chooses_its_client(
    cast: Cast, bob: Browser, subject: str
) -> None:
    entry = stranger(cast, subject=subject)
    assert cards(bob, entry) == {"Hollis Farrow": ["The subject names this record"]}
    assert chosen(bob, entry) == "Hollis Farrow"
    pill = bob.get(PAGE).context["rows"][0][1]
    assert pill.text == "Possible: Hollis Farrow"


def test_a_patients_reference_in_the_subject_chooses_its_client(cast: Cast, bob: Browser) -> None:
    Patient.objects.create(practice=cast.practice, client=cast.hollis, ref="P50", name="Biscuit")
    assert chosen(bob, stranger(cast, subject="P50 results")) == "Hollis Farrow"


@pytest.mark.parametrize("subject", ["C41", "XC4182", "4182", "C4182x", "PC 4182"])
def test_what_only_looks_like_a_reference_is_none(cast: Cast, bob: Browser, subject: str) -> None:
    assert cards(bob, stranger(cast, subject=subject)) == {}


def test_two_references_choose_nobody(cast: Cast, bob: Browser) -> None:
    make_client(cast.practice, "77", "June Farrow", [])
    entry = stranger(cast, subject="C77 and C4182")
    assert set(cards(bob, entry)) == {"Hollis Farrow", "June Farrow"}
    assert chosen(bob, entry) is None


def test_a_reference_of_a_doubted_sender_chooses_nobody(cast: Cast, bob: Browser) -> None:
    entry = stranger(cast, subject="C4182")
    Entry.objects.filter(pk=entry.pk).update(reason=rules.DMARC)
    assert chosen(bob, entry) is None


@pytest.mark.parametrize(
    ("held", "writes"),
    [
        ("ana.silva@gmail.com", "anasilva@gmail.com"),
        ("anasilva@gmail.com", "Ana.Silva+vet@googlemail.com"),
        ("ana+vet@silva.example", "ana@silva.example"),
        ("ana@silva.example", "ana+dog@silva.example"),
    ],
)
def test_an_address_that_differs_by_dots_or_a_tag_is_offered(
    cast: Cast, bob: Browser, held: str, writes: str
) -> None:
    make_client(cast.practice, "9", "Ana Silva", [held])
    entry = put(cast.practice, mail(sender=f"A. <{writes}>"))
    said = cards(bob, entry)["Ana Silva"]
    almost = "Almost the same address is on the record"
    # A tag we never saw is looked for at Gmail alone.
    assert (almost in said) is (held != "ana+vet@silva.example")
    assert chosen(bob, entry) is None


def test_dots_count_where_the_provider_says_so(cast: Cast, bob: Browser) -> None:
    make_client(cast.practice, "9", "Ana Silva", ["ana.silva@silva.example"])
    said = cards(bob, put(cast.practice, mail(sender="A. <anasilva@silva.example>")))
    assert said == {"Ana Silva": ["An address of this record is at silva.example too"]}


def thread(cast: Cast) -> Entry:
    """A letter on Hollis's record, and a stranger's answer to it."""
    first = put(cast.practice, clients=[cast.hollis])
    StoredMail.objects.filter(entry=first).update(message_id="<first@x.example>")
    return stranger(cast, "References: <other@x.example> <first@x.example>\n")


def test_an_answer_from_another_address_offers_the_record_it_answers(
    cast: Cast, bob: Browser
) -> None:
    entry = thread(cast)
    assert cards(bob, entry) == {"Hollis Farrow": ["It answers a message on this record"]}
    assert chosen(bob, entry) is None


def test_why_an_answer_waits_is_said_and_stands_in_the_list(cast: Cast, bob: Browser) -> None:
    entry = thread(cast)
    data = {"address": "some@body.example", "thread": [cast.hollis.pk]}
    Entry.objects.filter(pk=entry.pk).update(reason=rules.OTHER_ADDRESS, reason_data=data)
    page = bob.get(PAGE, {"entry": entry.pk})
    assert page.context["desk"].why == (
        "It answers a message that is on a record, but comes from another address:"
        " ‹some@body.example›."
    )
    pills = {row.pk: pill.text for row, pill in page.context["rows"]}
    assert pills[entry.pk] == "Possible: Hollis Farrow"


def test_a_record_one_may_not_open_is_not_named_by_any_hint(cast: Cast, bob: Browser) -> None:
    Client.objects.update(restricted=True)
    ClientAccess.objects.create(practice=cast.practice, client=cast.hollis, member=cast.alice)
    entry = thread(cast)
    data = {"address": "some@body.example", "thread": [cast.hollis.pk]}
    Entry.objects.filter(pk=entry.pk).update(
        reason=rules.OTHER_ADDRESS, reason_data=data, subject="C4182"
    )
    page = bob.get(PAGE, {"entry": entry.pk})
    assert "Hollis Farrow" not in page.content.decode()
    assert set(cards(cast.browser(cast.alice), entry)) == {"Hollis Farrow"}
