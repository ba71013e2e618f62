"""The invented clients of Tern & Thistle Vets, and the file in which they are imported.

Everybody here is made up: addresses lie under names reserved by RFC 2606, telephone numbers in
the ranges of London (020 7946 0xxx) and Paris (01 99 00 xx xx) that Ofcom and Arcep keep for
fiction. Those for mobile telephones are none that libphonenumber takes for numbers.
"""

from __future__ import annotations

import csv
import io
import random
import unicodedata
from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import cache

from . import names

SEED = 4182
HOW_MANY = 300
COLUMNS = ("reference", "name", "email", "phone", "group", "language", "birth date", "patients")
WITHOUT_DECOMPOSITION = str.maketrans("øłı", "oli", "") | {ord("œ"): "oe"}
KINDS = ("dog", "cat", "rabbit", "guinea pig", "tortoise", "budgie", "ferret", "pony")
KIND_WEIGHTS = (44, 38, 6, 4, 3, 2, 1, 2)


@dataclass(frozen=True)
class Patient:
    name: str
    species: str
    female: bool


@dataclass(frozen=True)
class Client:
    """One client; `given` and `female` are of the person who writes the letters."""

    reference: str
    given: str
    family: str
    female: bool
    name: str
    emails: tuple[str, ...]
    phones: tuple[str, ...]
    group: str
    language: str
    birth_date: date
    patients: tuple[Patient, ...]


@cache
def clients(seed: int = SEED) -> tuple[Client, ...]:
    """The whole list, the same for the same seed."""
    town = _Town(random.Random(seed))
    town.add_the_farrows()
    for size in (2, 3, 2, 4, 2, 2, 3) * 6:
        town.add_family(size)
    for _ in range(18):
        town.add_couple()
    while len(town.people) < HOW_MANY:
        town.add_person()
    town.share_between_strangers("allotments@saltmarsh-mail.example")
    town.share_between_strangers("flat3.letters@example.org")
    return tuple(town.people)


def clients_csv(seed: int = SEED) -> str:
    """The clients in Postroom's import format (COLUMNS), lines ending in LF."""
    out = io.StringIO()
    rows = csv.writer(out, lineterminator="\n")
    rows.writerow(COLUMNS)
    for one in clients(seed):
        animals = "; ".join(f"{patient.name} ({patient.species})" for patient in one.patients)
        rows.writerow(
            (
                one.reference,
                one.name,
                ";".join(one.emails),
                ";".join(one.phones),
                one.group,
                one.language,
                one.birth_date.isoformat(),
                animals,
            )
        )
    return out.getvalue()


def shared_addresses(seed: int = SEED) -> frozenset[str]:
    """The addresses that more than one client has."""
    count = Counter(address for one in clients(seed) for address in set(one.emails))
    return frozenset(address for address, times in count.items() if times > 1)


def writer_at(client: Client, address: str) -> Client:
    """Who writes from this address: of a couple, the second has the second address."""
    words = client.name.split()
    if len(words) < 4 or words[1] not in ("and", "et") or address != client.emails[1]:
        return client
    return replace(client, given=words[2], female=not client.female)


