"""Files that come by themselves: the folders that are watched, and the page to upload some."""

from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from postroom.connections.models import DropFolder
from postroom.intake import drop_folders, rules
from postroom.intake import drop_words as words
from postroom.intake.drop_forms import DropFolderForm, UploadForm
from postroom.intake.dropping import Found, refuse, take_file
from postroom.intake.models import Dropped
from postroom.intake.places import roots
from postroom.practice.access import MemberRequest, member_required
from postroom.practice.models import Member
from postroom.practice.rules import SETTINGS, WRITE
from postroom.register.models import Entry
from postroom.register.paging import cut, number

SIZE = 50


@member_required(SETTINGS)
@require_safe
def drops(request: MemberRequest) -> HttpResponse:
    """The watched folders: how each is, and how the last look went."""
    folders = [_state(folder) for folder in _folders(request).order_by("name", "pk")]
    context = {"nav": "drops", "appcls": "tall", "folders": folders, "allowed": _allowed(request)}
    return render(request, "intake/drops.html", context)


@member_required(SETTINGS)
@require_http_methods(["GET", "HEAD", "POST"])
def add_drop(request: MemberRequest) -> HttpResponse:
    """Watch a folder from now on."""
    form = DropFolderForm(request.practice, request.POST or None)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        folder = drop_folders.add_folder(
            request.practice,
            data["name"],
            data["path"],
            take_away=data["take_away"],
            minutes=data["minutes"],
            by=request.member,
            now=timezone.now(),
        )
        messages.success(request, _("%(name)s is watched from now on.") % {"name": folder.name})
        return redirect("intake:drops", request.practice.slug)
    context = {"nav": "drops", "appcls": "tall", "form": form, "allowed": _allowed(request)}
    status = 422 if form.errors else 200
    return render(request, "intake/add_drop.html", context, status=status)


@member_required(SETTINGS)
@require_safe
def drop(request: MemberRequest, drop: int) -> HttpResponse:
    """What came from one folder, the newest first."""
    folder = get_object_or_404(_folders(request), pk=drop)
    rows = Dropped.objects.filter(folder=folder)
    before = number(request.GET.get("before"))
    if before is not None:
        rows = rows.filter(pk__lt=before)
    listed = cut(
        list(rows.select_related("entry").order_by("-pk")[: SIZE + 1]), key=lambda row: row.pk
    )
    context = {
        "nav": "drops",
        "appcls": "tall",
        "folder": folder,
        "rows": _shown(request.member, listed.rows),
        "next": listed.next,
        "before": before,
    }
    return render(request, "intake/drop.html", context)


@member_required(SETTINGS)
@require_POST
def switch_drop(request: MemberRequest, drop: int) -> HttpResponse:
    """Rest a folder, or wake it."""
    folder = get_object_or_404(_folders(request), pk=drop)
    active = not folder.active
    drop_folders.set_active(folder, active, by=request.member, now=timezone.now())
    said = _("%(name)s is switched on.") if active else _("%(name)s is switched off.")
    messages.success(request, said % {"name": folder.name})
    return redirect("intake:drops", request.practice.slug)


@member_required(SETTINGS)
@require_POST
def look_drop(request: MemberRequest, drop: int) -> HttpResponse:
    """Look into a folder within seconds, at the clock's next stroke."""
    folder = get_object_or_404(_folders(request), pk=drop)
    _folders(request).filter(pk=folder.pk).update(checked_at=None)
    messages.success(request, _("%(name)s is looked into within seconds.") % {"name": folder.name})
    return redirect("intake:drops", request.practice.slug)


@member_required(WRITE)
@require_http_methods(["GET", "HEAD", "POST"])
def upload(request: MemberRequest) -> HttpResponse:
    """Bring files; what became of those this member brought before."""
    form = UploadForm(request.POST or None, request.FILES or None)
    if request.method == "POST":
        form = UploadForm(request.POST, request.FILES)
        if form.is_valid():
            try:
                rows = [_take(request, file) for file in form.chosen()]
            except OSError:  # what came before it is in the register, and listed below
                form.add_error("upload", words.DISK_REFUSES)
            else:
                messages.success(request, words.summary(rows))
                return redirect("intake:upload", request.practice.slug)
    mine = Dropped.objects.filter(practice=request.practice, member=request.member)
    rows = list(mine.select_related("entry").order_by("-pk")[:SIZE])
    context = {
        "nav": "unresolved",
        "appcls": "tall",
        "form": form,
        "rows": _shown(request.member, rows),
    }
    return render(request, "intake/upload.html", context, status=422 if form.errors else 200)


def _take(request: MemberRequest, file: Any) -> Dropped:
    now, size = timezone.now(), file.size or 0
    found = Found(request.practice, file.name or "", b"", by=request.member)
    if size > rules.LARGEST_FILE:
        return refuse(found, size, rules.TOO_BIG, now=now)
    found = Found(request.practice, file.name or "", file.read(), by=request.member)
    return take_file(found, now=now)


def _folders(request: MemberRequest) -> QuerySet[DropFolder]:
    return DropFolder.objects.filter(practice=request.practice)


def _allowed(request: MemberRequest) -> list[str]:
    return [str(root) for root in roots(request.practice)]


def _state(folder: DropFolder) -> dict[str, Any]:
    """A folder with its words: what is in its way, and how the last look that found some went."""
    rows = Dropped.objects.filter(folder=folder)
    last = rows.order_by("-seen_at").values_list("seen_at", flat=True).first()
    of_last = rows.filter(seen_at=last).select_related("entry") if last else []
    return {
        "folder": folder,
        "tone": "" if not folder.active else ("warn" if folder.trouble else "ok"),
        "trouble": words.FOLDERS.get(folder.trouble, folder.trouble),
        "last": last,
        "summary": words.summary(of_last) if last else "",
    }


def _shown(member: Member, rows: list[Dropped]) -> list[dict[str, Any]]:
    """Rows with their words. A file on a record that this member may not open is not named."""
    readable = set(
        Entry.objects.readable_by(member)
        .filter(pk__in=[row.entry_id for row in rows if row.entry_id])
        .values_list("pk", flat=True)
    )
    shown = []
    for row in rows:
        tone, said = words.outcome(row)
        closed = row.entry_id is not None and row.entry_id not in readable
        shown.append({"row": row, "tone": tone, "said": said, "closed": closed})
    return shown
