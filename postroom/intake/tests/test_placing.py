"""Where a letter belongs, and why (RX-19..21, RX-103, RX-115, RX-118, MODEL 4 and 5)."""

import pytest

from postroom.clients.rules import Form, Ignored, Nobody, One, Own, Professional, Several
from postroom.intake.placing import addresses_of, place, recipients_of
from postroom.kit.mime import read
from postroom.register.rules import Earlier

HOST = "imap.practice.example"


def letter(sender="Hollis <Hollis@Example.org>", more=""):
    return read(f"From: {sender}\r\n{more}Subject: x\r\n\r\nHello\r\n".encode())


def placed(match, **how):
    return place(letter(**how), {"hollis@example.org": match}, host=HOST)


def test_one_client_with_the_address_files_it():
    result = placed(One(7))
    assert (result.filing, result.reason, result.clients) == ("resolved", "address", (7,))
    assert result.data == {"address": "hollis@example.org"}
    assert not result.verified  # nobody vouched for the sender


def test_a_passing_verdict_of_the_own_server_is_remembered():
    more = "Authentication-Results: mx.practice.example; dmarc=pass\r\n"
    assert placed(One(7), more=more).verified


def test_a_failing_verdict_asks_a_person():
    more = "Authentication-Results: mx.practice.example; dmarc=fail\r\n"
    result = placed(One(7), more=more)
    assert (result.filing, result.reason, result.clients) == ("unresolved", "dmarc", ())
    assert result.data["domain"] == "example.org"


@pytest.mark.parametrize(
    ("match", "reason", "named"),
    [
        (Nobody(), "unknown-address", {}),
        (Several((3, 5), None), "several-clients", {"clients": [3, 5]}),
        (Several((3, 5), 9), "same-group", {"clients": [3, 5], "group": 9}),
        (Own(), "own-address", {}),
        (Professional(4), "professional", {"contact": 4}),
        (Professional(None), "professional", {}),
    ],
)
def test_any_doubt_is_a_persons_to_settle(match, reason, named):
    result = placed(match)
    assert (result.filing, result.reason, result.clients) == ("unresolved", reason, ())
    assert result.data == {"address": "hollis@example.org", **named}


def test_a_letter_without_a_sender_waits():
    result = place(read(b"Subject: x\r\n\r\nHello"), {}, host=HOST)
    assert (result.filing, result.reason) == ("unresolved", "no-sender")


def test_two_senders_are_never_one_pick():
    sender = "Hollis <hollis@example.org>, Wren <wren@example.org>"
    result = placed(One(7), sender=sender)
    assert (result.filing, result.reason) == ("unresolved", "several-senders")


def test_two_from_headers_are_never_one_pick():
    result = placed(One(7), more="From: hollis@example.org\r\n")
    assert result.reason == "several-senders"


def test_a_comma_in_a_name_does_not_hide_the_address():
    assert placed(One(7), sender="Farrow, Hollis <hollis@example.org>").filing == "resolved"


def test_the_display_name_and_reply_to_are_no_proof():
    """A name that looks like an address, and a Reply-To, belong to whoever wrote them."""
    forged = '"hollis@example.org" <stranger@nowhere.example>'
    result = placed(One(7), sender=forged, more="Reply-To: hollis@example.org\r\n")
    assert (result.filing, result.reason) == ("unresolved", "unknown-address")
    assert result.data == {"address": "stranger@nowhere.example"}


# --- sender rules -------------------------------------------------------------------------

FROM = "hollis@example.org"
PASS = "Authentication-Results: mx.practice.example; dmarc=pass\r\n"
FAIL = "Authentication-Results: mx.practice.example; dmarc=fail\r\n"


@pytest.mark.parametrize("more", ["", FAIL])
def test_an_ignored_sender_is_set_aside_and_the_rule_is_named(more):
    result = placed(Ignored("example.org"), more=more)
    assert (result.filing, result.reason, result.clients) == ("ignored", "sender-rule", ())
    assert result.data == {"address": FROM, "rule": "example.org"}


def by_form(reply, match=One(7), more=""):  # noqa: B008 - a frozen value
    mail = letter(more=f"{reply}{more}")
    return place(mail, {FROM: Form(), "ana@silva.example": match}, host=HOST)


