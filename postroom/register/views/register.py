"""The table of the register: filters, saved views, and what is done to many entries at once."""

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qsl

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import formats, timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext
from django.views.decorators.http import require_POST, require_safe

from postroom.clients.models import Client, Group, Patient
from postroom.kit.text import clean, fold
from postroom.practice import audit
from postroom.practice.access import MemberRequest, member_required
from postroom.practice.models import Member
from postroom.practice.rules import READ, RESOLVE, SETTINGS, WRITE
from postroom.register import list_words, names, noting
from postroom.register.filters import Wanted, wanted_of
from postroom.register.hits import marked
from postroom.register.kinds import BY_HAND
from postroom.register.listing import news, page
from postroom.register.models import Entry, SavedView
from postroom.register.paging import SIZE, number, numbers, shown
from postroom.register.search import asked as asked_words
from postroom.register.views.entries import may_take_back
from postroom.register.views.noting import may_remove

OFFERED = 6  # clients, groups, patients that words may mean


@dataclass(frozen=True)
class Choice:
    words: str
    query: str
    set: bool = False


@dataclass(frozen=True)
class Filter:
    """A filter as a chip: what it is set to (its words, and the address without it), and what it
    may be set to."""

    name: str
    words: str
    choices: list[Choice]
    said: str = ""
    without: str = ""


@member_required(READ)
@require_safe
def register(request: MemberRequest) -> HttpResponse:
    """All one may read, narrowed by what the address says; `after` is the last entry of the page
    before, `news` asks only what changed since the `row`s were shown."""
    member, wanted = request.member, wanted_of(request.GET.dict())
    if "news" in request.GET:
        came, left = news(member, wanted, numbers(request.GET.getlist("row")))
        context = {"came": came, "left": left, "again": f"{request.path}?{wanted.query()}"}
        return render(request, "register/_news.html", context)
    after = None
    if asked := number(request.GET.get("after")):
        after = Entry.objects.readable_by(member).filter(pk=asked).first()
    if wanted.client and Client.objects.open_to(member).filter(pk=wanted.client).exists():
        audit.read(request, "client", wanted.client)
    found = page(member, wanted, after)
    who = clean(request.GET.get("who", "")).strip()[:100]
    ids = [entry.pk for entry in found.entries]
    clients, patients = names.clients_on(member, ids), names.patients_in(member, ids)
    rows = [list_words.row_of(one, clients[one.pk], patients[one.pk]) for one in found.entries]
    searched = asked_words(wanted.q)
    marks = marked(found.entries, searched) if searched else {}
    context = {
        "nav": "register",
        "appcls": "tall",
        "wanted": wanted,
        "query": wanted.query(),
        "rows": [(row, marks.get(row.entry.pk)) for row in rows],
        "next": found.next,
        "after": after,
        "count": None if found.count is None else shown(found.count),
        "full": SIZE,
        "turned": wanted.query(oldest=not wanted.oldest),
        "files_turned": wanted.query(files=not wanted.files, bare=False),
        "bare_turned": wanted.query(bare=not wanted.bare, files=False),
        "archived_turned": wanted.query(archived=not wanted.archived),
        "filters": _filters(member, wanted),
        "who": who,
        "meant": _meant(member, wanted, who) if who else [],
        "may_write": member.may(WRITE),
    }
    if request.htmx and not request.htmx.history_restore_request:  # type: ignore[attr-defined]
        return render(request, "register/_listed.html", context)
    context |= {"views": _views(member), "by_hand": BY_HAND.values()}
    return render(request, "register/register.html", context)


@member_required(READ)
@require_safe
def menu(request: MemberRequest, entry: int) -> HttpResponse:
    """What else one may do with an entry of the table: asked for when its menu is opened."""
    member = request.member
    found = get_object_or_404(Entry.objects.readable_by(member), pk=entry)
    context = {
        "entry": found,
        "may_write": member.may(WRITE),
        "may_resolve": member.may(RESOLVE),
        "may_remove": may_remove(member, found),
        # A note waits nowhere: it is removed, or not.
        "may_back": not found.is_noted and may_take_back(member, found),
    }
    return render(request, "register/_entry_menu.html", context)


