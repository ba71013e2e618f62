"""A form that remembers what each field held when it was opened (mending.py)."""

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.safestring import SafeString

from postroom.clients.mending import Change
from postroom.kit.text import clean


class Line(forms.CharField):
    """One line of text: no control characters, spaces joined."""

    def to_python(self, value: Any) -> str:
        return " ".join(clean(super().to_python(value) or "").split())


class Text(forms.CharField):
    """Several lines of text."""

    widget = forms.Textarea(attrs={"rows": 3})

    def to_python(self, value: Any) -> str:
        return clean(super().to_python(value) or "").strip()


class Day(forms.DateField):
    """A date, in the browser's own calendar."""

    widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})


class SeenField(forms.BoundField):
    @property
    def was(self) -> SafeString:
        """The field as it was shown, hidden; for templates that draw its boxes one by one."""
        return self.as_hidden(only_initial=True) if self.field.show_hidden_initial else SafeString()


class MendedForm(forms.Form):
    """Every field is sent twice: as it was shown, and as it is now."""

    bound_field_class = SeenField

    def __init__(self, data: Any = None, *, held: Mapping[str, Any] | None = None) -> None:
        super().__init__(data, initial=dict(held) if held is not None else None)
        for field in self.fields.values():
            field.show_hidden_initial = held is not None
            if not isinstance(
                field.widget, forms.CheckboxInput | forms.CheckboxSelectMultiple | forms.RadioSelect
            ):
                field.widget.attrs.setdefault("class", "inp")

    def full_clean(self) -> None:
        """The first field that is wrong takes the focus, with or without script."""
        super().full_clean()
        for name in self.fields:
            if name in self.errors:
                self.fields[name].widget.attrs["autofocus"] = True
                break

    def changes(self, fields: Iterable[str] | None = None) -> dict[str, Change]:
        """What the person changed, of these fields. Call when the form is valid."""
        return {
            name: Change(seen, new)
            for name in fields or self.fields
            if (seen := self._seen(name)) != (new := self.cleaned_data[name])
        }

    def replace_anyway(self, current: Mapping[str, Any]) -> None:
        """The person now sees what somebody else wrote; saving again replaces it knowingly."""
        data = QueryDict(mutable=True)
        data.update(self.data)
        for name, value in current.items():
            key = self[name].html_initial_name
            if isinstance(value, frozenset | set | list | tuple):
                data.setlist(key, [str(one) for one in sorted(value)])
            else:
                data[key] = "" if value is None else str(value)
        self.data = data

    def _seen(self, name: str) -> Any:
        field = self.fields[name]
        raw = field.hidden_widget().value_from_datadict(
            self.data, self.files, self[name].html_initial_name
        )
        try:
            return field.clean(raw)
        except ValidationError:
            # What was there before would not be allowed today: it is as it was sent.
            return raw if raw is not None else ""
