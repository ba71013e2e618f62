"""Sending accounts, the practice's and one's own: list, add, change, test, rest, let go on."""

from dataclasses import dataclass

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from postroom.connections import smtp_words, standing
from postroom.connections.forms.sending import SendingForm
from postroom.connections.models import SmtpAccount
from postroom.connections.reaching import Settings
from postroom.connections.smtp_accounts import (
    reach,
    save_smtp,
    set_active,
    set_paused,
    settings_without,
    try_smtp,
)
from postroom.connections.smtp_hosts import guess_sending
from postroom.connections.trouble import Trouble
from postroom.connections.trying import Trial
from postroom.connections.ways import go, sparingly
from postroom.connections.words import Words
from postroom.practice import rules
from postroom.practice.access import MemberRequest, fresh_form, member_required
from postroom.practice.models import Member

change_methods = require_http_methods(["GET", "HEAD", "POST"])
EMPTY = Settings("", 465, SmtpAccount.TLS, "", "")


@dataclass(frozen=True)
class Card:
    """A sending account in the list, and where its buttons lead."""

    account: SmtpAccount
    state: Words
    urls: dict[str, str]


@member_required(rules.SETTINGS)
@require_safe
def sending(request: MemberRequest) -> HttpResponse:
    """How each of the practice's sending accounts is."""
    return _list(request, own=False)


@member_required(rules.READ)
@require_safe
def own_sending(request: MemberRequest) -> HttpResponse:
    """One's own."""
    return _list(request, own=True)


@member_required(rules.SETTINGS)
@fresh_form
@change_methods
@sparingly
def add_sending(request: MemberRequest) -> HttpResponse:
    return _change(request, None, own=False)


@member_required(rules.READ)
@fresh_form
@change_methods
@sparingly
def own_add_sending(request: MemberRequest) -> HttpResponse:
    return _change(request, None, own=True)


@member_required(rules.SETTINGS)
@fresh_form
@change_methods
@sparingly
def sending_account(request: MemberRequest, smtp: int) -> HttpResponse:
    return _change(request, smtp, own=False)


@member_required(rules.READ)
@fresh_form
@change_methods
@sparingly
def own_sending_account(request: MemberRequest, own_smtp: int) -> HttpResponse:
    return _change(request, own_smtp, own=True)


@member_required(rules.SETTINGS)
@require_POST
def switch_sending(request: MemberRequest, smtp: int) -> HttpResponse:
    return _switch(request, smtp, own=False)


@member_required(rules.READ)
@require_POST
def own_switch_sending(request: MemberRequest, own_smtp: int) -> HttpResponse:
    return _switch(request, own_smtp, own=True)


@member_required(rules.SETTINGS)
@require_safe
def sending_domain(request: MemberRequest, smtp: int) -> HttpResponse:
    return _domain(request, smtp, own=False)


@member_required(rules.READ)
@require_safe
def own_sending_domain(request: MemberRequest, own_smtp: int) -> HttpResponse:
    return _domain(request, own_smtp, own=True)


def _domain(request: MemberRequest, pk: int, *, own: bool) -> HttpResponse:
    """What the account's domain publishes of who may send for it. Asks the DNS: seconds."""
    account = get_object_or_404(_accounts(request.member, own=own), pk=pk)
    context = {
        "nav": "profile" if own else "sending",
        "own": own,
        "account": account,
        "list_url": _url("sending", request, own),
        "found": standing.look_up(account, now=timezone.now()),
    }
    return render(request, "connections/sending_domain.html", context)


def _accounts(member: Member, *, own: bool) -> QuerySet[SmtpAccount]:
    owner = member if own else None
    return SmtpAccount.objects.filter(practice=member.practice_id, owner=owner).order_by("name")


def _url(name: str, request: MemberRequest, own: bool, *ids: int) -> str:
    prefix = "own_" if own else ""
    return reverse(f"connections:{prefix}{name}", args=[request.practice.slug, *ids])


