"""Writing down by hand: a call, a meeting, a letter, a note; changing and removing it."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from postroom.clients import contacting
from postroom.clients.models import Client, ClientNote, Patient
from postroom.practice import audit
from postroom.practice.access import MemberRequest, member_required
from postroom.practice.models import Member
from postroom.practice.rules import UNASSIGN, WRITE
from postroom.register import note_drafts, noting, words
from postroom.register.file_lines import file_lines
from postroom.register.kinds import BY_HAND, look, telling
from postroom.register.models import Entry, NoteDraft, RemovedEntry
from postroom.register.note_forms import NoteForm, held_of
from postroom.register.paging import number
from postroom.register.versions import versions

METHODS = ["GET", "HEAD", "POST"]
OPTIONS = 8
STEPS = ("find", "add", "drop")  # a search for whom it is about, which saves nothing


@member_required(WRITE)
@require_http_methods(METHODS)
def new(request: MemberRequest, what: str) -> HttpResponse:
    """A new note of this kind; `?client=` is whom it is about."""
    if what not in BY_HAND:
        raise Http404
    now, member = timezone.now(), request.member
    begun = number(request.GET.get("client"))
    place = note_drafts.place_of(what, begun)
    if request.method != "POST":
        draft = note_drafts.kept(member, place)
        typed: dict[str, Any] = draft.typed if draft else {"clients": [begun] if begun else []}
        return _page(request, what, _shown_again(member, what, typed), typed, draft=draft)
    if _is_search(request):
        return _whom(request, what)
    typed = note_drafts.typed_in(request.POST)
    clients = _chosen(member, typed)
    form = NoteForm(member, what, request.POST, request.FILES, now=now, clients=clients)
    if not form.is_valid():
        note_drafts.keep(member, place, typed, now=now)
        return _page(request, what, form, typed, status=422)
    try:
        entry = _save(form, now=now)
    except OSError:
        form.add_error("attached", _disk())
        note_drafts.keep(member, place, typed, now=now)
        return _page(request, what, form, typed, status=422)
    note_drafts.drop(member, place)
    said = _("Noted on the record of %(names)s.")
    messages.success(request, said % {"names": ", ".join(client.name for client in clients)})
    if begun:
        return redirect("register:client", request.practice.slug, begun)
    return redirect("register:entry", request.practice.slug, entry.pk)


@member_required(WRITE)
@require_http_methods(METHODS)
def edit(request: MemberRequest, entry: int) -> HttpResponse:
    """Change a note; what stood there before is kept."""
    found = _readable(request, entry)
    if not found.is_noted:
        messages.error(request, _("This did not come by hand: it stays as it came."))
        return _to(request, found)
    member, now = request.member, timezone.now()
    place = note_drafts.place_of(found.kind, None, found.pk)
    if request.method != "POST":
        typed = {**held_of(found), **_placed(found)}
        draft = note_drafts.kept(member, place)
        if draft:
            typed |= draft.typed
        form = _shown_again(member, found.kind, typed, found)
        return _page(request, found.kind, form, typed, entry=found, draft=draft)
    if _is_search(request):
        return _whom(request, found.kind, found)
    typed = note_drafts.typed_in(request.POST)
    form = NoteForm(
        member,
        found.kind,
        request.POST,
        request.FILES,
        now=now,
        clients=_chosen(member, typed),
        held=held_of(found),
    )
    status, version = 422, None
    if form.is_valid():
        try:
            _save(form, now=now, entry=found)
        except noting.ChangedMeanwhile:
            status, version = 409, _clash(form, found)
        except OSError:
            form.add_error("attached", _disk())
        else:
            note_drafts.drop(member, place)
            messages.success(request, _("Saved."))
            return _to(request, found)
    note_drafts.keep(member, place, typed, now=now)
    return _page(request, found.kind, form, typed, entry=found, status=status, version=version)


@member_required(WRITE)
@require_POST
def keep_draft(request: MemberRequest, what: str) -> HttpResponse:
    """What was typed so far, a second after the last letter."""
    if what not in BY_HAND:
        raise Http404
    now = timezone.now()
    begun, entry = number(request.GET.get("client")), number(request.GET.get("entry"))
    if entry:
        _readable(request, entry)
    place = note_drafts.place_of(what, begun, entry)
    note_drafts.keep(request.member, place, note_drafts.typed_in(request.POST), now=now)
    return HttpResponse(status=204)


@member_required(WRITE)
@require_POST
def drop_draft(request: MemberRequest, what: str) -> HttpResponse:
    """Forget what was typed."""
    if what not in BY_HAND:
        raise Http404
    begun, entry = number(request.GET.get("client")), number(request.GET.get("entry"))
    note_drafts.drop(request.member, note_drafts.place_of(what, begun, entry))
    if entry:
        return redirect("register:edit_note", request.practice.slug, _readable(request, entry).pk)
    address = redirect("register:new_note", request.practice.slug, what)
    address["Location"] += f"?client={begun}" if begun else ""
    return address


@member_required(WRITE)
@require_POST
def remove(request: MemberRequest, entry: int) -> HttpResponse:
    """Take a note off every page; the toast brings it back."""
    found = _readable(request, entry)
    if not found.is_noted:
        messages.error(
            request, _("This did not come by hand: it is taken off a record, not removed.")
        )
        return _to(request, found)
    if not may_remove(request.member, found):
        raise PermissionDenied(_("Only who wrote this, or an administrator, can remove it."))
    clients = list(found.placements.values_list("client", flat=True)[:1])
    version = number(request.POST.get("version"))
    try:
        removed = noting.remove(
            found, by=request.member, now=timezone.now(), version=version or found.version
        )
    except noting.ChangedMeanwhile:
        messages.error(request, _("Somebody has just changed this. Look at it again."))
        return _to(request, found)
    except noting.Held:
        messages.error(request, _("It is under legal hold. Nothing was erased."))
        return _to(request, found)
    back = reverse("register:bring_back", args=[request.practice.slug]) + f"?n={removed.pk}"
    messages.success(request, _("Removed."), extra_tags=back)
    if "register" in request.POST or not clients:
        return redirect("register:register", request.practice.slug)
    return redirect("register:client", request.practice.slug, clients[0])


@member_required(WRITE)
@require_POST
def bring_back(request: MemberRequest) -> HttpResponse:
    """Undo a removal of one's own."""
    mine = RemovedEntry.objects.filter(practice=request.practice, by=request.member)
    removed = mine.filter(pk=number(request.GET.get("n")) or 0).first()
    now = timezone.now()
    entry = noting.bring_back(removed, by=request.member, now=now) if removed else None
    if entry is None:
        messages.error(request, _("It is too late to bring it back."))
        return redirect("register:register", request.practice.slug)
    messages.success(request, _("It is back."))
    return _to(request, entry)


