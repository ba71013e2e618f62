"""One's own profile: name, signature, language, appearance, addresses."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from postroom.practice import addresses, rules, throttle
from postroom.practice.access import MemberRequest, member_required
from postroom.practice.actions import Refused
from postroom.practice.forms.profile import AddressForm, NewEmailForm, ProfileForm
from postroom.practice.models import Member
from postroom.practice.people import save_member
from postroom.practice.signatures import filled
from postroom.practice.words import words_of


@member_required(rules.READ)
@require_http_methods(["GET", "HEAD", "POST"])
def profile(request: MemberRequest) -> HttpResponse:
    """One's own profile. «do» other than save only draws the signature anew."""
    form = ProfileForm(request.member, request.POST or None)
    saves = request.POST.get("do", "save") == "save"
    if request.method == "POST" and saves and form.is_valid():
        member = request.member
        save_member(member, form.facts(), by=member, now=timezone.now())
        # Already in the new language: the answer is read after the change.
        with translation.override(member.language or member.practice.language):
            messages.success(request, _("Your profile is saved."))
        return _back(request)
    return _page(request, profile=form, status=422 if saves and form.errors else 200)


@member_required(rules.READ)
@require_POST
def add_address(request: MemberRequest) -> HttpResponse:
    """Another address of one's own: mail from it is never a client's."""
    form = AddressForm(request.POST)
    if form.is_valid():
        try:
            addresses.add_address(
                request.member,
                form.cleaned_data["address"],
                by=request.member,
                now=timezone.now(),
            )
        except Refused as why:
            form.add_error("address", str(why))
        else:
            messages.success(request, _("The address is yours now."))
            warn_of_client(request, form.cleaned_data["address"])
            return _back(request)
    return _page(request, address=form, status=422)


@member_required(rules.READ)
@require_POST
def remove_address(request: MemberRequest, address: int) -> HttpResponse:
    """Take an address of one's own out of the list."""
    chosen = get_object_or_404(request.member.addresses, pk=address)
    addresses.remove_address(chosen, by=request.member, now=timezone.now())
    messages.success(request, _("The address is no longer in the list."))
    return _back(request)


@member_required(rules.READ)
@require_POST
def new_email(request: MemberRequest) -> HttpResponse:
    """Ask to sign in with another address: it is confirmed from there (BS-111)."""
    form = NewEmailForm(request, request.POST)
    try:
        if form.is_valid():
            email = form.cleaned_data["email"]
            addresses.ask_new_email(request.member, email, now=timezone.now())
            messages.success(
                request,
                _("If nobody else signs in with it, a link is on its way to %s.") % email,
            )
            warn_of_client(request, email)
            return _back(request)
    except Refused as why:
        form.add_error("email", str(why))
    except throttle.Busy:
        page = render(request, "503.html", status=503)
        page.headers["Retry-After"] = "10"
        return page
    return _page(request, email=form, status=422)


def warn_of_client(request: MemberRequest, address: str) -> None:
    """Say so when a client has a member's address: both stay (RX-118)."""
    if addresses.is_a_clients(request.practice.pk, address):
        words = words_of(request.practice)
        text = _(
            "%(address)s is also on the record of %(a_client)s. Letters from it are never filed "
            "there while it is the address of somebody here."
        )
        messages.warning(request, text % {"address": address, "a_client": words.a_client})


def _page(
    request: Any,
    *,
    profile: ProfileForm | None = None,
    address: AddressForm | None = None,
    email: NewEmailForm | None = None,
    status: int,
) -> HttpResponse:
    # Read anew: a form that was refused must not show through in the frame.
    member = Member.objects.of(request.user).get(pk=request.member.pk)
    form = profile or ProfileForm(member)
    text = form["signature"].value() or member.practice.signature
    context = {
        "nav": "profile",
        "appcls": "tall",
        "form": form,
        "address_form": address or AddressForm(),
        "email_form": email or NewEmailForm(request),
        "addresses": member.addresses.order_by("value"),
        "preview": filled(text, member, member.practice),
        "memberships": Member.objects.of(request.user).order_by("practice__name"),
    }
    return render(request, "practice/profile.html", context, status=status)


def _back(request: MemberRequest) -> HttpResponseRedirect:
    return redirect("practice:profile", request.practice.slug)
