"""The front door, and the calm first page of a practice."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from postroom.connections.models import MailAccount
from postroom.practice import rules
from postroom.practice.access import member_required
from postroom.practice.models import Member
from postroom.register.models import Entry

LATEST = 10


@login_required
def front(request: Any) -> HttpResponse:
    """To the practice of this person; a choice where there are several."""
    members = list(Member.objects.of(request.user).order_by("practice__name"))
    if len(members) == 1:
        return redirect("web:home", members[0].practice.slug)
    return render(request, "web/front.html", {"members": members})


@member_required(rules.READ)
def home(request: Any) -> HttpResponse:
    """What waits, how the accounts are, what was filed last."""
    entries = Entry.objects.readable_by(request.member)
    accounts = MailAccount.objects.filter(practice=request.practice, owner=None)
    latest = entries.filter(filing=Entry.RESOLVED).order_by("-at", "-id")
    context = {
        "nav": "home",
        "appcls": "tall",
        "today": timezone.now(),
        "accounts": accounts.order_by("name"),
        "latest": latest.prefetch_related("clients")[:LATEST],
    }
    return render(request, "web/home.html", context)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The page was open for too long, or cookies are off: say what to do."""
    return render(request, "web/csrf_failure.html", status=403)
