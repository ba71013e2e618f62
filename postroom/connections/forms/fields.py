"""Numbers in the look of the house; lines are as everywhere."""

from typing import Any

from django import forms

from postroom.practice.forms.fields import Line

__all__ = ["Line", "number"]


def number(least: int, most: int, **more: Any) -> forms.IntegerField:
    """A whole number between these, typed as text: no spinner."""
    widget = forms.TextInput(attrs={"class": "inp num", "inputmode": "numeric"})
    return forms.IntegerField(min_value=least, max_value=most, widget=widget, **more)
