"""A letter that is filed: put on more records, moved to another, its conversation with it, and
whom it is about (AK-25..27, AK-110, XP-21)."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from postroom.clients.models import Client
from postroom.kit.text import clean
from postroom.practice import audit
from postroom.practice.access import MemberRequest, member_required
from postroom.practice.rules import RESOLVE
from postroom.register import actions, together
from postroom.register.conversing import conversing
from postroom.register.desk import desk
from postroom.register.forms import AboutForm, ResolveForm
from postroom.register.models import Entry
from postroom.register.paging import number
from postroom.register.reading import Look
from postroom.register.views.entries import may_unassign
from postroom.register.waiting import waiting


@member_required(RESOLVE)
@require_http_methods(["GET", "HEAD", "POST"])
def assign(request: MemberRequest, entry: int) -> HttpResponse:
    """On another record too; `instead` of the one it names, where it is moved."""
    letter = _readable(request, entry)
    if letter.filing != Entry.RESOLVED:
        return redirect("register:entry", request.practice.slug, letter.pk)
    instead = _instead(request, letter)
    if request.method != "POST":
        audit.read_part(request, "entry", letter.pk)
        return _page(request, letter, instead)
    form = ResolveForm(request.member, letter, request.POST)
    if not form.is_valid():
        errors = [error for found in form.errors.values() for error in found]
        return _page(request, letter, instead, errors=errors, status=422)
    return _carry_out(request, letter, form, instead)


@member_required(RESOLVE)
@require_POST
def file_whole(request: MemberRequest, entry: int) -> HttpResponse:
    """The rest of a conversation on the records of this letter (AK-110): those that are ticked."""
    letter = _readable(request, entry)
    clients = list(Client.objects.open_to(request.member).filter(placements__entry=letter))
    talk = conversing(request.member, letter)
    wanted = together.picked(request.POST.getlist("together"))
    unfiled = [one for one, _doubted in talk.unfiled] if talk else []
    letters = [one for one in unfiled if one.pk in wanted]
    page = redirect("register:entry", request.practice.slug, letter.pk)
    if not wanted:
        messages.error(request, _("Tick messages first."))
        return page
    if letter.filing != Entry.RESOLVED or not clients or not letters:
        messages.error(request, _("Somebody else has just changed where this message is filed."))
        return page
    now = timezone.now()
    done = together.do_all(
        letters,
        wanted,
        lambda one, version: actions.resolve(
            one, clients, by=request.member, now=now, version=version
        ),
    )
    names = ", ".join(client.name for client in clients)
    said = ngettext(
        "%(count)d message filed to %(clients)s.",
        "%(count)d messages filed to %(clients)s.",
        len(done.entries),
    )
    undo = reverse("register:undo_all", args=[request.practice.slug])
    undo += "?entries=" + ".".join(str(one.pk) for one in done.entries)
    words = said % {"count": len(done.entries), "clients": names}
    messages.success(request, words, extra_tags=undo if done.entries else "")
    return page


@member_required(RESOLVE)
@require_POST
def about(request: MemberRequest, entry: int) -> HttpResponse:
    """Whom of its clients' a letter is about."""
    letter = _readable(request, entry)
    form = AboutForm(letter, request.POST)
    try:
        if not form.is_valid():
            raise actions.AlreadyFiled(letter)
        data = form.cleaned_data
        actions.about(
            letter,
            data["patients"],
            by=request.member,
            now=timezone.now(),
            version=data["version"],
        )
    except actions.AlreadyFiled:
        messages.error(request, _("Somebody else has just changed where this message is filed."))
    else:
        _say(request, letter, _("Saved."))
    return redirect("register:entry", request.practice.slug, letter.pk)


def _carry_out(
    request: MemberRequest, letter: Entry, form: ResolveForm, instead: Client | None
) -> HttpResponse:
    clients, data = form.everybody(), form.cleaned_data
    how: dict[str, Any] = {
        "by": request.member,
        "now": timezone.now(),
        "version": data["version"],
        "patients": data["patients"],
    }
    if instead and len(clients) > 1:  # nobody's page asks for that: where would it go?
        raise Http404
    names = {"clients": ", ".join(client.name for client in clients)}
    try:
        if instead is None:
            actions.assign(letter, clients, **how)
            _say(request, letter, _("Filed to %(clients)s too.") % names)
        else:
            actions.move(letter, instead, clients[0], **how)
            names = {"source": instead.name, "target": clients[0].name}
            _say(request, letter, _("Moved from %(source)s to %(target)s.") % names)
    except actions.AlreadyFiled:
        messages.error(request, _("Somebody else has just changed where this message is filed."))
    if Entry.objects.readable_by(request.member).filter(pk=letter.pk).exists():
        return redirect("register:entry", request.practice.slug, letter.pk)
    return redirect("register:client", request.practice.slug, clients[0].pk)


def _instead(request: MemberRequest, letter: Entry) -> Client | None:
    """The record a letter is to leave. Raises PermissionDenied where one may not take it off."""
    given = request.POST if request.method == "POST" else request.GET
    asked = number(given.get("instead"))
    if asked is None:
        return None
    mine = Client.objects.open_to(request.member).filter(placements__entry=letter)
    found = get_object_or_404(mine, pk=asked)
    if not may_unassign(request.member, letter):
        raise PermissionDenied(
            _("Only who filed this message, or an administrator, can take it off a record.")
        )
    return found


def _page(
    request: MemberRequest,
    letter: Entry,
    instead: Client | None,
    *,
    status: int = 200,
    **more: Any,
) -> HttpResponse:
    look = Look.asked(request.GET)
    there = list(letter.placements.values_list("client", flat=True))
    context = {
        "nav": "clients",
        "appcls": "tall",
        "entry": letter,
        "instead": instead,
        "other_view": "?" if look.as_text else "?view=text",
        "desk": desk(
            request.member,
            waiting(request.member),
            letter,
            asked=number(request.GET.get("client")),
            find=clean(request.GET.get("find", "")).strip()[:100],
            look=look,
            without=there,
        ),
        **more,
    }
    return render(request, "register/assign.html", context, status=status)


def _say(request: MemberRequest, letter: Entry, words: str) -> None:
    undo = reverse("register:undo", args=[request.practice.slug, letter.pk])
    messages.success(request, words, extra_tags=undo)


def _readable(request: MemberRequest, pk: int) -> Entry:
    return get_object_or_404(Entry.objects.readable_by(request.member), pk=pk)
