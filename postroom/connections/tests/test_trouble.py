"""Whose fault an error of the system is: the wire's, or this machine's disk's."""

import errno
import os
from pathlib import Path

import pytest

from postroom.connections.trouble import (
    DISCONNECTED,
    DISK_FULL,
    DISK_REFUSES,
    PORT_CLOSED,
    TIMEOUT,
    from_library,
)
from postroom.connections.words import HERE, TROUBLES
from postroom.kit import files


def error(number: int, *name: str) -> OSError:
    return OSError(number, os.strerror(number), *name)


@pytest.mark.parametrize(
    ("met", "code"),
    [
        (error(errno.ECONNRESET), DISCONNECTED),
        (error(errno.EPIPE), DISCONNECTED),
        (error(errno.EACCES), DISCONNECTED),  # of a firewall
        (error(errno.ECONNREFUSED), PORT_CLOSED),
        (error(errno.ETIMEDOUT), TIMEOUT),
        (error(errno.ENOSPC), DISK_FULL),
        (error(errno.ENOSPC, "/data/mail/x"), DISK_FULL),
        (error(errno.EACCES, "/data/mail/x"), DISK_REFUSES),
        (error(errno.EROFS, "/data/mail/x"), DISK_REFUSES),
        (error(errno.EIO, "/data/mail/x"), DISK_REFUSES),
    ],
)
def test_an_error_that_names_a_file_is_the_disks(met: OSError, code: str) -> None:
    assert from_library(met).code == code


def test_the_disks_troubles_are_on_our_side() -> None:
    assert {TROUBLES[code][2] for code in (DISK_FULL, DISK_REFUSES)} == {HERE}


@pytest.mark.parametrize("step", ["write", "fsync", "open", "mkdir"])
def test_whatever_step_of_writing_fails_the_disk_is_blamed(
    step: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*args: object, **kwargs: object) -> None:
        named = (str(tmp_path),) if step in ("open", "mkdir") else ()
        raise error(errno.EIO, *named)

    monkeypatch.setattr(os, step, fail)
    with pytest.raises(OSError, match="Input/output") as caught:
        files.write_durably([(tmp_path / "ab" / "abcd.eml", b"A letter")])
    assert from_library(caught.value).code == DISK_REFUSES
