"""Data from the practice's own system: how fresh they are, files and feeds."""

from typing import Any, cast

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_htmx.http import HttpResponseClientRedirect

from postroom.appointments import actions, words
from postroom.appointments.formats import read_book
from postroom.appointments.forms import FeedForm, UploadForm
from postroom.appointments.records import SourceState
from postroom.appointments.values import Kind
from postroom.kit.crypto import KeyMissing
from postroom.kit.tables import NotATable
from postroom.practice import rules
from postroom.practice.access import MemberRequest, member_required
from postroom.practice.models import Source

SHOWN = 100  # problems on the page
NAME = "practice system"  # of the source, where nothing else is typed


@member_required(rules.SETTINGS)
@require_safe
def sources(request: MemberRequest) -> HttpResponse:
    """Every source with its age, its last result and its feed."""
    now = timezone.now()
    found = Source.objects.filter(practice=request.practice).select_related("look")
    states = [SourceState(source, now) for source in found.order_by("kind", "name")]
    return render(request, "appointments/sources.html", {"nav": "sources", "sources": states})


@member_required(rules.SETTINGS)
@require_http_methods(["GET", "HEAD", "POST"])
def import_book(request: MemberRequest, kind: str) -> HttpResponse:
    """Check a file, and with «Import» bring it in when nothing is wrong."""
    if kind not in (Source.APPOINTMENTS, Source.DUE):
        raise Http404
    form = UploadForm(request.POST or None, request.FILES or None, initial={"source": NAME})
    saves, report, refusal, status = request.POST.get("do") == "import", None, "", 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                report = _bring_in(request, cast(Kind, kind), form.cleaned_data, saves=saves)
            except NotATable as error:
                refusal = words.sentence(error)
            if report and not (report.errors and not form.cleaned_data["skip_bad"]):
                if saves:
                    messages.success(request, words.counted(report.counts))
                    return _to_sources(request)
                status = 200
    context = {
        "nav": "sources",
        "kind": kind,
        "form": form,
        "report": report,
        "good": status == 200,
        "counted": words.counted(report.counts) if report else "",
        "problems": _problems(report),
        "more": max(0, len(report.errors) + len(report.warnings) - SHOWN) if report else 0,
        "refusal": refusal,
    }
    return render(request, "appointments/import_book.html", context, status=status)


@member_required(rules.SETTINGS)
@require_http_methods(["GET", "HEAD", "POST"])
def add_feed(request: MemberRequest) -> HttpResponse:
    """Look at a calendar's address from now on; the worker does so within seconds."""
    form, status = FeedForm(request.practice, request.POST or None), 200
    if request.method == "POST":
        if form.is_valid():
            try:
                return _save_feed(request, form.cleaned_data)
            except KeyMissing:
                form.add_error(None, _("The key file is missing, so nothing can be sealed."))
        status = 422
    context = {"nav": "sources", "form": form}
    return render(request, "appointments/add_feed.html", context, status=status)


@member_required(rules.SETTINGS)
@require_POST
def look_now(request: MemberRequest, source: int) -> HttpResponse:
    """Look at a feed at once rather than in a few minutes."""
    chosen = get_object_or_404(_feeds(request), pk=source)
    actions.look_now(chosen, now=timezone.now())
    messages.success(request, _("%(name)s is being looked at now.") % {"name": chosen.name})
    return _to_sources(request)


@member_required(rules.SETTINGS)
@require_POST
def remove_feed(request: MemberRequest, source: int) -> HttpResponse:
    """Look at a feed no more; what came from it stays."""
    chosen = get_object_or_404(_feeds(request), pk=source)
    actions.remove_feed(chosen, by=request.member, now=timezone.now())
    messages.success(
        request,
        _("%(name)s is looked at no more. What came from it stays.") % {"name": chosen.name},
    )
    return _to_sources(request)


def _bring_in(
    request: MemberRequest, kind: Kind, data: dict[str, Any], *, saves: bool
) -> actions.Report:
    """Raises NotATable."""
    now = timezone.now()
    return actions.bring_in(
        actions.source_named(request.practice, kind, data["source"], dry_run=not saves),
        read_book(request.practice, data["file"].file, kind, now=now),
        by=request.member,
        now=now,
        dry_run=not saves,
        skip_bad=data["skip_bad"],
        mark_gone=data["mark_gone"],
    )


def _problems(report: actions.Report | None) -> list[tuple[str, str]]:
    """(tone, sentence), errors before warnings."""
    if report is None:
        return []
    told = [("bad", problem) for problem in report.errors[:SHOWN]]
    told += [("wait", problem) for problem in report.warnings[: SHOWN - len(told)]]
    return [(tone, words.placed(problem)) for tone, problem in told]


def _save_feed(request: MemberRequest, data: dict[str, Any]) -> HttpResponse:
    source = actions.save_feed(
        request.practice,
        data["name"],
        data["url"],
        data["minutes"],
        by=request.member,
        now=timezone.now(),
    )
    messages.success(
        request, _("%(name)s is being looked at for the first time.") % {"name": source.name}
    )
    return _to_sources(request)


def _feeds(request: MemberRequest) -> Any:
    return Source.objects.filter(practice=request.practice).exclude(url_sealed="")


def _to_sources(request: Any) -> HttpResponse:
    answer: HttpResponseRedirect = redirect("appointments:sources", request.practice.slug)
    return HttpResponseClientRedirect(answer.url) if request.htmx else answer
