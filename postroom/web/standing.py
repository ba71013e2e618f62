"""How everything stands: a page, the same for programs, and putting a banner away for the day."""

from collections.abc import Iterable
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from postroom.connections.models import MailAccount
from postroom.intake import booking, health_words, reporting
from postroom.intake.health import AccountHealth, Condition, look_over
from postroom.practice import notices, rules
from postroom.practice.access import MemberRequest, member_required, page_before
from postroom.web.context import HIDDEN, shell_of, today

HOURS = range(24)


@member_required(rules.SETTINGS)
@require_safe
def health(request: MemberRequest) -> HttpResponse:
    """Every account with its books, the worker, the disk, our own mail: in words."""
    found = look_over(request.practice, now=timezone.now())
    nouns = shell_of(request).words.within()
    context = {
        "nav": "health",
        "appcls": "tall",
        "health": found,
        "machine": _said(found.machine.conditions),
        "accounts": [_account(one, nouns) for one in found.accounts],
        "drops": [(drop, _said(drop.conditions)) for drop in found.drops],
        "feeds": [(feed, _said(feed.conditions)) for feed in found.feeds],
        "work": [(work.job, health_words.say(work.condition)) for work in found.work],
        "sending": _sending(found.sending),
        "hours": [(hour, f"{hour:02}:00") for hour in HOURS],
    }
    return render(request, "web/health.html", context)


def _sending(found: Iterable[tuple[str, Condition]]) -> list[tuple[str, health_words.Said]]:
    """The account concerned, "" for all, and what is so."""
    return [
        (str(condition.facts.get("account", "")), health_words.say(condition))
        for _, condition in found
    ]


@member_required(rules.SETTINGS)
@require_safe
@never_cache
def health_json(request: MemberRequest) -> JsonResponse:
    """The same for a program of somebody who is signed in; others come with a token (api)."""
    found = look_over(request.practice, now=timezone.now())
    return JsonResponse(reporting.as_json(found), json_dumps_params={"ensure_ascii": False})


@member_required(rules.SETTINGS)
@require_POST
def look_again(request: MemberRequest, account: int) -> HttpResponse:
    """Compare every letter of an account's folders with what is filed here."""
    accounts = MailAccount.objects.filter(practice=request.practice, owner=None)
    chosen = get_object_or_404(accounts, pk=account)
    booking.look_again(chosen, by=request.member, now=timezone.now())
    said = _("Every letter of %(name)s is being compared.") % {"name": chosen.name}
    messages.success(request, said)
    return redirect("web:health", request.practice.slug)


@member_required(rules.SETTINGS)
@require_POST
def notice_hour(request: MemberRequest) -> HttpResponse:
    """At which hour the day's mail of what is wrong goes out."""
    typed = request.POST.get("hour", "")
    if not typed.isdecimal() or int(typed) not in HOURS:
        messages.error(request, _("Choose an hour from 0 to 23. Nothing was changed."))
        return redirect("web:health", request.practice.slug)
    notices.set_hour(request.practice, int(typed), by=request.member, now=timezone.now())
    messages.success(request, _("The message of the day goes out at %s.") % f"{int(typed):02}:00")
    return redirect("web:health", request.practice.slug)


@member_required(rules.READ)
@require_POST
def hide_notices(request: MemberRequest) -> HttpResponse:
    """Put away what the banner says, for this person and today; what lasts comes back tomorrow."""
    day = today(request.practice)
    before = request.session.get(HIDDEN, {})
    ids = before.get("ids", []) if before.get("day") == day else []
    shown = [notice.pk for notice in shell_of(request).notices]
    request.session[HIDDEN] = {"day": day, "ids": [*ids, *shown]}
    return redirect(page_before(request) or reverse("web:home", args=[request.practice.slug]))


def _account(one: AccountHealth, nouns: dict[str, str]) -> dict[str, Any]:
    return {
        "one": one,
        "said": _said(one.conditions),
        "how": health_words.standing(one.minutes, stands_by=one.account.stands_by),
        "books": [(books, _parts(books.parts, nouns)) for books in one.books],
    }


def _parts(parts: dict[str, int], nouns: dict[str, str]) -> list[tuple[int, Any]]:
    """What there is of each; nothing is said of what there is none of."""
    return [
        (parts[part], words % nouns) for part, words in health_words.PARTS.items() if parts[part]
    ]


def _said(conditions: Any) -> list[health_words.Said]:
    return [health_words.say(condition) for condition in conditions]
