"""Waiting letters whose address is on a record by now: shown, and filed when one says so."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from postroom.clients.models import Client
from postroom.practice.access import MemberRequest, member_required
from postroom.practice.rules import RESOLVE
from postroom.register import actions, together
from postroom.register.known import known
from postroom.register.paging import number


@member_required(RESOLVE)
@require_http_methods(["GET", "HEAD", "POST"])
def known_letters(request: MemberRequest) -> HttpResponse:
    """`?client` asks for one record's; each letter is ticked, and one leaves out what one likes."""
    asked = number(request.GET.get("client"))
    mine = Client.objects.open_to(request.member)
    client = get_object_or_404(mine, pk=asked) if asked is not None else None
    found = known(request.member, client)
    if request.method != "POST" and found:
        context = {"nav": "unresolved", "appcls": "tall", "client": client, "found": found}
        return render(request, "register/known.html", context)
    if request.method == "POST":
        wanted = together.picked(request.POST.getlist("together"))
        target = {one.entry.pk: one.client for one in found}
        now = timezone.now()
        done = together.do_all(
            [one.entry for one in found if one.entry.pk in wanted],
            wanted,
            lambda entry, version: actions.resolve(
                entry, [target[entry.pk]], by=request.member, now=now, version=version
            ),
        )
        count = len(done.entries)
        said = ngettext("%(count)d message filed.", "%(count)d messages filed.", count)
        named = ".".join(str(entry.pk) for entry in done.entries)
        undo = reverse("register:undo_all", args=[request.practice.slug]) + f"?entries={named}"
        messages.success(request, said % {"count": count}, extra_tags=undo if count else "")
    else:
        messages.success(request, _("Nothing waits that could be filed so."))
    if client is not None:
        return redirect("register:client", request.practice.slug, client.pk)
    return redirect("register:unresolved", request.practice.slug)