def test_a_trusted_form_is_filed_by_its_one_reply_to():
    result = by_form("Reply-To: Ana Silva <Ana@Silva.example>\r\n", more=PASS)
    assert (result.filing, result.reason, result.clients) == ("resolved", "address", (7,))
    assert result.data == {"address": "ana@silva.example", "form": FROM}
    assert result.sender.norm == "ana@silva.example"
    assert not result.verified  # the server vouches for the form, not for who filled it in


@pytest.mark.parametrize(
    "reply",
    [
        "",
        "Reply-To: ana@silva.example, bo@silva.example\r\n",
        "Reply-To: ana@silva.example\r\nReply-To: bo@silva.example\r\n",
        "Reply-To: ana@silva.example, nonsense\r\n",
        "Reply-To: nonsense\r\n",
    ],
)
def test_a_form_without_one_clear_reply_to_asks(reply):
    result = by_form(reply)
    assert (result.filing, result.reason) == ("unresolved", "form-unclear")
    assert result.data == {"address": FROM}


@pytest.mark.parametrize("match", [Own(), Form()])
def test_a_form_that_names_our_own_address_asks(match):
    assert by_form("Reply-To: ana@silva.example\r\n", match).reason == "form-unclear"


def test_a_form_whose_sender_fails_is_not_believed():
    result = by_form("Reply-To: ana@silva.example\r\n", more=FAIL)
    assert (result.filing, result.reason) == ("unresolved", "dmarc")


def test_a_form_filled_in_by_a_stranger_waits_under_the_strangers_address():
    result = by_form("Reply-To: ana@silva.example\r\n", Nobody())
    assert (result.filing, result.reason) == ("unresolved", "unknown-address")
    assert result.data == {"address": "ana@silva.example", "form": FROM}


# --- lists that put their own address where the writer's stood (PE-26) --------------------


def by_list(more, match=One(7), sender="'Ana' via Desk <hollis@example.org>"):  # noqa: B008
    mail = letter(sender=sender, more=more)
    return place(mail, {FROM: Own(), "ana@silva.example": match}, host=HOST)


ORIGINAL = "X-Original-From: Ana <ana@silva.example>\r\n"
LISTED = "List-ID: desk.example.org\r\nReply-To: ana@silva.example\r\n"


@pytest.mark.parametrize("header", [ORIGINAL, LISTED])
def test_our_own_list_is_seen_through_when_our_server_vouches_for_it(header):
    result = by_list(header + PASS)
    assert (result.filing, result.clients, result.verified) == ("resolved", (7,), False)
    assert result.data == {"address": "ana@silva.example", "list": FROM}


@pytest.mark.parametrize("header", [ORIGINAL, LISTED])
@pytest.mark.parametrize("verdict", ["", "Authentication-Results: evil.example; dmarc=pass\r\n"])
def test_without_our_servers_word_our_own_address_files_nothing(header, verdict):
    result = by_list(header + verdict)
    assert (result.filing, result.reason) == ("unresolved", "own-address")


def test_a_colleagues_reply_to_is_no_list():
    result = by_list("Reply-To: ana@silva.example\r\n" + PASS, sender="Bob <hollis@example.org>")
    assert result.reason == "own-address"


def test_two_original_senders_are_never_one_pick():
    two = ORIGINAL + "X-Original-From: hollis.two@example.org\r\n"
    assert by_list(two + PASS).reason == "own-address"


def test_behind_a_list_our_own_address_is_no_client():
    assert by_list(ORIGINAL + PASS, Own()).reason == "own-address"


def test_anothers_list_is_a_stranger():
    mail = letter(more=ORIGINAL + PASS)
    result = place(mail, {"ana@silva.example": One(7)}, host=HOST)
    assert (result.filing, result.reason) == ("unresolved", "unknown-address")


# --- threads (PE-24, PE-31) and groups (RX-115) -------------------------------------------


def earlier(sender=FROM, clients=(3,), chosen=True, taken_back=False):
    return Earlier(sender, frozenset(clients), chosen, taken_back)


def answering(match, *history, to_group=False):
    return place(letter(), {FROM: match}, host=HOST, history=history, to_group=to_group)


def test_a_choice_for_a_shared_address_holds_for_its_thread():
    result = answering(Several((3, 5), None), earlier())
    assert (result.filing, result.reason, result.clients) == ("resolved", "thread", (3,))


