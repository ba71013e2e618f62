"""What a command cannot do it says in one sentence, and ends with 1."""

import argparse
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.conf import settings

from postroom import cli
from postroom.cli import account, register, sync
from postroom.connections.models import FolderState, MailAccount
from postroom.intake.tests.post import OTHERS, account_at, letter
from postroom.kit.crypto import Keyring
from postroom.register.tests.post import put
from tests.support.cast import Cast
from tests.support.scripted_imap import ScriptedImap

Run = Callable[..., int]


@pytest.fixture
def server() -> Iterator[ScriptedImap]:
    with ScriptedImap() as one:
        yield one


@pytest.fixture
def desk(cast: Cast, server: ScriptedImap) -> MailAccount:
    return account_at(server, cast.practice)


@pytest.fixture
def run(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> Run:
    """`postroom ARGV` for the cast's practice; the status. Nothing but a Failure is caught."""

    def parser(wanted: str) -> argparse.ArgumentParser:
        made = argparse.ArgumentParser()
        commands = made.add_subparsers(dest="command")
        for module in (account, register, sync):
            module.add(commands)
        return made

    monkeypatch.setattr(cli, "_parser", parser)
    return lambda *argv: cli._run([*map(str, argv), "--practice", "tern"])


def said(capsys: pytest.CaptureFixture[str]) -> str:
    return str(capsys.readouterr().err)


def test_testing_an_account_whose_key_is_lost_says_so(desk, run, capsys, monkeypatch) -> None:
    monkeypatch.setattr(
        settings, "KEYRING", Keyring(["another key, of forty letters at the least"])
    )
    assert run("account", "test", "Desk") == 1
    assert said(capsys) == (
        "postroom: The key that opens the password of Desk is not here."
        " Put the key file back, or type the password again.\n"
    )


def test_without_any_key_file_the_next_step_is_named(desk, run, capsys, monkeypatch) -> None:
    monkeypatch.setattr(settings, "KEYRING", Keyring())
    assert run("account", "test", "Desk") == 1
    assert "run `postroom setup` first" in said(capsys)


def test_a_pass_over_an_account_that_is_switched_off_is_refused(desk, server, run, capsys) -> None:
    MailAccount.objects.update(active=False)
    assert run("sync", "--account", "Desk") == 1
    assert said(capsys) == "postroom: The account “Desk” is switched off.\n"
    assert server.commands == []


def test_the_register_of_a_client_that_is_not_there_is_refused(cast, run, capsys) -> None:
    put(cast.practice, clients=[cast.hollis])
    assert run("register", "--client", "NOPE") == 1
    assert said(capsys) == "postroom: There is no client with the reference “NOPE”.\n"
    assert run("register", "--client", cast.hollis.ref) == 0
    assert cast.hollis.ref in capsys.readouterr().out


@pytest.mark.parametrize(
    ("folders", "why"),
    [
        (("Incoming", "incoming", "Unresolved"), "incoming: This folder is named twice."),
        (("Incoming", "Resolved", "Inbox"), "Inbox: Filed mail cannot go back to INBOX"),
    ],
)
def test_folders_are_judged_as_on_the_page(
    server, run, capsys, tmp_path: Path, folders: tuple[str, str, str], why: str
) -> None:
    assert add(run, server, tmp_path, folders) == 1
    assert why in said(capsys)
    assert not MailAccount.objects.exists()


def test_inbox_is_kept_in_one_spelling_and_each_step_is_told(
    server, run, capsys, tmp_path: Path
) -> None:
    assert add(run, server, tmp_path, ("inbox", "Resolved", "Unresolved")) == 0
    assert MailAccount.objects.get().workflows.get().folder_in == "INBOX"
    assert capsys.readouterr().out.splitlines() == [
        f"✓ There is a server called {server.host}.",
        f"✓ It answers on port {server.port}.",
        "✓ It speaks IMAP.",
        f"✓ {server.host} answers, and lets desk in.",
        "✓ The folders can be listed.",
        *(f"✓ The folder “{name}” can be opened." for name in ("INBOX", "Resolved", "Unresolved")),
        "Account “Desk” is connected.",
    ]


def add(run: Run, server: ScriptedImap, folder: Path, folders: tuple[str, str, str]) -> int:
    password = folder / "password"
    password.write_text(server.password)
    named = zip(("--incoming", "--resolved", "--unresolved"), folders, strict=True)
    return run(
        *("account", "add", "--name", "Desk", "--host", server.host, "--port", server.port),
        *("--security", "none", "--user", "desk", "--password-file", password),
        *(word for pair in named for word in pair),
    )


# -- a folder that another worker has ----------------------------------------------------------


def test_a_pass_waits_for_another_worker_without_signing_in_again(
    desk, server, run, capsys, monkeypatch
) -> None:
    server.put("Incoming", letter(1))
    state = FolderState.objects.create(practice=desk.practice, account=desk, folder="Incoming")
    assert FolderState.objects.take(state.pk, OTHERS, sync.utc_now(), 120)
    slept: list[float] = []

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        if len(slept) == 30:
            FolderState.objects.give_back(state.pk, OTHERS)

    monkeypatch.setattr(time, "sleep", sleep)
    assert run("sync", "--account", "Desk") == 0
    assert len(server.said("LOGIN")) == 2
    assert "Desk: 1 taken in." in capsys.readouterr().out


def test_a_pass_does_not_wait_for_ever(desk, server, run, monkeypatch) -> None:
    state = FolderState.objects.create(practice=desk.practice, account=desk, folder="Incoming")
    assert FolderState.objects.take(state.pk, OTHERS, sync.utc_now(), 3600)
    now = [0.0]
    monkeypatch.setattr(sync, "time", Stopwatch(now))
    assert run("sync", "--account", "Desk") == 1
    assert len(server.said("LOGIN")) == 1
    assert sync.PATIENCE_SECONDS < now[0] < sync.PATIENCE_SECONDS + 2


class Stopwatch:
    """Stands in for `time`: sleeping takes no time but is counted."""

    def __init__(self, now: list[float]) -> None:
        self.now = now

    def monotonic(self) -> float:
        return self.now[0]

    def sleep(self, seconds: float) -> None:
        self.now[0] += seconds
