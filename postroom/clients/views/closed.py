"""Restricted records without a reader: an administrator names new ones, and reads nothing."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from postroom.clients import opening
from postroom.clients.forms.closed import ReadersForm
from postroom.clients.models import Client
from postroom.practice.access import MemberRequest, fresh_form, member_required
from postroom.practice.rules import MEMBERS

SHOWN = 100


@member_required(MEMBERS)
@require_safe
def closed(request: MemberRequest) -> HttpResponse:
    """Each by its number alone, with those who could open it before they left."""
    found = Client.objects.nobodys(request.practice).order_by("pk")
    rows = found.prefetch_related("access__member")[:SHOWN]
    context = {
        "nav": "people",
        "appcls": "tall",
        "rows": [(client, ReadersForm(request.practice, client)) for client in rows],
    }
    return render(request, "clients/closed.html", context)


@member_required(MEMBERS)
@fresh_form
@require_POST
def name_readers(request: MemberRequest, client: int) -> HttpResponse:
    """Give a record that nobody can open to members who are here."""
    found = get_object_or_404(Client, practice=request.practice, pk=client)
    form = ReadersForm(request.practice, found, request.POST)
    if not form.is_valid():
        messages.error(request, _("Choose at least one person."))
        return redirect("clients:closed", request.practice.slug)
    readers = form.cleaned_data["readers"]
    try:
        opening.name_readers(found, readers, by=request.member, now=timezone.now())
    except opening.SomebodyReads:
        messages.error(request, _("This is no record without a reader."))
    else:
        names = ", ".join(member.name for member in readers)
        messages.success(request, _("From now on it is open to %(names)s.") % {"names": names})
    return redirect("clients:closed", request.practice.slug)
