"""Correspondents: laboratories, insurers, colleagues elsewhere; contacts without client."""

from django.contrib import messages
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from postroom.clients import contacting
from postroom.clients.forms.people import CorrespondentForm
from postroom.clients.mending import ChangedMeanwhile
from postroom.clients.models import Contact
from postroom.clients.views.answers import clash, form_page
from postroom.clients.views.editing import METHODS
from postroom.clients.views.lists import SIZE, number, words_of
from postroom.kit.text import fold
from postroom.practice.access import MemberRequest, member_required
from postroom.practice.rules import READ, WRITE


@member_required(READ)
@require_safe
def correspondents(request: MemberRequest) -> HttpResponse:
    """By name; `?q` narrows, `?calling` keeps one kind, `?after` goes on from there."""
    words, calling = words_of(request, "q"), request.GET.get("calling", "")
    rows = Contact.objects.filter(practice=request.practice, professional=True)
    for word in fold(words).split():
        rows = rows.filter(search_name__contains=word)
    if calling in dict(Contact.CALLINGS):
        rows = rows.filter(calling=calling)
    if after := request.GET.get("after", ""):
        last = get_object_or_404(rows, pk=number(after))
        rows = rows.filter(name__gte=last.name).filter(Q(name__gt=last.name) | Q(pk__gt=last.pk))
    found = list(rows.order_by("name", "pk").prefetch_related("points")[: SIZE + 1])
    context = {
        "nav": "clients",
        "appcls": "tall",
        "words": words,
        "calling": calling,
        "callings": Contact.CALLINGS,
        "contacts": found[:SIZE],
        "next": found[SIZE - 1].pk if len(found) > SIZE else None,
        "after": after,
        "may_edit": request.member.may(WRITE),
    }
    return render(request, "clients/correspondents.html", context)


@member_required(WRITE)
@require_http_methods(METHODS)
def new(request: MemberRequest) -> HttpResponse:
    form = CorrespondentForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        made = contacting.create_correspondent(
            request.practice, form.cleaned_data, by=request.member, now=timezone.now()
        )
        messages.success(request, _("%(name)s is on the list.") % {"name": made.name})
        return redirect("clients:correspondent", request.practice.slug, made.pk)
    back = reverse("clients:correspondents", args=[request.practice.slug])
    status = 422 if request.method == "POST" else 200
    return form_page(request, form, title=_("New correspondent"), back=back, status=status)


@member_required(READ)
@require_safe
def correspondent(request: MemberRequest, correspondent: int) -> HttpResponse:
    """What is kept about a correspondent."""
    found = _found(request, correspondent)
    context = {
        "nav": "clients",
        "appcls": "tall",
        "contact": found,
        "points": found.points.order_by("kind", "-preferred", "pk"),
        "may_edit": request.member.may(WRITE),
    }
    return render(request, "clients/correspondent.html", context)


@member_required(WRITE)
@require_http_methods(METHODS)
def edit(request: MemberRequest, correspondent: int) -> HttpResponse:
    found = _found(request, correspondent)
    form = CorrespondentForm(request.POST or None, contact=found)
    status = 422 if request.method == "POST" else 200
    if request.method == "POST" and form.is_valid():
        try:
            contacting.edit_correspondent(
                found, form.changes(), by=request.member, now=timezone.now()
            )
        except ChangedMeanwhile as error:
            clash(form, error, request.practice.pk, "contact", found.pk)
            status = 409
        else:
            messages.success(request, _("Saved."))
            return redirect("clients:correspondent", request.practice.slug, found.pk)
    back = reverse("clients:correspondent", args=[request.practice.slug, found.pk])
    return form_page(request, form, title=found.name, back=back, status=status)


def _found(request: MemberRequest, pk: int) -> Contact:
    rows = Contact.objects.filter(practice=request.practice, professional=True)
    return get_object_or_404(rows, pk=pk)
