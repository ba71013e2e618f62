"""Importing clients: bring a file, say what its columns are, look, import, mend what was wrong."""

from collections import defaultdict
from collections.abc import Iterator
from itertools import islice
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from postroom.clients import file_jobs, file_pages, import_jobs, uploads, words
from postroom.clients.forms.importing import ColumnsForm, UploadForm
from postroom.clients.importing import Problem, Row
from postroom.clients.imports import TooManyGone
from postroom.kit.tables import NotATable, Table
from postroom.practice import longwork, rules
from postroom.practice.access import MemberRequest, member_required
from postroom.practice.models import Job, Source

PREVIEW = 20  # rows
HISTORY = 20
SAMPLES = 3  # cells shown of a column
_URLS = {"stop": "stop_import", "problems": "import_problems"}


@member_required(rules.SETTINGS)
@require_http_methods(["GET", "HEAD", "POST"])
def imports(request: MemberRequest) -> HttpResponse:
    """Bring a file; and what was brought before."""
    sources = Source.objects.filter(practice=request.practice, kind=Source.CLIENTS)
    names = list(sources.order_by("-fresh_at", "name").values_list("name", flat=True))
    first = names[0] if names else _("Our practice system")
    form = UploadForm(request.POST or None, request.FILES or None, initial={"source": first})
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            job = import_jobs.prepare(
                request.practice,
                file,
                file.name,
                file.size,
                form.cleaned_data["source"],
                by=request.member,
                now=timezone.now(),
            )
        except NotATable as problem:
            form.add_error("file", words.sentence(problem))
        else:
            return _to_job(request, job)
    context = {
        "nav": "clients",
        "appcls": "tall",
        "form": form,
        "sources": names,
        "jobs": _jobs(request).select_related("member", "source").order_by("-id")[:HISTORY],
    }
    status = 422 if form.errors else 200
    return render(request, "clients/imports.html", context, status=status)


@member_required(rules.SETTINGS)
@require_http_methods(["GET", "HEAD", "POST"])
def import_job(request: MemberRequest, job: int) -> HttpResponse:
    """One import, whatever state it is in; what is sent here says what its columns are."""
    chosen = get_object_or_404(_jobs(request), pk=job)
    context: dict[str, Any] = {"nav": "clients", "appcls": "tall", "job": chosen}
    if chosen.state == Job.DRAFT and (chosen.stage != import_jobs.CHECKED or _again(request)):
        return _columns(request, chosen, context)
    if request.method == "POST":
        return _to_job(request, chosen)
    context["progress"] = file_pages.progress(chosen, words.STAGES, timezone.now())
    context["reading"] = chosen.stage in (import_jobs.READ, import_jobs.COMPARE)
    for name in ("stop", "problems"):
        url = reverse(f"clients:{_URLS[name]}", args=[request.practice.slug, chosen.pk])
        context[f"{name}_url"] = url
    if chosen.state == Job.FAILED:
        trouble = NotATable(chosen.result["trouble"], **chosen.result.get("data", {}))
        context["trouble"] = words.sentence(trouble)
    if chosen.state not in longwork.UNDER_WAY:
        context |= _what_is_wrong(chosen)
    return render(request, "clients/import_job.html", context)


@member_required(rules.SETTINGS)
@require_POST
def start(request: MemberRequest, job: int) -> HttpResponse:
    """Import what was checked."""
    chosen = get_object_or_404(_jobs(request), pk=job)
    try:
        if chosen.stage != import_jobs.CHECKED:
            raise longwork.Lost
        sure = request.POST.get("sure") == "yes"
        import_jobs.write(chosen, sure=sure, by=request.member, now=timezone.now())
    except TooManyGone:
        messages.error(request, _("Tick the box first: is this really the whole list?"))
    except longwork.Busy:
        messages.error(request, str(file_pages.BUSY))
    except longwork.Lost:
        messages.error(request, str(file_pages.LOST))
    return _to_job(request, chosen)


@member_required(rules.SETTINGS)
@require_POST
def stop(request: MemberRequest, job: int) -> HttpResponse:
    """Stop an import where it is."""
    chosen = get_object_or_404(_jobs(request), pk=job)
    if file_jobs.stop(chosen, by=request.member, now=timezone.now()):
        messages.success(request, str(file_pages.STOPPED))
    return _to_job(request, chosen)


@member_required(rules.SETTINGS)
@require_POST
def discard(request: MemberRequest, job: int) -> HttpResponse:
    """Forget a file that was brought and not imported."""
    file_jobs.discard(get_object_or_404(_jobs(request), pk=job))
    messages.success(request, str(file_pages.FORGOTTEN))
    return redirect("clients:imports", request.practice.slug)


