"""What each role may do, and roles of the practice's own."""

from django.contrib import messages
from django.db.models import Count, Q
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from postroom.practice import roles as verbs
from postroom.practice import rules
from postroom.practice.access import MemberRequest, fresh_form, member_required
from postroom.practice.actions import Refused
from postroom.practice.forms.roles import RoleForm
from postroom.practice.models import Role
from postroom.practice.words import RIGHTS


@member_required(rules.MEMBERS)
@require_safe
def roles(request: MemberRequest) -> HttpResponse:
    """Rights down, roles across, ticks between."""
    ours = list(
        request.practice.roles.annotate(
            people=Count("members", filter=Q(members__active=True))
        ).order_by("pk")
    )
    rows = [(RIGHTS[right], [right in role.rights for role in ours]) for right in rules.RIGHTS]
    context = {"nav": "people", "appcls": "tall", "roles": ours, "rows": rows}
    return render(request, "practice/roles.html", context)


@member_required(rules.MEMBERS)
@fresh_form
@require_http_methods(["GET", "HEAD", "POST"])
def add_role(request: MemberRequest) -> HttpResponse:
    """A role of the practice's own."""
    form = RoleForm(request.practice, request.POST or None)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            verbs.add_role(
                request.practice,
                data["name"],
                data["rights"],
                by=request.member,
                now=timezone.now(),
            )
        except Refused as why:
            form.add_error("rights", str(why))
        else:
            messages.success(request, _("The role “%s” is there.") % data["name"])
            return _to_list(request)
    return _page(request, form)


@member_required(rules.MEMBERS)
@fresh_form
@require_http_methods(["GET", "HEAD", "POST"])
def role(request: MemberRequest, role: int) -> HttpResponse:
    """Rename a role, or tick other rights."""
    chosen = get_object_or_404(request.practice.roles, pk=role)
    form = RoleForm(request.practice, request.POST or None, role=chosen)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            verbs.save_role(
                chosen, data["name"], data["rights"], by=request.member, now=timezone.now()
            )
        except Refused as why:
            form.add_error("rights", str(why))
        else:
            messages.success(request, _("The role “%s” is saved.") % data["name"])
            return _to_list(request)
    return _page(request, form)


@member_required(rules.MEMBERS)
@fresh_form
@require_POST
def remove_role(request: MemberRequest, role: int) -> HttpResponse:
    """Remove a role that nobody has."""
    chosen = get_object_or_404(request.practice.roles, pk=role)
    name = str(chosen)
    try:
        verbs.remove_role(chosen, by=request.member, now=timezone.now())
        messages.success(request, _("The role “%s” is gone.") % name)
    except Refused as why:
        messages.error(request, str(why))
    return _to_list(request)


def _page(request: MemberRequest, form: RoleForm) -> HttpResponse:
    context = {
        "nav": "people",
        "appcls": "tall",
        "form": form,
        "role": form.role,
        "own": form.role is not None and form.role.key not in Role.SEEDED,
    }
    return render(request, "practice/role.html", context, status=422 if form.errors else 200)


def _to_list(request: MemberRequest) -> HttpResponseRedirect:
    return redirect("practice:roles", request.practice.slug)
