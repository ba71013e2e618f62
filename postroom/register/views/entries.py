"""One letter on a page of its own: what it says, whose it is, why, and taking that back."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from postroom.clients.models import Client
from postroom.practice import audit
from postroom.practice.access import MemberRequest, member_required
from postroom.practice.models import Member
from postroom.practice.rules import READ, RESOLVE, UNASSIGN, WRITE
from postroom.practice.words import words_of
from postroom.register import actions, handling, internal_notes, words
from postroom.register.conversing import conversing
from postroom.register.copied import also_to
from postroom.register.forms import VersionForm
from postroom.register.inboxes import conversation_of
from postroom.register.models import Conversation, Entry, EntryQuerySet
from postroom.register.moves import moves
from postroom.register.paging import number
from postroom.register.reading import Look, reading
from postroom.register.views import noting


@member_required(READ)
@require_safe
def entry(request: MemberRequest, entry: int) -> HttpResponse:
    letter = _readable(request, entry)
    audit.read(request, "entry", letter.pk)
    if letter.is_noted:
        return noting.shown(request, letter)
    return page(request, letter)


def page(request: MemberRequest, letter: Entry, *, status: int = 200, **more: Any) -> HttpResponse:
    """The page of a letter."""
    look = Look.asked(request.GET)
    talk = conversation_of(request.member, letter)
    if talk is not None:
        handling.read(talk)
    context = {
        "nav": _nav(letter, talk),
        "other_view": "?" if look.as_text else "?view=text",
        **about(request, letter, talk, look),
        **more,
    }
    return render(request, "register/entry.html", context, status=status)


def about(
    request: MemberRequest, letter: Entry, talk: Conversation | None, look: Look
) -> dict[str, Any]:
    """What is shown of a letter and beside it, on its own page or in an inbox."""
    named = set(letter.about.values_list("patient", flat=True))
    clients = list(
        Client.objects.open_to(request.member)
        .filter(placements__entry=letter)
        .order_by("placements__pk")
        .prefetch_related("patients")
    )
    talking = conversing(request.member, letter)
    notes = internal_notes.beside(request.member, letter)
    internal_notes.seen(request.member, notes, now=timezone.now())
    may_assign = letter.filing == Entry.RESOLVED and request.member.may(RESOLVE)
    unfiled = talking.unfiled if talking and may_assign and clients else []
    theirs = [patient for client in clients for patient in client.patients.all()]
    return {
        "talk": talk,
        "entry": letter,
        "clients": clients,
        "about": [patient for patient in theirs if patient.pk in named],
        "patients": [(patient, patient.pk in named) for patient in theirs],
        "moves": moves(request.member, letter),
        "why": words.why(letter, words_of(request.practice).within()),
        "filed": words.done(letter, request.member)
        if letter.filed_by_id and not letter.is_waiting
        else "",
        "reading": reading(request.practice, letter, look),
        "conversing": talking,
        "internal_notes": notes,
        "may_note": request.member.may(WRITE),
        "unfiled": unfiled,
        "unfiled_own": any(one.owner_id for one, _doubted in unfiled),
        "may_split": request.member.may(WRITE),
        "may_resolve": letter.may_be_filed and request.member.may(RESOLVE),
        "may_unassign": may_unassign(request.member, letter),
        "opens_up": _opens_up(letter, clients),
        "may_assign": may_assign,
        "also_to": also_to(request.member, letter) if may_assign and clients else [],
        "may_take_back": may_take_back(request.member, letter),
    }


@member_required(RESOLVE)
@require_POST
def take_back(request: MemberRequest, entry: int) -> HttpResponse:
    """Back into Unresolved, off every record: whoever filed it, or set it aside."""
    letter = _readable(request, entry)
    form = VersionForm(request.POST)
    if not may_take_back(request.member, letter):
        raise PermissionDenied(
            _("Only who filed this message, or an administrator, can put it back.")
        )
    try:
        if not form.is_valid():
            raise actions.AlreadyFiled(letter)
        version = form.cleaned_data["version"]
        actions.take_back(letter, by=request.member, now=timezone.now(), version=version)
    except actions.AlreadyFiled:
        messages.error(request, _("Somebody else has just changed where this message is filed."))
        return redirect("register:entry", request.practice.slug, letter.pk)
    return _taken_back(request, letter)


@member_required(RESOLVE)
@require_POST
def undo(request: MemberRequest, entry: int) -> HttpResponse:
    """Take back one's own last act on a letter; it is filed, or waits, as before."""
    letter = _readable(request, entry)
    try:
        actions.undo(letter, by=request.member, now=timezone.now())
    except (actions.NothingToUndo, actions.AlreadyFiled):
        messages.error(request, _("This can no longer be undone: the message was changed since."))
        return redirect("register:entry", request.practice.slug, letter.pk)
    return _taken_back(request, letter)


