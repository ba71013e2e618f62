"""My inbox and the shared inbox, as plain lists; filing out of them, closing and reopening."""

from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from postroom.kit.text import clean
from postroom.practice import audit
from postroom.practice.access import MemberRequest, member_required
from postroom.practice.rules import READ, RESOLVE
from postroom.register import actions, handling
from postroom.register.desk import desk
from postroom.register.forms import ResolveForm, VersionForm
from postroom.register.inboxes import (
    Beside,
    beside,
    conversation_of,
    mine,
    news,
    page,
    shared,
)
from postroom.register.models import Conversation, Entry
from postroom.register.paging import number, numbers
from postroom.register.reading import Look
from postroom.register.views import entries
from postroom.register.views.unresolved import fragment
from postroom.register.waiting import waiting


@member_required(READ)
@require_safe
def my_inbox(request: MemberRequest) -> HttpResponse:
    """One's own mailbox: what nobody else sees until one files it."""
    return _list(request, mine(request.member), "my-inbox")


@member_required(RESOLVE)
@require_safe
def shared_inbox(request: MemberRequest) -> HttpResponse:
    """What came to the practice's inbox."""
    return _list(request, shared(request.member), "shared-inbox")


@member_required(RESOLVE)
@require_http_methods(["GET", "HEAD", "POST"])
def file(request: MemberRequest, entry: int) -> HttpResponse:
    """File a letter of an inbox on a client's record: chosen here, by nothing else."""
    letter = _readable(request, entry)
    if not letter.may_be_filed:
        return redirect("register:entry", request.practice.slug, letter.pk)
    if request.method != "POST":
        audit.read_part(request, "entry", letter.pk)
        return _file_page(request, letter)
    form = ResolveForm(request.member, letter, request.POST)
    if not form.is_valid():
        errors = [error for found in form.errors.values() for error in found]
        return _file_page(request, letter, errors=errors, status=422)
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
    except actions.AlreadyFiled:
        messages.error(request, _("Somebody else has just changed where this message is filed."))
    else:
        names = {"clients": ", ".join(client.name for client in clients)}
        undo = reverse("register:undo", args=[request.practice.slug, letter.pk])
        messages.success(request, _("Filed to %(clients)s.") % names, extra_tags=undo)
    return redirect("register:entry", request.practice.slug, letter.pk)


@member_required(RESOLVE)
@require_POST
def mark_unread(request: MemberRequest, entry: int) -> HttpResponse:
    """It was opened, and is not dealt with: bold again, for all who handle it (BS-106)."""
    letter = _readable(request, entry)
    talk = conversation_of(request.member, letter)
    if talk is None:
        messages.error(request, _("This message is in no inbox of yours."))
        return redirect("register:entry", request.practice.slug, letter.pk)
    handling.unread(talk)
    messages.success(request, _("Marked as unread."))
    return redirect(_inbox(talk), request.practice.slug)


@member_required(RESOLVE)
@require_POST
def close(request: MemberRequest, entry: int) -> HttpResponse:
    """Nothing is left to do about this conversation."""
    return _turn(request, entry, handling.close, _("Closed."), back="register:reopen")


@member_required(RESOLVE)
@require_POST
def reopen(request: MemberRequest, entry: int) -> HttpResponse:
    """Somebody has to look at it again."""
    return _turn(request, entry, handling.reopen, _("Open again."))


def _list(request: MemberRequest, talks: QuerySet[Conversation], nav: str) -> HttpResponse:
    """`?entry` lays a letter on the desk beside the list; `before` goes on down the list, `show`
    shows what is closed, `news` only what changed since the page was made."""
    closed = request.GET.get("show") == "closed"
    more = "&show=closed" if closed else ""
    asked = number(request.GET.get("before"))
    before = get_object_or_404(talks, pk=asked) if asked is not None else None
    state = Conversation.CLOSED if closed else Conversation.OPEN
    if "news" in request.GET:
        came, left = news(request.member, talks, state, numbers(request.GET.getlist("row")))
        again = f"{request.path}?show=closed" if closed else request.path
        context = {"came": came, "left": left, "again": again}
        return render(request, "register/_news.html", context)
    desk = _desk(request, talks, state, more)
    context = {"nav": nav, "mine": nav == "my-inbox", "closed": closed, **desk}
    if fragment(request):
        return render(request, "register/_inbox_desk.html", context)
    listed = page(request.member, talks, state, before)
    page_of = f"{more}&before={asked}" if asked else more
    context |= {
        "rows": [
            (row.entry, row.talk, f"{request.path}?entry={row.entry.pk}{page_of}")
            for row in listed.rows
        ],
        "next": listed.next,
        "before": asked,
        "laid": desk["entry"].pk if "entry" in desk else None,
    }
    if "entry" not in desk and listed.rows:
        context["beside"] = Beside(None, listed.rows[0].entry.pk)
    return render(request, "register/inbox.html", context)


