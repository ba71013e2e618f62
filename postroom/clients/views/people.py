"""A client's people, their addresses and numbers, and what they consented to."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from postroom.clients import contacting
from postroom.clients.forms.people import ContactForm, PointForm, consent_forms
from postroom.clients.mending import ChangedMeanwhile
from postroom.clients.models import Client, Contact, ContactLink, ContactPoint
from postroom.clients.views.answers import clash, client_of, form_page
from postroom.clients.views.editing import METHODS, warn_of_others
from postroom.practice.access import MemberRequest, member_required
from postroom.practice.rules import WRITE


@member_required(WRITE)
@require_http_methods(METHODS)
def new_contact(request: MemberRequest, client: int) -> HttpResponse:
    """A further person of this client."""
    found = client_of(request, client)
    form = ContactForm(request.practice, request.POST or None)
    if request.method == "POST" and form.is_valid():
        contacting.add_contact(found, form.cleaned_data, by=request.member, now=timezone.now())
        return _saved(request, found)
    return _page(request, form, found, _("New person"))


@member_required(WRITE)
@require_http_methods(METHODS)
def contact(request: MemberRequest, client: int, contact: int) -> HttpResponse:
    """A person, and what they are to this client."""
    found = client_of(request, client)
    link = _link(found, contact)
    held = {
        "name": link.contact.name,
        "language": link.contact.language,
        "role": link.role,
        "responsible": link.responsible,
    }
    form = ContactForm(request.practice, request.POST or None, held=held)
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            contacting.edit_contact(link, form.changes(), by=request.member, now=timezone.now())
        except ChangedMeanwhile as error:
            clash(form, error, request.practice.pk, "client", found.pk)
            status = 409
        else:
            return _saved(request, found)
    remove = ""
    if not link.main:
        remove = reverse("clients:remove_contact", args=[request.practice.slug, found.pk, contact])
    return _page(request, form, found, link.contact.name, status=status, remove=remove)


@member_required(WRITE)
@require_POST
def remove_contact(request: MemberRequest, client: int, contact: int) -> HttpResponse:
    """This person is no longer the client's."""
    found = client_of(request, client)
    link = _link(found, contact)
    if link.main:
        messages.error(request, _("This is who the record is about: they cannot be removed."))
    else:
        contacting.remove_contact(link, by=request.member, now=timezone.now())
        messages.success(request, _("%(name)s is removed.") % {"name": link.contact.name})
    return redirect("clients:details", request.practice.slug, found.pk)


@member_required(WRITE)
@require_http_methods(METHODS)
def new_point(request: MemberRequest, contact: int) -> HttpResponse:
    """A further address or number of somebody."""
    person = _person(request, contact)
    form = PointForm(request.practice, request.POST or None)
    if request.method == "POST" and form.is_valid():
        fields = {**form.cleaned_data, "norm": form.norm}
        try:
            contacting.add_point(person, fields, by=request.member, now=timezone.now())
        except contacting.AlreadyThere:
            form.add_error("value", _already(person))
        else:
            return _point_saved(request, person, fields["kind"], fields["value"], form.norm)
    return _page(request, form, person, _("New address or number"))


@member_required(WRITE)
@require_http_methods(METHODS)
def point(request: MemberRequest, point: int) -> HttpResponse:
    """An address or number, and what it may be used for."""
    found = _point(request, point)
    person = found.contact
    form = PointForm(request.practice, request.POST or None, point=found)
    consents = consent_forms(found, request.POST or None) if not person.professional else []
    status = 200
    if request.method == "POST" and form.is_valid() and all(one.is_valid() for one in consents):
        stale = [one for one in consents if one.stale]
        try:
            if not stale:
                contacting.edit_point(
                    found,
                    form.changes(form.FIELDS),
                    norm=form.norm,
                    said=[one.said() for one in consents if one.has_changed()],
                    by=request.member,
                    now=timezone.now(),
                )
                value = form.cleaned_data["value"]
                return _point_saved(request, person, found.kind, value, form.norm)
        except contacting.AlreadyThere:
            form.add_error("value", _already(person))
        except ChangedMeanwhile as error:
            kind, pk = _audited(request, person)
            clash(form, error, request.practice.pk, kind, pk)
            status = 409
        if stale:
            status = 409
            consents = consent_forms(found)
            form.add_error(
                None, _("Somebody else noted another consent meanwhile. It is shown below now.")
            )
    more = {
        "consents": consents,
        "remove": reverse("clients:remove_point", args=[request.practice.slug, found.pk]),
    }
    return _page(request, form, person, found.value, status=status, **more)


@member_required(WRITE)
@require_POST
def remove_point(request: MemberRequest, point: int) -> HttpResponse:
    """Letters from this address are nobody's from now on; what is filed stays."""
    found = _point(request, point)
    contacting.remove_point(found, by=request.member, now=timezone.now())
    messages.success(request, _("%(value)s is removed.") % {"value": found.value})
    return redirect(_home_of(request, found.contact))


def _person(request: MemberRequest, pk: int) -> Contact:
    """Somebody of clients one may open all of, or a correspondent. Raises Http404."""
    person = get_object_or_404(Contact, practice=request.practice, pk=pk)
    closed = Client.objects.closed_to(request.member).filter(contacts=person).exists()
    if closed or not (person.professional or _client(request, person)):
        raise Http404
    return person


def _point(request: MemberRequest, pk: int) -> ContactPoint:
    found = get_object_or_404(ContactPoint, practice=request.practice, pk=pk)
    found.contact = _person(request, found.contact_id)
    return found


def _link(client: Client, contact: int) -> ContactLink:
    return get_object_or_404(client.links.select_related("contact"), contact=contact)


def _client(request: MemberRequest, person: Contact) -> Client | None:
    mine = Client.objects.open_to(request.member).filter(contacts=person)
    return mine.order_by("pk").first()


def _audited(request: MemberRequest, person: Contact) -> tuple[str, int]:
    client = _client(request, person)
    return ("client", client.pk) if client else ("contact", person.pk)


def _home_of(request: MemberRequest, person: Contact) -> str:
    client = _client(request, person)
    if client is None and not person.professional:
        raise Http404
    name, pk = ("clients:details", client.pk) if client else ("clients:correspondent", person.pk)
    return reverse(name, args=[request.practice.slug, pk])


def _page(
    request: MemberRequest, form: Any, whose: Client | Contact, title: str, **more: Any
) -> HttpResponse:
    person = whose if isinstance(whose, Contact) else None
    client = _client(request, person) if person else whose
    if isinstance(whose, Client):
        back = reverse("clients:details", args=[request.practice.slug, whose.pk])
    else:
        back = _home_of(request, whose)
    return form_page(request, form, title=title, back=back, client=client, person=person, **more)


def _point_saved(
    request: MemberRequest, person: Contact, kind: str, value: str, norm: str
) -> HttpResponse:
    messages.success(request, _("Saved."))
    if client := _client(request, person):
        warn_of_others(request, client, kind, value, norm)
    return redirect(_home_of(request, person))


def _saved(request: MemberRequest, client: Client) -> HttpResponse:
    messages.success(request, _("Saved."))
    return redirect("clients:details", request.practice.slug, client.pk)


def _already(person: Contact) -> str:
    return _("%(name)s has this already.") % {"name": person.name}
