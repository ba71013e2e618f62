"""Writing an internal note beside a letter, and taking it back."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from postroom.kit.text import clean
from postroom.practice.access import MemberRequest, member_required, page_before
from postroom.practice.rules import UNASSIGN, WRITE
from postroom.register import internal_notes
from postroom.register.internal_notes import CannotRead
from postroom.register.models import Entry, InternalNote
from postroom.register.views import entries


@member_required(WRITE)
@require_POST
def add_internal_note(request: MemberRequest, entry: int) -> HttpResponse:
    """Say something to the team beside this letter."""
    letter = get_object_or_404(entries.readable(request), pk=entry)
    if letter.is_noted:  # written by the team itself: it is changed, not answered
        raise Http404
    typed = clean(request.POST.get("text", "")).strip()
    error = _refusal(typed)
    if not error:
        try:
            internal_notes.add(letter, typed, by=request.member, now=timezone.now())
        except CannotRead as shut_out:
            error = _shut_out(shut_out)
    if error:
        said = {"typed": typed, "note_error": error}
        return entries.page(request, letter, status=422, **said)
    return _back(request, letter.pk)


@member_required(WRITE)
@require_POST
def remove_internal_note(request: MemberRequest, internal_note: int) -> HttpResponse:
    """Take back what one said; an administrator, what anybody said."""
    letters = Entry.objects.readable_by(request.member)
    notes = InternalNote.objects.filter(entry__in=letters)
    found = get_object_or_404(notes, pk=internal_note)
    if found.by_id != request.member.pk and not request.member.may(UNASSIGN):
        raise PermissionDenied(_("Only who wrote this, or an administrator, can remove it."))
    letter = found.entry_id
    internal_notes.remove(found, by=request.member, now=timezone.now())
    messages.success(request, _("The note is removed."))
    return _back(request, letter)


def _refusal(typed: str) -> str:
    if not typed:
        return _("Write something first.")
    if len(typed) > internal_notes.LONGEST:
        most = {"n": internal_notes.LONGEST}
        return _("A note has at most %(n)d characters. Shorten it.") % most
    return ""


def _shut_out(refused: CannotRead) -> str:
    names = {"names": ", ".join(member.name for member in refused.members)}
    said = ngettext(
        "%(names)s may not read this message. Take the name out, or file the message first.",
        "%(names)s may not read this message. Take the names out, or file the message first.",
        len(refused.members),
    )
    return said % names


def _back(request: MemberRequest, letter: int) -> HttpResponse:
    """To the page it was written on: the letter's own, or where it lies beside a list."""
    page = page_before(request) or reverse("register:entry", args=[request.practice.slug, letter])
    return redirect(page)
