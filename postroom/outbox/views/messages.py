"""The Outbox: what waits, what is in doubt, what did not leave, what was sent."""

from collections.abc import Callable

from django.contrib import messages as toasts
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from postroom.clients.models import Client
from postroom.kit.addresses import normalise_email
from postroom.kit.mime import read_guarded
from postroom.kit.text import clean
from postroom.outbox import (
    addressing,
    catching_up,
    desk,
    drafting,
    keeping,
    listing,
    rules,
    words,
)
from postroom.outbox.letter import NotSendable
from postroom.outbox.models import Message
from postroom.practice import audit
from postroom.practice import rules as rights
from postroom.practice.access import MemberRequest, member_required
from postroom.register.models import Entry
from postroom.register.paging import number, numbers

TAKEN_BACK = 500  # at a time


@member_required(rights.READ)
@require_safe
def outbox(request: MemberRequest) -> HttpResponse:
    """Everything on its way, and what became of the latest."""
    lists = listing.listing(request.member, timezone.now())
    context = {
        "nav": "outbox",
        "appcls": "tall",
        "lists": lists,
        "may": request.member.may(rights.WRITE),
    }
    return render(request, "outbox/outbox.html", context)


@member_required(rights.READ)
@require_safe
def sent(request: MemberRequest) -> HttpResponse:
    """All that was sent, newest first."""
    return _all(request, "sent", _("Sent"))


@member_required(rights.READ)
@require_safe
def failed(request: MemberRequest) -> HttpResponse:
    """All that was not sent and waits for somebody."""
    return _all(request, "failed", _("Not sent"), "red")


@member_required(rights.READ)
@require_safe
def doubtful(request: MemberRequest) -> HttpResponse:
    """All of which nobody knows whether it was sent."""
    return _all(request, "doubtful", _("Perhaps sent"), "amber")


@member_required(rights.READ)
@require_safe
def unneeded(request: MemberRequest) -> HttpResponse:
    """All that was withdrawn."""
    return _all(request, "unneeded", _("No longer needed"))


@member_required(rights.READ)
@require_safe
def waiting(request: MemberRequest) -> HttpResponse:
    """All that waits."""
    return _all(request, "waiting", _("Waiting"))


@member_required(rights.READ)
@require_safe
def message(request: MemberRequest, message: int) -> HttpResponse:
    """One message: how it stands, every try, and what can be done."""
    return _page(request, _chosen(request, message))


@member_required(rights.WRITE)
@require_POST
def cancel(request: MemberRequest, message: int) -> HttpResponse:
    """Stop what waits, or put away what failed."""
    chosen = _chosen(request, message)
    said = _("Taken back. It was not sent.")
    if chosen.drafts.exists():
        said = _("Taken back. It was not sent, and is a draft of who wrote it again.")
    if chosen.state == Message.FAILED:
        said = _("Put away.")
    return _do(request, chosen, drafting.stop, said)


@member_required(rights.WRITE)
@require_POST
def edit(request: MemberRequest, message: int) -> HttpResponse:
    """Stop what waits, or take up what failed, and go on writing it."""
    chosen = _chosen(request, message)
    draft = drafting.written_as(chosen)
    if draft is None and chosen.drafts.exists():
        return _too_late(request, chosen)
    if draft is None or not drafting.may_reopen(draft, request.member):
        raise Http404  # nobody wrote it by hand, or it answers what is not theirs to read
    try:
        mine = drafting.reopen(draft, member=request.member, now=timezone.now())
    except drafting.AlreadySent:
        return _too_late(request, Message.objects.get(pk=chosen.pk))
    toasts.success(request, _("Taken back. It was not sent."))
    return redirect("outbox:draft", request.practice.slug, mine.pk)


@member_required(rights.WRITE)
@require_POST
def send_now(request: MemberRequest, message: int) -> HttpResponse:
    return _do(request, _chosen(request, message), desk.send_now, _("It leaves now."))


