"""A message attached to a letter: its page, its frame, its files."""

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_http_methods, require_safe

from postroom.kit import html
from postroom.practice import audit
from postroom.practice.access import MemberRequest, member_required
from postroom.practice.rules import READ
from postroom.register.enclosed import Within, document, enclosed_file, place, shown
from postroom.register.models import Attachment, Entry
from postroom.register.reading import Look
from postroom.register.safety import danger, danger_of
from postroom.register.views.files import UNKNOWN, download, framed, warning


@member_required(READ)
@require_safe
def message(request: MemberRequest, attachment: int) -> HttpResponse:
    found, within = _asked(request, attachment)
    audit.read_part(request, "entry", found.entry_id)
    look = Look.asked(request.GET)
    try:
        letter = shown(found, within, request.practice, look)
    except (LookupError, OSError) as missing:
        raise Http404 from missing
    at = ".".join(map(str, within))
    context: dict[str, Any] = {
        "nav": "unresolved" if found.entry.is_waiting else "clients",
        "attachment": found,
        "entry": found.entry,
        "mail": letter,
        "at": at,
        "sandbox": html.SANDBOX,
        "outer": at.rpartition(".")[0],
        "pictures": look.pictures,
        "other_view": f"?in={at}" if look.as_text else f"?in={at}&view=text",
    }
    return render(request, "register/enclosed.html", context)


@member_required(READ)
@require_safe
def message_body(request: MemberRequest, attachment: int) -> HttpResponse:
    """The document inside the sandboxed frame."""
    found, within = _asked(request, attachment)
    try:
        page = document(found, within, request.practice, Look.asked(request.GET))
    except (LookupError, OSError) as missing:
        raise Http404 from missing
    audit.read_part(request, "entry", found.entry_id)
    return framed(request, page)


@member_required(READ)
@require_http_methods(["GET", "HEAD", "POST"])
def message_file(request: MemberRequest, attachment: int) -> HttpResponse:
    """A file of the message, to be kept on disk. POST: its warning has been read."""
    found, within = _asked(request, attachment)
    try:
        name, data = enclosed_file(found, within)
    except (LookupError, OSError) as missing:
        raise Http404 from missing
    # The scanner has looked into the message with all that is in it.
    harm = danger(found) or danger_of(name, None)
    if refusal := warning(request, harm, name, found.entry_id):
        return refusal
    audit.read(request, "entry", found.entry_id, action=audit.DOWNLOAD, attachment=found.pk)
    return download(HttpResponse(data, content_type=UNKNOWN), name)


def _asked(request: MemberRequest, attachment: int) -> tuple[Attachment, Within]:
    readable = Entry.objects.readable_by(request.member)
    files = Attachment.objects.filter(entry__in=readable).select_related("mail", "entry")
    found = get_object_or_404(files, pk=attachment)
    within = place(request.GET.get("in", ""))
    if within is None:
        raise Http404
    return found, within
