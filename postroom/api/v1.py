"""/api/v1/: clients, appointments and due dates, one at a time or a thousand.

Everything is idempotent by reference. A batch with one bad row changes nothing, unless
`?partial=true`.
"""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from django.db import transaction
from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import Body, NinjaAPI, Query, Status

from postroom.api import problems
from postroom.api.door import Bearer
from postroom.api.rows import book_rows, client_rows, remark, told_by
from postroom.api.shapes import (
    BATCH,
    AppointmentIn,
    AppointmentRow,
    ClientIn,
    ClientRow,
    DueIn,
    DueRow,
    Outcome,
)
from postroom.appointments import actions as book
from postroom.appointments import words as book_words
from postroom.appointments.models import Look
from postroom.appointments.values import Kind
from postroom.clients import words as client_words
from postroom.clients.imports import import_clients, source_named
from postroom.clients.leaving import mark_gone
from postroom.clients.models import Client
from postroom.custody.actions import NotTwoClients, merge
from postroom.intake.health import look_over
from postroom.intake.reporting import as_json
from postroom.kit.text import clean
from postroom.practice import audit
from postroom.practice.models import AccessToken, Source

api = NinjaAPI(
    title="Postroom",
    version="1",
    description="What a practice's own system tells Postroom. Errors are RFC 9457 problems.",
    docs_url=None,
    auth=Bearer(),
    urls_namespace="api",
)
problems.install(api)

SOURCE = "API"
SourceName = Annotated[
    str, Query(SOURCE, min_length=1, max_length=80, description="which of your systems speaks")
]
Partial = Annotated[bool, Query(False, description="leave out rows with errors")]
Clients = Annotated[list[ClientRow], Body(..., max_length=BATCH)]
Appointments = Annotated[list[AppointmentRow], Body(..., max_length=BATCH)]
Dues = Annotated[list[DueRow], Body(..., max_length=BATCH)]


@api.get("/health", response=dict[str, Any], tags=["health"])
def get_health(request: HttpRequest) -> Any:
    """How the practice's mailboxes stand, with their books, and the machine: for a monitor."""
    return as_json(look_over(_token(request).practice, now=timezone.now()))


@api.put("/clients/{ref}", response={200: Outcome, 201: Outcome}, tags=["clients"])
def put_client(
    request: HttpRequest, ref: str, client: ClientIn, source: SourceName = SOURCE
) -> Any:
    """Make or change a client."""
    return _one(_clients(request, source, [told_by(ref, client)], partial=False))


@api.post("/clients", response=Outcome, tags=["clients"])
def post_clients(
    request: HttpRequest,
    clients: Clients,
    source: SourceName = SOURCE,
    partial: Partial = False,
) -> Any:
    """Make or change up to 1,000 clients."""
    told = [told_by(each.reference, each) for each in clients]
    return _clients(request, source, told, partial=partial)


@api.delete("/clients/{ref}", response={204: None}, tags=["clients"])
def delete_client(request: HttpRequest, ref: str) -> Any:
    """Mark a client gone from your system. The correspondence stays."""
    token, now = _token(request), timezone.now()
    found = Client.objects.filter(practice=token.practice, ref=clean(ref)).first()
    if found is None:
        raise Http404
    mark_gone(found, now=now, who=token.name)
    return Status(204, None)


@api.post("/clients/{ref}/merge-into/{other}", response={204: None}, tags=["clients"])
def merge_clients(request: HttpRequest, ref: str, other: str) -> Any:
    """Give all that a client has to another; its reference goes on leading there. Final."""
    token, now = _token(request), timezone.now()
    ours = Client.objects.filter(practice=token.practice)
    gone, keep = (get_object_or_404(ours, ref=clean(each)) for each in (ref, other))
    if gone.merged_into_id == keep.pk:
        return Status(204, None)  # it has been done
    try:
        merge(keep, gone, by=None, now=now, who=token.name)
    except NotTwoClients as error:
        raise problems.Wrong(409, _("These are not two clients that can be merged.")) from error
    return Status(204, None)


@api.put("/appointments/{ref}", response={200: Outcome, 201: Outcome}, tags=["appointments"])
def put_appointment(
    request: HttpRequest, ref: str, appointment: AppointmentIn, source: SourceName = SOURCE
) -> Any:
    """Make or change an appointment."""
    told = [told_by(ref, appointment)]
    return _one(_book(request, "appointments", source, told, partial=False))