@pytest.mark.parametrize(
    "history",
    [
        [],
        [earlier(sender="june@example.org")],  # another address of the thread
        [earlier(chosen=False)],  # nobody chose
        [earlier(clients=(9,))],  # whose address it is not
        [earlier(clients=(3, 9))],
        [earlier(clients=(), chosen=False, taken_back=True), earlier()],  # was thought better of
    ],
)
def test_without_a_choice_for_this_very_address_a_person_is_asked(history):
    result = answering(Several((3, 5), None), *history)
    assert (result.filing, result.reason, result.clients) == ("unresolved", "several-clients", ())


def test_the_nearest_choice_of_a_thread_counts():
    result = answering(Several((3, 5), None), earlier(clients=(5,)), earlier(clients=(3,)))
    assert result.clients == (5,)


def test_a_known_thread_from_an_unknown_address_is_not_trusted():
    result = answering(Nobody(), earlier(sender="june@example.org"))
    assert (result.filing, result.reason, result.clients) == ("unresolved", "other-address", ())
    assert result.data == {"address": FROM, "thread": [3]}


def test_a_thread_does_not_outweigh_the_one_client_with_the_address():
    assert answering(One(7), earlier()).clients == (7,)


def test_a_family_is_filed_together_where_the_workflow_says_so():
    result = answering(Several((3, 5), 9), to_group=True)
    assert (result.filing, result.reason, result.clients) == ("resolved", "group", (3, 5))
    assert result.data == {"address": FROM, "clients": [3, 5], "group": 9}


def test_strangers_are_not_filed_together():
    assert answering(Several((3, 5), None), to_group=True).filing == "unresolved"


def test_what_a_letter_is_placed_by_is_asked_for():
    mail = letter(more="Reply-To: a@b.example, c@d.example\r\n" + ORIGINAL)
    assert set(addresses_of(mail)) == {FROM, "ana@silva.example"}


# --- letters of ours from another program (AK-111) ----------------------------------------


CLIENTS = {"ana@silva.example": One(7), "bo@silva.example": One(8), "us@example.org": Own()}


def by_us(more, own=(FROM,), to="Ana <ana@silva.example>"):
    return place(letter(more=f"To: {to}\r\n{more}"), {FROM: Own(), **CLIENTS}, host=HOST, own=own)


@pytest.mark.parametrize(("more", "own"), [("", (FROM,)), (PASS, ())])
def test_what_we_sent_elsewhere_goes_on_the_record_of_whom_it_went_to(more, own):
    result = by_us(f"Cc: us@example.org, lab@else.example\r\n{more}", own)
    assert (result.filing, result.reason, result.clients) == ("resolved", "sent-to", (7,))
    assert result.data == {"address": "ana@silva.example", "sender": FROM}
    assert (result.sent, result.sender.norm) == (True, FROM)


@pytest.mark.parametrize("to", ["ana@silva.example, bo@silva.example", "lab@else.example"])
def test_what_we_sent_to_several_or_to_nobody_known_waits_as_ours(to):
    result = by_us("", to=to)
    assert (result.filing, result.reason, result.clients) == ("unresolved", "own-address", ())
    assert result.sent


@pytest.mark.parametrize(
    ("more", "own", "to"),
    [
        ("", (), "ana@silva.example"),  # nobody vouches for it, and it is another's mailbox
        (FAIL, (FROM,), "ana@silva.example"),
        ("", (FROM,), "us@example.org"),
        ("Reply-To: bo@silva.example\r\n", (FROM,), "ana@silva.example"),  # a form of ours
        ("List-ID: desk.example.org\r\n", (FROM,), "ana@silva.example"),
        (ORIGINAL, (FROM,), "ana@silva.example"),
    ],
)
def test_what_may_be_anothers_is_not_taken_for_ours(more, own, to):
    result = by_us(more, own, to)
    assert (result.filing, result.clients, result.sent) == ("unresolved", (), False)


def test_to_whom_we_wrote_is_asked_for_and_to_whom_others_did_is_not():
    mail = letter(more="To: ana@silva.example\r\nCc: bo@silva.example\r\n")
    assert set(recipients_of(mail, {FROM: Own()})) == {"ana@silva.example", "bo@silva.example"}
    assert not set(recipients_of(mail, {FROM: One(7)}))
