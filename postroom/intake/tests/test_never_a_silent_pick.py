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
ADDRESSES = [f"{name}@{domain}" for name in "abc" for domain in ("x.example", "y.x.example")]
CLIENTS = st.integers(1, 4)
ADDRESS = st.sampled_from(ADDRESSES)
KINDS = st.sampled_from(["ignore", "form", "professional", "own"])
DOMAIN_KINDS = st.sampled_from(["ignore", "professional", "own"])
BOOKS = st.builds(
    Known,
    clients=st.dictionaries(ADDRESS, st.frozensets(CLIENTS, min_size=1, max_size=3)),
    groups=st.dictionaries(CLIENTS, st.frozensets(st.integers(1, 2), max_size=2)),
    professionals=st.dictionaries(ADDRESS, CLIENTS, max_size=1),
    own=st.frozensets(ADDRESS, max_size=2),
    rules=st.builds(
        lambda some, more: {**some, **more},
        st.dictionaries(ADDRESS, KINDS, max_size=2),
        st.dictionaries(st.sampled_from(["x.example", "y.x.example"]), DOMAIN_KINDS, max_size=1),
    ),
)
VERDICT = st.sampled_from(["", "pass", "fail"])
HISTORY = st.lists(
    st.builds(Earlier, ADDRESS, st.frozensets(CLIENTS, max_size=2), st.booleans(), st.booleans()),
    max_size=3,
)


@st.composite
def letters(draw):
    names = {"From": 2, "Reply-To": 2, "X-Original-From": 2}
    lines = []
    for name, most in names.items():
        for address in draw(st.lists(ADDRESS, max_size=most)):
            lines.append(f"{name}: {draw(st.sampled_from(['', 'C via D ']))}<{address}>")
    if verdict := draw(VERDICT):
        lines.append(f"Authentication-Results: mx.practice.example; dmarc={verdict}")
    if draw(st.booleans()):
        lines.append("List-ID: <l.x.example>")
    return read("\r\n".join([*lines, "", "Hello"]).encode()), verdict


@settings(max_examples=1500, deadline=None)
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
