"""Unresolved: what waits for a person, and one letter on the desk (RX-22, RX-32)."""

from datetime import UTC, datetime
from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from postroom.kit.text import clean
from postroom.practice import audit
from postroom.practice.access import MemberRequest, member_required
from postroom.practice.rules import RESOLVE
from postroom.register import internal_notes, known, suggestions, words
from postroom.register.desk import desk
from postroom.register.models import Entry
from postroom.register.paging import bounded, number, numbers
from postroom.register.reading import Look
from postroom.register.waiting import arrived, newest, page, waiting

MICRO = 1_000_000  # of a second, in the address of what arrived
SHOWN = 200  # rows of a list
ALSO = 8  # others whom one letter may concern


@member_required(RESOLVE)
@require_safe
def unresolved(request: MemberRequest) -> HttpResponse:
    """`?entry` chooses the letter, `client` whom it is from, `also` whom it concerns besides,
    `more` that one more of those is looked for, `pane` what a phone shows; `same`: only letters
    of that one's sender, ticked."""
    asked = number(request.GET.get("entry"))
    letter = readable(request, asked) if asked is not None else None
    if letter is not None and letter.filing == Entry.UNFILED:  # it waits for nobody
        return redirect("register:file", request.practice.slug, letter.pk)
    if fragment(request):
        return render(request, "register/_desk.html", on_desk(request, letter))
    return whole(request, letter)


@member_required(RESOLVE)
@require_safe
def arrivals(request: MemberRequest) -> HttpResponse:
    """How many came since the list was made: a button above it, nothing moves (DESIGN 8.12).
    `row` are the letters it shows: those that somebody has filed leave it; of the one `on_desk`
    it is said who did."""
    rows = waiting(request.member)
    since = number(request.GET.get("since")) or 0
    made = _moment(number(request.GET.get("made")))
    shown = numbers(request.GET.getlist("row"), SHOWN)
    left = set(shown) - set(rows.filter(pk__in=shown).values_list("pk", flat=True))
    context = {
        "arrived": arrived(rows, since, made),
        "total": bounded(rows),
        "left": sorted(left),
        "news": _news(request, number(request.GET.get("on_desk"))),
    }
    return render(request, "register/_arrivals.html", context)


def _news(request: MemberRequest, pk: int | None) -> str:
    """Who has just filed the letter that is being read, and where; "" while it waits."""
    letters = Entry.objects.readable_by(request.member).select_related("filed_by")
    letter = letters.filter(pk=pk).first() if pk is not None else None
    if letter is None or letter.may_be_filed or letter.filed_by_id == request.member.pk:
        return ""
    return words.done(letter, request.member)


def readable(request: MemberRequest, pk: int) -> Entry:
    """Any letter this member may read: one that is filed already is told so, not hidden. Whether
    it waits is asked first: most do, and that question is the smaller one."""
    waits = Entry.objects.waiting_for(request.member).select_related("account")
    letters = Entry.objects.readable_by(request.member).select_related("filed_by", "account")
    return waits.filter(pk=pk).first() or get_object_or_404(letters, pk=pk)


def fragment(request: MemberRequest) -> bool:
    """Does only the desk change? Going back in the browser wants the whole page."""
    htmx = request.htmx  # type: ignore[attr-defined]
    return bool(htmx) and not htmx.history_restore_request and htmx.target == "desk"


def whole(request: MemberRequest, letter: Entry | None, **more: Any) -> HttpResponse:
    made = timezone.now()
    rows = waiting(request.member)
    same = _sender(request)
    listed_of = rows.filter(sender_norm=same) if same else rows
    before = number(request.GET.get("before"))
    listed = page(listed_of, readable(request, before) if before is not None else None)
    # A link may lead to a letter of another page: it stands on top of this one.
    opened = letter if letter and letter.is_waiting and letter not in listed.rows else None
    pills = suggestions.pills(request.member, [*listed.rows, *([opened] if opened else [])])
    held = [row for row in listed.rows if pills[row.pk].held]
    laid = on_desk(request, letter or next(iter(listed.rows), None), asked=letter is not None)
    place = laid["desk"].place if laid["desk"] else None
    context = {
        "nav": "unresolved",
        "rows": [(row, pills[row.pk]) for row in listed.rows],
        "opened": opened.pk if opened else None,
        "opened_pill": pills[opened.pk] if opened else None,
        "last": listed.rows[-1].pk if listed.rows else None,
        "next": listed.next,
        "made": round(made.timestamp() * MICRO),
        "before": before,
        "total": place.total if place else bounded(rows),
        "newest": newest(rows),
        "same": same,
        "known": 0 if same else known.count(request.member, held),
        **laid,
        **more,
    }
    return render(request, "register/unresolved.html", context, status=more.get("status", 200))


def on_desk(request: MemberRequest, letter: Entry | None, *, asked: bool = True) -> dict[str, Any]:
    """What the desk fragment shows; a phone shows one of its panes, or the list."""
    pane = request.GET.get("pane")
    if letter is None:
        return {"desk": None, "pane": "thread"}
    _write_down(request, letter)
    look = Look.asked(request.GET)
    laid = desk(
        request.member,
        waiting(request.member),
        letter,
        asked=number(request.GET.get("client")),
        also=also_of(request),
        adding="more" in request.GET,
        find=clean(request.GET.get("find", "")).strip()[:100],
        look=look,
    )
    shown = pane if pane in ("side", "list") else "thread"
    notes = internal_notes.beside(request.member, letter)
    internal_notes.seen(request.member, notes, now=timezone.now())
    return {
        "desk": laid,
        "internal_notes": notes,
        "pane": shown if asked else "list",
        "other_view": f"?entry={letter.pk}" + ("" if look.as_text else "&view=text"),
    }


def also_of(request: MemberRequest) -> list[int]:
    """Others whom the letter concerns, as the address names them."""
    return numbers(request.GET.getlist("also"), ALSO)


def _sender(request: MemberRequest) -> str:
    """Whose letters alone the list is to show; "" for everybody's."""
    pk = number(request.GET.get("same"))
    return readable(request, pk).sender_norm if pk is not None else ""


def _write_down(request: MemberRequest, letter: Entry) -> None:
    """The audit's line of this reading; choosing a client on the desk is none of its own."""
    if letter.is_waiting:
        chooses = "client" in request.GET or "find" in request.GET
        (audit.read_part if chooses else audit.read)(request, "entry", letter.pk)


def _moment(micro: int | None) -> datetime:
    """The moment of an address bar; without one, now: nothing was put back since."""
    try:
        return datetime.fromtimestamp(micro / MICRO, UTC) if micro else timezone.now()
    except (OverflowError, ValueError, OSError):
        return timezone.now()
