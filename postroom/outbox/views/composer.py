"""Writing a letter (DESIGN 5): one form, whose every button saves the draft and does one thing."""

import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_htmx.http import HttpResponseClientRedirect, replace_url

from postroom.clients.models import Client
from postroom.connections.models import SmtpAccount
from postroom.kit.text import clean
from postroom.outbox import addressing, composing, drafting, hurdles, preparing
from postroom.outbox.compose_words import said
from postroom.outbox.draft_models import Draft
from postroom.outbox.drafting import AlreadySent, ChangedElsewhere, Hindered
from postroom.outbox.enclosures import NewFile
from postroom.outbox.forms.composer import AnswerForm, ComposerForm, LaterForm, tomorrow
from postroom.outbox.letter import NotSendable
from postroom.outbox.preparing import Prepared
from postroom.outbox.template_fields import living
from postroom.outbox.template_models import Template
from postroom.practice import audit
from postroom.practice.access import MemberRequest, member_required
from postroom.practice.rules import WRITE
from postroom.practice.words import words_of
from postroom.register.models import Attachment, Entry
from postroom.register.paging import number

METHODS = ["GET", "HEAD", "POST"]
DRAFTS = 50
_KEY = re.compile("[0-9a-f]{32}")


@dataclass(frozen=True)
class Done:
    """What a button came to: more for the page, or an answer of its own."""

    more: dict[str, Any]
    answer: HttpResponseBase | None = None
    status: int = 200


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
def whom(request: MemberRequest) -> HttpResponse:
    """The options of the combobox: `q` is typed, `for` is "to" (people) or "about" (records)."""
    words = clean(request.GET.get("q", "")).strip()[:100]
    if request.GET.get("for") == "about":
        rows = list(_records(request, words))
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
        messages.error(request, _("It is too late: the message has left."))
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
            messages.error(request, _("This message has been sent already."))
            return _go(request, reverse("outbox:drafts", args=[request.practice.slug]))
    done = DEEDS.get(deed, _nothing)(request, draft, which, now)
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


def _nothing(request: MemberRequest, draft: Draft, which: str, now: datetime) -> Done:
    return Done({})


def _add(request: MemberRequest, draft: Draft, which: str, now: datetime) -> Done:
    """Whoever was typed: an address is added, anything else looked for."""
    words = clean(request.POST.get("who", "")).strip()[:320]
    people, wrong = addressing.typed(words)
    if people and not wrong:
        for name, mailbox in people:
            drafting.add_person(draft, name, mailbox, now=now)
        return Done({})
    found = addressing.search(request.member, words)
    return Done({"found": found[: addressing.FOUND], "sought": words, "focus": "who"})


def _pick(request: MemberRequest, draft: Draft, which: str, now: datetime) -> Done:
    contact, _dash, client = which.partition("-")
    chosen = addressing.whom(request.member, number(contact) or 0, number(client) or 0)
    if chosen is None:
        raise Http404
    if not chosen.address:
        words = _("%(name)s has no email address on record.") % {"name": chosen.contact.name}
        return Done({"refused": [words]}, status=422)
    drafting.address(draft, chosen, member=request.member, now=now)
    return Done({"focus": "subject"})


def _drop(request: MemberRequest, draft: Draft, which: str, now: datetime) -> Done:
    drafting.drop_person(draft, number(which) or 0, now=now)
    return Done({"focus": "who"})


def _swap(request: MemberRequest, draft: Draft, which: str, now: datetime) -> Done:
    if draft.contact is None:
        return Done({})
    points = {point.pk: point for point in addressing.points_of(draft.contact)}
    point = points.get(number(request.POST.get("point")) or 0)
    if point:
        drafting.swap_address(draft, point.value, now=now)
    return Done({"focus": "point"})


def _seek_record(request: MemberRequest, draft: Draft, which: str, now: datetime) -> Done:
    words = clean(request.POST.get("record", "")).strip()[:100]
    found = list(_records(request, words))[: addressing.FOUND]
    return Done({"records": found, "sought_record": words, "focus": "record"})


