"""What a person may say about a waiting letter."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from postroom.clients.forms.clients import languages
from postroom.clients.forms.mended import Line, MendedForm
from postroom.clients.forms.people import normalised
from postroom.clients.models import Client, Contact, ContactPoint, Patient
from postroom.practice.models import Member, Practice
from postroom.practice.words import words_of
from postroom.register import suggestions
from postroom.register.models import Entry
from postroom.register.paging import number
from postroom.register.remembering import may_remember
from postroom.register.ruling import offered

MOST = 2**31 - 2  # what a version column holds, and one more to come


class ClientsField(forms.ModelMultipleChoiceField):
    """Clients by id; what is no id at all, or one no database holds, is nobody."""

    def clean(self, value: Any) -> Any:
        for given in value or ():
            if number(str(given)) is None:
                raise forms.ValidationError(self.error_messages["invalid_choice"])
        return super().clean(value)


class ResolveForm(forms.Form):
    """Which client a letter is from, and whether its address is to be remembered."""

    clients = ClientsField(Client.objects.none())
    # Others whom it concerns as well (XP-43).
    also = ClientsField(Client.objects.none(), required=False)
    # Whom of theirs it is about; of nobody else's, whatever is asked.
    patients = ClientsField(Patient.objects.none(), required=False)
    remember = forms.BooleanField(required=False)
    version = forms.IntegerField(min_value=0, max_value=MOST)

    def __init__(self, member: Member, entry: Entry, data: Any) -> None:
        super().__init__(data)
        self.member, self.entry = member, entry
        for name in ("clients", "also"):
            field = self.fields[name]
            assert isinstance(field, forms.ModelMultipleChoiceField)
            field.queryset = Client.objects.open_to(member)
            nouns = words_of(member.practice).within()
            gone = _("This %(client_word)s is no longer there. Choose again.") % nouns
            field.error_messages |= {
                "required": _("Choose %(a_client)s first.") % nouns,
                "invalid_choice": gone,
                "invalid_pk_value": gone,
            }
        field = self.fields["patients"]
        assert isinstance(field, forms.ModelMultipleChoiceField)
        field.queryset = Patient.objects.filter(practice=member.practice_id)

    def everybody(self) -> list[Client]:
        """Whom to file it to, the chosen client first: theirs is the address."""
        return list(dict.fromkeys([*self.cleaned_data["clients"], *self.cleaned_data["also"]]))

    def clean(self) -> dict[str, Any]:
        """A box that is ticked though the page never offered it remembers nothing."""
        data = self.cleaned_data
        if data.get("remember") and data.get("clients"):
            holders = set(suggestions.holders(self.member, self.entry))
            data["remember"] = may_remember(self.entry, data["clients"][0].pk, holders)
        return data


class NewcomerForm(MendedForm):
    """What is known of somebody new: the beginning of a record."""

    name = Line(label=_("Name"), max_length=200)
    email = Line(label=_("Email address"), max_length=320, required=False)
    phone = Line(label=_("Telephone"), max_length=300, required=False)
    version = forms.IntegerField(min_value=0, max_value=MOST, widget=forms.HiddenInput)

    def __init__(self, practice: Practice, data: Any = None, **more: Any) -> None:
        super().__init__(data, **more)
        self.practice = practice
        self.points: list[Mapping[str, Any]] = []
        for field in self.fields.values():
            field.show_hidden_initial = False

    def clean(self) -> dict[str, Any]:
        """`points` are the address and the number, as they are kept."""
        self.points = []
        for name, kind in (("email", ContactPoint.EMAIL), ("phone", ContactPoint.PHONE)):
            if value := self.cleaned_data.get(name):
                try:
                    norm = normalised(kind, value, self.practice.country)
                except forms.ValidationError as error:
                    self.add_error(name, error)
                else:
                    self.points.append({"kind": kind, "value": value, "norm": norm})
        return self.cleaned_data


class NewClientForm(NewcomerForm):
    patient = Line(max_length=120, required=False)
    ref = Line(
        label=_("Number"),
        max_length=64,
        required=False,
        help_text=_("As in your practice’s own system. Left empty, we make one up."),
    )
    language = forms.ChoiceField(label=_("Language"), required=False)

    def __init__(self, practice: Practice, data: Any = None, **more: Any) -> None:
        super().__init__(practice, data, **more)
        field = self.fields["language"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = languages(practice)
        self.fields["patient"].label = words_of(practice).patient
        if not words_of(practice).patients:
            self.fields["patient"].widget = forms.HiddenInput()
        self.order_fields(["name", "email", "phone", "patient", "ref", "language"])


class NewCorrespondentForm(NewcomerForm):
    organisation = Line(label=_("Organisation"), max_length=160, required=False)
    calling = forms.ChoiceField(label=_("Kind"), choices=Contact.CALLINGS, initial="laboratory")
    set_aside = forms.BooleanField(
        label=_("This message is about nobody: set it aside"), required=False
    )

    def __init__(self, practice: Practice, data: Any = None, **more: Any) -> None:
        super().__init__(practice, data, **more)
        self.order_fields(["name", "organisation", "calling", "email", "phone", "set_aside"])


class AboutForm(forms.Form):
    """Whom of its clients' a filed letter is about."""

    patients = ClientsField(Patient.objects.none(), required=False)
    version = forms.IntegerField(min_value=0, max_value=MOST)

    def __init__(self, entry: Entry, data: Any) -> None:
        super().__init__(data)
        field = self.fields["patients"]
        assert isinstance(field, forms.ModelMultipleChoiceField)
        field.queryset = Patient.objects.filter(client__placements__entry=entry)


class SenderForm(forms.Form):
    """What the sender of a letter is: a kind of sender rule, for the address or its domain."""

    rule = forms.ChoiceField(
        error_messages={
            "required": _("Say what this sender is."),
            "invalid_choice": _("Say what this sender is."),
        }
    )
    version = forms.IntegerField(min_value=0, max_value=MOST)

    def __init__(self, member: Member, entry: Entry, data: Any) -> None:
        super().__init__(data)
        field = self.fields["rule"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(f"{kind} {pattern}",) * 2 for kind, pattern in offered(member, entry)]

    def clean(self) -> dict[str, Any]:
        """`kind` and `pattern` are added."""
        kind, _space, pattern = self.cleaned_data.get("rule", "").partition(" ")
        return {**self.cleaned_data, "kind": kind, "pattern": pattern}


class VersionForm(forms.Form):
    """The version of the letter the person was looking at."""

    version = forms.IntegerField(min_value=0, max_value=MOST)


class AcknowledgeForm(forms.Form):
    """The risk of opening attachments directly, acknowledged (EX-20)."""

    understood = forms.BooleanField(
        label=_("I have read this, and our antivirus program does all three."),
        error_messages={"required": _("Tick the box once your antivirus program does all three.")},
    )
