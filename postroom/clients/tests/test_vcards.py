"""vCards of three versions, as programs write them."""

import io
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from postroom.clients.importing import read_clients
from postroom.kit.tables import NotATable
from tests.support.real_data import FOLDER

CARDS = FOLDER / "vcard" / "perl-text-vcard"
# Of each file its names; the address of the first card, and its number.
NAMES = {
    "apple_2.1_unicode.vcf": ["T-firstname T-surname"],
    "apple_version3.vcf": ["T-firstname T-surname"],
    "base64.vcf": ["Photo Victory"],
    "complete.vcf": ["Bruce Banner, PhD"],
    "encoding.vcf": ["Nathan Paul Christiansen I"],
    "encoding2.vcf": ["Bartholomäus von Stürmer", "Carl Gauß"],
    "evolution.vcf": ["T-firstname T-surname"],
    "latin1.vcf": ["Bruce Banner, PhD"],
    "mix_type.vcf": ["T-firstname T-surname"],
    "notes.vcf": ["Test"],
    "quoted.vcf": ["John Smith"],
    "quotedprintable.vcf": ["Carl Gauß"],
    "simple.vcf": ["T-firstname T-surname"],
    "unwrap.vcf": ["Bruce Banner, PhD"],
}


def read(text, country="GB"):
    data = text if isinstance(text, bytes) else text.encode()
    return list(read_clients(io.BytesIO(data), country=country))


def card(*lines, version="3.0"):
    return "\r\n".join(["BEGIN:VCARD", f"VERSION:{version}", *lines, "END:VCARD", ""])


@pytest.mark.parametrize("name", NAMES)
def test_every_card_of_the_collection_is_read(name):
    rows = read((CARDS / name).read_bytes(), "US")
    assert [row.name for row in rows] == NAMES[name]
    assert not any(row.errors for row in rows)
    assert all(row.ref for row in rows)


def test_the_collection_is_whole():
    assert sorted(NAMES) == sorted(path.name for path in CARDS.glob("*.vcf"))


def test_a_card_of_version_4_gives_all_it_has():
    (row,) = read((CARDS / "complete.vcf").read_bytes(), "US")
    assert [norm for _, norm in row.emails] == [
        "bbanner.work@example.com",
        "bbanner.home@example.com",
    ]
    assert [norm for _, norm in row.phones] == ["+16512901234", "+16512901111"]
    assert (row.birth_date, row.birthday) == (date(1970, 4, 14), 414)


def test_a_uid_is_the_reference():
    (row,) = read((CARDS / "evolution.vcf").read_bytes())
    assert row.ref == "pas-id-3EDER42342390"


def test_a_card_without_uid_has_the_same_reference_each_time_and_no_other_card_has_it():
    ana = card("FN:Ana Ruiz", "EMAIL:a@x.example")
    refs = [read(ana)[0].ref for _ in range(2)]
    refs += [row.ref for row in read(card("FN:Ana Ruiz", "EMAIL:other@x.example"))]
    assert refs[0] == refs[1] != refs[2]


def test_rows_are_counted_as_in_the_table_they_become():
    assert [row.number for row in read(card("FN:Ana") + card("FN:Bo"))] == [2, 3]


@pytest.mark.parametrize(
    ("lines", "name"),
    [
        (["FN:Ana"], "Ana"),
        (["N:Ruiz;Ana;;;"], "Ana Ruiz"),
        (["N:Ruiz\\;Diaz;Ana;;;"], "Ana Ruiz;Diaz"),
        (["N:;;;;", "ORG:Farrow Joinery;Office"], "Farrow Joinery"),
        (["FN:A name", "  that goes on"], "A name that goes on"),
        (["FN;ENCODING=QUOTED-PRINTABLE;CHARSET=utf-8:Zo=C3=A9 =", "Lef=C3=A8vre"], "Zoé Lefèvre"),
        (['item1.FN;X="a:b;c":Ana'], "Ana"),
    ],
)
def test_a_name_is_found(lines, name):
    (row,) = read(card(*lines))
    assert row.name == name


def test_what_is_preferred_comes_first_and_a_fax_is_no_telephone():
    (row,) = read(
        card(
            "FN:Ana",
            "EMAIL;TYPE=home:h@x.example",
            "EMAIL;TYPE=work,pref:w@x.example",
            "TEL;WORK;FAX:020 7946 0001",
            "TEL;VALUE=uri:tel:+44-20-7946-0018;ext=4",
        )
    )
    assert [norm for _, norm in row.emails] == ["w@x.example", "h@x.example"]
    assert [norm for _, norm in row.phones] == ["+442079460018"]


@pytest.mark.parametrize(
    ("text", "born", "birthday"),
    [
        ("19801231", date(1980, 12, 31), 1231),
        ("1980-12-31T00:00:00Z", date(1980, 12, 31), 1231),
        ("--1231", None, 1231),
        ("--12-31", None, 1231),
        ("1980", None, None),
        ("circa 1800", None, None),
    ],
)
def test_a_birthday_is_read_with_and_without_its_year(text, born, birthday):
    (row,) = read(card("FN:Ana", f"BDAY:{text}", version="4.0"))
    assert (row.birth_date, row.birthday, row.errors) == (born, birthday, ())


def test_what_no_card_says_is_left_alone():
    (row,) = read(card("FN:Ana"))
    assert (row.emails, row.phones, row.language, row.has_birth_date) == (None, None, None, False)


def test_a_date_of_death_is_taken_seriously():
    (row,) = read(card("FN:Ana", "DEATHDATE:20200101", version="4.0"))
    assert row.state == "deceased"


def test_a_group_of_cards_is_no_client():
    assert [row.name for row in read(card("FN:All", "KIND:group") + card("FN:Ana"))] == ["Ana"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_an_encoding_is_recognised(encoding):
    assert read(card("FN:Zoé").encode(encoding))[0].name == "Zoé"


def test_a_card_that_is_cut_off_is_read_as_far_as_it_goes():
    assert read(card("FN:Ana", "EMAIL:a@x.example")[:-12])[0].name == "Ana"


def test_a_file_that_only_says_that_cards_begin_is_told():
    with pytest.raises(NotATable) as told:
        read("BEGIN:VCARD\n")
    assert told.value.code == "nothing"


@given(st.lists(st.text(max_size=30), max_size=6))
def test_any_lines_give_cards_or_a_sentence(lines):
    data = card("FN:Ana", *lines).encode("utf-8", "replace")
    assert all(row.errors or (row.ref and row.name) for row in read(data))
