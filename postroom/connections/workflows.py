"""The workflows of an account: add, change, rest, wake."""

from datetime import datetime

from django.db import transaction

from postroom.connections.actions import Work, put_to_work, write_workflow
from postroom.connections.models import MailAccount, Workflow
from postroom.practice import audit, events
from postroom.practice.models import Member


@transaction.atomic
def add_workflow(account: MailAccount, work: Work, *, by: Member | None, now: datetime) -> Workflow:
    """Put an account to one more kind of work."""
    resting = account.workflows.filter(folder_in=work.plan.incoming).first()
    workflow = write_workflow(resting or Workflow(account=account), work)
    _tell(workflow, "add", by=by, now=now)
    return workflow


@transaction.atomic
def change_workflow(workflow: Workflow, work: Work, *, by: Member | None, now: datetime) -> None:
    """Change what a workflow does; the letters that came by it go on belonging to it."""
    put_to_work(workflow.account, work, workflow)
    _tell(workflow, "change", by=by, now=now)


@transaction.atomic
def set_workflow_active(
    workflow: Workflow, active: bool, *, by: Member | None, now: datetime
) -> None:
    """Rest a workflow, keeping all that came by it, or wake it."""
    Workflow.objects.filter(pk=workflow.pk).update(active=active)
    _tell(workflow, "activate" if active else "deactivate", by=by, now=now)


def _tell(workflow: Workflow, action: str, *, by: Member | None, now: datetime) -> None:
    practice = workflow.practice_id
    audit.record(practice, action, "workflow", workflow.pk, by=by, now=now)
    events.tell(practice, events.ACCOUNT, [workflow.account_id], now=now)
