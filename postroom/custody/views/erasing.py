"""Erasing a client, and legal hold: what would go, what stays, and a word typed to be sure."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from postroom.clients.models import Client
from postroom.custody import erasing, holding, words
from postroom.custody.forms import EraseForm
from postroom.practice import longwork
from postroom.practice.access import MemberRequest, fresh_form, member_required
from postroom.practice.models import Job
from postroom.practice.rules import AUDIT
from postroom.register.models import Entry


@member_required(AUDIT)
@fresh_form
@require_http_methods(["GET", "HEAD", "POST"])
def erase(request: MemberRequest, client: int) -> HttpResponse:
    """What erasing would do; with the number typed, it is done."""
    record = get_object_or_404(Client.objects.open_to(request.member), pk=client)
    form = EraseForm(record, request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            job = erasing.begin(record, by=request.member, now=timezone.now())
        except longwork.Busy:
            form.add_error(None, _("Another record is being erased. Wait until that is done."))
        except holding.Held:
            form.add_error(None, _("It is under legal hold. Nothing was erased."))
        else:
            return redirect("custody:erasure", request.practice.slug, job.pk)
    seen = erasing.preview(record)
    own = next((hold for hold in seen.holds if hold.client_id), None)
    context = {
        "nav": "clients",
        "client": record,
        "form": form,
        "seen": seen,
        "hold": own,
        "held_entries": [hold for hold in seen.holds if hold.entry_id],
    }
    return render(request, "custody/erase.html", context, status=422 if form.errors else 200)


@member_required(AUDIT)
@require_safe
def erasure(request: MemberRequest, erasure: int) -> HttpResponse:
    """An erasure under way, or what came of it."""
    jobs = Job.objects.filter(practice=request.practice, kind=erasing.KIND)
    job = get_object_or_404(jobs.select_related("member"), pk=erasure)
    context = {
        "nav": "clients",
        "job": job,
        "under_way": job.state in longwork.UNDER_WAY,
        "places": [erasing.Place(**place) for place in job.data.get("places", ())],
        "trouble": words.trouble(job.result.get("trouble", "")) if job.state == Job.FAILED else "",
    }
    return render(request, "custody/erasure.html", context)


@member_required(AUDIT)
@require_POST
def hold_client(request: MemberRequest, client: int) -> HttpResponse:
    """Put a client under legal hold, or end it."""
    record = get_object_or_404(Client.objects.open_to(request.member), pk=client)
    _hold(request, record)
    return redirect("custody:erase", request.practice.slug, record.pk)


@member_required(AUDIT)
@require_POST
def hold_entry(request: MemberRequest, entry: int) -> HttpResponse:
    """The same for one entry."""
    letter = get_object_or_404(Entry.objects.readable_by(request.member), pk=entry)
    _hold(request, letter)
    return redirect("custody:export_entry", request.practice.slug, letter.pk)


def _hold(request: MemberRequest, what: Client | Entry) -> None:
    now = timezone.now()
    if request.POST.get("do") == "release":
        holding.release(what, by=request.member, now=now)
        messages.success(request, _("The legal hold is ended."))
    else:
        reason = request.POST.get("reason", "").strip()
        holding.hold(what, reason, by=request.member, now=now)
        messages.success(request, _("It is under legal hold: nothing of it is erased."))
