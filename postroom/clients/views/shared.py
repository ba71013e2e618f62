"""What may be wrong in the list of clients: addresses of several, clients who are there twice."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from postroom.clients.doubles import pairs, shared_addresses
from postroom.clients.views.lists import words_of
from postroom.practice.access import MemberRequest, member_required
from postroom.practice.rules import READ, UNASSIGN


@member_required(READ)
@require_safe
def shared(request: MemberRequest) -> HttpResponse:
    """Addresses held by more than one client (MG-26), and likely duplicates."""
    after = words_of(request, "after")
    found, following = shared_addresses(request.member, after)
    context = {
        "nav": "clients",
        "appcls": "tall",
        "shared": found,
        "next": following,
        "after": after,
        "pairs": [] if after else pairs(request.member),
        "may_merge": request.member.may(UNASSIGN),
    }
    return render(request, "clients/shared.html", context)
