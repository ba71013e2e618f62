"""How long things are kept: tried dry, then said; and what each night's run did."""

from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from postroom.custody import retaining, words
from postroom.custody.forms import RetentionForm
from postroom.practice import longwork
from postroom.practice.access import MemberRequest, fresh_form, member_required
from postroom.practice.models import Job
from postroom.practice.rules import AUDIT
from postroom.register.models import Entry
from postroom.register.paging import number

HISTORY = 20


@member_required(AUDIT)
@fresh_form
@require_http_methods(["GET", "HEAD", "POST"])
def retention(request: MemberRequest) -> HttpResponse:
    """The months of each kind. Nothing is saved before it was tried with these very months."""
    months, now = retaining.settings_of(request.practice), timezone.now()
    form = RetentionForm(months, request.POST or None)
    tried: list[retaining.Due] | None = None
    wanted = months
    if request.method == "POST" and form.is_valid():
        wanted = form.months()
        seen = {kind: number(request.POST.get(f"seen-{kind}-{n}")) for kind, n in wanted.items()}
        sure = all(seen[kind] is not None for kind, n in wanted.items() if n)
        if request.POST.get("do") == "save" and sure:
            agreed = {kind: n or 0 for kind, n in seen.items()}
            retaining.save(request.practice, wanted, agreed, by=request.member, now=now)
            messages.success(request, _("Saved. The first run is tonight."))
            return redirect("custody:retention", request.practice.slug)
        tried = retaining.due(request.practice, wanted, now=now)
    kinds = dict(Entry.KINDS)
    context: dict[str, Any] = {
        "nav": "retention",
        "form": form,
        "tried": [(one, kinds[one.kind]) for one in tried] if tried is not None else None,
        "is_on": bool(months),
        "asks": [_asked(job) for job in _jobs(request).filter(state=Job.DRAFT)],
        "runs": [_run(job) for job in _jobs(request).exclude(state=Job.DRAFT)[:HISTORY]],
    }
    return render(request, "custody/retention.html", context, status=422 if form.errors else 200)


@member_required(AUDIT)
@fresh_form
@require_POST
def answer_retention(request: MemberRequest, retention: int) -> HttpResponse:
    """A run that is more than usual: go on, or not."""
    job = get_object_or_404(_jobs(request), pk=retention)
    try:
        if request.POST.get("do") == "go":
            retaining.confirm(job, by=request.member, now=timezone.now())
            messages.success(request, _("It is being erased. You can leave this page."))
        elif retaining.decline(job, by=request.member, now=timezone.now()):
            messages.success(
                request, _("Nothing was erased. You are asked again if it still is so.")
            )
    except (longwork.Busy, longwork.Lost):
        messages.error(request, _("This was answered already."))
    return redirect("custody:retention", request.practice.slug)


def _jobs(request: MemberRequest) -> QuerySet[Job]:
    jobs = Job.objects.filter(practice=request.practice, kind=retaining.KIND)
    return jobs.select_related("member").order_by("-id")


def _asked(job: Job) -> dict[str, Any]:
    kinds = dict(Entry.KINDS)
    rows = [(kinds[kind], n) for kind, (_until, n) in job.data["plan"].items()]
    return {"job": job, "rows": rows, "total": sum(n for _, n in rows)}


def _run(job: Job) -> dict[str, Any]:
    kinds = dict(Entry.KINDS)
    erased = job.result.get("erased", {})
    return {
        "job": job,
        "rows": [(kinds[kind], n) for kind, n in erased.items()],
        "total": sum(erased.values()),
        "trouble": words.trouble(job.result.get("trouble", "")) if job.state == Job.FAILED else "",
    }
