"""What a role is called and may do."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from postroom.practice import rules
from postroom.practice.forms.fields import Line
from postroom.practice.forms.people import names_of_roles
from postroom.practice.models import Practice, Role
from postroom.practice.words import RIGHTS


class RoleForm(forms.Form):
    name = Line(label=gettext_lazy("Name"), max_length=60)
    rights = forms.MultipleChoiceField(
        label=gettext_lazy("What this role may do"),
        choices=[(right, RIGHTS[right][0]) for right in rules.RIGHTS],
        required=False,
    )

    def __init__(self, practice: Practice, data: Any = None, role: Role | None = None) -> None:
        known = {"name": str(role), "rights": role.rights} if role else {"rights": [rules.READ]}
        super().__init__(data, initial=known)
        self.practice, self.role = practice, role

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"]
        other = names_of_roles(self.practice).get(name.casefold())
        if other and other != self.role:
            raise ValidationError(_("There is a role of this name already."))
        return name

    def ticks(self) -> list[dict[str, Any]]:
        """Each right with its words, whether it is ticked, and whether that can be changed."""
        chosen = self["rights"].value() or []
        key = self.role.key if self.role else ""
        always = rules.rights_of_role(key, ())
        return [
            {
                "right": right,
                "name": RIGHTS[right][0],
                "opens": RIGHTS[right][1],
                "ticked": right in chosen or right in always,
                "always": right in always,
            }
            for right in rules.RIGHTS
        ]
