"""Signing in and out, and one's own profile."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.views import LoginView
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from postroom.practice import devices, rules, throttle
from postroom.practice.access import MemberRequest, member_required
from postroom.practice.forms import ProfileForm, SignInForm


class SignIn(LoginView):
    form_class = SignInForm
    template_name = "practice/sign_in.html"
    redirect_authenticated_user = True

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """One's turn first: it comes before the database too, which has few connections."""
        try:
            with throttle.turn():
                return super().post(request, *args, **kwargs)
        except throttle.Busy:
            page = render(request, "503.html", status=503)
            page.headers["Retry-After"] = "10"
            return page

    def form_valid(self, form: AuthenticationForm) -> HttpResponse:
        answer = super().form_valid(form)
        devices.remember(self.request, answer, form.cleaned_data["username"])
        return answer

    def form_invalid(self, form: BaseForm) -> HttpResponse:
        waits = form.has_error("__all__", code="wait")
        return self.render_to_response(
            self.get_context_data(form=form), status=429 if waits else 422
        )


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
