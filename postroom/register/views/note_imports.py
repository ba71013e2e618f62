"""Bringing in notes from another system: bring the file, look, import."""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from postroom.appointments.words import STAGES
from postroom.clients import file_jobs, uploads
from postroom.kit.tables import NotATable
from postroom.practice import longwork
from postroom.practice.access import MemberRequest, member_required
from postroom.practice.models import Job
from postroom.practice.rules import SETTINGS
from postroom.register import note_jobs, note_words
from postroom.register.paging import number

SHOWN, HISTORY = 100, 20
MOST_MB = uploads.LARGEST >> 20


class UploadForm(forms.Form):
    """A list of notes."""

    file = forms.FileField(
        label=gettext_lazy("The file"),
        widget=forms.FileInput(attrs={"class": "inp"}),
        error_messages={
            "required": gettext_lazy("Choose a file."),
            "empty": gettext_lazy("The file is empty."),
        },
    )

    def clean_file(self) -> UploadedFile:
        file: UploadedFile = self.cleaned_data["file"]
        if (file.size or 0) > uploads.LARGEST:
            raise ValidationError(_("The file is larger than %(most)d MB.") % {"most": MOST_MB})
        return file


@member_required(SETTINGS)
@require_http_methods(["GET", "HEAD", "POST"])
def bring(request: MemberRequest) -> HttpResponse:
    """Bring a file; and what was brought before."""
    form = UploadForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        file: Any = form.cleaned_data["file"]
        try:
            job = note_jobs.bring(
                request.practice,
                file.file,
                file.name,
                by=request.member,
                now=timezone.now(),
            )
        except NotATable as problem:
            form.add_error("file", note_words.sentence(problem))
        except longwork.Busy:
            form.add_error(None, _busy())
        else:
            return _to(request, job)
    jobs = _jobs(request)[:HISTORY]
    context = {"nav": "register", "appcls": "tall", "form": form, "jobs": jobs}
    status = 422 if request.method == "POST" else 200
    return render(request, "register/import_notes.html", context, status=status)


@member_required(SETTINGS)
@require_safe
def progress(request: MemberRequest) -> HttpResponse:
    """One import, whatever state it is in."""
    job = _job(request, request.GET.get("n"))
    if job is None:
        return _gone(request)
    context: dict[str, Any] = {"nav": "register", "appcls": "tall", "job": job, "shown": SHOWN}
    context["going"] = job.state in longwork.UNDER_WAY
    if context["going"]:
        context["title"] = STAGES[job.stage]
    for kind in ("error", "warning"):
        found = file_jobs.problems(job, kind, SHOWN)
        context[f"{kind}s"] = [(problem, note_words.sentence(problem)) for problem in found]
    if job.state == Job.FAILED:
        trouble = NotATable(job.result["trouble"], **job.result.get("data", {}))
        context["trouble"] = note_words.sentence(trouble)
    return render(request, "register/notes_job.html", context)


@member_required(SETTINGS)
@require_POST
def start(request: MemberRequest) -> HttpResponse:
    """Import what was checked."""
    job = _job(request, request.POST.get("n"))
    if job is None:
        return _gone(request)
    try:
        note_jobs.write(job, by=request.member, now=timezone.now())
    except longwork.Busy:
        messages.error(request, _busy())
    except longwork.Lost:
        messages.error(request, _("This import is not what it was any more. Look again."))
    return _to(request, job)


@member_required(SETTINGS)
@require_POST
def stop(request: MemberRequest) -> HttpResponse:
    """Stop an import where it is."""
    job = _job(request, request.POST.get("n"))
    if job is None:
        return _gone(request)
    if file_jobs.stop(job, by=request.member, now=timezone.now()):
        messages.success(request, _("The import is stopped. What is in stays in."))
    return _to(request, job)


@member_required(SETTINGS)
@require_POST
def discard(request: MemberRequest) -> HttpResponse:
    """Forget a file that was brought and not imported."""
    job = _job(request, request.POST.get("n"))
    if job is None:
        return _gone(request)
    file_jobs.discard(job)
    messages.success(request, _("The file is forgotten. Nothing was imported."))
    return redirect("register:import_notes", request.practice.slug)


@member_required(SETTINGS)
@require_safe
def problems(request: MemberRequest) -> HttpResponse:
    """The rows with problems as a CSV file, with what is wrong with each."""
    job = _job(request, request.GET.get("n"))
    if job is None:
        return _gone(request)
    kind = "warning" if request.GET.get("kind") == "warning" else "error"
    try:
        content = note_jobs.bad_rows(job, kind, _("Problem"))
    except OSError:
        messages.error(request, _("The file is no longer here: it is kept for a week."))
        return _to(request, job)
    name = slugify(job.data["name"].rpartition(".")[0]) or "notes"
    answer = HttpResponse(content, content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{name}-{kind}s.csv"'
    return answer


def _jobs(request: MemberRequest) -> QuerySet[Job]:
    jobs = Job.objects.filter(practice=request.practice, kind=note_jobs.KIND)
    return jobs.select_related("member", "practice").order_by("-id")


def _job(request: MemberRequest, asked: str | None) -> Job | None:
    return _jobs(request).filter(pk=number(asked) or 0).first()


def _gone(request: MemberRequest) -> HttpResponse:
    messages.error(request, _("There is no such import."))
    return redirect("register:import_notes", request.practice.slug)


def _to(request: MemberRequest, job: Job) -> HttpResponse:
    address = redirect("register:notes_job", request.practice.slug)
    address["Location"] += f"?n={job.pk}"
    return address


def _busy() -> str:
    return _("Another import is under way. Wait for it, or stop it.")
