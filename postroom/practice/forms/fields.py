"""Fields in the look of the house, for every form of this room."""

import unicodedata
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from postroom.practice import rules

SIGNATURE_HINT = gettext_lazy(
    "In braces stands what is filled in: {first_name}, {last_name}, {name}, {title}, {job}, "
    "{practice}, {telephone}. {job|Reception} has a word for when there is none."
)


def one_line(value: str) -> None:
    """No control character: a line break would end the header of a letter."""
    if any(unicodedata.category(character) == "Cc" for character in value):
        raise ValidationError(_("This holds a line break or another invisible character."))


class Line(forms.CharField):
    """A line of text."""

    default_validators = [one_line]
    widget = forms.TextInput

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        return {**super().widget_attrs(widget), "class": "inp", "spellcheck": "false"}


class Email(forms.EmailField):
    """An address, in lower case as it is compared."""

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        more = {"class": "inp", "autocapitalize": "none", "spellcheck": "false"}
        return {**super().widget_attrs(widget), **more}

    def clean(self, value: Any) -> Any:
        return super().clean(value).strip().lower()


class Signature(forms.CharField):
    """A few lines whose placeholders are all known."""

    widget = forms.Textarea

    def __init__(self, **options: Any) -> None:
        super().__init__(
            **{"max_length": 2000, "required": False, "help_text": SIGNATURE_HINT, **options}
        )

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        return {**super().widget_attrs(widget), "class": "inp", "rows": 5}

    def clean(self, value: Any) -> Any:
        text = super().clean(value).replace("\r\n", "\n")
        if unknown := rules.unknown_places(text):
            places = ", ".join(f"{{{place}}}" for place in rules.PLACEHOLDERS)
            raise ValidationError(
                _("{%(unknown)s} cannot be filled in. There are: %(places)s.")
                % {"unknown": unknown[0][:40], "places": places}
            )
        return text


def select(**attrs: str) -> forms.Select:
    """A list to choose from."""
    return forms.Select(attrs={"class": "inp", **attrs})
