"""What a practice says of itself, and when it is closed."""

from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from postroom.practice import closing
from postroom.practice.countries import country_choices
from postroom.practice.forms.fields import Line, Signature, select
from postroom.practice.models import Practice


class PracticeForm(forms.Form):
    FACTS = (
        *("name", "kind", "client_word", "patient_word", "telephone", "address"),
        *("country", "region", "time_zone", "language", "languages"),
        *("signature", "idle_minutes"),
    )

    name = Line(label=gettext_lazy("Name"), max_length=120)
    kind = forms.ChoiceField(
        label=gettext_lazy("Kind of practice"), choices=Practice.KINDS, widget=select()
    )
    client_word = forms.ChoiceField(
        label=gettext_lazy("Whom you look after"),
        choices=Practice.CLIENT_WORDS,
        widget=select(),
        help_text=gettext_lazy("What the pages call them."),
    )
    patient_word = forms.ChoiceField(
        label=gettext_lazy("Whom they bring"), choices=Practice.PATIENT_WORDS, widget=select()
    )
    telephone = Line(label=gettext_lazy("Telephone"), max_length=40, required=False)
    address = forms.CharField(
        label=gettext_lazy("Address"),
        max_length=400,
        required=False,
        widget=forms.Textarea(attrs={"class": "inp", "rows": 3}),
    )
    country = forms.ChoiceField(
        label=gettext_lazy("Country"),
        widget=select(),
        help_text=gettext_lazy("Reads telephone numbers, and knows the public holidays."),
    )
    region = forms.ChoiceField(
        label=gettext_lazy("Region"),
        required=False,
        widget=select(),
        help_text=gettext_lazy("Where it has public holidays of its own."),
    )
    time_zone = Line(
        label=gettext_lazy("Time zone"),
        max_length=64,
        help_text=gettext_lazy("Such as Europe/Paris."),
        widget=forms.TextInput(attrs={"list": "time-zones", "autocapitalize": "none"}),
    )
    language = forms.ChoiceField(
        label=gettext_lazy("Language"), choices=settings.LANGUAGES, widget=select()
    )
    languages = forms.MultipleChoiceField(
        label=gettext_lazy("Languages you write in"),
        choices=settings.LANGUAGES,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    signature = Signature(
        label=gettext_lazy("Under the letters of everybody who has none of their own")
    )
    idle_minutes = forms.IntegerField(
        label=gettext_lazy("Minutes without use until a page locks itself"),
        min_value=1,
        max_value=720,
        widget=forms.TextInput(attrs={"class": "inp", "inputmode": "numeric"}),
    )

    def __init__(self, practice: Practice, data: Any = None) -> None:
        known = {fact: getattr(practice, fact) for fact in self.FACTS}
        known["languages"] = practice.languages or [practice.language]
        super().__init__(data, initial=known)
        country = self["country"].value() or practice.country
        self._offer("country", country_choices(practice.country))
        everywhere = (("", _("The whole country")),)
        self._offer("region", [*everywhere, *closing.regions(str(country))])

    def _offer(self, name: str, choices: list[tuple[str, str]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices
        if name == "region" and self.is_bound and self["region"].value() not in dict(choices):
            # Of the country that was chosen before: it says nothing of the new one.
            data: Any = self.data
            self.data = data.copy()
            self.data["region"] = ""  # type: ignore[index]

    def clean_time_zone(self) -> str:
        zone: str = self.cleaned_data["time_zone"]
        if zone not in available_timezones():
            raise ValidationError(
                _("There is no time zone “%s”. Write it like Europe/Paris.") % zone[:64]
            )
        return zone

    def clean_address(self) -> str:
        text: str = self.cleaned_data["address"].replace("\r\n", "\n")
        return text

    def clean(self) -> dict[str, Any]:
        """The language of the pages comes first of those it writes in; alone, it needs no list."""
        data = self.cleaned_data
        if "language" in data and "languages" in data:
            first = data["language"]
            others = [one for one in data["languages"] if one != first]
            data["languages"] = [first, *others] if others else []
        return data

    def facts(self) -> dict[str, Any]:
        return {fact: self.cleaned_data[fact] for fact in self.FACTS}


class WeekdaysForm(forms.Form):
    weekdays = forms.TypedMultipleChoiceField(
        label=gettext_lazy("Closed every week on"),
        choices=list(WEEKDAYS.items()),
        coerce=int,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    def clean_weekdays(self) -> list[int]:
        weekdays: list[int] = self.cleaned_data["weekdays"]
        if len(weekdays) == len(WEEKDAYS):
            raise ValidationError(_("At least one day of the week must be open."))
        return weekdays


class ClosedDayForm(forms.Form):
    day = forms.DateField(
        label=gettext_lazy("Day"),
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"class": "inp", "type": "date"}),
    )
    name = Line(label=gettext_lazy("Why"), max_length=80, required=False)


class HolidayForm(forms.Form):
    """A public holiday of the page."""

    day = forms.DateField(input_formats=["%Y-%m-%d"])
