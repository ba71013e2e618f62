"""What is done at the desk of Unresolved: filing, setting aside, one letter or many, and undoing;
then the next letter at once (DESIGN 8.4)."""

from collections.abc import Iterable
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST
from django_htmx.http import push_url

from postroom.clients.models import Client
from postroom.practice.access import MemberRequest, member_required
from postroom.practice.rules import RESOLVE
from postroom.practice.words import words_of
from postroom.register import actions, suggestions, together
from postroom.register.desk import Desk
from postroom.register.forms import ResolveForm, VersionForm
from postroom.register.known import known
from postroom.register.models import Entry
from postroom.register.paging import bounded, number
from postroom.register.views.unresolved import fragment, on_desk, readable, whole
from postroom.register.waiting import following, page, waiting


@member_required(RESOLVE)
@require_POST
def resolve(request: MemberRequest, entry: int) -> HttpResponse:
    """File the letter, or all that are ticked in the list instead (`together`)."""
    letter = readable(request, entry)
    form = ResolveForm(request.member, letter, request.POST)
    if not form.is_valid():
        return _refused(request, letter, form)
    wanted = together.picked(request.POST.getlist("together"))
    if wanted:
        return _resolve_all(request, letter, form, wanted)
    clients = form.everybody()
    try:
        actions.resolve(
            letter,
            clients,
            by=request.member,
            now=timezone.now(),
            version=form.cleaned_data["version"],
            remember=form.cleaned_data["remember"],
            patients=form.cleaned_data["patients"],
        )
    except actions.AlreadyFiled as faster:
        return _taken(request, faster.entry)
    names = {"clients": _names(clients)}
    if form.cleaned_data["remember"]:
        _say(request, [letter], _("Filed to %(clients)s. Address remembered.") % names)
    else:
        _say(request, [letter], _("Filed to %(clients)s.") % names)
    return _go_on(request, letter, [letter.pk], clients[0])


@member_required(RESOLVE)
@require_POST
def ignore(request: MemberRequest, entry: int) -> HttpResponse:
    """No client's: the letter, or all that are ticked in the list instead."""
    letter = readable(request, entry)
    form = VersionForm(request.POST)
    if not form.is_valid():
        return _refused(request, letter, form)
    wanted = together.picked(request.POST.getlist("together"))
    if wanted:
        return _ignore_all(request, letter, wanted)
    if "only" in request.POST:  # of the button below the list, which says nothing of the desk
        messages.error(request, _("Tick messages first."))
        return redirect("register:unresolved", request.practice.slug)
    try:
        actions.ignore(
            letter,
            by=request.member,
            now=timezone.now(),
            version=form.cleaned_data["version"],
        )
    except actions.AlreadyFiled as faster:
        return _taken(request, faster.entry)
    nouns = words_of(request.practice).within()
    _say(request, [letter], _("Set aside as not %(a_client)s’s message.") % nouns)
    return _go_on(request, letter, [letter.pk])


@member_required(RESOLVE)
@require_POST
def undo_all(request: MemberRequest) -> HttpResponse:
    """Take back one's own last act on many letters; `?entries` names them: «12.13.20»."""
    named = request.GET.get("entries", "").split(".")[: together.MOST]
    wanted = {pk: 0 for one in named if (pk := number(one)) is not None}
    now = timezone.now()
    done = together.do_all(
        together.letters(request.member, wanted),
        wanted,
        lambda entry, _version: actions.undo(entry, by=request.member, now=now),
    )
    if not done.entries:
        messages.error(request, _("This can no longer be undone: the messages were changed since."))
        return redirect("register:unresolved", request.practice.slug)
    count = len(done.entries)
    said = ngettext(
        "Taken back. %(count)d message waits again.",
        "Taken back. %(count)d messages wait again.",
        count,
    )
    messages.success(request, " ".join([said % {"count": count}, *_left_alone(done.taken)]))
    address = redirect("register:unresolved", request.practice.slug)
    address["Location"] += f"?entry={done.entries[0].pk}#subject"
    return address


def _resolve_all(
    request: MemberRequest, letter: Entry, form: ResolveForm, wanted: dict[int, int]
) -> HttpResponse:
    letters = together.letters(request.member, wanted)
    clients, now = form.everybody(), timezone.now()
    # Of several senders, whose address would it be?
    one_sender = {one.sender_norm for one in letters} == {letter.sender_norm}
    remember = form.cleaned_data["remember"] and one_sender
    done = together.do_all(
        letters,
        wanted,
        lambda entry, version: actions.resolve(
            entry,
            clients,
            by=request.member,
            now=now,
            version=version,
            remember=remember,
            patients=form.cleaned_data["patients"],
        ),
    )
    said = ngettext(
        "%(count)d message filed to %(clients)s.",
        "%(count)d messages filed to %(clients)s.",
        len(done.entries),
    )
    names = {"count": len(done.entries), "clients": _names(clients)}
    remembered = [_("Address remembered.")] if remember and done.entries else []
    words = [said % names, *remembered, *_left_alone(done.taken)]
    _say(request, done.entries, " ".join(words))
    return _go_on(request, letter, list(wanted), clients[0])


