"""Going on at a shared desk: who, and their PIN."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from postroom.practice import seats
from postroom.practice.models import SignedIn


class UnlockForm(forms.Form):
    """One of the people at this desk, and the PIN; whether it is right is not looked at here."""

    who = forms.TypedChoiceField(coerce=int, widget=forms.RadioSelect, label=_("Who"))
    pin = forms.CharField(
        label=_("PIN"),
        max_length=8,
        widget=forms.PasswordInput(
            attrs={
                "class": "inp",
                "inputmode": "numeric",
                "autocomplete": "off",
                "autofocus": True,
            }
        ),
        error_messages={"required": _("Type your PIN.")},
    )

    def __init__(self, people: list[SignedIn], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.people = {seat.pk: seat for seat in people if seats.takes_pin(seat)}
        self.fields["who"].choices = [(pk, seats.name_of(seat)) for pk, seat in self.people.items()]  # type: ignore[attr-defined]

    def seat(self) -> SignedIn:
        return self.people[self.cleaned_data["who"]]
