"""`postroom doctor`: the same as the page, for the shell."""

import json
from datetime import timedelta

import pytest
from django.conf import settings
from django.utils import timezone

from postroom.cli import main
from postroom.cli.doctor import Finding, examine
from postroom.connections.models import FolderState, MailAccount, Workflow
from postroom.practice.jobs import HEART, claim_slot
from tests.support.cast import Cast


@pytest.fixture
def account(cast: Cast) -> MailAccount:
    made = MailAccount.objects.create(
        practice=cast.practice, name="Desk", host="imap.example", checked_at=timezone.now()
    )
    made.password_sealed = settings.KEYRING.seal("secret", made.password_place)
    made.save()
    Workflow.objects.create(practice=cast.practice, account=made)
    return made


def found(name: str) -> Finding:
    return next(finding for finding in examine() if finding.name == name)


def test_an_account_comes_with_its_books(account, capsys: pytest.CaptureFixture[str]) -> None:
    FolderState.objects.create(
        practice=account.practice, account=account, folder="Incoming", counted=5,
        counted_at=timezone.now(), books={"filed": 4}, gap_since=timezone.now(),
    )  # fmt: skip
    assert main(["doctor", "--json"]) == 1
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    (one,) = [line for line in lines if line["name"] == "account Desk"]
    assert not one["well"]
    assert one["words"] == "Desk: 1 letter in “Incoming” is on the server and not in our books."
    assert one["facts"]["folders"][0]["gap"] == 1


def test_a_well_account_is_well(account) -> None:
    assert found("account Desk").well
    MailAccount.objects.update(trouble="sign-in", trouble_since=timezone.now())
    assert not found("account Desk").well


def test_somebodys_own_mailbox_is_not_named(cast: Cast, account) -> None:
    MailAccount.objects.update(owner=cast.bob, name="Private", trouble="folder-missing")
    finding = found(f"account #{account.pk}")
    assert not finding.well
    assert "Private" not in str(finding)


def test_a_worker_that_runs_is_well_and_one_that_stopped_is_not(cast: Cast) -> None:
    assert found("machine").well  # it has not been started yet
    claim_slot(HEART, (timezone.now() - timedelta(hours=1)).isoformat())
    stopped = found("machine")
    assert (stopped.well, stopped.facts["code"]) == (False, "worker-silent")
    claim_slot(HEART, timezone.now().isoformat())
    assert found("machine").words == "The worker runs, and no task waits for long."
