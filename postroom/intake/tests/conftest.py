"""The scripted server and an account at it, for passes made in the test's own process; a watched
folder."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from postroom.connections.models import DropFolder, MailAccount
from postroom.intake import drop_folders
from postroom.intake.tests.post import account_at
from postroom.intake.tests.scans import watch
from tests.support.cast import Cast
from tests.support.scripted_imap import ScriptedImap


@pytest.fixture
def server() -> Iterator[ScriptedImap]:
    with ScriptedImap() as one:
        yield one


@pytest.fixture
def account(cast: Cast, server: ScriptedImap) -> MailAccount:
    return account_at(server, cast.practice)


@pytest.fixture
def place(cast: Cast, settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that may be watched; files in it count as still at once."""
    settings.DROP_ROOTS = [str(tmp_path / "{practice}")]
    monkeypatch.setattr(drop_folders, "STILL", -1.0)
    folder = tmp_path / "tern" / "scans"
    folder.mkdir(parents=True)
    return folder


@pytest.fixture
def folder(cast: Cast, place: Path) -> DropFolder:
    return watch(cast, place)
