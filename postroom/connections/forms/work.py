"""What is to be done with a mailbox: kind, folders, interval, and from when on."""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from postroom.connections.actions import Work
from postroom.connections.forms.fields import Line, number
from postroom.connections.models import Workflow
from postroom.connections.rules import INBOX, Plan, one_spelling, plan_faults
from postroom.connections.words import FOLDER_FAULTS
from postroom.practice.models import Practice

NOW, DATE, ALL = "now", "date", "all"
OWN_KINDS = [
    (Workflow.INBOX, _("List the whole inbox in My inbox")),
    (Workflow.FILING, _("List what is put in one folder")),
]
SLOW_CLOCK = timedelta(minutes=15)  # a mail server may be behind: what it has just got is new
OLDEST = date(1990, 1, 1)


class WorkForm(forms.Form):
    """One workflow: the folders on the server, and how often they are looked at."""

    kind = forms.ChoiceField(
        label=_("What Postroom does with this mailbox"),
        choices=[
            (Workflow.FILING, _("File what is put in one folder (recommended)")),
            (Workflow.INBOX, _("Take the whole inbox to the shared inbox")),
        ],
        initial=Workflow.FILING,
        widget=forms.RadioSelect,
    )
    incoming = Line(
        label=_("Incoming"),
        max_length=255,
        required=False,
        initial="Incoming",
        help_text=_("Where you put the mail that is to be filed. Only this folder is read."),
        widget=forms.TextInput(attrs={"list": "folders"}),
    )
    resolved = Line(
        label=_("Resolved"),
        max_length=255,
        required=False,
        initial="Resolved",
        help_text=_("Where mail goes once it is filed, or its conversation closed."),
        widget=forms.TextInput(attrs={"list": "folders"}),
    )
    unresolved = Line(
        label=_("Unresolved"),
        max_length=255,
        required=False,
        initial="Unresolved",
        help_text=_("Where mail waits until somebody says whose it is."),
        widget=forms.TextInput(attrs={"list": "folders"}),
    )
    after_close = forms.ChoiceField(
        label=_("When its conversation is closed"),
        choices=[
            (Workflow.TO_RESOLVED, _("Move the message to Resolved")),
            (Workflow.STAY, _("Leave it where it is")),
        ],
        initial=Workflow.TO_RESOLVED,
        required=False,
        widget=forms.Select(attrs={"class": "inp"}),
    )
    create_folders = forms.BooleanField(
        label=_("Create these folders for me where they are missing"), required=False, initial=True
    )
    minutes = number(
        1,
        1440,
        label=_("Minutes between two looks"),
        initial=5,
        required=False,
        help_text=_("Where the server announces new mail, it is here within moments anyway."),
    )
    to_group = forms.BooleanField(
        label=_("File on all records of one family that share the sender’s address"),
        required=False,
        help_text=_("Otherwise such mail waits until somebody chooses."),
    )

    def __init__(
        self, others: Iterable[Plan] = (), data: Any = None, *, own: bool = False, **more: Any
    ) -> None:
        super().__init__(data, **more)
        self.others = list(others)
        kind = self.fields["kind"]
        assert isinstance(kind, forms.ChoiceField)
        if own:
            kind.choices = OWN_KINDS

    def clean_minutes(self) -> int:
        return self.cleaned_data["minutes"] or 5

    def clean(self) -> dict[str, Any]:
        data = self.cleaned_data
        if not {"kind", "incoming", "resolved", "unresolved"} <= set(data):
            return data
        plan = self.plan()
        trimmed = plan.trimmed()
        for field in ("incoming", "resolved", "unresolved"):
            typed = plan.kind == Workflow.FILING or field != "incoming"
            if typed and getattr(trimmed, field) and not data[field]:
                self.add_error(field, str(self.fields[field].error_messages["required"]))
        for field, fault in plan_faults(plan, self.others).items():
            # The inbox is not typed: what is wrong with it is wrong with the kind.
            inbox = field == "incoming" and plan.kind == Workflow.INBOX
            self.add_error("kind" if inbox else field, str(FOLDER_FAULTS[fault]))
        return data

    def plan(self) -> Plan:
        data = self.cleaned_data
        whole = data["kind"] == Workflow.INBOX
        return Plan(
            data["kind"],
            INBOX if whole else one_spelling(data["incoming"] or "Incoming"),
            data["resolved"] or "Resolved",
            data["unresolved"] or "Unresolved",
            data["after_close"] or Workflow.TO_RESOLVED,
        )

    def work(self, begins_at: datetime | None = None) -> Work:
        """Raises KeyError before `is_valid`."""
        data = self.cleaned_data
        return Work(self.plan(), data["minutes"], data["to_group"], begins_at)


class BeginForm(forms.Form):
    """From when on letters are taken in; what the server received before is left alone."""

    begin = forms.ChoiceField(
        label=_("Which mail to take in"),
        choices=[
            (NOW, _("Only what arrives from now on")),
            (DATE, _("What arrived since a day")),
            (ALL, _("Everything in the folder")),
        ],
        initial=NOW,
        widget=forms.RadioSelect,
    )
    since = forms.DateField(
        label=_("Since"),
        required=False,
        widget=forms.DateInput(attrs={"class": "inp", "type": "date"}, format="%Y-%m-%d"),
    )

    def __init__(self, practice: Practice, data: Any = None, **more: Any) -> None:
        super().__init__(data, **more)
        self.zone = practice.zone

    def clean(self) -> dict[str, Any]:
        data = self.cleaned_data
        if data.get("begin") != DATE or "since" not in data:
            return data
        since, today = data["since"], timezone.now().astimezone(self.zone).date()
        if since is None:
            self.add_error("since", str(_("Say since which day.")))
        elif not OLDEST <= since <= today:
            self.add_error("since", str(_("This day is not in the past, or too far in it.")))
        return data

    def begins_at(self, now: datetime, before: datetime | None = None) -> datetime | None:
        """The moment, by the practice's own clock; None is the beginning of all.

        `before` stays as it is to the second when its day is chosen again.
        """
        data = self.cleaned_data
        if (
            before
            and data["begin"] == DATE
            and before.astimezone(self.zone).date() == data["since"]
        ):
            return before
        if data["begin"] == ALL:
            return None
        if data["begin"] == NOW:
            return now - SLOW_CLOCK
        return datetime.combine(data["since"], time(), self.zone)


def known_begin(begins_at: datetime | None, practice: Practice) -> dict[str, Any]:
    """The first values of a BeginForm for a workflow that has begun."""
    if begins_at is None:
        return {"begin": ALL}
    return {"begin": DATE, "since": begins_at.astimezone(practice.zone).date()}


def known_work(workflow: Workflow) -> dict[str, Any]:
    """The first values of a WorkForm for a workflow there is."""
    return {
        "kind": workflow.kind,
        "incoming": "Incoming" if workflow.kind == Workflow.INBOX else workflow.folder_in,
        "resolved": workflow.folder_resolved,
        "unresolved": workflow.folder_unresolved,
        "after_close": workflow.after_close,
        "minutes": workflow.minutes,
        "to_group": workflow.to_group,
        "create_folders": True,
    }