@api.post("/appointments", response=Outcome, tags=["appointments"])
def post_appointments(
    request: HttpRequest,
    appointments: Appointments,
    source: SourceName = SOURCE,
    partial: Partial = False,
) -> Any:
    """Make or change up to 1,000 appointments."""
    told = [told_by(each.reference, each) for each in appointments]
    return _book(request, "appointments", source, told, partial=partial)


@api.delete("/appointments/{ref}", response={204: None}, tags=["appointments"])
def delete_appointment(request: HttpRequest, ref: str, source: SourceName = SOURCE) -> Any:
    """Mark an appointment gone from your system."""
    return _gone(request, Source.APPOINTMENTS, source, ref)


@api.put("/due/{ref}", response={200: Outcome, 201: Outcome}, tags=["due"])
def put_due(request: HttpRequest, ref: str, due: DueIn, source: SourceName = SOURCE) -> Any:
    """Make or change a due date."""
    return _one(_book(request, "due", source, [told_by(ref, due)], partial=False))


@api.post("/due", response=Outcome, tags=["due"])
def post_due(
    request: HttpRequest, dues: Dues, source: SourceName = SOURCE, partial: Partial = False
) -> Any:
    """Make or change up to 1,000 due dates."""
    told = [told_by(each.reference, each) for each in dues]
    return _book(request, "due", source, told, partial=partial)


@api.delete("/due/{ref}", response={204: None}, tags=["due"])
def delete_due(request: HttpRequest, ref: str, source: SourceName = SOURCE) -> Any:
    """Mark a due date gone from your system."""
    return _gone(request, Source.DUE, source, ref)


@transaction.atomic
def _clients(
    request: HttpRequest, name: str, told: Sequence[Mapping[str, Any]], *, partial: bool
) -> dict[str, Any]:
    token, now = _token(request), timezone.now()
    rows = client_rows(token.practice, told)
    source = source_named(token.practice, clean(name))
    report = import_clients(token.practice, rows, by=None, now=now, source=source, skip_bad=partial)
    done = _outcome(report, client_words.sentence, partial=partial)
    if done["created"] or done["updated"]:
        data = {name: done[name] for name in ("created", "updated")}
        audit.record(
            token.practice_id,
            "api_clients",
            "token",
            token.pk,
            by=None,
            now=now,
            data=data,
            who=token.name,
        )
    return done


@transaction.atomic
def _book(
    request: HttpRequest,
    kind: Kind,
    name: str,
    told: Sequence[Mapping[str, Any]],
    *,
    partial: bool,
) -> dict[str, Any]:
    token, now = _token(request), timezone.now()
    report = book.bring_in(
        book.source_named(token.practice, kind, clean(name)),
        book_rows(token.practice, kind, told),
        by=None,
        now=now,
        way=Look.API,
        skip_bad=partial,
        who=token.name,
    )
    return _outcome(report, book_words.sentence, partial=partial)


def _gone(request: HttpRequest, kind: str, name: str, ref: str) -> Any:
    token = _token(request)
    source = Source.objects.filter(practice=token.practice, kind=kind, name=clean(name)).first()
    ref = clean(ref)
    if source is None or not book.knows(source, ref):
        raise Http404
    book.take_away(source, [ref], by=None, now=timezone.now(), who=token.name)
    return Status(204, None)


def _outcome(report: Any, sentence: Any, *, partial: bool) -> dict[str, Any]:
    """Counts and remarks. Raises Wrong for errors, which undoes what the request has done."""
    errors = [remark(problem, sentence(problem)) for problem in report.errors]
    if errors and not partial:
        words = _("Some of it cannot be read. Nothing was changed.")
        raise problems.Wrong(422, words, errors)
    return {
        **{name: getattr(report, name) for name in ("created", "updated", "unchanged", "skipped")},
        "errors": errors,
        "warnings": [remark(problem, sentence(problem)) for problem in report.warnings],
    }


def _one(done: dict[str, Any]) -> Any:
    return Status(201 if done["created"] else 200, done)


def _token(request: Any) -> AccessToken:
    token: AccessToken = request.auth
    return token
