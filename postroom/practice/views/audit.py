"""The audit log: who did what and read what; checking it, and taking it along."""

import json
from collections.abc import AsyncIterator, Iterator
from datetime import UTC
from typing import Any, cast
from urllib.parse import urlencode

from asgiref.sync import sync_to_async
from django.contrib import messages
from django.http import HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from postroom.kit.sheets import csv_lines
from postroom.practice import audit, audit_words, auditing, sealing
from postroom.practice.access import MemberRequest, fresh_required, member_required
from postroom.practice.auditing import Wanted
from postroom.practice.forms.audit import CSV, AuditForm, ExportForm
from postroom.practice.models import AuditChain, AuditEvent, Practice
from postroom.practice.rules import AUDIT
from postroom.practice.words import words_of

COLUMNS = (
    *("line", "at", "who", "member", "action", "words", "object", "object_id", "network"),
    *("data", "seal"),
)


class Streamed(StreamingHttpResponse):
    """A thousand rows at a time under ASGI too, where Django would read all of them first."""

    async def __aiter__(self) -> AsyncIterator[bytes]:
        pieces = cast("Iterator[bytes]", self.streaming_content)
        while piece := await sync_to_async(lambda: next(pieces, b""))():
            yield piece


@member_required(AUDIT)
@require_safe
def audit_log(request: MemberRequest) -> HttpResponse:
    """The newest lines first; `before` is the last one of the page before."""
    form = AuditForm(request.practice, request.GET)
    good = form.is_valid()
    before = request.GET.get("before", "")
    asked = int(before) if before.isascii() and before.isdigit() and len(before) < 19 else None
    found, following = auditing.page(request.practice, form.wanted(), asked) if good else ([], None)
    said = form.said() if good else {}
    context = {
        "nav": "audit",
        "appcls": "tall",
        "form": form,
        "lines": found,
        "asked": asked,
        "said": said,
        "query": urlencode(said),
        "more": urlencode({**said, "before": following}) if following else "",
        "only": _only(said, found),
        **_state(request.practice),
    }
    return render(request, "practice/audit.html", context, status=200 if good else 422)


@member_required(AUDIT)
@require_POST
def check(request: MemberRequest) -> HttpResponse:
    """Have the whole chain looked at; the page shows what came of it."""
    now, practice = timezone.now(), request.practice
    AuditChain.objects.get_or_create(practice=practice)
    AuditChain.objects.filter(practice=practice).update(asked_at=now)
    audit.record(practice.pk, "check", "audit", practice.pk, by=request.member, now=now)
    sealing.check_later.enqueue(practice.pk)
    messages.success(request, _("The log is being checked. What is found will be shown here."))
    return redirect("practice:audit", practice.slug)


@member_required(AUDIT)
@fresh_required
@require_POST
def export(request: MemberRequest) -> HttpResponseBase:
    """The lines that the filters choose, as CSV or as JSON lines; the export is a line itself."""
    form, practice, now = (
        ExportForm(request.practice, request.POST),
        request.practice,
        timezone.now(),
    )
    if not form.is_valid():
        messages.error(request, _("Nothing was exported: look at the filters again."))
        return redirect("practice:audit", practice.slug)
    audit.record(
        practice.pk, "export", "audit", practice.pk, by=request.member, now=now, data=form.said()
    )
    ending = form.cleaned_data["format"]
    write, media = (_csv, "text/csv") if ending == CSV else (_json_lines, "application/x-ndjson")
    answer = Streamed(write(practice, form.wanted()), content_type=f"{media}; charset=utf-8")
    name = f"audit-{practice.slug}-{timezone.localtime(now):%Y-%m-%d}.{ending}"
    answer["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
    return answer


def _only(said: dict[str, str], found: list[auditing.Line]) -> str:
    """The one object whose lines are shown: «Client 4182»; "" where it is more than one."""
    if "kind" not in said or "id" not in said:
        return ""
    label = found[0].label if found else said["id"]
    return f"{audit_words.kind_words(said['kind'])} {label}"


def _state(practice: Practice) -> dict[str, Any]:
    """What the last check found, and whether one is under way."""
    chain = AuditChain.objects.filter(practice=practice).first() or AuditChain(practice=practice)
    asked, checked = chain.asked_at, chain.checked_at
    return {
        "chain": chain,
        "checking": bool(asked and (checked is None or checked < asked)),
        "findings": [audit_words.finding_words(*found) for found in chain.findings],
    }


def _csv(practice: Practice, wanted: Wanted) -> Iterator[str]:
    yield "\ufeff"  # Excel takes it for Latin-1 otherwise
    yield from csv_lines([COLUMNS])
    zone = practice.zone
    nouns = words_of(practice).within()
    for rows in auditing.chunks(wanted.rows(practice)):
        told = [_told(row, nouns) for row in rows]
        for one, row in zip(told, rows, strict=True):
            one["at"] = row.at.astimezone(zone).isoformat(timespec="seconds")
            one["data"] = json.dumps(row.data, ensure_ascii=False) if row.data else ""
        yield "".join(csv_lines(list(one.values()) for one in told))


def _json_lines(practice: Practice, wanted: Wanted) -> Iterator[str]:
    nouns = words_of(practice).within()
    for rows in auditing.chunks(wanted.rows(practice)):
        yield "".join(json.dumps(_told(row, nouns), ensure_ascii=True) + "\n" for row in rows)


def _told(row: AuditEvent, nouns: dict[str, str]) -> dict[str, Any]:
    values = (
        row.seq or "",
        row.at.astimezone(UTC).isoformat(),
        row.who or "Postroom",
        row.member_id or "",
        row.action,
        audit_words.action_words(row.action, row.object_kind, nouns),
        row.object_kind,
        row.object_id,
        row.network,
        row.data,
        row.seal,
    )
    return dict(zip(COLUMNS, values, strict=True))
