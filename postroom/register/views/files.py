"""What is served as it came: the letter inside its frame, its pictures, its files, the raw mail.

Nothing here is shown by the product's own pages: each answer carries its own policy, since what
it holds was written by anybody (RELIABILITY 4.1, 4.3).
"""

from collections.abc import AsyncIterator, Iterator
from typing import TypeVar, cast

from asgiref.sync import sync_to_async
from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from postroom.connections.pictures import fetch
from postroom.connections.trouble import Trouble
from postroom.kit import html
from postroom.kit.redrawing import NoPicture, redrawn
from postroom.kit.text import safe_file_name
from postroom.practice import audit
from postroom.practice.access import MemberRequest, member_required, page_before
from postroom.practice.rules import READ, WRITE
from postroom.register import scanning
from postroom.register.file_lines import is_picture
from postroom.register.inline import is_picture_token
from postroom.register.letters import file_bytes
from postroom.register.models import Attachment, Entry, Scan
from postroom.register.outside import asked_for
from postroom.register.reading import Look, document
from postroom.register.safety import (
    Danger,
    danger,
    danger_in,
    may_open,
    opened_as,
    opens_directly,
    picture_in,
    picture_type,
)

Answer = TypeVar("Answer", bound=HttpResponseBase)

CLOSED = "sandbox; default-src 'none'"
# What a browser needs to show a file alone in a tab; no script, no request.
OPENED = "sandbox; default-src 'none'; img-src 'self'; object-src 'self'; style-src 'unsafe-inline'"
UNKNOWN = "application/octet-stream"  # so that no browser opens it


class Streamed(FileResponse):
    """A file a piece at a time under ASGI too, where Django reads the whole file first."""

    async def __aiter__(self) -> AsyncIterator[bytes]:
        pieces = cast("Iterator[bytes]", self.streaming_content)
        while piece := await sync_to_async(lambda: next(pieces, b""))():
            yield piece


@member_required(READ)
@require_safe
def body(request: MemberRequest, entry: int) -> HttpResponse:
    """The document inside the sandboxed frame; `?view=text` is its plain text."""
    letter = get_object_or_404(Entry.objects.readable_by(request.member), pk=entry)
    audit.read_part(request, "entry", letter.pk)
    look, dark = Look.asked(request.GET), request.member.theme == "dark"
    return framed(request, document(request.practice, letter, look, dark=dark))


@require_safe
def inline(request: HttpRequest, practice: str, entry: int, n: int, token: str) -> HttpResponse:
    """A picture inside a letter. No cookie reaches a sandboxed frame: the token is the proof."""
    if not is_picture_token(practice, entry, n, token):
        raise Http404
    of_practice = Attachment.objects.filter(practice__slug=practice)
    picture = get_object_or_404(of_practice.select_related("mail"), entry=entry, n=n)
    data = _content(picture)
    media_type = picture_type(picture.type, data)
    if not media_type or danger(picture):
        raise Http404
    return _closed(HttpResponse(data, content_type=media_type))


@require_safe
def outside(request: HttpRequest, practice: str, entry: int, token: str) -> HttpResponse:
    """A picture from the internet that somebody chose to see. We ask for it, and whatever it
    calls itself, it is drawn anew if its bytes are a picture's; nothing else is shown."""
    address = asked_for(practice, entry, token)
    if address is None or not Entry.objects.filter(practice__slug=practice, pk=entry).exists():
        raise Http404
    try:
        data = redrawn(fetch(address))
    except (Trouble, NoPicture) as trouble:
        raise Http404 from trouble
    media_type = picture_in(data)
    return _closed(HttpResponse(data, content_type=media_type))


@member_required(READ)
@require_http_methods(["GET", "HEAD", "POST"])
def attachment(request: MemberRequest, attachment: int) -> HttpResponse:
    """A file of a letter, to be kept on disk: never opened by the browser (DESIGN 8.11).

    POST: somebody has read the warning that stands before it.
    """
    return _downloaded(request, _readable(request, attachment))


@member_required(READ)
@require_safe
def opened(request: MemberRequest, attachment: int) -> HttpResponse:
    """A file in a tab of its own, if the practice lets such files open (EX-19); else as ever."""
    found = _readable(request, attachment)
    may = opens_directly(request.practice) and may_open(found.type, found.name)
    if not may or danger(found):
        return _downloaded(request, found)
    content = _content(found)
    media_type = opened_as(found.type, content)
    if not media_type:  # it is not what it says: what it is, nobody knows
        return _kept(request, found)
    audit.read(request, "entry", found.entry_id, action=audit.DOWNLOAD, attachment=found.pk)
    answer = _closed(HttpResponse(content, content_type=media_type))
    answer["Content-Disposition"] = content_disposition_header(False, found.name) or "inline"
    answer["Content-Security-Policy"] = OPENED
    return answer