@member_required(WRITE)
@require_POST
def unassign(request: MemberRequest, entry: int) -> HttpResponse:
    """Take a letter off one client's record (AK-25, MG-4)."""
    letter = _readable(request, entry)
    clients = Client.objects.open_to(request.member).filter(placements__entry=letter)
    client = get_object_or_404(clients, pk=number(request.POST.get("client")) or 0)
    if not may_unassign(request.member, letter):
        raise PermissionDenied(
            _("Only who filed this message, or an administrator, can take it off a record.")
        )
    try:
        # The version the person saw, where the page told it.
        version = number(request.POST.get("version"))
        actions.unassign(letter, client, by=request.member, now=timezone.now(), version=version)
    except (actions.NothingToUndo, actions.AlreadyFiled):
        messages.error(request, _("Somebody else has just changed where this message is filed."))
    else:
        undo_it = reverse("register:undo", args=[request.practice.slug, letter.pk])
        words_ = _("Taken off the record of %(client)s.") % {"client": client.name}
        messages.success(request, words_, extra_tags=undo_it if _reads(request, letter) else "")
    if _reads(request, letter):
        return redirect("register:entry", request.practice.slug, letter.pk)
    return redirect("register:client", request.practice.slug, client.pk)


def _reads(request: MemberRequest, letter: Entry) -> bool:
    """Whether it may still be read: off its last record, a member's own letter is theirs alone."""
    return Entry.objects.readable_by(request.member).filter(pk=letter.pk).exists()


def _opens_up(letter: Entry, clients: list[Client]) -> bool:
    """Whether a letter that waits again is read by more people than on its records."""
    restricted = bool(clients) and all(client.restricted for client in clients)
    return restricted and not letter.owner_id and not letter.is_from_here


def may_unassign(member: Member, letter: Entry) -> bool:
    """One's own filing or Postroom's, and anybody's with the right to it (SPEC 7.3, RX-113)."""
    if letter.filing != Entry.RESOLVED:
        return False
    nobody_elses = letter.filed_by_id in (None, member.pk)
    return (nobody_elses and member.may(WRITE)) or member.may(UNASSIGN)


def may_take_back(member: Member, letter: Entry) -> bool:
    """One's own filing or Postroom's, and anybody's with the right to it."""
    filed = letter.filing in (Entry.RESOLVED, Entry.IGNORED)
    if not filed or letter.owner_id not in (None, member.pk):
        return False
    nobody_elses = letter.filed_by_id in (None, member.pk)
    return member.may(RESOLVE) and (nobody_elses or member.may(UNASSIGN))


def _taken_back(request: MemberRequest, letter: Entry) -> HttpResponse:
    """Say where it is now, and show it there."""
    if letter.filing == Entry.RESOLVED:
        messages.success(request, _("Taken back. The message is filed as it was before."))
        return redirect("register:entry", request.practice.slug, letter.pk)
    if letter.filing == Entry.UNFILED:
        messages.success(request, _("Taken back. The message is on no record."))
        return redirect("register:entry", request.practice.slug, letter.pk)
    if letter.left_mailbox:
        words_ = _("Taken back. The message waits again; it is no longer in the mailbox.")
    else:
        words_ = _("Taken back. The message waits again.")
    messages.success(request, words_)
    address = redirect("register:unresolved", request.practice.slug)
    # The heading of the desk takes the focus, with or without script.
    address["Location"] += f"?entry={letter.pk}#subject"
    return address


def _nav(letter: Entry, talk: Conversation | None) -> str:
    if letter.is_waiting:
        return "unresolved"
    if talk is None or letter.filing == Entry.RESOLVED:
        return "clients"
    return "my-inbox" if talk.owner_id else "shared-inbox"


def _readable(request: MemberRequest, pk: int) -> Entry:
    return get_object_or_404(readable(request), pk=pk)


def readable(request: MemberRequest) -> EntryQuerySet:
    return Entry.objects.readable_by(request.member).select_related("filed_by", "account")
