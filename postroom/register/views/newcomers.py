"""A new client, or a new correspondent, from the letter on the desk (XP-22)."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from postroom.clients.editing import ReferenceTaken
from postroom.practice import audit
from postroom.practice.access import MemberRequest, member_required
from postroom.practice.rules import RESOLVE, WRITE
from postroom.practice.words import words_of
from postroom.register import actions, newcomers, words
from postroom.register.forms import NewClientForm, NewcomerForm, NewCorrespondentForm
from postroom.register.letters import letter as read
from postroom.register.models import Entry
from postroom.register.reading import Look, reading
from postroom.register.suggestions import holders
from postroom.register.waiting import following, waiting

METHODS = ["GET", "HEAD", "POST"]


@member_required(RESOLVE)
@require_http_methods(METHODS)
def new_client(request: MemberRequest, entry: int) -> HttpResponse:
    """Who they are, filled in from the letter; then the letter is on their record."""
    letter = _letter(request, entry)
    if not letter.may_be_filed:
        return redirect("register:entry", request.practice.slug, letter.pk)
    form = _form(request, letter, NewClientForm)
    if request.method == "POST" and form.is_valid() and not (same := _alike(request, form)):
        fields = form.cleaned_data
        try:
            made = newcomers.add_client(
                letter,
                fields,
                form.points,
                by=request.member,
                now=timezone.now(),
                version=fields["version"],
            )
        except ReferenceTaken:
            form.add_error("ref", _("This number belongs to somebody else already."))
        except actions.AlreadyFiled as faster:
            return _told(request, faster.entry)
        else:
            said = _("%(name)s is on the list, and the message on the record.")
            return _next(request, letter, said % {"name": made.name})
    else:
        same = _alike(request, form) if form.is_bound and form.is_valid() else []
    return _page(request, letter, form, same=same, kind="client")


@member_required(RESOLVE)
@require_http_methods(METHODS)
def new_correspondent(request: MemberRequest, entry: int) -> HttpResponse:
    """A laboratory, an insurer: the letter goes on waiting, about whom?, or is about nobody."""
    letter = _letter(request, entry)
    if not letter.is_waiting:
        return redirect("register:entry", request.practice.slug, letter.pk)
    form = _form(request, letter, NewCorrespondentForm)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            made = newcomers.add_correspondent(
                letter,
                {name: data[name] for name in ("name", "organisation", "calling")},
                form.points,
                by=request.member,
                now=timezone.now(),
                version=data["version"],
                set_aside=data["set_aside"],
            )
        except actions.AlreadyFiled as faster:
            return _told(request, faster.entry)
        said = _("%(name)s is on the list of correspondents.") % {"name": made.name}
        if data["set_aside"]:
            return _next(request, letter, said)
        messages.success(request, said)
        return redirect(_desk(request, letter.pk))
    return _page(request, letter, form, same=[], kind="correspondent")


def _letter(request: MemberRequest, pk: int) -> Entry:
    letter = get_object_or_404(
        Entry.objects.readable_by(request.member).select_related("filed_by"), pk=pk
    )
    if not request.member.may(WRITE):
        raise PermissionDenied(_("Only who may write on records can add somebody."))
    return letter


def _form(request: MemberRequest, letter: Entry, kind: type[NewcomerForm]) -> Any:
    if request.method == "POST":
        return kind(request.practice, request.POST)
    audit.read_part(request, "entry", letter.pk)
    said = newcomers.said(request.member, letter, read(letter))
    held = {"name": said.name, "email": said.email, "phone": said.phone, "version": letter.version}
    if kind is NewCorrespondentForm:  # a laboratory's address is its own, however general
        held["email"] = letter.sender_norm
    form = kind(request.practice, held=held)
    form.fields["name"].widget.attrs["autofocus"] = True
    if said.why_not and not held["email"]:
        names = [*holders(request.member, letter).values()]
        why = words.unremembered(said.why_not, names, words_of(request.practice).within())
        form.fields["email"].help_text = f"{letter.sender_norm}: {why}"
    return form


def _alike(request: MemberRequest, form: NewClientForm) -> list[Any]:
    """Who may be this person already, unless one has looked at them and goes on."""
    if "sure" in request.POST:
        return []
    return newcomers.alike(request.member, form.cleaned_data["name"], form.points)


def _page(
    request: MemberRequest, letter: Entry, form: NewcomerForm, *, same: list[Any], kind: str
) -> HttpResponse:
    look = Look.asked(request.GET)
    context = {
        "nav": "unresolved" if letter.is_waiting else "my-inbox",
        "appcls": "tall",
        "entry": letter,
        "form": form,
        "kind": kind,
        "same": same,
        "wrong": form.is_bound and bool(form.errors),
        "fields": [field for field in form if not field.is_hidden],
        "reading": reading(request.practice, letter, look),
        "other_view": "?" if look.as_text else "?view=text",
        "back": _desk(request, letter.pk)
        if letter.is_waiting
        else reverse("register:file", args=[request.practice.slug, letter.pk]),
    }
    return render(request, "register/newcomer.html", context, status=422 if form.is_bound else 200)


def _next(request: MemberRequest, letter: Entry, said: str) -> HttpResponse:
    """On with the next letter; the filing can be taken back, whoever is new stays."""
    undo = reverse("register:undo", args=[request.practice.slug, letter.pk])
    messages.success(request, said, extra_tags=undo)
    if letter.owner_id or letter.conversation_id:
        return redirect("register:entry", request.practice.slug, letter.pk)
    after = following(waiting(request.member), letter)
    address = reverse("register:unresolved", args=[request.practice.slug])
    return redirect(f"{address}?entry={after}" if after is not None else address)


def _told(request: MemberRequest, letter: Entry) -> HttpResponse:
    """Somebody was faster: nobody was added."""
    told = words.done(letter, request.member) or _("This message was changed meanwhile.")
    nobody = _("Nobody was added.")
    messages.error(request, f"{told} {nobody}")
    return redirect("register:entry", request.practice.slug, letter.pk)


def _desk(request: MemberRequest, pk: int) -> str:
    return f"{reverse('register:unresolved', args=[request.practice.slug])}?entry={pk}"
