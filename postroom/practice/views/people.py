"""The team: who is in it, inviting, changing, ending and giving back access."""

from typing import Any

from django.contrib import messages
from django.db.models import Exists, Max, OuterRef
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from postroom.practice import inviting, rules
from postroom.practice import people as verbs
from postroom.practice.access import MemberRequest, fresh_form, member_required
from postroom.practice.actions import Refused
from postroom.practice.forms.people import InviteForm, MemberForm
from postroom.practice.inviting import Invited
from postroom.practice.models import Factor, Invitation, Member
from postroom.practice.views.profile import warn_of_client

FORMS = ["GET", "HEAD", "POST"]


@member_required(rules.MEMBERS)
@require_safe
def people(request: MemberRequest) -> HttpResponse:
    """Everybody with a role, who is invited, and who was here before."""
    now = timezone.now()
    members = (
        _members(request)
        .annotate(
            seen_at=Max("user__signed_in__seen_at"),
            second_factor=Exists(Factor.objects.filter(user=OuterRef("user"))),
        )
        .order_by("name", "pk")
    )
    waiting = request.practice.invitations.filter(accepted_at=None, withdrawn_at=None)
    context = {
        "nav": "people",
        "appcls": "tall",
        "members": [member for member in members if member.active],
        "former": [member for member in members if not member.active],
        "invitations": [
            (invitation, invitation.state(now) == Invitation.EXPIRED)
            for invitation in waiting.select_related("role").order_by("-created_at")
        ],
    }
    return render(request, "practice/people.html", context)


@member_required(rules.MEMBERS)
@fresh_form
@require_http_methods(FORMS)
def invite(request: MemberRequest) -> HttpResponse:
    """Invite somebody; a link that could not be sent is shown, this once."""
    form = InviteForm(request.member, request.POST or None)
    if request.method == "POST" and form.is_valid():
        data, now = form.cleaned_data, timezone.now()
        try:
            invited = inviting.invite(
                request.practice,
                data["email"],
                data["name"],
                data["role"],
                by=request.member,
                now=now,
            )
        except Refused as why:
            form.add_error("email", str(why))
        else:
            return _invited(request, invited)
    context = {"nav": "people", "appcls": "tall", "form": form}
    return render(request, "practice/invite.html", context, status=422 if form.errors else 200)


@member_required(rules.MEMBERS)
@fresh_form
@require_POST
def invite_again(request: MemberRequest, invitation: int) -> HttpResponse:
    """A new link for the same place."""
    chosen = _invitation(request, invitation)
    try:
        invited = inviting.invite_again(chosen, by=request.member, now=timezone.now())
    except Refused as why:
        messages.error(request, str(why))
        return _to_list(request)
    return _invited(request, invited)


@member_required(rules.MEMBERS)
@fresh_form
@require_POST
def withdraw(request: MemberRequest, invitation: int) -> HttpResponse:
    """The link that was sent opens nothing any more."""
    chosen = _invitation(request, invitation)
    if inviting.withdraw(chosen, by=request.member, now=timezone.now()):
        messages.success(
            request, _("The invitation of %s is withdrawn. Its link is dead.") % chosen.name
        )
    else:
        messages.error(request, _("This invitation was used or withdrawn before."))
    return _to_list(request)


@member_required(rules.MEMBERS)
@fresh_form
@require_http_methods(FORMS)
def member(request: MemberRequest, member: int) -> HttpResponse:
    """What is known of a member, and their role."""
    chosen = get_object_or_404(_members(request), pk=member)
    form = MemberForm(chosen, request.member, request.POST or None)
    if request.method == "POST" and form.is_valid():
        now, by = timezone.now(), request.member
        try:
            verbs.change_role(chosen, form.cleaned_data["role"], by=by, now=now)
        except Refused as why:
            form.add_error("role", str(why))
        else:
            verbs.save_member(chosen, form.facts(), by=by, now=now)
            messages.success(request, _("%s is saved.") % form.cleaned_data["name"])
            return _to_list(request)
    context = {
        "nav": "people",
        "appcls": "tall",
        "form": form,
        "member": chosen,
        "oneself": chosen.pk == request.member.pk,
    }
    return render(request, "practice/member.html", context, status=422 if form.errors else 200)


@member_required(rules.MEMBERS)
@fresh_form
@require_http_methods(FORMS)
def deactivate(request: MemberRequest, member: int) -> HttpResponse:
    """What ending somebody's access means, and doing it."""
    chosen = get_object_or_404(_members(request), pk=member)
    if request.method != "POST":
        context = {"nav": "people", "appcls": "tall", "member": chosen}
        return render(request, "practice/deactivate.html", context)
    try:
        verbs.deactivate(chosen, by=request.member, now=timezone.now())
        messages.success(request, _("%s no longer has access.") % chosen.name)
    except Refused as why:
        messages.error(request, str(why))
    return _to_list(request)


@member_required(rules.MEMBERS)
@fresh_form
@require_POST
def readmit(request: MemberRequest, member: int) -> HttpResponse:
    """Let somebody in again who was a member before."""
    chosen = get_object_or_404(_members(request), pk=member)
    try:
        verbs.readmit(chosen, by=request.member, now=timezone.now())
        messages.success(request, _("%s has access again.") % chosen.name)
    except Refused as why:
        messages.error(request, str(why))
    return _to_list(request)


def _invited(request: MemberRequest, invited: Invited) -> HttpResponse:
    """On to the list when the link is on its way; else the page that shows it once."""
    warn_of_client(request, invited.invitation.email)
    if not invited.refusal:
        messages.success(request, _("The link is on its way to %s.") % invited.invitation.email)
        return _to_list(request)
    context = {"nav": "people", "appcls": "tall", "invited": invited}
    return render(request, "practice/invited.html", context)


def _members(request: MemberRequest) -> Any:
    return Member.objects.filter(practice=request.practice).select_related("role", "user")


def _invitation(request: MemberRequest, invitation: int) -> Invitation:
    rows = request.practice.invitations.select_related("practice", "role", "invited_by")
    return get_object_or_404(rows, pk=invitation)


def _to_list(request: MemberRequest) -> HttpResponseRedirect:
    return redirect("practice:people", request.practice.slug)
