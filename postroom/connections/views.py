"""The practice's email accounts: list, add, change, test, rest, wake, check now."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_htmx.http import HttpResponseClientRedirect

from postroom.connections import actions, trouble, words
from postroom.connections.forms import AccountForm
from postroom.connections.models import MailAccount
from postroom.kit.crypto import KeyMissing, Tampered
from postroom.practice import rules
from postroom.practice.access import MemberRequest, fresh_form, member_required


@member_required(rules.SETTINGS)
@require_safe
def accounts(request: MemberRequest) -> HttpResponse:
    """How each account is, in words."""
    found = _accounts(request).order_by("name").prefetch_related("workflows")
    context = {
        "nav": "accounts",
        "appcls": "tall",
        "accounts": [(account, words.state(account)) for account in found],
    }
    return render(request, "connections/accounts.html", context)


@member_required(rules.SETTINGS)
@fresh_form
@require_http_methods(["GET", "HEAD", "POST"])
def add_account(request: MemberRequest) -> HttpResponse:
    """Connect a mailbox: saved only when a live test of it went well."""
    form = AccountForm(request.practice, request.POST or None, request.FILES or None)
    return _form_page(request, form)


@member_required(rules.SETTINGS)
@fresh_form
@require_http_methods(["GET", "HEAD", "POST"])
def account(request: MemberRequest, account: int) -> HttpResponse:
    """Change an account, on the same page as a new one."""
    chosen = get_object_or_404(_accounts(request), pk=account)
    form = AccountForm(
        request.practice, request.POST or None, request.FILES or None, account=chosen
    )
    return _form_page(request, form)


@member_required(rules.SETTINGS)
@require_POST
def deactivate(request: MemberRequest, account: int) -> HttpResponse:
    """Rest an account; what was filed stays."""
    chosen = get_object_or_404(_accounts(request), pk=account)
    actions.set_active(chosen, False, by=request.member, now=timezone.now())
    messages.success(request, _("%(name)s is switched off. What was filed stays.") % _named(chosen))
    return _to_list(request)


@member_required(rules.SETTINGS)
@require_POST
def activate(request: MemberRequest, account: int) -> HttpResponse:
    """Wake an account."""
    chosen = get_object_or_404(_accounts(request), pk=account)
    actions.set_active(chosen, True, by=request.member, now=timezone.now())
    messages.success(request, _("%(name)s is switched on.") % _named(chosen))
    return _to_list(request)


@member_required(rules.SETTINGS)
@require_POST
def check(request: MemberRequest, account: int) -> HttpResponse:
    """Look at the mailbox at once rather than in a few minutes."""
    chosen = get_object_or_404(_accounts(request), pk=account)
    actions.check_now(chosen, now=timezone.now())
    messages.success(request, _("%(name)s is being checked now.") % _named(chosen))
    return _to_list(request)


def _form_page(request: MemberRequest, form: AccountForm) -> HttpResponse:
    """The form, with what a test found. Only «Save» saves, and only after a good test."""
    saves, steps, status = request.POST.get("do") == "save", [], 200
    if request.method == "POST":
        steps = _test(form, saves=saves) if form.is_valid() else []
        good = bool(steps) and all(step.tone != "bad" for step in steps)
        if good and saves:
            return _save(request, form)
        status = 200 if good else 422
    context = {
        "nav": "accounts",
        "appcls": "tall",
        "form": form,
        "account": form.account,
        "steps": steps,
        "good": status == 200,
        "saves": saves,
    }
    return render(request, "connections/account.html", context, status=status)


def _test(form: AccountForm, *, saves: bool) -> list[words.StepWords]:
    """A live test, in words. Folders are made only when it is also saved."""
    data = form.cleaned_data
    creates = data["create_folders"]
    try:
        trial = actions.try_account(
            form.settings(), form.folders(), create_folders=creates and saves
        )
    except (KeyMissing, Tampered) as error:
        trial = actions.Trial([actions.Step(actions.CONNECT, trouble.KEY_MISSING, str(error))])
    facts = {"host": data["host"], "port": data["port"], "user": data["user"]}
    return [
        words.step(
            step.name, step.code, step.detail, creates=creates, account=data["name"], **facts
        )
        for step in trial.steps
    ]


def _save(request: Any, form: AccountForm) -> HttpResponse:
    account = actions.save_account(
        request.practice,
        form.cleaned_data["name"],
        form.settings(),
        form.folders(),
        by=request.member,
        now=timezone.now(),
    )
    messages.success(request, _("%(name)s is connected.") % _named(account))
    answer = _to_list(request)
    return HttpResponseClientRedirect(answer.url) if request.htmx else answer


def _accounts(request: MemberRequest) -> Any:
    return MailAccount.objects.filter(practice=request.practice, owner=None)


def _named(account: MailAccount) -> dict[str, str]:
    return {"name": account.name}


def _to_list(request: MemberRequest) -> HttpResponseRedirect:
    return redirect("connections:accounts", request.practice.slug)
