"""Access tokens: how the practice's own programs come in."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from postroom.practice import tokens as actions
from postroom.practice.access import MemberRequest, fresh_form, member_required
from postroom.practice.forms.tokens import TokenForm
from postroom.practice.models import AccessToken
from postroom.practice.rules import SETTINGS


@member_required(SETTINGS)
@fresh_form
@require_http_methods(["GET", "HEAD", "POST"])
def tokens(request: MemberRequest) -> HttpResponse:
    """The tokens, and making one: its words are in this one answer and nowhere else."""
    form = TokenForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        now = timezone.now()
        made, words = actions.create(
            request.practice,
            form.cleaned_data["name"],
            expires_at=form.expires_at(now),
            by=request.member,
            now=now,
        )
        return _page(request, TokenForm(), made=made, words=words)
    status = 422 if request.method == "POST" else 200
    return _page(request, form, status=status)


@member_required(SETTINGS)
@fresh_form
@require_POST
def revoke(request: MemberRequest, access_token: int) -> HttpResponse:
    """End a token at once; the line stays."""
    token = get_object_or_404(AccessToken, practice=request.practice, pk=access_token)
    actions.revoke(token, by=request.member, now=timezone.now())
    messages.success(request, _("“%s” opens nothing any more.") % token.name)
    return redirect("practice:tokens", request.practice.slug)


def _page(request: MemberRequest, form: TokenForm, status: int = 200, **more: Any) -> HttpResponse:
    now = timezone.now()
    rows = AccessToken.objects.filter(practice=request.practice).order_by("-created_at", "-pk")
    context = {
        "nav": "tokens",
        "appcls": "tall",
        "form": form,
        "tokens": [(row, _is_good(row, now)) for row in rows.select_related("created_by")],
        **more,
    }
    return render(request, "practice/tokens.html", context, status=status)


def _is_good(row: AccessToken, now: Any) -> bool:
    return row.revoked_at is None and (row.expires_at is None or row.expires_at > now)
