"""What somebody writes down by hand: one form, with the fields of its kind."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, cast

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from postroom.clients.forms.mended import Day, Line, Text
from postroom.clients.models import Client, Patient
from postroom.kit.brought import EMPTY, LARGEST_FILE, PROGRAM, TOO_BIG, file_fault, file_type
from postroom.kit.text import safe_file_name
from postroom.practice.models import Member
from postroom.register.forms import MOST, ClientsField
from postroom.register.kinds import BY_HAND, METHODS, NAMES
from postroom.register.models import Entry
from postroom.register.noting import File, Said, known_contact

FAULTS = {
    EMPTY: _("“%(name)s” is empty (0 bytes)."),
    TOO_BIG: _("“%(name)s” is larger than 100 MB."),
    PROGRAM: _("“%(name)s” is a program. Programs are not taken in."),
}
AHEAD = timedelta(days=1)  # a clock may be wrong, and a note may be of this evening
LONGEST = 100_000  # letters
WAYS = {
    Entry.PHONE: [(Entry.IN, _("They called")), (Entry.OUT, _("We called"))],
    Entry.LETTER: [
        (Entry.IN, pgettext_lazy("a letter", "Received")),
        (Entry.OUT, pgettext_lazy("a letter", "Sent")),
    ],
    Entry.SMS: [
        (Entry.IN, pgettext_lazy("an SMS", "Received")),
        (Entry.OUT, pgettext_lazy("an SMS", "Sent")),
    ],
}


class ManyFiles(forms.ClearableFileInput):
    allow_multiple_selected = True


class FilesField(forms.FileField):
    """None, one or several files."""

    def clean(self, data: Any, initial: Any = None) -> Any:
        files = data if isinstance(data, list | tuple) else [data]
        clean = super().clean
        return [found for file in files if (found := clean(file, initial))]


class PatientsField(forms.ModelMultipleChoiceField):
    def clean(self, value: Any) -> Any:
        """What is no animal of the chosen clients is left out: a client was taken off again."""
        ids = [one for one in value or () if str(one).isascii() and str(one).isdigit()]
        ids = [one for one in ids if len(str(one)) < 19]
        assert self.queryset is not None
        return list(self.queryset.filter(pk__in=ids))


class NoteForm(forms.Form):
    """`kind` is one of kinds.BY_HAND; `held` are the values of a note that is changed."""

    body = Text(
        label=_("What was said"),
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 6, "class": "inp"}),
        error_messages={"required": _("Write what is to be remembered.")},
    )
    direction = forms.ChoiceField(
        widget=forms.RadioSelect, label=pgettext_lazy("of a call", "Which way")
    )
    at = forms.DateTimeField(
        label=pgettext_lazy("of a call", "When"),
        widget=forms.DateTimeInput(
            format="%Y-%m-%dT%H:%M", attrs={"type": "datetime-local", "class": "inp"}
        ),
    )
    who = Line(
        label=_("With whom"),
        max_length=200,
        required=False,
        help_text=_("A contact, or any name: the bank, a neighbour."),
        widget=forms.TextInput(attrs={"class": "inp", "list": "names", "autocomplete": "off"}),
    )
    add_contact = forms.BooleanField(label=_("Add this person to the contacts"), required=False)
    role = Line(
        label=_("What they are to them"),
        max_length=60,
        required=False,
        help_text=_("For example bank, mother, neighbour."),
        widget=forms.TextInput(attrs={"class": "inp", "autocomplete": "off"}),
    )
    subject = Line(
        label=_("Summary"),
        max_length=400,
        required=False,
        help_text=_("Without one, the first line stands for it."),
        widget=forms.TextInput(attrs={"class": "inp", "autocomplete": "off"}),
    )
    number = Line(
        max_length=40,
        required=False,
        widget=forms.TextInput(attrs={"class": "inp", "type": "tel", "autocomplete": "off"}),
    )
    minutes = forms.IntegerField(
        min_value=0,
        max_value=1440,
        required=False,
        widget=forms.TextInput(attrs={"class": "inp", "inputmode": "numeric"}),
    )
    call_back = forms.BooleanField(required=False)
    place = Line(max_length=120, required=False, widget=forms.TextInput(attrs={"class": "inp"}))
    present = Line(max_length=400, required=False, widget=forms.TextInput(attrs={"class": "inp"}))
    method = forms.ChoiceField(
        choices=[("", "–"), *METHODS],
        required=False,
        widget=forms.Select(attrs={"class": "inp"}),
    )
    tracking = Line(
        max_length=80,
        required=False,
        widget=forms.TextInput(attrs={"class": "inp", "autocomplete": "off"}),
    )
    received_on = Day(
        required=False,
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date", "class": "inp"}),
    )
    action = Line(max_length=200, required=False, widget=forms.TextInput(attrs={"class": "inp"}))
    actioned_on = Day(
        required=False,
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date", "class": "inp"}),
    )
    address = Text(
        max_length=400,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3, "class": "inp"}),
    )
    clients = ClientsField(
        Client.objects.none(),
        error_messages={
            "required": _("Say whom it is about."),
            "invalid_choice": _("This client is no longer there. Choose again."),
            "invalid_pk_value": _("This client is no longer there. Choose again."),
        },
    )
    patients = PatientsField(Patient.objects.none(), required=False)
    attached = FilesField(
        label=_("Attachments"),
        required=False,
        allow_empty_file=True,
        max_length=255,
        widget=ManyFiles(attrs={"class": "inp", "multiple": True}),
        error_messages={
            "max_length": _("A file’s name is too long. Shorten it, then try again."),
        },
    )
    version = forms.IntegerField(min_value=0, max_value=MOST, required=False)

    def __init__(
        self,
        member: Member,
        kind: str,
        data: Any = None,
        files: Any = None,
        *,
        now: datetime,
        clients: Iterable[Client] = (),
        held: dict[str, Any] | None = None,
    ) -> None:
        first = {"at": now, "direction": Entry.IN}
        super().__init__(data, files, initial={**first, **(held or {})}, auto_id="n-%s")
        self.member, self.kind, self.now = member, BY_HAND[kind], now
        for name in NAMES:
            if name in self.kind.fields:
                self.fields[name].label = cast("Any", NAMES[name])
            else:
                del self.fields[name]
        if self.kind.both_ways:
            ways = self.fields["direction"]
            assert isinstance(ways, forms.ChoiceField)
            ways.choices = WAYS[kind]
        else:
            del self.fields["direction"]
        if held is None:
            self.fields["body"].widget.attrs["autofocus"] = True
        chosen, about = self.fields["clients"], self.fields["patients"]
        assert isinstance(chosen, forms.ModelMultipleChoiceField)
        assert isinstance(about, forms.ModelMultipleChoiceField)
        chosen.queryset = Client.objects.open_to(member)
        about.queryset = Patient.objects.filter(
            practice=member.practice_id, client__in=[client.pk for client in clients]
        )

    @property
    def own(self) -> list[forms.BoundField]:
        """The fields of this kind alone."""
        return [self[name] for name in self.kind.fields]

    def clean_at(self) -> datetime:
        at: datetime = self.cleaned_data["at"]
        if at > self.now + AHEAD:
            raise forms.ValidationError(_("This day is still to come."))
        # The field has no seconds: what was not touched is the very moment.
        first = self.initial["at"]
        same = at == timezone.localtime(first).replace(second=0, microsecond=0)
        return first if same else at

    def clean_attached(self) -> list[File]:
        found = []
        for file in self.cleaned_data["attached"]:
            found.append(self._file(file))
        return found

    def said(self) -> Said:
        """What was written. Call when the form is valid; `add_contact` is the view's to do."""
        data = self.cleaned_data
        details = {name: data[name] for name in self.kind.fields if data[name] not in ("", None)}
        clients = tuple(data["clients"])
        return Said(
            kind=self.kind.key,
            at=data["at"],
            body=data["body"],
            subject=data["subject"],
            direction=data.get("direction", ""),
            who=data["who"],
            contact=known_contact(self.member.practice, clients, data["who"])
            if data["who"]
            else None,
            details={name: _kept(value) for name, value in details.items()},
            clients=clients,
            patients=tuple(data["patients"]),
        )

    def _file(self, file: UploadedFile) -> File:
        name = safe_file_name(file.name or "") or "file"
        size = file.size or 0
        content = b"" if size > LARGEST_FILE else file.read()
        if fault := file_fault(name, size, content[:16]):
            raise forms.ValidationError(FAULTS[fault], params={"name": name})
        return File(name, file_type(name, content[:16]), content)


def held_of(entry: Entry) -> dict[str, Any]:
    """What a form shows of a note that is there."""
    details = {name: value for name, value in entry.details.items() if name in NAMES}
    return {
        **details,
        "at": entry.at,
        "body": entry.body,
        "direction": entry.direction,
        "subject": entry.subject,
        "who": entry.sender_name,
        "version": entry.version,
    }


def _kept(value: Any) -> Any:
    return value.isoformat() if hasattr(value, "isoformat") else value
