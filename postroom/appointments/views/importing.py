"""Bringing in a file of appointments or due dates: bring it, look, import."""

from typing import Any, cast

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from postroom.appointments import book_jobs, words
from postroom.appointments.forms import UploadForm
from postroom.appointments.values import Kind
from postroom.clients import file_jobs
from postroom.clients.words import time_left
from postroom.kit.tables import NotATable
from postroom.practice import longwork, rules
from postroom.practice.access import MemberRequest, member_required
from postroom.practice.models import Job, Source

SHOWN = 100  # problems on the page
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
            form.add_error(None, _busy())
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
    if chosen.state in longwork.UNDER_WAY:
        context["progress"] = _progress(chosen)
    else:
        context |= _what_is_wrong(chosen)
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
        messages.error(request, _busy())
    except longwork.Lost:
        messages.error(request, _("This import is not what it was any more. Look again."))
    return _to_job(request, chosen)


@member_required(rules.SETTINGS)
@require_POST
def stop(request: MemberRequest, book_job: int) -> HttpResponse:
    """Stop an import where it is."""
    chosen = get_object_or_404(_jobs(request), pk=book_job)
    if file_jobs.stop(chosen, by=request.member, now=timezone.now()):
        messages.success(request, _("The import is stopped. What is in stays in."))
    return _to_job(request, chosen)


@member_required(rules.SETTINGS)
@require_POST
def discard(request: MemberRequest, book_job: int) -> HttpResponse:
    """Forget a file that was brought and not imported."""
    chosen = get_object_or_404(_jobs(request), pk=book_job)
    file_jobs.discard(chosen)
    messages.success(request, _("The file is forgotten. Nothing was imported."))
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
        messages.error(request, _("The file is no longer here: it is kept for a week."))
        return _to_job(request, chosen)
    name = slugify(chosen.data["name"].rpartition(".")[0]) or chosen.data["of"]
    answer = HttpResponse(content, content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{name}-{kind}s.csv"'
    return answer


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


def _progress(job: Job) -> dict[str, Any]:
    """How far it is, in words."""
    left = None
    if job.started_at and job.total and job.done >= job.total * 0.05:
        gone = (timezone.now() - job.started_at).total_seconds()
        left = gone * (job.total - job.done) / job.done
    return {"title": words.STAGES[job.stage], "left": time_left(left)}


def _what_is_wrong(job: Job) -> dict[str, Any]:
    found = {kind: file_jobs.problems(job, kind, SHOWN) for kind in ("error", "warning")}
    return {
        "errors": [(problem, words.sentence(problem)) for problem in found["error"]],
        "warnings": [(problem, words.sentence(problem)) for problem in found["warning"]],
        "shown": SHOWN,
    }


def _names(request: MemberRequest, kind: str) -> list[str]:
    sources = Source.objects.filter(practice=request.practice, kind=kind, url_sealed="")
    return list(sources.order_by("-fresh_at", "name").values_list("name", flat=True))


def _jobs(request: MemberRequest) -> QuerySet[Job]:
    kinds = [book_jobs.kind_of(kind) for kind in KINDS]
    jobs = Job.objects.filter(practice=request.practice, kind__in=kinds)
    return jobs.select_related("member").order_by("-id")


def _to_job(request: MemberRequest, job: Job) -> HttpResponse:
    return redirect("appointments:import_job", request.practice.slug, job.pk)


def _busy() -> str:
    return _("Another import is under way. Wait for it, or stop it.")
