"""FHIR R4 patients as a table: a Bundle, a resource, or one resource a line (NDJSON).

Patient gives the client, Patient.contact and RelatedPerson the persons around it. Only what is
named here is looked at; the rest of a Bundle is skipped.
"""

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO

from postroom.kit.tables import NotATable
from postroom.kit.text import clean

HEADER = (
    "reference", "name", "email", "phone", "language", "birth_date", "contacts", "client state",
)  # fmt: skip
LARGEST = 50 * 1024 * 1024  # bytes of one JSON document: in memory it takes some ten times more
LONGEST = 4 * 1024 * 1024  # bytes of a line

# HL7 v3 RoleCode: who answers for a minor.
RESPONSIBLE = frozenset({
    "GUARD", "POWATT", "DPOWATT", "HPOWATT", "PRN", "MTH", "FTH", "NMTH", "NFTH", "NPRN",
    "ADOPTP", "ADOPTF", "ADOPTM", "PRNFOST", "MTHFOST", "FTHFOST", "STPPRN", "STPMTH", "STPFTH",
})  # fmt: skip
_FORMAL = frozenset({"SS", "DL", "PPN", "TAX", "NI"})  # identifiers of the person, not of the file
_DATE = re.compile(r"\d{4}-\d\d-\d\d")
_NOT_IN_WAYS = re.compile(r"[;,\n]+")
_NOT_IN_CELLS = re.compile(r"[():;,\s]+")

Thing = Mapping[str, Any]


@dataclass(frozen=True)
class Patients:
    """A row for each patient, counted from 2 as if under a header.

    A column that no patient fills is absent, and says nothing.
    """

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    def records(self) -> Iterator[tuple[int, list[str] | None]]:
        for number, cells in enumerate(self.rows, 2):
            yield number, list(cells)


def is_json(start: str) -> bool:
    return start[:1] in ("{", "[")


def patients_in(file: BinaryIO) -> Patients:
    """The patients of a file. Raises NotATable: json, bundle_big, no_patients."""
    around: dict[str, list[str]] = defaultdict(list)
    patients: list[tuple[frozenset[str], list[str]]] = []
    for keys, thing in _resources(file):
        kind = thing.get("resourceType")
        if kind == "RelatedPerson" and thing.get("active") is not False:
            patient = _words(_thing(thing.get("patient")).get("reference"))
            around[_key(patient)].append(_person(thing, _list(thing.get("relationship"))))
        elif kind == "Patient":
            patients.append((keys, _cells(thing)))
    if not patients:
        raise NotATable("no_patients")
    place = HEADER.index("contacts")
    for keys, cells in patients:
        more = [text for key in sorted(keys) for text in around.get(key, ())]
        cells[place] = "\n".join(filter(None, [cells[place], *more]))
    kept = [n for n in range(len(HEADER)) if n < 2 or any(cells[n] for _, cells in patients)]
    rows = tuple(tuple(clean(cells[n]) for n in kept) for _, cells in patients)
    return Patients(tuple(HEADER[n] for n in kept), rows)


def _cells(patient: Thing) -> list[str]:
    contacts = [
        _person(contact | {"name": [contact.get("name")]}, _list(contact.get("relationship")))
        for contact in _list(patient.get("contact"))
    ]
    return [
        _reference(patient),
        _name(patient),
        "; ".join(_ways(patient, ("email",))),
        "; ".join(_ways(patient, ("phone", "sms"))),
        _language(patient),
        found[0] if (found := _DATE.match(_words(patient.get("birthDate")))) else "",
        "\n".join(filter(None, contacts)),
        _state(patient),
    ]


def _reference(patient: Thing) -> str:
    """The number of the file (HL7 v2 0203: MR), else any that is not the person's own."""
    found = [each for each in _list(patient.get("identifier")) if _words(each.get("value"))]
    codes = [(_codes([_thing(each.get("type"))]), _words(each["value"])) for each in found]
    for wanted in (lambda kinds: "MR" in kinds, lambda kinds: not kinds & _FORMAL):
        if fitting := [value for kinds, value in codes if wanted(kinds)]:
            return fitting[0]
    return _words(patient.get("id"))


def _name(thing: Thing) -> str:
    names = [each for each in _list(thing.get("name")) if each.get("use") not in ("old", "maiden")]
    names.sort(key=lambda each: (each.get("use") != "official", each.get("use") != "usual"))
    for each in names:
        given = each.get("given")
        words = [*(given if isinstance(given, list) else []), each.get("family")]
        name = " ".join(filter(None, map(_words, words)))
        if name := name or _words(each.get("text")):
            return name
    return ""