def shown(request: MemberRequest, entry: Entry) -> HttpResponse:
    """The page of a note."""
    member = request.member
    clients = Client.objects.open_to(member).filter(placements__entry=entry)
    icon, tone = look(entry)
    context = {
        "nav": "register",
        "appcls": "tall",
        "entry": entry,
        "icon": icon,
        "tone": tone,
        "telling": telling(entry),
        "clients": clients.prefetch_related("patients"),
        "patients": Patient.objects.filter(about__entry=entry),
        "files": file_lines(entry.attachments.all()),
        "versions": versions(entry),
        "why": words.why(entry),
        "may_edit": member.may(WRITE),
        "may_remove": may_remove(member, entry),
    }
    return render(request, "register/noted.html", context)


def may_remove(member: Member, entry: Entry) -> bool:
    """One's own, and anybody's with the right to it (SPEC 7.3)."""
    mine = entry.author_id == member.pk and member.may(WRITE)
    return entry.is_noted and (mine or member.may(UNASSIGN))


def _save(form: NoteForm, *, now: Any, entry: Entry | None = None) -> Entry:
    """Save what the form says, and whom it adds to the contacts. Raises OSError,
    ChangedMeanwhile; nothing is changed then."""
    data, by = form.cleaned_data, form.member
    with transaction.atomic():
        if data["add_contact"] and data["who"]:
            clients = list(data["clients"])
            if noting.known_contact(by.practice, clients, data["who"]) is None:
                fields = {"name": data["who"], "role": data["role"]}
                contacting.add_contact(clients[0], fields, by=by, now=now)
        said, files = form.said(), data["attached"]
        if entry is None:
            return noting.note(by.practice, said, files, by=by, now=now)
        version = data["version"] or 0
        return noting.change(entry, said, files, by=by, now=now, version=version)


def _is_search(request: MemberRequest) -> bool:
    """Whom it is about is being looked for; also by Enter in the field of that search."""
    step = request.POST.get("step", "").partition(":")[0]
    nobody_yet = request.POST.get("find", "").strip() and "clients" not in request.POST
    return step in STEPS or bool(nobody_yet)