def _ignore_all(request: MemberRequest, letter: Entry, wanted: dict[int, int]) -> HttpResponse:
    now = timezone.now()
    done = together.do_all(
        together.letters(request.member, wanted),
        wanted,
        lambda entry, version: actions.ignore(entry, by=request.member, now=now, version=version),
    )
    said = ngettext(
        "%(count)d message set aside.", "%(count)d messages set aside.", len(done.entries)
    )
    words = [said % {"count": len(done.entries)}, *_left_alone(done.taken)]
    _say(request, done.entries, " ".join(words))
    return _go_on(request, letter, list(wanted))


def _left_alone(count: int) -> list[str]:
    if not count:
        return []
    words = ngettext(
        "%(count)d was changed by somebody else meanwhile and is left as it is.",
        "%(count)d were changed by somebody else meanwhile and are left as they are.",
        count,
    )
    return [words % {"count": count}]


def _names(clients: Iterable[Client]) -> str:
    return ", ".join(client.name for client in clients)


def _go_on(
    request: MemberRequest, letter: Entry, gone: list[int], client: Client | None = None
) -> HttpResponse:
    """The next letter: the one on the desk still, if it was not among those filed."""
    rows = waiting(request.member)
    stays = letter.pk not in gone and rows.filter(pk=letter.pk).exists()
    after = letter.pk if stays else following(rows, letter)
    address = reverse("register:unresolved", args=[request.practice.slug])
    if after is not None:
        address = f"{address}?entry={after}"
    if not fragment(request):
        return redirect(address)
    context = {
        **on_desk(request, readable(request, after) if after is not None else None),
        **_moved_up(request, gone),
        # An address remembered just now may be that of others that wait.
        "known": len(known(request.member, client)) if client else None,
    }
    return push_url(render(request, "register/_filed.html", context), address)


def _moved_up(request: MemberRequest, gone: list[int]) -> dict[str, Any]:
    """What filing does to the list: its rows go, and as many come in at the end, so that the page
    never runs empty while others wait. `last` is the end the person saw."""
    rows = waiting(request.member)
    context: dict[str, Any] = {"gone": gone, "total": bounded(rows)}
    seen = Entry.objects.readable_by(request.member).filter(
        pk=number(request.POST.get("last")) or 0
    )
    last = seen.first()
    if last is None:
        return context
    opened = number(request.POST.get("opened"))
    following_ones = page(rows.exclude(pk=opened or 0), last, size=len(gone))
    pills = suggestions.pills(request.member, following_ones.rows)
    return context | {
        "rows": [(row, pills[row.pk]) for row in following_ones.rows],
        "last": following_ones.rows[-1].pk if following_ones.rows else last.pk,
        "opened": opened,
        "next": following_ones.next,
    }


def _taken(request: MemberRequest, letter: Entry) -> HttpResponse:
    """Somebody was faster: say who and when; nothing is overwritten (RELIABILITY 5)."""
    if not fragment(request):
        return whole(request, letter, status=409)
    context = {
        "desk": Desk.of_taken(request.member, letter, following(waiting(request.member), letter)),
        "pane": "thread",
        **_moved_up(request, [letter.pk]),
    }
    return render(request, "register/_filed.html", context, status=409)


def _refused(request: MemberRequest, letter: Entry, form: Any) -> HttpResponse:
    errors = [error for found in form.errors.values() for error in found]
    if not fragment(request):
        return whole(request, letter, status=422, errors=errors)
    context = {**on_desk(request, letter), "errors": errors}
    return render(request, "register/_desk.html", context, status=422)


def _say(request: MemberRequest, letters: list[Entry], said: str) -> None:
    """A toast with its Undo, of all of it."""
    undo = ""
    if len(letters) == 1:
        undo = reverse("register:undo", args=[request.practice.slug, letters[0].pk])
    elif letters:
        named = ".".join(str(letter.pk) for letter in letters)
        undo = reverse("register:undo_all", args=[request.practice.slug]) + f"?entries={named}"
    messages.success(request, said, extra_tags=undo)
