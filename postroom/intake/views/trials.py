"""A look at a mailbox's past: as the last step of connecting it, and at any time afterwards."""

import time
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from postroom.clients.models import Client
from postroom.connections import drafts
from postroom.connections.actions import settings_of
from postroom.connections.forms.work import ALL, NOW, BeginForm
from postroom.connections.mailboxes import open_mailbox
from postroom.connections.models import AccountDraft, MailAccount
from postroom.connections.reaching import Settings
from postroom.connections.rules import INBOX, WHOLE_INBOX
from postroom.connections.trouble import KEY_MISSING, Trouble
from postroom.connections.trying import Trial
from postroom.connections.ways import OWN, PAST, PRACTICE, SERVER, Way, frame, go, sparingly, told
from postroom.connections.words import ELSEWHERE, Words, trouble
from postroom.intake import words
from postroom.intake.forms import LookForm
from postroom.intake.trial import Look, look
from postroom.kit.crypto import KeyMissing, Tampered
from postroom.practice import rules
from postroom.practice.access import MemberRequest, fresh_form, member_required

methods = require_http_methods(["GET", "HEAD", "POST"])
PATIENCE = 25.0  # seconds a look may take: a person waits for the page


@member_required(rules.SETTINGS)
@fresh_form
@methods
@sparingly
def past(request: MemberRequest) -> HttpResponse:
    """The last step for an account of the practice."""
    return _past(request, PRACTICE)


@member_required(rules.READ)
@fresh_form
@methods
@sparingly
def own_past(request: MemberRequest) -> HttpResponse:
    """The last step for one's own mailbox."""
    return _past(request, OWN)


@member_required(rules.SETTINGS)
@methods
@sparingly
def trial(request: MemberRequest, account: int) -> HttpResponse:
    """What filing would do with the past of an account that is connected."""
    return _trial(request, PRACTICE, account)


@member_required(rules.READ)
@methods
@sparingly
def own_trial(request: MemberRequest, mailbox: int) -> HttpResponse:
    """The same for one's own mailbox."""
    return _trial(request, OWN, mailbox)


def _past(request: MemberRequest, way: Way) -> HttpResponse:
    """Look, choose from when on, connect. «do» says which; nothing was saved before."""
    draft = way.draft(request.member)
    tested = drafts.tested(draft) if draft else None
    if draft is None or tested is None or not tested.ok or not draft.plan:
        return go(request, way.url(SERVER, request.practice.slug))
    do = request.POST.get("do")
    look_form = LookForm(tested.folders, request.POST if do == "look" else None)
    begin_form = BeginForm(
        request.practice,
        request.POST if do == "finish" else None,
        initial={"begin": NOW if draft.plan["plan"]["kind"] == WHOLE_INBOX else ALL},
    )
    problem: Words | None = None
    failed: Trial | None = None
    try:
        settings = drafts.settings_of_draft(draft)
    except (KeyMissing, Tampered):  # there it is asked for again
        return go(request, way.url(SERVER, request.practice.slug))
    if do == "look" and look_form.is_valid():
        work = drafts.work_of_draft(draft)
        to_group = bool(work and work.to_group)
        found, problem = _look(request, way, settings, look_form.cleaned_data, to_group)
        if found:
            drafts.keep_look(draft, found.as_data(), now=timezone.now())
    if do == "finish" and begin_form.is_valid():
        begins_at = begin_form.begins_at(timezone.now())
        now = timezone.now()
        try:
            failed, account = drafts.finish(draft, begins_at, by=request.member, now=now)
        except drafts.Elsewhere:
            messages.error(request, str(ELSEWHERE[way.own]))
            return go(request, way.url(SERVER, request.practice.slug))
        if account:
            messages.success(request, _("%(name)s is connected.") % {"name": account.name})
        if account or not failed.steps:  # or somebody's other window was faster
            return go(request, way.url("list", request.practice.slug))
    context = {
        **frame(way, PAST, request, draft),
        **_shown(request, way, look_form, draft.look, problem),
        "begin": begin_form,
        "reads": _reads(draft),
        "steps": told(failed, draft, name=draft.name),
        "good": False,
        "saves": True,
    }
    wrong = request.method == "POST" and (do != "look" or problem or look_form.errors)
    return render(request, "intake/past.html", context, status=422 if wrong else 200)


def _trial(request: MemberRequest, way: Way, pk: int) -> HttpResponse:
    account: MailAccount = get_object_or_404(way.accounts(request.member), pk=pk)
    names = {one.folder_in for one in account.workflows.all()}
    names |= set(account.folders.values_list("folder", flat=True))
    form = LookForm([INBOX, *sorted(names - {INBOX})], request.POST or None)
    found: Look | None = None
    problem: Words | None = None
    if request.method == "POST" and form.is_valid():
        try:
            to_group = account.workflows.filter(active=True, to_group=True).exists()
            found, problem = _look(request, way, settings_of(account), form.cleaned_data, to_group)
        except (KeyMissing, Tampered):
            problem = trouble(KEY_MISSING, account=account.name)
    context = {
        "nav": way.nav,
        "appcls": "tall",
        "own": way.own,
        "account": account,
        "list_url": way.url("list", request.practice.slug),
        **_shown(request, way, form, found.as_data() if found else {}, problem),
    }
    status = 422 if form.errors or problem else 200
    return render(request, "intake/trial.html", context, status=status)


def _look(
    request: MemberRequest, way: Way, settings: Settings, chosen: dict[str, Any], to_group: bool
) -> tuple[Look | None, Words | None]:
    """The look, or why there is none."""
    started = time.monotonic()
    try:
        with open_mailbox(settings) as mailbox:
            found = look(
                mailbox,
                request.practice,
                chosen["folder"],
                host=settings.host,
                own=settings.user,
                most=chosen["most"],
                goes_on=lambda: time.monotonic() - started < PATIENCE,
                to_group=to_group,
                owner=request.member.pk if way.own else None,
            )
        return found, None
    except Trouble as met:
        facts = {"host": settings.host, "port": settings.port, "user": settings.user}
        return None, trouble(met.code, detail=met.detail, account=settings.user, **facts)


def _shown(
    request: MemberRequest, way: Way, form: LookForm, found: dict[str, Any], problem: Words | None
) -> dict[str, Any]:
    ignored = found.get("ignored", 0)
    counted = {**found.get("waiting", {}), **({"sender-rule": ignored} if ignored else {})}
    kept = found.get("filed", 0) + (0 if way.own else ignored)
    return {
        "look_form": form,
        "look": found,
        "no_clients": not Client.objects.filter(practice=request.practice).exists(),
        "oldest": parse_datetime(found["oldest"]) if found.get("oldest") else None,
        "waits": found.get("looked", 0) - kept,
        "reasons": words.reasons(counted, request.practice),
        "shared": words.shared(found, request.member),
        "senders": words.senders(found),
        "problem": problem,
    }


def _reads(draft: AccountDraft) -> str:
    """The folder whose letters are taken in."""
    return str(draft.plan["plan"]["incoming"])
