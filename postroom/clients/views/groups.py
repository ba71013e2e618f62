"""Families, households and groups of companies: who belongs together."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from postroom.clients import grouping
from postroom.clients.forms.clients import GroupForm
from postroom.clients.forms.mended import MendedForm
from postroom.clients.mending import ChangedMeanwhile
from postroom.clients.models import Client, Group
from postroom.clients.views.answers import client_of, form_page
from postroom.clients.views.editing import METHODS
from postroom.clients.views.lists import group_of, words_of
from postroom.practice.access import MemberRequest, member_required
from postroom.practice.rules import AUDIT, READ, WRITE

FOUND = 8
OFFERED, LOOKED_AT = 8, 50


@member_required(READ)
@require_safe
def group(request: MemberRequest, group: int) -> HttpResponse:
    """The clients of a group; `?find` looks for one more to add."""
    found = group_of(request, group)
    words = words_of(request, "find")
    clients = Client.objects.open_to(request.member)
    of_it = clients.filter(groups=found).order_by("name", "pk").prefetch_related("patients")
    candidates = clients.exclude(groups=found).search(words) if words else clients.none()
    context = {
        "nav": "clients",
        "group": found,
        "clients": list(of_it),
        "words": words,
        "found": candidates.order_by("name", "pk").prefetch_related("patients", "groups")[:FOUND],
        "may_edit": request.member.may(WRITE),
        "may_hand_over": request.member.may(AUDIT),
    }
    return render(request, "clients/group.html", context)


@member_required(WRITE)
@require_http_methods(METHODS)
def rename(request: MemberRequest, group: int) -> HttpResponse:
    found = group_of(request, group)
    form = GroupForm(request.POST or None, held={"name": found.name})
    status = 422 if request.method == "POST" else 200
    if request.method == "POST" and form.is_valid():
        change = form.changes().get("name")
        try:
            if change:
                grouping.rename(found, change, by=request.member, now=timezone.now())
        except grouping.NameTaken:
            form.add_error("name", _("Another group is called so already."))
        except ChangedMeanwhile as error:
            _clash(form, error)
            status = 409
        else:
            messages.success(request, _("Saved."))
            return redirect("clients:group", request.practice.slug, found.pk)
    back = reverse("clients:group", args=[request.practice.slug, found.pk])
    return form_page(request, form, title=found.name, back=back, status=status)


@member_required(WRITE)
@require_POST
def join(request: MemberRequest, client: int) -> HttpResponse:
    """Put a client in a group by its name, from the client's or from the group's page."""
    found = client_of(request, client)
    form = GroupForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Type the name of a group, at most 160 characters."))
        return redirect("clients:details", request.practice.slug, found.pk)
    name = form.cleaned_data["name"]
    joined = grouping.join(found, name, by=request.member, now=timezone.now())
    words = {"client": found.name, "group": joined.name}
    messages.success(request, _("%(client)s is in the group %(group)s.") % words)
    if request.POST.get("from") == "group":
        return redirect("clients:group", request.practice.slug, joined.pk)
    return redirect("clients:details", request.practice.slug, found.pk)


@member_required(WRITE)
@require_POST
def leave(request: MemberRequest, client: int, group: int) -> HttpResponse:
    """Take a client out of a group."""
    found = client_of(request, client)
    left = get_object_or_404(found.groups, pk=group)
    grouping.leave(found, left, by=request.member, now=timezone.now())
    words = {"client": found.name, "group": left.name}
    messages.success(request, _("%(client)s is no longer in the group %(group)s.") % words)
    still = Client.objects.open_to(request.member).filter(groups=left.pk).exists()
    if request.POST.get("from") == "group" and still:
        return redirect("clients:group", request.practice.slug, group)
    return redirect("clients:details", request.practice.slug, found.pk)


@member_required(READ)
@require_safe
def names(request: MemberRequest) -> HttpResponse:
    """Names of groups that begin so, for the field in which one is typed."""
    words = words_of(request, "name")
    begun = Group.objects.filter(practice=request.practice, name__istartswith=words)
    near = {group.pk: group for group in begun.order_by("name")[:LOOKED_AT]} if words else {}
    clients = Client.objects.open_to(request.member).filter(groups__in=near)
    mine = set(clients.values_list("groups", flat=True))
    found = [group for pk, group in near.items() if pk in mine]
    return render(request, "clients/_names.html", {"names": found[:OFFERED]})


def _clash(form: MendedForm, error: ChangedMeanwhile) -> Any:
    words = {"value": error.current["name"]}
    form.add_error(
        "name",
        _("This was changed meanwhile to “%(value)s”. Save again to put yours in its place.")
        % words,
    )
    form.replace_anyway(error.current)
