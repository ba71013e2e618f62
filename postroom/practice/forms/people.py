"""What an administrator says of somebody."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from postroom.practice.forms.fields import Email, Line, select
from postroom.practice.models import Member, Practice, Role
from postroom.practice.rules import may_give


class RoleField(forms.ModelChoiceField):
    """The practice's roles that may do no more than the person who chooses."""

    widget = forms.Select

    def __init__(self, **options: Any) -> None:
        super().__init__(
            Role.objects.none(),
            label=_("Role"),
            empty_label=None,
            widget=select(),
            error_messages={"invalid_choice": _("Choose one of the roles in the list.")},
            **options,
        )

    def offer(self, by: Member, also: Role | None = None) -> None:
        """Limit the list to what `by` may give, with the role somebody has already."""
        ours = by.practice.roles.order_by("pk")
        fit = [role.pk for role in ours if may_give(by.role.key, by.role.rights, role.rights)]
        self.queryset = ours.filter(pk__in=[*fit, *([also.pk] if also else [])])


class InviteForm(forms.Form):
    email = Email(label=_("Email address"), help_text=_("The link goes there."))
    name = Line(label=_("Name"), max_length=120)
    role = RoleField()

    def __init__(self, by: Member, data: Any = None) -> None:
        super().__init__(data)
        field = self.fields["role"]
        assert isinstance(field, RoleField)
        field.offer(by)
        self.initial["role"] = by.practice.roles.filter(key="reception").first()


class MemberForm(forms.Form):
    """A member as the practice knows them (BS-109)."""

    FACTS = (
        *("title", "name", "job", "telephone"),
        *("association", "association_number", "practitioner"),
    )

    title = Line(label=_("Title"), max_length=20, required=False, help_text=_("For example Dr."))
    name = Line(label=_("Name"), max_length=120)
    role = RoleField()
    job = Line(label=_("Job"), max_length=80, required=False)
    telephone = Line(label=_("Telephone"), max_length=40, required=False)
    association = Line(
        label=_("Professional body"),
        max_length=80,
        required=False,
        help_text=_("Where this person is registered to practise."),
    )
    association_number = Line(label=_("Number there"), max_length=40, required=False)
    practitioner = forms.BooleanField(label=_("Sees patients (practitioner)"), required=False)

    def __init__(self, member: Member, by: Member, data: Any = None) -> None:
        known = {fact: getattr(member, fact) for fact in self.FACTS}
        super().__init__(data, initial={**known, "role": member.role})
        field = self.fields["role"]
        assert isinstance(field, RoleField)
        field.offer(by, also=member.role)

    def facts(self) -> dict[str, Any]:
        return {fact: self.cleaned_data[fact] for fact in self.FACTS}


def names_of_roles(practice: Practice) -> dict[str, Role]:
    """The practice's roles by the name on screen, in small letters."""
    return {str(role).casefold(): role for role in practice.roles.all()}