@member_required(rights.WRITE)
@require_POST
def keep(request: MemberRequest, message: int) -> HttpResponse:
    """Put in the register what was sent without it, on the record of `client` or on none."""
    chosen = _chosen(request, message)
    if not keeping.may_keep(chosen, request.member) and chosen.entry_id is None:
        raise Http404
    clients = []
    if request.POST.get("client"):
        rows = Client.objects.open_to(request.member)
        clients = [get_object_or_404(rows, pk=number(request.POST["client"]) or 0)]
    try:
        entry = keeping.keep(chosen, clients, by=request.member, now=timezone.now())
    except keeping.KeptAlready as kept:
        entry = kept.entry
        if not Entry.objects.readable_by(request.member).filter(pk=entry.pk).exists():
            toasts.error(request, _("A copy of it is in the register, where you may not read it."))
            return redirect("outbox:message", request.practice.slug, chosen.pk)
        toasts.warning(request, _("It is in the register already."))
    except OSError:
        toasts.error(request, _file_gone())
        return redirect("outbox:message", request.practice.slug, chosen.pk)
    else:
        toasts.success(request, _("It is in the register now."))
    return redirect("register:entry", request.practice.slug, entry.pk)


@member_required(rights.WRITE)
@require_POST
def mark_sent(request: MemberRequest, message: int) -> HttpResponse:
    return _do(request, _chosen(request, message), desk.mark_sent, _("Marked as sent."))


@member_required(rights.WRITE)
@require_POST
def mark_failed(request: MemberRequest, message: int) -> HttpResponse:
    return _do(request, _chosen(request, message), desk.mark_failed, _("Marked as not sent."))


@member_required(rights.WRITE)
@require_POST
def send_again(request: MemberRequest, message: int) -> HttpResponse:
    """Anew, to a corrected address if one was typed."""
    chosen = _chosen(request, message)
    address = request.POST.get("address", "").strip()[:320]
    if normalise_email(address) == normalise_email(_wrong(chosen)):
        address = ""
    try:
        desk.send_again(chosen, by=request.member, now=timezone.now(), address=address)
    except desk.TooLate as late:
        return _too_late(request, late.message)
    except (NotSendable, OSError) as error:
        said = words.refusal(error) if isinstance(error, NotSendable) else _file_gone()
        return _page(request, chosen, typed=address, wrong=said, status=422)
    toasts.success(request, _("It leaves now, as a new message."))
    return redirect("outbox:outbox", request.practice.slug)


@member_required(rights.WRITE)
@require_POST
def cancel_some(request: MemberRequest) -> HttpResponse:
    """Stop all that were ticked and still wait."""
    ids = numbers(request.POST.getlist("message"), listing.MOST)
    rows = listing.readable_by(request.member).filter(pk__in=ids)
    done = drafting.stop_all(rows, by=request.member, now=timezone.now())
    said = ngettext("%d message was taken back.", "%d messages were taken back.", done)
    if ids:
        toasts.success(request, said % done)
    else:
        toasts.error(
            request, _("Nothing is ticked. Tick what is to be taken back, then press again.")
        )
    return redirect("outbox:outbox", request.practice.slug)


@member_required(rights.WRITE)
@require_POST
def catch_up(request: MemberRequest) -> HttpResponse:
    """Say of what came due while nothing could leave whether it is still to go: `do` is send or
    cancel. Of very many, so many are taken back at a time, and the rest is asked about again."""
    until = parse_datetime(request.POST.get("until", "")[:40])
    do = request.POST.get("do")
    if until is None or until.tzinfo is None or do not in ("send", "cancel"):
        return redirect("outbox:outbox", request.practice.slug)
    rows = catching_up.asked_about(listing.readable_by(request.member), until)
    now = timezone.now()
    if do == "send":
        done = catching_up.let_go(request.practice, rows, by=request.member, now=now)
        said = ngettext("%d message leaves now.", "%d messages leave now.", done)
    else:
        some = rows.order_by("not_before", "pk")[:TAKEN_BACK]
        done = drafting.stop_all(some, by=request.member, now=now)
        said = ngettext("%d message was taken back.", "%d messages were taken back.", done)
    toasts.success(request, said % done)
    return redirect("outbox:outbox", request.practice.slug)


