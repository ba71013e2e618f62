"""What a person may change about themselves."""

from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from postroom.practice import devices, throttle
from postroom.practice.forms.fields import Email, Line, Signature, select
from postroom.practice.models import Member


class ProfileForm(forms.Form):
    FACTS = (
        *("title", "name", "job", "telephone", "signature", "language", "theme"),
        "undo_seconds",
    )

    title = Line(
        label=gettext_lazy("Title"),
        max_length=20,
        required=False,
        help_text=gettext_lazy("For example Dr."),
    )
    name = Line(label=gettext_lazy("Name"), max_length=120)
    job = Line(label=gettext_lazy("Job"), max_length=80, required=False)
    telephone = Line(label=gettext_lazy("Telephone"), max_length=40, required=False)
    signature = Signature(label=gettext_lazy("Your own signature"))
    language = forms.ChoiceField(
        label=gettext_lazy("Language"),
        choices=[("", gettext_lazy("As the practice")), *settings.LANGUAGES],
        required=False,
        widget=select(),
    )
    theme = forms.ChoiceField(
        label=gettext_lazy("Appearance"), choices=Member.THEMES, widget=select()
    )
    undo_seconds = forms.IntegerField(
        label=gettext_lazy("Seconds to undo, 0 to 60"),
        min_value=0,
        max_value=60,
        required=False,
        help_text=gettext_lazy(
            "So long a message you send waits, and Undo is offered; with 0 it leaves at once."
        ),
        widget=forms.NumberInput(attrs={"class": "inp", "inputmode": "numeric"}),
    )

    def __init__(self, member: Member, data: Any = None) -> None:
        super().__init__(data, initial={fact: getattr(member, fact) for fact in self.FACTS})
        self.member = member
        self.fields["signature"].widget.attrs["placeholder"] = member.practice.signature

    def clean_undo_seconds(self) -> int:
        given: int | None = self.cleaned_data["undo_seconds"]
        return self.member.undo_seconds if given is None else given

    def facts(self) -> dict[str, Any]:
        return {fact: self.cleaned_data[fact] for fact in self.FACTS}


class AddressForm(forms.Form):
    """A further address of one's own."""

    address = Email(label=gettext_lazy("Another address of yours"))


class NewEmailForm(forms.Form):
    """The address by which one wants to sign in; the password says that it is oneself."""

    email = Email(label=gettext_lazy("New address"))
    password = forms.CharField(
        label=gettext_lazy("Your password"),
        strip=False,
        max_length=500,
        widget=forms.PasswordInput(attrs={"class": "inp", "autocomplete": "current-password"}),
    )

    def __init__(self, request: Any, data: Any = None) -> None:
        super().__init__(data)
        self.request = request

    def clean_password(self) -> str:
        """Guessing is slowed down as at the door. Raises throttle.Busy."""
        password: str = self.cleaned_data["password"]
        user = self.request.user
        address = self.request.META.get("REMOTE_ADDR", "")
        place = throttle.Place(user.email, address, devices.known(self.request, user.email))
        if throttle.take_try(place, timezone.now()):
            raise ValidationError(_("Too many wrong passwords from here. Try again later."))
        with throttle.turn():
            if not user.check_password(password):
                raise ValidationError(_("This is not your password."))
        throttle.forgive(place)
        return password
