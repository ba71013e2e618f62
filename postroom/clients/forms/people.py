"""What may be typed about a client's people, their addresses and consents; correspondents."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from postroom.clients.contacting import Said
from postroom.clients.forms.clients import languages
from postroom.clients.forms.mended import Line, MendedForm, Text
from postroom.clients.importing import UNREADABLE
from postroom.clients.models import Consent, Contact, ContactPoint
from postroom.clients.words import not_an_address
from postroom.kit.addresses import normalise_email
from postroom.kit.phones import normalise_phone
from postroom.practice.models import Practice

ANSWERS = [
    ("", gettext_lazy("Not said")),
    ("yes", gettext_lazy("Yes")),
    ("no", gettext_lazy("No")),
]
_GIVEN = {"": None, "yes": True, "no": False}


def normalised(kind: str, value: str, country: str) -> str:
    """The form in which an address or number is compared; a number that cannot be read equals
    itself alone. Raises ValidationError for what is no email address."""
    if kind == ContactPoint.PHONE:
        return normalise_phone(value, country) or UNREADABLE + value
    norm = normalise_email(value)
    if not norm:
        raise ValidationError(not_an_address(value))
    return norm


class ContactForm(MendedForm):
    """A person of a client."""

    name = Line(label=gettext_lazy("Name"), max_length=200)
    role = Line(
        label=gettext_lazy("Role"),
        max_length=60,
        required=False,
        help_text=gettext_lazy("For example mother, partner, bookkeeper."),
    )
    language = forms.ChoiceField(label=gettext_lazy("Language"), required=False)
    responsible = forms.BooleanField(
        label=gettext_lazy("Answers for the record: a parent, a manager"),
        required=False,
        help_text=gettext_lazy("Answers for a minor, or for a company."),
    )

    def __init__(self, practice: Practice, data: Any = None, **more: Any) -> None:
        super().__init__(data, **more)
        field = self.fields["language"]
        assert isinstance(field, forms.ChoiceField)
        known = languages(practice)
        held = self.initial.get("language")
        field.choices = known if held in dict(known) or not held else [*known, (held, held)]


class PointForm(MendedForm):
    """An address or number; of one that is changed, the kind stays."""

    kind = forms.ChoiceField(
        label=gettext_lazy("What"), choices=ContactPoint.KINDS, initial=ContactPoint.EMAIL
    )
    value = Line(label=gettext_lazy("Address or number"), max_length=320)
    label = Line(
        label=gettext_lazy("Label"),
        max_length=40,
        required=False,
        help_text=gettext_lazy("For example work, or only in the evening."),
    )
    preferred = forms.BooleanField(
        label=gettext_lazy("The main one"),
        required=False,
        help_text=gettext_lazy("It is written to first. There is one main address and number."),
    )
    automatic = forms.BooleanField(
        label=gettext_lazy("May be used for automatic messages"), required=False, initial=True
    )
    state = forms.ChoiceField(
        label=gettext_lazy("State"), choices=ContactPoint.STATES, initial="ok"
    )

    FIELDS = ("value", "label", "preferred", "automatic", "state")

    def __init__(
        self, practice: Practice, data: Any = None, *, point: ContactPoint | None = None
    ) -> None:
        held = {name: getattr(point, name) for name in self.FIELDS} if point else None
        super().__init__(data, held=held)
        self.practice, self.point, self.norm = practice, point, ""
        if point:
            del self.fields["kind"]
            kinds = dict(ContactPoint.KINDS)
            self.fields["value"].label = kinds[point.kind]
        else:
            del self.fields["state"]

    def clean(self) -> dict[str, Any]:
        kind = self.point.kind if self.point else self.cleaned_data.get("kind", "")
        value = self.cleaned_data.get("value")
        if value and kind:
            try:
                self.norm = normalised(kind, value, self.practice.country)
            except ValidationError as error:
                self.add_error("value", error)
        return self.cleaned_data


class ConsentForm(forms.Form):
    """What was said about one purpose, and how we know."""

    given = forms.ChoiceField(choices=ANSWERS, required=False)
    source = Line(max_length=120, required=False)

    def __init__(self, purpose: str, data: Any = None, held: Consent | None = None) -> None:
        answer = "" if held is None else ("yes" if held.given else "no")
        initial = {"given": answer, "source": held.source if held else ""}
        super().__init__(data, initial=initial, prefix=purpose)
        self.purpose, self.held = purpose, held
        words = {"purpose": dict(Consent.PURPOSES)[purpose]}
        self.fields["given"].label = words["purpose"]
        self.fields["source"].label = _("How we know (%(purpose)s)") % words
        for field in self.fields.values():
            field.widget.attrs["class"] = "inp"
            field.show_hidden_initial = True

    @property
    def stale(self) -> bool:
        """Did somebody else note something since this page was opened?"""
        return self.is_bound and any(
            self.data.get(self[name].html_initial_name, "") != self.initial[name]
            for name in self.changed_data
        )

    def said(self) -> Said:
        data = self.cleaned_data
        given = _GIVEN[data["given"]]
        return Said(self.purpose, given, data["source"] if given is not None else "")


def consent_forms(point: ContactPoint, data: Any = None) -> list[ConsentForm]:
    """One for each purpose."""
    held = {consent.purpose: consent for consent in point.consents.select_related("by")}
    return [ConsentForm(purpose, data, held.get(purpose)) for purpose, _ in Consent.PURPOSES]


class CorrespondentForm(MendedForm):
    """A laboratory, an insurer, a colleague elsewhere."""

    name = Line(label=gettext_lazy("Name"), max_length=200)
    organisation = Line(label=gettext_lazy("Organisation"), max_length=160, required=False)
    calling = forms.ChoiceField(
        label=gettext_lazy("Kind"), choices=Contact.CALLINGS, initial="laboratory"
    )
    note = Text(label=gettext_lazy("Note"), max_length=2000, required=False)

    FIELDS = ("name", "organisation", "calling", "note")

    def __init__(self, data: Any = None, *, contact: Contact | None = None) -> None:
        held = {name: getattr(contact, name) for name in self.FIELDS} if contact else None
        super().__init__(data, held=held)
