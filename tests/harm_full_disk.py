"""R7: a disk of 64 MB that fills while letters are filed, and is made larger again.

Only `make chaos` runs it: it mounts a file system of its own, which root may.
"""

import base64
import random
import re
import subprocess
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.support.mails import Mail, make_mails
from tests.support.office import Office, at_dovecot
from tests.support.oracle import compare
from tests.support.postroom import ADMIN, ADMIN_PASSWORD, House
from tests.support.visitor import Visitor

SMALL, LARGE = "64m", "512m"
MAILS, EACH = 150, 1_000_000  # bytes more in most of them: more than there is room for

WAITS = {"left_behind", "lost_in_register"}  # what is not fetched yet, and lies where it came in


@pytest.fixture
def cramped(furnished: House, tmp_path: Path) -> Iterator[House]:
    """A furnished house whose data lies on a disk of its own."""
    with furnished.copy(tmp_path / "house") as house:
        aside = house.data.rename(tmp_path / "aside")
        house.data.mkdir()
        _mount(f"size={SMALL}", house.data)
        try:
            subprocess.run(["cp", "-a", f"{aside}/.", house.data], check=True)
            yield house
        finally:
            for process in house._spawned:
                house.kill(process)
            subprocess.run(["umount", house.data], check=True)


def test_a_full_disk_loses_nothing_says_so_and_heals(cramped, dovecot):
    office = at_dovecot(cramped, dovecot)
    rng = random.Random(7)
    office.put([_heavy(mail, rng) for mail in make_mails(MAILS, rng)])
    with cramped.serving("serve") as base:
        visitor = Visitor(base)
        home = urlsplit(visitor.sign_in(ADMIN, ADMIN_PASSWORD).url).path
        _wait(lambda: b"disk is full" in visitor.get(f"{home}settings/accounts").body)
        assert visitor.get(f"{home}register").status == 200
        statuses = [_call(visitor, home) for _ in range(20)]
        assert set(statuses) <= {200, 507}, statuses
        assert office.post.count("Incoming") > 0
        kept, wrong = _kept(office)
        assert wrong <= WAITS
        _mount(f"remount,size={LARGE}", cramped.data)
        cramped.wait_idle(300, office.all_filed)
        assert _call(visitor, home) == 200
        assert b"disk is full" not in visitor.get(f"{home}settings/accounts").body
        after, wrong = _kept(office)
        assert wrong == set()
        assert set(kept) <= set(after)
        assert sum(kind == "phone" for kind in after.values()) == statuses.count(200) + 1


def _kept(office: Office) -> tuple[dict[str, str], set[str]]:
    """The register: entry -> kind; and what the oracle finds wrong with its letters."""
    lines = office.house.register()
    letters = [line for line in lines if line["kind"] == "email"]
    finding = compare(office.mails, office.post.dump(), letters, places=office.places)
    return {line["entry"]: line["kind"] for line in lines}, set(finding.wrong)


def _call(visitor: Visitor, home: str) -> int:
    """Log a long call; the status of the answer, after its redirects."""
    client = re.search(rb"/clients/(\d+)", visitor.get(f"{home}clients").body)
    said = {"clients": client[1].decode(), "direction": "in", "at": "2026-11-20T09:20"}
    said |= {"subject": "A long call", "body": "word " * 15_000}
    return visitor.post(f"{home}entries/new/phone", **said).status


def _heavy(mail: Mail, rng: random.Random) -> Mail:
    """With a megabyte behind it that nobody sees; but those that fold stay as they are."""
    if mail.kind in ("plain", "same-id", "relayed"):
        return mail
    more = base64.encodebytes(rng.randbytes(EACH * 3 // 4)).replace(b"\n", b"\r\n")
    return replace(mail, raw=mail.raw + b"\r\n" + more)


def _mount(options: str, place: Path) -> None:
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", options, "none", place], check=False)
    if done.returncode:
        pytest.fail("A disk of 64 MB could not be mounted: this test needs root.")


def _wait(reached, seconds: float = 120) -> None:
    limit = time.monotonic() + seconds
    while not reached():
        assert time.monotonic() < limit
        time.sleep(0.5)
