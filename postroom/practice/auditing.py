"""Reading the audit: the lines of a page, and all of them for an export."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.apps import apps
from django.db.models import Q, QuerySet
from django.urls import NoReverseMatch, reverse

from postroom.practice import audit_differences, audit_words
from postroom.practice.models import AuditEvent, Practice
from postroom.practice.words import RIGHTS, words_of

SIZE = 50
CHUNK = 1000
CLIENTS = ("client", "clients", "kept", "gone")  # in `data`: numbers of clients
POSTROOM = "postroom"  # the filter «Who»: nobody of the practice


@dataclass(frozen=True)
class Wanted:
    """The filters. `who` is a member's number, POSTROOM or "" for everybody."""

    who: str = ""
    group: str = ""
    kind: str = ""
    id: int | None = None
    since: date | None = None
    until: date | None = None  # this day too

    def rows(self, practice: Practice) -> QuerySet[AuditEvent]:
        """What is asked for, the newest first."""
        rows = AuditEvent.objects.filter(practice=practice)
        if self.who:
            rows = rows.filter(member=None if self.who == POSTROOM else int(self.who))
        if self.group == audit_words.CHANGES:
            others = [one for _, actions in audit_words.GROUPS.values() for one in actions]
            rows = rows.exclude(action__in=others)
        elif self.group:
            rows = rows.filter(action__in=audit_words.GROUPS[self.group][1])
        if self.kind:
            rows = rows.filter(object_kind=self.kind)
            if self.id is not None:
                rows = rows.filter(object_id=self.id)
        zone = practice.zone
        if self.since:
            rows = rows.filter(at__gte=midnight(self.since, zone))
        if self.until:
            rows = rows.filter(at__lt=midnight(self.until + timedelta(days=1), zone))
        return rows.order_by("-at", "-id")


@dataclass(frozen=True)
class Line:
    """One line as the page shows it."""

    row: AuditEvent
    words: str
    kind: str
    label: str  # what the object is called, or its number
    url: str  # its page, "" where there is none (any more)
    differences: list[str]


def page(practice: Practice, wanted: Wanted, before: int | None) -> tuple[list[Line], int | None]:
    """The newest lines, or those after row `before`; and the row to ask for the next ones with."""
    rows = wanted.rows(practice)
    if before is not None:
        last = AuditEvent.objects.filter(practice=practice, pk=before).first()
        rows = rows.filter(_after(last)) if last else rows.none()
    found = list(rows[: SIZE + 1])
    return lines(practice, found[:SIZE]), found[SIZE - 1].pk if len(found) > SIZE else None


def lines(practice: Practice, rows: list[AuditEvent]) -> list[Line]:
    """Rows in words, with a link to what is still there: one question for each kind."""
    there = {kind: _there(practice, kind, rows) for kind in {row.object_kind for row in rows}}
    names, nouns = _names(practice, rows), words_of(practice).within()
    return [_line(practice, row, there[row.object_kind], names, nouns) for row in rows]


def chunks(rows: QuerySet[AuditEvent]) -> Iterator[list[AuditEvent]]:
    """All rows, by key: however many there are, a thousand are held."""
    found = list(rows[:CHUNK])
    while found:
        yield found
        found = list(rows.filter(_after(found[-1]))[:CHUNK])


def midnight(day: date, zone: ZoneInfo) -> datetime:
    """When a day begins by the practice's clocks."""
    return datetime.combine(day, time(), zone)


def _after(row: AuditEvent) -> Q:
    return Q(at__lte=row.at) & (Q(at__lt=row.at) | Q(pk__lt=row.pk))


def _there(practice: Practice, kind: str, rows: list[AuditEvent]) -> dict[int, str]:
    """What exists of this kind of object, and what it is called."""
    known = audit_words.KINDS.get(kind)
    if known is None or not known.model:
        return {}
    ids = {row.object_id for row in rows if row.object_kind == kind}
    found: QuerySet[Any] = apps.get_model(known.model)._base_manager.filter(
        practice=practice, pk__in=ids
    )
    if kind == "role":
        return {role.pk: str(role) for role in found}
    return dict(found.values_list("pk", known.label or "pk"))


def _names(practice: Practice, rows: list[AuditEvent]) -> audit_differences.Names:
    """What numbers and codes in these rows are called: three questions for a page."""
    return audit_differences.Names(
        members=dict(practice.members.values_list("pk", "name")),
        clients=_references(practice, rows),
        roles={role.key: str(role) for role in practice.roles.all()},
        rights={right: str(words) for right, (words, _opens) in RIGHTS.items()},
    )


def _references(practice: Practice, rows: list[AuditEvent]) -> dict[int, str]:
    """Clients by their references: a name may be nobody's to read."""
    ids: set[int] = set()
    for row in rows:
        for name in CLIENTS:
            value = row.data.get(name)
            values = value if isinstance(value, list) else [value]
            ids |= {one for one in values if isinstance(one, int) and not isinstance(one, bool)}
    found: QuerySet[Any] = apps.get_model("clients.Client")._base_manager.filter(practice=practice)
    return dict(found.filter(pk__in=ids).values_list("pk", "ref")) if ids else {}


def _line(
    practice: Practice,
    row: AuditEvent,
    there: dict[int, Any],
    names: audit_differences.Names,
    nouns: dict[str, str],
) -> Line:
    kind = row.object_kind
    known = audit_words.KINDS.get(kind)
    exists = row.object_id in there
    named = bool(known and known.label) and exists
    about_the_house = known is not None and not known.model
    return Line(
        row=row,
        words=audit_words.action_words(row.action, kind, nouns),
        kind=audit_words.kind_words(kind),
        label=str(there[row.object_id]) if named else "" if about_the_house else f"{row.object_id}",
        url=_url(practice, known.url, row.object_id) if known and exists else "",
        differences=audit_differences.differences(row.data, names),
    )


def _url(practice: Practice, name: str, id: int) -> str:
    """Its own page, or the one of all of its kind."""
    if not name:
        return ""
    try:
        return reverse(name, args=[practice.slug, id])
    except NoReverseMatch:
        return reverse(name, args=[practice.slug])
