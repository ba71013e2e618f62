"""Handing over: choose how, watch it grow, fetch it within a week."""

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone, translation
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from postroom.clients.models import Client, Group
from postroom.custody import exporting, paper, shelf, words, writing
from postroom.custody.exporting import CLIENT, ENTRY, GROUP, OF_ENTRY, TALK, Asked
from postroom.custody.forms import FORMATS, ExportForm
from postroom.custody.models import Hold
from postroom.practice import audit, longwork
from postroom.practice.access import MemberRequest, fresh_form, member_required
from postroom.practice.models import Job
from postroom.practice.rules import AUDIT, READ
from postroom.register.conversing import whole
from postroom.register.models import Entry
from postroom.register.views.files import UNKNOWN, Streamed, download

METHODS = ["GET", "HEAD", "POST"]


@member_required(READ)
@require_http_methods(METHODS)
def export_entry(request: MemberRequest, entry: int) -> HttpResponse:
    """One entry, or its conversation: whoever may read it may also print it and take it along."""
    letter = get_object_or_404(Entry.objects.readable_by(request.member), pk=entry)
    return _form(request, ENTRY, letter.pk, letter.subject, (writing.PDF, writing.ZIP))


@member_required(AUDIT)
@fresh_form
@require_http_methods(METHODS)
def export_client(request: MemberRequest, client: int) -> HttpResponse:
    """A client's whole register, or all that is kept of them."""
    record = get_object_or_404(Client.objects.open_to(request.member), pk=client)
    return _form(request, CLIENT, record.pk, record.name, writing.FORMATS)


@member_required(AUDIT)
@fresh_form
@require_http_methods(METHODS)
def export_group(request: MemberRequest, group: int) -> HttpResponse:
    """The registers of a family, as far as one may open them."""
    family = get_object_or_404(Group, practice=request.practice, pk=group)
    if not Client.objects.open_to(request.member).filter(groups=family).exists():
        raise Http404
    return _form(request, GROUP, family.pk, family.name, (writing.PDF, writing.ZIP))


@member_required(READ)
@require_safe
def export(request: MemberRequest, export: int) -> HttpResponse:
    """One of what this member asked for, in whatever state it is."""
    job = _still_open(request, export)
    title = _title(request, job)
    context = {
        "nav": "clients",
        "job": job,
        "title": title,
        "format": FORMATS[job.data["format"]][0],
        "back": _back(job),
        "of_talk": job.data["what"] == TALK,
        "under_way": job.state in longwork.UNDER_WAY,
        "until": job.created_at + shelf.KEPT,
        "trouble": words.trouble(job.result.get("trouble", "")) if job.state == Job.FAILED else "",
    }
    return render(request, "custody/export_job.html", context)


@member_required(READ)
@require_safe
def export_file(request: MemberRequest, export: int) -> HttpResponseBase:
    """What was made, for who asked alone, and while they may still open what is in it."""
    job = _still_open(request, export)
    try:
        if job.state != Job.DONE:
            raise FileNotFoundError
        path = shelf.folder(job.data["key"]) / job.result["file"]
        file = path.open("rb")
    except OSError:
        messages.error(request, _("The file is not here. Have it made again."))
        return redirect("custody:export", request.practice.slug, job.pk)
    what = job.data["what"]
    kind = "entry" if what in OF_ENTRY else ("group" if what == GROUP else "client")
    audit.read(request, kind, job.data["pk"], action=audit.DOWNLOAD)
    name = slugify(_title(request, job))[:60] or "postroom"
    return download(Streamed(file, content_type=UNKNOWN), f"{name}{path.suffix}")


@member_required(READ)
@require_POST
def stop_export(request: MemberRequest, export: int) -> HttpResponse:
    """Stop it, or forget what was made."""
    job = get_object_or_404(exporting.exports(request.member, timezone.now()), pk=export)
    exporting.drop(job)
    messages.success(request, _("It is gone. Nothing else was changed."))
    return redirect(*_back_to(request, job))


def _form(
    request: MemberRequest, what: str, pk: int, title: str, formats: Sequence[str]
) -> HttpResponse:
    now, can_print = timezone.now(), paper.can_print()
    there = [each for each in formats if can_print or each != writing.PDF]
    member = request.member
    talk = whole(Entry.objects.readable_by(member), pk) if what == ENTRY else []
    form = ExportForm(there, request.POST or None)
    if request.method == "POST" and form.is_valid():
        language = translation.get_language() or request.practice.language
        wanted = form.cleaned_data["format"]
        reads = form.cleaned_data["reads"] and wanted == writing.ACCESS
        of = TALK if form.cleaned_data["whole"] and len(talk) > 1 else what
        try:
            job = exporting.ask(Asked(of, pk, wanted, language, reads), by=member, now=now)
        except longwork.Busy:
            messages.error(
                request,
                _("What you asked for before is still being made. Wait for it, or stop it."),
            )
        except OSError:
            messages.error(request, words.trouble("disk"))
        else:
            return redirect("custody:export", request.practice.slug, job.pk)
    asked = Asked(what, pk, writing.ZIP, "")
    clients, entries, closed = exporting.chosen(request.practice, asked, member)
    mine = exporting.exports(member, now)
    both = OF_ENTRY if what == ENTRY else (what,)
    context: dict[str, Any] = {
        "nav": "clients",
        "what": what,
        "pk": pk,
        "title": title,
        "choices": [(each, *FORMATS[each]) for each in there],
        "can_print": can_print,
        "count": len(entries),
        "talk": len(talk) if len(talk) > 1 else 0,
        "whole": bool(form.data.get("whole") or request.GET.get("whole")),
        "clients": clients,
        "closed": closed,
        "access": writing.ACCESS in formats,
        "chosen": form.data.get("format") or there[0],
        "may_hold": what == ENTRY and member.may(AUDIT),
        "hold": Hold.objects.filter(entry=pk).select_related("by").first()
        if what == ENTRY
        else None,
        "jobs": [job for job in mine if job.data["what"] in both and job.data["pk"] == pk],
    }
    status = 422 if form.errors else 200
    return render(request, "custody/export.html", context, status=status)


def _still_open(request: MemberRequest, pk: int) -> Job:
    job = get_object_or_404(exporting.exports(request.member, timezone.now()), pk=pk)
    if job.state == Job.DONE and not exporting.is_open(job, request.member):
        raise Http404
    return job


def _title(request: MemberRequest, job: Job) -> str:
    """By what one may open now: the job itself names nobody."""
    asked = Asked(job.data["what"], job.data["pk"], "", "")
    clients = Client.objects.open_to(request.member).filter(pk__in=job.data["clients"])
    if asked.what in OF_ENTRY:
        readable = Entry.objects.readable_by(request.member).filter(pk=asked.pk)
        return readable.values_list("subject", flat=True).first() or _("No subject")
    return exporting.title_of(request.practice, asked, clients) or _("A record")


def _back(job: Job) -> str:
    pages = {CLIENT: "clients:details", GROUP: "clients:group"}
    return pages.get(job.data["what"], "register:entry")


def _back_to(request: MemberRequest, job: Job) -> tuple[str, str, int]:
    return _back(job), request.practice.slug, job.data["pk"]
