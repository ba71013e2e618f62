"""Commands are written down, and the log can be checked from the shell."""

import json

import pytest

from postroom.cli import main
from postroom.cli.common import shell_user
from postroom.cli.doctor import _audit
from postroom.practice import audit, sealing
from postroom.practice.models import AuditChain, AuditEvent
from postroom.practice.tests.test_sealing import NOW, tamper
from tests.support.cast import Cast


def test_a_command_is_a_line_by_postroom_with_the_shells_user(cast: Cast) -> None:
    assert main(["register", "--practice", "tern"]) == 0
    row = AuditEvent.objects.get()
    assert (row.practice, row.member, row.who) == (cast.practice, None, "")
    assert row.data == {"command": "register", "shell_user": shell_user()}
    assert shell_user()


def test_a_command_that_shows_a_clients_letters_says_whose(cast: Cast) -> None:
    assert main(["register", "--practice", "tern", "--client", "4182", "--json"]) == 0
    assert AuditEvent.objects.get().data["client"] == "4182"


def test_a_command_for_nobody_in_particular_is_a_line_in_each_practice(cast: Cast) -> None:
    assert main(["account", "list", "--practice", "tern"]) == 0
    assert AuditEvent.objects.get().data["command"] == "account list"


@pytest.mark.parametrize("command", [["doctor"], ["idle", "--practice", "tern"]])
def test_looking_after_the_house_is_not_written_down(cast: Cast, command: list[str]) -> None:
    main(command)
    assert not AuditEvent.objects.exists()


def test_a_command_that_is_refused_did_nothing_and_is_no_line(cast: Cast) -> None:
    assert main(["register"]) == 1  # two practices: which one?
    assert not AuditEvent.objects.exists()


def test_verify_seals_looks_and_says_where_the_log_ends(
    cast: Cast, capsys: pytest.CaptureFixture[str]
) -> None:
    audit.record(cast.practice.pk, "read", "entry", 1, by=cast.bob, now=NOW)
    assert main(["audit", "verify", "--practice", "tern", "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert (said["practice"], said["well"], said["rows"], said["seq"]) == ("tern", True, 1, 1)
    end = f"1:{said['seal']}"
    assert main(["audit", "verify", "--practice", "tern", "--expect", end]) == 0
    assert main(["audit", "verify", "--practice", "tern", "--expect", "2:1.x"]) == 1
    assert main(["audit", "verify", "--practice", "tern", "--expect", "nonsense"]) == 1


def test_a_changed_line_makes_verify_and_doctor_fail(
    cast: Cast, capsys: pytest.CaptureFixture[str]
) -> None:
    audit.record(cast.practice.pk, "read", "entry", 1, by=cast.bob, now=NOW)
    assert main(["audit", "verify"]) == 0
    assert _audit().well
    tamper("UPDATE practice_auditevent SET who = 'Nobody'")
    assert main(["audit", "verify"]) == 1
    assert "Line 1 was changed, or put in." in capsys.readouterr().out
    assert not _audit().well


def test_doctor_says_when_nothing_seals_the_log(cast: Cast) -> None:
    audit.record(cast.practice.pk, "read", "entry", 1, by=None, now=NOW - 2 * sealing.LATE)
    assert not _audit().well
    sealing.seal_all(NOW)
    assert _audit().well
    assert AuditChain.objects.get().findings == []
