"""Unresolved: what waits for a person, one letter on the desk, and filing it (RX-22, RX-32)."""

from datetime import UTC, datetime
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import push_url

from postroom.kit.text import clean
from postroom.practice import audit
from postroom.practice.access import MemberRequest, member_required
from postroom.practice.rules import RESOLVE
from postroom.practice.words import words_of
from postroom.register import actions, suggestions
from postroom.register.desk import Desk, desk
from postroom.register.forms import ResolveForm, VersionForm
from postroom.register.models import Entry
from postroom.register.paging import bounded, number
from postroom.register.waiting import arrived, following, newest, page, waiting

MICRO = 1_000_000  # of a second, in the address of what arrived


@member_required(RESOLVE)
@require_safe
def unresolved(request: MemberRequest) -> HttpResponse:
    """`?entry` chooses the letter, `client` whom it is from, `pane` what a phone shows."""
    asked = number(request.GET.get("entry"))
    letter = _readable(request, asked) if asked is not None else None
    if letter is not None and letter.filing == Entry.UNFILED:  # it waits for nobody
        return redirect("register:file", request.practice.slug, letter.pk)
    if _fragment(request):
        return render(request, "register/_desk.html", _on_desk(request, letter))
    return _whole(request, letter)


@member_required(RESOLVE)
@require_safe
def arrivals(request: MemberRequest) -> HttpResponse:
    """How many came since the list was made: a button above it, nothing moves (DESIGN 8.12)."""
    rows = waiting(request.member)
    since = number(request.GET.get("since")) or 0
    made = _moment(number(request.GET.get("made")))
    context = {"arrived": arrived(rows, since, made), "total": bounded(rows)}
    return render(request, "register/_arrivals.html", context)


@member_required(RESOLVE)
@require_POST
def resolve(request: MemberRequest, entry: int) -> HttpResponse:
    letter = _readable(request, entry)
    form = ResolveForm(request.member, letter, request.POST)
    if not form.is_valid():
        return _refused(request, letter, form)
    clients = form.everybody()
    try:
        actions.resolve(
            letter,
            clients,
            by=request.member,
            now=timezone.now(),
            version=form.cleaned_data["version"],
            remember=form.cleaned_data["remember"],
        )
    except actions.AlreadyFiled as faster:
        return _taken(request, faster.entry)
    names = {"clients": ", ".join(client.name for client in clients)}
    if form.cleaned_data["remember"]:
        _say(request, letter, _("Filed to %(clients)s. Address remembered.") % names)
    else:
        _say(request, letter, _("Filed to %(clients)s.") % names)
    return _go_on(request, letter)


@member_required(RESOLVE)
@require_POST
def ignore(request: MemberRequest, entry: int) -> HttpResponse:
    letter = _readable(request, entry)
    form = VersionForm(request.POST)
    if not form.is_valid():
        return _refused(request, letter, form)
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
    _say(request, letter, _("Set aside as not %(a_client)s’s message.") % nouns)
    return _go_on(request, letter)


def _readable(request: MemberRequest, pk: int) -> Entry:
    """Any letter this member may read: one that is filed already is told so, not hidden."""
    letters = Entry.objects.readable_by(request.member).select_related("filed_by")
    return get_object_or_404(letters, pk=pk)


def _fragment(request: MemberRequest) -> bool:
    """Does only the desk change? Going back in the browser wants the whole page."""
    htmx = request.htmx  # type: ignore[attr-defined]
    return bool(htmx) and not htmx.history_restore_request and htmx.target == "desk"


def _whole(request: MemberRequest, letter: Entry | None, **more: Any) -> HttpResponse:
    made = timezone.now()
    rows = waiting(request.member)
    before = number(request.GET.get("before"))
    listed = page(rows, _readable(request, before) if before is not None else None)
    # A link may lead to a letter of another page: it stands on top of this one.
    opened = letter if letter and letter.is_waiting and letter not in listed.rows else None
    pills = suggestions.pills(request.member, [*listed.rows, *([opened] if opened else [])])
    context = {
        "nav": "unresolved",
        "rows": [(row, pills[row.pk]) for row in listed.rows],
        "opened": opened.pk if opened else None,
        "opened_pill": pills[opened.pk] if opened else None,
        "last": listed.rows[-1].pk if listed.rows else None,
        "next": listed.next,
        "made": round(made.timestamp() * MICRO),
        "before": before,
        "total": bounded(rows),
        "newest": newest(rows),
        **_on_desk(request, letter or next(iter(listed.rows), None), asked=letter is not None),
        **more,
    }
    return render(request, "register/unresolved.html", context, status=more.get("status", 200))


