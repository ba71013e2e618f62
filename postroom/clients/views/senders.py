"""Senders: what is done with letters of an address or a domain."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from postroom.clients import senders
from postroom.clients.forms.senders import KindForm, SendersForm, kinds_for, refused
from postroom.clients.models import SenderRule
from postroom.clients.views.editing import METHODS
from postroom.clients.views.lists import words_of
from postroom.clients.words import kinds_of_senders
from postroom.practice.access import MemberRequest, member_required
from postroom.practice.rules import RESOLVE

SIZE = 100


@member_required(RESOLVE)
@require_http_methods(METHODS)
def rules(request: MemberRequest) -> HttpResponse:
    """The list, and a form for new ones; `?q` narrows, `?kind` keeps one kind, `?after` goes on."""
    form = SendersForm(request.member, request.POST or None)
    if request.method == "POST" and request.htmx:  # type: ignore[attr-defined]
        return _added_in_passing(request, form)
    if request.method == "POST" and form.is_valid():
        return _added(request, form)
    words, kind = words_of(request, "q").lower(), request.GET.get("kind", "")
    after = words_of(request, "after")
    rows = SenderRule.objects.filter(practice=request.practice)
    everything = rows
    if words:
        rows = rows.filter(pattern__contains=words)
    if kind in dict(SenderRule.KINDS):
        rows = rows.filter(kind=kind)
    found = list(
        rows.filter(pattern__gt=after).order_by("pattern").select_related("by")[: SIZE + 1]
    )
    kinds, names = kinds_for(request.member), kinds_of_senders(request.practice)
    context = {
        "nav": "senders",
        "appcls": "tall",
        "form": form,
        "rules": [(rule, names[rule.kind], rule.kind in dict(kinds)) for rule in found[:SIZE]],
        "any": bool(found) or everything.exists(),
        "words": words,
        "kind": kind,
        "kinds": kinds,
        "all_kinds": list(names.items()),
        "after": after,
        "next": found[SIZE - 1].pattern if len(found) > SIZE else "",
    }
    status = 422 if form.is_bound else 200
    return render(request, "clients/senders.html", context, status=status)


@member_required(RESOLVE)
@require_POST
def change(request: MemberRequest, sender: int) -> HttpResponse:
    """Another kind for an address or a domain."""
    rule = _rule(request, sender)
    form = KindForm(request.member, request.POST)
    if not form.is_valid():
        messages.error(request, _("Say what they are."))
        return redirect("clients:senders", request.practice.slug)
    kind = form.cleaned_data["kind"]
    if why := refused(rule.pattern, kind, request.practice):
        messages.error(request, why)
        return redirect("clients:senders", request.practice.slug)
    senders.set_rules([rule.pattern], kind, by=request.member, now=timezone.now())
    messages.success(request, _("Saved. It applies to messages that come from now on."))
    return _to_waiting(request, rule)


@member_required(RESOLVE)
@require_POST
def remove(request: MemberRequest, sender: int) -> HttpResponse:
    """No rule for them any more."""
    rule = _rule(request, sender)
    senders.remove_rule(rule, by=request.member, now=timezone.now())
    words = _("Messages from %(pattern)s are judged by their address again.")
    messages.success(request, words % {"pattern": rule.pattern})
    return redirect("clients:senders", request.practice.slug)


def _added_in_passing(request: MemberRequest, form: SendersForm) -> HttpResponse:
    """From another page, which stays: what became of the sender, in the place of the buttons."""
    context: dict[str, Any] = {}
    if form.is_valid():
        data = form.cleaned_data
        senders.set_rules(data["patterns"], data["kind"], by=request.member, now=timezone.now())
        context["kind"] = kinds_of_senders(request.practice)[data["kind"]]
    else:
        context["errors"] = [error for errors in form.errors.values() for error in errors]
    return render(request, "clients/_ruled.html", context)


def _added(request: MemberRequest, form: SendersForm) -> HttpResponse:
    data = form.cleaned_data
    done = senders.set_rules(data["patterns"], data["kind"], by=request.member, now=timezone.now())
    count = done.added + done.changed
    if not count:
        messages.success(request, _("They were in the list already."))
        return redirect("clients:senders", request.practice.slug)
    words = ngettext(
        "%(count)d sender saved. It applies to messages that come from now on.",
        "%(count)d senders saved. It applies to messages that come from now on.",
        count,
    )
    messages.success(request, words % {"count": count})
    return _to_waiting(request, done.rules[0] if len(done.rules) == 1 else None)


def _to_waiting(request: MemberRequest, rule: SenderRule | None) -> Any:
    """What waits already is offered; where nothing is concerned, that page leads to the list."""
    address = reverse("register:apply_senders", args=[request.practice.slug])
    return redirect(f"{address}?sender={rule.pk}" if rule else address)


def _rule(request: MemberRequest, pk: int) -> SenderRule:
    rule = get_object_or_404(SenderRule, practice=request.practice, pk=pk)
    if not senders.may_set(request.member, rule.kind):
        raise PermissionDenied(_("Only who may change the settings can change this sender."))
    return rule
