"""Bringing in a file of appointments or due dates: bring it, look, import."""

from typing import Any, cast

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from postroom.appointments import book_jobs, words
from postroom.appointments.forms import UploadForm
from postroom.appointments.values import Kind
from postroom.clients import file_jobs, file_pages
from postroom.kit.tables import NotATable
from postroom.practice import longwork, rules
from postroom.practice.access import MemberRequest, member_required
from postroom.practice.models import Job, Source

HISTORY = 20
KINDS = (Source.APPOINTMENTS, Source.DUE)


@member_required(rules.SETTINGS)
@require_http_methods(["GET", "HEAD", "POST"])
def import_book(request: MemberRequest, kind: str) -> HttpResponse:
    """Bring a file; and what was brought before."""
    if kind not in KINDS:
        raise Http404
    names = _names(request, kind)
    first = names[0] if names else _("Our practice system")
    form = UploadForm(request.POST or None, request.FILES or None, initial={"source": first})
    if request.method == "POST" and form.is_valid():
        try:
            return _to_job(request, _bring(request, cast(Kind, kind), form.cleaned_data))
        except NotATable as problem:
            form.add_error("file", words.sentence(problem))
        except longwork.Busy:
            form.add_error(None, str(file_pages.BUSY))
    context = {
        "nav": "sources",
        "kind": kind,
        "form": form,
        "names": names,
        "jobs": _jobs(request).filter(kind=book_jobs.kind_of(kind))[:HISTORY],
    }
    status = 422 if form.errors else 200
    return render(request, "appointments/import_book.html", context, status=status)


@member_required(rules.SETTINGS)
@require_safe
def import_job(request: MemberRequest, book_job: int) -> HttpResponse:
    """One import, whatever state it is in."""
    chosen = get_object_or_404(_jobs(request), pk=book_job)
    context: dict[str, Any] = {"nav": "sources", "job": chosen, "kind": chosen.data["of"]}
    for name, page in (("stop", "stop_import"), ("problems", "import_problems")):
        url = reverse(f"appointments:{page}", args=[request.practice.slug, chosen.pk])
        context[f"{name}_url"] = url
    if chosen.state in longwork.UNDER_WAY:
        context["progress"] = file_pages.progress(chosen, words.STAGES, timezone.now())
        context["reading"] = chosen.stage == book_jobs.CHECK
    else:
        context |= file_pages.what_is_wrong(chosen, words.sentence)
    if chosen.state == Job.FAILED:
        trouble = NotATable(chosen.result["trouble"], **chosen.result.get("data", {}))
        context["trouble"] = words.sentence(trouble)
    return render(request, "appointments/import_job.html", context)


@member_required(rules.SETTINGS)
@require_POST
def start(request: MemberRequest, book_job: int) -> HttpResponse:
    """Import what was checked."""
    chosen = get_object_or_404(_jobs(request), pk=book_job)
    try:
        book_jobs.write(chosen, by=request.member, now=timezone.now())
    except longwork.Busy:
        messages.error(request, str(file_pages.BUSY))
    except longwork.Lost:
        messages.error(request, str(file_pages.LOST))
    return _to_job(request, chosen)


@member_required(rules.SETTINGS)
@require_POST
def stop(request: MemberRequest, book_job: int) -> HttpResponse:
    """Stop an import where it is."""
    chosen = get_object_or_404(_jobs(request), pk=book_job)
    if file_jobs.stop(chosen, by=request.member, now=timezone.now()):
        messages.success(request, str(file_pages.STOPPED))
    return _to_job(request, chosen)


@member_required(rules.SETTINGS)
@require_POST
def discard(request: MemberRequest, book_job: int) -> HttpResponse:
    """Forget a file that was brought and not imported."""
    chosen = get_object_or_404(_jobs(request), pk=book_job)
    file_jobs.discard(chosen)
    messages.success(request, str(file_pages.FORGOTTEN))
    return redirect("appointments:import_book", request.practice.slug, chosen.data["of"])


@member_required(rules.SETTINGS)
@require_safe
def problems(request: MemberRequest, book_job: int) -> HttpResponse:
    """The rows with problems as a CSV file, as they were and with what is wrong with each."""
    chosen = get_object_or_404(_jobs(request), pk=book_job)
    kind = "warning" if request.GET.get("kind") == "warning" else "error"
    try:
        content = book_jobs.bad_rows(chosen, kind, _("Problem"), now=timezone.now())
    except OSError:
        messages.error(request, str(file_pages.TOO_OLD))
        return _to_job(request, chosen)
    return file_pages.bad_rows(chosen, content, kind, chosen.data["of"])


def _bring(request: MemberRequest, kind: Kind, data: dict[str, Any]) -> Job:
    """Raises NotATable, longwork.Busy."""
    return book_jobs.bring(
        request.practice,
        kind,
        data["file"].file,
        data["file"].name,
        data["source"],
        mark_gone=data["mark_gone"],
        by=request.member,
        now=timezone.now(),
    )


def _names(request: MemberRequest, kind: str) -> list[str]:
    sources = Source.objects.filter(practice=request.practice, kind=kind, url_sealed="")
    return list(sources.order_by("-fresh_at", "name").values_list("name", flat=True))


def _jobs(request: MemberRequest) -> QuerySet[Job]:
    kinds = [book_jobs.kind_of(kind) for kind in KINDS]
    jobs = Job.objects.filter(practice=request.practice, kind__in=kinds)
    return jobs.select_related("member").order_by("-id")


def _to_job(request: MemberRequest, job: Job) -> HttpResponse:
    return redirect("appointments:import_job", request.practice.slug, job.pk)