def _whom(request: MemberRequest, what: str, entry: Entry | None = None) -> HttpResponse:
    """The part of the form that says whom it is about, after a search; without script, the whole
    page with all that was typed."""
    typed = note_drafts.typed_in(request.POST)
    step, _colon, pk = request.POST.get("step", "find").partition(":")
    ids = [one for one in typed["clients"] if number(one)]
    if step == "add" and number(pk):
        ids.append(pk)
    if step == "drop":
        ids = [one for one in ids if one != pk]
    typed["clients"] = ids
    find = request.POST.get("find", "").strip()[:100] if step == "find" else ""
    options: list[Client] = []
    if find:
        mine = Client.objects.open_to(request.member).exclude(pk__in=[int(one) for one in ids])
        options = list(mine.search(find).order_by("name", "pk")[:OPTIONS])
    form = _shown_again(request.member, what, typed, entry)
    more: dict[str, Any] = {"find": find, "options": options}
    if request.htmx:  # type: ignore[attr-defined]
        context = {"form": form, **_about(request.member, typed), **more}
        return render(request, "register/_whom.html", context)
    version = number(request.POST.get("version"))
    return _page(request, what, form, typed, entry=entry, version=version, **more)


def _page(
    request: MemberRequest,
    what: str,
    form: NoteForm,
    typed: dict[str, Any],
    *,
    entry: Entry | None = None,
    draft: NoteDraft | None = None,
    status: int = 200,
    version: int | None = None,
    **more: Any,
) -> HttpResponse:
    slug, kind = request.practice.slug, BY_HAND[what]
    begun = number(request.GET.get("client"))
    keep = reverse("register:keep_note_draft", args=[slug, what])
    drop = reverse("register:drop_note_draft", args=[slug, what])
    asked = f"?entry={entry.pk}" if entry else f"?client={begun}" if begun else ""
    back = reverse("register:register", args=[slug])
    if begun:
        back = reverse("register:client", args=[slug, begun])
    if entry:
        back = reverse("register:entry", args=[slug, entry.pk])
    context = {
        "nav": "register",
        "appcls": "tall",
        "form": form,
        "kind": kind,
        "entry": entry,
        "version": version or (entry.version if entry else 0),
        "draft": draft,
        "keep": keep + asked,
        "drop": drop + asked,
        "back": back,
        **_about(request.member, typed),
        **more,
    }
    if entry:
        audit.read_part(request, "entry", entry.pk)
    return render(request, "register/note.html", context, status=status)


def _about(member: Member, typed: dict[str, Any]) -> dict[str, Any]:
    """Whom it is about, whom of theirs, which names they go by, and what to know about them."""
    clients = _chosen(member, typed)
    ticked = {str(one) for one in typed.get("patients", ())}
    patients = Patient.objects.filter(
        practice=member.practice_id, client__in=clients, archived=False
    )
    return {
        "clients": clients,
        "patients": [(one, str(one.pk) in ticked) for one in patients],
        "names": noting.names_of(member.practice, clients),
        "client_notes": list(
            ClientNote.objects.filter(client__in=clients).select_related("client")
        ),
    }


def _chosen(member: Member, typed: dict[str, Any]) -> list[Client]:
    """The clients a form names, of those the member may open, in its order."""
    ids = [number(str(one)) or 0 for one in typed.get("clients", ())]
    found = Client.objects.open_to(member).in_bulk(ids)
    return [found[one] for one in dict.fromkeys(ids) if one in found]


def _shown_again(
    member: Member, what: str, typed: dict[str, Any], entry: Entry | None = None
) -> NoteForm:
    """A form that shows what was typed and complains of nothing."""
    fields = {name: value for name, value in typed.items() if name not in note_drafts.LISTS}
    first = held_of(entry) if entry else {}
    form = NoteForm(member, what, now=timezone.now(), held={**first, **fields} if entry else None)
    form.initial = {**form.initial, **fields}
    return form


def _placed(entry: Entry) -> dict[str, Any]:
    return {
        "clients": list(entry.placements.order_by("pk").values_list("client", flat=True)),
        "patients": [str(pk) for pk in entry.about.values_list("patient", flat=True)],
    }


def _clash(form: NoteForm, entry: Entry) -> int:
    """Tell the second person that somebody was faster, and what it says now; saved again, theirs
    goes in its place, and the other's is kept as an earlier version. The version they saw by
    then."""
    entry.refresh_from_db()
    last = entry.earlier.select_related("by").order_by("-version").first()
    who = last.by.name if last and last.by else _("Somebody")
    said = _(
        "%(who)s has just changed this. It says now: “%(text)s”. Save again to put yours in its"
        " place; theirs is kept below it."
    )
    form.add_error(None, said % {"who": who, "text": entry.body[:500]})
    return entry.version


def _disk() -> str:
    return _("This server’s disk is full or refuses to write. Try again later.")


def _to(request: MemberRequest, entry: Entry) -> HttpResponse:
    return redirect("register:entry", request.practice.slug, entry.pk)


def _readable(request: MemberRequest, pk: int) -> Entry:
    return get_object_or_404(Entry.objects.readable_by(request.member), pk=pk)
