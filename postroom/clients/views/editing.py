"""A client made and mended by hand: the Details of a record, its patients and its groups."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from postroom.clients import contacting, editing
from postroom.clients.doubles import others_with
from postroom.clients.forms.clients import ClientForm, NewClientForm, PatientForm
from postroom.clients.forms.people import normalised
from postroom.clients.history import history
from postroom.clients.matching import own_addresses
from postroom.clients.mending import ChangedMeanwhile
from postroom.clients.models import Client, ContactPoint, Patient
from postroom.clients.views.answers import clash, client_of, form_page
from postroom.practice.access import MemberRequest, member_required
from postroom.practice.rules import AUDIT, READ, UNASSIGN, WRITE
from postroom.practice.words import words_of as nouns

METHODS = ["GET", "HEAD", "POST"]


@member_required(WRITE)
@require_http_methods(METHODS)
def new(request: MemberRequest) -> HttpResponse:
    """A new client, with a first address and number."""
    form = NewClientForm(request.practice, request.POST or None)
    back = reverse("clients:clients", args=[request.practice.slug])
    if request.method == "POST" and (client := _create(request, form)):
        messages.success(request, _("%(name)s is on the list.") % {"name": client.name})
        return redirect("clients:details", request.practice.slug, client.pk)
    return form_page(
        request, form, title=nouns(request.practice).new_client, back=back, status=_status(request)
    )


@member_required(READ)
@require_safe
def details(request: MemberRequest, client: int) -> HttpResponse:
    """All that is kept about a client, and who changed it."""
    found = client_of(request, client)
    links = found.links.select_related("contact").prefetch_related("contact__points__consents")
    family = Client.objects.open_to(request.member).filter(groups__in=found.groups.all())
    context = {
        "nav": "clients",
        "client": found,
        "tab": "details",
        "families": found.groups.order_by("name"),
        "family_size": family.distinct().count(),
        "links": links.order_by("-main", "pk"),
        "patients": found.patients.all(),
        "access": found.access.select_related("member").order_by("member__name"),
        "history": history(found),
        "may_edit": request.member.may(WRITE),
        "may_merge": request.member.may(UNASSIGN),
        "may_hand_over": request.member.may(AUDIT),
    }
    return render(request, "clients/details.html", context)


@member_required(WRITE)
@require_http_methods(METHODS)
def edit(request: MemberRequest, client: int) -> HttpResponse:
    """The fields of a client."""
    found = client_of(request, client)
    listed = found.access.values_list("member", flat=True)
    form = ClientForm(request.practice, request.POST or None, client=found, access=listed)
    if request.method == "POST" and form.is_valid():
        try:
            editing.edit_client(found, form.changes(), by=request.member, now=timezone.now())
        except editing.ReferenceTaken:
            form.add_error("ref", _taken())
        except ChangedMeanwhile as error:
            clash(form, error, request.practice.pk, "client", found.pk)
            return _client_page(request, form, found, status=409)
        else:
            return _saved(request, found)
    return _client_page(request, form, found, status=_status(request))


@member_required(WRITE)
@require_http_methods(METHODS)
def new_patient(request: MemberRequest, client: int) -> HttpResponse:
    found = client_of(request, client)
    form = PatientForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        editing.add_patient(found, form.cleaned_data, by=request.member, now=timezone.now())
        return _saved(request, found)
    return _page(request, form, found, nouns(request.practice).new_patient, status=_status(request))


@member_required(WRITE)
@require_http_methods(METHODS)
def patient(request: MemberRequest, patient: int) -> HttpResponse:
    found = get_object_or_404(Patient, practice=request.practice, pk=patient)
    found.client = client_of(request, found.client_id)
    held = {name: getattr(found, name) for name in PatientForm.base_fields}
    form = PatientForm(request.POST or None, held=held)
    if request.method == "POST" and form.is_valid():
        try:
            editing.edit_patient(found, form.changes(), by=request.member, now=timezone.now())
        except ChangedMeanwhile as error:
            clash(form, error, request.practice.pk, "client", found.client_id)
            return _page(request, form, found.client, found.name, status=409)
        return _saved(request, found.client)
    return _page(request, form, found.client, found.name, status=_status(request))


def _create(request: MemberRequest, form: NewClientForm) -> Client | None:
    """The new client, or None when the form now says what is wrong."""
    if not form.is_valid():
        return None
    points = _points(request, form)
    if form.errors:
        return None
    fields = {name: form.cleaned_data[name] for name in (*form.ABOUT, *form.WHO)}
    now = timezone.now()
    try:
        with transaction.atomic():
            client = editing.create_client(request.practice, fields, by=request.member, now=now)
            contact = client.contacts.get()
            for point in points:
                contacting.add_point(contact, point, by=request.member, now=now)
    except editing.ReferenceTaken:
        form.add_error("ref", _taken())
        return None
    for point in points:
        warn_of_others(request, client, point["kind"], point["value"], point["norm"])
    return client


def _points(request: MemberRequest, form: NewClientForm) -> list[dict[str, Any]]:
    found = []
    for name, kind in (("email", ContactPoint.EMAIL), ("phone", ContactPoint.PHONE)):
        if value := form.cleaned_data[name]:
            try:
                norm = normalised(kind, value, request.practice.country)
            except ValidationError as error:
                form.add_error(name, error)
            else:
                found.append({"kind": kind, "value": value, "norm": norm})
    return found


def warn_of_others(
    request: MemberRequest, client: Client, kind: str, value: str, norm: str
) -> None:
    """Say so when strangers share an address (MG-26), when it is a member's (RX-118), or when a
    number cannot be read; it is kept all the same."""
    if kind == ContactPoint.PHONE:
        if not norm.startswith("+"):
            words = _("“%(number)s” cannot be read as a telephone number. It is kept as written.")
            messages.warning(request, words % {"number": value})
        return
    if norm in own_addresses(request.practice.pk):
        words = _(
            "Saved. %(address)s is the address of somebody of the practice: letters from it are "
            "never filed on a record."
        )
        messages.warning(request, words % {"address": value})
        return
    others = others_with(request.member, kind, norm, client)
    if others:
        names = ", ".join(f"{other.name} ({other.ref})" for other in others)
        words = _(
            "Saved. %(address)s is also an address of %(names)s: letters from it will wait in"
            " Unresolved."
        )
        messages.warning(request, words % {"address": value, "names": names})


def _client_page(
    request: MemberRequest, form: ClientForm, client: Client, status: int
) -> HttpResponse:
    return _page(request, form, client, _("Edit the record"), status)


def _page(request: MemberRequest, form: Any, client: Client, title: str, status: int) -> Any:
    back = reverse("clients:details", args=[request.practice.slug, client.pk])
    return form_page(request, form, title=title, back=back, client=client, status=status)


def _saved(request: MemberRequest, client: Client) -> HttpResponse:
    messages.success(request, _("Saved."))
    return redirect("clients:details", request.practice.slug, client.pk)


def _taken() -> str:
    return _("This number belongs to somebody else already.")


def _status(request: MemberRequest) -> int:
    return 422 if request.method == "POST" else 200
