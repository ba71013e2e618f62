"""What the pages of this room have in common: a form on a page, and two people at one form."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import formats, timezone
from django.utils.translation import gettext as _

from postroom.clients.forms.mended import MendedForm
from postroom.clients.history import who_changed
from postroom.clients.mending import ChangedMeanwhile
from postroom.clients.models import Client
from postroom.practice.access import MemberRequest


def client_of(request: MemberRequest, pk: int) -> Client:
    """The client of this address. Raises Http404 for one this member may not open."""
    return get_object_or_404(Client.objects.open_to(request.member), pk=pk)


def form_page(
    request: MemberRequest,
    form: MendedForm,
    *,
    title: str,
    back: str,
    status: int = 200,
    **more: Any,
) -> HttpResponse:
    """A form on a page of its own; `back` is where Cancel leads."""
    wrong = form.is_bound and bool(form.errors)
    sections = form.sections() if hasattr(form, "sections") else [("", list(form))]
    context = {
        "nav": "clients",
        "appcls": "tall",
        "form": form,
        "sections": sections,
        "title": title,
        "back": back,
        "wrong": wrong,
        **more,
    }
    answer = status if status != 200 else (422 if wrong else 200)
    return render(request, "clients/form.html", context, status=answer)


def clash(form: MendedForm, error: ChangedMeanwhile, practice: int, kind: str, pk: int) -> None:
    """Tell the second person who saved what, under each field; their own words stay in it.

    Saving again replaces the other's words: the person has seen them now.
    """
    for field, value in error.current.items():
        form.add_error(field, _sentence(form, field, value, practice, kind, pk))
    form.replace_anyway(error.current)


def _sentence(form: MendedForm, field: str, value: Any, practice: int, kind: str, pk: int) -> str:
    line = who_changed(practice, kind, pk, field)
    words = {
        "who": line.who if line and line.who else _("Postroom"),
        "at": formats.time_format(timezone.localtime(line.at), "TIME_FORMAT") if line else "",
        "value": _shown(form, field, value),
    }
    if line is None:
        return (
            _("This was changed meanwhile to “%(value)s”. Save again to put yours in its place.")
            % words
        )
    return (
        _("%(who)s changed this at %(at)s to “%(value)s”. Save again to put yours in its place.")
        % words
    )


def _shown(form: MendedForm, field: str, value: Any) -> str:
    choices = dict(getattr(form.fields[field], "choices", ()))
    if isinstance(value, frozenset):
        return ", ".join(str(choices.get(pk, pk)) for pk in sorted(value))
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if value in choices:
        return str(choices[value])
    return "" if value is None else str(formats.localize(value))
