"""Writing a letter (DESIGN 5): one form, whose every button saves the draft and does one thing."""

import re
import secrets
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_htmx.http import replace_url

from postroom.clients.models import Client
from postroom.connections import standing
from postroom.connections.models import SmtpAccount
from postroom.kit.text import clean
from postroom.outbox import addressing, composing, drafting, preparing
from postroom.outbox.draft_models import Draft
from postroom.outbox.drafting import AlreadySent, ChangedElsewhere
from postroom.outbox.forms.composer import ComposerForm, LaterForm, tomorrow
from postroom.outbox.models import Message, SendingHold
from postroom.outbox.preparing import Prepared
from postroom.outbox.template_fields import living
from postroom.outbox.views.buttons import (
    DEEDS,
    LEAVING,
    Done,
    nothing,
    records,
    templates_of,
    told_again,
)
from postroom.practice import audit
from postroom.practice.access import MemberRequest, member_required
from postroom.practice.rules import WRITE
from postroom.register.models import Entry
from postroom.register.paging import number
from postroom.register.views.files import UNKNOWN, download

METHODS = ["GET", "HEAD", "POST"]
DRAFTS = 50
_KEY = re.compile("[0-9a-f]{32}")


@member_required(WRITE)
@require_http_methods(METHODS)
def compose(request: MemberRequest) -> HttpResponseBase:
    """A new letter: `client`, or `entry` and `as` (reply, all, forward), say what it begins with.
    Nothing is kept before the first letter is typed or a button pressed."""
    prepared = _prepared(request)
    if request.method != "POST":
        return _page(request, prepared.draft, files=prepared.files)
    try:
        draft = drafting.begin(prepared, now=timezone.now())
    except OSError:
        messages.error(request, _("The files of that message are not to be found any more."))
        return redirect("outbox:compose", request.practice.slug)
    return _act(request, draft)


@member_required(WRITE)
@require_http_methods(METHODS)
def draft(request: MemberRequest, draft: int) -> HttpResponseBase:
    """A draft of one's own."""
    found = get_object_or_404(Draft.objects.of(request.member), pk=draft)
    if request.method == "POST":
        return _act(request, found)
    if found.sent_at:
        return redirect("outbox:drafts", request.practice.slug)
    return _page(request, found)


@member_required(WRITE)
@require_safe
def drafts(request: MemberRequest) -> HttpResponse:
    """What one began and did not send, on whatever device."""
    rows = Draft.objects.of(request.member).listed().select_related("client")
    context = {"nav": "drafts", "appcls": "tall", "drafts": rows[:DRAFTS]}
    return render(request, "outbox/drafts.html", context)


@member_required(WRITE)
@require_safe
def enclosure(request: MemberRequest, draft: int, enclosure: int) -> HttpResponse:
    """A file of one's draft, to look at what one is about to send: never opened by the browser."""
    found = get_object_or_404(Draft.objects.of(request.member), pk=draft)
    file = get_object_or_404(found.enclosures.all(), pk=enclosure)
    try:
        content = file.read()
    except OSError as error:
        raise Http404 from error
    return download(HttpResponse(content, content_type=UNKNOWN), file.name)


@member_required(WRITE)
@require_safe
def whom(request: MemberRequest) -> HttpResponse:
    """The options of the combobox: `q` is typed, `for` is "to" (people) or "about" (records)."""
    words = clean(request.GET.get("q", "")).strip()[:100]
    if request.GET.get("for") == "about":
        rows = list(records(request, words))
    else:
        rows = list(addressing.search(request.member, words))
    context = {
        "options": rows[: addressing.FOUND],
        "records": request.GET.get("for") == "about",
        "more": len(rows) > addressing.FOUND,
        "words": words,
    }
    return render(request, "outbox/_whom.html", context)


@member_required(WRITE)
@require_POST
def undo(request: MemberRequest, draft: int) -> HttpResponse:
    """Stop the letter that was just sent of this draft, and go on writing it."""
    found = get_object_or_404(Draft.objects.of(request.member), pk=draft)
    try:
        drafting.take_back(found, member=request.member, now=timezone.now())
    except AlreadySent:
        found.refresh_from_db()
        by_a_colleague = found.message and found.message.state == Message.CANCELLED
        said = _("It is too late: the message has left.")
        if by_a_colleague:
            said = _("A colleague has taken it back meanwhile and goes on writing it.")
        messages.error(request, said)
        return redirect("outbox:drafts", request.practice.slug)
    messages.success(request, _("Not sent. You can go on writing."))
    return redirect("outbox:draft", request.practice.slug, found.pk)


# --- what the buttons do ---------------------------------------------------------------------


def _act(request: MemberRequest, draft: Draft) -> HttpResponseBase:
    """Save what the form holds, then do what its button says."""
    deed, _colon, which = request.POST.get("do", "save").partition(":")
    now = timezone.now()
    if "text" in request.POST:
        form = _form(request, draft, request.POST)
        seen = which if deed == "mine" else request.POST.get("version", "")
        try:
            drafting.save(draft, form.facts(), version=number(seen) or 0, now=now)
        except ChangedElsewhere as changed:
            return _clash(request, changed.draft, form)
        except AlreadySent:
            return _sent_already(request, draft, form, deed)
    _settle(request, draft)
    done = DEEDS.get(deed, nothing)(request, draft, which, now)
    return done.answer or _after(request, draft, done)


def _after(request: MemberRequest, draft: Draft, done: Done) -> HttpResponseBase:
    url = reverse("outbox:draft", args=[request.practice.slug, draft.pk])
    if request.headers.get("Postroom-Save"):  # compose.js, while somebody types
        answer = render(request, "outbox/_saved.html", {"draft": draft, "url": url})
    elif request.htmx:  # type: ignore[attr-defined]
        context = _context(request, draft, **done.more)
        answer = render(request, "outbox/_composer.html", context, status=done.status)
    elif done.more:
        return _page(request, draft, status=done.status, **done.more)
    else:
        return redirect(url)
    return replace_url(answer, url)


