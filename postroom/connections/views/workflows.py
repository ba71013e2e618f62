"""The workflows of an account: add one, change it, rest it, wake it."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from postroom.connections import actions, trying, words, workflows
from postroom.connections.actions import Work
from postroom.connections.forms.work import BeginForm, WorkForm, known_begin, known_work
from postroom.connections.models import MailAccount, Workflow
from postroom.connections.rules import Plan, plan_faults
from postroom.connections.trouble import KEY_MISSING
from postroom.connections.trying import Step, Trial
from postroom.connections.ways import OWN, PRACTICE, Way, go, notes, sparingly, told
from postroom.kit.crypto import KeyMissing, Tampered
from postroom.practice import rules
from postroom.practice.access import MemberRequest, member_required

methods = require_http_methods(["GET", "HEAD", "POST"])


@member_required(rules.SETTINGS)
@methods
@sparingly
def add_workflow(request: MemberRequest, account: int) -> HttpResponse:
    """One more workflow for an account of the practice."""
    return _form(request, PRACTICE, _account(request, PRACTICE, account), None)


@member_required(rules.READ)
@methods
@sparingly
def own_add_workflow(request: MemberRequest, mailbox: int) -> HttpResponse:
    """One more workflow for one's own mailbox."""
    return _form(request, OWN, _account(request, OWN, mailbox), None)


@member_required(rules.SETTINGS)
@methods
@sparingly
def workflow(request: MemberRequest, workflow: int) -> HttpResponse:
    """Change a workflow of the practice's accounts."""
    chosen = _workflow(request, PRACTICE, workflow)
    return _form(request, PRACTICE, chosen.account, chosen)


@member_required(rules.READ)
@methods
@sparingly
def own_workflow(request: MemberRequest, own_workflow: int) -> HttpResponse:
    """Change a workflow of one's own mailbox."""
    chosen = _workflow(request, OWN, own_workflow)
    return _form(request, OWN, chosen.account, chosen)


@member_required(rules.SETTINGS)
@require_POST
def rest_workflow(request: MemberRequest, workflow: int) -> HttpResponse:
    """Rest a workflow; what came by it stays."""
    return _rest(request, PRACTICE, _workflow(request, PRACTICE, workflow))


@member_required(rules.READ)
@require_POST
def own_rest_workflow(request: MemberRequest, own_workflow: int) -> HttpResponse:
    """Rest a workflow of one's own mailbox."""
    return _rest(request, OWN, _workflow(request, OWN, own_workflow))


@member_required(rules.SETTINGS)
@require_POST
def wake_workflow(request: MemberRequest, workflow: int) -> HttpResponse:
    """Put a workflow to work again."""
    return _wake(request, PRACTICE, _workflow(request, PRACTICE, workflow))


@member_required(rules.READ)
@require_POST
def own_wake_workflow(request: MemberRequest, own_workflow: int) -> HttpResponse:
    """Put a workflow of one's own mailbox to work again."""
    return _wake(request, OWN, _workflow(request, OWN, own_workflow))


def _form(
    request: MemberRequest, way: Way, account: MailAccount, chosen: Workflow | None
) -> HttpResponse:
    """Saved only when the folders can be used; those that are missing are made on saving."""
    practice, data, now = request.practice, request.POST or None, timezone.now()
    known = known_work(chosen) if chosen else _other_kind(account)
    begun = known_begin(chosen.begins_at, practice) if chosen else None
    work_form = WorkForm(_others(account, chosen), data, own=way.own, initial=known)
    begin_form = BeginForm(practice, data, initial=begun)
    trial: Trial | None = None
    if work_form.is_valid() and (fault := _left_behind(account, chosen, work_form.plan())):
        work_form.add_error("kind", fault)
    if request.method == "POST" and work_form.is_valid() and begin_form.is_valid():
        begins_at = begin_form.begins_at(now, chosen.begins_at if chosen else None)
        work = work_form.work(begins_at)
        trial = _try(account, work, creates=work_form.cleaned_data["create_folders"])
        if trial.ok:
            _save(request, account, chosen, work)
            return go(request, way.url("list", practice.slug))
    context: dict[str, Any] = {
        "nav": way.nav,
        "appcls": "tall",
        "own": way.own,
        "account": account,
        "workflow": chosen,
        "form": work_form,
        "begin": begin_form,
        "folders": _known_folders(account),
        "steps": told(trial, account, name=account.name),
        "notes": notes(trial) if trial else [],
        "list_url": way.url("list", practice.slug),
    }
    if chosen:
        verb = "rest_workflow" if chosen.active else "wake_workflow"
        context["switch_url"] = way.url(verb, practice.slug, chosen.pk)
    status = 422 if request.method == "POST" else 200
    return render(request, "connections/workflow.html", context, status=status)