def _list(request: MemberRequest, *, own: bool) -> HttpResponse:
    cards = [
        Card(
            account,
            smtp_words.state(account),
            {
                "change": _url("sending_account", request, own, account.pk),
                "switch": _url("switch_sending", request, own, account.pk),
                "domain": _url("sending_domain", request, own, account.pk),
            },
        )
        for account in _accounts(request.member, own=own)
    ]
    context = {
        "nav": "profile" if own else "sending",
        "appcls": "tall",
        "own": own,
        "cards": cards,
        "add_url": _url("add_sending", request, own),
    }
    return render(request, "connections/sending.html", context)


def _change(request: MemberRequest, pk: int | None, *, own: bool) -> HttpResponse:
    """The form, with what a test found. Only «save» saves, and only after a good test."""
    owner = request.member if own else None
    known = get_object_or_404(_accounts(request.member, own=own), pk=pk) if pk else None
    kept = _kept(known)
    data, files = request.POST or None, request.FILES or None
    form = SendingForm(request.member, owner, known, kept, data, files)
    trial: Trial | None = None
    status = 200
    if request.method == "POST":
        valid = form.is_valid()
        if valid and not form.cleaned_data["host"]:
            form = _guessed(request, owner, form)
        elif valid:
            trial = try_smtp(form.settings())
            if trial.ok and request.POST.get("do") == "save":
                return _save(request, form, owner)
        status = 200 if valid and (trial is None or trial.ok) else 422
    context = {
        "nav": "profile" if own else "sending",
        "appcls": "tall",
        "own": own,
        "list_url": _url("sending", request, own),
        "form": form,
        "account": known,
        "steps": smtp_words.steps(trial, form.settings()) if trial else [],
        "good": bool(trial and trial.ok),
        "saves": known is None,
    }
    return render(request, "connections/sending_account.html", context, status=status)


def _guessed(request: MemberRequest, owner: Member | None, form: SendingForm) -> SendingForm:
    """The form again, with the server that the address is likely to send through."""
    found = guess_sending(form.cleaned_data["address"])
    copies = SmtpAccount.PROVIDER if found.files_copies else SmtpAccount.APPEND
    data = request.POST.copy()
    for field, value in (
        *(("host", found.host), ("port", str(found.port)), ("security", found.security)),
        *(("user", form.cleaned_data["user"] or found.user), ("copies", copies)),
    ):
        data[field] = value
    fresh = SendingForm(request.member, owner, None, EMPTY, None)
    fresh.initial.update({name: data.get(name) for name in fresh.fields if name in data})
    return fresh


def _kept(account: SmtpAccount | None) -> Settings:
    """How it is reached now; without its password where that cannot be opened."""
    if account is None:
        return EMPTY
    try:
        return reach(account)
    except Trouble:
        return settings_without(account)


def _save(request: MemberRequest, form: SendingForm, owner: Member | None) -> HttpResponse:
    saved = save_smtp(
        request.practice,
        form.cleaned_data["name"] or form.cleaned_data["address"][:80],
        form.settings(),
        form.sending(),
        owner=owner,
        account=form.account,
        by=request.member,
        now=timezone.now(),
    )
    messages.success(request, _("Letters can leave through “%(name)s”.") % {"name": saved.name})
    return go(request, _url("sending", request, owner is not None))


def _switch(request: MemberRequest, pk: int, *, own: bool) -> HttpResponse:
    """Off, on again, or on after it was held back."""
    chosen = get_object_or_404(_accounts(request.member, own=own), pk=pk)
    now, by = timezone.now(), request.member
    match request.POST.get("do"):
        case "off":
            set_active(chosen, False, by=by, now=now)
            said = _("%(name)s is switched off. What waits in it stays here.")
        case "resume":
            set_paused(chosen, False, by=by, now=now)
            said = _("%(name)s goes on.")
        case _other:
            set_active(chosen, True, by=by, now=now)
            said = _("%(name)s is switched on.")
    messages.success(request, said % {"name": chosen.name})
    return redirect(_url("sending", request, own))