@member_required(rules.SETTINGS)
@require_safe
def problems(request: MemberRequest, job: int) -> HttpResponse:
    """The rows with problems as a CSV file, as they were and with what is wrong with each."""
    chosen = get_object_or_404(_jobs(request), pk=job)
    kind = "warning" if request.GET.get("kind") == "warning" else "error"
    told: dict[int, list[str]] = defaultdict(list)
    for problem in file_jobs.problems(chosen, kind):
        told[problem.row].append(_with_column(problem))
    try:
        with uploads.opened(chosen.data["key"]) as table:
            content = uploads.some_rows(table, told, _("Problem"))
    except OSError:
        messages.error(request, str(file_pages.TOO_OLD))
        return _to_job(request, chosen)
    return file_pages.bad_rows(chosen, content, kind, "clients")


# --- which column is which ------------------------------------------------------------------


def _columns(request: MemberRequest, job: Job, context: dict[str, Any]) -> HttpResponse:
    try:
        with uploads.opened(job.data["key"]) as table:
            form = ColumnsForm(
                table.header,
                job.data["places"],
                job.data.get("gone_too", False),
                request.POST or None,
            )
            if request.method == "POST" and request.POST.get("do") == "check" and form.is_valid():
                gone_too = form.cleaned_data["gone_too"]
                return _check(request, job, form, gone_too)
            samples = _samples(table)
            rows = list(islice(_rows(request, table, form), PREVIEW))
    except OSError:
        messages.error(request, str(file_pages.TOO_OLD))
        return redirect("clients:imports", request.practice.slug)
    wrong = request.POST.get("do") == "check" and bool(form.errors)
    columns = list(zip(form.columns, samples, strict=True))
    context |= {
        "form": form,
        "columns": columns,
        "rows": rows,
        "read": set(form.places()),
        "wrong": wrong,
    }
    return render(request, "clients/import_columns.html", context, status=422 if wrong else 200)


def _check(request: MemberRequest, job: Job, form: ColumnsForm, gone_too: bool) -> HttpResponse:
    try:
        import_jobs.check(job, form.places(), gone_too, now=timezone.now())
    except longwork.Busy:
        messages.error(request, str(file_pages.BUSY))
    except longwork.Lost:
        messages.error(request, str(file_pages.LOST))
    return _to_job(request, job)


def _samples(table: Table) -> list[list[str]]:
    """The first cells of each column that have something in them, none twice."""
    found: list[dict[str, None]] = [{} for _ in table.header]
    for _number, cells in islice(table.records(), 50):
        for place, cell in enumerate((cells or [])[: len(found)]):
            if cell and len(found[place]) < SAMPLES:
                found[place][cell[:60]] = None
    return [list(cells) for cells in found]


def _rows(request: MemberRequest, table: Table, form: ColumnsForm) -> Iterator[dict[str, Any]]:
    places = {field: list(found) for field, found in form.places().items()}
    for row in uploads.clients_of(table, places, request.practice.country):
        told = [words.placed(problem) for problem in row.errors]
        yield {"row": row, "told": told, "ways": _ways(row), "people": _people(row)}


def _ways(row: Row) -> list[str]:
    return [text for text, _norm in (*(row.emails or ()), *(row.phones or ()))]


def _people(row: Row) -> list[str]:
    patients = [f"{name} ({kind})" if kind else name for name, kind in row.patients or ()]
    contacts = [
        f"{person[0]} ({person[1]})" if person[1] else person[0] for person in row.contacts or ()
    ]
    return patients + contacts


# --- what is wrong --------------------------------------------------------------------------


def _what_is_wrong(job: Job) -> dict[str, Any]:
    many_gone = job.stage == import_jobs.CHECKED and _many_gone(job)
    return {**file_pages.what_is_wrong(job, words.sentence), "many_gone": many_gone}


def _many_gone(job: Job) -> bool:
    try:
        import_jobs.refuse_many(job.result.get("gone", 0), job.result.get("held", 0))
    except TooManyGone:
        return True
    return False


def _with_column(problem: Problem) -> str:
    said = words.sentence(problem)
    return f"{problem.column}: {said}" if problem.column else said


# --- small ----------------------------------------------------------------------------------


def _again(request: MemberRequest) -> bool:
    """Does somebody want to look at the columns of a checked file again?"""
    return "columns" in request.GET or "do" in request.POST


def _jobs(request: MemberRequest) -> QuerySet[Job]:
    return Job.objects.filter(practice=request.practice, kind=import_jobs.KIND)


def _to_job(request: MemberRequest, job: Job) -> HttpResponse:
    return redirect("clients:import_job", request.practice.slug, job.pk)