@member_required(rights.WRITE)
@require_POST
def hold(request: MemberRequest) -> HttpResponse:
    """Nothing leaves any more."""
    desk.hold(request.practice, by=request.member, now=timezone.now())
    toasts.success(request, _("Sending is paused. What you write waits here."))
    return redirect("outbox:outbox", request.practice.slug)


@member_required(rights.WRITE)
@require_POST
def resume(request: MemberRequest) -> HttpResponse:
    desk.resume(request.practice, by=request.member, now=timezone.now())
    toasts.success(request, _("Sending goes on."))
    return redirect("outbox:outbox", request.practice.slug)


def _all(request: MemberRequest, name: str, title: str, tone: str = "") -> HttpResponse:
    before = number(request.GET.get("before"))
    rows, older = listing.all_of(request.member, name, before, timezone.now())
    context = {"nav": "outbox", "appcls": "tall", "rows": rows, "older": older}
    return render(request, "outbox/all.html", context | {"title": title, "tone": tone})


def _chosen(request: MemberRequest, pk: int) -> Message:
    return get_object_or_404(listing.readable_by(request.member), pk=pk)


def _wrong(message: Message) -> str:
    return str(message.reason_data.get("address") or message.to_address)


def _page(
    request: MemberRequest, message: Message, *, typed: str = "", wrong: str = "", status: int = 200
) -> HttpResponse:
    audit.read(request, "message", message.pk)
    replaced = desk.replacement_of(message)
    draft = drafting.written_as(message)
    open_to = message.reason != rules.REPLACED and (
        replaced is None or bool(message.reason_data.get("resent"))
    )
    context = {
        "nav": "outbox",
        "appcls": "tall",
        "line": listing.lines([message])[0],
        "message": message,
        "tries": message.tries.all(),
        "text": _text(request, message),
        "replaced": replaced,
        "may": request.member.may(rights.WRITE) and open_to,
        "may_edit": draft is not None and drafting.may_reopen(draft, request.member),
        "only_to": desk.returned_from(message),
        "again": message.state in (Message.FAILED, Message.UNCERTAIN),
        "address": typed or _wrong(message),
        "wrong": wrong,
    }
    if request.member.may(rights.WRITE) and keeping.may_keep(message, request.member):
        sought = clean(request.GET.get("record", "")).strip()[:100]
        found = _records(request, message, sought)
        context |= {"keepable": True, "sought": sought, "records": found}
    return render(request, "outbox/message.html", context, status=status)


def _records(request: MemberRequest, message: Message, sought: str) -> list[Client]:
    """On whose record it may belong: whom these words find, else that of whom it went to."""
    rows = Client.objects.open_to(request.member)
    if sought:
        return list(rows.search(sought).order_by("name", "pk")[: addressing.FOUND])
    named = rows.filter(pk__in=message.drafts.values("client"))
    person = addressing.by_address(request.member, rules.compared(message.to_address))
    theirs = addressing.clients_of(request.member, person.contact) if person else []
    return list(dict.fromkeys([*named, *theirs]))[: addressing.FOUND]


def _text(request: MemberRequest, message: Message) -> str:
    """What was written, to its author, where it stands nowhere else: kept out of the register."""
    if message.entry_id or message.author_id != request.member.pk or not message.content_key:
        return ""
    try:
        return read_guarded(message.read()).text
    except OSError:
        return ""


def _do(
    request: MemberRequest, message: Message, act: Callable[..., None], said: str
) -> HttpResponse:
    try:
        act(message, by=request.member, now=timezone.now())
    except desk.TooLate as late:
        return _too_late(request, late.message)
    toasts.success(request, said)
    return redirect("outbox:outbox", request.practice.slug)


def _too_late(request: MemberRequest, message: Message) -> HttpResponse:
    said = _("Meanwhile it is another matter: %(state)s. Nothing was changed.")
    toasts.error(request, said % {"state": message.get_state_display()})
    return redirect("outbox:message", request.practice.slug, message.pk)


def _file_gone() -> str:
    return str(words.REASONS[rules.FILE_MISSING][0])
