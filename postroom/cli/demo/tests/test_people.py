import csv
import io
import re
from collections import Counter
from datetime import UTC, date, datetime

from postroom.cli.demo import people, serve
from postroom.clients.importing import read_clients
from postroom.clients.imports import import_clients, source_named
from postroom.clients.models import Client
from postroom.practice.models import Source
from tests.support.cast import Cast

EVERYBODY = people.clients()
RESERVED = re.compile(r".*(@|\.)(example\.(com|org|net)|[a-z0-9-]+\.example)$")
FICTION = re.compile(r"020 7946 0\d{3}|\+33 1 99 00 \d\d \d\d")


def test_about_three_hundred_clients_with_references_of_their_own():
    assert 280 <= len(EVERYBODY) <= 320
    assert len({one.reference for one in EVERYBODY}) == len(EVERYBODY)
    assert all(re.fullmatch(r"\d{4}", one.reference) for one in EVERYBODY)


def test_the_same_seed_gives_the_same_people():
    people.clients.cache_clear()
    assert people.clients() == EVERYBODY
    assert people.clients(7) != EVERYBODY


def test_every_address_is_under_a_reserved_name():
    for one in EVERYBODY:
        assert one.emails
        for address in one.emails:
            assert RESERVED.match(address), address
            assert address.isascii() and address == address.lower()


def test_every_number_is_kept_for_fiction_and_belongs_to_one_client():
    numbers = [number for one in EVERYBODY for number in one.phones]
    assert all(FICTION.fullmatch(number) for number in numbers)
    assert len(set(numbers)) == len(numbers)


def test_two_addresses_belong_to_people_who_share_nothing_else():
    apart = []
    for address in people.shared_addresses():
        owners = [one for one in EVERYBODY if address in one.emails]
        groups = {one.group for one in owners}
        if groups == {""} or len(groups) > 1:
            apart.append(address)
            assert len({one.family for one in owners}) == 2
    assert len(apart) == 2


def test_some_relatives_share_an_address_inside_their_group():
    owners = Counter(
        (address, one.group)
        for one in EVERYBODY
        for address in set(one.emails)
        if one.group and address in people.shared_addresses()
    )
    assert sum(times > 1 for times in owners.values()) >= 5


def test_families_have_several_members():
    sizes = Counter(one.group for one in EVERYBODY if one.group)
    assert len(sizes) >= 40
    assert min(sizes.values()) >= 2
    assert sizes["Farrow family"] == 3


def test_couples_write_from_two_addresses_as_two_persons():
    couples = [one for one in EVERYBODY if " and " in one.name or " et " in one.name]
    assert len(couples) >= 15
    for one in couples:
        assert people.writer_at(one, one.emails[0]) == one
        other = people.writer_at(one, one.emails[1])
        assert other.given in one.name.split() and other.given != one.given
        assert other.female != one.female


def test_names_languages_birth_dates_and_animals_are_varied():
    assert sum(not one.name.isascii() for one in EVERYBODY) > 60
    languages = Counter(one.language for one in EVERYBODY)
    assert set(languages) == {"en", "fr"} and min(languages.values()) > 80
    assert all(date(1938, 1, 1) <= one.birth_date <= date(2006, 1, 1) for one in EVERYBODY)
    assert all(one.patients for one in EVERYBODY)
    assert {animal.species for one in EVERYBODY for animal in one.patients} == set(people.KINDS)


def test_the_file_reads_back_as_the_clients():
    rows = list(csv.DictReader(io.StringIO(people.clients_csv())))
    assert tuple(rows[0]) == people.COLUMNS
    assert len(rows) == len(EVERYBODY)
    assert rows[0]["name"] == "Hollis Farrow"
    assert rows[0]["patients"] == "Biscuit (dog); Maple (cat)"
    for row, one in zip(rows, EVERYBODY, strict=True):
        assert row["email"].split(";") == list(one.emails)
        assert row["phone"].split(";") == list(one.phones)
        assert date.fromisoformat(row["birth date"]) == one.birth_date


def test_the_file_brought_in_again_changes_nothing_and_can_all_be_read(cast: Cast):
    def bring(source: Source | None) -> tuple[int, int, int]:
        file = io.BytesIO(people.clients_csv().encode())
        rows = read_clients(file, country=serve.COUNTRY)
        now = datetime(2026, 1, 5, tzinfo=UTC)
        report = import_clients(cast.practice, rows, by=None, now=now, source=source)
        assert not report.errors
        # Two strangers share an address on purpose: that is worth a word each time.
        assert [told.code for told in report.warnings] == ["shared", "shared"]
        return report.created, report.updated, report.unchanged

    cast.hollis.delete()  # of the tests' own cast, with the same reference
    assert bring(None) == (len(EVERYBODY), 0, 0)
    source = source_named(cast.practice, serve.CLIENTS)
    assert bring(source) == (0, 0, len(EVERYBODY))
    assert set(Client.objects.values_list("source", flat=True)) == {source.pk}
    assert bring(source) == (0, 0, len(EVERYBODY))
