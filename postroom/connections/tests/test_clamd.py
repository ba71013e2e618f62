"""Asking the virus scanner: what it says, and what is never taken for «no virus»."""

import socket
from pathlib import Path
from typing import Any

import pytest

from postroom.connections.clamd import PIECE, virus_in
from postroom.connections.tests.fake_clamd import EICAR, clamd
from postroom.connections.trouble import Trouble


@pytest.mark.parametrize("by_path", [True, False], ids=["socket", "port"])
def test_a_virus_is_named_and_nothing_is_found_in_the_rest(
    by_path: bool, tmp_path: Path, settings: Any
) -> None:
    with clamd(path=tmp_path / "clamd.sock" if by_path else None) as scanner:
        settings.CLAMD = scanner.where
        whole = b"x" * (2 * PIECE + 7)
        assert virus_in(whole) == ""
        assert virus_in(b"before " + EICAR) == "Eicar-Test-Signature"
        assert virus_in(b"") == ""
    assert scanner.asked[0] == whole


@pytest.mark.parametrize(
    ("says", "final"),
    [
        (b"INSTREAM size limit exceeded. ERROR", True),
        (b"stream: Can't allocate memory ERROR", False),
        (b"", False),
        (b"OK?", False),
    ],
)
def test_any_other_answer_is_trouble(says: bytes, final: bool, settings: Any) -> None:
    with clamd(lambda content: says) as scanner:
        settings.CLAMD = scanner.where
        with pytest.raises(Trouble) as error:
            virus_in(b"x")
    assert error.value.final is final


def test_a_scanner_that_is_not_there_is_trouble(tmp_path: Path, settings: Any) -> None:
    with socket.create_server(("127.0.0.1", 0)) as door:
        nowhere = f"127.0.0.1:{door.getsockname()[1]}"
    for where in (nowhere, str(tmp_path / "missing.sock")):
        settings.CLAMD = where
        with pytest.raises(Trouble):
            virus_in(b"x")