@member_required(WRITE)
@require_POST
def scan(request: MemberRequest, attachment: int) -> HttpResponse:
    """Have one file looked at by the virus scanner now."""
    found = _readable(request, attachment)
    try:
        state = scanning.again(found, now=timezone.now()).state
    except Trouble:
        messages.error(request, _("The virus scanner does not answer. The file is not checked."))
    else:
        if state == Scan.INFECTED:
            messages.error(request, _("A virus was found in “%(name)s”.") % {"name": found.name})
        elif state == Scan.CLEAN:
            messages.success(request, _("No virus was found in “%(name)s”.") % {"name": found.name})
        else:
            messages.error(request, _("The virus scanner could not check this file."))
    back = page_before(request)
    return redirect(back or reverse("register:entry", args=[request.practice.slug, found.entry_id]))


@member_required(READ)
@require_safe
def picture(request: MemberRequest, attachment: int) -> HttpResponse:
    """A scan or photograph that came by itself, for the page of its entry."""
    readable = Entry.objects.readable_by(request.member)
    found = get_object_or_404(
        Attachment.objects.filter(entry__in=readable).select_related("stored"), pk=attachment
    )
    media_type = ""
    if is_picture(found) and not danger(found):
        content = _content(found)
        media_type = picture_type(found.type, content)
    if not media_type:
        return HttpResponse(status=415)
    audit.read_part(request, "entry", found.entry_id)
    return _closed(HttpResponse(content, content_type=media_type))


@member_required(READ)
@require_http_methods(["GET", "HEAD", "POST"])
def raw(request: MemberRequest, entry: int) -> HttpResponseBase:
    """The mail as it came, byte for byte; never whole in memory. POST as for `attachment`."""
    letter = get_object_or_404(Entry.objects.readable_by(request.member), pk=entry)
    mail = letter.mails.order_by("pk").first()
    if mail is None:
        raise Http404
    try:
        file = mail.path.open("rb")
    except OSError as missing:
        raise Http404 from missing
    name = safe_file_name(f"{letter.subject or 'message'}.eml")
    if refusal := warning(request, danger_in(letter), name, letter.pk):
        file.close()
        return refusal
    audit.read(request, "entry", letter.pk, action=audit.DOWNLOAD)
    return download(Streamed(file, content_type=UNKNOWN), name)


def warning(
    request: MemberRequest, danger: Danger | None, name: str, entry: int
) -> HttpResponse | None:
    """The page that stands before a file that may do harm; None where it may be had.

    Its status is no success: a link that downloads then downloads nothing.
    """
    if danger is None:
        return None
    may = request.member.may(danger.right)
    if may and request.method == "POST":
        return None
    context = {"danger": danger, "name": name, "may": may, "entry": entry}
    return render(request, "register/warned.html", context, status=403)


def _readable(request: MemberRequest, attachment: int) -> Attachment:
    readable = Entry.objects.readable_by(request.member)
    files = Attachment.objects.filter(entry__in=readable).select_related("mail", "stored")
    return get_object_or_404(files, pk=attachment)


def _downloaded(request: MemberRequest, found: Attachment) -> HttpResponse:
    refusal = warning(request, danger(found), found.name, found.entry_id)
    return refusal or _kept(request, found)


def _kept(request: MemberRequest, found: Attachment) -> HttpResponse:
    content = _content(found)
    audit.read(request, "entry", found.entry_id, action=audit.DOWNLOAD, attachment=found.pk)
    return download(HttpResponse(content, content_type=UNKNOWN), found.name)


def _content(found: Attachment) -> bytes:
    try:
        return file_bytes(found)
    except OSError as missing:
        raise Http404 from missing


def framed(request: HttpRequest, page: str) -> HttpResponse:
    """A document for the sandboxed frame, under its own policy."""
    answer = HttpResponse(page)
    answer["Content-Security-Policy"] = html.frame_csp(request.build_absolute_uri("/")[:-1])
    answer["X-Frame-Options"] = "SAMEORIGIN"
    answer["Referrer-Policy"] = "no-referrer"
    return answer


def download(answer: Answer, name: str) -> Answer:
    """Kept on disk under that name, never opened."""
    answer["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
    return _closed(answer)


def _closed(answer: Answer) -> Answer:
    answer["Content-Security-Policy"] = CLOSED
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Cache-Control"] = "no-store"
    return answer
