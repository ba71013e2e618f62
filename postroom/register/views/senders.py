"""Saying what a letter's sender is, and applying sender rules to what waits already."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from postroom.clients import senders
from postroom.clients.models import SenderRule
from postroom.clients.rules import Form, Ignored
from postroom.practice.access import MemberRequest, member_required
from postroom.practice.rules import RESOLVE
from postroom.register import applying
from postroom.register.forms import SenderForm
from postroom.register.models import Entry
from postroom.register.paging import number

SHOWN = 10  # examples on the page that asks


@member_required(RESOLVE)
@require_POST
def sender(request: MemberRequest, entry: int) -> HttpResponse:
    """A rule made at the desk: this letter at once, the others that wait when one says so."""
    letters = Entry.objects.readable_by(request.member)
    letter = get_object_or_404(letters, pk=entry)
    form = SenderForm(request.member, letter, request.POST)
    if not form.is_valid():
        for errors in form.errors.values():
            messages.error(request, " ".join(map(str, errors)))
        return _to_desk(request, letter)
    data, now = form.cleaned_data, timezone.now()
    if not letter.is_waiting or letter.version != data["version"]:
        return _to_desk(request, letter)  # which says who was faster
    rule = senders.set_rules([data["pattern"]], data["kind"], by=request.member, now=now).rules[0]
    here = [one for one in applying.due(request.member, rule) if one.entry.pk == letter.pk]
    applying.apply(here, by=request.member, now=now)
    words = _("Noted: %(pattern)s. You can change that in the settings, under Senders.")
    messages.success(request, words % {"pattern": rule.pattern})
    if applying.due(request.member, rule):
        address = reverse("register:apply_senders", args=[request.practice.slug])
        return redirect(f"{address}?sender={rule.pk}")
    letter.refresh_from_db()
    return _to_desk(request, letter if letter.is_waiting else None)


@member_required(RESOLVE)
@require_http_methods(["GET", "HEAD", "POST"])
def apply_senders(request: MemberRequest) -> HttpResponse:
    """What waits and would be judged otherwise by now: shown, and done when one says so.
    `?sender` asks for one rule; with `look`, that there is nothing is said."""
    rules = SenderRule.objects.filter(practice=request.practice)
    asked = number(request.GET.get("sender"))
    rule = get_object_or_404(rules, pk=asked) if asked is not None else None
    found = applying.due(request.member, rule)
    if request.method == "POST":
        done = applying.apply(found, by=request.member, now=timezone.now())
        messages.success(request, _said(done))
        return redirect("register:unresolved", request.practice.slug)
    if not found:
        if "look" in request.GET:
            messages.success(request, _("Nothing waits that this would change."))
        return redirect("clients:senders", request.practice.slug)
    ignored = sum(isinstance(one.found, Ignored) for one in found)
    by_form = sum(isinstance(one.found, Form) for one in found)
    context = {
        "nav": "senders",
        "appcls": "tall",
        "rule": rule,
        "count": len(found),
        "more": len(found) == applying.MOST,
        "ignored": ignored,
        "by_form": by_form,
        "asked_about": len(found) - ignored - by_form,
        "shown": [one.entry for one in found[:SHOWN]],
        "others": max(0, len(found) - SHOWN),
    }
    return render(request, "register/apply_senders.html", context)


def _said(done: applying.Done) -> str:
    words = []
    if done.ignored:
        set_aside = ngettext(
            "%(count)d message set aside.", "%(count)d messages set aside.", done.ignored
        )
        words.append(set_aside % {"count": done.ignored})
    if done.filed:
        filed = ngettext("%(count)d message filed.", "%(count)d messages filed.", done.filed)
        words.append(filed % {"count": done.filed})
    if done.marked:
        marked = ngettext(
            "%(count)d message goes on waiting, with its reason.",
            "%(count)d messages go on waiting, with their reason.",
            done.marked,
        )
        words.append(marked % {"count": done.marked})
    return " ".join(words) or _("There was nothing left to do.")


def _to_desk(request: MemberRequest, letter: Entry | None) -> HttpResponse:
    address = reverse("register:unresolved", args=[request.practice.slug])
    return redirect(f"{address}?entry={letter.pk}" if letter else address)