# --- the page --------------------------------------------------------------------------------


def _page(request: MemberRequest, draft: Draft, *, status: int = 200, **more: Any) -> HttpResponse:
    return render(request, "outbox/compose.html", _context(request, draft, **more), status=status)


def _context(request: MemberRequest, draft: Draft, **more: Any) -> dict[str, Any]:
    member = request.member
    _settle(request, draft)
    if draft.origin and draft.quote:
        audit.read_part(request, "entry", draft.origin.pk)
    accounts = _accounts(request)
    files = list(draft.enclosures.all()) if draft.pk else more.get("files", [])
    url = (
        reverse("outbox:draft", args=[request.practice.slug, draft.pk])
        if draft.pk
        else reverse("outbox:compose", args=[request.practice.slug])
    )
    return {
        "nav": "compose",
        "appcls": "tall",
        "draft": draft,
        "url": url,
        "form": _form(request, draft),
        "accounts": accounts,
        "warnings": [words for one in accounts if (words := standing.warning(one))],
        "paused": SendingHold.objects.on_mail().filter(practice=member.practice_id).exists(),
        "has_team": any(one.owner_id is None for one in accounts),
        "own_answers": composing.own_answers(member),
        "points": addressing.points_of(draft.contact) if draft.contact else (),
        "client_notes": draft.client.notes.all() if draft.client else (),
        "living": living(draft.client) if draft.client else [],
        "templates": templates_of(request).order_by("name"),
        "signature": composing.signature(member),
        "quoted": composing.quote_of(draft) if draft.origin else None,
        "files": files,
        "size": sum(one.size for one in files),
        "most": composing.MOST,
        "known_files": preparing.files_of(member, draft.client),
        "tomorrow": date_format(
            timezone.localtime(tomorrow(member, timezone.now())), "SHORT_DATETIME_FORMAT"
        ),
        "later": LaterForm(),
        "focus": "" if draft.to or draft.pk else "who",
        **more,
    }


def _form(request: MemberRequest, draft: Draft, data: Any = None) -> ComposerForm:
    patients = [one.pk for one in draft.client.patients.all()] if draft.client else []
    return ComposerForm(draft, _accounts(request), data, patients)


def _accounts(request: MemberRequest) -> list[SmtpAccount]:
    return list(SmtpAccount.objects.usable_by(request.member))


def _settle(request: MemberRequest, draft: Draft) -> None:
    """What a draft is about may have been merged, or closed to this member, since: the record, and
    the letter it would quote."""
    readable = Entry.objects.readable_by(request.member)
    if draft.origin_id and not readable.filter(pk=draft.origin_id).exists():
        draft.origin = None  # for now: it may be opened to them again
    if draft.client_id is None:
        return
    kept = (draft.client.merged_into_id if draft.client else None) or draft.client_id
    client = Client.objects.open_to(request.member).filter(pk=kept).first()
    if draft.pk and (client is None or client.pk != draft.client_id):
        drafting.regard(draft, client, now=timezone.now(), named=draft.client_named)
    draft.client = client


def _prepared(request: MemberRequest) -> Prepared:
    """From the address, or from the form of a letter that is not saved yet."""
    asked = request.POST if request.method == "POST" else request.GET
    key = asked.get("key", "")
    key = key if _KEY.fullmatch(key) else secrets.token_hex(16)
    now = timezone.now()
    if asked.get("entry"):
        readable = Entry.objects.readable_by(request.member)
        entry = get_object_or_404(readable, pk=number(asked.get("entry")) or 0)
        way = asked.get("as", "")
        way = way if way in (Draft.REPLY_ALL, Draft.FORWARD) else Draft.REPLY
        try:
            return preparing.in_answer(request.member, entry, way, key, now)
        except ValueError as unsendable:
            raise Http404 from unsendable
    client = None
    if asked.get("client"):
        rows = Client.objects.open_to(request.member)
        client = get_object_or_404(rows, pk=number(asked.get("client")) or 0)
    return preparing.to_client(request.member, client, key, now)


def _sent_already(
    request: MemberRequest, draft: Draft, form: ComposerForm, deed: str
) -> HttpResponseBase:
    """A second click is answered as the first one was. What somebody wrote since, in a window that
    did not know, stays to be copied."""
    facts = form.facts()
    if deed in LEAVING and (facts["subject"], facts["text"]) == (draft.subject, draft.text):
        return told_again(request, draft)
    if request.headers.get("Postroom-Save"):
        context = {"draft": draft, "sent": True}
        return render(request, "outbox/_saved.html", context, status=409)
    context = _context(request, draft, form=form, sent=True)
    name = "outbox/_composer.html" if request.htmx else "outbox/compose.html"  # type: ignore[attr-defined]
    return render(request, name, context, status=409)


def _clash(request: MemberRequest, draft: Draft, form: ComposerForm) -> HttpResponse:
    """Saved elsewhere since: what was typed here stays, and a person says which is the one."""
    url = reverse("outbox:draft", args=[request.practice.slug, draft.pk])
    if request.headers.get("Postroom-Save"):
        context = {"draft": draft, "url": url, "clash": True, "seen": request.POST.get("version")}
        return render(request, "outbox/_saved.html", context, status=409)
    more = {"clash": True, "form": form, "seen": request.POST.get("version")}
    context = _context(request, draft, **more)
    name = "outbox/_composer.html" if request.htmx else "outbox/compose.html"  # type: ignore[attr-defined]
    return render(request, name, context, status=409)
