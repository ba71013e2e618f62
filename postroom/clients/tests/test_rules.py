import pytest
from hypothesis import given
from hypothesis import strategies as st

from postroom.clients.rules import (
    Form,
    Ignored,
    Known,
    Nobody,
    One,
    Own,
    Professional,
    Several,
    general,
    match,
    search_name,
)

ADDRESSES = st.sampled_from(["ana@x.example", "bo@x.example", "lab@y.example", "us@z.example"])
IDS = st.frozensets(st.integers(1, 5), max_size=4)
KNOWN = st.builds(
    Known,
    clients=st.dictionaries(ADDRESSES, IDS),
    groups=st.dictionaries(st.integers(1, 5), st.frozensets(st.integers(1, 3))),
    professionals=st.dictionaries(ADDRESSES, st.integers(1, 9), max_size=2),
    own=st.frozensets(ADDRESSES, max_size=1),
)


def test_one_client_with_the_address_is_the_one():
    assert match("ana@x.example", Known({"ana@x.example": frozenset({7})})) == One(7)


def test_an_address_nobody_has_is_nobodys():
    assert match("new@x.example", Known({"ana@x.example": frozenset({7})})) == Nobody()


def test_no_address_is_nobodys():
    assert match("", Known()) == Nobody()


def test_several_clients_of_one_group_come_with_their_group():
    known = Known(
        {"home@x.example": frozenset({9, 4})}, {4: frozenset({1, 2}), 9: frozenset({2, 3})}
    )
    assert match("home@x.example", known) == Several((4, 9), group=2)


def test_strangers_who_share_an_address_have_no_group():
    known = Known({"home@x.example": frozenset({4, 9})}, {4: frozenset({1}), 9: frozenset({3})})
    assert match("home@x.example", known) == Several((4, 9), group=None)


def test_one_stranger_among_a_family_undoes_the_group():
    known = Known({"a@x.example": frozenset({1, 2, 3})}, {1: frozenset({5}), 2: frozenset({5})})
    assert match("a@x.example", known) == Several((1, 2, 3), group=None)


def test_our_own_address_is_ours_even_in_a_clients_record():
    known = Known({"bob@tern.example": frozenset({7})}, own=frozenset({"bob@tern.example"}))
    assert match("bob@tern.example", known) == Own()


def test_a_professional_who_is_also_a_client_is_asked_about():
    known = Known({"vet@y.example": frozenset({7})}, professionals={"vet@y.example": 3})
    assert match("vet@y.example", known) == Professional(3)


@given(ADDRESSES, KNOWN)
def test_a_client_is_named_only_when_it_is_the_only_one(sender, known):
    found = match(sender, known)
    if isinstance(found, One):
        assert known.clients[sender] == {found.client}
        assert sender not in known.own
        assert sender not in known.professionals


@given(ADDRESSES, KNOWN)
def test_several_are_all_who_have_the_address_in_order(sender, known):
    found = match(sender, known)
    if isinstance(found, Several):
        assert list(found.clients) == sorted(known.clients[sender])
        assert len(found.clients) > 1


@given(ADDRESSES, KNOWN)
def test_a_group_is_named_exactly_when_all_candidates_share_one(sender, known):
    found = match(sender, known)
    if isinstance(found, Several):
        shared = [
            group
            for group in range(1, 4)
            if all(group in known.groups.get(client, ()) for client in found.clients)
        ]
        assert found.group == (shared[0] if shared else None)


@given(ADDRESSES, KNOWN)
def test_nobody_means_that_no_record_has_the_address(sender, known):
    if match(sender, known) == Nobody():
        assert not known.clients.get(sender)
        assert sender not in known.own
        assert sender not in known.professionals


@given(ADDRESSES, KNOWN, IDS)
def test_what_is_known_of_other_addresses_changes_nothing(sender, known, others):
    more = Known(
        {**known.clients, "else@w.example": others}, known.groups, known.professionals, known.own
    )
    assert match(sender, more) == match(sender, known)


@pytest.mark.parametrize(
    "address",
    [
        "info@x.example",
        "office@x.example",
        "contact@x.example",
        "accueil@x.example",
        "reception@x.example",
        "secretariat@x.example",
        "secrétariat@x.example",
        "admin@x.example",
        "hello@x.example",
        "no-reply@x.example",
        "noreply@x.example",
        "no_reply+4f3@x.example",
        "noreply-orders@x.example",
        "ne-pas-repondre@x.example",
        "postmaster@x.example",
        "mailer-daemon@x.example",
        "contact2@x.example",
    ],
)
def test_a_desk_or_a_machine_is_general(address):
    assert general(address)


@pytest.mark.parametrize(
    "address",
    ["hollis.farrow@x.example", "infante@x.example", "helen@x.example", "info.martin@x.example"],
)
def test_a_person_is_not_general(address):
    assert not general(address)


def test_a_search_finds_names_addresses_and_digits_without_accents():
    words = search_name(
        "Zoé Lefèvre",
        "C-12",
        ["Œdipe"],
        [("Zoé@X.example", "zoe@x.example"), ("06 12 34 56 78", "+33612345678")],
    )
    for word in ["zoe", "lefevre", "c-12", "oedipe", "@x.example", "0612345678", "33612345678"]:
        assert word in words


RULED = "ana@post.lab.example"


@pytest.mark.parametrize(
    ("known", "expected"),
    [
        # The rule for the address itself comes before everything else.
        ({"rules": {RULED: "form"}, "own": frozenset({RULED})}, Form()),
        ({"rules": {RULED: "ignore"}, "clients": {RULED: frozenset({3})}}, Ignored(RULED)),
        ({"rules": {RULED: "own"}, "clients": {RULED: frozenset({3})}}, Own()),
        ({"rules": {RULED: "professional"}}, Professional(None)),
        ({"rules": {RULED: "professional"}, "professionals": {RULED: 8}}, Professional(8)),
        # Then that the address is ours; then the closest domain.
        ({"rules": {"lab.example": "ignore"}, "own": frozenset({RULED})}, Own()),
        (
            {"rules": {"lab.example": "own", "post.lab.example": "professional"}},
            Professional(None),
        ),
        ({"rules": {"lab.example": "own"}, "clients": {RULED: frozenset({3})}}, Own()),
        ({"rules": {"lab.example": "ignore"}}, Ignored("lab.example")),
        # A client is never swallowed by the domain they write from.
        ({"rules": {"lab.example": "ignore"}, "clients": {RULED: frozenset({3})}}, One(3)),
    ],
)
def test_the_closest_rule_counts_and_a_domain_ignores_no_client(known, expected):
    assert match(RULED, Known(**known)) == expected