def _about(request: MemberRequest, draft: Draft, which: str, now: datetime) -> Done:
    client = None
    if which:
        client = get_object_or_404(Client.objects.open_to(request.member), pk=number(which) or 0)
    drafting.regard(draft, client, now=now)
    return Done({"focus": "subject" if client else "record"})


def _template(request: MemberRequest, draft: Draft, which: str, now: datetime) -> Done:
    pk = number(request.POST.get("template")) or 0
    if not pk:
        return Done({})
    chosen = get_object_or_404(_templates(request), pk=pk)
    drafting.use_template(draft, chosen, member=request.member, now=now)
    return Done({"focus": "text"})


def _attach(request: MemberRequest, draft: Draft, which: str, now: datetime) -> Done:
    """Files by choosing or by dropping; what is too much is not taken."""
    files = request.FILES.getlist("file")
    held = hurdles.size(draft.enclosures.all())
    if held + sum(one.size or 0 for one in files) > composing.MOST:
        data = {"size": held + sum(one.size or 0 for one in files), "most": composing.MOST}
        return Done({"refused": [said("too-big", data, {})]}, status=422)
    new = [NewFile(one.name or "file", one.content_type or "", one.read()) for one in files]
    return _keep_files(lambda: drafting.attach(draft, new, now=now))


def _known_file(request: MemberRequest, draft: Draft, which: str, now: datetime) -> Done:
    readable = Entry.objects.readable_by(request.member)
    rows = Attachment.objects.filter(entry__in=readable).select_related("mail", "stored")
    found = get_object_or_404(rows, pk=number(which) or 0)
    if hurdles.size(draft.enclosures.all()) + found.size > composing.MOST:
        data = {"size": found.size, "most": composing.MOST}
        return Done({"refused": [said("too-big", data, {})]}, status=422)
    done = _keep_files(lambda: drafting.attach_known(draft, found, now=now))
    return Done({**done.more, "files_open": True}, status=done.status)


def _keep_files(attach: Callable[[], Draft]) -> Done:
    try:
        attach()
    except OSError:
        words = _("The file could not be kept: the disk is full, or it is gone.")
        return Done({"refused": [words]}, status=422)
    return Done({"focus": "add-file"})


def _unfile(request: MemberRequest, draft: Draft, which: str, now: datetime) -> Done:
    drafting.detach(draft, number(which) or 0, now=now)
    return Done({"focus": "add-file"})


def _preview(request: MemberRequest, draft: Draft, which: str, now: datetime) -> Done:
    body = composing.body_of(draft, composing.signature(request.member), styled=False)
    return Done({"preview": mark_safe(body)})  # noqa: S308 - escaped in kit/light.py


def _discard(request: MemberRequest, draft: Draft, which: str, now: datetime) -> Done:
    back = _back(request, draft)
    drafting.discard(draft)
    messages.success(request, _("The draft is thrown away."))
    return Done({}, _go(request, back))


def _send(request: MemberRequest, draft: Draft, which: str, now: datetime) -> Done:
    return _leave(request, draft, None, now)


def _tomorrow(request: MemberRequest, draft: Draft, which: str, now: datetime) -> Done:
    return _leave(request, draft, tomorrow(request.member, now), now)


def _later(request: MemberRequest, draft: Draft, which: str, now: datetime) -> Done:
    form = LaterForm(request.POST)
    if not form.is_valid():
        return Done({"later": form, "refused": [_("Choose a day and time.")]}, status=422)
    return _leave(request, draft, form.cleaned_data["later"], now)


