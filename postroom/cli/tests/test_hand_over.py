"""Handing over and erasing from the shell: what is asked, what is refused, what is written down."""

import zipfile
from pathlib import Path

import pytest

from postroom.cli import main
from postroom.cli.common import shell_user
from postroom.clients.models import Client
from postroom.custody import holding, paper
from postroom.custody.tests.things import NOW, furnish, letter
from postroom.practice.models import AuditEvent
from postroom.register.models import Entry
from tests.support.cast import Cast

WHOSE = ["--client", "4182", "--practice", "tern"]


def test_export_writes_an_archive_once_and_says_who_did(
    cast: Cast, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    furnish(cast, cast.hollis)
    letter(cast, [cast.hollis], "One")
    file = tmp_path / "hollis.zip"
    assert main(["export", *WHOSE, "--format", "access", str(file)]) == 0
    assert "1 entry written." in capsys.readouterr().out
    assert {"client.json", "mails/00001.eml"} <= set(zipfile.ZipFile(file).namelist())
    assert file.stat().st_mode & 0o077 == 0
    line = AuditEvent.objects.get(action="export")
    assert (line.object_id, line.member, line.who) == (cast.hollis.pk, None, shell_user())
    before = file.read_bytes()
    assert main(["export", *WHOSE, str(file)]) == 1
    assert "is there already" in capsys.readouterr().err
    assert file.read_bytes() == before


def test_export_as_pdf_or_why_not(
    cast: Cast, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    letter(cast, [cast.hollis], "One")
    file = tmp_path / "hollis.pdf"
    assert main(["export", *WHOSE, "--format", "pdf", str(file)]) == 0
    assert file.read_bytes().startswith(b"%PDF")
    monkeypatch.setattr(paper, "weasyprint", None)
    assert main(["export", *WHOSE, "--format", "pdf", str(tmp_path / "b.pdf")]) == 1
    assert "it lacks Pango" in capsys.readouterr().err


def test_erase_looks_asks_and_erases(
    cast: Cast, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    letter(cast, [cast.hollis], "One")
    assert main(["erase", *WHOSE, "--dry-run"]) == 0
    assert "Goes for good: entries 1" in capsys.readouterr().out
    assert main(["erase", *WHOSE]) == 1
    assert "Nobody is there to ask" in capsys.readouterr().err
    monkeypatch.setattr("sys.stdin.isatty", lambda: True)
    monkeypatch.setattr("builtins.input", lambda _: "4183")
    assert main(["erase", *WHOSE]) == 1
    assert Entry.objects.count() == 1
    assert main(["erase", *WHOSE, "--yes"]) == 0
    assert "1 entry erased." in capsys.readouterr().out
    assert not Client.objects.filter(ref="4182").exists()
    assert AuditEvent.objects.get(action="erase_client").who == shell_user()
    assert main(["erase", *WHOSE, "--yes"]) == 1


def test_erase_is_refused_under_legal_hold(cast: Cast, capsys: pytest.CaptureFixture[str]) -> None:
    holding.hold(cast.hollis, "Complaint", by=cast.alice, now=NOW)
    assert main(["erase", *WHOSE, "--yes"]) == 1
    assert "legal hold" in capsys.readouterr().err
    assert Client.objects.filter(ref="4182").exists()
