"""What is served as it came: the letter inside its frame, its pictures, its files, the raw mail.

Nothing here is shown by the product's own pages: each answer carries its own policy, since what
it holds was written by anybody (RELIABILITY 4.1, 4.3).
"""

from collections.abc import AsyncIterator, Iterator
from typing import TypeVar, cast

from asgiref.sync import sync_to_async
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe

from postroom.kit import html
from postroom.kit.text import safe_file_name
from postroom.practice import audit
from postroom.practice.access import MemberRequest, member_required
from postroom.practice.rules import READ
from postroom.register.letters import file_bytes
from postroom.register.models import Attachment, Entry
from postroom.register.reading import document, is_picture, is_picture_token, picture_type

Answer = TypeVar("Answer", bound=HttpResponseBase)

CLOSED = "sandbox; default-src 'none'"
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
    as_text = request.GET.get("view") == "text"
    page = document(request.practice, letter, as_text=as_text, dark=request.member.theme == "dark")
    return framed(request, page)


@require_safe
def inline(request: HttpRequest, practice: str, entry: int, n: int, token: str) -> HttpResponse:
    """A picture inside a letter. No cookie reaches a sandboxed frame: the token is the proof."""
    if not is_picture_token(practice, entry, n, token):
        raise Http404
    of_practice = Attachment.objects.filter(practice__slug=practice)
    picture = get_object_or_404(of_practice.select_related("mail"), entry=entry, n=n)
    data = _content(picture)
    media_type = picture_type(picture.type, data)
    if not media_type:
        raise Http404
    return _closed(HttpResponse(data, content_type=media_type))


@member_required(READ)
@require_safe
def attachment(request: MemberRequest, attachment: int) -> HttpResponse:
    """A file of a letter, to be kept on disk: never opened by the browser (DESIGN 8.11)."""
    readable = Entry.objects.readable_by(request.member)
    found = get_object_or_404(
        Attachment.objects.filter(entry__in=readable).select_related("mail", "stored"),
        pk=attachment,
    )
    content = _content(found)
    audit.read(request, "entry", found.entry_id, action=audit.DOWNLOAD, attachment=found.pk)
    return download(HttpResponse(content, content_type=UNKNOWN), found.name)


@member_required(READ)
@require_safe
def picture(request: MemberRequest, attachment: int) -> HttpResponse:
    """A scan or photograph that came by itself, for the page of its entry."""
    readable = Entry.objects.readable_by(request.member)
    found = get_object_or_404(
        Attachment.objects.filter(entry__in=readable).select_related("stored"), pk=attachment
    )
    media_type = ""
    if is_picture(found):
        content = _content(found)
        media_type = picture_type(found.type, content)
    if not media_type:
        return HttpResponse(status=415)
    audit.read_part(request, "entry", found.entry_id)
    return _closed(HttpResponse(content, content_type=media_type))


@member_required(READ)
@require_safe
def raw(request: MemberRequest, entry: int) -> FileResponse:
    """The mail as it came, byte for byte; never whole in memory."""
    letter = get_object_or_404(Entry.objects.readable_by(request.member), pk=entry)
    mail = letter.mails.order_by("pk").first()
    if mail is None:
        raise Http404
    try:
        file = mail.path.open("rb")
    except OSError as missing:
        raise Http404 from missing
    audit.read(request, "entry", letter.pk, action=audit.DOWNLOAD)
    name = safe_file_name(f"{letter.subject or 'message'}.eml")
    return download(Streamed(file, content_type=UNKNOWN), name)


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
