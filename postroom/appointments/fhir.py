"""Reading FHIR R4 appointments: a Bundle, one resource, a list, or one resource a line."""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from postroom.appointments.rules import LONGEST_REF, moment_of, plain_ref
from postroom.appointments.values import CUT, LIMITS, LONGEST, Row
from postroom.clients.importing import Problem
from postroom.kit.tables import NotATable
from postroom.kit.text import clean

# http://hl7.org/fhir/R4/valueset-appointmentstatus.html
STATES = {
    "proposed": "booked",
    "pending": "booked",
    "booked": "booked",
    "waitlist": "booked",
    "arrived": "arrived",
    "checked-in": "arrived",
    "fulfilled": "done",
    "noshow": "missed",
    "cancelled": "cancelled",
    "entered-in-error": "cancelled",
}
MOST = 100_000  # resources of one file

Json = dict[str, Any]


def read_fhir(data: bytes, *, zone: ZoneInfo) -> list[Row]:
    """The Appointment resources, the last word on each id. Raises NotATable: json, many."""
    resources = _resources(data)
    names = _identifiers(resources)
    found: dict[str, Row] = {}
    unread = []
    appointments = [each for each in resources if each.get("resourceType") == "Appointment"]
    for number, resource in enumerate(appointments, 1):
        try:
            row = _row(number, resource, names, zone)
        except (KeyError, TypeError, ValueError, AttributeError):
            row = _bad(number, "", "resource")
        if row.errors:
            unread.append(row)
        else:
            found[row.ref] = row
    return sorted([*found.values(), *unread], key=lambda row: row.number)


def _resources(data: bytes) -> list[Json]:
    try:
        text = data.decode("utf-8-sig")
        try:
            parts = [json.loads(text)]
        except json.JSONDecodeError:
            parts = [json.loads(line) for line in text.splitlines() if line.strip()]
    except (ValueError, RecursionError) as error:
        raise NotATable("json", detail=str(error)[:120]) from error
    found = []
    for resource in _opened(parts):
        found.append(resource)
        if len(found) > MOST:
            raise NotATable("many", most=str(MOST))
    return found


def _opened(parts: Iterable[Any]) -> Iterator[Json]:
    """The resources themselves, out of lists and bundles; a bundle's fullUrl stays with each."""
    for part in parts:
        if isinstance(part, list):
            yield from _opened(part)
        elif isinstance(part, dict) and part.get("resourceType") == "Bundle":
            for entry in part.get("entry") or []:
                resource = entry.get("resource") if isinstance(entry, dict) else None
                if isinstance(resource, dict):
                    yield resource | {"fullUrl": entry.get("fullUrl")}
        elif isinstance(part, dict):
            yield part


def _identifiers(resources: Iterable[Json]) -> dict[str, list[str]]:
    """How each Patient of the file may be referred to -> the references it may have with us."""
    found: dict[str, list[str]] = defaultdict(list)
    for resource in resources:
        if resource.get("resourceType") == "Patient":
            refs = [*_values(resource.get("identifier")), str(resource.get("id") or "")]
            for way in (f"Patient/{resource.get('id')}", str(resource.get("fullUrl") or "")):
                found[way] += [ref for ref in refs if ref]
    found.pop("", None)
    return found


def _row(number: int, resource: Json, names: dict[str, list[str]], zone: ZoneInfo) -> Row:
    ref = str(resource.get("id") or "") or next(iter(_values(resource.get("identifier"))), "")
    ref = clean(ref).strip()
    if not ref or len(ref) > LONGEST_REF:
        return _bad(number, "id", "empty" if not ref else "long", text=ref, most=str(LONGEST_REF))
    status = str(resource.get("status"))
    if status not in STATES:
        return _bad(number, "status", "state", text=status)
    start = _moment(resource.get("start"), zone)
    if start is None:
        return _bad(number, "start", "moment", text=str(resource.get("start", "")))
    end = _moment(resource.get("end"), zone)
    if end and not start <= end <= start + LONGEST:
        return _bad(number, "end", "order")
    values: dict[str, Any] = {
        "start": start,
        "end": end,
        "state": STATES[status],
        "subject": _subject(resource)[: CUT["subject"]],
    }
    if booked := _moment(resource.get("created"), zone):
        values["booked_at"] = booked
    hints: list[tuple[str, str]] = []
    for actor in _actors(resource):
        kind, refs = _who(actor, names)
        if kind == "Patient" and "client_ref" not in values and refs:
            values["client_ref"] = refs[0][: LIMITS["client"]]
            hints = [("ref", each) for each in refs[1:]]
        elif kind.startswith("Practitioner") and "practitioner_name" not in values:
            values["practitioner_name"] = _line(actor.get("display"))[: CUT["practitioner"]]
    return Row(number, ref, values, tuple(hints))


def _actors(resource: Json) -> Iterator[Json]:
    for participant in resource.get("participant") or []:
        if isinstance(actor := participant.get("actor"), dict):
            yield actor


def _who(actor: Json, names: dict[str, list[str]]) -> tuple[str, list[str]]:
    """The kind of the one referred to, and for a patient the references they may have with us."""
    reference = str(actor.get("reference") or "")
    kind = str(actor.get("type") or "") or reference.rpartition("/")[0].rpartition("/")[2]
    refs = list(names.get(reference, []))
    if refs:
        kind = "Patient"
    refs += _values(actor.get("identifier"))
    if "/" in reference:
        refs.append(reference.rpartition("/")[2])
    elif reference:
        refs.append(plain_ref(reference))
    return kind, list(dict.fromkeys(refs))


def _values(identifiers: Any) -> list[str]:
    """The values of one identifier or several; a medical record number comes first."""
    several = identifiers if isinstance(identifiers, list) else [identifiers]
    found = [each for each in several if isinstance(each, dict) and each.get("value")]
    found.sort(key=lambda each: "MR" not in _codes(each))
    return [clean(str(each["value"])).strip() for each in found]


def _codes(identifier: Json) -> set[str]:
    kinds = identifier.get("type")
    codings = kinds.get("coding") if isinstance(kinds, dict) else None
    return {str(each.get("code")) for each in codings or [] if isinstance(each, dict)}


def _subject(resource: Json) -> str:
    if text := _line(resource.get("description")):
        return text
    for field in ("appointmentType", "serviceType", "reasonCode"):
        for concept in (
            [resource[field]]
            if isinstance(resource.get(field), dict)
            else (resource.get(field) or [])
        ):
            for coding in [{"display": concept.get("text")}, *(concept.get("coding") or [])]:
                if text := _line(coding.get("display")):
                    return text
    return ""


def _moment(value: Any, zone: ZoneInfo) -> datetime | None:
    """An instant; one without its offset, which R4 forbids, is the practice's own time."""
    found = moment_of(str(value), zone) if value else None
    return found.at if found else None


def _line(value: Any) -> str:
    return " ".join(clean(str(value)).split()) if value else ""


def _bad(number: int, column: str, code: str, **data: str) -> Row:
    return Row(number, errors=(Problem(number, column, code, data),))
