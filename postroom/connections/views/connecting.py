"""Connecting a mailbox, step by step: its address, a live test, the folders.

The last step, a look at the past, stands in intake, which can say what filing would do. Nothing
is saved before its end; what is typed meanwhile is a draft of the one who types it.
"""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from postroom.connections import drafts, guessing, words
from postroom.connections.actions import is_elsewhere
from postroom.connections.forms.address import AddressForm
from postroom.connections.forms.server import ServerForm
from postroom.connections.forms.work import WorkForm
from postroom.connections.models import AccountDraft, Workflow
from postroom.connections.providers import provider_of, provider_of_host
from postroom.connections.rules import INBOX
from postroom.connections.trouble import FOLDER_MISSING
from postroom.connections.trying import Trial
from postroom.connections.ways import (
    ADDRESS,
    FOLDERS,
    OWN,
    PAST,
    PRACTICE,
    SERVER,
    Way,
    frame,
    go,
    notes,
    sparingly,
    told,
)
from postroom.kit.crypto import KeyMissing, Tampered
from postroom.practice import rules
from postroom.practice.access import MemberRequest, fresh_form, member_required

methods = require_http_methods(["GET", "HEAD", "POST"])


@member_required(rules.SETTINGS)
@fresh_form
@methods
@sparingly
def address(request: MemberRequest) -> HttpResponse:
    """A mailbox of the practice: its address and password."""
    return _address(request, PRACTICE)


@member_required(rules.SETTINGS)
@fresh_form
@methods
@sparingly
def server(request: MemberRequest) -> HttpResponse:
    """A mailbox of the practice: its server, tested."""
    return _server(request, PRACTICE)


@member_required(rules.SETTINGS)
@fresh_form
@methods
def folders(request: MemberRequest) -> HttpResponse:
    """A mailbox of the practice: what is done with its folders."""
    return _folders(request, PRACTICE)


@member_required(rules.READ)
@fresh_form
@methods
@sparingly
def own_address(request: MemberRequest) -> HttpResponse:
    """One's own mailbox: its address and password."""
    return _address(request, OWN)


@member_required(rules.READ)
@fresh_form
@methods
@sparingly
def own_server(request: MemberRequest) -> HttpResponse:
    """One's own mailbox: its server, tested."""
    return _server(request, OWN)


@member_required(rules.READ)
@fresh_form
@methods
def own_folders(request: MemberRequest) -> HttpResponse:
    """One's own mailbox: what is done with its folders."""
    return _folders(request, OWN)


def _address(request: MemberRequest, way: Way) -> HttpResponse:
    """Guess the settings, and test them at once where the password may go there unasked."""
    member = request.member
    form = AddressForm(member, way.owner(member), request.POST or None)
    if request.method == "POST" and form.is_valid():
        found = guessing.guess(form.cleaned_data["address"])
        draft = drafts.begin(
            member, own=way.own, guess=found, now=timezone.now(), **form.cleaned_data
        )
        if found.sure and found.host:
            drafts.test(draft, now=timezone.now())
        return go(request, way.url(SERVER, request.practice.slug))
    context = {**frame(way, ADDRESS, request, way.draft(member)), "form": form}
    status = 422 if form.errors else 200
    return render(request, "connections/connect_address.html", context, status=status)


def _server(request: MemberRequest, way: Way) -> HttpResponse:
    """The settings as guessed or typed, and what a test of them found."""
    draft = way.draft(request.member)
    if draft is None:
        return go(request, way.url(ADDRESS, request.practice.slug))
    try:
        kept = drafts.settings_of_draft(draft)
    except (KeyMissing, Tampered):  # nothing is lost: the password is typed again
        draft.delete()
        return go(request, way.url(ADDRESS, request.practice.slug))
    form = ServerForm(kept, request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        drafts.set_server(draft, form.settings(), now=timezone.now())
        trial = drafts.tested(draft)
        if trial is None or not trial.ok or request.POST.get("do") == "test":
            trial = drafts.test(draft, now=timezone.now())
        # Not before: who has no password to it learns nothing of whose mailbox it is.
        if trial.ok and is_elsewhere(draft.practice_id, way.owner(request.member), form.settings()):
            form.add_error(None, str(words.ELSEWHERE[way.own]))
        elif trial.ok and request.POST.get("do") != "test":
            return go(request, way.url(FOLDERS, request.practice.slug))
    trial = drafts.tested(draft) if not form.errors else None
    failed = request.method == "POST" and not (trial and trial.ok)
    context = {
        **frame(way, SERVER, request, draft),
        "form": form,
        "trial": trial,
        "steps": told(trial, draft, name=draft.name, creates=True),
        "notes": notes(trial) if trial else [],
        "good": bool(trial and trial.ok),
        "saves": True,
        "provider": provider_of_host(draft.host) or provider_of(draft.address.rpartition("@")[2]),
    }
    status = 422 if form.errors or failed else 200
    return render(request, "connections/connect_server.html", context, status=status)


def _folders(request: MemberRequest, way: Way) -> HttpResponse:
    """Kind, folders, interval; the names are those the server has."""
    draft = way.draft(request.member)
    trial = drafts.tested(draft) if draft else None
    if draft is None or trial is None or not trial.ok:
        return go(request, way.url(SERVER, request.practice.slug))
    form = WorkForm(
        data=request.POST or None, own=way.own, initial=_first_folders(draft, trial, way)
    )
    if request.method == "POST" and form.is_valid():
        creates = form.cleaned_data["create_folders"]
        missing = _missing(form, trial) if not creates else []
        for field in missing:
            form.add_error(field, not_there(form.cleaned_data[field]))
        if not missing:
            drafts.set_work(draft, form.work(), creates=creates, now=timezone.now())
            return go(request, way.url(PAST, request.practice.slug))
    context = {**frame(way, FOLDERS, request, draft), "form": form, "folders": trial.folders}
    status = 422 if form.errors else 200
    return render(request, "connections/connect_folders.html", context, status=status)


def _first_folders(draft: AccountDraft, trial: Trial, way: Way) -> dict[str, object]:
    """What was chosen here before; else the usual names, as this server wants them spelt."""
    if work := drafts.work_of_draft(draft):
        plan = work.plan
        return {
            "kind": plan.kind,
            "incoming": f"{trial.prefix}Incoming" if plan.incoming == INBOX else plan.incoming,
            "resolved": plan.resolved,
            "unresolved": plan.unresolved,
            "after_close": plan.after_close,
            "minutes": work.minutes,
            "to_group": work.to_group,
            "create_folders": draft.plan["creates"],
        }
    usual = {"incoming": "Incoming", "resolved": "Resolved", "unresolved": "Unresolved"}
    there = {name.casefold(): name for name in trial.folders}
    named = {
        field: there.get(f"{trial.prefix}{name}".casefold(), f"{trial.prefix}{name}")
        for field, name in usual.items()
    }
    return {**named, "kind": Workflow.INBOX if way.own else Workflow.FILING}


def _missing(form: WorkForm, trial: Trial) -> list[str]:
    """The fields whose folder the server does not have, where none is to be made."""
    there = set(trial.folders)
    plan = form.plan().trimmed()
    fields = ("incoming", "resolved", "unresolved")
    return [name for name in fields if getattr(plan, name) and getattr(plan, name) not in there]


def not_there(folder: str) -> str:
    """Why a folder cannot be used that the server does not have."""
    said = words.trouble(FOLDER_MISSING, detail=folder)
    return f"{said.sentence} {said.advice}"
