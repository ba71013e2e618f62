"""The register taken along as a list: at once, or by a job where it is long."""

from collections.abc import AsyncIterator, Iterator
from tempfile import TemporaryFile
from typing import Any, cast

from asgiref.sync import sync_to_async
from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from postroom.practice import longwork
from postroom.practice.access import MemberRequest, fresh_required, member_required
from postroom.practice.models import Job
from postroom.practice.rules import READ
from postroom.register import list_exports, listing
from postroom.register.list_exports import CSV, TYPES, XLSX
from postroom.register.paging import number
from postroom.register.views.files import Streamed, download
from postroom.register.views.register import back_to, wanted_from

HISTORY = 20


class Lines(StreamingHttpResponse):
    """Some hundred rows at a time under ASGI too, where Django would read all of them first."""

    async def __aiter__(self) -> AsyncIterator[bytes]:
        pieces = cast("Iterator[bytes]", self.streaming_content)
        while piece := await sync_to_async(lambda: next(pieces, b""))():
            yield piece


@member_required(READ)
@fresh_required
@require_POST
def export(request: MemberRequest) -> HttpResponseBase:
    """What the filters show, all of it; written down before it leaves."""
    wanted, member, now = wanted_from(request), request.member, timezone.now()
    ending = XLSX if request.POST.get("format") == XLSX else CSV
    if listing.many(member, wanted, list_exports.AT_ONCE):
        try:
            list_exports.begin(member, wanted, ending, now=now)
        except longwork.Busy:
            messages.error(request, _("Another long export is under way. Wait for it."))
            return back_to(request, wanted)
        list_exports.note(member, wanted, ending, now=now)
        return redirect("register:exports", request.practice.slug)
    list_exports.note(member, wanted, ending, now=now)
    name = _name(request, ending)
    if ending == CSV:
        return download(Lines(list_exports.lines(member, wanted), content_type=TYPES[CSV]), name)
    file = TemporaryFile()  # noqa: SIM115 - the answer closes it when all of it is sent
    list_exports.into(cast("Any", file), member, wanted)
    file.seek(0)
    return download(Streamed(file, content_type=TYPES[XLSX]), name)


@member_required(READ)
@require_safe
def exports(request: MemberRequest) -> HttpResponse:
    """One's own long exports, the newest first."""
    jobs: list[dict[str, Any]] = [
        {"job": job, "there": _is_there(request, job)} for job in _mine(request)[:HISTORY]
    ]
    going = any(one["job"].state in longwork.UNDER_WAY for one in jobs)
    context = {"nav": "register", "appcls": "tall", "jobs": jobs, "going": going}
    return render(request, "register/exports.html", context)


@member_required(READ)
@fresh_required
@require_safe
def file(request: MemberRequest) -> HttpResponseBase:
    """A list that was written for this member; nobody else's."""
    job = _mine(request).filter(pk=number(request.GET.get("n")) or 0, state=Job.DONE).first()
    if job is not None and not list_exports.is_open(job, request.member):
        raise Http404
    try:
        found = list_exports.path_of(job).open("rb") if job else None
    except OSError:
        found = None
    if job is None or found is None:
        messages.error(request, _("This file is no longer here: it is kept for a week."))
        return redirect("register:exports", request.practice.slug)
    ending = job.data["format"]
    return download(Streamed(found, content_type=TYPES[ending]), _name(request, ending))


def _is_there(request: MemberRequest, job: Job) -> bool:
    if job.state != Job.DONE or not list_exports.is_open(job, request.member):
        return False
    return list_exports.path_of(job).is_file()


def _mine(request: MemberRequest) -> QuerySet[Job]:
    jobs = Job.objects.filter(practice=request.practice, kind=list_exports.KIND)
    return jobs.filter(member=request.member).order_by("-id")


def _name(request: MemberRequest, ending: str) -> str:
    today = timezone.localdate()
    return f"register-{request.practice.slug}-{today:%Y-%m-%d}.{ending}"
