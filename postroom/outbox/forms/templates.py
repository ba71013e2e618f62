"""What may be typed in a template: a field nobody knows is refused by name, with the nearest."""

from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from postroom.kit.text import clean
from postroom.outbox.composing import MOST
from postroom.outbox.template_fields import offered
from postroom.outbox.template_models import Template, TemplateVersion
from postroom.outbox.templating import fields, unknown
from postroom.practice.models import Practice

LONGEST = 100_000


class Line(forms.CharField):
    def to_python(self, value: Any) -> str:
        return " ".join(clean(super().to_python(value) or "").split())


class Text(forms.CharField):
    def to_python(self, value: Any) -> str:
        text: str = clean(super().to_python(value) or "").strip()
        return f"{text}\n" if text else ""


class Files(forms.FileInput):
    allow_multiple_selected = True

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        return files.getlist(name) if hasattr(files, "getlist") else []


class FilesField(forms.Field):
    widget = Files(attrs={"multiple": True, "class": "inp"})


class TemplateForm(forms.Form):
    """Its facts and its words, and the files it brings along."""

    FACTS = ("name", "channel", "purpose", "language", "resend_if_uncertain")

    name = Line(label=gettext_lazy("Name"), max_length=120)
    channel = forms.ChoiceField(label=gettext_lazy("Sent as"), choices=Template.CHANNELS)
    purpose = forms.ChoiceField(label=gettext_lazy("What it is for"), choices=Template.PURPOSES)
    language = forms.ChoiceField(label=gettext_lazy("Language"))
    subject = Line(label=gettext_lazy("Subject"), max_length=400, required=False)
    body = Text(
        label=gettext_lazy("Text"),
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 14}),
    )
    resend_if_uncertain = forms.BooleanField(
        label=gettext_lazy("Send it again by itself if nobody knows whether it was sent"),
        required=False,
    )
    enclosed = FilesField(label=gettext_lazy("Attachments"), required=False)
    keeps = forms.TypedMultipleChoiceField(required=False, coerce=int)

    def __init__(
        self,
        practice: Practice,
        data: Any = None,
        files: Any = None,
        *,
        template: Template | None = None,
        version: TemplateVersion | None = None,
    ) -> None:
        held: dict[str, Any] = {"language": practice.language}
        self.held_files = list(version.enclosures.all()) if version else []
        if template and version:
            held = {name: getattr(template, name) for name in self.FACTS}
            held |= {"subject": version.subject, "body": version.body}
            held["keeps"] = [one.pk for one in self.held_files]
        super().__init__(data, files, initial=held)
        self.practice = practice
        names = dict(settings.LANGUAGES)
        codes = dict.fromkeys([practice.language, *practice.languages, *names])
        if template:
            codes |= {template.language: None}
        language, keeps = self.fields["language"], self.fields["keeps"]
        assert isinstance(language, forms.ChoiceField) and isinstance(keeps, forms.ChoiceField)
        language.choices = [(code, names.get(code, code)) for code in codes]
        keeps.choices = [(one.pk, one.name) for one in self.held_files]
        for name in ("name", "channel", "purpose", "language", "subject", "body"):
            self.fields[name].widget.attrs["class"] = "inp"

    def clean_subject(self) -> str:
        return self._known("subject")

    def clean_body(self) -> str:
        return self._known("body")

    def clean_enclosed(self) -> Any:
        files = self.cleaned_data["enclosed"] or []
        if sum(one.size for one in (*files, *self.held_files)) > MOST:
            raise ValidationError(
                _("The files are too large: %(most)s MB at most, together.")
                % {"most": MOST // 1_000_000}
            )
        return files

    def clean(self) -> dict[str, Any]:
        data = self.cleaned_data
        if data.get("channel") == Template.EMAIL and not data.get("subject"):
            if "subject" not in self.errors:
                self.add_error("subject", _("An email needs a subject."))
        elif data.get("channel") == Template.SMS:
            data["subject"] = ""
            if data.get("enclosed"):
                self.add_error("enclosed", _("An SMS carries no files."))
        return data

    def named(self) -> set[str]:
        """The fields that stand in the subject and, of an SMS, in its text: where others see."""
        seen = str(self["subject"].value() or "")
        if self["channel"].value() == Template.SMS:
            seen = str(self["body"].value() or "")
        return {field.name for field in fields(seen)}

    def _known(self, name: str) -> str:
        text: str = self.cleaned_data[name]
        purpose = self.cleaned_data.get("purpose") or Template.MESSAGE
        known = {kind.name: str(kind.words) for kind in offered(purpose)}
        for one in unknown(text, known):
            raise ValidationError(_refusal(one.written, one.nearest))
        for field in fields(text):
            if field.fallback is None and f"{{{field.name}|" in text.replace(" ", ""):
                words = {"field": f"{{{field.name}|"}
                raise ValidationError(
                    _("Write a word after %(field)s, or leave the line | out.") % words
                )
        return text


def _refusal(written: str, nearest: str) -> str:
    words = {"field": f"{{{written}}}", "nearest": f"{{{nearest}}}"}
    if nearest:
        return _("There is no field %(field)s here. Do you mean %(nearest)s?") % words
    return _("There is no field %(field)s here. The list beside shows those there are.") % words
