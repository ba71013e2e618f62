"""One's own profile."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from postroom.practice import rules
from postroom.practice.access import MemberRequest, member_required
from postroom.practice.forms.profile import ProfileForm


@member_required(rules.READ)
@require_http_methods(["GET", "HEAD", "POST"])
def profile(request: MemberRequest) -> HttpResponse:
    """One's own language and appearance."""
    form = ProfileForm(request.POST or None, instance=request.member)
    if request.method == "POST" and form.is_valid():
        member = form.save()
        # Already in the new language: the answer is read after the change.
        with translation.override(member.language or member.practice.language):
            messages.success(request, _("Your profile is saved."))
        return redirect("practice:profile", request.practice.slug)
    context = {"nav": "profile", "appcls": "tall", "form": form}
    return render(request, "practice/profile.html", context, status=422 if form.errors else 200)
