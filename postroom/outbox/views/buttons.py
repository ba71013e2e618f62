"""What the buttons of the composer do: each is in DEEDS, and is given what its value says after
the colon."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django_htmx.http import HttpResponseClientRedirect

from postroom.clients.models import Client
from postroom.kit.text import clean
from postroom.outbox import addressing, composing, drafting, hurdles
from postroom.outbox.compose_words import said
from postroom.outbox.draft_models import Draft
from postroom.outbox.drafting import AlreadySent, Hindered
from postroom.outbox.enclosures import NewFile
from postroom.outbox.forms.composer import AnswerForm, LaterForm, tomorrow
from postroom.outbox.letter import NotSendable
from postroom.outbox.models import Message, SendingHold
from postroom.outbox.template_models import Template
from postroom.practice.access import MemberRequest
from postroom.practice.words import words_of
from postroom.register.models import Attachment, Entry
from postroom.register.paging import number


@dataclass(frozen=True)
class Done:
    """What a button came to: more for the page, or an answer of its own."""

    more: dict[str, Any]
    answer: HttpResponseBase | None = None
    status: int = 200


def nothing(request: MemberRequest, draft: Draft, which: str, now: datetime) -> Done:
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
    drafting.drop_person(draft, number(which) or 0, member=request.member, now=now)
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
    found = list(records(request, words))[: addressing.FOUND]
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
    chosen = get_object_or_404(templates_of(request), pk=pk)
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
    return Done({}, go(request, back))


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
    if unchosen := _unchosen(request, draft, now):
        return unchosen
    nouns = words_of(request.practice).within()
    typed = LaterForm(initial={"later": request.POST.get("later", "")})
    asked = {"how": request.POST.get("do", "send"), "later": typed}
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
        draft.refresh_from_db()
        return Done({}, told_again(request, draft))
    except OSError:
        words = [_("A file of this message cannot be read or kept. Nothing was sent.")]
        return Done({"refused": words, **asked}, status=422)
    _tell(request, draft, not_before)
    return Done({}, go(request, _back(request, draft)))


def _unchosen(request: MemberRequest, draft: Draft, now: datetime) -> Done | None:
    """What was typed and not chosen must not be passed over: without it, the letter would miss
    somebody or be on no record. Addresses are added; of a name it is asked whom it means."""
    for field, look in (("who", _add), ("record", _seek_record)):
        words = clean(request.POST.get(field, "")).strip()
        done = look(request, draft, "", now) if words else Done({})
        if done.more:
            said = _("Choose whom you mean by “%(words)s”, or empty the field.")
            return Done({**done.more, "refused": [said % {"words": words}]}, status=422)
    return None


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


LEAVING = ("send", "tomorrow", "later")


def told_again(request: MemberRequest, draft: Draft) -> HttpResponseBase:
    """What is said of a letter that was sent, once more: with the way back while there is one."""
    letter = draft.message
    if letter and letter.state == Message.QUEUED:
        moment = letter.not_before
        soon = moment <= timezone.now() + timedelta(seconds=request.member.undo_seconds)
        _tell(request, draft, None if soon else moment)
    else:
        messages.success(request, _("This message has been sent already."))
    return go(request, _back(request, draft))


def templates_of(request: MemberRequest) -> Any:
    rows = Template.objects.in_use().filter(practice=request.practice, channel=Template.EMAIL)
    return rows.filter(purpose__in=[Template.MESSAGE, Template.APPOINTMENT, Template.DUE])


def records(request: MemberRequest, words: str) -> Any:
    rows = Client.objects.open_to(request.member)
    found = rows.search(words).order_by("name", "pk") if words else rows.none()
    return found.prefetch_related("patients")[: addressing.FOUND + 1]


def go(request: MemberRequest, url: str) -> HttpResponseBase:
    # A redirect would be followed by htmx and that page laid into this one.
    return HttpResponseClientRedirect(url) if request.htmx else redirect(url)  # type: ignore[attr-defined]


def _tell(request: MemberRequest, draft: Draft, not_before: datetime | None) -> None:
    back = reverse("outbox:undo", args=[request.practice.slug, draft.pk])
    seconds = request.member.undo_seconds
    if SendingHold.objects.on_mail().filter(practice=request.practice).exists():
        words = _("Sending is paused: your message waits in the Outbox until it goes on.")
    elif not_before:
        when = date_format(timezone.localtime(not_before), "SHORT_DATETIME_FORMAT")
        words = _("Leaves on %(when)s.") % {"when": when}
    elif seconds:
        words = ngettext(
            "Your message leaves in %(n)d second.", "Your message leaves in %(n)d seconds.", seconds
        ) % {"n": seconds}
    else:
        words, back = _("Your message is on its way."), ""
    messages.success(request, words, extra_tags=back)


def _back(request: MemberRequest, draft: Draft) -> str:
    """Where somebody came from: the letter, the record, else the first page."""
    slug = request.practice.slug
    if draft.origin_id:
        return reverse("register:entry", args=[slug, draft.origin_id])
    if draft.client_id:
        return reverse("register:client", args=[slug, draft.client_id])
    return reverse("web:home", args=[slug])