def _left_behind(account: MailAccount, chosen: Workflow | None, plan: Plan) -> str:
    """Why these folders cannot be had, though no workflow that is at work has them: letters came
    by one, and are moved as it says."""
    if chosen and actions.turns(chosen, plan.kind):
        return str(words.KIND_STAYS)
    resting = account.workflows.filter(folder_in=plan.incoming, active=False)
    one = next((one for one in resting if one != chosen), None)
    stays = one is not None and (chosen is not None or actions.turns(one, plan.kind))
    return str(words.RESTING_KIND) if stays else ""


def _try(account: MailAccount, work: Work, *, creates: bool) -> Trial:
    try:
        settings = actions.settings_of(account)
    except (KeyMissing, Tampered) as error:
        return Trial([Step(trying.SIGN_IN, KEY_MISSING, str(error))])
    return trying.try_account(settings, work.plan.used, create_folders=creates)


def _save(
    request: MemberRequest, account: MailAccount, chosen: Workflow | None, work: Work
) -> None:
    if chosen:
        workflows.change_workflow(chosen, work, by=request.member, now=timezone.now())
    else:
        workflows.add_workflow(account, work, by=request.member, now=timezone.now())
    messages.success(request, _("The workflow of %(name)s is saved.") % {"name": account.name})


def _rest(request: MemberRequest, way: Way, chosen: Workflow) -> HttpResponse:
    workflows.set_workflow_active(chosen, False, by=request.member, now=timezone.now())
    messages.success(request, _("This workflow rests. What was filed stays."))
    return redirect(way.url("list", request.practice.slug))


def _wake(request: MemberRequest, way: Way, chosen: Workflow) -> HttpResponse:
    """Refused where another has taken one of its folders meanwhile."""
    faults = plan_faults(chosen.plan, _others(chosen.account, chosen))
    if faults:
        messages.error(request, str(words.FOLDER_FAULTS[next(iter(faults.values()))]))
    else:
        workflows.set_workflow_active(chosen, True, by=request.member, now=timezone.now())
        messages.success(request, _("This workflow is at work again."))
    return redirect(way.url("list", request.practice.slug))


def _others(account: MailAccount, chosen: Workflow | None) -> list[Any]:
    return [one.plan for one in account.workflows.filter(active=True) if one != chosen]


def _other_kind(account: MailAccount) -> dict[str, Any] | None:
    """Whoever files one folder already hardly wants a second: the inbox is proposed then."""
    kinds = set(account.workflows.filter(active=True).values_list("kind", flat=True))
    return {"kind": Workflow.INBOX} if kinds == {Workflow.FILING} else None


def _known_folders(account: MailAccount) -> list[str]:
    """Folders to propose without asking the server: those it was seen to have."""
    return sorted(account.folders.values_list("folder", flat=True))


def _account(request: MemberRequest, way: Way, pk: int) -> MailAccount:
    return get_object_or_404(way.accounts(request.member), pk=pk)


def _workflow(request: MemberRequest, way: Way, pk: int) -> Workflow:
    mine = Workflow.objects.filter(account__in=way.accounts(request.member))
    return get_object_or_404(mine.select_related("account"), pk=pk)
