"""The front door, and the calm first page of a practice."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from postroom.appointments.records import still_today
from postroom.clients.models import Client
from postroom.connections import words
from postroom.connections.models import MailAccount
from postroom.intake import alarms
from postroom.practice import rules
from postroom.practice.access import MemberRequest, member_required, to_door
from postroom.practice.models import Member
from postroom.register import internal_notes
from postroom.register.models import Entry
from postroom.register.names import clients_on
from postroom.register.paging import numbers
from postroom.web import first_hour, today
from postroom.web.context import MANY, at_least, bounded, shell_of

LATEST = 10


@require_safe
def front(request: Any) -> HttpResponseBase:
    """To the practice of this person; a choice where there are several."""
    if not request.user.is_authenticated:
        return to_door(request)
    members = list(Member.objects.of(request.user).order_by("practice__name"))
    if len(members) == 1:
        return redirect("web:home", members[0].practice.slug)
    return render(request, "web/front.html", {"members": members})


@member_required(rules.READ)
@require_safe
def home(request: MemberRequest) -> HttpResponse:
    """What waits, how the accounts are, what was filed last. `row` are the letters that are being
    read: they stay where they are, and it is said above them how many came (DESIGN 8.12)."""
    now = timezone.now()
    shown = set(numbers(request.GET.getlist("row"), LATEST))
    entries = Entry.objects.readable_by(request.member)
    accounts = MailAccount.objects.filter(practice=request.practice, owner=None).order_by("name")
    filed = entries.filter(filing=Entry.RESOLVED).order_by("-at", "-id")
    latest = list(filed[:LATEST])
    clients = clients_on(request.member, [entry.pk for entry in latest])
    oldest = Entry.objects.waiting_for(request.member).order_by("at", "id").first()
    context = {
        "nav": "home",
        "appcls": "tall",
        "greeting": greeting(timezone.localtime(now), request.member.name.split()[0]),
        "now": now,
        "first_hour": first_hour.steps(request.member, now),
        "waiting": to_file(shell_of(request).waiting),
        "oldest": oldest,
        "open": today.open_talks(request.member, shell_of(request).post),
        "came_in": today.came_in_words(today.came_in(request.member, now)),
        "coming": still_today(request.member, now),
        "closed": _without_reader(request),
        "accounts": [(account, words.state(account)) for account in accounts],
        "named_in": internal_notes.unseen(request.member),
        "latest": [(entry, clients[entry.pk]) for entry in latest],
        "begun": bool(oldest or latest or accounts),  # else there is nothing to have been filed
        "shown": shown,
        "came": sum(entry.pk not in shown for entry in latest) if shown else 0,
    }
    return render(request, "web/home.html", context)


def _without_reader(request: MemberRequest) -> str:
    """How many restricted records nobody can open, for whom may name new readers."""
    if not request.member.may(rules.MEMBERS):
        return ""
    rows = Client.objects.nobodys(request.practice)
    return bounded(len(rows.values_list("pk", flat=True)[: MANY + 1]))


@member_required(rules.READ)
@require_safe
def pulse(request: MemberRequest) -> HttpResponse:
    """What the frame shows of the moment: counts, accounts, the banner. Swapped in by htmx."""
    alarms.notice_silence(request.practice, now=timezone.now())
    return render(request, "web/pulse.html")


@member_required(rules.READ)
@require_safe
def settings(request: MemberRequest) -> HttpResponse:
    """Every page of settings this member may open; a phone has no room for them in its bar."""
    return render(request, "web/settings.html", {"nav": "settings", "appcls": "tall"})


@member_required(rules.READ)
@require_safe
def help_mailbox(request: MemberRequest) -> HttpResponse:
    """How a mailbox is set up, step by step (RX-34)."""
    return render(request, "web/help_mailbox.html", {"nav": "accounts", "appcls": "tall"})


def greeting(local: datetime, name: str) -> str:
    """By the practice's own clock."""
    if local.hour < 12:
        return _("Good morning, %(name)s") % {"name": name}
    if local.hour < 18:
        return _("Good afternoon, %(name)s") % {"name": name}
    return _("Good evening, %(name)s") % {"name": name}


def to_file(waiting: str) -> str:
    """«7 messages to file», from a bounded count."""
    words = ngettext("%(n)s message to file", "%(n)s messages to file", at_least(waiting))
    return words % {"n": waiting}


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The page was open for too long, or cookies are off: say what to do."""
    # wrong.js tells it from a missing right by the header.
    page = render(request, "403_csrf.html", status=403)
    page.headers["Postroom-Reason"] = "csrf"
    return page