def _leave(
    request: MemberRequest, draft: Draft, not_before: datetime | None, now: datetime
) -> Done:
    """Send, or show what is in the way; the button pressed stays the one to press."""
    nouns = words_of(request.practice).within()
    asked = {"how": request.POST.get("do", "send"), "later": LaterForm(request.POST)}
    answer = AnswerForm(request.POST).answer()
    try:
        drafting.send(draft, member=request.member, answer=answer, not_before=not_before, now=now)
    except Hindered as found:
        stops = [one for one in found.hurdles if one.kind == hurdles.STOP]
        words = [said(one.code, one.data, nouns) for one in (stops or found.hurdles)]
        if stops:
            return Done({"refused": words, **asked}, status=422)
        asked |= {
            "asks": words,
            "question": hurdles.question(found.hurdles),
            "wants_reason": any(one.kind == hurdles.REASON for one in found.hurdles),
            "reason": answer.reason,
            "without_reason": bool(answer.question) and not answer.reason,
        }
        return Done(asked, status=422)
    except NotSendable as why:
        return Done({"refused": [said(why.code, why.data, nouns)], **asked}, status=422)
    except AlreadySent:
        messages.error(request, _("This message has been sent already."))
        return Done({}, _go(request, reverse("outbox:drafts", args=[request.practice.slug])))
    except OSError:
        words = [_("A file of this message cannot be read or kept. Nothing was sent.")]
        return Done({"refused": words, **asked}, status=422)
    _tell(request, draft, not_before)
    return Done({}, _go(request, _back(request, draft)))


DEEDS: dict[str, Callable[[MemberRequest, Draft, str, datetime], Done]] = {
    "add": _add,
    "pick": _pick,
    "drop": _drop,
    "swap": _swap,
    "record": _seek_record,
    "about": _about,
    "template": _template,
    "attach": _attach,
    "file": _known_file,
    "unfile": _unfile,
    "preview": _preview,
    "discard": _discard,
    "send": _send,
    "tomorrow": _tomorrow,
    "later": _later,
}


# --- the page --------------------------------------------------------------------------------


def _page(request: MemberRequest, draft: Draft, *, status: int = 200, **more: Any) -> HttpResponse:
    return render(request, "outbox/compose.html", _context(request, draft, **more), status=status)


def _context(request: MemberRequest, draft: Draft, **more: Any) -> dict[str, Any]:
    member = request.member
    _settle_client(request, draft)
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
        "has_team": any(one.owner_id is None for one in accounts),
        "points": addressing.points_of(draft.contact) if draft.contact else (),
        "living": living(draft.client) if draft.client else [],
        "templates": _templates(request).order_by("name"),
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


def _templates(request: MemberRequest) -> Any:
    rows = Template.objects.in_use().filter(practice=request.practice, channel=Template.EMAIL)
    return rows.filter(purpose__in=[Template.MESSAGE, Template.APPOINTMENT, Template.DUE])


def _records(request: MemberRequest, words: str) -> Any:
    rows = Client.objects.open_to(request.member)
    found = rows.search(words).order_by("name", "pk") if words else rows.none()
    return found.prefetch_related("patients")[: addressing.FOUND + 1]


def _settle_client(request: MemberRequest, draft: Draft) -> None:
    """The record a draft is about may have been merged, or closed to this member, since."""
    if draft.client_id is None:
        return
    kept = (draft.client.merged_into_id if draft.client else None) or draft.client_id
    client = Client.objects.open_to(request.member).filter(pk=kept).first()
    if draft.pk and (client is None or client.pk != draft.client_id):
        drafting.regard(draft, client, now=timezone.now())
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


def _tell(request: MemberRequest, draft: Draft, not_before: datetime | None) -> None:
    back = reverse("outbox:undo", args=[request.practice.slug, draft.pk])
    if not_before:
        when = date_format(timezone.localtime(not_before), "SHORT_DATETIME_FORMAT")
        words = _("Leaves on %(when)s.") % {"when": when}
    else:
        words = _("Your message leaves in 10 seconds.")
    messages.success(request, words, extra_tags=back)


def _back(request: MemberRequest, draft: Draft) -> str:
    """Where somebody came from: the letter, the record, else the first page."""
    slug = request.practice.slug
    if draft.origin_id:
        return reverse("register:entry", args=[slug, draft.origin_id])
    if draft.client_id:
        return reverse("register:client", args=[slug, draft.client_id])
    return reverse("web:home", args=[slug])


def _go(request: MemberRequest, url: str) -> HttpResponseBase:
    # A redirect would be followed by htmx and that page laid into this one.
    return HttpResponseClientRedirect(url) if request.htmx else redirect(url)  # type: ignore[attr-defined]