@member_required(READ)
@require_POST
def save_view(request: MemberRequest) -> HttpResponse:
    """Keep the filters under a name; the same name again replaces what it was."""
    wanted = wanted_from(request)
    name = " ".join(clean(request.POST.get("name", "")).split())[:60]
    if not name:
        messages.error(request, _("A view needs a name."))
        return back_to(request, wanted)
    shared = "shared" in request.POST and request.member.may(WRITE)
    SavedView.objects.update_or_create(
        member=request.member,
        name=name,
        defaults={"practice": request.practice, "query": wanted.query(), "shared": shared},
    )
    messages.success(request, _("The view “%(name)s” is kept.") % {"name": name})
    return back_to(request, wanted)


@member_required(READ)
@require_POST
def remove_view(request: MemberRequest) -> HttpResponse:
    """Forget a view: one's own, or a shared one where one looks after the practice."""
    views = SavedView.objects.filter(practice=request.practice)
    if not request.member.may(SETTINGS):
        views = views.filter(member=request.member)
    else:
        views = views.filter(member=request.member) | views.filter(shared=True)
    if views.filter(pk=number(request.POST.get("view")) or 0).delete()[0]:
        messages.success(request, _("The view is removed. No entry is touched."))
    return back_to(request, wanted_from(request))


@member_required(WRITE)
@require_POST
def archive(request: MemberRequest) -> HttpResponse:
    """Put entries out of sight, or back: those ticked, or the one of a row's menu."""
    back = "back" in request.GET
    member, asked = request.member, request.GET if back else request.POST
    ids = [asked["one"]] if "one" in asked else asked.getlist("entries")
    wanted_ids = [pk for one in ids[: SIZE * 4] if (pk := number(one))]
    mine = Entry.objects.readable_by(member).filter(pk__in=wanted_ids)
    changed = noting.archive(
        member.practice_id,
        mine.values_list("pk", flat=True),
        by=member,
        now=timezone.now(),
        back=back,
    )
    undo = reverse("register:archive", args=[request.practice.slug])
    undo += "?" + "&".join(["back=1", *(f"entries={pk}" for pk in changed)])
    if not changed:
        messages.error(request, _("Tick entries first."))
    elif back:
        messages.success(request, _("They are back in the register."))
    else:
        words = ngettext("%(n)d entry is archived.", "%(n)d entries are archived.", len(changed))
        messages.success(request, words % {"n": len(changed)}, extra_tags=undo)
    return back_to(request, wanted_from(request))


def wanted_from(request: MemberRequest) -> Wanted:
    """The filters of the page a form was sent from."""
    return wanted_of(dict(parse_qsl(request.POST.get("query", "")[:2000])))


def back_to(request: MemberRequest, wanted: Wanted) -> HttpResponse:
    address = redirect("register:register", request.practice.slug)
    if query := wanted.query():
        address["Location"] += f"?{query}"
    return address


def _views(member: Member) -> list[tuple[str, list[SavedView]]]:
    """One's own views, then those others share."""
    views = SavedView.objects.filter(practice=member.practice_id)
    shared = views.filter(shared=True).exclude(member=member).select_related("member")
    return [
        (_("Your views"), list(views.filter(member=member).order_by("name"))),
        (_("Shared with the team"), list(shared.order_by("name", "pk"))),
    ]


def _filters(member: Member, wanted: Wanted) -> list[Filter]:
    """The chips, each with its choices and their addresses."""
    authors = Member.objects.filter(practice=member.practice_id).order_by("name", "pk")
    return [
        _dates(wanted),
        _filter(wanted, "kind", _("Kind"), list_words.KINDS),
        _filter(wanted, "direction", pgettext("filter", "Direction"), list_words.DIRECTIONS),
        _filter(wanted, "member", _("Written by"), dict(authors.values_list("pk", "name"))),
        _filter(wanted, "how", pgettext("filter", "How it came"), list_words.HOW),
        _filter(wanted, "state", pgettext("filter", "State"), list_words.STATES),
        _whom(member, wanted),
    ]