def _desk(
    request: MemberRequest, talks: QuerySet[Conversation], state: str, more: str
) -> dict[str, Any]:
    """The letter that lies beside the list, if one was chosen, and where one goes on from it."""
    asked = number(request.GET.get("entry"))
    address = {"here": request.path, "more": more}
    if asked is None:
        return address
    letter = _readable(request, asked)
    talk = get_object_or_404(talks, pk=letter.conversation_id)
    audit.read(request, "entry", letter.pk)
    handling.read(talk)
    look = Look.asked(request.GET)
    other_view = f"?entry={letter.pk}{more}" + ("" if look.as_text else "&view=text")
    return {
        **address,
        "beside": beside(request.member, talks, state, talk),
        "other_view": other_view,
        **entries.about(request, letter, talk, look),
    }


def _file_page(request: MemberRequest, letter: Entry, *, status: int = 200, **more: Any) -> Any:
    look = Look.asked(request.GET)
    context = {
        "nav": _nav(letter),
        "other_view": "?" if look.as_text else "?view=text",
        "appcls": "tall",
        "entry": letter,
        "publishes": letter.owner_id is not None,
        "desk": desk(
            request.member,
            waiting(request.member),
            letter,
            asked=number(request.GET.get("client")),
            find=clean(request.GET.get("find", "")).strip()[:100],
            look=look,
        ),
        **more,
    }
    return render(request, "register/file.html", context, status=status)


def _turn(
    request: MemberRequest, entry: int, act: Any, done: str, *, back: str = ""
) -> HttpResponse:
    """`back` names the view that undoes it: the toast offers it for ten seconds."""
    letter = _readable(request, entry)
    talk = conversation_of(request.member, letter)
    form = VersionForm(request.POST if "version" in request.POST else request.GET)
    beside_list = "next" in request.POST or "list" in request.GET
    if talk is None:
        messages.error(request, _("This message is in no inbox of yours."))
        return redirect("register:entry", request.practice.slug, letter.pk)
    try:
        version = form.cleaned_data["version"] if form.is_valid() else 0
        act(talk, by=request.member, now=timezone.now(), version=version)
    except handling.AlreadyHandled as faster:
        who = faster.conversation.closed_by
        if who:
            messages.error(request, _("%(who)s has closed it already.") % {"who": who})
        else:
            messages.error(request, _("Somebody has just changed it. Look again."))
    else:
        undo = ""
        if back:  # of this very closing: once somebody has been at it since, it says so
            address = reverse(back, args=[request.practice.slug, letter.pk])
            undo = f"{address}?version={talk.version}" + ("&list=1" if beside_list else "")
        messages.success(request, done, extra_tags=undo)
        if beside_list:  # the list goes on; what is open again lies beside it
            following = number(request.POST.get("next", str(letter.pk)))
            return _laid(request, talk, following)
    return redirect("register:entry", request.practice.slug, letter.pk)


def _laid(request: MemberRequest, talk: Conversation, letter: int | None) -> HttpResponse:
    """The inbox, with this letter beside the list."""
    page = redirect(_inbox(talk), request.practice.slug)
    if letter is not None:
        page["Location"] += f"?entry={letter}"
    return page


def _inbox(talk: Conversation) -> str:
    return "register:my_inbox" if talk.owner_id else "register:shared_inbox"


def _nav(letter: Entry) -> str:
    if letter.is_waiting:
        return "unresolved"
    return "my-inbox" if letter.owner_id else "shared-inbox"


def _readable(request: MemberRequest, pk: int) -> Entry:
    return get_object_or_404(Entry.objects.readable_by(request.member), pk=pk)
