"""What the composer's page sends: any of it may be half typed, since it is saved as one writes."""

from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.utils.translation import gettext_lazy

from postroom.connections.models import SmtpAccount
from postroom.kit.text import clean
from postroom.outbox.draft_models import Draft
from postroom.outbox.hurdles import Answer
from postroom.practice.models import Member

LONGEST = 200_000  # characters of a letter
MORNING = time(8)


class Line(forms.CharField):
    """One line, its spaces left alone: it is saved while somebody types."""

    def to_python(self, value: Any) -> str:
        return clean(super().to_python(value) or "").replace("\n", " ")[: self.max_length]


class Letter(forms.CharField):
    """The text as it was typed."""

    widget = forms.Textarea(attrs={"rows": 14, "class": "inp"})

    def __init__(self, **more: Any) -> None:
        super().__init__(strip=False, required=False, **more)

    def to_python(self, value: Any) -> str:
        return clean(super().to_python(value) or "")[:LONGEST]


class ComposerForm(forms.Form):
    """The fields of a draft that are typed or ticked."""

    cc = Line(label=gettext_lazy("Cc"), required=False, max_length=None, strip=False)
    bcc = Line(label=gettext_lazy("Bcc"), required=False, max_length=None, strip=False)
    subject = Line(label=gettext_lazy("Subject"), required=False, max_length=None, strip=False)
    text = Letter(label=gettext_lazy("Message"))
    quote = forms.BooleanField(required=False)
    to_register = forms.BooleanField(label=gettext_lazy("Assign to the register"), required=False)
    replies = forms.ChoiceField(choices=Draft.REPLIES, required=False, widget=forms.RadioSelect)
    account = forms.TypedChoiceField(
        label=gettext_lazy("From"), required=False, coerce=int, empty_value=None
    )
    patients = forms.TypedMultipleChoiceField(required=False, coerce=int)

    LIMITS = {"cc": 2000, "bcc": 2000, "subject": 400}

    def __init__(
        self,
        draft: Draft,
        accounts: list[SmtpAccount],
        data: Any = None,
        patients: list[int] | None = None,
    ) -> None:
        held = {name: getattr(draft, name) for name in self.base_fields}
        super().__init__(data, initial=held | {"account": draft.account_id})
        for name, limit in self.LIMITS.items():
            self.fields[name].widget.attrs |= {"class": "inp", "maxlength": limit}
        account, chosen = self.fields["account"], self.fields["patients"]
        assert isinstance(account, forms.ChoiceField) and isinstance(chosen, forms.ChoiceField)
        account.choices = [(one.pk, one.name) for one in accounts]
        chosen.choices = [(pk, pk) for pk in patients or []]

    def facts(self) -> dict[str, Any]:
        """What to save; of what makes no sense, what was held before."""
        self.is_valid()
        data = {name: self.cleaned_data.get(name, self.initial[name]) for name in self.fields}
        for name, limit in self.LIMITS.items():
            data[name] = data[name][:limit]
        data["account_id"] = data.pop("account") or self.initial["account"]
        data["replies"] = data["replies"] or self.initial["replies"]
        return data


class AnswerForm(forms.Form):
    """What was answered to what was asked before sending."""

    sure = forms.CharField(max_length=32, required=False)
    reason = forms.CharField(
        label=gettext_lazy("Why it is sent all the same"), max_length=400, required=False
    )

    def answer(self) -> Answer:
        if not self.is_valid():
            return Answer()
        reason = " ".join(clean(self.cleaned_data["reason"]).split())
        return Answer(self.cleaned_data["sure"], reason)


class LaterForm(forms.Form):
    """A day and time by the practice's clock."""

    later = forms.DateTimeField(
        label=gettext_lazy("Day and time"),
        widget=forms.DateTimeInput(
            format="%Y-%m-%dT%H:%M", attrs={"type": "datetime-local", "class": "inp"}
        ),
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"],
        error_messages={
            "required": gettext_lazy("Choose a day and time."),
            "invalid": gettext_lazy("Choose a day and time."),
        },
    )


def tomorrow(member: Member, now: datetime) -> datetime:
    """Tomorrow morning, by the practice's clock."""
    zone = ZoneInfo(member.practice.time_zone)
    day = now.astimezone(zone).date() + timedelta(days=1)
    return datetime.combine(day, MORNING, zone)
