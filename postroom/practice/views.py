"""Signing in and out, and one's own profile."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.views import LoginView
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from postroom.practice import rules
from postroom.practice.access import member_required
from postroom.practice.forms import ProfileForm, SignInForm


class SignIn(LoginView):
    """Email and password; says what is wrong without telling which of the two."""

    form_class = SignInForm
    template_name = "practice/sign_in.html"
    redirect_authenticated_user = True


@member_required(rules.READ)
def profile(request: Any) -> HttpResponse:
    """One's own language and appearance."""
    form = ProfileForm(request.POST or None, instance=request.member)
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, _("Saved."))
        return redirect("practice:profile", request.practice.slug)
    context = {"nav": "profile", "appcls": "tall", "form": form}
    return render(request, "practice/profile.html", context, status=422 if form.errors else 200)