def _on_desk(request: MemberRequest, letter: Entry | None, *, asked: bool = True) -> dict[str, Any]:
    """What the desk fragment shows; a phone shows one of its panes, or the list."""
    pane = request.GET.get("pane")
    if letter is None:
        return {"desk": None, "pane": "thread"}
    _write_down(request, letter)
    as_text = request.GET.get("view") == "text"
    laid = desk(
        request.member,
        waiting(request.member),
        letter,
        asked=number(request.GET.get("client")),
        find=clean(request.GET.get("find", "")).strip()[:100],
        as_text=as_text,
    )
    shown = pane if pane in ("side", "list") else "thread"
    return {
        "desk": laid,
        "pane": shown if asked else "list",
        "other_view": f"?entry={letter.pk}" + ("" if as_text else "&view=text"),
    }


def _write_down(request: MemberRequest, letter: Entry) -> None:
    """The audit's line of this reading; choosing a client on the desk is none of its own."""
    if letter.is_waiting:
        chooses = "client" in request.GET or "find" in request.GET
        (audit.read_part if chooses else audit.read)(request, "entry", letter.pk)


def _go_on(request: MemberRequest, letter: Entry) -> HttpResponse:
    """File and go on: the next letter at once (DESIGN 8.4)."""
    rows = waiting(request.member)
    after = following(rows, letter)
    address = reverse("register:unresolved", args=[request.practice.slug])
    if after is not None:
        address = f"{address}?entry={after}"
    if not _fragment(request):
        return redirect(address)
    context = {
        **_on_desk(request, _readable(request, after) if after is not None else None),
        **_moved_up(request, letter),
    }
    return push_url(render(request, "register/_filed.html", context), address)


def _moved_up(request: MemberRequest, gone: Entry) -> dict[str, Any]:
    """What filing does to the list: its row goes, and one comes in at the end, so that the page
    never runs empty while others wait. `last` is the end the person saw."""
    rows = waiting(request.member)
    context = {"gone": gone.pk, "total": bounded(rows)}
    seen = Entry.objects.readable_by(request.member).filter(
        pk=number(request.POST.get("last")) or 0
    )
    last = seen.first()
    if last is None:
        return context
    opened = number(request.POST.get("opened"))
    following_one = page(rows.exclude(pk=opened or 0), last, size=1)
    pills = suggestions.pills(request.member, following_one.rows)
    return context | {
        "rows": [(row, pills[row.pk]) for row in following_one.rows],
        "last": following_one.rows[-1].pk if following_one.rows else last.pk,
        "opened": opened,
        "next": following_one.next,
    }


def _taken(request: MemberRequest, letter: Entry) -> HttpResponse:
    """Somebody was faster: say who and when; nothing is overwritten (RELIABILITY 5)."""
    if not _fragment(request):
        return _whole(request, letter, status=409)
    context = {
        "desk": Desk.of_taken(request.member, letter, following(waiting(request.member), letter)),
        "pane": "thread",
        **_moved_up(request, letter),
    }
    return render(request, "register/_filed.html", context, status=409)


def _refused(request: MemberRequest, letter: Entry, form: Any) -> HttpResponse:
    errors = [error for found in form.errors.values() for error in found]
    if not _fragment(request):
        return _whole(request, letter, status=422, errors=errors)
    context = {**_on_desk(request, letter), "errors": errors}
    return render(request, "register/_desk.html", context, status=422)


def _moment(micro: int | None) -> datetime:
    """The moment of an address bar; without one, now: nothing was put back since."""
    try:
        return datetime.fromtimestamp(micro / MICRO, UTC) if micro else timezone.now()
    except (OverflowError, ValueError, OSError):
        return timezone.now()


def _say(request: MemberRequest, letter: Entry, words: str) -> None:
    """A toast with its Undo."""
    undo = reverse("register:undo", args=[request.practice.slug, letter.pk])
    messages.success(request, words, extra_tags=undo)
