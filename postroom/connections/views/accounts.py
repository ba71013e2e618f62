"""The practice's email accounts, and a member's own mailbox: list, change, test, rest, wake,
check now."""

from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from postroom.connections import actions, trying, words
from postroom.connections.forms.server import ServerForm
from postroom.connections.models import MailAccount, Workflow
from postroom.connections.reaching import Settings
from postroom.connections.ways import OWN, PRACTICE, Way, go, notes, sparingly, told
from postroom.kit.crypto import KeyMissing, Tampered
from postroom.practice import rules
from postroom.practice.access import MemberRequest, fresh_form, member_required
from postroom.practice.models import Member

change_methods = require_http_methods(["GET", "HEAD", "POST"])


@dataclass(frozen=True)
class Card:
    """An account in the list: how it is, what it does, and where its buttons lead."""

    account: MailAccount
    state: words.Words
    workflows: list[Workflow]
    urls: dict[str, str]


@member_required(rules.SETTINGS)
@require_safe
def accounts(request: MemberRequest) -> HttpResponse:
    """How each account of the practice is, in words."""
    return _list(request, PRACTICE)


@member_required(rules.READ)
@require_safe
def own_accounts(request: MemberRequest) -> HttpResponse:
    """One's own mailboxes; nobody else's are ever here."""
    return _list(request, OWN)


@member_required(rules.SETTINGS)
@fresh_form
@change_methods
@sparingly
def account(request: MemberRequest, account: int) -> HttpResponse:
    """Change how an account is reached."""
    return _change(request, PRACTICE, account)


@member_required(rules.READ)
@fresh_form
@change_methods
@sparingly
def own_account(request: MemberRequest, mailbox: int) -> HttpResponse:
    """Change how one's own mailbox is reached."""
    return _change(request, OWN, mailbox)


@member_required(rules.SETTINGS)
@require_POST
def deactivate(request: MemberRequest, account: int) -> HttpResponse:
    """Rest an account; what was filed stays."""
    return _switch(request, PRACTICE, account, on=False)


@member_required(rules.READ)
@require_POST
def own_deactivate(request: MemberRequest, mailbox: int) -> HttpResponse:
    """Rest one's own mailbox."""
    return _switch(request, OWN, mailbox, on=False)


@member_required(rules.SETTINGS)
@require_POST
def activate(request: MemberRequest, account: int) -> HttpResponse:
    """Wake an account."""
    return _switch(request, PRACTICE, account, on=True)


@member_required(rules.READ)
@require_POST
def own_activate(request: MemberRequest, mailbox: int) -> HttpResponse:
    """Wake one's own mailbox."""
    return _switch(request, OWN, mailbox, on=True)


@member_required(rules.SETTINGS)
@require_POST
def check(request: MemberRequest, account: int) -> HttpResponse:
    """Look at the mailbox at once rather than in a few minutes."""
    return _check(request, PRACTICE, account)


@member_required(rules.READ)
@require_POST
def own_check(request: MemberRequest, mailbox: int) -> HttpResponse:
    """Look at one's own mailbox at once."""
    return _check(request, OWN, mailbox)


def _list(request: MemberRequest, way: Way) -> HttpResponse:
    slug, found = request.practice.slug, way.accounts(request.member).order_by("name")
    context = {
        "nav": way.nav,
        "appcls": "tall",
        "own": way.own,
        "cards": [_card(account, way, slug) for account in found.prefetch_related("workflows")],
        "connect_url": way.url("address", slug),
        # That they have one, and nothing more: not even an administrator reads on (MG-3).
        "others": [] if way.own else _with_own_mailbox(request),
    }
    return render(request, "connections/accounts.html", context)


def _with_own_mailbox(request: MemberRequest) -> list[str]:
    members = Member.objects.filter(
        practice=request.practice, active=True, accounts__isnull=False
    ).distinct()
    return sorted(members.values_list("name", flat=True))