def _ways(thing: Thing, systems: tuple[str, ...]) -> list[str]:
    """Addresses or numbers, the preferred first (ContactPoint.rank)."""
    found = [
        each
        for each in _list(thing.get("telecom"))
        if each.get("system") in systems and each.get("use") != "old" and _words(each.get("value"))
    ]
    found.sort(key=lambda each: rank if isinstance(rank := each.get("rank"), int) else 99)
    return [_words(each["value"]).removeprefix("mailto:").removeprefix("tel:") for each in found]


def _language(patient: Thing) -> str:
    spoken = _list(patient.get("communication"))
    spoken.sort(key=lambda each: each.get("preferred") is not True)
    for each in spoken:
        language = _thing(each.get("language"))
        codes = [_words(coding.get("code")) for coding in _list(language.get("coding"))]
        if words := next(filter(None, [*codes, _words(language.get("text"))]), ""):
            return words
    return ""


def _state(patient: Thing) -> str:
    if patient.get("deceasedBoolean") is True or patient.get("deceasedDateTime"):
        return "deceased"
    return "archived" if patient.get("active") is False else ""


def _person(thing: Thing, relationships: Sequence[Thing]) -> str:
    """As a cell of the column "contacts" has it; "" without a name."""
    name = _in_cell(_name(thing))
    if not name:
        return ""
    told = filter(None, map(_told, relationships))
    roles = [_in_cell(text)[:50] for text in told][:1]
    if _codes(relationships) & RESPONSIBLE:
        roles.append("responsible")
    ways = [*_ways(thing, ("email",)), *_ways(thing, ("phone", "sms"))]
    words = f"{name} ({', '.join(roles)})" if roles else name
    return f"{words}: {', '.join(_NOT_IN_WAYS.sub(' ', way) for way in ways)}" if ways else words


def _told(concept: Thing) -> str:
    displays = [_words(coding.get("display")) for coding in _list(concept.get("coding"))]
    return _words(concept.get("text")) or next(filter(None, displays), "")


def _in_cell(text: str) -> str:
    return _NOT_IN_CELLS.sub(" ", text).strip()


def _codes(concepts: Iterable[Thing]) -> frozenset[str]:
    codings = [coding for each in concepts for coding in _list(each.get("coding"))]
    return frozenset(_words(coding.get("code")) for coding in codings)


# --- JSON -----------------------------------------------------------------------------------


def _resources(file: BinaryIO) -> Iterator[tuple[frozenset[str], Thing]]:
    """Each resource with the names by which another may mean it."""
    for entry in _documents(file):
        if entry.get("resourceType") == "Bundle":
            for each in _list(entry.get("entry")):
                resource = _thing(each.get("resource"))
                yield _names(resource, _words(each.get("fullUrl"))), resource
        else:
            yield _names(entry, ""), entry


def _names(resource: Thing, url: str) -> frozenset[str]:
    return frozenset(filter(None, [_key(url), _words(resource.get("id"))]))


def _key(reference: str) -> str:
    """What is left of "Patient/7", "urn:uuid:…" and "https://…/Patient/7": their last part."""
    return re.split(r"[/:]", reference.partition("/_history")[0])[-1]


def _documents(file: BinaryIO) -> Iterator[Thing]:
    file.seek(0)
    first = _parsed(file.readline(LONGEST))
    if isinstance(first, dict):  # one resource a line, or all of it on one
        yield first
        while line := file.readline(LONGEST):
            if line.strip():
                found = _parsed(line)
                if not isinstance(found, dict):
                    raise NotATable("json")
                yield found
        return
    file.seek(0)
    whole = file.read(LARGEST + 1)
    if len(whole) > LARGEST:
        raise NotATable("bundle_big", most=str(LARGEST >> 20))
    found = _parsed(whole)
    if found is None:
        raise NotATable("json")
    yield from _list(found) if isinstance(found, list) else [found]


def _parsed(text: bytes) -> Any:
    """What the JSON says; None when it is none, as where a hundred thousand brackets open."""
    try:
        found = json.loads(text.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict | list) else None


def _thing(found: object) -> dict[str, Any]:
    return found if isinstance(found, dict) else {}


def _list(found: object) -> list[dict[str, Any]]:
    return [each for each in found if isinstance(each, dict)] if isinstance(found, list) else []


def _words(found: object) -> str:
    return " ".join(found.split()) if isinstance(found, str) else ""
