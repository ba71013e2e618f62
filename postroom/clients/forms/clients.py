"""What may be typed about a client, its patients and its groups."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from postroom.clients.forms.mended import Day, Line, MendedForm, Text
from postroom.clients.models import Client
from postroom.practice.models import Member, Practice

FUTURE = gettext_lazy("This day is still to come.")


def past(day: Any) -> Any:
    if day and day > timezone.localdate():
        raise ValidationError(FUTURE)
    return day


def languages(practice: Practice) -> list[tuple[str, str]]:
    """Those the house speaks, and those the practice writes in besides."""
    names = dict(settings.LANGUAGES)
    codes = dict.fromkeys([*names, practice.language, *practice.languages])
    return [("", _("As the practice")), *((code, names.get(code, code)) for code in codes)]


def members(practice: Practice, held: Iterable[int | None] = ()) -> list[tuple[int, str]]:
    """Those who are here, and those who are chosen already although they have left."""
    here = Q(active=True) | Q(pk__in=[pk for pk in held if pk is not None])
    rows = Member.objects.filter(here, practice=practice).order_by("name", "pk")
    return list(rows.values_list("pk", "name"))


class AccessField(forms.TypedMultipleChoiceField):
    """Members by id, as a set."""

    def clean(self, value: Any) -> frozenset[int]:
        return frozenset(super().clean(value))


class ClientForm(MendedForm):
    """The fields of a client: the same for a new one and for one that is changed."""

    name = Line(label=gettext_lazy("Name"), max_length=200)
    ref = Line(
        label=gettext_lazy("Number"),
        max_length=64,
        required=False,
        help_text=gettext_lazy(
            "As in your practice’s own system. Left empty, we make one up, such as P-0001."
        ),
    )
    language = forms.ChoiceField(label=gettext_lazy("Language"), required=False)
    birth_date = Day(label=gettext_lazy("Date of birth"), required=False)
    state = forms.ChoiceField(label=gettext_lazy("State"), choices=Client.STATES, initial="active")
    channel = forms.ChoiceField(
        label=gettext_lazy("Preferred channel"),
        choices=[("", gettext_lazy("No preference")), *Client.CHANNELS],
        required=False,
    )
    practitioner_id = forms.TypedChoiceField(
        label=gettext_lazy("Responsible practitioner"), required=False, coerce=int, empty_value=None
    )
    note = Text(label=gettext_lazy("Note"), max_length=2000, required=False)
    restricted = forms.BooleanField(
        label=gettext_lazy("Only some members may open this record"),
        required=False,
        help_text=gettext_lazy(
            "For everybody else, administrators too, the record and all correspondence are not"
            " there. You are always among those who may."
        ),
    )
    access = AccessField(
        label=gettext_lazy("Who may open it, when it is restricted"),
        required=False,
        coerce=int,
        widget=forms.CheckboxSelectMultiple,
    )

    ABOUT = ("name", "ref", "birth_date", "language", "state", "practitioner_id", "channel", "note")
    WHO = ("restricted", "access")

    def __init__(
        self,
        practice: Practice,
        data: Any = None,
        *,
        client: Client | None = None,
        access: Iterable[int] = (),
    ) -> None:
        held, access = None, list(access)
        if client is not None:
            held = {field: getattr(client, field) for field in (*self.ABOUT, "restricted")}
            held["access"] = sorted(access)
        super().__init__(data, held=held)
        self.practice, self.client = practice, client
        chosen = members(practice, [client.practitioner_id if client else None])
        self._choices("language", languages(practice), client.language if client else "")
        self._choices("practitioner_id", [("", _("Nobody in particular")), *chosen])
        self._choices("access", members(practice, access))
        if client is not None:
            self.fields["ref"].required = True
            self.fields["ref"].help_text = _("As in your practice’s own system.")

    def clean_birth_date(self) -> Any:
        return past(self.cleaned_data["birth_date"])

    def sections(self) -> list[tuple[str, list[forms.BoundField]]]:
        return [
            (_("About them"), [self[name] for name in self.ABOUT]),
            (_("Who may open the record"), [self[name] for name in self.WHO]),
        ]

    def _choices(self, name: str, choices: list[tuple[Any, str]], held: str = "") -> None:
        """A value that is kept stays a choice, though nobody would offer it any more."""
        if held and held not in dict(choices):
            choices = [*choices, (held, held)]
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices


class NewClientForm(ClientForm):
    """A new client with a first address and number."""

    email = Line(label=gettext_lazy("Email address"), max_length=320, required=False)
    phone = Line(label=gettext_lazy("Telephone"), max_length=300, required=False)

    def sections(self) -> list[tuple[str, list[forms.BoundField]]]:
        about, who = super().sections()
        return [about, (_("How to reach them"), [self["email"], self["phone"]]), who]


class PatientForm(MendedForm):
    name = Line(label=gettext_lazy("Name"), max_length=120)
    kind = Line(
        label=gettext_lazy("Kind"),
        max_length=60,
        required=False,
        help_text=gettext_lazy("For example dog, or daughter."),
    )
    birth_date = Day(label=gettext_lazy("Date of birth"), required=False)
    died_on = Day(
        label=gettext_lazy("Died on"),
        required=False,
        help_text=gettext_lazy("Nothing is ever sent about somebody who has died."),
    )
    archived = forms.BooleanField(
        label=gettext_lazy("Archived: no longer in our care"), required=False
    )

    def clean_birth_date(self) -> Any:
        return past(self.cleaned_data["birth_date"])

    def clean_died_on(self) -> Any:
        return past(self.cleaned_data["died_on"])

    def clean(self) -> dict[str, Any]:
        born, died = self.cleaned_data.get("birth_date"), self.cleaned_data.get("died_on")
        if born and died and died < born:
            self.add_error("died_on", _("This is before the date of birth."))
        return self.cleaned_data


class GroupForm(MendedForm):
    name = Line(label=gettext_lazy("Name of the group"), max_length=160)
