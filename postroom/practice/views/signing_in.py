"""Signing in and out."""

from typing import Any

from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.views import LoginView
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from postroom.practice import devices, throttle
from postroom.practice.forms.signing_in import SignInForm


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
