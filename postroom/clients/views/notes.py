"""Notes on a client that one sees when writing to them (AK-105)."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from postroom.clients import telling
from postroom.clients.forms.notes import KeptClientNoteForm, NewClientNoteForm
from postroom.clients.mending import ChangedMeanwhile
from postroom.clients.models import Client, ClientNote
from postroom.clients.views.answers import clash, client_of, form_page
from postroom.practice.access import MemberRequest, member_required
from postroom.practice.rules import WRITE

METHODS = ["GET", "HEAD", "POST"]


@member_required(WRITE)
@require_http_methods(METHODS)
def new_note(request: MemberRequest, client: int) -> HttpResponse:
    """A new note, on this client and, if wanted, on others of their groups."""
    found = client_of(request, client)
    form = NewClientNoteForm(request.member, found, request.POST or None)
    if request.method == "POST" and form.is_valid():
        also = list(form.cleaned_data.get("also", ()))
        telling.add_note(
            found, form.cleaned_data["text"], also=also, by=request.member, now=timezone.now()
        )
        count = 1 + len(also)
        words = ngettext("Noted on %(n)d record.", "Noted on %(n)d records.", count)
        messages.success(request, words % {"n": count})
        return _record(request, found)
    status = 422 if request.method == "POST" else 200
    back = reverse("register:client", args=[request.practice.slug, found.pk])
    return form_page(request, form, title=_("Good to know"), back=back, client=found, status=status)


@member_required(WRITE)
@require_http_methods(METHODS)
def note(request: MemberRequest, note: int) -> HttpResponse:
    """Change a note."""
    found = _note(request, note)
    copies = telling.copies(found, request.member).filter(text=found.text).count()
    form = KeptClientNoteForm(request.POST or None, note=found, copies=copies)
    status = 422 if request.method == "POST" else 200
    if request.method == "POST" and form.is_valid():
        try:
            telling.edit_note(
                found,
                form.changes(["text"]),
                everywhere=form.cleaned_data.get("everywhere", False),
                by=request.member,
                now=timezone.now(),
            )
        except ChangedMeanwhile as error:
            clash(form, error, request.practice.pk, "client", found.client_id)
            status = 409
        else:
            messages.success(request, _("Saved."))
            return _record(request, found.client)
    back = reverse("register:client", args=[request.practice.slug, found.client_id])
    remove = reverse("clients:remove_client_note", args=[request.practice.slug, found.pk])
    return form_page(
        request,
        form,
        title=_("Good to know"),
        back=back,
        client=found.client,
        status=status,
        remove_note=remove,
    )


@member_required(WRITE)
@require_POST
def remove_note(request: MemberRequest, note: int) -> HttpResponse:
    """Take a note off this client."""
    found = _note(request, note)
    telling.remove_note(found, by=request.member, now=timezone.now())
    messages.success(request, _("The note is removed."))
    return _record(request, found.client)


def _note(request: MemberRequest, pk: int) -> ClientNote:
    mine = Client.objects.open_to(request.member)
    notes = ClientNote.objects.filter(practice=request.practice, client__in=mine)
    return get_object_or_404(notes.select_related("client"), pk=pk)


def _record(request: MemberRequest, client: Client) -> HttpResponse:
    return redirect("register:client", request.practice.slug, client.pk)
