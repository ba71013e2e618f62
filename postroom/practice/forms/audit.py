"""What an administrator asks the audit, and what they export of it."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from postroom.practice import audit_words
from postroom.practice.auditing import POSTROOM, Wanted
from postroom.practice.models import Practice

CSV, JSON_LINES = "csv", "jsonl"
LARGEST = 2**63 - 1


def _select() -> forms.Select:
    return forms.Select(attrs={"class": "inp"})


def _day() -> forms.DateInput:
    return forms.DateInput(format="%Y-%m-%d", attrs={"class": "inp", "type": "date"})


class AuditForm(forms.Form):
    """The filters above the list; all of them may be empty."""

    who = forms.ChoiceField(label=_("Who"), required=False, widget=_select())
    what = forms.ChoiceField(label=_("What"), required=False, widget=_select())
    kind = forms.ChoiceField(label=_("On what"), required=False, widget=_select())
    since = forms.DateField(
        label=_("Since"), required=False, widget=_day(), input_formats=["%Y-%m-%d"]
    )
    until = forms.DateField(
        label=_("Up to"), required=False, widget=_day(), input_formats=["%Y-%m-%d"]
    )
    id = forms.IntegerField(
        required=False, min_value=0, max_value=LARGEST, widget=forms.HiddenInput()
    )

    def __init__(self, practice: Practice, data: Any = None) -> None:
        super().__init__(data, auto_id="audit_%s")
        self._choices("who", _("Everybody"), self._people(practice))
        groups = [(key, words) for key, (words, _actions) in audit_words.GROUPS.items()]
        self._choices("what", _("Everything"), [*groups, (audit_words.CHANGES, _("Changes"))])
        kinds = [(key, kind.words) for key, kind in audit_words.KINDS.items()]
        self._choices("kind", _("Everything"), kinds)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        since, until = data.get("since"), data.get("until")
        if since and until and until < since:
            raise ValidationError({"until": _("This day is before the first one.")})
        return data

    def wanted(self) -> Wanted:
        """The filters of a form that is valid."""
        data = self.cleaned_data
        return Wanted(
            who=data["who"],
            group=data["what"],
            kind=data["kind"],
            id=data["id"] if data["kind"] else None,
            since=data["since"],
            until=data["until"],
        )

    def said(self) -> dict[str, str]:
        """The filters that are set, as in an address."""
        return {
            name: str(value) for name, value in self.cleaned_data.items() if value or value == 0
        }

    def _choices(self, name: str, everything: Any, choices: list[tuple[str, Any]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", everything), *choices]

    @staticmethod
    def _people(practice: Practice) -> list[tuple[str, Any]]:
        members = practice.members.order_by("name", "pk").values_list("pk", "name")
        people: list[tuple[str, Any]] = [(str(pk), name) for pk, name in members]
        return [*people, (POSTROOM, _("Postroom itself"))]


class ExportForm(AuditForm):
    """The same filters, and how the file is written."""

    format = forms.ChoiceField(choices=[(CSV, "CSV"), (JSON_LINES, "JSON")])
