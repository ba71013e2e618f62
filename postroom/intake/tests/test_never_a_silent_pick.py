"""For any book of addresses and any letter: it files itself on the one client who has the exact
address, on the clients a person chose for its thread, or on a whole group where the workflow says
so. In every other case a person is asked (MG-6, RX-103, RX-115, PE-24, PE-31)."""

from hypothesis import given, settings
from hypothesis import strategies as st

from postroom.clients.rules import Known, match
from postroom.intake.placing import addresses_of, place
from postroom.kit.mime import read
from postroom.register.rules import Earlier

HOST = "imap.practice.example"
ADDRESSES = ["a@x.example", "b@x.example", "c@y.x.example", "d@z.example"]
CLIENTS = st.integers(1, 3)
ADDRESS = st.sampled_from(ADDRESSES)
KINDS = st.sampled_from(["ignore", "form", "professional", "own"])
DOMAIN_KINDS = st.sampled_from(["ignore", "professional", "own"])
BOOKS = st.builds(
    Known,
    clients=st.dictionaries(
        ADDRESS, st.frozensets(CLIENTS, min_size=1, max_size=3), min_size=2, max_size=4
    ),
    groups=st.dictionaries(CLIENTS, st.frozensets(st.integers(1, 2)), min_size=2, max_size=3),
    professionals=st.dictionaries(ADDRESS, CLIENTS, max_size=1),
    own=st.frozensets(ADDRESS, max_size=1),
    rules=st.builds(
        lambda some, more: {**some, **more},
        st.dictionaries(ADDRESS, KINDS, max_size=1),
        st.dictionaries(st.sampled_from(["x.example", "y.x.example"]), DOMAIN_KINDS, max_size=1),
    ),
)
SENDERS, BEHIND = st.sampled_from([1] * 9 + [0, 2]), st.sampled_from([0, 1, 1, 2])
VERDICT = st.sampled_from(["", "pass", "fail"])
HISTORY = st.lists(
    st.builds(Earlier, ADDRESS, st.frozensets(CLIENTS, max_size=2), st.booleans(), st.booleans()),
    max_size=3,
)


@st.composite
def letters(draw):
    names = {"From": SENDERS, "Reply-To": BEHIND, "X-Original-From": BEHIND}
    lines = []
    for name, many in names.items():
        for address in draw(st.lists(ADDRESS, min_size=(n := draw(many)), max_size=n)):
            lines.append(f"{name}: {draw(st.sampled_from(['', 'C via D ']))}<{address}>")
    if verdict := draw(VERDICT):
        lines.append(f"Authentication-Results: mx.practice.example; dmarc={verdict}")
    if draw(st.booleans()):
        lines.append("List-ID: <l.x.example>")
    return read("\r\n".join([*lines, "", "Hello"]).encode()), verdict


@settings(max_examples=800, deadline=None)
@given(BOOKS, letters(), HISTORY, st.booleans())
def test_nothing_is_filed_but_by_an_exact_address_a_choice_or_a_group(
    book, written, history, to_group
):
    letter, verdict = written
    matches = {norm: match(norm, book) for norm in addresses_of(letter)}
    result = place(letter, matches, host=HOST, history=history, to_group=to_group)
    if result.filing == "ignored":
        assert book.rules[result.data["rule"]] == "ignore"
        assert result.clients == ()
        return
    assert (result.filing == "resolved") == bool(result.clients)
    if result.filing != "resolved":
        assert result.filing == "unresolved"
        return
    assert verdict != "fail"
    by = result.data["address"]
    holders = book.clients[by]
    writers = [one.norm for one in letter.senders]
    assert len(writers) == 1
    if by != writers[0]:  # a form we trust, or a list of ours that our server vouches for
        behind = {one.norm for one in (*letter.reply_to, *letter.original_from)}
        form, ours = book.rules.get(writers[0]) == "form", verdict == "pass"
        assert by in behind
        assert form or (ours and match(writers[0], book).__class__.__name__ == "Own")
    assert by not in book.own or by in book.rules
    assert by not in book.professionals
    assert set(result.clients) <= holders
    if result.reason == "address":
        assert holders == set(result.clients)
        assert len(holders) == 1
    elif result.reason == "thread":
        assert Earlier(by, frozenset(result.clients), True, False) in [
            Earlier(one.sender, one.clients, one.chosen, False) for one in history
        ]
    else:
        assert (result.reason, to_group) == ("group", True)
        assert set(result.clients) == holders
        assert frozenset.intersection(*(book.groups[client] for client in holders))
