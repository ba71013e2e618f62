"""Fields in the look of the house, and what they refuse."""

import unicodedata
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _


def one_line(value: str) -> None:
    """No control character: a line break would be a second command to the server."""
    if any(unicodedata.category(character) == "Cc" for character in value):
        raise ValidationError(_("This holds a line break or another invisible character."))


class Line(forms.CharField):
    """A line of text, in the look of the house."""

    default_validators = [one_line]
    widget = forms.TextInput

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        return {**super().widget_attrs(widget), "class": "inp", "spellcheck": "false"}


def number(least: int, most: int, **more: Any) -> forms.IntegerField:
    """A whole number between these, typed as text: no spinner."""
    widget = forms.TextInput(attrs={"class": "inp num", "inputmode": "numeric"})
    return forms.IntegerField(min_value=least, max_value=most, widget=widget, **more)