def _filter(wanted: Wanted, name: str, words: str, known: Any) -> Filter:
    held = getattr(wanted, name)
    without = replace(wanted, **{name: getattr(Wanted(), name)})
    choices = [
        Choice(str(said), wanted.query(**{name: value}), value == held)
        for value, said in known.items()
    ]
    said = str(known.get(held, "")) if held else ""
    return Filter(name, words, choices, said, without.query() if held else "")


def _dates(wanted: Wanted) -> Filter:
    """Some spans of days; others are typed."""
    today = timezone.localdate()
    spans = {
        _("Today"): (today, today),
        _("The last 7 days"): (today - timedelta(days=6), today),
        _("The last 30 days"): (today - timedelta(days=29), today),
        _("This year"): (today.replace(month=1, day=1), today),
        _("Last year"): (
            today.replace(year=today.year - 1, month=1, day=1),
            today.replace(year=today.year - 1, month=12, day=31),
        ),
    }
    held = (wanted.since, wanted.until)
    choices = [
        Choice(words, wanted.query(since=since, until=until), held == (since, until))
        for words, (since, until) in spans.items()
    ]
    named = next((choice.words for choice in choices if choice.set), "")
    said = named or _days(wanted) if any(held) else ""
    without = wanted.query(since=None, until=None) if any(held) else ""
    return Filter("dates", _("When"), choices, said, without)


def _days(wanted: Wanted) -> str:
    days = {
        "since": formats.date_format(wanted.since, "DATE_FORMAT") if wanted.since else "",
        "until": formats.date_format(wanted.until, "DATE_FORMAT") if wanted.until else "",
    }
    if not wanted.until:
        return _("since %(since)s") % days
    return (_("%(since)s to %(until)s") if wanted.since else _("up to %(until)s")) % days


def _whom(member: Member, wanted: Wanted) -> Filter:
    """Client, group or patient: looked for by words, so that there is nothing to choose from."""
    mine, said = Client.objects.open_to(member), ""
    if wanted.client:
        said = mine.filter(pk=wanted.client).values_list("name", flat=True).first() or "–"
    if wanted.group:
        groups = Group.objects.filter(practice=member.practice_id, clients__in=mine)
        said = groups.filter(pk=wanted.group).values_list("name", flat=True).first() or "–"
    if wanted.patient:
        patients = Patient.objects.filter(client__in=mine, pk=wanted.patient)
        said = patients.values_list("name", flat=True).first() or "–"
    without = wanted.query(client=None, group=None, patient=None) if said else ""
    return Filter("whom", _("About whom"), [], said, without)


def _meant(member: Member, wanted: Wanted, who: str) -> list[tuple[str, Choice]]:
    """Whom these words may mean: what they are, their name and the address narrowed to them."""
    mine = Client.objects.open_to(member)
    only = {"client": None, "group": None, "patient": None}
    clients = mine.search(who).order_by("name", "pk")[:OFFERED]
    groups = Group.objects.filter(practice=member.practice_id, name__icontains=who)
    groups = groups.filter(clients__in=mine).distinct().order_by("name")[:OFFERED]
    names = {client.pk: client.name for client in clients}
    # Whoever has such an animal is found by it, too.
    patients = Patient.objects.filter(practice=member.practice_id, client__in=list(names))
    folded = fold(who)
    named = [one for one in patients.order_by("name", "pk") if folded in fold(one.name)]
    return [
        *(
            ("client", Choice(one.name, wanted.query(**(only | {"client": one.pk}))))
            for one in clients
        ),
        *(
            ("group", Choice(one.name, wanted.query(**(only | {"group": one.pk}))))
            for one in groups
        ),
        *(
            (
                "patient",
                Choice(
                    f"{one.name} ({names[one.client_id]})",
                    wanted.query(**(only | {"patient": one.pk})),
                ),
            )
            for one in named[:OFFERED]
        ),
    ]