@dataclass
class _Town:
    """The list while it is being made: what is taken is not given twice."""

    rng: random.Random
    people: list[Client] = field(default_factory=list)
    addresses: set[str] = field(default_factory=set)
    numbers: set[str] = field(default_factory=set)
    references: set[str] = field(default_factory=set)
    full_names: set[str] = field(default_factory=set)

    def add_the_farrows(self) -> None:
        """The family of the guided tour in the documentation, always the same."""
        biscuit, maple = Patient("Biscuit", "dog", False), Patient("Maple", "cat", True)
        pepper = Patient("Pepper", "cat", True)
        for reference, given, female, phone, born, animals in (
            ("4182", "Hollis", False, "020 7946 0142", date(1979, 3, 8), (biscuit, maple)),
            ("4183", "Wren", True, "020 7946 0143", date(1981, 9, 30), (biscuit,)),
            ("2907", "Edda", True, "020 7946 0388", date(1950, 1, 17), (pepper,)),
        ):
            email = f"{given.lower()}.farrow@example.org"
            self.references.add(reference)
            self.numbers.add(phone)
            self.addresses.add(email)
            self.people.append(
                Client(
                    reference=reference,
                    given=given,
                    family="Farrow",
                    female=female,
                    name=f"{given} Farrow",
                    emails=(email,),
                    phones=(phone,),
                    group="Farrow family",
                    language="en",
                    birth_date=born,
                    patients=animals,
                )
            )

    def add_person(self) -> None:
        self.people.append(self._person(*self._origin()))

    def add_couple(self) -> None:
        """One client record for two people, each with an address of their own."""
        origin, language = self._origin()
        one = self._person(origin, language)
        other = self.rng.choice(origin["m" if one.female else "f"])
        joint = {"en": "and", "fr": "et"}[language]
        name = f"{one.given} {joint} {other} {one.family}"
        emails = (one.emails[0], self._address(other, one.family))
        self.people.append(replace(one, name=name, emails=emails))

    def add_family(self, size: int) -> None:
        """Several clients of one name; in about a third of the families two share an address."""
        origin, language = self._origin()
        first = self._person(origin, language)
        group = f"{first.family} family" if language == "en" else f"Famille {first.family}"
        while any(one.group == group for one in self.people):
            first = self._person(origin, language)
            group = f"{first.family} family" if language == "en" else f"Famille {first.family}"
        members = [first]
        members += [self._person(origin, language, first.family) for _ in range(size - 1)]
        if self.rng.random() < 0.35:
            members[1] = replace(members[1], emails=first.emails[:1])
        self.people += [replace(one, group=group) for one in members]

    def share_between_strangers(self, address: str) -> None:
        """Two clients with nothing else in common also use this address."""
        alone = [at for at, one in enumerate(self.people) if not one.group and len(one.emails) == 1]
        for at in self.rng.sample(alone, 2):
            one = self.people[at]
            self.people[at] = replace(one, emails=(*one.emails, address))

    def _origin(self) -> tuple[dict[str, list[str]], str]:
        origin = self.rng.choices((names.BRITISH, names.FRENCH, names.ELSEWHERE), (40, 43, 17))[0]
        if origin is names.ELSEWHERE:
            return origin, self.rng.choice(("en", "en", "fr"))
        return origin, "fr" if origin is names.FRENCH else "en"

    def _person(self, origin: dict[str, list[str]], language: str, family: str = "") -> Client:
        rng = self.rng
        female = rng.random() < 0.55
        given, family = self._name(origin, female, family)
        emails = [self._address(given, family)]
        if rng.random() < 0.22:
            emails.append(self._address(given, family, rng.choice(names.WORKPLACES)))
        phones = [self._phone(language)] + ([self._phone(language)] if rng.random() < 0.15 else [])
        return Client(
            reference=self._reference(),
            given=given,
            family=family,
            female=female,
            name=f"{given} {family}",
            emails=tuple(emails),
            phones=tuple(phones),
            group="",
            language=language,
            birth_date=date(1938, 1, 1) + timedelta(days=rng.randrange(68 * 365)),
            patients=self._patients(),
        )

    def _name(self, origin: dict[str, list[str]], female: bool, family: str) -> tuple[str, str]:
        while True:
            given = self.rng.choice(origin["f" if female else "m"])
            surname = family or self.rng.choice(origin["family"])
            if f"{given} {surname}" not in self.full_names:
                self.full_names.add(f"{given} {surname}")
                return given, surname

    def _address(self, given: str, family: str, domain: str = "") -> str:
        rng = self.rng
        first, last = plain(given), plain(family)
        shapes = (f"{first}.{last}", f"{first[0]}.{last}", f"{first}{last}", f"{last}.{first}")
        local = rng.choice(shapes)
        domain = domain or rng.choice(names.MAILBOXES)
        while f"{local}@{domain}" in self.addresses:
            local += str(rng.randrange(10))
        self.addresses.add(f"{local}@{domain}")
        return f"{local}@{domain}"

    def _phone(self, language: str) -> str:
        while True:
            number = fictional_phone(self.rng, language)
            if number not in self.numbers:
                self.numbers.add(number)
                return number

    def _reference(self) -> str:
        while True:
            reference = str(self.rng.randrange(1000, 5000))
            if reference not in self.references:
                self.references.add(reference)
                return reference

    def _patients(self) -> tuple[Patient, ...]:
        rng = self.rng
        found: dict[str, Patient] = {}
        for _ in range(rng.choices((1, 2, 3), (62, 28, 10))[0]):
            female = rng.random() < 0.5
            name = rng.choice(names.ANIMALS["f" if female else "m"])
            found[name] = Patient(name, rng.choices(KINDS, KIND_WEIGHTS)[0], female)
        return tuple(found.values())


def fictional_phone(rng: random.Random, language: str) -> str:
    """A number from a range kept for fiction, as a person of that language writes it."""
    if language == "fr":
        return f"+33 1 99 00 {rng.randrange(100):02d} {rng.randrange(100):02d}"
    return f"020 7946 0{rng.randrange(1000):03d}"


def plain(name: str) -> str:
    """A name as people put it into an address: ASCII, small letters and hyphens."""
    letters = name.lower().translate(WITHOUT_DECOMPOSITION)
    ascii_only = unicodedata.normalize("NFKD", letters).encode("ascii", "ignore").decode()
    return "".join(letter for letter in ascii_only if letter.isalnum() or letter == "-")
