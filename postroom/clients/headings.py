"""Which column is which, in a list of clients written by another system."""

from collections.abc import Mapping, Sequence

from postroom.kit.columns import Headings, listed, plain
from postroom.kit.tables import NotATable

# Folded, without punctuation; the first that a file has is the one read.
HEADINGS: dict[str, tuple[str, ...]] = {
    "reference": (
        "reference", "ref", "client reference", "client ref", "client number", "client no",
        "client id", "client code", "reference client", "ref client", "numero client",
        "numero de client", "no client", "n client", "code client", "dossier",
        "numero de dossier", "code", "id",
    ),
    "name": (
        "name", "full name", "client name", "nom complet", "nom du client", "nom client", "nom",
        "last name", "surname", "family name", "nom de famille", "client",
    ),
    "first_name": ("first name", "given name", "forename", "prenom", "prenoms"),
    "email": (
        "email", "emails", "e mail", "e mails", "mail", "mails", "email address",
        "email addresses", "e mail address", "courriel", "courriels", "adresse courriel",
        "adresse e mail", "adresse email", "adresse mail", "adresses e mail", "adresses email",
        "mel",
    ),
    "phone": (
        "phone", "phones", "telephone", "telephones", "tel", "phone number", "phone numbers",
        "mobile", "mobile phone", "cell phone", "home phone", "work phone", "portable",
        "tel portable", "telephone portable", "telephone fixe", "fixe", "numero de telephone",
    ),
    "group": (
        "group", "groups", "client group", "family", "family group", "household", "foyer",
        "foyers", "foyer ou groupe", "groupe", "groupes", "famille",
    ),
    "language": ("language", "lang", "langue"),
    "birth_date": (
        "birth date", "birthdate", "date of birth", "birthday", "dob", "born",
        "date de naissance", "naissance", "ne le", "ne e le",
    ),
    "patients": (
        "patients", "patient", "patients animaux", "animals", "animal", "animaux", "pets", "pet",
    ),
    "contacts": (
        "contacts", "further contacts", "related persons", "responsible persons", "guardians",
        "personnes liees", "autres contacts", "responsables", "representants legaux",
    ),
    # Not "state" alone: that is a part of an address.
    "state": (
        "client state", "client status", "patient status", "etat du client", "statut du client",
    ),
    "deceased": ("deceased", "died", "date of death", "decede", "date de deces"),
}  # fmt: skip
REQUIRED = ("reference", "name")
REPEATED = ("email", "phone")  # "Mobile" and "Home phone" are both read

Places = dict[str, tuple[int, ...]]


def columns(header: Sequence[str], mapping: Mapping[str, str]) -> Places:
    """The places of each field's columns. `mapping` ({field: column's name}) comes first.

    Raises NotATable: field, column (mapping names what is not there), twice, missing.
    """
    names = [plain(name) for name in header]
    places = {field: _named(field, name, names, header) for field, name in mapping.items()}
    taken = {place for found in places.values() for place in found}
    for field, headings in HEADINGS.items():
        if field not in places:
            found = _recognised(field, headings, _free(names, taken))
            if found:
                places[field] = _single(field, found, header)
    return complete(header, places)


def complete(header: Sequence[str], places: Places) -> Places:
    """The places, when what is needed is among them. Raises NotATable: missing."""
    for field in REQUIRED:
        if not places.get(field):
            raise NotATable("missing", field=field, columns=listed(header))
    return places


def proposed(header: Sequence[str], remembered: Mapping[str, Sequence[str]]) -> Places:
    """What each column could be: as it was `remembered` (field -> names of columns), else as its
    name says. A column that was remembered for nothing stays out; nothing is raised."""
    names = [plain(name) for name in header]
    places: Places = {}
    for field, columns_of in remembered.items():
        wanted = {plain(name) for name in columns_of}
        found = tuple(n for n, name in enumerate(names) if name and name in wanted)
        if field in HEADINGS and found:
            places[field] = found if field in REPEATED else found[:1]
    known = {plain(name) for columns_of in remembered.values() for name in columns_of}
    taken = {place for place, name in enumerate(names) if name in known}
    for field, headings in HEADINGS.items():
        if field not in places:
            found = _recognised(field, headings, _free(names, taken))
            if found:
                places[field] = found if field in REPEATED else found[:1]
                taken |= set(places[field])
    return places


def understood(header: Sequence[str], mapping: Mapping[str, str]) -> int:
    """How many of these names say something to us."""
    return Headings(HEADINGS).understood(header, mapping)


def _named(field: str, name: str, names: list[str], header: Sequence[str]) -> tuple[int, ...]:
    if field not in HEADINGS:
        raise NotATable("field", field=field, fields=", ".join(HEADINGS))
    found = tuple(place for place, each in enumerate(names) if each == plain(name))
    if not found:
        raise NotATable("column", column=name, columns=listed(header))
    return _single(field, found, header)


def _free(names: list[str], taken: set[int]) -> list[str]:
    return ["" if place in taken else name for place, name in enumerate(names)]


def _recognised(field: str, headings: tuple[str, ...], names: list[str]) -> tuple[int, ...]:
    if field in REPEATED:
        # "Email 2" is one more email.
        return tuple(n for n, name in enumerate(names) if name.rstrip(" 0123456789") in headings)
    for heading in headings:
        if found := tuple(place for place, name in enumerate(names) if name == heading):
            return found
    return ()


def _single(field: str, found: tuple[int, ...], header: Sequence[str]) -> tuple[int, ...]:
    if len(found) > 1 and field not in REPEATED:
        raise NotATable("twice", column=header[found[0]])
    return found