def _card(account: MailAccount, way: Way, slug: str) -> Card:
    pages = ("account", "check", "activate", "deactivate", "add_workflow", "trial")
    return Card(
        account,
        words.state(account),
        list(account.workflows.all()),
        {page: way.url(page, slug, account.pk) for page in pages},
    )


def _change(request: MemberRequest, way: Way, pk: int) -> HttpResponse:
    """The form, with what a test found. Only «Save» saves, and only after a good test."""
    chosen = get_object_or_404(way.accounts(request.member), pk=pk)
    form = ServerForm(_kept(chosen), request.POST or None, request.FILES or None)
    saves, trial, status = request.POST.get("do") == "save", None, 200
    if request.method == "POST":
        if form.is_valid():
            trial = _test(chosen, form.settings())
        if trial and trial.ok and _is_elsewhere(request, way, form.settings()):
            form.add_error(None, str(words.ELSEWHERE[way.own]))
        elif trial and trial.ok and saves:
            return _save(request, way, chosen, form.settings())
        status = 200 if trial and trial.ok and not form.errors else 422
    context = {
        "nav": way.nav,
        "appcls": "tall",
        "own": way.own,
        "list_url": way.url("list", request.practice.slug),
        "form": form,
        "account": chosen,
        "steps": told(trial, form.settings(), name=chosen.name) if trial else [],
        "notes": notes(trial) if trial else [],
        "good": bool(trial and trial.ok),
        "saves": False,
        "workflows": chosen.workflows.all(),
        "workflow_urls": [
            (one, way.url("workflow", request.practice.slug, one.pk))
            for one in chosen.workflows.all()
        ],
        "add_workflow_url": way.url("add_workflow", request.practice.slug, chosen.pk),
    }
    return render(request, "connections/account.html", context, status=status)


def _is_elsewhere(request: MemberRequest, way: Way, settings: Settings) -> bool:
    owner = way.owner(request.member)
    return actions.is_elsewhere(request.practice.pk, owner, settings)


def _test(account: MailAccount, settings: Settings) -> trying.Trial:
    """A live test with every folder in use; nothing is made on the server."""
    working = account.workflows.filter(active=True)
    return trying.try_account(settings, [name for one in working for name in one.folders])


def _kept(account: MailAccount) -> Settings:
    """How the account is reached now; without its password where that cannot be opened, so that
    it can be typed again."""
    try:
        return actions.settings_of(account)
    except (KeyMissing, Tampered):
        return actions.settings_in(account, "", anywhere=account.installed)


def _save(
    request: MemberRequest, way: Way, account: MailAccount, settings: Settings
) -> HttpResponse:
    saved = actions.save_account(
        request.practice,
        account.name,
        settings,
        None,
        owner=way.owner(request.member),
        by=request.member,
        now=timezone.now(),
    )
    messages.success(request, _("%(name)s is connected.") % {"name": saved.name})
    return go(request, way.url("list", request.practice.slug))


def _switch(request: MemberRequest, way: Way, pk: int, *, on: bool) -> HttpResponse:
    chosen = get_object_or_404(way.accounts(request.member), pk=pk)
    if on and _is_elsewhere(request, way, actions.settings_in(chosen, "", anywhere=False)):
        messages.error(request, str(words.ELSEWHERE[way.own]))
        return _to_list(request, way)
    actions.set_active(chosen, on, by=request.member, now=timezone.now())
    said = (
        _("%(name)s is switched on.")
        if on
        else _("%(name)s is switched off. What was filed stays.")
    )
    messages.success(request, said % {"name": chosen.name})
    return _to_list(request, way)


def _check(request: MemberRequest, way: Way, pk: int) -> HttpResponse:
    chosen = get_object_or_404(way.accounts(request.member), pk=pk)
    actions.check_now(chosen, now=timezone.now())
    messages.success(request, _("%(name)s is being checked now.") % {"name": chosen.name})
    return _to_list(request, way)


def _to_list(request: MemberRequest, way: Way) -> HttpResponseRedirect:
    return redirect(way.url("list", request.practice.slug))
