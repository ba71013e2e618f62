"""What a reader chooses: pictures from the internet, a link's true place, a conversation's parts;
and, for the practice, whether attachments may open."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from postroom.practice.access import MemberRequest, member_required, page_before
from postroom.practice.rules import READ, SETTINGS, WRITE
from postroom.register import outside, safety, splitting
from postroom.register.away import place
from postroom.register.forms import AcknowledgeForm
from postroom.register.models import DirectOpening, Entry


@member_required(WRITE)
@require_POST
def pictures(request: MemberRequest, entry: int) -> HttpResponse:
    """Always show pictures from the internet, for a client or a sender; or block them again."""
    letter = _readable(request, entry)
    what, now = request.POST.get("for"), timezone.now()
    if what == "nobody":
        outside.block_again(letter, by=request.member, now=now)
        messages.success(request, _("Pictures from the internet are blocked again."))
    elif what in outside.offered(letter):
        outside.show_always(letter, what, by=request.member, now=now)
        messages.success(request, _("Pictures from the internet are shown from now on."))
    else:
        messages.error(request, _("Pictures of this message can be shown once only."))
    return redirect(page_before(request) or _page(request, letter))


@member_required(READ)
@require_safe
def leave(request: MemberRequest) -> HttpResponse:
    """Where a link of a letter truly goes, before one goes there."""
    found = place(request.practice.slug, request.GET.get("to", ""), request.GET.get("mark", ""))
    return render(
        request, "register/leave.html", {"place": found}, status=400 if found is None else 200
    )


@member_required(WRITE)
@require_POST
def split(request: MemberRequest, entry: int) -> HttpResponse:
    """This letter and those after it become a conversation of their own."""
    letter = _readable(request, entry)
    try:
        splitting.split(letter, by=request.member, now=timezone.now())
    except splitting.NothingToSplit:
        messages.error(request, _("This message begins its conversation already."))
    else:
        undo = reverse("register:rejoin", args=[request.practice.slug, letter.pk])
        messages.success(request, _("A new conversation begins here."), extra_tags=undo)
    return redirect(_page(request, letter))


@member_required(WRITE)
@require_POST
def rejoin(request: MemberRequest, entry: int) -> HttpResponse:
    """Undo the split."""
    letter = _readable(request, entry)
    try:
        splitting.rejoin(letter, by=request.member, now=timezone.now())
    except splitting.NothingToRejoin:
        messages.error(request, _("This conversation was not taken apart from another."))
    else:
        messages.success(request, _("The conversation is one again."))
    return redirect(_page(request, letter))


@member_required(SETTINGS)
@require_http_methods(["GET", "HEAD", "POST"])
def attachments(request: MemberRequest) -> HttpResponse:
    """Whether attachments of safe types may open directly (EX-19, EX-20)."""
    form = AcknowledgeForm(request.POST if request.method == "POST" else None)
    if request.method == "POST":
        if request.POST.get("do") == "download":
            safety.download_only(request.practice, by=request.member, now=timezone.now())
            messages.success(request, _("Attachments are downloaded again, never opened."))
            return redirect("register:attachments", request.practice.slug)
        if form.is_valid():
            safety.open_directly(request.practice, by=request.member, now=timezone.now())
            messages.success(request, _("PDF files, pictures and plain texts open directly."))
            return redirect("register:attachments", request.practice.slug)
    since = DirectOpening.objects.filter(practice=request.practice).select_related("by").first()
    context = {"nav": "practice", "appcls": "tall", "form": form, "since": since}
    return render(request, "register/attachments.html", context, status=422 if form.errors else 200)


def _readable(request: MemberRequest, pk: int) -> Entry:
    return get_object_or_404(Entry.objects.readable_by(request.member), pk=pk)


def _page(request: MemberRequest, letter: Entry) -> str:
    return reverse("register:entry", args=[request.practice.slug, letter.pk])
