"""`postroom account`: what may be said of a mailbox on the command line."""

import argparse
import base64
import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from postroom import cli
from postroom.cli import account
from postroom.connections.models import MailAccount, Workflow
from tests.support.cast import Cast
from tests.support.scripted_imap import ScriptedImap

Run = Callable[..., int]
TOKEN = "ya29.of-nobody"


@pytest.fixture
def server() -> Iterator[ScriptedImap]:
    with ScriptedImap() as one:
        yield one


@pytest.fixture
def add(cast: Cast, server: ScriptedImap, tmp_path: Path, run: Run) -> Run:
    secret = tmp_path / "secret"
    secret.write_text(server.password + "\n")

    def call(*more: str, proof: str = "--password-file") -> int:
        where = ("--host", server.host, "--port", server.port, "--security", "none")
        who = ("--user", "desk", proof, secret)
        return run("account", "add", "--name", "Desk", *where, *who, *more)

    return call


@pytest.fixture
def run(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> Run:
    def parser(wanted: str) -> argparse.ArgumentParser:
        made = argparse.ArgumentParser()
        account.add(made.add_subparsers(dest="command"))
        return made

    monkeypatch.setattr(cli, "_parser", parser)
    return lambda *argv: cli._run([*map(str, argv), "--practice", "tern"])


def listed(run: Run, capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    capsys.readouterr()
    assert run("account", "list", "--json") == 0
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_what_was_always_said_still_connects_a_filing_workflow(add, run, capsys) -> None:
    assert add() == 0
    (row,) = listed(run, capsys)
    assert row["workflows"] == [["Incoming", "Resolved", "Unresolved"]]
    assert (row["owner"], row["proof"], row["work"][0]["kind"]) == (None, "password", "filing")


def test_kind_interval_and_first_day(add, run, capsys) -> None:
    assert add("--interval", "30", "--begin", "2026-01-31") == 0
    assert add("--kind", "inbox", "--after-close", "stay") == 0
    (row,) = listed(run, capsys)
    first, second = row["work"]
    assert (first["minutes"], first["begins_at"][:10]) == (30, "2026-01-31")
    assert (second["kind"], second["folders"]) == ("inbox", ["INBOX"])
    assert run("account", "list") == 0
    said = capsys.readouterr().out
    assert "filing  Incoming · Resolved · Unresolved  30 min  ≥ 2026-01-31" in said


def test_a_members_own_mailbox_beside_the_practices(cast: Cast, add, run, capsys) -> None:
    assert add() == 0
    assert add("--owner", "BOB@tern.example", "--user", "bob") == 0
    owners = [row["owner"] for row in listed(run, capsys)]
    assert owners == [None, "bob@tern.example"]
    assert run("account", "deactivate", "Desk", "--owner", "bob@tern.example") == 0
    assert MailAccount.objects.get(owner=cast.bob).active is False
    assert MailAccount.objects.get(owner=None).active is True


@pytest.mark.parametrize("first", [(), ("--owner", "bob@tern.example")])
def test_one_mailbox_is_not_both(cast: Cast, add, capsys, first: tuple[str, ...]) -> None:
    assert add(*first) == 0
    assert add(*(() if first else ("--owner", "bob@tern.example"))) == 1
    assert "connected this mailbox" in capsys.readouterr().err
    assert MailAccount.objects.count() == 1


def test_a_token_in_a_file(add, server: ScriptedImap, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text(TOKEN)

    def take(session: Any, tag: str, args: list[str]) -> bool:
        session.send("+ ")
        sent = base64.b64decode(session.file.readline())
        session.send(f"{tag} {'OK' if TOKEN.encode() in sent else 'NO'} done")
        return True

    server.capabilities.append("AUTH=XOAUTH2")
    server.answer("AUTHENTICATE", take)
    assert add(proof="--token-file") == 0
    made = MailAccount.objects.get()
    assert (made.proof, made.password()) == ("token", TOKEN)
    assert TOKEN not in made.password_sealed


@pytest.mark.parametrize(
    ("more", "words"),
    [
        (["--interval", "0"], "1 to 1440 minutes"),
        (["--interval", "1441"], "1 to 1440 minutes"),
        (["--begin", "31/01/2026"], "is not a date such as 2026-01-31"),
        (["--owner", "nobody@tern.example"], "Nobody at Tern & Thistle Vets signs in with"),
        (["--owner", "charlie@other.example"], "Nobody at Tern & Thistle Vets signs in with"),
        (["--resolved", "incoming"], "This folder is named twice."),
        (["--unresolved", "INBOX"], "Filed mail cannot go back to INBOX"),
    ],
)
def test_what_cannot_be_is_refused_before_the_wire(
    add, server: ScriptedImap, capsys, more: list[str], words: str
) -> None:
    assert add(*more) == 1
    assert words in capsys.readouterr().err
    assert server.commands == []


def test_workflows_that_are_in_each_others_way_are_refused(add, capsys) -> None:
    assert add("--incoming", "INBOX") == 0
    assert add("--kind", "inbox") == 1
    assert "Another workflow of this account uses this folder." in capsys.readouterr().err


def test_a_resting_workflow_by_which_letters_came_keeps_its_kind(cast: Cast, add, capsys) -> None:
    assert add("--kind", "inbox") == 0
    work = MailAccount.objects.get().workflows.get()
    Workflow.objects.filter(pk=work.pk).update(active=False)
    moment = datetime(2026, 1, 5, tzinfo=UTC)
    work.sightings.create(
        practice=cast.practice, account=work.account, folder="INBOX", uidvalidity=1, uid=1,
        content_key="0", received_at=moment, seen_at=moment,
    )  # fmt: skip
    assert add("--incoming", "INBOX") == 1
    assert "INBOX: A workflow at rest has this folder" in capsys.readouterr().err
    assert MailAccount.objects.get().workflows.get().kind == "inbox"


def test_a_workflow_that_is_taken_up_again_takes_no_folder_of_another(add, capsys) -> None:
    assert add() == 0
    account = MailAccount.objects.get()
    account.workflows.create(
        practice=account.practice, folder_in="Lab in", folder_unresolved="Lab", active=False
    )
    assert add("--incoming", "Lab in") == 1
    assert "Another workflow of this account uses this folder." in capsys.readouterr().err


def test_the_first_day_begins_by_the_practices_clock(cast: Cast, add) -> None:
    cast.practice.time_zone = "Europe/Paris"
    cast.practice.save()
    assert add("--begin", "2026-07-01") == 0
    begins = MailAccount.objects.get().workflows.get().begins_at
    assert begins == datetime(2026, 6, 30, 22, tzinfo=UTC)
